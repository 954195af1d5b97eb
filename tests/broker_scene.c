/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_scene.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/log.h"

static const uint8_t mac_key[ENT_KV_MAC_KEY_LEN] = "the storage key of a test";

/* ---- the wire ---- */

static enum ent_status
send_on_wire(void *context, const struct ent_route *route,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err)
{
    struct scene *scene = context;
    struct sent *sent = &scene->sent[scene->sent_count];

    if (scene->gone) {
        return ent_fail(err, ENT_NOT_FOUND, "gone");
    }
    if (scene->busy) {
        return ent_fail(err, ENT_BUSY, "busy");
    }
    assert_in_range(scene->sent_count, 0, SENT_MAX - 1);
    sent->route = *route;
    sent->type = type;
    expect_ok(ent_bytes_copy(payload, &sent->payload, &last_error));
    expect_ok(ent_bytes_copy(body, &sent->body, &last_error));
    scene->sent_count++;
    return ENT_OK;
}

static struct ent_route
route_of(const struct scene *scene, const struct party *party, enum lane lane)
{
    struct ent_route route = {.len = 6};

    route.bytes[0] = party->cert.link_key[0];
    route.bytes[1] = (uint8_t)lane;
    ent_put_be(route.bytes + 2, scene->connection, 4);
    return route;
}

/* ---- setting the scene ---- */

struct broker_registry *
make_registry(
    struct scene *scene, const struct party *one, const struct party *other)
{
    const struct ent_authorities authorities = {
        .list = {{.state = "th", .key = scene->all.thailand.signer.key},
            {.state = "mm", .key = scene->all.myanmar.signer.key}},
        .count = 2,
    };
    const struct party *const offices[] = {one, other};
    struct broker_registry *registry = NULL;

    expect_ok(broker_registry_new(&authorities, &registry, &last_error));
    for (size_t i = 0; i < 2; i++) {
        if (offices[i] != NULL) {
            expect_ok(
                broker_registry_add(registry, ent_bytes_view(&offices[i]->wire),
                    true, scene->now.wall_ms, &last_error));
        }
    }
    return registry;
}

static void
start(struct scene *scene)
{
    struct broker_options options = {
        .address = scene->all.broker.cert.address,
        .certificate = ent_bytes_view(&scene->all.broker.wire),
        .signer = &scene->all.broker.signer,
        .port = {.send = send_on_wire, .context = scene},
        .quota = scene->quota,
        .wall_ms = PARTIES_NOW,
    };

    scene->registry =
        make_registry(scene, MAESAI, scene->relays ? NULL : TACHILEIK);
    if (scene->relays) {
        expect_ok(broker_registry_add_neighbour(scene->registry,
            ent_bytes_view(&YANGON->wire), &YANGON->cert.address,
            scene->now.wall_ms, &last_error));
        broker_registry_lead(scene->registry, "mm", &YANGON->cert.address);
    }
    expect_ok(broker_spool_open(
        scene->path, mac_key, scene->store_size, &scene->spool, &last_error));
    options.registry = scene->registry;
    options.spool = scene->spool;
    expect_ok(broker_new(&options, &scene->broker, &last_error));
    expect_ok(broker_sync_objects(scene->broker, &last_error));
    turn(scene, NULL, 0);
}

static void
stop(struct scene *scene)
{
    broker_free(&scene->broker);
    broker_spool_close(&scene->spool);
    broker_registry_free(&scene->registry);
}

static struct scene *
open_scene(bool relays)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    scene->relays = relays;
    ent_log_set_level(0); /* what is wrong here is wrong on purpose */
    parties_init(&scene->all);
    strcpy(scene->folder, "/tmp/entente-broker-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    (void)snprintf(scene->path, sizeof scene->path, "%s/spool", scene->folder);
    scene->store_size = STORE_SIZE;
    scene->quota = (struct broker_quota){.bytes = STORE_SIZE,
        .entries = 100000,
        .flash_reserve = 10,
        .signatures = 100000};
    scene->now = (struct broker_now){.wall_ms = PARTIES_NOW, .boot_ms = HOUR};
    expect_ok(broker_spool_create(
        scene->path, mac_key, scene->store_size, &last_error));
    start(scene);
    return scene;
}

