/* SPDX-License-Identifier: Apache-2.0 */
#include "node/settle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/claim.h"
#include "node/clock.h"
#include "node/copy.h"
#include "node/custody.h"
#include "node/heads.h"
#include "node/peers.h"
#include "node/proof.h"
#include "node/reincarnation.h"
#include "node/revocations.h"
#include "node/streams.h"
#include "node/uplink.h"
#include "node/vault.h"
#include "node/ways.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/seal.h"

#define COMPONENT "settle"

/* Our dispatch at that place, if the label named is the one we sealed there. */
static enum ent_status
find(struct node *node, const struct ent_stream_id *stream, uint64_t first,
    struct node_dispatch *ret_dispatch, struct ent_error *err)
{
    struct ent_digest genesis = ent_chain_genesis(stream);

    if (!ent_address_equal(&stream->sender, &node->self)) {
        return ent_fail(err, ENT_REJECTED, "it is about a stream of %s",
            stream->sender.text);
    }
    return node_dispatch_get(node, &genesis, first, ret_dispatch, err);
}

/* ---- not taken ---- */

/* Another neighbour may still answer for it, or holds it: then nothing changes.
 * Lost custody makes it due at once, whether it can go at once or not. */
static enum ent_status
go_on_without(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    if (dispatch->state.state != ENT_DISPATCH_CUSTODY) {
        return node_ways_open(dispatch)
                   ? node_dispatch_put(node, dispatch, err)
                   : node_dispatch_step(node, dispatch, ENT_EVENT_NOT_YET, err);
    }
    if (!node_ways_in_custody(dispatch)) {
        dispatch->state.due = node->now_ms;
    }
    return node_dispatch_put(node, dispatch, err);
}

/* That our clock is ahead, by less than makes us doubt it, only others see. */
static enum ent_status
note_answer(struct node *node, struct node_dispatch *dispatch, const char *by,
    uint32_t reason, struct ent_error *err)
{
    dispatch->row->answer = reason;
    return reason == ENT_REFUSAL_CLOCKS_DIFFER
               ? node_clock_differs(node, by, err)
               : ENT_OK;
}

