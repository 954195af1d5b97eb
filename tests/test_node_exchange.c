/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two real nodes with real stores, Mae Sai and Tachileik, and between them a
 * wire that the test holds: it loses, repeats and reorders frames as told, and
 * the clock stands where the test puts it. The linker sends the nodes' calls to
 * their uplink here (see meson.build).
 */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/batch.h"
#include "node/copy.h"
#include "node/desk.h"
#include "node/dispatch.h"
#include "node/incoming.h"
#include "node/intake.h"
#include "node/manifest.h"
#include "node/peers.h"
#include "node/proof.h"
#include "node/retention.h"
#include "node/sealer.h"
#include "node/settle.h"
#include "node/submit.h"
#include "node/uplink.h"
#include "node/vault.h"
#include "policy/sign.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/keyfile.h"
#include "proto/message.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

#define DAY NODE_DAY_MS
#define HOUR (DAY / 24)
#define WIRE_MAX 4096
#define SENT_MAX 256

enum who {
    MAESAI,
    TACHILEIK,
};

static const char *const addresses[] = {"blo-maesai@th", "blo-tachileik@mm"};
static const char *const states[] = {"th", "mm"};

/* A frame on its way. */
struct flying {
    enum who to;
    enum ent_frame_type type;
    struct ent_bytes payload;
    struct ent_bytes body;
};

static char world_folder[64];

/* The world of a test. */
static struct {
    struct node_config configs[2];
    struct node *nodes[2];
    uint64_t now;
    struct flying wire[WIRE_MAX];
    size_t flying;
    bool up;         /* the wire carries anything at all */
    unsigned lose;   /* percent */
    unsigned repeat; /* percent */
    struct ent_bytes manifests[2];
    struct ent_id sent[SENT_MAX];
    size_t sent_count;
    uint64_t seed;
    uint64_t serial; /* of the last certificate */
} world;

static uint32_t
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
bool __wrap_node_uplink_spend(
    struct node_uplink *uplink, bool urgent, uint64_t bytes);
enum ent_status __wrap_node_uplink_confirm(struct node_uplink *uplink,
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
    (void)zmq_context;
    (void)err;
    *ret_uplink = (struct node_uplink *)node; /* only tells who sends */
    return ENT_OK;
}

void
__wrap_node_uplink_close(struct node_uplink **uplink)
{
    *uplink = NULL;
}

bool
__wrap_node_uplink_ready(const struct node_uplink *uplink, bool urgent)
{
    (void)uplink;
    (void)urgent;
    return world.up;
}

bool
__wrap_node_uplink_spend(
    struct node_uplink *uplink, bool urgent, uint64_t bytes)
{
    (void)uplink;
    (void)urgent;
    (void)bytes;
    return world.up;
}

enum ent_status
__wrap_node_uplink_confirm(struct node_uplink *uplink,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err)
{
    (void)uplink;
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
    for (int i = 0; i < 2; i++) {
        if (strcmp(fetch.subject, addresses[i]) != 0) {
            continue;
        }
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
    const struct node *node = (const struct node *)uplink;
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
        ent_bytes_free(&world.manifests[from]);
        expect_ok(
            ent_bytes_copy(object.wire, &world.manifests[from], &last_error));
        return;
    }
    while (times-- > 0) {
        put_on_wire(to, effect->type, ent_bytes_view(&effect->payload),
            ent_bytes_view(&effect->body));
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
        return node_settle_receipt(node, payload, &last_error);
    case ENT_FRAME_SKIP:
        return node_intake_skip(node, payload, &last_error);
    case ENT_FRAME_OBJECT:
        expect_ok(ent_object_decode(payload, &object, &last_error));
        return node_peers_learn(node, &object, &last_error);
    default:
        return ENT_OK;
    }
}

