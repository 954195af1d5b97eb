/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_talk.h"

/* ---- talking ---- */

static struct ent_route
route_of(const struct scene *scene, const struct party *party, enum lane lane)
{
    struct ent_route route = {.len = 6};

    route.bytes[0] = party->cert.link_key[0];
    route.bytes[1] = (uint8_t)lane;
    ent_put_be(route.bytes + 2, scene->connection, 4);
    return route;
}

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

void
send_made(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made)
{
    say(scene, party, lane, ENT_FRAME_BUNDLE, ent_bytes_view(&made->head),
        ent_bytes_view(&made->body));
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

/* ---- both ---- */

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

void
expect_object(struct scene *scene, const struct party *to, enum lane lane,
    struct ent_view wire)
{
    const struct sent *sent = expect_sent(scene, to, lane, ENT_FRAME_OBJECT);
    struct ent_object object;

    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_true(ent_view_equal(object.wire, wire));
}

/* The certificate of somebody comes, as an object. */
void
expect_certificate(struct scene *scene, const struct party *to, enum lane lane,
    const struct party *whose)
{
    const struct sent *sent = expect_sent(scene, to, lane, ENT_FRAME_OBJECT);
    struct ent_object object;

    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_int_equal(object.kind, CERTIFICATE);
    assert_true(ent_view_equal(object.wire, ent_bytes_view(&whose->wire)));
}

void
bring_certificate(struct scene *scene, const struct party *whose)
{
    say_object(scene, YANGON, CERTIFICATE, whose->cert.address.text,
        ent_bytes_view(&whose->wire));
}
