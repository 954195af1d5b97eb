/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake.h"

#include <stdlib.h>

#include "node/alarms.h"
#include "node/gate.h"
#include "node/intake_internal.h"
#include "node/pairs.h"
#include "node/peers.h"
#include "node/receipts.h"
#include "node/revocations.h"
#include "node/unsealer.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "intake"

/* ---- answers ---- */

enum ent_status
node_intake_answer(struct node *node, const struct node_arrival *arrival,
    uint32_t code, uint32_t reason, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_bytes none = {0};
    struct ent_answer reply = {
        .first = label->first,
        .count = label->count,
        .code = code,
        .label_hash = arrival->label_hash,
        .reason = reason,
    };

    if (code == ENTENTE__V1__ANSWER_CODE__STALE) {
        reply.highest = arrival->peer->highest_incarnation;
    }
    ent_log(ENT_LOG_INFO, COMPONENT,
        "not taking a bundle yet peer=%s first=%llu reason=%s",
        label->stream.sender.text, (unsigned long long)label->first,
        ent_refusal_name(reason));
    return node_receipts_add(node, &label->stream, &reply, &none, 0, err);
}

static enum ent_status
answer_again(
    struct node *node, struct node_arrival *arrival, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    enum ent_status rc = node_receipts_again(
        node, &label->stream, label->first, &arrival->label_hash, err);

    if (rc == ENT_EXISTS) {
        rc = node_intake_fork(node, arrival, err);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- a bundle ---- */

/* Authentic, for us, for this store: what stands against taking it now? 0 is
 * nothing; else the answer's code and reason. */
static uint32_t
objection(
    struct node *node, const struct node_arrival *arrival, uint32_t *ret_reason)
{
    const struct ent_label *label = &arrival->bundle->label;

    if (node_revocations_has(node, &arrival->signer)) {
        *ret_reason = ENT_REFUSAL_KEY_REVOKED;
        return ENTENTE__V1__ANSWER_CODE__RESEAL;
    }
    if (label->stream.recipient_incarnation != node->incarnation) {
        *ret_reason = ENT_REFUSAL_WRONG_INCARNATION;
        return ENTENTE__V1__ANSWER_CODE__RESEAL;
    }
    if (label->stream.sender_incarnation < arrival->peer->highest_incarnation) {
        *ret_reason = ENT_REFUSAL_WRONG_INCARNATION;
        return ENTENTE__V1__ANSWER_CODE__STALE;
    }
    if ((node->clock_doubt && node->now_ms >= label->expires_at) ||
        node_gate_is_in_doubt(node, &label->stream.sender)) {
        *ret_reason = ENT_REFUSAL_CLOCK_IN_DOUBT;
        return ENTENTE__V1__ANSWER_CODE__NOT_YET;
    }
    if (!node_gate_can_judge(node, &label->stream.sender, &label->agreement)) {
        *ret_reason = ENT_REFUSAL_UNKNOWN_AGREEMENT;
        return ENTENTE__V1__ANSWER_CODE__NOT_YET;
    }
    switch (node_pair_look(node, label)) {
    case NODE_PAIR_MISSING:
        *ret_reason = ENT_REFUSAL_NO_PAIR_KEY;
        return ENTENTE__V1__ANSWER_CODE__NOT_YET;
    case NODE_PAIR_LATER:
        *ret_reason = ENT_REFUSAL_PAIR_KEY;
        return ENTENTE__V1__ANSWER_CODE__NOT_YET;
    default:
        break;
    }
    return 0;
}

/* Whether its place in the stream is free; the state is stepped in memory. */
static enum ent_status
place(struct node *node, struct node_arrival *arrival, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    enum ent_status rc =
        node_incoming_load(node, &label->stream, &arrival->incoming, err);

    if (rc != ENT_OK) {
        return rc;
    }
    arrival->was_forked = arrival->incoming.state.forked;
    arrival->kind = ent_incoming_bundle(&arrival->incoming.state, label,
        arrival->bundle->label_wire, node->now_ms, arrival->early,
        &arrival->completed);
    switch (arrival->kind) {
    case ENT_ARRIVAL_IN_ORDER:
    case ENT_ARRIVAL_EARLY:
        return node_intake_take(node, arrival, err);
    case ENT_ARRIVAL_DUPLICATE:
        return answer_again(node, arrival, err);
    case ENT_ARRIVAL_FORK:
        rc = node_intake_fork(node, arrival, err);
        return rc == ENT_OK ? answer_again(node, arrival, err) : rc;
    case ENT_ARRIVAL_TOO_FAR:
        ent_log(ENT_LOG_WARN, COMPONENT, "a bundle is too far ahead peer=%s",
            label->stream.sender.text);
        return ENT_OK;
    }
    return ENT_OK;
}

/* Another thread found these very bytes authentic, under the same key of the
 * same office. */
static bool
is_verified_ahead(const struct node *node, const struct node_arrival *arrival)
{
    const struct node_unsealer_job *job = node->ahead;

    return job != NULL && job->is_verified &&
           job->bundle.body.data == arrival->bundle->body.data &&
           job->bundle.label_wire.data == arrival->bundle->label_wire.data &&
           ent_key_id_equal(
               &job->signer.signing_key_id, &arrival->signer.signing_key_id) &&
           ent_address_equal(&job->signer.address, &arrival->signer.address) &&
           job->signer.kind == arrival->signer.kind;
}

static enum ent_status
verify(const struct node *node, const struct node_arrival *arrival,
    struct ent_error *err)
{
    return is_verified_ahead(node, arrival)
               ? ENT_OK
               : ent_bundle_verify(arrival->bundle, &arrival->signer, err);
}

/* Who says it is from whom: only then does it mean anything. What is sealed
 * ahead of our clock is authentic and waits: one of two clocks is wrong. */
static enum ent_status
authenticate(
    struct node *node, struct node_arrival *arrival, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    enum ent_status rc;

    rc = verify(node, arrival, err);
    if (rc == ENT_OK &&
        !node_peers_plausible(node, label->stream.sender_incarnation)) {
        rc = ent_fail(
            err, ENT_REJECTED, "its store begins more than a day from now");
    }
    if (rc == ENT_OK) {
        rc = ent_bundle_check_time(
            arrival->bundle, &arrival->signer, node->now_ms, err);
        if (rc == ENT_EXPIRED && node->now_ms >= label->expires_at) {
            rc = ENT_OK; /* settled as expired */
        }
        if (rc == ENT_REJECTED && ent_label_is_ahead(label, node->now_ms)) {
            rc = ENT_OK; /* put off */
        }
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "bundle of %s, first %llu",
            label->stream.sender.text, (unsigned long long)label->first);
    }
    return rc;
}

/* Unknown, or it has a newer certificate by now. */
static enum ent_status
ask_for_signer(struct node *node, const struct node_arrival *arrival,
    struct ent_error *err)
{
    enum ent_status rc = node_peers_fetch(node, arrival->peer, err);

    return rc != ENT_OK
               ? rc
               : node_intake_answer(node, arrival,
                     ENTENTE__V1__ANSWER_CODE__NOT_YET,
                     ent_label_is_ahead(&arrival->bundle->label, node->now_ms)
                         ? ENT_REFUSAL_CLOCKS_DIFFER
                         : ENT_REFUSAL_UNKNOWN_CERTIFICATE,
                     err);
}

static enum ent_status
take_bundle(struct node *node, const struct ent_bundle *bundle,
    struct ent_view head, struct ent_error *err)
{
    struct node_arrival arrival = {.bundle = bundle, .head = head};
    const struct ent_stream_id *stream = &bundle->label.stream;
    uint32_t reason = 0;
    uint32_t code;
    enum ent_status rc;

    arrival.label_hash = ent_digest_of(bundle->label_wire);
    rc = node_peers_get(node, &stream->sender, &arrival.peer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_peers_signer(node, &stream->sender, &bundle->label.signing_key_id,
        bundle->label.sealed_at, &arrival.signer, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_NOT_FOUND) {
        return ask_for_signer(node, &arrival, err);
    }
    rc = authenticate(node, &arrival, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_label_is_ahead(&bundle->label, node->now_ms)) {
        return node_intake_answer(node, &arrival,
            ENTENTE__V1__ANSWER_CODE__NOT_YET, ENT_REFUSAL_CLOCKS_DIFFER, err);
    }
    rc = node_peers_heard(node, arrival.peer, bundle->label.sealed_at, err);
    if (rc == ENT_OK && arrival.peer->has_manifest &&
        stream->sender_incarnation > arrival.peer->manifest.incarnation) {
        rc = node_peers_fetch(node, arrival.peer, err); /* it has a new store */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    code = objection(node, &arrival, &reason);
    if (reason == ENT_REFUSAL_NO_PAIR_KEY) {
        rc = node_alarm_raise(node, NODE_ALARM_KEY, stream->sender.text, err,
            "a message came that is sealed with a pair key which is not here: "
            "import it with `entente pair import`, or ask that office for it");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (code != 0) {
        return node_intake_answer(node, &arrival, code, reason, err);
    }
    return place(node, &arrival, err);
}

enum ent_status
node_intake_bundle(struct node *node, struct ent_view head,
    struct ent_view body, struct ent_error *err)
{
    struct ent_bundle *bundle = calloc(1, sizeof *bundle);
    enum ent_status rc;

    if (bundle == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a bundle");
    }
    rc = ent_bundle_decode(head, body, bundle, err);
    if (rc == ENT_OK &&
        !ent_address_equal(&bundle->label.stream.recipient, &node->self)) {
        rc = ent_fail(err, ENT_REJECTED, "a label for %s came here",
            bundle->label.stream.recipient.text);
    }
    if (rc == ENT_OK) {
        rc = take_bundle(node, bundle, head, err);
    }
    free(bundle);
    return rc;
}
