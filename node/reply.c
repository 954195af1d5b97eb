/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reply.h"

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

static struct node_duty_clause
clause_of(const struct node *node, const char *office, uint32_t precedence)
{
    static const char *const keys[] = {"service_levels",
        "service_levels.deferred.reply", "service_levels.routine.reply",
        "service_levels.priority.reply", "service_levels.immediate.reply",
        "service_levels.flash.reply"};
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, office);

    return agreement == NULL
               ? (struct node_duty_clause){0}
               : (struct node_duty_clause){agreement,
                     keys[precedence < sizeof keys / sizeof keys[0] ? precedence
                                                                    : 0],
                     ent_agreement_reply(agreement, precedence).line};
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
    if (owes(was) && !owes(is)) {
        return node_duty_end(node, NODE_DUTY_REPLY, sequence, err);
    }
    if (owes(was) || !owes(is)) {
        return ENT_OK;
    }
    return node_duty_begin(node,
        &(struct node_duty){.kind = NODE_DUTY_REPLY,
            .number = sequence,
            .office = is->from,
            .id = ent_view_of(is->id.data, is->id.len),
            .due_ms = is->reply_by,
            .clause = clause_of(node, is->from, is->precedence)},
        err);
}

static bool
awaits(const node_copy_row *row)
{
    return row != NULL && node_reply_due(row) != 0;
}

enum ent_status
node_reply_follow_copy(struct node *node, const struct ent_id *id,
    const node_copy_row *was, const node_copy_row *is, struct ent_error *err)
{
    if (awaits(was) && !awaits(is)) {
        return node_duty_end(node, NODE_DUTY_AWAIT, was->number, err);
    }
    if (awaits(was) || !awaits(is)) {
        return ENT_OK;
    }
    return node_duty_begin(node,
        &(struct node_duty){.kind = NODE_DUTY_AWAIT,
            .number = is->number,
            .office = is->to,
            .id = ent_view_of(id->bytes, sizeof id->bytes),
            .due_ms = node_reply_due(is),
            .clause = clause_of(node, is->to, is->precedence)},
        err);
}