int
scene_open(void **state)
{
    *state = open_scene(false);
    return 0;
}

int
scene_open_relay(void **state)
{
    *state = open_scene(true);
    return 0;
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

int
scene_close(void **state)
{
    struct scene *scene = *state;

    stop(scene);
    scene_forget(scene);
    parties_fini(&scene->all);
    (void)nftw(scene->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(scene);
    return 0;
}

void
scene_hang_up(struct scene *scene)
{
    scene->connection++;
}

void
scene_restart(struct scene *scene)
{
    stop(scene);
    scene_hang_up(scene);
    start(scene);
}

void
scene_damage(struct scene *scene, uint8_t byte)
{
    char path[100];
    uint8_t run[64];
    uint8_t *content;
    FILE *file;
    size_t len;
    uint8_t *found;

    (void)snprintf(path, sizeof path, "%s/data.mdb", scene->path);
    file = fopen(path, "r+");
    assert_non_null(file);
    content = malloc(STORE_SIZE);
    assert_non_null(content);
    len = fread(content, 1, STORE_SIZE, file);
    memset(run, byte, sizeof run);
    found = memmem(content, len, run, sizeof run);
    assert_non_null(found);
    assert_int_equal(fseek(file, found - content, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
    free(content);
    scene_restart(scene);
}

/* ---- talking ---- */

struct ent_frame
frame_from(struct scene *scene, const struct party *party, enum lane lane,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body)
{
    struct ent_frame frame = {.route = route_of(scene, party, lane),
        .type = type,
        .payload = payload,
        .body = body};

    memcpy(frame.link_key, party->cert.link_key, sizeof frame.link_key);
    return frame;
}

void
turn(struct scene *scene, const struct ent_frame *frames, size_t count)
{
    expect_ok(
        broker_turn(scene->broker, frames, count, &scene->now, &last_error));
}

void
say(struct scene *scene, const struct party *party, enum lane lane,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body)
{
    const struct ent_frame frame =
        frame_from(scene, party, lane, type, payload, body);

    turn(scene, &frame, 1);
}

void
pass(struct scene *scene, uint64_t ms)
{
    scene->now.wall_ms += ms;
    scene->now.boot_ms += ms;
    turn(scene, NULL, 0);
}

void
greet(struct scene *scene, const struct party *party, enum lane lane,
    uint64_t credit)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&party->wire),
        .lane = lane == URGENT ? ENTENTE__V1__LANE__URGENT
                               : ENTENTE__V1__LANE__BULK,
        .credit = credit,
    };

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    say(scene, party, lane, ENT_FRAME_HELLO, ent_bytes_view(&payload),
        (struct ent_view){0});
}

/* What is said to the connection that a new one replaces. */
static void
skip_old_bye(struct scene *scene)
{
    if (scene->read_count < scene->sent_count &&
        scene->sent[scene->read_count].type == ENT_FRAME_BYE) {
        scene->read_count++;
    }
}

void
connect_both(struct scene *scene, const struct party *party)
{
    greet(scene, party, URGENT, GENEROUS);
    skip_old_bye(scene);
    (void)expect_sent(scene, party, URGENT, ENT_FRAME_HELLO);
    greet(scene, party, BULK, GENEROUS);
    skip_old_bye(scene);
    (void)expect_sent(scene, party, BULK, ENT_FRAME_HELLO);
}

/* ---- listening ---- */

const struct sent *
expect_sent(struct scene *scene, const struct party *party, enum lane lane,
    enum ent_frame_type type)
{
    const struct ent_route route = route_of(scene, party, lane);
    const struct sent *sent = &scene->sent[scene->read_count];

    if (scene->read_count == scene->sent_count) {
        fail_msg("nothing was sent, where a frame %d should be", (int)type);
    }
    scene->read_count++;
    assert_int_equal(sent->type, type);
    assert_int_equal(sent->route.len, route.len);
    assert_memory_equal(sent->route.bytes, route.bytes, route.len);
    return sent;
}

void
expect_silence(struct scene *scene)
{
    if (scene->read_count < scene->sent_count) {
        fail_msg(
            "a frame %d was sent", (int)scene->sent[scene->read_count].type);
    }
}

void
forget_sent(struct scene *scene)
{
    scene->read_count = scene->sent_count;
}

void
scene_forget(struct scene *scene)
{
    for (size_t i = 0; i < scene->sent_count; i++) {
        ent_bytes_free(&scene->sent[i].payload);
        ent_bytes_free(&scene->sent[i].body);
    }
    scene->sent_count = 0;
    scene->read_count = 0;
}

void
expect_bye(struct scene *scene, const struct party *party, enum lane lane,
    uint32_t reason, const struct made *made)
{
    const struct sent *sent = expect_sent(scene, party, lane, ENT_FRAME_BYE);
    struct ent_bye bye;

    expect_ok(
        ent_bye_decode(ent_bytes_view(&sent->payload), &bye, &last_error));
    assert_int_equal(bye.reason, reason);
    assert_int_equal(bye.about_stream, made != NULL);
    if (made != NULL) {
        assert_true(ent_stream_id_equal(&bye.stream, &made->label.stream));
        assert_int_equal(bye.first, made->label.first);
    }
}

void
expect_custody(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made)
{
    const struct sent *sent =
        expect_sent(scene, party, lane, ENT_FRAME_CUSTODY);
    struct ent_custody custody;

    expect_ok(ent_custody_open(ent_bytes_view(&sent->payload),
        &scene->all.broker.cert, &custody, &last_error));
    assert_true(ent_stream_id_equal(&custody.stream, &made->label.stream));
    assert_int_equal(custody.first, made->label.first);
    assert_int_equal(custody.count, made->label.count);
    assert_true(ent_digest_equal(&custody.label_hash, &made->hash));
    assert_int_equal(custody.taken_at, scene->now.wall_ms);
}

void
expect_bundle(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made)
{
    const struct sent *sent = expect_sent(scene, party, lane, ENT_FRAME_BUNDLE);
    struct ent_bundle bundle;

    expect_ok(ent_bundle_decode(ent_bytes_view(&sent->payload),
        ent_bytes_view(&sent->body), &bundle, &last_error));
    assert_true(
        ent_view_equal(bundle.label_wire, ent_bytes_view(&made->label_wire)));
    assert_true(ent_view_equal(bundle.body, ent_bytes_view(&made->body)));
    assert_int_equal(bundle.hop.count, 1);
    assert_true(ent_address_equal(
        &bundle.hop.brokers[0], &scene->all.broker.cert.address));
}

void
expect_credit(struct scene *scene, const struct party *party, enum lane lane,
    uint64_t bytes)
{
    const struct sent *sent = expect_sent(scene, party, lane, ENT_FRAME_CREDIT);
    uint64_t got;

    expect_ok(
        ent_credit_decode(ent_bytes_view(&sent->payload), &got, &last_error));
    assert_int_equal(got, bytes);
}

/* ---- making ---- */

struct ent_stream_id
stream_of(const struct party *from, const struct party *to, uint32_t precedence)
{
    return (struct ent_stream_id){
        .sender = from->cert.address,
        .recipient = to->cert.address,
        .precedence = precedence,
        .sender_incarnation = 7,
        .recipient_incarnation = 9,
    };
}

void
make_again(struct made *made, const struct party *from)
{
    struct ent_signatures signatures = {.count = 1};
    const struct ent_hop hop = {0};

    ent_bytes_free(&made->label_wire);
    ent_bytes_free(&made->head);
    expect_ok(ent_label_encode(&made->label, &made->label_wire, &last_error));
    expect_ok(ent_signing_sign(&from->signer, ENT_TYPE_LABEL,
        ent_bytes_view(&made->label_wire), &signatures.list[0], &last_error));
    expect_ok(ent_bundle_encode_head(&hop, ent_bytes_view(&made->label_wire),
        &signatures, &made->head, &last_error));
    made->hash = ent_digest_of(ent_bytes_view(&made->label_wire));
}

static struct ent_bytes
make_body(uint64_t first, uint32_t count, size_t size)
{
    const size_t len = ENT_ENVELOPE_OVERHEAD + size;
    struct ent_bytes body;

    expect_ok(ent_bytes_alloc(count * (4 + len), &body, &last_error));
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *at = body.data + i * (4 + len);

        ent_put_be(at, len, 4);
        memset(at + 4, (int)(first + i), len);
    }
    return body;
}

