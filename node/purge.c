/* SPDX-License-Identifier: Apache-2.0 */
#include "node/purge.h"

#include <string.h>

#include "node/duties.h"
#include "node/lifecycle.h"

uint64_t
node_purge_by(const struct node *node, const char *to)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, to);
    uint64_t within =
        agreement == NULL ? 0 : ent_agreement_recall(agreement).purge_ms;

    return within == 0 ? 0 : node->now_ms + within;
}

void
node_purge_answered(node_copy_row *row, const char *in_reply_to)
{
    struct ent_id id;

    if (row->fate_by.len == sizeof id.bytes &&
        ent_id_parse(ent_view_text(in_reply_to), &id, NULL) == ENT_OK &&
        memcmp(id.bytes, row->fate_by.data, sizeof id.bytes) == 0) {
        row->purge_by = 0;
    }
}

/* They have it, or may: what was sealed and taken back can have come before it
 * was. What was refused there, or never left, is not there. */
static bool
may_have_it(const node_copy_row *row)
{
    switch (row->state) {
    case 0:
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED:
        return true;
    case ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN:
        return row->bundle != 0;
    default:
        return false;
    }
}

static bool
is_owed(const node_copy_row *row)
{
    return row != NULL && row->purge_by != 0 && may_have_it(row);
}

static enum ent_status
begin(struct node *node, const struct ent_id *id, const node_copy_row *row,
    struct ent_error *err)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, row->to);
    struct node_duty duty = {.kind = NODE_DUTY_PURGE,
        .number = row->number,
        .office = row->to,
        .id = ent_view_of(id->bytes, sizeof id->bytes),
        .due_ms = row->purge_by};

    if (agreement != NULL) {
        duty.clause = (struct node_duty_clause){agreement,
            "recall.purge_within", ent_agreement_recall(agreement).line};
    }
    return node_duty_begin(node, &duty, err);
}

enum ent_status
node_purge_follow_copy(struct node *node, const struct ent_id *id,
    const node_copy_row *was, const node_copy_row *is, struct ent_error *err)
{
    if (is_owed(was) && !is_owed(is)) {
        return node_duty_end(node, NODE_DUTY_PURGE, was->number, err);
    }
    return is_owed(was) || !is_owed(is) ? ENT_OK : begin(node, id, is, err);
}