/* One turn of `who`, with at most one frame; its own storage never fails. */
static void
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
    expect_ok(node_sealer_run(node, &more, &last_error));
    expect_ok(node_dispatch_expire(node, &last_error));
    expect_ok(node_dispatch_pump(node, &more, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Deliver one frame of the wire, any of them. */
static void
deliver_one(void)
{
    size_t place = dice((uint32_t)world.flying);
    struct flying frame = world.wire[place];

    world.wire[place] = world.wire[--world.flying];
    turn(frame.to, &frame);
    ent_bytes_free(&frame.payload);
    ent_bytes_free(&frame.body);
}

static void
drain(void)
{
    while (world.flying > 0) {
        deliver_one();
    }
}

/* Let time pass, and everything that it brings. */
static void
pass(uint64_t ms)
{
    world.now += ms;
    turn(MAESAI, NULL);
    turn(TACHILEIK, NULL);
    drain();
}

/* ---- the scene ---- */

static void
in_folder(enum who who, const char *name, char *ret_path)
{
    (void)snprintf(ret_path, PATH_MAX, "%s/%s%s%s", world_folder, states[who],
        name[0] == '\0' ? "" : "/", name);
}

static void
write_key(enum who who, const char *name, enum ent_key_role role,
    struct ent_secret **ret_secret)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_secret_new(ret_secret, &last_error));
    expect_ok(ent_keyfile_write(path, role, *ret_secret, NULL, &last_error));
}

static void
certify(enum who who, struct ent_secret *office, struct ent_secret *link)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_secret *authority = authority_secret(states[who]);
    struct ent_signer signer;
    struct ent_signer root;
    struct ent_certificate certificate = {
        .address = world.configs[who].address,
        .kind = ENTENTE__V1__OFFICE_KIND__BLO,
        .not_before = NOON - DAY,
        .not_after = NOON + 300 * DAY,
        .serial = ++world.serial,
    };
    char path[PATH_MAX];

    expect_ok(ent_secret_signer(office, ENT_KEY_OFFICE, &signer, &last_error));
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    certificate.signing_key = signer.key;
    certificate.authority_key_id = root.key_id;
    ent_link_public_key(link, certificate.link_key);
    expect_ok(ent_certificate_make(&certificate, &root, &wire, &last_error));
    expect_ok(ent_armour_encode(
        ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&wire), &text, &last_error));
    in_folder(who, "office.cert", path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
    world.configs[who].authorities[0].key = root.key;
    ent_secret_free(&authority);
}

static void
copy_agreement(enum who who, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
}

static void
found_office(enum who who)
{
    struct node_config *config = &world.configs[who];
    struct ent_secret *keys[3] = {NULL, NULL, NULL};
    char path[PATH_MAX];

    memset(config, 0, sizeof *config);
    in_folder(who, "", path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_ok(
        ent_address_parse(view(addresses[who]), &config->address, &last_error));
    in_folder(who, "", config->keys);
    in_folder(who, "", config->agreements);
    in_folder(who, "office.cert", config->certificate);
    in_folder(who, "store", config->store);
    in_folder(who, "api.sock", config->api);
    config->store_limit = (uint64_t)1 << 28;
    config->epoch_ms = DAY;
    (void)snprintf(config->authorities[0].state,
        sizeof config->authorities[0].state, "%s", states[who]);
    config->authority_count = 1;
    write_key(who, "office.key", ENT_KEY_OFFICE, &keys[0]);
    write_key(who, "link.key", ENT_KEY_LINK, &keys[1]);
    write_key(who, "storage.key", ENT_KEY_STORAGE, &keys[2]);
    certify(who, keys[0], keys[1]);
    copy_agreement(who, "th-mm.yaml");
    copy_agreement(who, "th-mm.yaml.sig");
    for (int i = 0; i < 3; i++) {
        ent_secret_free(&keys[i]);
    }
    expect_ok(node_init(config, &last_error));
    expect_ok(node_open(config, &world.nodes[who], &last_error));
}

static int
setup(void **state)
{
    void *folder;

    memset(&world, 0, sizeof world);
    if (make_folder(&folder) != 0) {
        return -1;
    }
    (void)snprintf(world_folder, sizeof world_folder, "%s", (char *)folder);
    world.now = NOON;
    world.up = true;
    world.seed = 20260815;
    found_office(MAESAI);
    found_office(TACHILEIK);
    *state = NULL;
    return 0;
}

static void
forget_wire(void)
{
    while (world.flying > 0) {
        struct flying *frame = &world.wire[--world.flying];

        ent_bytes_free(&frame->payload);
        ent_bytes_free(&frame->body);
    }
}

static int
teardown(void **state)
{
    char command[128];

    (void)state;
    forget_wire();
    node_close(&world.nodes[MAESAI]);
    node_close(&world.nodes[TACHILEIK]);
    ent_bytes_free(&world.manifests[MAESAI]);
    ent_bytes_free(&world.manifests[TACHILEIK]);
    (void)snprintf(command, sizeof command, "rm -r '%s'", world_folder);
    return system(command);
}

/* The process dies: what was not committed is gone, and what was on the wire to
 * it too. */
static void
crash(enum who who)
{
    size_t kept = 0;

    node_close(&world.nodes[who]);
    for (size_t i = 0; i < world.flying; i++) {
        if (world.wire[i].to != who) {
            world.wire[kept++] = world.wire[i];
        } else {
            ent_bytes_free(&world.wire[i].payload);
            ent_bytes_free(&world.wire[i].body);
        }
    }
    world.flying = kept;
    expect_ok(node_open(&world.configs[who], &world.nodes[who], &last_error));
}

/* ---- what officers do ---- */

static const char hotline[] =
    "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":\"toward mm\","
    "\"description\":\"white pick-up\"}}";

static const char seizure[] =
    "{\"purpose\":\"STATISTICS\",\"precedence\":\"ROUTINE\",\"test\":{}}";

static void
submit(enum who from, enum who to, const char *json,
    Entente__V1__SubmitResult **ret_result, struct ent_arena *arena)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    ProtobufCMessage *message;
    char *recipient = (char *)(uintptr_t)addresses[to];

    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[from], world.now, &last_error));
    expect_ok(node_submit(
        world.nodes[from], &submission, arena, ret_result, &last_error));
    expect_ok(node_turn_end(world.nodes[from], ENT_OK, &last_error));
}

