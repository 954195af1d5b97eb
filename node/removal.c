/* SPDX-License-Identifier: Apache-2.0 */
#include "node/removal.h"

#include <string.h>

#include "node/attachment.h"
#include "node/desk.h"
#include "node/pending.h"
#include "node/rest.pb-c.h"
#include "node/submit.h"
#include "node/vault.h"
#include "proto/base/log.h"

#define COMPONENT "removal"
#define ROLE "node, automatically"
#define EPOCHS_MAX 64
#define DELIVERY_LIFE_MS (UINT64_C(7) * NODE_DAY_MS)

enum ent_status
node_removal_note(struct node *node, uint64_t day, struct ent_error *err)
{
    struct node_key key = node_key_u64(day);

    node->removal_due = true;
    return node_store_put(node->store, NODE_REMOVAL, node_key_view(&key),
        (struct ent_view){0}, err);
}

enum ent_status
node_removal_take(struct node *node, uint64_t bundle, uint64_t day,
    uint32_t index, struct ent_error *err)
{
    enum ent_status rc =
        node_vault_forget(node->store, node->slots, bundle, day, index, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_removal_note(node, day, err);
}

/* ---- the answer ---- */

/* When the secret that could open it again is destroyed. */
static enum ent_status
final_at(
    struct node *node, uint64_t bundle, uint64_t *ret_ms, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    struct ent_sealing_key keys[EPOCHS_MAX];
    size_t count = node_slots_epochs(node->slots, keys, EPOCHS_MAX);
    struct node_key key = node_key_u64(bundle);
    struct ent_label label;
    struct ent_view value;
    enum ent_status rc;

    *ret_ms = node->now_ms;
    rc = node_store_get(
        node->store, NODE_BUNDLE, node_key_view(&key), &value, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* pruned long ago: nothing is left to open */
    }
    if (rc == ENT_OK) {
        rc = node_vault_label(node->store, bundle, &kept, &label, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        if (ent_key_id_equal(&keys[i].key_id, &label.sealing_key_id)) {
            *ret_ms = keys[i].not_after + DELIVERY_LIFE_MS;
        }
    }
    return rc;
}

/* What there was of it here: false when it never came to the desk. */
static enum ent_status
find(struct node *node, const struct ent_party *sender, const struct ent_id *of,
    bool *ret_was_here, uint64_t *ret_final, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_seen_get(node, sender, of, &seen, err);

    *ret_was_here = rc == ENT_OK && seen->desk != 0;
    *ret_final = node->now_ms;
    if (!*ret_was_here) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_desk_get(node, seen->desk, &row, err);
    return rc != ENT_OK ? rc : final_at(node, row->bundle, ret_final, err);
}

/* It has the header of what it answers. */
static void
follow(ent_message *answer, const ent_message *recall)
{
    entente__v1__message__init(answer);
    answer->mode = recall->mode;
    answer->precedence = recall->precedence;
    answer->purpose = recall->purpose;
    answer->offence = recall->offence;
    answer->offence_penalty_months = recall->offence_penalty_months;
    answer->classification = recall->classification;
    answer->tlp = recall->tlp;
    answer->conversation_id = recall->conversation_id;
    answer->in_reply_to = recall->id;
}

static enum ent_status
submit(struct node *node, ent_message *answer, char *to, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result = NULL;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    submission.message = answer;
    submission.to = &to;
    submission.n_to = 1;
    if (rc == ENT_OK) {
        rc = node_submit(
            node, &submission, (struct ent_view){0}, &arena, &result, err);
    }
    if (rc == ENT_OK &&
        (result->error[0] != '\0' || !result->copies[0]->accepted)) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a recall is done and cannot be answered, answer it by hand to=%s "
            "why=\"%s%s\"",
            to, result->error,
            result->n_copies > 0 ? result->copies[0]->sentence : "");
    }
    return rc;
}

enum ent_status
node_removal_answer(struct node *node, const ent_message *message,
    const struct ent_id *of, const struct ent_party *sender,
    struct ent_error *err)
{
    Entente__V1__Lifecycle body = ENTENTE__V1__LIFECYCLE__INIT;
    Google__Protobuf__Timestamp at;
    Google__Protobuf__Timestamp final;
    char text[ENT_ID_TEXT_LEN + 1];
    char *removed = text;
    bool was_here;
    uint64_t final_ms;
    ent_message answer;
    enum ent_status rc = find(node, sender, of, &was_here, &final_ms, err);

    if (rc != ENT_OK) {
        return rc;
    }
    follow(&answer, message);
    ent_id_format(of, text);
    ent_message_time_set(&at, node->now_ms);
    ent_message_time_set(&final, final_ms);
    body.message_id = text;
    body.act = ENTENTE__V1__LIFECYCLE_ACT__COMPLIED;
    body.at = &at;
    body.role = (char *)(uintptr_t)ROLE;
    body.final_at = &final;
    body.removed = &removed;
    body.n_removed = was_here ? 1 : 0;
    answer.body_case = ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
    answer.lifecycle = &body;
    return submit(node, &answer, message->from, err);
}

/* ---- the bucket ---- */

static enum ent_status
rewrap_pending(struct node *node, uint64_t day, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_PENDING);

    for (;;) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, len), 0, key, &value, err);

        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__pending_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK && row->day == day) {
            rc = node_pending_rewrap(node, ent_view_of(key, len), row, err);
        }
        if (rc != ENT_OK || !node_key_after(key, len)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

static enum ent_status
rewrap(struct node *node, uint64_t day, struct ent_error *err)
{
    enum ent_status rc = node_slots_bucket_renew(node->slots, day, err);

    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* its day is over: the key is destroyed */
    }
    if (rc == ENT_OK) {
        rc = node_vault_rewrap(node->store, node->slots, day, err);
    }
    if (rc == ENT_OK) {
        rc = node_attachment_rewrap(node, day, err);
    }
    return rc != ENT_OK ? rc : rewrap_pending(node, day, err);
}

/* The first day that is to be done; `ret_any` false: there is none. */
static enum ent_status
find_day(
    struct node *node, uint64_t *ret_day, bool *ret_any, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = node_store_seek(node->store, NODE_REMOVAL,
        ent_view_of(key, node_key_len(NODE_REMOVAL)), 0, key, NULL, err);

    *ret_any = rc == ENT_OK;
    *ret_day = ent_get_be(key, 8);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* Both keys lie in the file by now: the old one goes, and then the row. */
static enum ent_status
finish(struct node *node, uint64_t day, struct ent_error *err)
{
    struct node_key key = node_key_u64(day);
    enum ent_status rc = node_slots_bucket_retire(node->slots, day, err);

    if (rc == ENT_OK) {
        rc = node_turn_begin(node, node->now_ms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_log(ENT_LOG_INFO, COMPONENT,
        "what was taken out of a bucket is gone for good");
    return node_turn_end(node,
        node_store_delete(node->store, NODE_REMOVAL, node_key_view(&key), err),
        err);
}

enum ent_status
node_removal_run(struct node *node, struct ent_error *err)
{
    uint64_t day = 0;
    bool any = false;
    enum ent_status rc;

    if (!node->removal_due) {
        return ENT_OK;
    }
    rc = node_turn_begin(node, node->now_ms, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = find_day(node, &day, &any, err);
    if (rc == ENT_OK && any) {
        rc = rewrap(node, day, err);
    }
    rc = node_turn_end(node, rc, err);
    node->removal_due = any || rc != ENT_OK;
    return rc != ENT_OK || !any ? rc : finish(node, day, err);
}
