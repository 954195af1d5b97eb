/* SPDX-License-Identifier: Apache-2.0 */
/* What came in on a connection, one frame at a time. */
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/authorities.h"
#include "node/custody.h"
#include "node/intake.h"
#include "node/manifest.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/pump.h"
#include "node/settle.h"
#include "node/uplink_internal.h"
#include "node/welcome.h"
#include "node/witness.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "uplink"

static const char unwelcome[] = "not welcome here any more";

enum ent_status
node_uplink_meet(struct node *node, const struct ent_address *address,
    const struct ent_hello *hello, struct ent_error *err)
{
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE,
        .wire = hello->certificate,
    };
    struct ent_certificate certificate;
    enum ent_status rc =
        ent_certificate_peek(hello->certificate, &certificate, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&certificate.address, address)) {
        return ent_fail(err, ENT_REJECTED, "%s greets as %s", address->text,
            certificate.address.text);
    }
    if (ent_certificate_role(&certificate) == ENT_KEY_BROKER) {
        return node_uplink_meet_broker(node, hello->certificate, err);
    }
    memcpy(object.subject, address->text, sizeof address->text);
    return node_peers_learn(node, &object, err);
}

/* Ask an office that greeted us for what it has newer of itself. */
static enum ent_status
ask_itself(struct node *node, const struct ent_address *address,
    const struct ent_hello *hello, struct ent_error *err)
{
    struct node_peer *peer;
    enum ent_status rc = node_peers_get(node, address, &peer, err);

    if (rc != ENT_OK || (peer->has_manifest && hello->manifest_sequence <=
                                                   peer->manifest.sequence)) {
        return rc;
    }
    peer->fetch_at = 0;
    return node_peers_fetch(node, peer, err);
}

/* What we sent and heard nothing of is due again. */
enum ent_status
node_uplink_begin(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, const struct ent_hello *hello,
    struct ent_error *err)
{
    const struct ent_address *address = &neighbour->certificate.address;
    enum ent_status rc;

    if (!lane->ready) {
        neighbour->since_ms = node->now_ms;
    }
    neighbour->is_doubted = false;
    node_connection_greeted(lane, hello->credit);
    node_effects_unbind(
        &node->due, node_uplink_via(node->uplink, neighbour), lane->urgent);
    rc = node_pump_resume(node, address->text, lane->urgent, err);
    if (rc == ENT_OK && lane->urgent) {
        rc = node_authorities_tell(
            node, node_uplink_via(node->uplink, neighbour), err);
    }
    if (rc != ENT_OK || !lane->urgent) {
        return rc;
    }
    if (neighbour->is_broker &&
        hello->manifest_sequence < node->manifest_sequence) {
        /* It may have been made after our greeting, and before this one. */
        rc = node_manifest_announce(
            node, node_uplink_via(node->uplink, neighbour), err);
    }
    if (rc == ENT_OK) {
        rc = neighbour->is_broker ? node_peers_prefetch(node, err)
                                  : ask_itself(node, address, hello, err);
    }
    return rc != ENT_OK ? rc
                        : node_witness_greet(node,
                              node_uplink_via(node->uplink, neighbour), err);
}

static enum ent_status
take_hello(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, struct ent_view payload,
    struct ent_error *err)
{
    struct ent_hello hello;
    enum ent_status rc = ent_hello_decode(payload, &hello, err);

    if (rc == ENT_OK) {
        rc = node_uplink_meet(
            node, &neighbour->certificate.address, &hello, err);
    }
    return rc != ENT_OK ? rc
                        : node_uplink_begin(node, neighbour, lane, &hello, err);
}

