/* SPDX-License-Identifier: Apache-2.0 */
#include "node/errands.h"

#include "node/assembly.h"
#include "node/feed.h"
#include "node/restitution.h"
#include "node/shelf.h"

/* In one turn; GIVE_ROWS are submissions looked at. */
#define FEED_CHUNKS (2 * NODE_FEED_GROUP)
#define OPEN_CHUNKS 32
#define PRUNE_ROWS 256
#define GIVE_ROWS 512
#define LOOKED_AT 1024

/* The chunks of one file; with the last of a deleted file its row. */
static enum ent_status
prune(struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    uint32_t chunks = 0;
    bool done = false;
    enum ent_status rc =
        node_chunk_prune(node, number, budget, &chunks, &done, err);

    if (rc == ENT_OK && done) {
        rc = node_errand_delete(node, NODE_ERRAND_PRUNE, number, err);
    }
    if (rc == ENT_OK) {
        rc = node_attachment_get(node, number, &row, err);
    }
    if (rc == ENT_OK) {
        rc = node_shelf_left(node, row, done ? row->chunks : chunks, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return done && row->state ==
                       ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED
               ? node_attachment_delete(node, number, row, err)
               : node_attachment_put(node, number, row, err);
}

typedef enum ent_status errand(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err);

/* All of one kind, as far as the budget goes. */
static enum ent_status
run(struct node *node, enum node_errand kind, errand *run_one, size_t budget,
    bool *more, struct ent_error *err)
{
    uint64_t number = 0;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < LOOKED_AT; i++) {
        rc = node_errand_next(node, kind, &number, err);
        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = run_one(node, number, &budget, err);
        }
        if (rc == ENT_OK && budget == 0) {
            *more = true;
            return ENT_OK;
        }
        number++;
    }
    return rc;
}

enum ent_status
node_errands_run(struct node *node, bool *ret_more, struct ent_error *err)
{
    enum ent_status rc;

    *ret_more = false;
    if (!node->errands_due) {
        return ENT_OK;
    }
    rc = run(node, NODE_ERRAND_FEED, node_feed_run, FEED_CHUNKS, ret_more, err);
    if (rc == ENT_OK) {
        rc = run(node, NODE_ERRAND_OPEN, node_assembly_run, OPEN_CHUNKS,
            ret_more, err);
    }
    if (rc == ENT_OK) {
        rc = run(node, NODE_ERRAND_PRUNE, prune, PRUNE_ROWS, ret_more, err);
    }
    if (rc == ENT_OK) {
        rc = run(node, NODE_ERRAND_GIVE, node_restitution_run, GIVE_ROWS,
            ret_more, err);
    }
    if (rc == ENT_OK) {
        node->errands_due = *ret_more;
    }
    return rc;
}
