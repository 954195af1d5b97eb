/* SPDX-License-Identifier: Apache-2.0 */
#include "node/batch.h"

#include <stdlib.h>
#include <string.h>

#include "node/feed.h"
#include "node/gate.h"
#include "node/pending.h"
#include "node/restitution.h"
#include "policy/minimise.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"
#include "proto/seal.h"

#define EXPIRE_ROWS_MAX 4096 /* looked at in one turn */

/* A copy that will not be sealed: it has its last state, here. */
static enum ent_status
give_up(struct node *node, const struct ent_id *id,
    const struct ent_party *party, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_digest none = {{0}};
    enum ent_status rc = node_copy_get(node, id, party, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = node_copy_end(node, id, party, row, state, decision, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_record(node,
        decision == NULL ? NODE_ENTRY_EXPIRED : NODE_ENTRY_REFUSED_HERE, party,
        &none, &none, 1, err);
}

/* ---- what shares a bundle ---- */

struct node_batch *
node_batch_new(struct node_peer *peer, uint32_t precedence)
{
    struct node_batch *batch = malloc(sizeof *batch);

    if (batch != NULL) { /* its list is large, and written as it is filled */
        memset(batch, 0, offsetof(struct node_batch, list));
        batch->peer = peer;
        batch->precedence = precedence;
        batch->most = ENT_BUNDLE_MESSAGES_MAX;
    }
    return batch;
}

bool
node_batch_has_room(
    const struct node_batch *batch, uint32_t mode, bool chunk, size_t len)
{
    return batch->count == 0 ||
           (batch->count < batch->most && batch->mode == mode &&
               batch->chunks == chunk &&
               batch->body_len + 4 + ent_seal_envelope_len(len) <=
                   ENT_BODY_MAX);
}

void
node_batch_add(struct node_batch *batch, struct node_chosen *chosen,
    uint32_t mode, bool chunk, uint64_t arrives_by)
{
    batch->mode = mode;
    batch->chunks = chunk;
    batch->body_len += 4 + ent_seal_envelope_len(chosen->message.len);
    if (arrives_by > batch->expires_at) {
        batch->expires_at = arrives_by;
    }
    batch->list[batch->count++] = *chosen;
    chosen->own = (struct ent_bytes){0};
}

/* ---- what waited ---- */

enum choice {
    CHOICE_TAKEN,
    CHOICE_GONE,  /* given up: the pending row can go */
    CHOICE_LATER, /* left where it is */
    CHOICE_FULL,  /* belongs to the next bundle */
};

/* A chunk as the message that has its file: once for all of these. */
static enum ent_status
judge(struct node *node, struct node_batch *batch, const ent_message *message,
    struct ent_decision *ret_decision, struct ent_error *err)
{
    const Entente__V1__AttachmentChunk *chunk = message->attachment_chunk;
    struct ent_id *judged = &batch->judged;
    enum ent_status rc = ENT_OK;

    if (chunk == NULL) {
        node_gate_out_again(node, message, &batch->peer->address, ret_decision);
        return ENT_OK;
    }
    if (chunk->message_id.len != sizeof judged->bytes ||
        memcmp(chunk->message_id.data, judged->bytes, sizeof judged->bytes) !=
            0) {
        rc = node_feed_judge(
            node, chunk, &batch->peer->address, &batch->decision, err);
        memcpy(judged->bytes, chunk->message_id.data,
            chunk->message_id.len < sizeof judged->bytes
                ? chunk->message_id.len
                : sizeof judged->bytes);
    }
    *ret_decision = batch->decision;
    return rc;
}

/* Until when it may arrive. What is given again was delivered in its time. */
static uint64_t
arrives_by(const struct node *node, const ent_message *message)
{
    return message->restored != NULL
               ? node->now_ms + ent_precedence_life_max_ms(
                                    ENTENTE__V1__PRECEDENCE__DEFERRED)
               : ent_message_time_ms(message->valid_until);
}

/* Over before it left: its own time, or that of what is given again. */
static enum ent_status
is_over(struct node *node, const struct node_batch *batch,
    const ent_message *message, bool *ret_over, struct ent_error *err)
{
    bool stands = true;
    enum ent_status rc = ENT_OK;

    if (message->restored != NULL) {
        rc = node_restitution_stands(
            node, message, &batch->peer->party, &stands, err);
    }
    *ret_over = !stands || arrives_by(node, message) <= node->now_ms;
    return rc;
}

/* What is given again and may not pass now waits for that to be over. */
static bool
may_pass_later(const ent_message *message, const struct ent_decision *decision)
{
    return message->restored != NULL &&
           (decision->reason == ENT_REFUSAL_SUSPENDED ||
               decision->reason == ENT_REFUSAL_NOT_IN_FORCE ||
               decision->reason == ENT_REFUSAL_NO_AGREEMENT);
}

/* What is withheld by the agreement of now and was not when it was accepted is
 * taken out too; not out of what officers signed as it is, which does not go
 * then. */
static enum ent_status
withhold(ent_message *message, struct ent_bytes *wire,
    struct ent_decision *decision, struct ent_arena *arena,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes less = {0};
    size_t before = message->n_withheld;
    enum ent_status rc = ent_minimise(decision, message, arena, err);

    if (rc != ENT_OK || !decision->permit || message->n_withheld == before) {
        return rc;
    }
    if (message->n_officer_signatures > 0) {
        ent_decision_refuse(decision, ENT_REFUSAL_FIELD_PROHIBITED,
            message->withheld[before]->clause, 0,
            "officers signed it with %s, which is withheld by now",
            message->withheld[before]->field);
        return ENT_OK;
    }
    rc = ent_message_encode(message, &less, err);
    if (rc == ENT_OK) {
        ent_bytes_free(wire);
        *wire = less;
        less = (struct ent_bytes){0};
    }
    return rc;
}

/* By the agreement and the clock of now: may it go in this bundle or the next
 * (CHOICE_TAKEN)? */
static enum ent_status
weigh(struct node *node, struct node_batch *batch, const struct ent_id *id,
    ent_message *decoded, struct ent_bytes *message, struct ent_arena *arena,
    enum choice *ret_choice, struct ent_error *err)
{
    struct ent_decision decision;
    bool over = false;
    enum ent_status rc = is_over(node, batch, decoded, &over, err);

    if (rc != ENT_OK || over) {
        *ret_choice = node->clock_doubt ? CHOICE_LATER : CHOICE_GONE;
        return rc != ENT_OK || node->clock_doubt
                   ? rc
                   : give_up(node, id, &batch->peer->party,
                         ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED, NULL, err);
    }
    rc = judge(node, batch, decoded, &decision, err);
    if (rc == ENT_OK && decision.permit && decoded->attachment_chunk == NULL) {
        rc = withhold(decoded, message, &decision, arena, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (decision.permit || may_pass_later(decoded, &decision)) {
        *ret_choice = decision.permit ? CHOICE_TAKEN : CHOICE_LATER;
        return ENT_OK;
    }
    *ret_choice = CHOICE_GONE;
    return give_up(node, id, &batch->peer->party,
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE, &decision, err);
}

/* What is taken joins the bundle, if there is room in it. */
static enum ent_status
choose(struct node *node, struct node_batch *batch, struct node_chosen *chosen,
    struct ent_arena *arena, enum choice *ret_choice, struct ent_error *err)
{
    ent_message *decoded;
    bool chunk;
    enum ent_status rc;

    ent_arena_reset(arena);
    rc = ent_message_decode(ent_bytes_view(&chosen->own), arena, &decoded, err);
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    rc = weigh(node, batch, &chosen->id, decoded, &chosen->own, arena,
        ret_choice, err);
    chosen->message = ent_bytes_view(&chosen->own);
    if (rc != ENT_OK || *ret_choice != CHOICE_TAKEN) {
        return rc;
    }
    chunk = decoded->attachment_chunk != NULL;
    if (node_batch_has_room(
            batch, (uint32_t)decoded->mode, chunk, chosen->message.len)) {
        node_batch_add(batch, chosen, (uint32_t)decoded->mode, chunk,
            arrives_by(node, decoded));
    } else {
        *ret_choice = CHOICE_FULL;
    }
    return ENT_OK;
}

static enum ent_status
consider(struct node *node, struct node_batch *batch, const uint8_t *key,
    struct ent_view value, struct ent_arena *arena, enum choice *ret_choice,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
    struct node_chosen chosen = {
        .number = ent_get_be(key + NODE_GROUP_LEN, 8),
        .pending.len = node_key_len(NODE_PENDING),
    };
    enum ent_status rc;

    rc = node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (row->id.len != sizeof chosen.id.bytes) {
        return ent_fail(err, ENT_IO, "a pending message has no id");
    }
    memcpy(chosen.id.bytes, row->id.data, sizeof chosen.id.bytes);
    memcpy(chosen.pending.bytes, key, chosen.pending.len);
    chosen.day = row->day;
    rc = node_pending_open(node, row, &chosen.own, err);
    if (rc == ENT_NOT_FOUND) { /* its day of deletion has come */
        *ret_choice = CHOICE_GONE;
        return give_up(node, &chosen.id, &batch->peer->party,
            ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED, NULL, err);
    }
    if (rc == ENT_OK) {
        rc = choose(node, batch, &chosen, arena, ret_choice, err);
    }
    ent_bytes_free(&chosen.own); /* of what was not taken */
    return rc;
}

/* Fill the batch from the group that `key` begins with. */
enum ent_status
node_batch_fill(struct node *node, struct node_batch *batch,
    const uint8_t *group, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    memcpy(key, group, NODE_GROUP_LEN);
    while (rc == ENT_OK && batch->count < batch->most) {
        enum choice choice = CHOICE_FULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, node_key_len(NODE_PENDING)), NODE_GROUP_LEN, key,
            &value, err);
        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = consider(node, batch, key, value, &arena, &choice, err);
        }
        if (rc == ENT_OK && choice == CHOICE_FULL) {
            return ENT_OK;
        }
        if (rc == ENT_OK && choice == CHOICE_GONE) {
            rc = node_store_delete(node->store, NODE_PENDING,
                ent_view_of(key, node_key_len(NODE_PENDING)), err);
        }
        if (rc == ENT_OK && !node_key_after(key, node_key_len(NODE_PENDING))) {
            return ENT_OK;
        }
    }
    return rc;
}

void
node_batch_free(struct node_batch **batch)
{
    if (*batch == NULL) {
        return;
    }
    for (size_t i = 0; i < (*batch)->count; i++) {
        ent_bytes_free(&(*batch)->list[i].own);
    }
    free(*batch);
    *batch = NULL;
}

/* True when the copy that a pending row stands for is over. */
static enum ent_status
expire_row(struct node *node, struct ent_view value, bool *ret_over,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    struct ent_address to;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc;

    *ret_over = false;
    rc = node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(row->to), &to, err);
    }
    if (rc != ENT_OK || row->id.len != sizeof id.bytes) {
        return ent_fail(err, ENT_IO, "a pending message is for nobody");
    }
    memcpy(id.bytes, row->id.data, sizeof id.bytes);
    party = ent_address_party(&to);
    rc = node_copy_get(node, &id, &party, &copy, err);
    if (rc != ENT_OK || node->now_ms < copy->valid_until) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    *ret_over = true;
    return give_up(
        node, &id, &party, ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED, NULL, err);
}

enum ent_status
node_batch_expire(
    struct node *node, uint8_t key[static NODE_KEY_MAX], struct ent_error *err)
{
    size_t len = node_key_len(NODE_PENDING);

    for (size_t i = 0; i < EXPIRE_ROWS_MAX; i++) {
        struct ent_view value;
        bool over = false;
        enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, len), 0, key, &value, err);

        if (rc == ENT_NOT_FOUND) {
            memset(key, 0, len); /* from the beginning, next time */
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = expire_row(node, value, &over, err);
        }
        if (rc == ENT_OK && over) {
            rc = node_store_delete(
                node->store, NODE_PENDING, ent_view_of(key, len), err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        (void)node_key_after(key, len);
    }
    return ENT_OK;
}