/* Send it and remember its id as accepted. */
static struct ent_id
send(enum who from, enum who to, const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(from, to, json, &result, &arena);
    assert_string_equal(result->error, "");
    if (!result->copies[0]->accepted) {
        fail_msg("refused: %s", result->copies[0]->sentence);
    }
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    assert_true(world.sent_count < SENT_MAX);
    world.sent[world.sent_count++] = id;
    return id;
}

/* A number that the store counts by. */
static uint64_t
number_of(enum who who, const char *name)
{
    uint64_t number;

    expect_ok(node_store_begin(world.nodes[who]->store, &last_error));
    expect_ok(
        node_number_get(world.nodes[who]->store, name, &number, &last_error));
    node_store_abort(world.nodes[who]->store);
    return number;
}

static uint64_t
desk_count(enum who who)
{
    return number_of(who, "desk");
}

/* How often a message lies on that desk. */
static unsigned
times_on_desk(enum who who, const struct ent_id *id)
{
    struct node *node = world.nodes[who];
    uint64_t count = desk_count(who);
    unsigned times = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= count; i++) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;

        expect_ok(node_desk_get(node, i, &row, &last_error));
        times += row->id.len == sizeof id->bytes &&
                 memcmp(row->id.data, id->bytes, sizeof id->bytes) == 0;
    }
    node_store_abort(node->store);
    return times;
}

static uint32_t
state_of(enum who from, enum who to, const struct ent_id *id)
{
    struct node *node = world.nodes[from];
    struct ent_party party = ent_address_party(&world.configs[to].address);
    node_copy_row *row = NULL;
    uint32_t state;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, id, &party, &row, &last_error));
    state = row->state;
    node_row_free(&row);
    node_store_abort(node->store);
    return state;
}

static void
journal_is_good(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_journal_verify(node->journal, node->store, &last_error));
    node_store_abort(node->store);
}

#define DELIVERED ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED

/* ---- tests ---- */

static void
an_alert_arrives_and_its_sender_knows(void **state)
{
    struct ent_id id = send(MAESAI, TACHILEIK, hotline);

    (void)state;
    pass(0);
    pass(6000); /* it had to ask who Mae Sai is */
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

/* What Tachileik signed, as Mae Sai keeps it. */
static void
the_receipt_that_settled_it_is_kept_and_still_verifies(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_party party =
        ent_address_party(&world.configs[TACHILEIK].address);
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    node_copy_row *row = NULL;
    struct ent_digest stream;
    struct ent_view wire;
    struct ent_id id;

    (void)state;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_copy_get(maesai, &id, &party, &row, &last_error));
    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    expect_ok(node_proof_get(
        maesai, NODE_PROOF_RECEIPT, &stream, row->first, &wire, &last_error));
    expect_ok(ent_receipt_open(
        wire, &world.nodes[TACHILEIK]->certificate, receipt, &last_error));
    node_store_abort(maesai->store);
    assert_true(receipt->settled_up_to >= row->first);
    node_row_free(&row);
    free(receipt);
}

