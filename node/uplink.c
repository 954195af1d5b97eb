/* SPDX-License-Identifier: Apache-2.0 */
#include "node/uplink.h"

#include <stdlib.h>
#include <string.h>

#include "node/intake.h"
#include "node/peers.h"
#include "node/settle.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/frame.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "uplink"
#define CERTIFICATE_FILE_MAX 65536
#define GREET_PAUSE_MIN_MS 1000
#define GREET_PAUSE_MAX_MS 60000
#define OWED_STREAMS_MAX 256

/* One of the two connections. */
struct lane {
    struct ent_link *link;
    bool up;           /* the connection is there */
    bool ready;        /* the broker has greeted us */
    uint64_t credit;   /* bytes we may still send */
    uint64_t granted;  /* by HELLO: credit never grows beyond it */
    uint64_t owed;     /* bytes of credit to give back */
    uint64_t greet_at; /* after a BYE; UINT64_MAX: not waiting */
    uint64_t greet_pause;
};

/* Receipts to name to the broker, by stream. */
struct owed {
    struct ent_stream_id stream;
    struct ent_digest receipts[ENT_STATE_RECEIPTS_MAX];
    size_t count;
};

struct node_uplink {
    struct lane lanes[2]; /* urgent, bulk */
    bool has_broker;
    struct ent_certificate broker;
    uint64_t since_ms;
    struct owed *owed;
    size_t owed_count;
};

static struct lane *
lane_of(struct node_uplink *uplink, bool urgent)
{
    return &uplink->lanes[urgent ? 0 : 1];
}

static enum ent_status
read_broker(struct node *node, const struct node_broker *broker,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const char *state = ent_address_state(&broker->address);
    const struct ent_verify_key *authority =
        ent_authorities_find(&node->config->authorities, state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for '%s', the state of %s", state,
            broker->address.text);
    }
    rc = ent_file_read(broker->certificate, CERTIFICATE_FILE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_certificate_open(
            ent_bytes_view(&wire), authority, ret_certificate, err);
    }
    if (rc == ENT_OK &&
        (!ent_address_equal(&ret_certificate->address, &broker->address) ||
            ent_certificate_role(ret_certificate) != ENT_KEY_BROKER)) {
        rc = ent_fail(err, ENT_REJECTED, "it is not the broker's certificate");
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "certificate of %s", broker->address.text);
    }
    return rc;
}

