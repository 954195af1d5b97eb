/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/carry_stick.h"

#include <stdlib.h>

#include "node/pump.h"
#include "node/sealer.h"

struct stick *carried;

void
put_on(struct stick *stick, uint32_t type, struct ent_view payload,
    struct ent_view body)
{
    struct flying *frame = &stick->frames[stick->count];

    assert_true(stick->count < FRAMES_MAX);
    frame->type = (enum ent_frame_type)type;
    expect_ok(ent_bytes_copy(payload, &frame->payload, &last_error));
    expect_ok(ent_bytes_copy(body, &frame->body, &last_error));
    stick->count++;
}

void
empty(struct stick *stick)
{
    while (stick->count > 0) {
        struct flying *frame = &stick->frames[--stick->count];

        ent_bytes_free(&frame->payload);
        ent_bytes_free(&frame->body);
    }
}

void
seal_and_end(enum who who)
{
    struct node *node = world.nodes[who];
    bool more;

    expect_ok(node_sealer_run(node, &more, &last_error));
    expect_ok(node_pump_run(node, &more, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* One page; false: it was the last. */
static bool
write_page(
    enum who who, const char *to, struct stick *stick, struct ent_bytes *from)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryOutRequest request = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    Entente__V1__CarryOutReply reply = ENTENTE__V1__CARRY_OUT_REPLY__INIT;

    expect_ok(ent_arena_init(&arena, 1 << 24, &last_error));
    request.to = (char *)(uintptr_t)to;
    request.from = (ProtobufCBinaryData){.data = from->data, .len = from->len};
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(node_carry_out(
        world.nodes[who], &request, &arena, &reply, &last_error));
    seal_and_end(who);
    for (size_t i = 0; i < reply.n_frames; i++) {
        const Entente__V1__CarriedFrame *frame = reply.frames[i];

        put_on(stick, frame->type,
            ent_view_of(frame->payload.data, frame->payload.len),
            ent_view_of(frame->body.data, frame->body.len));
    }
    ent_bytes_free(from);
    expect_ok(ent_bytes_copy(
        ent_view_of(reply.next.data, reply.next.len), from, &last_error));
    return from->len > 0;
}

void
write_stick(enum who who, enum who to, struct stick *stick)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes from = {0};

    while (write_page(who, addresses[to], stick, &from)) {
    }
}

static void
note(const struct stick *stick, size_t index,
    const Entente__V1__CarryResult *result, struct outcomes *outcomes)
{
    assert_true(result->outcome != 0);
    outcomes->of[stick->frames[index].type][result->outcome]++;
    if (result->outcome == NOT_YET) {
        outcomes->reason = result->reason;
    }
}

void
read_some(enum who who, const struct stick *stick, size_t first, size_t count,
    struct outcomes *outcomes)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryInRequest request = ENTENTE__V1__CARRY_IN_REQUEST__INIT;
    Entente__V1__CarryInReply reply = ENTENTE__V1__CARRY_IN_REPLY__INIT;
    Entente__V1__CarriedFrame frames[64];
    Entente__V1__CarriedFrame *list[64];

    assert_true(count <= 64);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    for (size_t i = 0; i < count; i++) {
        const struct flying *from = &stick->frames[first + i];

        entente__v1__carried_frame__init(&frames[i]);
        frames[i].type = from->type;
        frames[i].payload = (ProtobufCBinaryData){
            .data = from->payload.data, .len = from->payload.len};
        frames[i].body = (ProtobufCBinaryData){
            .data = from->body.data, .len = from->body.len};
        list[i] = &frames[i];
    }
    request.frames = list;
    request.n_frames = count;
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(
        node_carry_in(world.nodes[who], &request, &arena, &reply, &last_error));
    assert_int_equal(reply.n_results, count);
    for (size_t i = 0; i < count; i++) {
        note(stick, first + i, reply.results[i], outcomes);
    }
    seal_and_end(who);
}

void
read_stick(enum who who, const struct stick *stick, struct outcomes *outcomes)
{
    memset(outcomes, 0, sizeof *outcomes);
    for (size_t at = 0; at < stick->count; at += 64) {
        size_t rest = stick->count - at;

        read_some(who, stick, at, rest < 64 ? rest : 64, outcomes);
    }
}

struct outcomes
carry(enum who from, enum who to)
{
    struct stick *stick = calloc(1, sizeof *stick);
    struct outcomes outcomes;

    assert_non_null(stick);
    write_stick(from, to, stick);
    read_stick(to, stick, &outcomes);
    empty(stick);
    free(stick);
    return outcomes;
}

void
introduce_by_stick(void)
{
    world.up = false;
    (void)carry(TACHILEIK, MAESAI);
    (void)carry(MAESAI, TACHILEIK);
}

int
setup_stick(void **state)
{
    carried = calloc(1, sizeof *carried);
    return carried == NULL ? -1 : setup(state);
}

int
teardown_stick(void **state)
{
    empty(carried);
    free(carried);
    return teardown(state);
}
