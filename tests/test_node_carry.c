/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices and a stick between them, instead of the wire or beside it. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdlib.h>

#include "node/carry.h"
#include "node/keeping.h"
#include "node/manifest.h"
#include "node/pump.h"
#include "node/sealer.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define FRAMES_MAX 1024
#define TAKEN ENTENTE__V1__CARRY_OUTCOME__CARRY_TAKEN
#define KNOWN ENTENTE__V1__CARRY_OUTCOME__CARRY_KNOWN
#define NOT_YET ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_YET
#define REFUSED ENTENTE__V1__CARRY_OUTCOME__CARRY_REFUSED
#define NOT_OURS ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_OURS

/* Frames on a stick, in a pocket. */
struct stick {
    struct flying frames[FRAMES_MAX];
    size_t count;
};

/* What the frames of a stick came to, each kind by its outcome. */
struct outcomes {
    unsigned of[ENT_FRAME_BYE + 1][NOT_OURS + 1];
    uint32_t reason; /* of the last NOT_YET */
};

static void
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

static void
empty(struct stick *stick)
{
    while (stick->count > 0) {
        struct flying *frame = &stick->frames[--stick->count];

        ent_bytes_free(&frame->payload);
        ent_bytes_free(&frame->body);
    }
}

/* End a turn as the loop does. */
static void
end_turn(enum who who)
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
    end_turn(who);
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

static void
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

/* Hand in frames `first` to `first` + `count` of a stick. */
static void
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
    end_turn(who);
}

static void
read_stick(enum who who, const struct stick *stick, struct outcomes *outcomes)
{
    memset(outcomes, 0, sizeof *outcomes);
    for (size_t at = 0; at < stick->count; at += 64) {
        size_t rest = stick->count - at;

        read_some(who, stick, at, rest < 64 ? rest : 64, outcomes);
    }
}

/* From one office to the other, with a stick of its own. */
static struct outcomes
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

/* Each knows who the other is, by stick alone. */
static void
introduce_by_stick(void)
{
    world.up = false;
    (void)carry(TACHILEIK, MAESAI);
    (void)carry(MAESAI, TACHILEIK);
}

static struct stick *stick;

static int
setup_stick(void **state)
{
    stick = calloc(1, sizeof *stick);
    return stick == NULL ? -1 : setup(state);
}

static int
teardown_stick(void **state)
{
    empty(stick);
    free(stick);
    return teardown(state);
}

/* ---- tests ---- */

static void
without_a_network_an_alert_and_its_receipt_are_carried(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 0);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 0);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

static void
the_same_stick_twice_changes_nothing_more(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t journal;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    read_stick(TACHILEIK, stick, &outcomes);
    journal = node_journal_size(world.nodes[TACHILEIK]->journal);
    read_stick(TACHILEIK, stick, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][KNOWN], 2);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][TAKEN], 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(
        node_journal_size(world.nodes[TACHILEIK]->journal), journal);
}

static void
what_comes_by_wire_and_by_stick_comes_once(void **state)
{
    struct outcomes outcomes;
    struct ent_id first;
    struct ent_id second;

    (void)state;
    introduce();
    world.lose = 100;
    first = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    write_stick(MAESAI, TACHILEIK, stick);
    world.lose = 0;
    pass(5000); /* the wire is there again, and first */
    assert_int_equal(times_on_desk(TACHILEIK, &first), 1);
    read_stick(TACHILEIK, stick, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 1);

    world.lose = 100;
    second = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    outcomes = carry(MAESAI, TACHILEIK); /* the stick is first */
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    world.lose = 0;
    pass(5000);
    pass(5000);
    assert_int_equal(times_on_desk(TACHILEIK, &first), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &second), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &second), DELIVERED);
}