struct made
make_bundle(struct scene *scene, const struct party *from,
    const struct party *to, uint32_t precedence, uint64_t first, uint32_t count,
    size_t size)
{
    struct made made = {.body = make_body(first, count, size)};

    made.label = (struct ent_label){
        .stream = stream_of(from, to, precedence),
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__TEST,
        .first = first,
        .count = count,
        .body_len = (uint32_t)made.body.len,
        .signing_key_id = from->cert.signing_key_id,
        .sealed_at = scene->now.wall_ms,
        .expires_at = scene->now.wall_ms + 2 * HOUR,
    };
    expect_ok(ent_body_root(
        ent_bytes_view(&made.body), count, &made.label.root, &last_error));
    make_again(&made, from);
    return made;
}

void
made_free(struct made *made)
{
    ent_bytes_free(&made->label_wire);
    ent_bytes_free(&made->head);
    ent_bytes_free(&made->body);
}

uint64_t
made_size(const struct made *made)
{
    return made->head.len + made->body.len;
}

void
send_made(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made)
{
    say(scene, party, lane, ENT_FRAME_BUNDLE, ent_bytes_view(&made->head),
        ent_bytes_view(&made->body));
}

struct ent_bytes
make_receipt(struct scene *scene, const struct party *by,
    const struct made *made, size_t count, uint32_t code,
    uint64_t settled_up_to)
{
    struct ent_receipt receipt = {
        .stream = made[0].label.stream,
        .settled_up_to = settled_up_to,
        .issued_at = scene->now.wall_ms,
        .answer_count = count,
    };
    struct ent_bytes wire = {0};

    for (size_t i = 0; i < count; i++) {
        receipt.answers[i] = (struct ent_answer){
            .first = made[i].label.first,
            .count = made[i].label.count,
            .code = code,
            .label_hash = made[i].hash,
        };
        if (code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
            receipt.answers[i].sealed =
                view("nonce, and outcomes that only the sender can read");
        }
        if (code == ENTENTE__V1__ANSWER_CODE__NOT_YET) {
            receipt.answers[i].reason = ENT_REFUSAL_UNKNOWN_CERTIFICATE;
        }
    }
    expect_ok(ent_receipt_make(&receipt, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_custody(
    struct scene *scene, const struct party *by, const struct made *made)
{
    const struct ent_custody custody = {
        .broker = by->cert.address,
        .stream = made->label.stream,
        .first = made->label.first,
        .count = made->label.count,
        .label_hash = made->hash,
        .taken_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_custody_make(&custody, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_skip(struct scene *scene, const struct party *by, const struct made *made)
{
    const struct ent_skip skip = {
        .stream = made->label.stream,
        .from = made->label.first,
        .to = made->label.first + made->label.count - 1,
        .reason = ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN,
        .issued_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_skip_make(&skip, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_manifest(struct scene *scene, const struct party *by, uint64_t sequence)
{
    struct ent_manifest manifest = {
        .address = by->cert.address,
        .sequence = sequence,
        .incarnation = 7,
        .key_count = 1,
        .issued_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    memset(manifest.keys[0].key, 9, sizeof manifest.keys[0].key);
    manifest.keys[0].not_before = scene->now.wall_ms;
    manifest.keys[0].not_after = scene->now.wall_ms + PARTIES_DAY;
    expect_ok(ent_manifest_make(&manifest, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_revocation(struct scene *scene, const char *state,
    const struct party *authority, uint64_t number, const struct party *revoked)
{
    struct ent_revocation one = {.revoked_at = scene->now.wall_ms};
    struct ent_bytes wire = {0};

    if (revoked != NULL) {
        one.key_id = revoked->cert.signing_key_id;
        one.address = revoked->cert.address;
        one.serial = revoked->cert.serial;
    }
    expect_ok(ent_revocation_list_make(state, number, scene->now.wall_ms,
        scene->now.wall_ms + PARTIES_DAY, &one, revoked == NULL ? 0 : 1,
        &authority->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_state(const struct ent_stream_id *stream, struct ent_view receipt)
{
    struct ent_state *state = calloc(1, sizeof *state);
    struct ent_bytes payload = {0};

    assert_non_null(state);
    state->stream_count = 1;
    state->last_page = true;
    state->streams[0].role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
    state->streams[0].stream = *stream;
    state->streams[0].receipts[0] = ent_digest_of(receipt);
    state->streams[0].receipt_count = 1;
    expect_ok(ent_state_encode(state, &payload, &last_error));
    free(state);
    return payload;
}

struct made
from_maesai(struct scene *scene, uint32_t precedence, uint64_t first)
{
    return make_bundle(scene, MAESAI, TACHILEIK, precedence, first, 1, 100);
}

void
leave(struct scene *scene, enum lane lane, const struct made *made)
{
    send_made(scene, MAESAI, lane, made);
    expect_custody(scene, MAESAI, lane, made);
    expect_credit(scene, MAESAI, lane, made_size(made));
}

struct ent_bytes
answer(struct scene *scene, enum lane lane, const struct made *made,
    uint32_t code, uint64_t settled_up_to)
{
    struct ent_bytes receipt =
        make_receipt(scene, TACHILEIK, made, 1, code, settled_up_to);
    const struct sent *sent;
    static struct ent_state state;
    struct ent_digest hash = ent_digest_of(ent_bytes_view(&receipt));

    say(scene, TACHILEIK, lane, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    sent = expect_sent(scene, TACHILEIK, lane, ENT_FRAME_STATE);
    expect_ok(
        ent_state_decode(ent_bytes_view(&sent->payload), &state, &last_error));
    assert_int_equal(state.stream_count, 1);
    assert_true(ent_digest_equal(&state.streams[0].receipts[0], &hash));
    return receipt;
}

void
expect_receipt(struct scene *scene, enum lane lane, struct ent_view receipt)
{
    const struct sent *sent =
        expect_sent(scene, MAESAI, lane, ENT_FRAME_RECEIPT);

    assert_true(ent_view_equal(ent_bytes_view(&sent->payload), receipt));
}

struct broker_usage
usage_of(struct scene *scene, const struct party *from, const struct party *to)
{
    const struct ent_party sender = ent_address_party(&from->cert.address);
    const struct ent_party recipient = ent_address_party(&to->cert.address);
    struct broker_usage usage;

    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_ok(broker_spool_usage(
        scene->spool, &sender, &recipient, &usage, &last_error));
    broker_spool_abort(scene->spool);
    return usage;
}

/* ---- objects ---- */

void
say_object(struct scene *scene, const struct party *by, uint32_t kind,
    const char *subject, struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = kind, .wire = wire};

    strcpy(object.subject, subject);
    expect_ok(ent_object_encode(&object, &payload, &last_error));
    say(scene, by, BULK, ENT_FRAME_OBJECT, ent_bytes_view(&payload), NOTHING);
}

struct ent_view
fetch(struct scene *scene, const struct party *by, uint32_t kind,
    const char *subject, uint64_t newer_than)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch request = {.kind = kind, .newer_than = newer_than};
    const struct sent *sent;
    struct ent_object object;

    strcpy(request.subject, subject);
    expect_ok(ent_fetch_encode(&request, &payload, &last_error));
    say(scene, by, BULK, ENT_FRAME_FETCH, ent_bytes_view(&payload), NOTHING);
    sent = expect_sent(scene, by, BULK, ENT_FRAME_OBJECT);
    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_string_equal(object.subject, subject);
    assert_int_equal(object.kind, kind);
    return object.wire;
}