/* It does not let us in: somebody has to do something here. */
static enum ent_status
note_shut_out(struct node *node, const struct node_neighbour *neighbour,
    const struct ent_bye *bye, struct ent_error *err)
{
    const char *by = neighbour->certificate.address.text;

    if (bye->reason == ENT_REFUSAL_CLOCKS_DIFFER) {
        return node_alarm_raise(node, NODE_ALARM_CLOCK, by, err,
            "%s does not let us in: our certificate is not valid yet by its "
            "clock. That is behind, or ours is ahead: look at a watch, and "
            "tell its operator by telephone",
            by);
    }
    if (bye->reason == ENT_REFUSAL_KEY_REVOKED) {
        return node_alarm_raise(node, NODE_ALARM_KEY, by, err,
            "%s does not let us in: by its clock and lists our certificate is "
            "over, or was revoked. Have it renewed if it is; else its clock is "
            "ahead: tell its operator by telephone",
            by);
    }
    return ENT_OK;
}

/* Without a stream the conversation is over. */
static enum ent_status
take_bye(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, struct ent_view payload,
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
        "goodbye, greeting again later peer=%s reason=%s text=\"%s\"",
        neighbour->certificate.address.text, ent_refusal_name(bye.reason),
        bye.text);
    node_connection_dismissed(node, lane);
    if (!node_neighbour_is_there(neighbour)) {
        neighbour->lost_ms = node->now_ms;
    }
    return note_shut_out(node, neighbour, &bye, err);
}

static enum ent_status
take_credit(struct node_connection *lane, struct ent_view payload,
    struct ent_error *err)
{
    uint64_t bytes;
    enum ent_status rc = ent_credit_decode(payload, &bytes, err);

    if (rc == ENT_OK) {
        node_connection_refill(lane, bytes);
    }
    return rc;
}