enum ent_status
node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err)
{
    ENT_AUTO(node_uplink_close) struct node_uplink *uplink = NULL;
    enum ent_status rc = ENT_OK;

    uplink = calloc(1, sizeof *uplink);
    if (uplink != NULL) {
        uplink->owed = calloc(OWED_STREAMS_MAX, sizeof *uplink->owed);
    }
    if (uplink == NULL || uplink->owed == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the uplink");
    }
    uplink->has_broker = node->config->broker_count > 0;
    if (uplink->has_broker) {
        rc = read_broker(node, &node->config->brokers[0], &uplink->broker, err);
    }
    for (size_t i = 0; i < 2 && rc == ENT_OK && uplink->has_broker; i++) {
        uplink->lanes[i].greet_at = UINT64_MAX;
        rc = ent_link_connect(zmq_context, node->config->brokers[0].endpoint,
            uplink->broker.link_key, node_keeper_link(node->keeper),
            &uplink->lanes[i].link, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_uplink = uplink;
    uplink = NULL;
    return ENT_OK;
}

void
node_uplink_close(struct node_uplink **uplink)
{
    if (*uplink == NULL) {
        return;
    }
    ent_link_close(&(*uplink)->lanes[0].link);
    ent_link_close(&(*uplink)->lanes[1].link);
    free((*uplink)->owed);
    free(*uplink);
    *uplink = NULL;
}

size_t
node_uplink_poll(
    struct node_uplink *uplink, zmq_pollitem_t items[static NODE_UPLINK_ITEMS])
{
    size_t count = 0;

    for (size_t i = 0; i < 2 && uplink->has_broker; i++) {
        items[count++] =
            (zmq_pollitem_t){.socket = ent_link_socket(uplink->lanes[i].link),
                .events = ZMQ_POLLIN};
        items[count++] =
            (zmq_pollitem_t){.socket = ent_link_monitor(uplink->lanes[i].link),
                .events = ZMQ_POLLIN};
    }
    return count;
}

/* The first frame on a connection, ours before theirs. It promises nothing that
 * a turn could still take back, so it does not wait for a commit. */
static void
greet(struct node *node, struct lane *lane, bool urgent)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_hello hello = {
        .certificate = ent_bytes_view(&node->certificate_wire),
        .manifest_sequence = node->manifest_sequence,
        .lane = urgent ? ENTENTE__V1__LANE__URGENT : ENTENTE__V1__LANE__BULK,
        .credit = NODE_CREDIT,
    };
    struct ent_error err = {0};

    lane->ready = false;
    lane->credit = 0;
    lane->owed = 0;
    lane->greet_at = node->now_ms + GREET_PAUSE_MAX_MS; /* unanswered */
    if (ent_hello_encode(&hello, &payload, &err) != ENT_OK ||
        ent_link_send(lane->link, NULL, ENT_FRAME_HELLO,
            ent_bytes_view(&payload), (struct ent_view){0}, &err) != ENT_OK) {
        ent_log(
            ENT_LOG_WARN, COMPONENT, "cannot greet, retrying: %s", err.text);
        lane->greet_at = node->now_ms + GREET_PAUSE_MIN_MS;
    }
}

static void
notice_changes(struct node *node, struct node_uplink *uplink, bool urgent)
{
    struct lane *lane = lane_of(uplink, urgent);
    bool up = false;
    bool down = false;

    ent_link_events(lane->link, &up, &down);
    if (down) {
        if (lane->ready) {
            ent_log(ENT_LOG_WARN, COMPONENT,
                "disconnected, connecting again peer=%s lane=%s",
                uplink->broker.address.text, urgent ? "urgent" : "bulk");
        }
        lane->up = false;
        lane->ready = false;
        lane->credit = 0;
    }
    if (up) {
        lane->up = true;
        lane->greet_pause = GREET_PAUSE_MIN_MS;
        greet(node, lane, urgent);
    } else if (lane->up && node->now_ms >= lane->greet_at) {
        greet(node, lane, urgent);
    }
}

/* The broker greets: the conversation is open, and what we sent and heard
 * nothing of is due again. */
static enum ent_status
take_hello(struct node *node, struct lane *lane, bool urgent,
    struct ent_view payload, struct ent_error *err)
{
    struct ent_hello hello;
    struct ent_certificate certificate;
    enum ent_status rc;

    rc = ent_hello_decode(payload, &hello, err);
    if (rc == ENT_OK) {
        rc = ent_certificate_peek(hello.certificate, &certificate, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(
            &certificate.address, &node->uplink->broker.address)) {
        return ent_fail(err, ENT_REJECTED, "the broker greets as %s",
            certificate.address.text);
    }
    if (!lane->ready) {
        node->uplink->since_ms = node->now_ms;
        ent_log(ENT_LOG_INFO, COMPONENT, "connected peer=%s lane=%s",
            certificate.address.text, urgent ? "urgent" : "bulk");
    }
    lane->ready = true;
    lane->greet_at = UINT64_MAX;
    lane->credit = hello.credit;
    lane->granted = hello.credit;
    lane->greet_pause = GREET_PAUSE_MIN_MS;
    rc = node_settle_resume(node, urgent, err);
    return rc != ENT_OK || !urgent ? rc : node_peers_prefetch(node, err);
}

/* Without a stream the conversation is over: greet again, later and later. */
static enum ent_status
take_bye(struct node *node, struct lane *lane, struct ent_view payload,
    struct ent_error *err)
{
    struct ent_bye bye;
    enum ent_status rc;

    rc = ent_bye_decode(payload, &bye, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (bye.about_stream) {
        return node_settle_not_taken(node, &bye, err);
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "broker says goodbye reason=%s text=\"%s\"",
        ent_refusal_name(bye.reason), bye.text);
    lane->ready = false;
    lane->credit = 0;
    lane->owed = 0;
    lane->greet_at = node->now_ms + lane->greet_pause;
    lane->greet_pause = lane->greet_pause * 2 > GREET_PAUSE_MAX_MS
                            ? GREET_PAUSE_MAX_MS
                            : lane->greet_pause * 2;
    return ENT_OK;
}

static void
add_credit(struct lane *lane, uint64_t bytes)
{
    uint64_t room = lane->granted - lane->credit;

    lane->credit += bytes < room ? bytes : room;
}

static enum ent_status
take_credit(struct lane *lane, struct ent_view payload, struct ent_error *err)
{
    uint64_t bytes;
    enum ent_status rc = ent_credit_decode(payload, &bytes, err);

    if (rc == ENT_OK && lane->ready) {
        add_credit(lane, bytes);
    }
    return rc;
}

/* A broker asks for our own manifest or certificate. */
static enum ent_status
answer_fetch(struct node *node, bool urgent, struct ent_view payload,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes answer = {0};
    struct ent_fetch fetch;
    struct ent_object object = {0};
    enum ent_status rc;

    rc = ent_fetch_decode(payload, &fetch, err);
    if (rc != ENT_OK) {
        return rc;
    }
    object.kind = fetch.kind;
    memcpy(object.subject, fetch.subject, sizeof object.subject);
    if (strcmp(fetch.subject, node->self.text) == 0) {
        if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST) {
            object.wire = ent_bytes_view(&node->manifest_wire);
        }
        if (fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE) {
            object.wire = ent_bytes_view(&node->certificate_wire);
        }
    }
    rc = ent_object_encode(&object, &answer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, urgent, ENT_FRAME_OBJECT, &answer, NULL, err);
}

static enum ent_status
take_object(struct node *node, struct ent_view payload, struct ent_error *err)
{
    struct ent_object object;
    enum ent_status rc = ent_object_decode(payload, &object, err);

    return rc != ENT_OK ? rc : node_peers_learn(node, &object, err);
}

static enum ent_status
dispatch(struct node *node, bool urgent, const struct ent_frame *frame,
    struct ent_error *err)
{
    struct lane *lane = lane_of(node->uplink, urgent);

    switch (frame->type) {
    case ENT_FRAME_HELLO:
        return take_hello(node, lane, urgent, frame->payload, err);
    case ENT_FRAME_BUNDLE:
        if (lane->ready) { /* else it is left over from an older connection */
            lane->owed += frame->payload.len + frame->body.len;
        }
        return node_intake_bundle(node, frame->payload, frame->body, err);
    case ENT_FRAME_RECEIPT:
        return node_settle_receipt(node, frame->payload, err);
    case ENT_FRAME_CUSTODY:
        return node_settle_custody(node, frame->payload, err);
    case ENT_FRAME_SKIP:
        return node_intake_skip(node, frame->payload, err);
    case ENT_FRAME_CREDIT:
        return take_credit(lane, frame->payload, err);
    case ENT_FRAME_FETCH:
        return answer_fetch(node, urgent, frame->payload, err);
    case ENT_FRAME_OBJECT:
        return take_object(node, frame->payload, err);
    case ENT_FRAME_BYE:
        return take_bye(node, lane, frame->payload, err);
    case ENT_FRAME_STATE:
        return ENT_OK; /* the broker holds our receipts: nothing to repeat */
    }
    return ent_fail(err, ENT_BAD_INPUT, "frame type %d", (int)frame->type);
}

/* What the other side did wrong is its own affair; our storage is not. */
static bool
is_ours(enum ent_status rc)
{
    return rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY;
}

static enum ent_status
serve_lane(struct node *node, bool urgent, size_t budget, size_t *handled,
    struct ent_error *err)
{
    struct lane *lane = lane_of(node->uplink, urgent);

    while (*handled < budget) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        enum ent_status rc = ent_link_receive(lane->link, &frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = dispatch(node, urgent, &frame, err);
        }
        if (is_ours(rc)) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "ignoring a frame: %s", err->text);
        }
        (*handled)++;
    }
    return ENT_OK;
}

