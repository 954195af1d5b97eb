/* SPDX-License-Identifier: Apache-2.0 */
/* The wire between two offices, and the turns of their loops. */
#include "tests/two_offices.h"

#include <stdlib.h>

#include "node/errands.h"
#include "node/incoming.h"
#include "node/intake.h"
#include "node/peers.h"
#include "node/pump.h"
#include "node/reincarnation.h"
#include "node/sealer.h"
#include "node/settle.h"
#include "node/uplink_internal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

struct world world;

/* An uplink with nobody at its other end, which knows whose it is. */
struct stub {
    struct node_uplink uplink;
    const struct node *node;
};

uint32_t
dice(uint32_t sides)
{
    world.seed =
        world.seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(world.seed >> 33) % sides;
}

/* ---- what the nodes see of the outside ---- */

uint64_t __wrap_ent_time_now_ms(void);
enum ent_status __wrap_node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err);
void __wrap_node_uplink_close(struct node_uplink **uplink);
bool __wrap_node_uplink_ready(const struct node_uplink *uplink, bool urgent);
size_t __wrap_node_uplink_routes(const struct node_uplink *uplink,
    const struct ent_address *office, bool urgent,
    struct node_route ret_routes[static NODE_NEIGHBOURS_MAX]);
uint64_t __wrap_node_uplink_toward(
    const struct node_uplink *uplink, const struct ent_address *office);
bool __wrap_node_uplink_spend(struct node_uplink *uplink, unsigned neighbour,
    bool urgent, uint64_t bytes);
enum ent_status __wrap_node_uplink_confirm(struct node *node,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err);
enum ent_status __wrap_node_uplink_settle_up(
    struct node *node, struct ent_error *err);
void __wrap_node_uplink_send(
    struct node_uplink *uplink, const struct node_effect *effect);
void __wrap_node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects);

uint64_t
__wrap_ent_time_now_ms(void)
{
    return world.now;
}

enum ent_status
__wrap_node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err)
{
    struct stub *stub;

    (void)zmq_context;
    (void)err;
    stub = calloc(1, sizeof *stub);
    assert_non_null(stub);
    stub->node = node;
    *ret_uplink = &stub->uplink;
    return ENT_OK;
}

void
__wrap_node_uplink_close(struct node_uplink **uplink)
{
    free(*uplink);
    *uplink = NULL;
}

bool
__wrap_node_uplink_ready(const struct node_uplink *uplink, bool urgent)
{
    (void)uplink;
    (void)urgent;
    return world.up;
}

size_t
__wrap_node_uplink_routes(const struct node_uplink *uplink,
    const struct ent_address *office, bool urgent,
    struct node_route ret_routes[static NODE_NEIGHBOURS_MAX])
{
    (void)uplink;
    (void)office;
    (void)urgent;
    ret_routes[0] = (struct node_route){.via = "wire", .is_ready = world.up};
    return 1;
}

uint64_t
__wrap_node_uplink_toward(
    const struct node_uplink *uplink, const struct ent_address *office)
{
    (void)uplink;
    (void)office;
    return NODE_VIA(0);
}

bool
__wrap_node_uplink_spend(
    struct node_uplink *uplink, unsigned neighbour, bool urgent, uint64_t bytes)
{
    (void)uplink;
    (void)neighbour;
    (void)urgent;
    (void)bytes;
    return world.up;
}

enum ent_status
__wrap_node_uplink_confirm(struct node *node,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err)
{
    (void)node;
    (void)stream;
    (void)receipt;
    (void)err;
    return ENT_OK;
}

enum ent_status
__wrap_node_uplink_settle_up(struct node *node, struct ent_error *err)
{
    (void)node;
    (void)err;
    return ENT_OK;
}

void
__wrap_node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects)
{
    (void)uplink;
    (void)effects;
}

static void
put_on_wire(enum who to, enum ent_frame_type type, struct ent_view payload,
    struct ent_view body)
{
    struct flying *frame = &world.wire[world.flying];

    assert_true(world.flying < WIRE_MAX);
    frame->to = to;
    frame->type = type;
    expect_ok(ent_bytes_copy(payload, &frame->payload, &last_error));
    expect_ok(ent_bytes_copy(body, &frame->body, &last_error));
    world.flying++;
}