/* Somebody asks for what we signed, or may pass on. */
static enum ent_status
answer_fetch(struct node *node, bool urgent, struct ent_view payload,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes answer = {0};
    struct ent_fetch fetch;
    struct ent_object object;
    enum ent_status rc;

    rc = ent_fetch_decode(payload, &fetch, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_object_answer(node, &fetch, &object, err);
    if (rc == ENT_OK) {
        rc = ent_object_encode(&object, &answer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(&node->effects, node->from, urgent,
        ENT_FRAME_OBJECT, &answer, NULL, err);
}

static enum ent_status
take_object(struct node *node, struct ent_view payload, struct ent_error *err)
{
    struct ent_object object;
    enum ent_status rc = ent_object_decode(payload, &object, err);

    return rc != ENT_OK ? rc : node_peers_learn(node, &object, err);
}

/* BYE on both lanes; `why` is what it says. */
static enum ent_status
part(struct node *node, struct node_neighbour *neighbour, uint32_t reason,
    const char *why, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct node_effect effect = {
        .kind = NODE_EFFECT_FRAME, .type = ENT_FRAME_BYE};
    struct ent_bye bye = {.reason = reason};
    enum ent_status rc;

    (void)snprintf(bye.text, sizeof bye.text, "%s", why);
    rc = ent_bye_encode(&bye, &payload, err);

    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        effect.urgent = i == 0;
        effect.payload = payload;
        node_neighbour_send(neighbour, &effect);
        node_connection_dismissed(node, &neighbour->lanes[i]);
    }
    return rc != ENT_OK ? rc
                        : ent_fail(err, ENT_REJECTED, "goodbye to %s: %s",
                              neighbour->certificate.address.text, why);
}

/* A broker whose certificate was revoked or is over: nothing is lost, but
 * nothing passes either until somebody acts. */
static enum ent_status
check_broker(
    struct node *node, struct node_neighbour *neighbour, struct ent_error *err)
{
    enum ent_status rc;

    if (node_peers_trusts(node, &neighbour->certificate)) {
        return ENT_OK;
    }
    rc = node_alarm_raise(node, NODE_ALARM_CERTIFICATE,
        neighbour->certificate.address.text, err,
        "the broker's certificate was revoked or is over: nothing is taken "
        "from it or given to it; put its new one in the configuration");
    return rc != ENT_OK
               ? rc
               : part(node, neighbour, ENT_REFUSAL_KEY_REVOKED, unwelcome, err);
}

enum ent_status
node_uplink_check(
    struct node *node, struct node_neighbour *neighbour, struct ent_error *err)
{
    struct node_peer *peer;
    enum ent_status rc;

    if (neighbour->is_broker) {
        return check_broker(node, neighbour, err);
    }
    rc = node_peers_get(node, &neighbour->certificate.address, &peer, err);
    return rc != ENT_OK || node_welcome(node, peer)
               ? rc
               : part(node, neighbour, ENT_REFUSAL_NOT_SERVED, unwelcome, err);
}

/* Over a direct link an office sends what is its own, and is no relay. */
static enum ent_status
take_bundle(struct node *node, const struct node_neighbour *neighbour,
    const struct ent_frame *frame, struct ent_error *err)
{
    struct ent_bundle bundle;
    enum ent_status rc = ENT_OK;

    if (!neighbour->is_broker) {
        rc = ent_bundle_decode(frame->payload, frame->body, &bundle, err);
        if (rc == ENT_OK && !ent_address_equal(&bundle.label.stream.sender,
                                &neighbour->certificate.address)) {
            rc = ent_fail(err, ENT_REJECTED, "%s sends a bundle of %s",
                neighbour->certificate.address.text,
                bundle.label.stream.sender.text);
        }
    }
    return rc != ENT_OK
               ? rc
               : node_intake_bundle(node, frame->payload, frame->body, err);
}

static enum ent_status
hand_over(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, const struct ent_frame *frame,
    struct ent_error *err)
{
    switch (frame->type) {
    case ENT_FRAME_HELLO:
        return take_hello(node, neighbour, lane, frame->payload, err);
    case ENT_FRAME_BUNDLE:
        /* More than we granted is left over from an older connection. */
        (void)ent_window_charge(
            &lane->window, frame->payload.len + frame->body.len);
        return take_bundle(node, neighbour, frame, err);
    case ENT_FRAME_RECEIPT:
        return node_settle_receipt(node, frame->payload, NULL, err);
    case ENT_FRAME_CUSTODY:
        return node_custody_take(node, frame->payload, err);
    case ENT_FRAME_SKIP:
        return node_intake_skip(node, frame->payload, err);
    case ENT_FRAME_CREDIT:
        return take_credit(lane, frame->payload, err);
    case ENT_FRAME_FETCH:
        return answer_fetch(node, lane->urgent, frame->payload, err);
    case ENT_FRAME_OBJECT:
        return take_object(node, frame->payload, err);
    case ENT_FRAME_BYE:
        return take_bye(node, neighbour, lane, frame->payload, err);
    case ENT_FRAME_STATE:
        return ENT_OK; /* the broker holds our receipts: nothing to repeat */
    }
    return ent_fail(err, ENT_BAD_INPUT, "frame type %d", (int)frame->type);
}

/* Credit bounds bytes; this is for who sends what costs little of it. Brokers
 * are chosen by our own operator, and bring what all others send. */
static enum ent_status
check_pace(
    struct node *node, struct node_neighbour *neighbour, struct ent_error *err)
{
    const uint64_t pace = node->config->quota.signatures;
    const uint64_t now_ms = ent_time_boot_ms();

    if (neighbour->is_broker) {
        return ENT_OK;
    }
    ent_pace_count(&neighbour->pace, pace, now_ms);
    return !ent_pace_is_beyond(&neighbour->pace, pace, now_ms)
               ? ENT_OK
               : part(node, neighbour, ENT_REFUSAL_QUOTA,
                     "more signatures than I check in a second", err);
}

enum ent_status
node_uplink_frame(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, const struct ent_frame *frame,
    struct ent_error *err)
{
    enum ent_status rc = check_pace(node, neighbour, err);

    if (rc == ENT_OK) {
        rc = node_uplink_check(node, neighbour, err);
    }
    if (rc == ENT_OK && lane->urgent &&
        (frame->type == ENT_FRAME_BUNDLE || frame->type == ENT_FRAME_RECEIPT)) {
        node->urgent_at = node->now_ms;
        node->hurried |= node->may_hurry;
    }
    return rc != ENT_OK ? rc : hand_over(node, neighbour, lane, frame, err);
}
