/* SPDX-License-Identifier: Apache-2.0 */
#include "node/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "node/copy.h"
#include "node/manifest.h"
#include "node/uplink.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "dispatch"
#define PUMP_BUNDLES_MAX 32 /* in one turn on one connection */
#define RANKS 5
#define RESUME_AHEAD_MS (UINT64_C(10) * 60 * 1000)

/* ---- rows ---- */

enum ent_status
node_stream_get(struct node *node, enum node_table table,
    const struct ent_digest *stream, struct ent_stream_id *ret_id,
    struct ent_view *ret_state, Entente__Rest__V1__StreamRow **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_digest(stream);
    Entente__Rest__V1__StreamRow *row = NULL;
    enum ent_status rc;

    rc = node_row_get(node->store, table, node_key_view(&key),
        &entente__rest__v1__stream_row__descriptor, (ProtobufCMessage **)&row,
        err);
    if (rc != ENT_OK) {
        return rc;
    }
    memset(ret_id, 0, sizeof *ret_id);
    ret_id->precedence = row->precedence;
    ret_id->sender_incarnation = row->sender_incarnation;
    ret_id->recipient_incarnation = row->recipient_incarnation;
    rc = ent_address_parse(ent_view_text(row->sender), &ret_id->sender, err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(
            ent_view_text(row->recipient), &ret_id->recipient, err);
    }
    if (rc != ENT_OK) {
        node_row_free(&row);
        return ENT_IO;
    }
    *ret_state = ent_view_of(row->state.data, row->state.len);
    *ret_row = row;
    return ENT_OK;
}

enum ent_status
node_stream_put(struct node *node, enum node_table table,
    const struct ent_digest *stream, const struct ent_stream_id *id,
    struct ent_view state, struct ent_error *err)
{
    Entente__Rest__V1__StreamRow row = ENTENTE__REST__V1__STREAM_ROW__INIT;
    struct node_key key = node_key_digest(stream);

    row.sender = (char *)(uintptr_t)id->sender.text;
    row.recipient = (char *)(uintptr_t)id->recipient.text;
    row.precedence = id->precedence;
    row.sender_incarnation = id->sender_incarnation;
    row.recipient_incarnation = id->recipient_incarnation;
    row.state.data = (uint8_t *)(uintptr_t)state.data;
    row.state.len = state.len;
    return node_row_put(
        node->store, table, node_key_view(&key), &row.base, err);
}

static bool
is_final(const struct ent_dispatch *state)
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
    dispatch.is_due = !is_final(&dispatch.state);
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
    bool wanted = !is_final(state);
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
    return rc != ENT_OK ? rc : move_due(node, dispatch, err);
}

/* ---- what actions ask for ---- */

/* Queue the bundle as it was sealed; ENT_BUSY when it cannot go now. Under a
 * key that we no longer have nobody would take it: `ret_old`, and it stays. */
