/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outcome.h"

#include <assert.h>
#include <string.h>

#include "node/node.h"
#include "proto/schema/api.pb-c.h"

/* ---- which are plain ---- */

bool
node_outcome_has(const struct node_outcome *outcome, uint32_t index)
{
    return index < ENT_BUNDLE_MESSAGES_MAX &&
           (outcome->plain[index / 8] >> index % 8 & 1) != 0;
}

void
node_outcome_add(struct node_outcome *outcome, uint32_t index)
{
    assert(index < ENT_BUNDLE_MESSAGES_MAX);
    outcome->plain[index / 8] |= (uint8_t)(1U << index % 8);
}

void
node_outcome_take(struct node_outcome *outcome, uint32_t index)
{
    if (node_outcome_has(outcome, index)) {
        outcome->plain[index / 8] ^= (uint8_t)(1U << index % 8);
    }
}

size_t
node_outcome_count(const struct node_outcome *outcome)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof outcome->plain; i++) {
        for (unsigned bits = outcome->plain[i]; bits != 0; bits &= bits - 1) {
            count++;
        }
    }
    return count;
}

bool
node_outcome_may_lie(const Entente__Rest__V1__CopyRow *row)
{
    return row->state == 0 && row->bundle != 0;
}

void
node_outcome_lay(
    const struct node_outcome *outcome, Entente__Rest__V1__CopyRow *row)
{
    if (outcome->settled_at == 0 || !node_outcome_may_lie(row) ||
        row->bundle != outcome->bundle ||
        !node_outcome_has(outcome, row->index)) {
        return;
    }
    row->state = ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    row->settled_at = outcome->settled_at;
    row->reason = 0;
    row->line = 0;
    row->clause = (char *)(uintptr_t)protobuf_c_empty_string;
}

/* ---- rows ---- */

enum ent_status
node_outcome_decode(uint64_t bundle, struct ent_view value,
    struct node_outcome *ret_outcome, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__OutcomeRow *row = NULL;
    struct node_outcome outcome = {.bundle = bundle};
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__outcome_row__descriptor,
            (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (row->plain.len > sizeof outcome.plain) {
        return ent_fail(err, ENT_IO, "a stored outcome is of too many copies");
    }
    outcome.settled_at = row->settled_at;
    if (row->plain.len > 0) {
        memcpy(outcome.plain, row->plain.data, row->plain.len);
    }
    *ret_outcome = outcome;
    return ENT_OK;
}

enum ent_status
node_outcome_get(struct node *node, uint64_t bundle,
    struct node_outcome *ret_outcome, struct ent_error *err)
{
    const struct node_outcome *kept =
        node_outcomes_find(&node->outcomes, bundle);
    struct node_key key = node_key_u64(bundle);
    struct ent_view value;
    enum ent_status rc;

    if (kept != NULL) {
        *ret_outcome = *kept;
        return ENT_OK;
    }
    rc = node_store_get(
        node->store, NODE_OUTCOME, node_key_view(&key), &value, err);
    if (rc == ENT_OK) {
        rc = node_outcome_decode(bundle, value, ret_outcome, err);
    }
    if (rc == ENT_OK) {
        node_outcomes_keep(&node->outcomes, ret_outcome);
    }
    return rc;
}

enum ent_status
node_outcome_put(struct node *node, const struct node_outcome *outcome,
    struct ent_error *err)
{
    Entente__Rest__V1__OutcomeRow row = ENTENTE__REST__V1__OUTCOME_ROW__INIT;
    struct node_key key = node_key_u64(outcome->bundle);
    size_t len = sizeof outcome->plain;
    enum ent_status rc;

    while (len > 0 && outcome->plain[len - 1] == 0) {
        len--;
    }
    if (len == 0) {
        return node_outcome_forget(node, outcome->bundle, err);
    }
    row.settled_at = outcome->settled_at;
    row.plain.data = (uint8_t *)(uintptr_t)outcome->plain;
    row.plain.len = len;
    rc = node_row_put(
        node->store, NODE_OUTCOME, node_key_view(&key), &row.base, err);
    if (rc == ENT_OK) {
        node_outcomes_keep(&node->outcomes, outcome);
    }
    return rc;
}

enum ent_status
node_outcome_single(
    struct node *node, uint64_t bundle, uint32_t index, struct ent_error *err)
{
    struct node_outcome outcome;
    enum ent_status rc = node_outcome_get(node, bundle, &outcome, err);

    if (rc != ENT_OK || !node_outcome_has(&outcome, index)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    node_outcome_take(&outcome, index);
    return node_outcome_put(node, &outcome, err);
}

enum ent_status
node_outcome_forget(struct node *node, uint64_t bundle, struct ent_error *err)
{
    struct node_key key = node_key_u64(bundle);

    node_outcomes_drop(&node->outcomes, bundle);
    return node_store_delete(
        node->store, NODE_OUTCOME, node_key_view(&key), err);
}

/* ---- those that were read last ---- */

const struct node_outcome *
node_outcomes_find(const struct node_outcomes *outcomes, uint64_t bundle)
{
    const struct node_outcome *kept =
        &outcomes->list[bundle % NODE_OUTCOMES_MAX];

    return bundle != 0 && kept->bundle == bundle ? kept : NULL;
}

void
node_outcomes_keep(
    struct node_outcomes *outcomes, const struct node_outcome *outcome)
{
    outcomes->list[outcome->bundle % NODE_OUTCOMES_MAX] = *outcome;
}

void
node_outcomes_drop(struct node_outcomes *outcomes, uint64_t bundle)
{
    struct node_outcome *kept = &outcomes->list[bundle % NODE_OUTCOMES_MAX];

    if (kept->bundle == bundle) {
        *kept = (struct node_outcome){0};
    }
}

void
node_outcomes_clear(struct node_outcomes *outcomes)
{
    memset(outcomes, 0, sizeof *outcomes);
}