static void
a_purpose_that_is_not_agreed_never_leaves(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, seizure, &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_string_equal(result->copies[0]->reason_name, "PURPOSE_NOT_AGREED");
    assert_true(result->copies[0]->line > 0);
    pass(0);
    pass(2000);
    assert_int_equal(desk_count(TACHILEIK), 0);
}

/* Whether it would go from Mae Sai to Tachileik, and why not. */
static bool
explain(const char *json, struct ent_arena *arena,
    Entente__V1__ExplainReply **ret_reply)
{
    Entente__V1__ExplainRequest request = ENTENTE__V1__EXPLAIN_REQUEST__INIT;
    ProtobufCMessage *message;

    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    request.message = (ent_message *)message;
    request.to = (char *)(uintptr_t)addresses[TACHILEIK];
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_explain(
        world.nodes[MAESAI], &request, arena, ret_reply, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    return (*ret_reply)->result->accepted;
}

static void
explaining_says_why_and_changes_nothing(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ExplainReply *reply;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    assert_true(explain(hotline, &arena, &reply));
    assert_false(explain(seizure, &arena, &reply));
    assert_string_equal(reply->result->reason_name, "PURPOSE_NOT_AGREED");
    assert_string_equal(reply->agreement, "th-mm-border-liaison");
    assert_int_equal(number_of(MAESAI, "submission"), 0);
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 0);
}

static void
what_was_accepted_while_cut_off_arrives_in_order(void **state)
{
    struct ent_id ids[20];

    (void)state;
    pass(0);
    world.up = false;
    for (int i = 0; i < 20; i++) {
        ids[i] = send(MAESAI, TACHILEIK, hotline);
        pass(100);
    }
    assert_int_equal(desk_count(TACHILEIK), 0);
    world.up = true;
    for (int i = 0; i < 10; i++) {
        pass(3000);
    }
    assert_int_equal(desk_count(TACHILEIK), 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
    }
}

static void
a_repeated_submit_is_one_message(void **state)
{
    static const char once[] =
        "{\"id\":\"0198a8a0-0000-7000-8000-000000000001\",\"purpose\":"
        "\"THREAT_TO_LIFE\",\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{"
        "\"country\":\"TH\"},\"when\":\"2026-08-15T09:59:00Z\",\"action\":"
        "\"STOP\"}}";
    struct ent_id id = send(MAESAI, TACHILEIK, once);

    (void)state;
    crash(MAESAI);
    (void)send(MAESAI, TACHILEIK, once);
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
    assert_int_equal(number_of(MAESAI, "submission"), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
an_expired_message_ends_as_expired_and_blocks_nothing(void **state)
{
    struct ent_id dead;
    struct ent_id alive;

    (void)state;
    pass(0);
    pass(2000);
    world.up = false;
    dead = send(MAESAI, TACHILEIK, hotline);
    pass(25 * 60 * 60 * 1000);
    world.up = true;
    alive = send(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 10; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &dead), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &dead),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &alive), 1);
}