static enum ent_status
send_bundle(struct node *node, struct node_dispatch *dispatch, bool *ret_old,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *bundle = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct ent_label label;
    bool urgent = ent_precedence_is_urgent(dispatch->state.precedence);
    enum ent_status rc;

    rc = node_vault_label(
        node->store, dispatch->row->bundle, &bundle, &label, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_old = !ent_key_id_equal(
        &label.signing_key_id, &node_keeper_signer(node->keeper)->key_id);
    if (*ret_old) {
        return ENT_OK;
    }
    if (!node_uplink_spend(
            node->uplink, urgent, bundle->head.len + bundle->body.len)) {
        return ENT_BUSY;
    }
    rc = ent_bytes_copy(
        ent_view_of(bundle->head.data, bundle->head.len), &head, err);
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(
            ent_view_of(bundle->body.data, bundle->body.len), &body, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, urgent, ENT_FRAME_BUNDLE, &head, &body, err);
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

/* Whether the skip is signed under the key that we have now. */
static bool
is_ours_now(const struct node *node, const struct node_dispatch *dispatch)
{
    const ProtobufCBinaryData *skip = &dispatch->row->skip;
    struct ent_signatures signatures;
    struct ent_view payload;

    return ent_signed_decode(ent_view_of(skip->data, skip->len), &payload,
               &signatures, NULL) == ENT_OK &&
           ent_key_id_equal(&signatures.list[0].key_id,
               &node_keeper_signer(node->keeper)->key_id);
}

static enum ent_status
send_skip(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    bool urgent = ent_precedence_is_urgent(dispatch->state.precedence);
    enum ent_status rc = ENT_OK;

    if (!is_ours_now(node, dispatch)) {
        rc = make_skip(node, dispatch, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_copy(
        ent_view_of(dispatch->row->skip.data, dispatch->row->skip.len),
        &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, urgent, ENT_FRAME_SKIP, &payload, NULL, err);
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
        ENTENTE__V1__SKIP_REASON__SKIP_RESEALED) {
        return node_copy_repend(node, dispatch, err);
    }
    return node_copy_expire(node, dispatch, false, err);
}

enum ent_status
node_dispatch_step(struct node *node, struct node_dispatch *dispatch,
    enum ent_dispatch_event event, struct ent_error *err)
{
    bool old = false;
    enum ent_status rc = ENT_OK;
    enum ent_dispatch_action action =
        ent_dispatch_step(&dispatch->state, event, node->now_ms);

    switch (action) {
    case ENT_ACT_NOTHING:
    case ENT_ACT_SETTLE: /* the caller has the outcomes */
        break;
    case ENT_ACT_SEND:
        rc = send_bundle(node, dispatch, &old, err);
        if (rc == ENT_OK && old) {
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
        break;
    case ENT_ACT_REINCARNATE:
        return node_dispatch_reincarnate(node, 0, err);
    }
    return rc != ENT_OK ? rc : node_dispatch_put(node, dispatch, err);
}

/* ---- the pump ---- */

/* The next row in DUE of `rank` at or after `key`; its place in the outs. */
static enum ent_status
next_due(struct node *node, uint8_t *key, uint64_t *ret_due,
    struct ent_digest *ret_stream, uint64_t *ret_first, struct ent_error *err)
{
    enum ent_status rc = node_store_seek(node->store, NODE_DUE,
        ent_view_of(key, node_key_len(NODE_DUE)), 1, key, NULL, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_due = ent_get_be(key + 1, 8);
    memcpy(ret_stream->bytes, key + 9, ENT_DIGEST_LEN);
    *ret_first = ent_get_be(key + 41, 8);
    return ENT_OK;
}

static bool
is_over(const struct node *node, const struct ent_dispatch *state)
{
    return state->state != ENT_DISPATCH_SKIPPING &&
           node->now_ms >= state->expires_at + UINT64_C(20) * 60 * 1000;
}

static enum ent_status
step_due(struct node *node, const struct ent_digest *stream, uint64_t first,
    enum ent_dispatch_event event, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    enum ent_status rc = node_dispatch_get(node, stream, first, &dispatch, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_IO, "a bundle is due that is not there");
    }
    if (rc == ENT_OK && node->clock_doubt && is_over(node, &dispatch.state)) {
        return ENT_OK; /* who knows */
    }
    return rc != ENT_OK ? rc : node_dispatch_step(node, &dispatch, event, err);
}

static enum ent_status
pump_rank(struct node *node, uint8_t rank, size_t *left, bool *blocked,
    bool *more, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {rank};
    bool urgent =
        ent_precedence_is_urgent(ENTENTE__V1__PRECEDENCE__FLASH - rank);

    while (node_uplink_ready(node->uplink, urgent)) {
        struct ent_digest stream;
        uint64_t due;
        uint64_t first;
        enum ent_status rc = next_due(node, key, &due, &stream, &first, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && due > node->now_ms)) {
            return ENT_OK;
        }
        if (rc == ENT_OK && *left == 0) {
            *more |= !*blocked;
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = step_due(node, &stream, first, ENT_EVENT_TICK, err);
        }
        if (rc == ENT_BUSY) {
            *left = 0; /* until there is credit: what is less urgent waits */
            *blocked = true;
            return ENT_OK;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        (*left)--;
        if (!node_key_after(key, node_key_len(NODE_DUE))) {
            return ENT_OK;
        }
    }
    return ENT_OK;
}

enum ent_status
node_dispatch_pump(struct node *node, bool *ret_more, struct ent_error *err)
{
    size_t left[2] = {PUMP_BUNDLES_MAX, PUMP_BUNDLES_MAX};
    bool blocked[2] = {false, false};
    bool more = false;

    for (uint8_t rank = 0; rank < RANKS; rank++) {
        int lane =
            ent_precedence_is_urgent(ENTENTE__V1__PRECEDENCE__FLASH - rank) ? 0
                                                                            : 1;
        enum ent_status rc =
            pump_rank(node, rank, &left[lane], &blocked[lane], &more, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    *ret_more = more;
    return ENT_OK;
}

/* What is over has been due for long, so that what is not due is not read. */
static enum ent_status
expire_rank(struct node *node, uint8_t rank, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {rank};

    for (;;) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        struct ent_digest stream;
        uint64_t due;
        uint64_t first;
        enum ent_status rc = next_due(node, key, &due, &stream, &first, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && due > node->now_ms)) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_dispatch_get(node, &stream, first, &dispatch, err);
        }
        if (rc == ENT_OK && is_over(node, &dispatch.state)) {
            rc = node_dispatch_step(node, &dispatch, ENT_EVENT_TICK, err);
        }
        if (rc != ENT_OK && rc != ENT_BUSY) {
            return rc;
        }
        if (!node_key_after(key, node_key_len(NODE_DUE))) {
            return ENT_OK;
        }
    }
}

enum ent_status
node_dispatch_expire(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (uint8_t rank = 0; rc == ENT_OK && rank < RANKS; rank++) {
        rc = expire_rank(node, rank, err);
    }
    return rc;
}

static bool
was_sent(const struct ent_dispatch *state)
{
    return state->state == ENT_DISPATCH_SENT ||
           state->state == ENT_DISPATCH_SKIPPING;
}

/* Make due what was sent and is due within a retry's longest pause; the pump
 * sends it, in its order and as credit allows. What is in custody lies further
 * ahead, or is passed over. */
static enum ent_status
resume_rank(struct node *node, uint8_t rank, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {rank};

    ent_put_be(key + 1, node->now_ms + 1, 8);
    for (;;) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        struct ent_digest stream;
        uint64_t due;
        uint64_t first;
        enum ent_status rc = next_due(node, key, &due, &stream, &first, err);

        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && due > node->now_ms + RESUME_AHEAD_MS)) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_dispatch_get(node, &stream, first, &dispatch, err);
        }
        if (rc == ENT_OK && was_sent(&dispatch.state)) {
            dispatch.state.due = node->now_ms;
            dispatch.state.attempts = 0;
            rc = node_dispatch_put(node, &dispatch, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (!node_key_after(key, node_key_len(NODE_DUE))) {
            return ENT_OK;
        }
    }
}

enum ent_status
node_dispatch_resume(struct node *node, bool urgent, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (uint8_t rank = 0; rc == ENT_OK && rank < RANKS; rank++) {
        if (ent_precedence_is_urgent(ENTENTE__V1__PRECEDENCE__FLASH - rank) ==
            urgent) {
            rc = resume_rank(node, rank, err);
        }
    }
    return rc;
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

/* Seal every unsettled bundle anew; the old stream is closed for good. */
static enum ent_status
abandon_rank(struct node *node, uint8_t rank, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {rank};

    for (;;) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        struct ent_digest stream;
        uint64_t due;
        uint64_t first;
        enum ent_status rc = next_due(node, key, &due, &stream, &first, err);

        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_dispatch_get(node, &stream, first, &dispatch, err);
        }
        if (rc == ENT_OK) {
            rc = node_dispatch_abandon(node, &dispatch, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
}

enum ent_status
node_dispatch_reincarnate(
    struct node *node, uint64_t highest, struct ent_error *err)
{
    uint64_t now_us = node->now_ms * 1000;
    uint64_t next = now_us > node->incarnation ? now_us : node->incarnation + 1;
    struct ent_digest none = {{0}};
    enum ent_status rc;

    if (highest >= next) {
        next = highest + 1;
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "a peer knows a newer store of ours: taking a new incarnation");
    node->incarnation = next;
    rc = node_number_set(node->store, "incarnation", next, err);
    for (uint8_t rank = 0; rank < RANKS && rc == ENT_OK; rank++) {
        rc = abandon_rank(node, rank, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(
            node, NODE_ENTRY_REINCARNATED, &node->party, &none, &none, 0, err);
    }
    return rc != ENT_OK ? rc : node_manifest_renew(node, err);
}

enum ent_status
node_dispatch_due(struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    uint64_t soonest = UINT64_MAX;

    for (uint8_t rank = 0; rank < RANKS; rank++) {
        bool urgent =
            ent_precedence_is_urgent(ENTENTE__V1__PRECEDENCE__FLASH - rank);
        uint8_t key[NODE_KEY_MAX] = {rank};
        struct ent_digest stream;
        uint64_t due;
        uint64_t first;
        enum ent_status rc;

        if (!node_uplink_ready(node->uplink, urgent)) {
            continue;
        }
        /* What is due already waits for credit, not for time. */
        ent_put_be(key + 1, node->now_ms + 1, 8);
        rc = next_due(node, key, &due, &stream, &first, err);
        if (rc == ENT_OK && due < soonest) {
            soonest = due;
        }
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    *ret_due = soonest;
    return ENT_OK;
}

enum ent_status
node_dispatch_unsettled(
    struct node *node, uint64_t *ret_count, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    uint64_t count = 0;
    enum ent_status rc;

    for (;;) {
        rc = node_store_seek(node->store, NODE_DUE,
            ent_view_of(key, node_key_len(NODE_DUE)), 0, key, NULL, err);
        if (rc != ENT_OK || !node_key_after(key, node_key_len(NODE_DUE))) {
            break;
        }
        count++;
    }
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    *ret_count = count;
    return ENT_OK;
}