enum ent_status
node_uplink_serve(struct node *node, size_t budget, size_t *ret_handled,
    struct ent_error *err)
{
    size_t handled = 0;
    enum ent_status rc = ENT_OK;

    for (int urgent = 1; urgent >= 0 && rc == ENT_OK; urgent--) {
        if (node->uplink->has_broker) {
            notice_changes(node, node->uplink, urgent != 0);
            rc = serve_lane(node, urgent != 0, budget, &handled, err);
        }
    }
    *ret_handled = handled;
    return rc;
}

bool
node_uplink_ready(const struct node_uplink *uplink, bool urgent)
{
    return uplink->lanes[urgent ? 0 : 1].ready;
}

bool
node_uplink_spend(struct node_uplink *uplink, bool urgent, uint64_t bytes)
{
    struct lane *lane = lane_of(uplink, urgent);

    if (!lane->ready || lane->credit < bytes) {
        return false;
    }
    lane->credit -= bytes;
    return true;
}

enum ent_status
node_uplink_confirm(struct node_uplink *uplink,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err)
{
    struct owed *at = uplink->owed;
    struct owed *end = uplink->owed + uplink->owed_count;

    while (at < end && (!ent_stream_id_equal(&at->stream, stream) ||
                           at->count == ENT_STATE_RECEIPTS_MAX)) {
        at++;
    }
    if (at == end && uplink->owed_count == OWED_STREAMS_MAX) {
        return ent_fail(err, ENT_BUSY, "too many receipts in one turn");
    }
    if (at == end) {
        uplink->owed_count++;
        at->stream = *stream;
        at->count = 0;
    }
    at->receipts[at->count++] = *receipt;
    return ENT_OK;
}

