/* SPDX-License-Identifier: Apache-2.0 */
#include "node/correction.h"

#include <string.h>

#include "node/consent.h"
#include "node/duties.h"
#include "node/lifecycle.h"

uint64_t
node_correction_apply_by(const struct node *node, const char *from)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, from);
    uint64_t within =
        agreement == NULL ? 0 : ent_agreement_correction(agreement).apply_ms;

    return within == 0 ? 0 : node->now_ms + within;
}

/* ---- whom we owe it ---- */

/* They have it, or will, and nothing was said to them. */
static bool
has_it_unsaid(const node_copy_row *row)
{
    return row->fate == NODE_FATE_NONE && row->deleted_at == 0 &&
           ((row->state == 0 && row->awaits == 0) ||
               row->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED);
}

static enum ent_status
owe(struct node *node, const struct ent_id *id, const struct ent_party *party,
    const node_copy_row *row, struct ent_error *err)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, row->to);
    node_copy_row changed = *row;
    uint64_t within =
        agreement == NULL ? 0 : ent_agreement_correction(agreement).notify_ms;

    if (within == 0 || row->notify_by != 0 || !has_it_unsaid(row)) {
        return ENT_OK;
    }
    changed.notify_by = node->now_ms + within;
    return node_copy_set(node, id, party, row, &changed, err);
}

enum ent_status
node_correction_said(
    struct node *node, const struct ent_id *id, struct ent_error *err)
{
    struct ent_party to = {{0}};

    for (;;) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        enum ent_status rc = node_copy_next(node, id, &to, &row, err);

        if (rc == ENT_OK) {
            rc = owe(node, id, &to, row, err);
        }
        if (rc != ENT_OK || !node_key_after(to.bytes, sizeof to.bytes)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

/* A node_consent_visit. */
static enum ent_status
say_of_passed(struct node *node, const struct ent_id *passed,
    const void *context, struct ent_error *err)
{
    (void)context;
    return node_correction_said(node, passed, err);
}

enum ent_status
node_correction_heard(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    return node_consent_passed(node, sender, id, say_of_passed, NULL, err);
}

/* ---- what we applied ---- */

enum ent_status
node_correction_applied(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row == NULL || row->apply_by == 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    changed.apply_by = 0;
    return node_desk_set(node, seen->desk, row, &changed, err);
}

/* ---- the duties ---- */

static bool
is_to_be_applied(const node_desk_row *row)
{
    return row != NULL && row->apply_by != 0 && row->deleted_at == 0;
}

static bool
is_to_be_told(const node_copy_row *row)
{
    return row != NULL && row->notify_by != 0 && has_it_unsaid(row);
}

enum ent_status
node_correction_follow_desk(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is, struct ent_error *err)
{
    bool owed = is_to_be_applied(was);
    bool owes = is_to_be_applied(is);

    if (owed && !owes) {
        return node_duty_end(node, NODE_DUTY_APPLY, sequence, err);
    }
    if (owed || !owes) {
        return ENT_OK;
    }
    return node_duty_begin(node,
        &(struct node_duty){.kind = NODE_DUTY_APPLY,
            .number = sequence,
            .office = is->from,
            .id = ent_view_of(is->id.data, is->id.len),
            .due_ms = is->apply_by},
        err);
}

enum ent_status
node_correction_follow_copy(struct node *node, const struct ent_id *id,
    const node_copy_row *was, const node_copy_row *is, struct ent_error *err)
{
    bool owed = is_to_be_told(was);
    bool owes = is_to_be_told(is);

    if (owed && !owes) {
        return node_duty_end(node, NODE_DUTY_NOTIFY, was->number, err);
    }
    if (owed || !owes) {
        return ENT_OK;
    }
    return node_duty_begin(node,
        &(struct node_duty){.kind = NODE_DUTY_NOTIFY,
            .number = is->number,
            .office = is->to,
            .id = ent_view_of(id->bytes, sizeof id->bytes),
            .due_ms = is->notify_by},
        err);
}
