/* SPDX-License-Identifier: Apache-2.0 */
/* What was sent from here, copy by copy, by the number of its submission. */
#include "node/api.h"

#include <string.h>

#include "node/copy.h"
#include "node/found.h"
#include "node/submit.h"

#define CONTENT_MAX ((size_t)4 * 1024 * 1024) /* of a reply, about */

/* ---- one copy ---- */

/* What left, without the keys of its files. */
static enum ent_status
add_content(struct node *node, Entente__V1__TraceCopy *copy,
    struct ent_arena *arena, size_t *bytes, struct ent_error *err)
{
    struct node_found found;
    enum ent_status rc =
        node_found_get(node, NODE_SENT, copy->number, &found, err);

    if (rc == ENT_OK) {
        rc = node_found_open(node, &found, arena, &copy->message, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    for (size_t i = 0; i < copy->message->n_attachments; i++) {
        copy->message->attachments[i]->root.len = 0;
        copy->message->attachments[i]->key.len = 0;
        copy->message->attachments[i]->header.len = 0;
    }
    *bytes += entente__v1__message__get_packed_size(copy->message);
    return ENT_OK;
}

/* The copy that a submission number stands for, as an item of its own. */
static enum ent_status
trace_number(struct node *node, const struct node_numbered_copy *copy,
    bool content, struct ent_arena *arena, size_t *bytes,
    Entente__V1__TraceReply *reply, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    Entente__V1__TraceItem *item;
    enum ent_status rc = node_api_trace_item(&copy->id, arena, &item, err);

    if (rc == ENT_OK) {
        rc = node_copy_get(node, &copy->id, &copy->to, &row, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_trace_copy(node, item, &copy->id, row, arena, err);
    }
    if (rc == ENT_OK && content && item->n_copies > 0) {
        rc = add_content(node, item->copies[0], arena, bytes, err);
    }
    if (rc == ENT_OK) {
        reply->items[reply->n_items++] = item;
    }
    return rc;
}

/* ---- where a list begins ---- */

/* The first number at or after `from` that a copy has, and when that copy was
 * accepted. */
static enum ent_status
next_number(struct node *node, uint64_t from, uint64_t *ret_number,
    uint64_t *ret_accepted_at, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node_numbered_copy copy;
    uint64_t number = from;
    enum ent_status rc = node_numbered_next(node, &number, &copy, err);

    if (rc == ENT_OK) {
        rc = node_copy_get(node, &copy.id, &copy.to, &row, err);
    }
    if (rc == ENT_OK) {
        *ret_number = number;
        *ret_accepted_at = row->accepted_at;
    }
    return rc;
}

/* Numbers grow with time: by halving. Between them are gaps, as wide as a file
 * has chunks, and a gap says nothing of the time. */
static enum ent_status
number_since(struct node *node, uint64_t time_ms, uint64_t *ret_number,
    struct ent_error *err)
{
    uint64_t low = 1;
    uint64_t high = 0;
    enum ent_status rc = node_numbered_last(node, &high, err);

    for (high++; rc == ENT_OK && low < high;) {
        const uint64_t middle = low + (high - low) / 2;
        uint64_t number = high;
        uint64_t accepted_at = 0;

        rc = next_number(node, middle, &number, &accepted_at, err);
        if (rc == ENT_OK && number < high && accepted_at < time_ms) {
            low = number + 1;
        } else if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
            high = middle;
            rc = ENT_OK;
        }
    }
    *ret_number = low;
    return rc;
}

/* The number from which a list begins. */
static enum ent_status
first_of(struct node *node, const Entente__V1__TraceRequest *request,
    uint64_t *ret_first, struct ent_error *err)
{
    if (request->from_time != 0) {
        return number_since(node, request->from_time, ret_first, err);
    }
    *ret_first = request->from == 0 ? 1 : request->from;
    return ENT_OK;
}

/* ---- all ---- */

enum ent_status
node_api_sent(struct node *node, const Entente__V1__TraceRequest *request,
    uint32_t limit, struct ent_arena *arena, Entente__V1__TraceReply *reply,
    struct ent_error *err)
{
    uint64_t number = 0;
    size_t bytes = 0;
    enum ent_status rc = first_of(node, request, &number, err);

    while (rc == ENT_OK && reply->n_items < limit && bytes < CONTENT_MAX) {
        struct node_numbered_copy copy;

        rc = node_numbered_next(node, &number, &copy, err);
        if (rc == ENT_OK) {
            rc = trace_number(
                node, &copy, request->content, arena, &bytes, reply, err);
        }
        number += rc == ENT_OK ? 1 : 0;
    }
    reply->next = number;
    if (rc == ENT_NO_MEMORY && reply->n_items > 0) {
        return ENT_OK; /* the rest in the next reply */
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
