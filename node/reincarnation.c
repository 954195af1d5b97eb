/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reincarnation.h"

#include "node/dispatch.h"
#include "node/due.h"
#include "node/manifest.h"
#include "proto/base/log.h"

#define COMPONENT "dispatch"

/* Seal every unsettled bundle anew; the old stream is closed for good. */
static enum ent_status
abandon_rank(struct node *node, uint8_t rank, struct ent_error *err)
{
    struct node_due due = node_due_walk(rank, 0);

    for (;;) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        enum ent_status rc = node_due_next(node, &due, err);

        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc =
                node_dispatch_get(node, &due.stream, due.first, &dispatch, err);
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
node_reincarnate(struct node *node, uint64_t highest, struct ent_error *err)
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
    for (uint8_t rank = 0; rank < NODE_DUE_RANKS && rc == ENT_OK; rank++) {
        rc = abandon_rank(node, rank, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(
            node, NODE_ENTRY_REINCARNATED, &node->party, &none, &none, 0, err);
    }
    return rc != ENT_OK ? rc : node_manifest_renew(node, err);
}