/* A node that lost its store begins anew; its peer sends again what it may. */
static void
a_new_store_gets_what_was_unsettled(void **state)
{
    char path[PATH_MAX + 16];
    struct ent_id id;

    (void)state;
    pass(0);
    pass(2000);
    id = send(MAESAI, TACHILEIK, hotline);
    world.lose = 100;
    pass(10);
    world.lose = 0;
    node_close(&world.nodes[TACHILEIK]);
    forget_wire();
    (void)snprintf(
        path, sizeof path, "rm -r '%s'", world.configs[TACHILEIK].store);
    assert_int_equal(system(path), 0);
    world.now += 1000;
    expect_ok(node_init(&world.configs[TACHILEIK], &last_error));
    expect_ok(node_open(
        &world.configs[TACHILEIK], &world.nodes[TACHILEIK], &last_error));
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* A first message, so that each knows the other's keys. */
static void
introduce(void)
{
    (void)send(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
}

/* Sealed for a key that is gone by the time it arrives. */
static void
what_cannot_be_opened_any_more_is_sealed_anew(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_id id;
    uint64_t due;
    size_t count;

    (void)state;
    introduce();
    world.lose = 100;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(10);
    expect_ok(node_slots_destroy(
        tachileik->slots, 0, world.now + 3 * DAY, &count, &last_error));
    assert_int_equal(count, 2);
    world.lose = 0;
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_manifest_rotate(tachileik, &due, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(TACHILEIK);
}

/* Delivered, but its sender never heard so and begins anew. */
static void
what_is_sealed_anew_after_it_arrived_is_not_doubled(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_id id;

    (void)state;
    (void)send(MAESAI, TACHILEIK, hotline); /* they get to know each other */
    pass(0);
    pass(6000);
    id = send(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    world.lose = 0;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_dispatch_reincarnate(maesai, 0, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Another version of the agreement at one office, signed by both states. */
static void
give_agreement(enum who who, const char *from, const char *to)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = change(ent_bytes_view(&old), from, to);
    struct ent_bytes signatures = {0};
    struct ent_complaints complaints = {0};
    struct ent_agreement *agreement = NULL;
    char path[PATH_MAX];

    expect_ok(ent_agreement_load(
        ent_bytes_view(&text), &agreement, &complaints, &last_error));
    for (int i = 0; i < 2; i++) {
        struct ent_secret *secret = authority_secret(states[i]);
        struct ent_bytes more = {0};
        struct ent_signer signer;

        expect_ok(
            ent_secret_signer(secret, ENT_KEY_AUTHORITY, &signer, &last_error));
        expect_ok(
            ent_agreement_sign(agreement, ent_bytes_view(&text), states[i],
                &signer, ent_bytes_view(&signatures), &more, &last_error));
        ent_bytes_free(&signatures);
        signatures = more;
        ent_secret_free(&secret);
    }
    in_folder(who, "th-mm.yaml", path);
    expect_ok(ent_file_replace(path, 0600, ent_bytes_view(&text), &last_error));
    in_folder(who, "th-mm.yaml.sig", path);
    expect_ok(
        ent_file_replace(path, 0600, ent_bytes_view(&signatures), &last_error));
    ent_bytes_free(&signatures);
    ent_agreement_free(&agreement);
    crash(who);
}

static void
an_agreement_the_recipient_does_not_have_waits_for_it(void **state)
{
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, "version: 1", "version: 2");
    id = send(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    give_agreement(TACHILEIK, "version: 1", "version: 2");
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_the_newer_agreement_forbids_is_refused_with_its_clause(void **state)
{
    struct node *node;
    struct ent_party party =
        ent_address_party(&world.configs[TACHILEIK].address);
    node_copy_row *row = NULL;
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    give_agreement(TACHILEIK, "purposes: [threat_to_life, listed_crime]",
        "purposes: [listed_crime]");
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    node = world.nodes[MAESAI];
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, &id, &party, &row, &last_error));
    node_store_abort(node->store);
    assert_int_equal(row->state, ENTENTE__V1__TRACE_STATE__TRACE_REFUSED);
    assert_int_equal(row->reason, ENT_REFUSAL_PURPOSE_NOT_AGREED);
    assert_true(row->line > 0);
    assert_string_not_equal(row->clause, "");
    node_row_free(&row);
}

static void
a_gap_is_given_up_in_time_and_what_follows_is_marked(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    node_desk_row *row = NULL;
    struct ent_id lost;
    struct ent_id later;

    (void)state;
    (void)send(MAESAI, TACHILEIK, hotline); /* they get to know each other */
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
    world.lose = 100;
    lost = send(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 0;
    later = send(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    while (world.flying > 0) {
        deliver_one();
    }
    assert_int_equal(times_on_desk(TACHILEIK, &later), 0);
    world.now += ent_gap_wait_ms(ENTENTE__V1__PRECEDENCE__FLASH);
    turn(TACHILEIK, NULL);
    assert_int_equal(times_on_desk(TACHILEIK, &later), 1);
    expect_ok(node_store_begin(tachileik->store, &last_error));
    expect_ok(node_desk_get(tachileik, 2, &row, &last_error));
    node_store_abort(tachileik->store);
    assert_int_equal(row->missing, 1);
    node_row_free(&row);
    pass(60000);
    pass(60000);
    assert_int_equal(times_on_desk(TACHILEIK, &lost), 1);
    assert_int_equal(desk_count(TACHILEIK), 3);
}

static void
deleted_means_that_nobody_can_read_it_and_the_journal_is_whole(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_bytes plain = {0};
    node_desk_row *row = NULL;
    const uint8_t *bucket;
    uint64_t day;
    uint64_t due;
    enum ent_status rc;

    (void)state;
    (void)send(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    world.now += 32 * DAY; /* hotline alerts are kept for 30 days */
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_desk_get(tachileik, 1, &row, &last_error));
    expect_ok(node_vault_open(tachileik->store, tachileik->slots, row->bundle,
        row->day, row->index, &plain, &last_error));
    ent_bytes_free(&plain);
    expect_ok(node_retention_run(tachileik, &day, &due, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    expect_ok(node_retention_destroy(tachileik, day, &last_error));
    expect_ok(node_store_begin(tachileik->store, &last_error));
    rc = node_vault_open(tachileik->store, tachileik->slots, row->bundle,
        row->day, row->index, &plain, &last_error);
    expect_status(rc, ENT_NOT_FOUND);
    expect_status(node_slots_bucket(
                      tachileik->slots, row->day, false, &bucket, &last_error),
        ENT_NOT_FOUND);
    node_row_free(&row);
    expect_ok(node_desk_get(tachileik, 1, &row, &last_error));
    node_store_abort(tachileik->store);
    assert_true(row->deleted);
    node_row_free(&row);
    journal_is_good(TACHILEIK);
}

/* Its clock was wrong when its store was made: nobody follows it yet, and what
 * it sent is not held to be delivered when its time has come. */
static void
a_store_from_the_future_loses_nothing(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_id id;

    (void)state;
    pass(0);
    maesai->incarnation = (world.now + 25 * HOUR) * 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_number_set(
        maesai->store, "incarnation", maesai->incarnation, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    id = send(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    for (int i = 0; i < 10; i++) {
        pass(HOUR / 4);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* As long as no newer key is announced, sealing anew would help nothing: the
 * bundle waits, and the store does not fill up with its likes. */
static void
a_key_that_is_gone_for_good_makes_no_endless_bundles(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t bundles;
    size_t count;

    (void)state;
    introduce();
    expect_ok(node_slots_destroy(world.nodes[TACHILEIK]->slots, 0,
        world.now + 3 * DAY, &count, &last_error));
    (void)send(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_number_get(maesai->store, "bundle", &bundles, &last_error));
    node_store_abort(maesai->store);
    assert_int_equal(bundles, 2);
}

/* Nobody ever says who Tachileik is: the officer is told in the end. */
static void
what_waits_for_a_key_that_never_comes_expires(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint8_t place[NODE_KEY_MAX] = {0};
    struct ent_id id;

    (void)state;
    world.lose = 100;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(25 * HOUR);
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_batch_expire(maesai, place, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
}

/* The broker greets again: what was sent and not answered goes once more, and
 * not twice. */
static void
a_new_connection_has_each_bundle_sent_once(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    size_t bundles = 0;

    (void)state;
    introduce();
    for (int i = 0; i < 3; i++) {
        (void)send(MAESAI, TACHILEIK, hotline);
        turn(MAESAI, NULL);
    }
    forget_wire();
    world.now += 500;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_settle_resume(maesai, true, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    turn(MAESAI, NULL);
    for (size_t i = 0; i < world.flying; i++) {
        bundles += world.wire[i].type == ENT_FRAME_BUNDLE;
    }
    assert_int_equal(bundles, 3);
    drain();
    assert_int_equal(desk_count(TACHILEIK), 4);
}

/* The key lies in its slot, but the turn that was to tell of it failed. */
static void
a_new_sealing_key_is_announced_in_the_end(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_sealing_key keys[8];
    struct ent_manifest manifest;
    uint64_t due;
    size_t count;

    (void)state;
    pass(DAY + HOUR);
    for (int i = 0; i < 2; i++) {
        expect_ok(node_turn_begin(maesai, world.now, &last_error));
        expect_ok(node_manifest_rotate(maesai, &due, &last_error));
        expect_status(
            node_turn_end(maesai, i == 0 ? ENT_FULL : ENT_OK, &last_error),
            i == 0 ? ENT_FULL : ENT_OK);
    }
    count = node_slots_epochs(maesai->slots, keys, 8);
    assert_int_equal(count, 3);
    expect_ok(ent_manifest_open(ent_bytes_view(&maesai->manifest_wire),
        &maesai->certificate, &manifest, &last_error));
    assert_memory_equal(&manifest.keys[manifest.key_count - 1].key_id,
        &keys[count - 1].key_id, sizeof keys[0].key_id);
}

/* A clock that is in doubt may be wrong: nothing is given up by it. */
static void
nothing_expires_while_the_clock_is_in_doubt(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    bool more;
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    id = send(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.up = true;
    maesai->clock_doubt = true;
    world.now += 30 * DAY;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_dispatch_pump(maesai, &more, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    world.now -= 30 * DAY;
    maesai->clock_doubt = false;
    pass(1000);
    pass(6000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* The office has a new key and a certificate for it. */
static void
renew(enum who who)
{
    static const char *const names[] = {
        "office.key", "link.key", "office.cert"};
    struct ent_secret *keys[2] = {NULL, NULL};
    char path[PATH_MAX];

    for (int i = 0; i < 3; i++) {
        in_folder(who, names[i], path);
        assert_int_equal(unlink(path), 0);
    }
    write_key(who, "office.key", ENT_KEY_OFFICE, &keys[0]);
    write_key(who, "link.key", ENT_KEY_LINK, &keys[1]);
    certify(who, keys[0], keys[1]);
    ent_secret_free(&keys[0]);
    ent_secret_free(&keys[1]);
    crash(who);
}

/* Whoever knows the newer certificate believes the older one no more. */
static void
tell_certificate(enum who whose, enum who whom)
{
    struct node *node = world.nodes[whom];
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE,
        .wire = ent_bytes_view(&world.nodes[whose]->certificate_wire)};

    (void)snprintf(
        object.subject, sizeof object.subject, "%s", addresses[whose]);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_learn(node, &object, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
what_was_signed_under_an_older_key_is_sealed_anew(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_receipt_that_was_lost_is_given_again_under_the_newer_key(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = send(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one();
    forget_wire();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    renew(TACHILEIK);
    tell_certificate(TACHILEIK, MAESAI);
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* A turn that ends badly has not happened, in memory neither. */
static void
a_turn_that_is_taken_back_leaves_us_who_we_were(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t incarnation = maesai->incarnation;
    uint64_t sequence = maesai->manifest_sequence;
    struct ent_digest manifest =
        ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    struct ent_digest now;

    (void)state;
    world.now += 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_dispatch_reincarnate(maesai, 0, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_status(node_turn_end(maesai, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(maesai->incarnation, incarnation);
    assert_int_equal(maesai->manifest_sequence, sequence);
    now = ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    assert_memory_equal(&now, &manifest, sizeof now);
    introduce();
    journal_is_good(MAESAI);
}

/* The recipient's signed word that a store of ours is known that began at
 * `highest`, about the second message of FLASH in that incarnation of ours. */
static void
say_stale(uint64_t incarnation, uint64_t highest)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct node *maesai = world.nodes[MAESAI];
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_stream_id *stream = &receipt->stream;
    struct flying frame = {.to = MAESAI, .type = ENT_FRAME_RECEIPT};
    struct ent_digest genesis;

    stream->sender = maesai->self;
    stream->recipient = world.nodes[TACHILEIK]->self;
    stream->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    stream->sender_incarnation = incarnation;
    stream->recipient_incarnation = world.nodes[TACHILEIK]->incarnation;
    genesis = ent_chain_genesis(stream);
    receipt->chain = genesis;
    receipt->issued_at = world.now;
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_dispatch_get(maesai, &genesis, 2, &dispatch, &last_error));
    node_store_abort(maesai->store);
    receipt->answer_count = 1;
    receipt->answers[0] = (struct ent_answer){
        .first = 2,
        .count = 1,
        .code = ENTENTE__V1__ANSWER_CODE__STALE,
        .label_hash = dispatch.state.label_hash,
        .reason = ENT_REFUSAL_WRONG_INCARNATION,
        .highest = highest,
    };
    expect_ok(ent_receipt_make(receipt,
        node_keeper_signer(world.nodes[TACHILEIK]->keeper), &wire,
        &last_error));
    free(receipt);
    frame.payload = wire;
    turn(MAESAI, &frame);
}

static void
a_newer_store_of_ours_is_believed_once_and_not_from_the_future(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t first = maesai->incarnation;
    uint64_t second;
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = send(MAESAI, TACHILEIK, hotline);
    pass(10);
    say_stale(first, UINT64_MAX);
    say_stale(first, (world.now + 2 * DAY) * 1000);
    assert_int_equal(maesai->incarnation, first);
    say_stale(first, first + 5);
    second = maesai->incarnation;
    assert_true(second > first + 5);
    say_stale(first, second); /* about what was still on its way */
    assert_int_equal(maesai->incarnation, second);
    world.lose = 0;
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
key_slots_that_were_cut_short_are_not_taken(void **state)
{
    struct node_config *config = &world.configs[TACHILEIK];
    char path[PATH_MAX + 16];

    (void)state;
    (void)send(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    node_close(&world.nodes[TACHILEIK]);
    (void)snprintf(path, sizeof path, "%s/slots", config->store);
    assert_int_equal(truncate(path, 128), 0);
    expect_status(
        node_open(config, &world.nodes[TACHILEIK], &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, "cut short"));
}

/* A wire that loses, repeats and reorders, and nodes that die. */
static void
nothing_is_lost_and_nothing_doubled_on_a_bad_wire(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        world.seed = seed;
        world.lose = dice(40);
        world.repeat = dice(30);
        for (int i = 0; i < 30; i++) {
            (void)send(MAESAI, TACHILEIK, hotline);
            world.now += dice(500);
            turn(MAESAI, NULL);
            for (unsigned k = dice(4); k > 0 && world.flying > 0; k--) {
                deliver_one();
            }
            if (dice(10) == 0) {
                crash(dice(2) == 0 ? MAESAI : TACHILEIK);
            }
        }
        world.lose = 0;
        for (int i = 0; i < 30; i++) {
            pass(60000);
        }
        for (size_t i = 0; i < world.sent_count; i++) {
            if (times_on_desk(TACHILEIK, &world.sent[i]) != 1 ||
                state_of(MAESAI, TACHILEIK, &world.sent[i]) != DELIVERED) {
                fail_msg("seed %u: message %zu lies %u times on the desk, "
                         "state %u",
                    (unsigned)seed, i, times_on_desk(TACHILEIK, &world.sent[i]),
                    state_of(MAESAI, TACHILEIK, &world.sent[i]));
            }
        }
        journal_is_good(MAESAI);
        journal_is_good(TACHILEIK);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alert_arrives_and_its_sender_knows),
        TEST(the_receipt_that_settled_it_is_kept_and_still_verifies),
        TEST(a_purpose_that_is_not_agreed_never_leaves),
        TEST(explaining_says_why_and_changes_nothing),
        TEST(what_was_accepted_while_cut_off_arrives_in_order),
        TEST(a_repeated_submit_is_one_message),
        TEST(an_expired_message_ends_as_expired_and_blocks_nothing),
        TEST(a_new_store_gets_what_was_unsettled),
        TEST(what_cannot_be_opened_any_more_is_sealed_anew),
        TEST(what_is_sealed_anew_after_it_arrived_is_not_doubled),
        TEST(an_agreement_the_recipient_does_not_have_waits_for_it),
        TEST(what_the_newer_agreement_forbids_is_refused_with_its_clause),
        TEST(a_gap_is_given_up_in_time_and_what_follows_is_marked),
        TEST(deleted_means_that_nobody_can_read_it_and_the_journal_is_whole),
        TEST(a_store_from_the_future_loses_nothing),
        TEST(a_key_that_is_gone_for_good_makes_no_endless_bundles),
        TEST(what_waits_for_a_key_that_never_comes_expires),
        TEST(a_new_connection_has_each_bundle_sent_once),
        TEST(a_new_sealing_key_is_announced_in_the_end),
        TEST(nothing_expires_while_the_clock_is_in_doubt),
        TEST(what_was_signed_under_an_older_key_is_sealed_anew),
        TEST(a_receipt_that_was_lost_is_given_again_under_the_newer_key),
        TEST(a_turn_that_is_taken_back_leaves_us_who_we_were),
        TEST(a_newer_store_of_ours_is_believed_once_and_not_from_the_future),
        TEST(key_slots_that_were_cut_short_are_not_taken),
        TEST(nothing_is_lost_and_nothing_doubled_on_a_bad_wire),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_exchange", tests, NULL, NULL);
}
