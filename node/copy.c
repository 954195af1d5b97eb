/* SPDX-License-Identifier: Apache-2.0 */
#include "node/copy.h"

#include <string.h>

#include "node/copy_rows.h"
#include "node/correction.h"
#include "node/drills.h"
#include "node/fate.h"
#include "node/feed.h"
#include "node/index.h"
#include "node/lifetime.h"
#include "node/purge.h"
#include "node/reply.h"
#include "node/restitution.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"

/* ---- reading ---- */

static enum ent_status
give(enum ent_status rc, node_copy_row **row, node_copy_row **ret_row)
{
    if (rc == ENT_OK) {
        *ret_row = *row;
        *row = NULL;
    }
    return rc;
}

enum ent_status
node_copy_lay(struct node *node, node_copy_row *row, struct ent_error *err)
{
    struct node_outcome outcome;
    enum ent_status rc;

    if (!node_outcome_may_lie(row)) {
        return ENT_OK;
    }
    rc = node_outcome_get(node, row->bundle, &outcome, err);
    if (rc == ENT_OK) {
        node_outcome_lay(&outcome, row);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_copy_unpack(struct node *node, struct ent_view value,
    node_copy_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__copy_row__descriptor,
            (ProtobufCMessage **)&row, err);

    if (rc == ENT_OK) {
        rc = node_copy_lay(node, row, err);
    }
    return give(rc, &row, ret_row);
}

enum ent_status
node_copy_get(struct node *node, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    enum ent_status rc = node_copy_rows_get(node, id, to, &row, err);

    if (rc == ENT_OK) {
        rc = node_copy_lay(node, row, err);
    }
    return give(rc, &row, ret_row);
}

enum ent_status
node_copy_by_number(struct node *node, uint64_t number, struct ent_id *ret_id,
    struct ent_party *ret_to, node_copy_row **ret_row, struct ent_error *err)
{
    struct node_numbered_copy copy;
    enum ent_status rc = node_numbered_get(node, number, &copy, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_id = copy.id;
    *ret_to = copy.to;
    return node_copy_get(node, ret_id, ret_to, ret_row, err);
}

enum ent_status
node_copy_next(struct node *node, const struct ent_id *id, struct ent_party *to,
    node_copy_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    enum ent_status rc = node_copy_rows_next(node, id, to, &row, err);

    if (rc == ENT_OK) {
        rc = node_copy_lay(node, row, err);
    }
    return give(rc, &row, ret_row);
}

/* ---- what a row says ---- */

bool
node_copy_has_left(const node_copy_row *row)
{
    return row->awaits == 0 &&
           row->state != ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE &&
           row->state != ENTENTE__V1__TRACE_STATE__TRACE_RETURNED;
}

/* What follows a copy that is delivered (node_copy_set) must be known here. */
bool
node_copy_is_plain(const node_copy_row *row)
{
    return row->state == 0 && row->awaits == 0 && row->deleted_at == 0 &&
           row->fate == NODE_FATE_NONE && row->files == 0 &&
           row->reply_ms == 0 && row->purge_by == 0 && row->notify_by == 0 &&
           !node_copy_is_aside(row);
}

static bool
is_final(const node_copy_row *row)
{
    return row->state != 0 &&
           row->state != ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED;
}

/* It left or will, and something of it can still be read. */
static bool
is_found(const node_copy_row *row)
{
    return row != NULL && row->deleted_at == 0 &&
           row->state != ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE &&
           row->state != ENTENTE__V1__TRACE_STATE__TRACE_RETURNED;
}

/* ---- changing it ---- */

/* It had no last state and stood for itself as others of its bundle do. */
static enum ent_status
stand_alone(struct node *node, const node_copy_row *was, struct ent_error *err)
{
    return was == NULL || !node_outcome_may_lie(was)
               ? ENT_OK
               : node_outcome_single(node, was->bundle, was->index, err);
}

static enum ent_status
put(struct node *node, const struct ent_id *id, const struct ent_party *to,
    const node_copy_row *was, const node_copy_row *is, struct ent_error *err)
{
    if (was == NULL) {
        return is == NULL ? ENT_OK : node_copy_rows_add(node, id, to, is, err);
    }
    return is == NULL ? node_copy_rows_delete(node, id, to, was, err)
                      : node_copy_rows_change(node, id, to, was, is, err);
}

enum ent_status
node_copy_set(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was,
    const node_copy_row *is, struct ent_error *err)
{
    enum ent_status rc = node_correction_follow_copy(node, id, was, is, err);

    if (rc == ENT_OK) {
        rc = node_purge_follow_copy(node, id, was, is, err);
    }
    if (rc == ENT_OK) {
        rc = node_reply_follow_copy(node, id, was, is, err);
    }
    if (rc == ENT_OK && is_found(was) && !is_found(is)) {
        rc = node_index_forget(node, NODE_SENT, was->number, err);
    }
    if (rc == ENT_OK) {
        rc = stand_alone(node, was, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_tally_copy(&node->tally, was, is);
    node->endings +=
        is != NULL && is_final(is) && (was == NULL || !is_final(was));
    if (is != NULL && is_final(is) && node_copy_is_aside(is)) {
        rc = is->feed != 0 ? node_feed_settle(node, is, err)
                           : node_restitution_settle(node, to, is, err);
        is = NULL; /* nothing is kept of it */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = put(node, id, to, was, is, err);
    if (rc != ENT_OK || is == NULL || node_copy_is_aside(is)) {
        return rc;
    }
    return node_feed_follow(node, id, to, was, is, err);
}

enum ent_status
node_copy_end(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err)
{
    node_copy_row changed = *row;
    enum ent_status rc;

    changed.state = state;
    changed.awaits = 0;
    changed.settled_at = node->now_ms;
    changed.reason = ENT_REFUSAL_EXPIRED;
    if (decision != NULL) {
        changed.reason = decision->reason;
        changed.clause = (char *)(uintptr_t)decision->clause;
        changed.line = (uint32_t)decision->line;
        changed.sentence = (char *)(uintptr_t)decision->sentence;
    }
    rc = node_copy_set(node, id, to, row, &changed, err);
    return rc != ENT_OK ? rc
                        : node_lifetime_put(node->store, NODE_LIFE_COPY,
                              row->number, row->day * NODE_DAY_MS, err);
}

enum ent_status
node_copy_acknowledged(struct node *node, const struct ent_id *id,
    const struct ent_party *by, const char *role, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    node_copy_row changed;
    enum ent_status rc = node_copy_get(node, id, by, &row, err);

    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && (row->acknowledged_at != 0 || row->deleted_at != 0))) {
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    changed.acknowledged_at = node->now_ms;
    changed.acknowledged_by = (char *)(uintptr_t)role;
    rc = node_copy_set(node, id, by, row, &changed, err);
    return rc != ENT_OK
               ? rc
               : node_drill_answered(node, id, by, row->settled_at, err);
}
