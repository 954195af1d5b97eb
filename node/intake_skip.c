/* SPDX-License-Identifier: Apache-2.0 */
/* A sender's word that a bundle will not come. */
#include "node/intake.h"

#include "node/incoming.h"
#include "node/lifetime.h"
#include "node/peers.h"
#include "node/receipts.h"
#include "node/revocations.h"
#include "proto/base/log.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "intake"

static enum ent_status
answer_skip(struct node *node, const struct ent_skip *skip,
    const struct ent_digest *digest, struct ent_error *err)
{
    struct ent_bytes none = {0};
    struct ent_answer reply = {
        .first = skip->from,
        .count = (uint32_t)(skip->to - skip->from + 1),
        .code = ENTENTE__V1__ANSWER_CODE__SKIPPED,
        .label_hash = *digest,
    };

    return node_receipts_add(node, &skip->stream, &reply, &none,
        node->now_ms + NODE_ANSWER_LIFE_MS, err);
}

static enum ent_status
take_skip(struct node *node, const struct ent_skip *skip,
    const struct node_peer *peer, const struct ent_digest *digest,
    struct ent_error *err)
{
    struct ent_early early[ENT_RANGES_MAX];
    struct node_incoming incoming;
    size_t completed = 0;
    enum ent_arrival kind;
    enum ent_status rc =
        node_incoming_load(node, &skip->stream, &incoming, err);

    if (rc != ENT_OK) {
        return rc;
    }
    kind = ent_incoming_skip(
        &incoming.state, skip, node->now_ms, early, &completed);
    if (kind == ENT_ARRIVAL_DUPLICATE) {
        rc = node_receipts_again(node, &skip->stream, skip->from, digest, err);
        if (rc == ENT_NOT_FOUND) {
            /* So long ago that the answer is no longer kept. */
            return answer_skip(node, skip, digest, err);
        }
        return rc == ENT_EXISTS ? ENT_OK : rc;
    }
    if (kind != ENT_ARRIVAL_IN_ORDER) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a skip does not fit peer=%s from=%llu", skip->stream.sender.text,
            (unsigned long long)skip->from);
        return ENT_OK;
    }
    rc = node_incoming_hand_over(
        node, &incoming.stream, early, completed, 0, err);
    if (rc == ENT_OK) {
        rc = node_incoming_save(node, &skip->stream, &incoming, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(node, NODE_ENTRY_SKIP_IN, &peer->party, digest,
            &skip->chain_after, (uint32_t)(skip->to - skip->from + 1), err);
    }
    return rc != ENT_OK ? rc : answer_skip(node, skip, digest, err);
}

enum ent_status
node_intake_skip(struct node *node, struct ent_view wire, struct ent_error *err)
{
    struct ent_skip skip;
    struct ent_certificate signer;
    struct node_peer *peer;
    struct ent_digest digest = ent_digest_of(wire);
    enum ent_status rc = ent_skip_peek(wire, &skip, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&skip.stream.recipient, &node->self)) {
        return ent_fail(err, ENT_REJECTED, "a skip for %s came here",
            skip.stream.recipient.text);
    }
    rc = node_peers_get(node, &skip.stream.sender, &peer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_peers_signer_of(
        node, &skip.stream.sender, wire, skip.issued_at, &signer, err);
    if (rc == ENT_NOT_FOUND) {
        return node_peers_fetch(node, peer, err);
    }
    if (rc == ENT_OK) {
        rc = ent_skip_open(wire, &signer, &skip, err);
    }
    if (rc != ENT_OK) {
        return node_peers_doubt(node, peer, rc, err);
    }
    if (node_revocations_has(node, &signer)) {
        return ent_fail(err, ENT_REJECTED, "a skip under a revoked key");
    }
    rc = node_peers_heard(node, peer, skip.issued_at, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (skip.stream.recipient_incarnation != node->incarnation) {
        rc = node_receipts_again(node, &skip.stream, skip.from, &digest, err);
        if (rc == ENT_NOT_FOUND) {
            return answer_skip(node, &skip, &digest, err);
        }
        return rc == ENT_EXISTS ? ENT_OK : rc;
    }
    return take_skip(node, &skip, peer, &digest, err);
}