static void
a_receipt_that_the_wire_lost_comes_by_stick(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one();
    forget_wire();
    world.up = false;
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_true(outcomes.of[ENT_FRAME_RECEIPT][TAKEN] >= 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
carrying_takes_nothing_off_the_wire(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    write_stick(MAESAI, TACHILEIK, stick); /* and lost on the way */
    world.lose = 0;
    pass(5000);
    pass(5000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_bundle_of_somebody_unknown_is_put_off_and_taken_with_his_certificate(
    void **state)
{
    struct outcomes outcomes = {.reason = 0};
    struct ent_id id;

    (void)state;
    world.up = false;
    (void)carry(TACHILEIK, MAESAI);
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    assert_int_equal(stick->count, 3); /* certificate, manifest, bundle */
    read_some(TACHILEIK, stick, 2, 1, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    read_stick(TACHILEIK, stick, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
a_receipt_of_somebody_unknown_is_put_off(void **state)
{
    struct outcomes outcomes = {.reason = 0};

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    (void)carry(MAESAI, TACHILEIK);
    write_stick(TACHILEIK, MAESAI, stick);
    /* A store made anew knows nobody. */
    node_close(&world.nodes[MAESAI]);
    {
        char command[PATH_MAX + 16];

        (void)snprintf(
            command, sizeof command, "rm -r '%s'", world.configs[MAESAI].store);
        assert_int_equal(system(command), 0);
    }
    expect_ok(node_init(&world.configs[MAESAI], &last_error));
    expect_ok(
        node_open(&world.configs[MAESAI], &world.nodes[MAESAI], &last_error));
    read_some(MAESAI, stick, stick->count - 1, 1, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
}

static void
what_expired_is_carried_as_a_skip_and_confirmed(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.now += 2 * DAY;
    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, NODE_KEEPING_ROWS, &due, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

/* The recipient's sealing keys are gone: it says so by stick, and gets it
 * sealed anew by stick. */
static void
an_answer_that_settles_nothing_is_carried_back_too(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;
    size_t count;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    expect_ok(node_slots_destroy(
        tachileik->slots, 0, world.now + 3 * DAY, &count, &last_error));
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_manifest_rotate(tachileik, &due, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    read_stick(TACHILEIK, stick, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_SEALING_KEY_GONE);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    (void)carry(TACHILEIK, MAESAI);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Its receipt is too old to be in every file: who carries the skip, because he
 * never heard, still gets it. */
static void
an_old_receipt_is_carried_to_who_asks_for_it(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    (void)carry(MAESAI, TACHILEIK);
    world.now += 20 * DAY;
    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, NODE_KEEPING_ROWS, &due, &last_error));
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 0);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][KNOWN], 1);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_was_sealed_under_an_older_key_is_carried_anew(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    renew(MAESAI);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    (void)carry(MAESAI, TACHILEIK);
    (void)carry(TACHILEIK, MAESAI);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_is_for_others_is_left_alone(void **state)
{
    struct outcomes outcomes;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    read_stick(MAESAI, stick, &outcomes); /* the wrong office */
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_OURS], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][NOT_OURS], 2);
}

/* Whatever is wrong with a frame, the others of its stick are taken. */
static void
a_frame_that_was_altered_is_refused_alone(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    size_t last;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    put_on(stick, ENT_FRAME_HELLO, view("hello"), (struct ent_view){0});
    put_on(stick, ENT_FRAME_RECEIPT, view("no receipt"), (struct ent_view){0});
    put_on(stick, ENT_FRAME_OBJECT, view("no object"), (struct ent_view){0});
    last = stick->count - 5;
    assert_int_equal(stick->frames[last].type, ENT_FRAME_BUNDLE);
    stick->frames[last].body.data[100] ^= 1;
    read_stick(TACHILEIK, stick, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_HELLO][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    (void)carry(MAESAI, TACHILEIK);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
flash_lies_before_what_is_less_urgent(void **state)
{
    static const char check[] =
        "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
        "\"ROUTINE\",\"test\":{\"text\":\"how do you read\"}}";
    struct ent_bundle bundle;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, check);
    turn(MAESAI, NULL);
    (void)post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, stick);
    expect_ok(ent_bundle_decode(
        ent_bytes_view(&stick->frames[stick->count - 2].payload),
        ent_bytes_view(&stick->frames[stick->count - 2].body), &bundle,
        &last_error));
    assert_int_equal(
        bundle.label.stream.precedence, ENTENTE__V1__PRECEDENCE__FLASH);
}

static void
every_office_of_an_agreement_is_named(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryOutRequest request = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    Entente__V1__CarryOutReply reply = ENTENTE__V1__CARRY_OUT_REPLY__INIT;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_carry_out(
        world.nodes[MAESAI], &request, &arena, &reply, &last_error));
    end_turn(MAESAI);
    assert_int_equal(reply.n_offices, 3);
    for (size_t i = 0; i < reply.n_offices; i++) {
        assert_string_not_equal(reply.offices[i], addresses[MAESAI]);
    }
}

static void
a_place_that_is_none_is_refused(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryOutRequest request = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    Entente__V1__CarryOutReply reply = ENTENTE__V1__CARRY_OUT_REPLY__INIT;
    uint8_t from[3] = {9, 9, 9};

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    request.to = (char *)(uintptr_t)addresses[TACHILEIK];
    request.from = (ProtobufCBinaryData){.data = from, .len = sizeof from};
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_status(node_carry_out(world.nodes[MAESAI], &request, &arena, &reply,
                      &last_error),
        ENT_BAD_INPUT);
    request.to = (char *)(uintptr_t)addresses[MAESAI];
    expect_status(node_carry_out(world.nodes[MAESAI], &request, &arena, &reply,
                      &last_error),
        ENT_BAD_INPUT);
    end_turn(MAESAI);
}

/* A wire that loses, and sticks that are lost, late, repeated and mixed up. */
static void
on_wire_and_sticks_nothing_is_lost_and_nothing_doubled(void **state)
{
    enum { POCKETS = 4 };
    struct stick *pockets[2][POCKETS] = {{NULL}};
    struct outcomes outcomes;

    (void)state;
    introduce();
    world.lose = 70;
    world.repeat = 20;
    for (int i = 0; i < 60; i++) {
        enum who who = dice(2) == 0 ? MAESAI : TACHILEIK;
        struct stick **pocket = &pockets[who][dice(POCKETS)];

        (void)post(MAESAI, TACHILEIK, hotline);
        world.now += dice(20000);
        turn(MAESAI, NULL);
        if (world.flying > 0 && dice(3) == 0) {
            deliver_one();
        }
        if (*pocket == NULL) {
            *pocket = calloc(1, sizeof **pocket);
            assert_non_null(*pocket);
            write_stick(who, who == MAESAI ? TACHILEIK : MAESAI, *pocket);
        } else if (dice(2) == 0) {
            read_stick(who == MAESAI ? TACHILEIK : MAESAI, *pocket, &outcomes);
        } else {
            empty(*pocket);
            free(*pocket);
            *pocket = NULL;
        }
        if (dice(12) == 0) {
            crash(dice(2) == 0 ? MAESAI : TACHILEIK);
        }
    }
    world.up = false; /* the rest goes by stick alone */
    for (int i = 0; i < 3; i++) {
        (void)carry(MAESAI, TACHILEIK);
        (void)carry(TACHILEIK, MAESAI);
    }
    for (size_t i = 0; i < world.sent_count; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &world.sent[i]), 1);
        assert_int_equal(
            state_of(MAESAI, TACHILEIK, &world.sent[i]), DELIVERED);
    }
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
    for (int i = 0; i < 2 * POCKETS; i++) {
        struct stick *pocket = pockets[i / POCKETS][i % POCKETS];

        if (pocket != NULL) {
            empty(pocket);
            free(pocket);
        }
    }
}

#define STICK_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_stick, teardown_stick)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STICK_TEST(without_a_network_an_alert_and_its_receipt_are_carried),
        STICK_TEST(the_same_stick_twice_changes_nothing_more),
        STICK_TEST(what_comes_by_wire_and_by_stick_comes_once),
        STICK_TEST(a_receipt_that_the_wire_lost_comes_by_stick),
        STICK_TEST(carrying_takes_nothing_off_the_wire),
        STICK_TEST(
            a_bundle_of_somebody_unknown_is_put_off_and_taken_with_his_certificate),
        STICK_TEST(a_receipt_of_somebody_unknown_is_put_off),
        STICK_TEST(what_expired_is_carried_as_a_skip_and_confirmed),
        STICK_TEST(an_answer_that_settles_nothing_is_carried_back_too),
        STICK_TEST(an_old_receipt_is_carried_to_who_asks_for_it),
        STICK_TEST(what_was_sealed_under_an_older_key_is_carried_anew),
        STICK_TEST(what_is_for_others_is_left_alone),
        STICK_TEST(a_frame_that_was_altered_is_refused_alone),
        STICK_TEST(flash_lies_before_what_is_less_urgent),
        STICK_TEST(every_office_of_an_agreement_is_named),
        STICK_TEST(a_place_that_is_none_is_refused),
        STICK_TEST(on_wire_and_sticks_nothing_is_lost_and_nothing_doubled),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_carry", tests, NULL, NULL);
}
