/* SPDX-License-Identifier: Apache-2.0 */
#include "node/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "node/copy.h"
#include "node/gate.h"
#include "node/heads.h"
#include "node/peers.h"
#include "node/reincarnation.h"
#include "node/streams.h"
#include "node/uplink.h"
#include "node/vault.h"
#include "node/ways.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "dispatch"

/* ---- rows ---- */

bool
node_dispatch_is_final(const struct ent_dispatch *state)
{
    return state->state == ENT_DISPATCH_SETTLED ||
           state->state == ENT_DISPATCH_SKIPPED;
}

enum ent_status
node_dispatch_get(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct node_dispatch *ret_dispatch, struct ent_error *err)
{
    struct node_key key = node_key_stream(stream, first);
    struct node_dispatch dispatch = {.stream = *stream};
    enum ent_status rc;

    rc = node_row_get(node->store, NODE_DISPATCH, node_key_view(&key),
        &entente__rest__v1__dispatch_row__descriptor,
        (ProtobufCMessage **)&dispatch.row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_dispatch_decode(
        ent_view_of(dispatch.row->state.data, dispatch.row->state.len),
        &dispatch.state, err);
    if (rc != ENT_OK) {
        node_dispatch_fini(&dispatch);
        return ENT_IO;
    }
    dispatch.is_due = !node_dispatch_is_final(&dispatch.state);
    dispatch.due = dispatch.state.due;
    *ret_dispatch = dispatch;
    return ENT_OK;
}

void
node_dispatch_fini(struct node_dispatch *dispatch)
{
    node_row_free(&dispatch->row);
}

/* Take its row in DUE from where it was to where it is now. */
static enum ent_status
move_due(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    const struct ent_dispatch *state = &dispatch->state;
    bool wanted = !node_dispatch_is_final(state);
    struct node_key key;
    enum ent_status rc = ENT_OK;

    if (dispatch->is_due && (!wanted || dispatch->due != state->due)) {
        key = node_key_due(
            state->precedence, dispatch->due, &dispatch->stream, state->first);
        rc = node_store_delete(node->store, NODE_DUE, node_key_view(&key), err);
        dispatch->is_due = false;
    }
    if (rc == ENT_OK && wanted && !dispatch->is_due) {
        key = node_key_due(
            state->precedence, state->due, &dispatch->stream, state->first);
        rc = node_store_put(node->store, NODE_DUE, node_key_view(&key),
            (struct ent_view){0}, err);
        dispatch->is_due = true;
        dispatch->due = state->due;
    }
    return rc;
}

enum ent_status
node_dispatch_put(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    struct node_key key =
        node_key_stream(&dispatch->stream, dispatch->state.first);
    Entente__Rest__V1__DispatchRow row = *dispatch->row;
    uint8_t rest[ENT_DISPATCH_REST_LEN];
    enum ent_status rc;

    ent_dispatch_encode(&dispatch->state, rest);
    row.state = (ProtobufCBinaryData){.data = rest, .len = sizeof rest};
    rc = node_row_put(
        node->store, NODE_DISPATCH, node_key_view(&key), &row.base, err);
    node_heads_pass(&node->heads, dispatch);
    return rc != ENT_OK ? rc : move_due(node, dispatch, err);
}

/* ---- what actions ask for ---- */

/* Whether anybody would still take a bundle as it was sealed. */
enum freshness {
    FRESH,
    OF_OLD_KEY,   /* signed under a key that we no longer have, or before our
                     certificate's time, or sealed for one that is gone, or at
                     a time that is to come */
    OF_OLD_RULES, /* allowed by other rules than hold now: judge it again */
    OF_OLD_LIFE,  /* in a stream of an earlier incarnation of ours */
};

static bool
is_from_before(const struct node *node, const struct ent_label *label)
{
    return !ent_key_id_equal(&label->signing_key_id,
               &node_keeper_signer(node->keeper)->key_id) ||
           label->sealed_at + ENT_CLOCK_SKEW_MS < node->certificate.not_before;
}

/* Our clock was ahead, and is right again. */
static bool
is_from_future(const struct node *node, const struct ent_label *label)
{
    return !node->clock_doubt && ent_label_is_ahead(label, node->now_ms);
}

/* Its recipient said that the key is gone that it was sealed for, and has said
 * which one is in its place meanwhile. */
static bool
is_for_a_gone_key(
    struct node *node, const struct ent_label *label, uint32_t answer)
{
    const struct ent_sealing_key *key = NULL;
    struct node_peer *peer;

    if (answer == ENT_REFUSAL_SEALING_KEY_GONE &&
        node_peers_get(node, &label->stream.recipient, &peer, NULL) == ENT_OK &&
        peer->has_manifest) {
        key = ent_manifest_key(&peer->manifest, node->now_ms);
    }
    return key != NULL &&
           !ent_key_id_equal(&label->sealing_key_id, &key->key_id);
}

static enum freshness
freshness_of(struct node *node, const struct ent_label *label, uint32_t answer)
{
    if (label->stream.sender_incarnation != node->incarnation) {
        return OF_OLD_LIFE;
    }
    if (is_from_before(node, label) || is_from_future(node, label) ||
        is_for_a_gone_key(node, label, answer)) {
        return OF_OLD_KEY;
    }
    return node_gate_still_stands(node, label) ? FRESH : OF_OLD_RULES;
}

/* The bundle as it was sealed; nothing, if it is not fresh. */
static enum ent_status
load_bundle(struct node *node, const struct node_dispatch *dispatch,
    enum freshness *ret_freshness, struct node_bundle **ret_bundle,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_label label;
    enum ent_status rc;

    rc = node_vault_label(
        node->store, dispatch->row->bundle, &bundle, &label, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_freshness = freshness_of(node, &label, dispatch->row->answer);
    return *ret_freshness != FRESH
               ? ENT_OK
               : node_vault_get(
                     node->store, dispatch->row->bundle, ret_bundle, err);
}

/* To whom it goes. */
static enum ent_status
recipient_of(struct node *node, const struct node_dispatch *dispatch,
    struct ent_address *ret_recipient, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc = node_stream_get(
        node, NODE_OUTGOING, &dispatch->stream, &id, &rest, &row, err);

    if (rc == ENT_OK) {
        *ret_recipient = id.recipient;
    }
    return rc;
}

/* Queue the bundle; ENT_BUSY when it cannot go now. */
static enum ent_status
send_bundle(struct node *node, struct node_dispatch *dispatch,
    enum freshness *ret_freshness, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    struct ent_address recipient;
    uint64_t via = 0;
    enum ent_status rc =
        load_bundle(node, dispatch, ret_freshness, &bundle, err);

    if (rc != ENT_OK || *ret_freshness != FRESH) {
        return rc;
    }
    rc = recipient_of(node, dispatch, &recipient, err);
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(bundle->head, &head, err);
    }
    if (rc == ENT_OK) {
        rc = node_ways_take(node, dispatch, &recipient,
            bundle->head.len + bundle->body.len, &via, err);
    }
    if (rc != ENT_OK || via == 0) {
        return rc != ENT_OK ? rc : ENT_BUSY;
    }
    return node_effects_frame(&node->effects, via,
        ent_precedence_is_urgent(dispatch->state.precedence), ENT_FRAME_BUNDLE,
        &head, &bundle, err);
}

/* Sign the statement that this bundle will not come, and keep it. */
static enum ent_status
make_skip(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *stream = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_dispatch *state = &dispatch->state;
    struct ent_skip skip = {
        .from = state->first,
        .to = state->first + state->count - 1,
        .chain_before = state->chain_before,
        .chain_after = state->chain_after,
        .reason = state->skip_reason,
        .issued_at = node->now_ms,
    };
    struct ent_digest digest;
    struct ent_party party;
    struct ent_view rest;
    uint8_t *copy;
    enum ent_status rc;

    rc = node_stream_get(node, NODE_OUTGOING, &dispatch->stream, &skip.stream,
        &rest, &stream, err);
    if (rc == ENT_OK) {
        rc = ent_skip_make(&skip, node_keeper_signer(node->keeper), &wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    copy = malloc(wire.len);
    if (copy == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping a skip");
    }
    memcpy(copy, wire.data, wire.len);
    free(dispatch->row->skip.data);
    dispatch->row->skip = (ProtobufCBinaryData){.data = copy, .len = wire.len};
    digest = ent_digest_of(ent_bytes_view(&wire));
    party = ent_address_party(&skip.stream.recipient);
    return node_record(node, NODE_ENTRY_SKIP_OUT, &party, &digest,
        &state->label_hash, state->count, err);
}

/* Whether the skip is signed under the key, and in the time of the certificate,
 * that we have now. */
static bool
is_ours_now(const struct node *node, const struct node_dispatch *dispatch)
{
    const struct ent_view wire =
        ent_view_of(dispatch->row->skip.data, dispatch->row->skip.len);
    struct ent_signatures signatures;
    struct ent_view payload;
    struct ent_skip skip;

    return ent_signed_decode(wire, &payload, &signatures, NULL) == ENT_OK &&
           ent_skip_peek(wire, &skip, NULL) == ENT_OK &&
           ent_key_id_equal(&signatures.list[0].key_id,
               &node_keeper_signer(node->keeper)->key_id) &&
           ent_certificate_check_time(
               &node->certificate, skip.issued_at, NULL) == ENT_OK;
}

static enum ent_status
load_skip(struct node *node, struct node_dispatch *dispatch,
    struct ent_bytes *ret_payload, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (!is_ours_now(node, dispatch)) {
        rc = make_skip(node, dispatch, err);
    }
    return rc != ENT_OK ? rc
                        : ent_bytes_copy(ent_view_of(dispatch->row->skip.data,
                                             dispatch->row->skip.len),
                              ret_payload, err);
}

/* On every way: each broker is to drop what it holds of the bundle. */
static enum ent_status
send_skip(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_address recipient;
    enum ent_status rc = load_skip(node, dispatch, &payload, err);

    if (rc == ENT_OK) {
        rc = recipient_of(node, dispatch, &recipient, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(&node->effects,
        node_uplink_toward(node->uplink, &recipient),
        ent_precedence_is_urgent(dispatch->state.precedence), ENT_FRAME_SKIP,
        &payload, NULL, err);
}

/* The bundle is dead: its messages are expired, or go back to be sealed. */
static enum ent_status
bury(struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    enum ent_status rc = make_skip(node, dispatch, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (dispatch->state.skip_reason ==
            ENTENTE__V1__SKIP_REASON__SKIP_RESEALED ||
        dispatch->state.skip_reason ==
            ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN) {
        return node_copy_repend(node, dispatch, err); /* what has no end yet */
    }
    return node_copy_expire(node, dispatch, false, err);
}

enum ent_status
node_dispatch_step(struct node *node, struct node_dispatch *dispatch,
    enum ent_dispatch_event event, struct ent_error *err)
{
    enum freshness freshness = FRESH;
    enum ent_status rc = ENT_OK;
    enum ent_dispatch_action action =
        ent_dispatch_step(&dispatch->state, event, node->now_ms);

    switch (action) {
    case ENT_ACT_NOTHING:
    case ENT_ACT_SETTLE: /* the caller has the outcomes */
        break;
    case ENT_ACT_SEND:
        rc = send_bundle(node, dispatch, &freshness, err);
        if (rc == ENT_OK && freshness == OF_OLD_LIFE) {
            return node_dispatch_abandon(node, dispatch, err);
        }
        if (rc == ENT_OK &&
            (freshness == OF_OLD_KEY || freshness == OF_OLD_RULES)) {
            (void)ent_dispatch_step(
                &dispatch->state, ENT_EVENT_RESEAL, node->now_ms);
            rc = bury(node, dispatch, err);
        }
        break;
    case ENT_ACT_SEND_SKIP:
        rc = send_skip(node, dispatch, err);
        break;
    case ENT_ACT_SKIP:
        ent_log(ENT_LOG_INFO, COMPONENT,
            "skipping a bundle first=%llu count=%u reason=%u",
            (unsigned long long)dispatch->state.first, dispatch->state.count,
            dispatch->state.skip_reason);
        rc = bury(node, dispatch, err);
        if (rc == ENT_OK) { /* at once: what is withdrawn may be under way */
            rc = send_skip(node, dispatch, err);
        }
        break;
    case ENT_ACT_REINCARNATE:
        return node_reincarnate(node, 0, err);
    }
    return rc != ENT_OK ? rc : node_dispatch_put(node, dispatch, err);
}

static enum ent_status
copy_parts(const struct node_bundle *bundle, struct ent_bytes *ret_head,
    struct ent_bytes *ret_body, struct ent_error *err)
{
    enum ent_status rc = ent_bytes_copy(bundle->head, ret_head, err);

    return rc != ENT_OK ? rc : ent_bytes_copy(bundle->body, ret_body, err);
}

enum ent_status
node_dispatch_frame(struct node *node, struct node_dispatch *dispatch,
    enum ent_frame_type *ret_type, struct ent_bytes *ret_payload,
    struct ent_bytes *ret_body, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    enum freshness freshness = FRESH;
    enum ent_status rc = ENT_OK;

    if (node_dispatch_is_final(&dispatch->state)) {
        return ENT_NOT_FOUND;
    }
    if (dispatch->state.state != ENT_DISPATCH_SKIPPING) {
        rc = load_bundle(node, dispatch, &freshness, &bundle, err);
        if (rc != ENT_OK || freshness == FRESH) {
            *ret_type = ENT_FRAME_BUNDLE;
            return rc != ENT_OK
                       ? rc
                       : copy_parts(bundle, ret_payload, ret_body, err);
        }
        if (freshness == OF_OLD_LIFE) {
            rc = node_dispatch_abandon(node, dispatch, err);
            return rc != ENT_OK ? rc : ENT_NOT_FOUND;
        }
        rc = node_dispatch_step(node, dispatch, ENT_EVENT_RESEAL, err);
    }
    if (rc == ENT_OK) {
        rc = load_skip(node, dispatch, ret_payload, err);
    }
    *ret_type = ENT_FRAME_SKIP;
    return rc != ENT_OK ? rc : node_dispatch_put(node, dispatch, err);
}

enum ent_status
node_dispatch_abandon(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    struct ent_dispatch *state = &dispatch->state;
    enum ent_status rc = ENT_OK;

    if (state->state != ENT_DISPATCH_SKIPPING) {
        state->skip_reason = ENTENTE__V1__SKIP_REASON__SKIP_RESEALED;
        rc = node_copy_repend(node, dispatch, err);
    }
    state->state = ENT_DISPATCH_SKIPPED;
    state->due = UINT64_MAX;
    return rc != ENT_OK ? rc : node_dispatch_put(node, dispatch, err);
}