/* A broker would keep what offices say of themselves and answer for them. */
static void
answer_fetch(enum who asker, struct ent_view payload)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes answer = {0};
    struct ent_fetch fetch;
    struct ent_object object = {0};

    expect_ok(ent_fetch_decode(payload, &fetch, &last_error));
    object.kind = fetch.kind;
    memcpy(object.subject, fetch.subject, sizeof object.subject);
    if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST) {
        world.list_fetches++;
    }
    if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS) {
        object.wire = ent_bytes_view(
            &world.witnesses[asker == MAESAI ? TACHILEIK : MAESAI]);
    }
    for (int i = 0; i < 2; i++) {
        if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST &&
            strcmp(fetch.subject, states[i]) == 0) {
            object.wire = ent_bytes_view(&world.lists[i]);
        }
        if (strcmp(fetch.subject, addresses[i]) != 0) {
            continue;
        }
        world.manifest_fetches[i] +=
            fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST;
        if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE &&
            world.nodes[i] != NULL) {
            object.wire = ent_bytes_view(&world.nodes[i]->certificate_wire);
        }
        if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST) {
            object.wire = ent_bytes_view(&world.manifests[i]);
        }
    }
    expect_ok(ent_object_encode(&object, &answer, &last_error));
    put_on_wire(
        asker, ENT_FRAME_OBJECT, ent_bytes_view(&answer), (struct ent_view){0});
}

void
__wrap_node_uplink_send(
    struct node_uplink *uplink, const struct node_effect *effect)
{
    const struct node *node = ((const struct stub *)uplink)->node;
    enum who from =
        strcmp(node->self.text, addresses[MAESAI]) == 0 ? MAESAI : TACHILEIK;
    enum who to = from == MAESAI ? TACHILEIK : MAESAI;
    unsigned times = dice(100) < world.repeat ? 2 : 1;

    if (!world.up || dice(100) < world.lose) {
        return;
    }
    if (effect->type == ENT_FRAME_FETCH) {
        answer_fetch(from, ent_bytes_view(&effect->payload));
        return;
    }
    if (effect->type == ENT_FRAME_OBJECT) {
        struct ent_object object;

        expect_ok(ent_object_decode(
            ent_bytes_view(&effect->payload), &object, &last_error));
        if (object.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS) {
            ent_bytes_free(&world.witnesses[from]);
            expect_ok(ent_bytes_copy(
                object.wire, &world.witnesses[from], &last_error));
            return;
        }
        ent_bytes_free(&world.manifests[from]);
        expect_ok(
            ent_bytes_copy(object.wire, &world.manifests[from], &last_error));
        return;
    }
    while (times-- > 0) {
        put_on_wire(to, effect->type, ent_bytes_view(&effect->payload),
            node_effect_body(effect));
    }
}

void
forget_wire(void)
{
    while (world.flying > 0) {
        struct flying *frame = &world.wire[--world.flying];

        ent_bytes_free(&frame->payload);
        ent_bytes_free(&frame->body);
    }
}

/* ---- turns ---- */

static enum ent_status
hand_in(struct node *node, const struct flying *frame)
{
    struct ent_view payload = ent_bytes_view(&frame->payload);
    struct ent_object object;

    switch (frame->type) {
    case ENT_FRAME_BUNDLE:
        return node_intake_bundle(
            node, payload, ent_bytes_view(&frame->body), &last_error);
    case ENT_FRAME_RECEIPT:
        return node_settle_receipt(node, payload, NULL, &last_error);
    case ENT_FRAME_SKIP:
        return node_intake_skip(node, payload, &last_error);
    case ENT_FRAME_OBJECT:
        expect_ok(ent_object_decode(payload, &object, &last_error));
        return node_peers_learn(node, &object, &last_error);
    default:
        return ENT_OK;
    }
}

void
begin_turn(enum who who)
{
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
}

void
end_turn(enum who who)
{
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
}

/* One turn of `who`, with at most one frame; its own storage never fails. */
void
turn(enum who who, const struct flying *frame)
{
    struct node *node = world.nodes[who];
    uint64_t gap_due;
    bool more;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    if (frame != NULL) {
        enum ent_status rc = hand_in(node, frame);

        assert_int_not_equal(rc, ENT_IO);
        assert_int_not_equal(rc, ENT_FULL);
    }
    expect_ok(node_incoming_release(node, &gap_due, &last_error));
    expect_ok(
        node_reincarnation_run(node, world.old_messages, &more, &last_error));
    expect_ok(node_errands_run(node, &more, &last_error));
    expect_ok(node_sealer_run(node, &more, &last_error));
    expect_ok(node_pump_run(node, &more, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Deliver one frame of the wire, any of them. */
void
deliver_one(void)
{
    size_t place = dice((uint32_t)world.flying);
    struct flying frame = world.wire[place];

    world.wire[place] = world.wire[--world.flying];
    turn(frame.to, &frame);
    ent_bytes_free(&frame.payload);
    ent_bytes_free(&frame.body);
}

void
drain(void)
{
    while (world.flying > 0) {
        deliver_one();
    }
}

/* Let time pass, and everything that it brings. */
void
pass(uint64_t ms)
{
    world.now += ms;
    turn(MAESAI, NULL);
    turn(TACHILEIK, NULL);
    drain();
}

void
exchange(void)
{
    for (int i = 0; i < 6; i++) {
        pass(3000);
    }
}
