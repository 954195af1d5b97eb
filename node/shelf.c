/* SPDX-License-Identifier: Apache-2.0 */
#include "node/shelf.h"

#include "proto/attachment.h"
#include "proto/schema/api.pb-c.h"

#define KEPT 1    /* AttachmentRow.shelf */
#define LEAVING 2 /* its chunks are taken away in steps */
#define SHARE 4   /* so much of the store is never for what is kept */
#define FIRST_CHUNKS 2

#define STOPPED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED

static const char kept_name[] = "kept";
static const char leaving_name[] = "leaving";

static enum ent_status
add(struct node *node, const char *name, uint64_t bytes, struct ent_error *err)
{
    uint64_t sum = 0;
    enum ent_status rc = node_number_get(node->store, name, &sum, err);

    return rc != ENT_OK ? rc
                        : node_number_set(node->store, name, sum + bytes, err);
}

static enum ent_status
subtract(
    struct node *node, const char *name, uint64_t bytes, struct ent_error *err)
{
    uint64_t sum = 0;
    enum ent_status rc = node_number_get(node->store, name, &sum, err);

    return rc != ENT_OK ? rc
                        : node_number_set(node->store, name,
                              sum < bytes ? 0 : sum - bytes, err);
}

enum ent_status
node_shelf_kept(struct node *node, uint64_t *ret_kept, uint64_t *ret_leaving,
    struct ent_error *err)
{
    enum ent_status rc = node_number_get(node->store, kept_name, ret_kept, err);

    return rc != ENT_OK
               ? rc
               : node_number_get(node->store, leaving_name, ret_leaving, err);
}

/* Bytes in use beyond what leaves messages their share. */
static enum ent_status
excess(struct node *node, uint64_t *ret_bytes, struct ent_error *err)
{
    uint64_t limit = node->config->store_limit;
    uint64_t kept = 0;
    uint64_t leaving = 0;
    uint64_t used = 0;
    enum ent_status rc = node_store_usage(node->store, &used, err);

    if (rc == ENT_OK) {
        rc = node_shelf_kept(node, &kept, &leaving, err);
    }
    limit = limit - limit / SHARE + leaving;
    *ret_bytes = used > limit ? used - limit : 0;
    return rc;
}

/* Bytes of what is leaving, the first chunks first. */
static uint64_t
still_here(const node_attachment_row *row)
{
    uint32_t gone = ent_attachment_chunks(row->size) - row->chunks;

    return row->size - ent_attachment_bytes(row->size, gone);
}

enum ent_status
node_shelf_left(struct node *node, node_attachment_row *row, uint32_t chunks,
    struct ent_error *err)
{
    uint64_t before = still_here(row);

    if (row->shelf != LEAVING) {
        return ENT_OK;
    }
    row->chunks -= chunks < row->chunks ? chunks : row->chunks;
    if (row->chunks == 0) {
        row->shelf = 0;
    }
    return subtract(node, leaving_name, before - still_here(row), err);
}

/* Its key stays: what is said of it is still true. The first chunks go at once,
 * so that a store that is full to the brim has less in it afterwards: nothing
 * else would be committed. */
static enum ent_status
leave(struct node *node, uint64_t number, node_attachment_row *row,
    struct ent_error *err)
{
    size_t budget = FIRST_CHUNKS;
    uint32_t chunks = 0;
    bool done = false;
    enum ent_status rc;

    row->shelf = LEAVING;
    row->state = STOPPED;
    rc = add(node, leaving_name, row->size, err);
    if (rc == ENT_OK) {
        rc = node_errand_put(node, NODE_ERRAND_PRUNE, number, err);
    }
    if (rc == ENT_OK) {
        rc = node_chunk_prune(node, number, &budget, &chunks, &done, err);
    }
    return rc != ENT_OK ? rc : node_shelf_left(node, row, chunks, err);
}

enum ent_status
node_shelf_put(struct node *node, uint64_t number, node_attachment_row *row,
    struct ent_error *err)
{
    uint64_t too_much = 0;
    enum ent_status rc = excess(node, &too_much, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (too_much > 0) {
        return leave(node, number, row, err);
    }
    row->shelf = KEPT;
    rc = add(node, kept_name, row->size, err);
    return rc != ENT_OK ? rc
                        : node_errand_put(node, NODE_ERRAND_KEEP, number, err);
}

enum ent_status
node_shelf_take(struct node *node, uint64_t number, node_attachment_row *row,
    struct ent_error *err)
{
    enum ent_status rc;

    if (row->shelf != KEPT) {
        return ENT_OK;
    }
    row->shelf = 0;
    rc = subtract(node, kept_name, row->size, err);
    return rc != ENT_OK
               ? rc
               : node_errand_delete(node, NODE_ERRAND_KEEP, number, err);
}

/* `*ret_size` becomes that of the oldest, which leaves; ENT_NOT_FOUND: none is
 * kept. */
static enum ent_status
leave_oldest(struct node *node, uint64_t *ret_size, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    uint64_t number = 0;
    enum ent_status rc = node_errand_next(node, NODE_ERRAND_KEEP, &number, err);

    if (rc == ENT_OK) {
        rc = node_attachment_get(node, number, &row, err);
    }
    if (rc == ENT_OK) {
        rc = node_shelf_take(node, number, row, err);
    }
    if (rc == ENT_OK) {
        rc = leave(node, number, row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_size = row->size;
    return node_attachment_put(node, number, row, err);
}

enum ent_status
node_shelf_clear(struct node *node, uint64_t size, struct ent_error *err)
{
    uint64_t cleared = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && cleared < size) {
        uint64_t one = 0;

        rc = leave_oldest(node, &one, err);
        cleared += one;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_shelf_yield(struct node *node, struct ent_error *err)
{
    uint64_t too_much = 0;
    enum ent_status rc = excess(node, &too_much, err);

    return rc != ENT_OK ? rc : node_shelf_clear(node, too_much, err);
}