enum ent_status
node_settle_not_taken(
    struct node *node, const struct ent_bye *bye, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    const struct ent_certificate *broker = node_uplink_broker(node);
    enum ent_status rc;

    if (broker == NULL) {
        return ent_fail(err, ENT_REJECTED, "no custody, and not from a broker");
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "a bundle was not taken by=%s to=%s first=%llu reason=%s text=\"%s\"",
        broker->address.text, bye->stream.recipient.text,
        (unsigned long long)bye->first, ent_refusal_name(bye->reason),
        bye->text);
    rc = find(node, &bye->stream, bye->first, &dispatch, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    dispatch.row->broker_answered = true;
    node_custody_forget(&dispatch, broker->address.text);
    rc = note_answer(node, &dispatch, broker->address.text, bye->reason, err);
    if (rc == ENT_OK) {
        rc = go_on_without(node, &dispatch, err);
    }
    node_heads_put_off(&node->heads, &dispatch);
    return rc;
}

/* ---- receipts ---- */

/* Open what the recipient says of each message, and write it down. */
static enum ent_status
settle(struct node *node, struct node_dispatch *dispatch,
    const struct ent_answer *answer, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    const struct ent_digest *label_hash = &dispatch->state.label_hash;
    struct ent_bundle_secrets secrets = {0};
    struct ent_outcome *outcomes;
    enum ent_status rc;

    if (dispatch->state.state == ENT_DISPATCH_SETTLED) {
        return ENT_OK; /* heard before */
    }
    rc = node_keeper_unwrap(node->keeper,
        ent_view_of(label_hash->bytes, sizeof label_hash->bytes),
        ent_view_of(dispatch->row->nonce.data, dispatch->row->nonce.len),
        ent_view_of(dispatch->row->receipt_secret.data,
            dispatch->row->receipt_secret.len),
        secrets.receipt, sizeof secrets.receipt, err);
    if (rc == ENT_OK) {
        rc = ent_open_outcomes(
            &secrets, label_hash, answer->sealed, &plain, err);
    }
    ent_bundle_secrets_wipe(&secrets);
    if (rc != ENT_OK) {
        return rc;
    }
    outcomes = calloc(dispatch->state.count, sizeof *outcomes);
    if (outcomes == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading outcomes");
    }
    rc = ent_outcomes_decode(
        ent_bytes_view(&plain), dispatch->state.count, outcomes, err);
    if (rc == ENT_OK) {
        rc = node_copy_settle(
            node, dispatch, outcomes, dispatch->state.count, err);
    }
    free(outcomes);
    if (rc == ENT_OK) {
        rc = node_dispatch_step(node, dispatch, ENT_EVENT_SETTLED, err);
    }
    return rc != ENT_OK ? rc : node_heads_hasten(node, &dispatch->stream, err);
}

/* Whether sealing anew would make anything different: with the same keys it
 * would only be answered the same, again and again. */
static enum ent_status
reseal_helps(struct node *node, const struct node_dispatch *dispatch,
    const struct node_peer *peer, uint32_t reason, bool *ret_helps,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    const struct ent_sealing_key *key =
        peer->has_manifest ? ent_manifest_key(&peer->manifest, node->now_ms)
                           : NULL;
    struct ent_label label;
    enum ent_status rc;

    rc = node_vault_label(
        node->store, dispatch->row->bundle, &bundle, &label, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_helps = !ent_key_id_equal(
        &label.signing_key_id, &node_keeper_signer(node->keeper)->key_id);
    if (reason == ENT_REFUSAL_SEALING_KEY_GONE) {
        *ret_helps |= key == NULL ||
                      !ent_key_id_equal(&label.sealing_key_id, &key->key_id);
    } else if (reason == ENT_REFUSAL_KEY_REVOKED && !*ret_helps) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "our key is revoked, says %s: this node needs a new certificate",
            peer->address.text);
    }
    return ENT_OK;
}

/* Seal its messages anew. For a store that is gone no skip is needed: nobody is
 * left in that stream to hear it. */
