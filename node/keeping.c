/* SPDX-License-Identifier: Apache-2.0 */
#include "node/keeping.h"

#include "node/asked.h"
#include "node/pruning.h"
#include "node/retention.h"

#define LOOK_MS 30000 /* between steps when there is nothing to do */

/* `ret_day`: the day before which keys can go after the commit; 0: none. */
static enum ent_status
step(
    struct node *node, size_t *budget, uint64_t *ret_day, struct ent_error *err)
{
    enum ent_status rc = node_retention_run(node, budget, ret_day, err);

    if (rc == ENT_OK) {
        rc = node_asked_close(node, err);
    }
    return rc != ENT_OK ? rc : node_pruning_run(node, budget, err);
}

enum ent_status
node_keeping_turn(struct node *node, uint64_t now_ms, size_t rows,
    uint64_t *ret_due, struct ent_error *err)
{
    size_t budget = rows;
    uint64_t day = 0;
    enum ent_status rc = node_turn_begin(node, now_ms, err);

    if (rc == ENT_OK) {
        rc = node_turn_end(node, step(node, &budget, &day, err), err);
    }
    if (rc == ENT_OK && day != 0) {
        rc = node_retention_destroy(node, day, err);
    }
    if (rc == ENT_OK) {
        *ret_due = budget == 0 ? now_ms : now_ms + LOOK_MS;
    }
    return rc;
}
