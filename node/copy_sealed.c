/* SPDX-License-Identifier: Apache-2.0 */
/* The copies of a bundle, as it is sealed. */
#include <assert.h>

#include "node/copy.h"
#include "node/copy_rows.h"

static void
lay_place(
    const struct node_copy_sealed *sealed, size_t index, node_copy_row *row)
{
    row->bundle = sealed->bundle;
    row->index = (uint32_t)index;
    row->first = sealed->first;
    row->stream.data = (uint8_t *)(uintptr_t)sealed->stream.data;
    row->stream.len = sealed->stream.len;
    row->expires_at = sealed->expires_at;
}

static void
note_plain(const node_copy_row *row, struct node_outcome *outcome)
{
    if (node_copy_is_plain(row)) {
        node_outcome_add(outcome, row->index);
    }
}

/* Its row was there already. */
static enum ent_status
seal_one(struct node *node, const struct ent_party *to,
    const struct node_copy_sealed *sealed, size_t index,
    struct node_outcome *outcome, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    const struct ent_id *id = &sealed->ids[index];
    node_copy_row changed;
    enum ent_status rc = node_copy_get(node, id, to, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    lay_place(sealed, index, &changed);
    note_plain(&changed, outcome);
    return node_copy_set(node, id, to, row, &changed, err);
}

/* A row that was set in this turn, to be put where it stays; NULL: it is none,
 * or was read since. */
static node_copy_row *
take_fresh(struct node *node, const struct ent_party *to,
    const struct node_copy_sealed *sealed, size_t index)
{
    const struct node_key key = node_key_copy(&sealed->ids[index], to);

    return sealed->fresh[index] ? (node_copy_row *)node_store_take(node->store,
                                      NODE_COPY, node_key_view(&key))
                                : NULL;
}

/* Of one block at most. */
static enum ent_status
seal_some(struct node *node, const struct ent_party *to,
    const struct node_copy_sealed *sealed, size_t first, size_t count,
    struct node_outcome *outcome, struct ent_error *err)
{
    node_copy_row *rows[NODE_COPY_BLOCK_MAX];
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rows[i] = take_fresh(node, to, sealed, first + i);
        if (rows[i] == NULL) {
            rc = seal_one(node, to, sealed, first + i, outcome, err);
        } else {
            lay_place(sealed, first + i, rows[i]);
            note_plain(rows[i], outcome);
        }
    }
    return rc != ENT_OK ? rc
                        : node_copy_rows_add_all(
                              node, to, sealed->ids + first, rows, count, err);
}

enum ent_status
node_copy_seal(struct node *node, const struct ent_party *to,
    const struct node_copy_sealed *sealed, struct node_outcome *ret_outcome,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    *ret_outcome = (struct node_outcome){.bundle = sealed->bundle};
    for (size_t i = 0; rc == ENT_OK && i < sealed->count;
         i += NODE_COPY_BLOCK_MAX) {
        const size_t left = sealed->count - i;

        rc = seal_some(node, to, sealed, i,
            left < NODE_COPY_BLOCK_MAX ? left : NODE_COPY_BLOCK_MAX,
            ret_outcome, err);
    }
    return rc;
}
