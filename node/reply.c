/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reply.h"

#include <stdio.h>
#include <string.h>

#include "node/duties.h"
#include "node/lifecycle.h"
#include "proto/schema/api.pb-c.h"

static uint64_t
later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t
earlier_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Which message this one replies to; false: to none. */
static bool
replied_to(const ent_message *message, struct ent_id *ret_id)
{
    return message->body_case != ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT &&
           message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE &&
           ent_id_parse(ent_view_text(message->in_reply_to), ret_id, NULL) ==
               ENT_OK;
}

/* ---- at the recipient ---- */

uint64_t
node_reply_by(const struct node *node, const ent_message *message,
    const struct ent_decision *decision)
{
    uint64_t from = node->now_ms;
    uint64_t due;

    if (decision->reply_ms == 0 || !ent_message_asks_for_reply(message)) {
        return 0;
    }
    if (message->restored != NULL) {
        from = earlier_of(
            from, ent_message_time_ms(message->restored->delivered_at));
    }
    due = later_of(
        from + decision->reply_ms, ent_message_time_ms(message->reply_by));
    /* Nothing rings again for what may have been replied to long ago. */
    return message->restored != NULL && due <= node->now_ms ? 0 : due;
}

enum ent_status
node_reply_said(struct node *node, const ent_message *message,
    const struct ent_party *to, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    struct ent_id id;
    enum ent_status rc;

    if (!replied_to(message, &id)) {
        return ENT_OK;
    }
    rc = node_seen_get(node, to, &id, &seen, err);
    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row == NULL || row->reply_by == 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    changed.reply_by = 0;
    return node_desk_set(node, seen->desk, row, &changed, err);
}

/* ---- at the sender ---- */

uint64_t
node_reply_due(const node_copy_row *row)
{
    return row->reply_ms == 0 || row->replied_at != 0 || row->deleted_at != 0 ||
                   row->fate >= NODE_FATE_WITHDRAWN ||
                   row->state != ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED
               ? 0
               : later_of(row->settled_at + row->reply_ms, row->reply_after);
}

enum ent_status
node_reply_heard(struct node *node, const struct ent_party *sender,
    const ent_message *message, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    node_copy_row changed;
    struct ent_id id;
    enum ent_status rc;

    if (!replied_to(message, &id)) {
        return ENT_OK;
    }
    rc = node_copy_get(node, &id, sender, &row, err);
    if (rc != ENT_OK || row->reply_ms == 0 || row->replied_at != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    changed.replied_at = node->now_ms;
    return node_copy_set(node, &id, sender, row, &changed, err);
}

/* ---- the duties ---- */

/* "service_levels.flash.reply, line 52 of th-kh-border-information" */
static void
tell_clause(const struct node *node, const char *office, uint32_t precedence,
    char text[static NODE_DUTY_CLAUSE_MAX])
{
    static const char *const keys[] = {"service_levels",
        "service_levels.deferred.reply", "service_levels.routine.reply",
        "service_levels.priority.reply", "service_levels.immediate.reply",
        "service_levels.flash.reply"};
    const struct ent_agreement *agreement = NULL;
    struct ent_address address;

    if (ent_address_parse(ent_view_text(office), &address, NULL) == ENT_OK) {
        agreement =
            node_agreements_with(node->agreements, ent_address_state(&address));
    }
    if (agreement != NULL) {
        node_duty_clause(text,
            keys[precedence < sizeof keys / sizeof keys[0] ? precedence : 0],
            ent_agreement_reply(agreement, precedence).line, agreement);
    }
}

static bool
owes(const node_desk_row *row)
{
    return row != NULL && row->reply_by != 0 && row->deleted_at == 0;
}

enum ent_status
node_reply_follow_desk(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is, struct ent_error *err)
{
    char clause[NODE_DUTY_CLAUSE_MAX] = "";
    struct ent_id id;
    struct node_duty duty = {.kind = NODE_DUTY_REPLY,
        .number = sequence,
        .id = &id,
        .clause = clause};

    if (owes(was) && !owes(is)) {
        return node_duty_end(node, NODE_DUTY_REPLY, sequence, err);
    }
    if (owes(was) || !owes(is) || is->id.len != sizeof id.bytes) {
        return ENT_OK;
    }
    memcpy(id.bytes, is->id.data, sizeof id.bytes);
    tell_clause(node, is->from, is->precedence, clause);
    duty.office = is->from;
    duty.due_ms = is->reply_by;
    return node_duty_begin(node, &duty, err);
}

enum ent_status
node_reply_follow_copy(struct node *node, const struct ent_id *id,
    const node_copy_row *was, const node_copy_row *is, struct ent_error *err)
{
    bool owed = was != NULL && node_reply_due(was) != 0;
    uint64_t due = is == NULL ? 0 : node_reply_due(is);
    char clause[NODE_DUTY_CLAUSE_MAX] = "";
    struct node_duty duty = {
        .kind = NODE_DUTY_AWAIT, .id = id, .due_ms = due, .clause = clause};

    if (owed && due == 0) {
        return node_duty_end(node, NODE_DUTY_AWAIT, was->number, err);
    }
    if (owed || due == 0) {
        return ENT_OK;
    }
    tell_clause(node, is->to, is->precedence, clause);
    duty.number = is->number;
    duty.office = is->to;
    return node_duty_begin(node, &duty, err);
}