/* One STATE of at most ENT_STATE_STREAMS_MAX streams, from owed[`start`]. */
static enum ent_status
queue_state(struct node *node, size_t start, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct node_uplink *uplink = node->uplink;
    struct ent_state *state = calloc(1, sizeof *state);
    enum ent_status rc;

    if (state == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming receipts");
    }
    for (size_t i = start;
         i < uplink->owed_count && state->stream_count < ENT_STATE_STREAMS_MAX;
         i++) {
        struct ent_stream_state *entry = &state->streams[state->stream_count++];

        entry->role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
        entry->stream = uplink->owed[i].stream;
        entry->receipt_count = uplink->owed[i].count;
        memcpy(
            entry->receipts, uplink->owed[i].receipts, sizeof entry->receipts);
    }
    state->last_page = true;
    rc = ent_state_encode(state, &payload, err);
    free(state);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, true, ENT_FRAME_STATE, &payload, NULL, err);
}

enum ent_status
node_uplink_settle_up(struct node *node, struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < uplink->owed_count && rc == ENT_OK;
         i += ENT_STATE_STREAMS_MAX) {
        rc = queue_state(node, i, err);
    }
    uplink->owed_count = 0;
    for (int urgent = 0; urgent < 2 && rc == ENT_OK; urgent++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
        struct lane *lane = lane_of(uplink, urgent != 0);

        if (lane->owed == 0) {
            continue;
        }
        rc = ent_credit_encode(lane->owed, &payload, err);
        if (rc == ENT_OK) {
            rc = node_effects_frame(&node->effects, urgent != 0,
                ENT_FRAME_CREDIT, &payload, NULL, err);
        }
        lane->owed = 0;
    }
    return rc;
}

/* Credit belongs to one connection, and so does what it pays for. */
static bool
is_bound(const struct node_effect *effect)
{
    return effect->type == ENT_FRAME_BUNDLE || effect->type == ENT_FRAME_CREDIT;
}

void
node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects)
{
    uplink->owed_count = 0;
    for (size_t i = 0; i < effects->count; i++) {
        const struct node_effect *effect = &effects->list[i];
        struct lane *lane = lane_of(uplink, effect->urgent);
        uint64_t bytes = 0;

        if (effect->kind != NODE_EFFECT_FRAME || !lane->ready) {
            continue;
        }
        if (effect->type == ENT_FRAME_BUNDLE) {
            add_credit(lane, effect->payload.len + effect->body.len);
        } else if (effect->type == ENT_FRAME_CREDIT &&
                   ent_credit_decode(ent_bytes_view(&effect->payload), &bytes,
                       NULL) == ENT_OK) {
            lane->owed += bytes;
        }
    }
}

void
node_uplink_send(struct node_uplink *uplink, const struct node_effect *effect)
{
    struct lane *lane = lane_of(uplink, effect->urgent);
    struct ent_error err = {0};

    if (uplink->has_broker && !lane->ready && !is_bound(effect)) {
        lane = lane_of(uplink, !effect->urgent);
    }
    if (!uplink->has_broker || !lane->ready) {
        return;
    }
    if (ent_link_send(lane->link, NULL, effect->type,
            ent_bytes_view(&effect->payload), ent_bytes_view(&effect->body),
            &err) != ENT_OK) {
        if (effect->type == ENT_FRAME_BUNDLE) {
            add_credit(lane, effect->payload.len + effect->body.len);
        }
        ent_log(
            ENT_LOG_DEBUG, COMPONENT, "a frame did not leave: %s", err.text);
    }
}

void
node_uplink_bye(struct node_uplink *uplink)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING, .text = "stopping"};

    if (ent_bye_encode(&bye, &payload, NULL) != ENT_OK) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (uplink->lanes[i].ready &&
            ent_link_send(uplink->lanes[i].link, NULL, ENT_FRAME_BYE,
                ent_bytes_view(&payload), (struct ent_view){0},
                NULL) != ENT_OK) {
            return; /* the broker will notice by itself */
        }
    }
}

bool
node_uplink_connected(const struct node_uplink *uplink, uint64_t *ret_since_ms)
{
    *ret_since_ms = uplink->since_ms;
    return uplink->lanes[0].ready && uplink->lanes[1].ready;
}

const struct ent_certificate *
node_uplink_broker(const struct node_uplink *uplink)
{
    return uplink->has_broker ? &uplink->broker : NULL;
}

uint64_t
node_uplink_due(const struct node_uplink *uplink)
{
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < 2; i++) {
        if (uplink->has_broker && uplink->lanes[i].up &&
            uplink->lanes[i].greet_at < due) {
            due = uplink->lanes[i].greet_at;
        }
    }
    return due;
}
