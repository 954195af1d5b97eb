/* SPDX-License-Identifier: Apache-2.0 */
/* A message is given again: its files that are still here begin anew. */
#include "node/feed_internal.h"
#include "node/shelf.h"

#define COMPLETE ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE

/* Under another number: what is still to be answered of the old one is about a
 * file that its recipient does not know any more. */
static enum ent_status
renumber(struct node *node, uint64_t old, const node_feed_row *row,
    const struct ent_id *id, const struct ent_party *to, struct ent_error *err)
{
    node_feed_row anew = ENTENTE__REST__V1__FEED_ROW__INIT;
    struct node_key key = node_key_u64(old);
    uint64_t number;
    enum ent_status rc = node_number_next(node->store, "feed", &number, err);

    anew.id = row->id;
    anew.to = row->to;
    anew.place = row->place;
    anew.attachment = row->attachment;
    anew.chunks = row->chunks;
    anew.size = row->size;
    anew.state = NODE_FEED_WAITING;
    if (rc == ENT_OK) {
        rc = node_feed_put(node, number, &anew, err);
    }
    if (rc == ENT_OK) {
        rc = node_errand_delete(node, NODE_ERRAND_FEED, old, err);
    }
    if (rc == ENT_OK) {
        rc =
            node_store_delete(node->store, NODE_FEED, node_key_view(&key), err);
    }
    return rc != ENT_OK ? rc
                        : node_attached_put(node, NODE_ATTACHED_OUT, to, id,
                              (uint8_t)row->place, number, err);
}

/* The file of a feed that is over goes once more, whatever became of it before:
 * there may be room now. `ret_here` false: it is not kept any more. */
static enum ent_status
take_again(struct node *node, const node_feed_row *row, bool *ret_here,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *file = NULL;
    enum ent_status rc = ENT_OK;

    *ret_here = !node_feed_is_over(row);
    if (*ret_here) {
        return ENT_OK;
    }
    rc = node_attachment_get(node, row->attachment, &file, err);
    if (rc != ENT_OK || file->state != COMPLETE) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    *ret_here = true;
    file->feeds++;
    rc = node_shelf_take(node, row->attachment, file, err);
    return rc != ENT_OK ? rc
                        : node_attachment_put(node, row->attachment, file, err);
}

enum ent_status
node_feed_restart(struct node *node, const struct ent_id *id,
    const struct ent_party *to, uint32_t ret_places[static ENT_ATTACHMENTS_MAX],
    size_t *ret_count, struct ent_error *err)
{
    uint8_t place = 0;
    enum ent_status rc = ENT_OK;

    *ret_count = 0;
    for (; rc == ENT_OK && place < ENT_ATTACHMENTS_MAX; place++) {
        ENT_AUTO(node_row_free) node_feed_row *row = NULL;
        uint64_t number;
        bool here = false;

        rc = node_attached_next(
            node, NODE_ATTACHED_OUT, to, id, &place, &number, err);
        if (rc == ENT_OK) {
            rc = node_feed_get(node, number, &row, err);
        }
        if (rc == ENT_OK) {
            rc = take_again(node, row, &here, err);
        }
        if (rc == ENT_OK && here) {
            rc = renumber(node, number, row, id, to, err);
            ret_places[(*ret_count)++] = place;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_feed_again(struct node *node, const struct ent_id *id,
    const struct ent_party *to, struct ent_error *err)
{
    uint8_t place = 0;
    enum ent_status rc = ENT_OK;

    for (; rc == ENT_OK && place < ENT_ATTACHMENTS_MAX; place++) {
        ENT_AUTO(node_row_free) node_feed_row *row = NULL;
        uint64_t number;

        rc = node_attached_next(
            node, NODE_ATTACHED_OUT, to, id, &place, &number, err);
        if (rc == ENT_OK) {
            rc = node_feed_get(node, number, &row, err);
        }
        if (rc == ENT_OK && row->state == NODE_FEED_WAITING) {
            row->state = NODE_FEED_MOVING;
            rc = node_errand_put(node, NODE_ERRAND_FEED, number, err);
            rc = rc != ENT_OK ? rc : node_feed_put(node, number, row, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