static enum ent_status
reseal(struct node *node, struct node_dispatch *dispatch,
    const struct ent_stream_id *stream, uint32_t reason, struct ent_error *err)
{
    struct node_peer *peer;
    bool helps = false;
    enum ent_status rc = node_peers_get(node, &stream->recipient, &peer, err);

    if (rc == ENT_OK) {
        rc = node_peers_fetch(node, peer, err);
    }
    if (rc == ENT_OK && reason != ENT_REFUSAL_WRONG_INCARNATION) {
        rc = reseal_helps(node, dispatch, peer, reason, &helps, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (reason != ENT_REFUSAL_WRONG_INCARNATION) {
        dispatch->row->answer = reason;
        return node_dispatch_step(
            node, dispatch, helps ? ENT_EVENT_RESEAL : ENT_EVENT_NOT_YET, err);
    }
    if (peer->has_manifest &&
        peer->manifest.incarnation == stream->recipient_incarnation) {
        /* Until its new manifest has come there is nothing to seal for. */
        return node_dispatch_step(node, dispatch, ENT_EVENT_NOT_YET, err);
    }
    if (dispatch->state.state == ENT_DISPATCH_SETTLED ||
        dispatch->state.state == ENT_DISPATCH_SKIPPED) {
        return ENT_OK;
    }
    return node_dispatch_abandon(node, dispatch, err);
}

static enum ent_status
skipped(struct node *node, struct node_dispatch *dispatch,
    const struct ent_answer *answer, struct ent_error *err)
{
    struct ent_digest skip = ent_digest_of(
        ent_view_of(dispatch->row->skip.data, dispatch->row->skip.len));
    enum ent_status rc = ENT_OK;

    if (dispatch->state.state != ENT_DISPATCH_SKIPPING ||
        !ent_digest_equal(&skip, &answer->label_hash)) {
        return ENT_OK;
    }
    if (dispatch->state.skip_reason == ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED) {
        rc = node_copy_expire(node, dispatch, true, err);
    }
    return rc != ENT_OK
               ? rc
               : node_dispatch_step(node, dispatch, ENT_EVENT_SKIPPED, err);
}

static enum ent_status
raise_fork(struct node *node, const struct node_dispatch *dispatch,
    const struct ent_stream_id *stream, const struct ent_answer *answer,
    struct ent_error *err)
{
    char theirs[NODE_FORK_TEXT];
    char ours[NODE_FORK_TEXT];

    node_fork_text(&answer->label_hash, theirs);
    node_fork_text(&dispatch->state.label_hash, ours);
    return node_alarm_raise(node, NODE_ALARM_FORK, stream->recipient.text, err,
        "%s signed for another label of ours at place %llu of our %s stream: "
        "%s, and not %s. Nothing more goes in that stream. If our store was "
        "put back from a copy stop the node, run `entente-node restored` and "
        "start it; else somebody has our key",
        stream->recipient.text, (unsigned long long)answer->first,
        ent_precedence_name(stream->precedence), theirs, ours);
}

/* The same place with another label than ours: somebody sealed in our name, or
 * we were rolled back. */
static enum ent_status
note_fork(struct node *node, const struct node_dispatch *dispatch,
    const struct ent_stream_id *stream, const struct ent_answer *answer,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_outgoing outgoing;
    struct ent_stream_id id;
    struct ent_view rest;
    struct ent_party party = ent_address_party(&stream->recipient);
    uint8_t frozen[ENT_OUTGOING_REST_LEN];
    enum ent_status rc;

    ent_log(ENT_LOG_ERROR, COMPONENT,
        "FORK: the recipient holds another bundle of ours, call it peer=%s "
        "first=%llu",
        stream->recipient.text, (unsigned long long)answer->first);
    rc = node_stream_get(
        node, NODE_OUTGOING, &dispatch->stream, &id, &rest, &row, err);
    if (rc == ENT_OK) {
        rc = ent_outgoing_decode(rest, &outgoing, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (outgoing.frozen) {
        return ENT_OK; /* noted before */
    }
    rc = raise_fork(node, dispatch, stream, answer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    outgoing.frozen = true;
    ent_outgoing_encode(&outgoing, frozen);
    rc = node_stream_put(node, NODE_OUTGOING, &dispatch->stream, &id,
        ent_view_of(frozen, sizeof frozen), err);
    return rc != ENT_OK
               ? rc
               : node_record(node, NODE_ENTRY_FORK, &party, &answer->label_hash,
                     &dispatch->state.label_hash, answer->count, err);
}

static enum ent_status
apply(struct node *node, const struct ent_receipt *receipt,
    const struct ent_answer *answer, struct node_dispatch *dispatch,
    struct ent_error *err)
{
    enum ent_status rc;

    if (answer->code == ENTENTE__V1__ANSWER_CODE__SKIPPED) {
        return skipped(node, dispatch, answer, err);
    }
    if (!ent_digest_equal(&answer->label_hash, &dispatch->state.label_hash)) {
        return note_fork(node, dispatch, &receipt->stream, answer, err);
    }
    switch (answer->code) {
    case ENTENTE__V1__ANSWER_CODE__SETTLED:
        return settle(node, dispatch, answer, err);
    case ENTENTE__V1__ANSWER_CODE__NOT_YET:
        dispatch->row->broker_answered = false;
        rc = note_answer(node, dispatch, receipt->stream.recipient.text,
            answer->reason, err);
        return rc != ENT_OK
                   ? rc
                   : node_dispatch_step(node, dispatch, ENT_EVENT_NOT_YET, err);
    case ENTENTE__V1__ANSWER_CODE__RESEAL:
        return reseal(node, dispatch, &receipt->stream, answer->reason, err);
    case ENTENTE__V1__ANSWER_CODE__STALE:
        if (receipt->stream.sender_incarnation != node->incarnation ||
            answer->highest < node->incarnation) {
            return ENT_OK; /* from before the present one */
        }
        if (!node_peers_plausible(node, answer->highest)) {
            return ent_fail(err, ENT_REJECTED,
                "it says our store begins more than a day from now");
        }
        return node_reincarnate(node, answer->highest, err);
    default:
        return ent_fail(err, ENT_BAD_INPUT, "answer %u", answer->code);
    }
}

/* `ret_news`: it moved the bundle; a receipt that only repeats does not. One
 * that ends it is its proof. */
static enum ent_status
take_answer(struct node *node, const struct ent_receipt *receipt,
    const struct ent_answer *answer, struct node_proof *proof, bool *ret_news,
    struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    enum ent_dispatch_state was;
    enum ent_status rc =
        find(node, &receipt->stream, answer->first, &dispatch, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_REJECTED, "an answer to what we never sent");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    was = dispatch.state.state;
    rc = apply(node, receipt, answer, &dispatch, err);
    *ret_news = dispatch.state.state != was;
    if (rc != ENT_OK || !*ret_news ||
        !node_dispatch_is_final(&dispatch.state)) {
        return rc;
    }
    return node_proof_add(node, proof, &dispatch.stream, answer->first,
        dispatch.row->keep_until, err);
}

static enum ent_status
take_receipt(struct node *node, const struct ent_receipt *receipt,
    struct ent_view wire, bool *ret_news, struct ent_error *err)
{
    struct ent_party party = ent_address_party(&receipt->stream.recipient);
    struct ent_digest digest = ent_digest_of(wire);
    struct node_proof proof = {.kind = NODE_PROOF_RECEIPT, .wire = wire};
    bool news = false;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < receipt->answer_count; i++) {
        bool moved = false;

        rc = take_answer(
            node, receipt, &receipt->answers[i], &proof, &moved, err);
        news |= moved;
        if (rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "an answer of %s is of no use: %s",
                receipt->stream.recipient.text, err->text);
        }
    }
    rc = node_claim_check(node, receipt, err);
    if (rc == ENT_OK) {
        rc = node_proof_keep(node, &proof, err);
    }
    if (rc == ENT_OK && news) {
        rc = node_record(node, NODE_ENTRY_RECEIPT_IN, &party, &digest,
            &receipt->chain, (uint32_t)receipt->answer_count, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (ret_news != NULL) {
        *ret_news = news;
    }
    return node_uplink_confirm(node, &receipt->stream, &digest, err);
}

enum ent_status
node_settle_receipt(struct node *node, struct ent_view wire, bool *ret_news,
    struct ent_error *err)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_certificate signer;
    struct node_peer *peer;
    enum ent_status rc;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    rc = ent_receipt_peek(wire, receipt, err);
    if (rc == ENT_OK &&
        !ent_address_equal(&receipt->stream.sender, &node->self)) {
        rc = ent_fail(err, ENT_REJECTED, "a receipt for %s came here",
            receipt->stream.sender.text);
    }
    if (rc == ENT_OK) {
        rc = node_peers_get(node, &receipt->stream.recipient, &peer, err);
    }
    if (rc == ENT_OK) {
        rc = node_peers_signer_of(node, &receipt->stream.recipient, wire,
            receipt->issued_at, &signer, err);
    }
    if (rc == ENT_NOT_FOUND) {
        rc = node_peers_fetch(node, peer, err);
        free(receipt);
        return rc; /* the broker offers it again */
    }
    if (rc == ENT_OK) {
        rc = ent_receipt_open(wire, &signer, receipt, err);
        rc = node_peers_doubt(node, peer, rc, err);
    }
    if (rc == ENT_OK && node_revocations_has(node, &signer)) {
        rc = ent_fail(err, ENT_REJECTED, "a receipt under a revoked key");
    }
    if (rc == ENT_OK) {
        rc = node_peers_heard(node, peer, receipt->issued_at, err);
    }
    if (rc == ENT_OK) {
        rc = take_receipt(node, receipt, wire, ret_news, err);
    }
    free(receipt);
    return rc;
}
