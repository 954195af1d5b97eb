/* SPDX-License-Identifier: Apache-2.0 */
/* Every copy of a bundle: what its receipt, or its end, makes of them. */
#include "node/copy.h"
#include "node/pending.h"
#include "node/streams.h"
#include "node/vault.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

/* What is done with one copy; the row may be changed, or written elsewhere. */
struct change {
    enum ent_status (*apply)(struct node *node, const struct change *change,
        size_t index, const struct ent_id *id, const struct ent_address *to,
        node_copy_row *row, struct ent_error *err);
    const struct ent_outcome *outcomes;
    size_t count;
    uint32_t state;
    bool *chunks;                      /* set when they are chunks of a file */
    const struct node_outcome *others; /* it is not done with these; or NULL */
};

/* Write a changed row without owning the strings that were put in it. */
static enum ent_status
apply_to(struct node *node, const struct change *change, uint64_t bundle,
    size_t index, const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party party = ent_address_party(to);
    node_copy_row changed;
    enum ent_status rc;

    rc = node_copy_get(node, id, &party, &row, err);
    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && row->bundle != bundle)) {
        return ENT_OK; /* sealed anew since: another bundle's affair */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    rc = change->apply(node, change, index, id, to, &changed, err);
    return rc != ENT_OK ? rc
                        : node_copy_set(node, id, &party, row, &changed, err);
}

static enum ent_status
each_copy(struct node *node, const struct node_dispatch *dispatch,
    const struct change *change, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *stream = NULL;
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_stream_id id;
    struct ent_label label;
    struct ent_view rest;
    enum ent_status rc;

    rc = node_stream_get(
        node, NODE_OUTGOING, &dispatch->stream, &id, &rest, &stream, err);
    if (rc == ENT_OK) {
        rc = node_vault_label(
            node->store, dispatch->row->bundle, &bundle, &label, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < bundle->id_count; i++) {
        if (change->others != NULL &&
            node_outcome_has(change->others, (uint32_t)i)) {
            continue;
        }
        rc = apply_to(node, change, dispatch->row->bundle, i, &bundle->ids[i],
            &id.recipient, err);
    }
    return rc;
}

static uint32_t
state_of(const struct ent_outcome *outcome)
{
    switch (outcome->code) {
    case ENTENTE__V1__OUTCOME_CODE__DELIVERED:
        return ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    case ENTENTE__V1__OUTCOME_CODE__EXPIRED:
        return ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED;
    default:
        return ENTENTE__V1__TRACE_STATE__TRACE_REFUSED;
    }
}

static enum ent_status
apply_outcome(struct node *node, const struct change *change, size_t index,
    const struct ent_id *id, const struct ent_address *to, node_copy_row *row,
    struct ent_error *err)
{
    const struct ent_outcome *outcome;

    (void)id;
    (void)to;
    if (index >= change->count) {
        return ent_fail(err, ENT_IO, "a bundle has more ids than messages");
    }
    outcome = &change->outcomes[index];
    row->state = state_of(outcome);
    row->settled_at = node->now_ms;
    row->reason = outcome->reason;
    row->clause = (char *)(uintptr_t)outcome->clause;
    row->line = outcome->line;
    *change->chunks |= row->feed != 0;
    return ENT_OK;
}

static bool
is_plainly_delivered(const struct ent_outcome *outcome)
{
    return outcome->code == ENTENTE__V1__OUTCOME_CODE__DELIVERED &&
           outcome->reason == 0 && outcome->line == 0 &&
           outcome->clause[0] == '\0';
}

/* Those that are plain, and delivered: their bundle says it, once. */
static enum ent_status
settle_plain(struct node *node, uint64_t bundle,
    const struct ent_outcome *outcomes, size_t count,
    struct node_outcome *ret_plain, struct ent_error *err)
{
    struct node_outcome *plain = ret_plain;
    enum ent_status rc = node_outcome_get(node, bundle, plain, err);

    if (rc != ENT_OK || plain->settled_at != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_plainly_delivered(&outcomes[i])) {
            node_outcome_take(plain, (uint32_t)i);
        }
    }
    plain->settled_at = node->now_ms;
    node_tally_settled(&node->tally, node_outcome_count(plain));
    node->endings += node_outcome_count(plain);
    return node_outcome_put(node, plain, err);
}

enum ent_status
node_copy_settle(struct node *node, const struct node_dispatch *dispatch,
    const struct ent_outcome *outcomes, size_t count, struct ent_error *err)
{
    struct node_outcome plain = {0};
    bool chunks = false;
    struct change change = {.apply = apply_outcome,
        .outcomes = outcomes,
        .count = count,
        .chunks = &chunks,
        .others = &plain};
    enum ent_status rc =
        settle_plain(node, dispatch->row->bundle, outcomes, count, &plain, err);

    if (rc == ENT_OK && node_outcome_count(&plain) < count) {
        rc = each_copy(node, dispatch, &change, err);
    }
    if (rc != ENT_OK || !chunks) {
        return rc;
    }
    return node_vault_empty(node->store, dispatch->row->bundle, err);
}

static enum ent_status
apply_repend(struct node *node, const struct change *change, size_t index,
    const struct ent_id *id, const struct ent_address *to, node_copy_row *row,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes message = {0};
    enum ent_status rc = ENT_NOT_FOUND;

    (void)change;
    if (row->state != 0) {
        return ENT_OK;
    }
    if (node->now_ms < row->valid_until) {
        rc = node_vault_open(node->store, node->slots, row->bundle, row->day,
            (uint32_t)index, &message, err);
    }
    if (rc == ENT_NOT_FOUND) {
        row->state = ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED;
        row->reason = ENT_REFUSAL_EXPIRED;
        row->settled_at = node->now_ms;
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row->bundle = 0;
    row->first = 0;
    return node_pending_put(node, id, to, row->precedence, row->number,
        row->day, ent_bytes_view(&message), err);
}

static enum ent_status
apply_expiry(struct node *node, const struct change *change, size_t index,
    const struct ent_id *id, const struct ent_address *to, node_copy_row *row,
    struct ent_error *err)
{
    /* A bundle lives a week at most; what still counts goes in another one. */
    if (row->state == 0 && node->now_ms < row->valid_until &&
        !node_copy_is_aside(row)) {
        return apply_repend(node, change, index, id, to, row, err);
    }
    if (row->state == 0 ||
        row->state == ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED) {
        row->state = change->state;
        row->reason = ENT_REFUSAL_EXPIRED;
        row->settled_at = node->now_ms;
    }
    return ENT_OK;
}

enum ent_status
node_copy_expire(struct node *node, const struct node_dispatch *dispatch,
    bool confirmed, struct ent_error *err)
{
    struct change change = {
        .apply = apply_expiry,
        .state = confirmed
                     ? ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED
                     : ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED,
    };

    return each_copy(node, dispatch, &change, err);
}

enum ent_status
node_copy_repend(struct node *node, const struct node_dispatch *dispatch,
    struct ent_error *err)
{
    struct change change = {.apply = apply_repend};

    return each_copy(node, dispatch, &change, err);
}
