/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "node/pending.h"
#include "node/submit_internal.h"

#define ITEMS_MAX 16384 /* in one turn */
#define BYTES_MAX ((size_t)32 * 1024 * 1024)

struct item {
    struct ent_id id;
    struct ent_address to;
    uint8_t group[NODE_GROUP_LEN]; /* rank and party */
    uint32_t precedence;
    uint32_t mode;
    uint64_t valid_until;
    uint64_t number;
    uint64_t day;
    struct ent_bytes message;
    struct node_given_part part; /* of it */
};

struct node_outbox {
    bool open;
    bool sorted;
    struct item *items;
    size_t count;
    size_t room;
    size_t at; /* those before are sealed, or pending */
    size_t bytes;
};

struct node_outbox *
node_outbox_new(void)
{
    return calloc(1, sizeof(struct node_outbox));
}

void
node_outbox_free(struct node_outbox **outbox)
{
    if (*outbox != NULL) {
        node_outbox_forget(*outbox);
        free((*outbox)->items);
        free(*outbox);
        *outbox = NULL;
    }
}

void
node_outbox_open(struct node *node)
{
    node->outbox->open = true;
}

void
node_outbox_close(struct node *node)
{
    node->outbox->open = false;
}

void
node_outbox_forget(struct node_outbox *outbox)
{
    for (size_t i = outbox->at; i < outbox->count; i++) {
        ent_bytes_free(&outbox->items[i].message);
    }
    outbox->count = outbox->at = outbox->bytes = 0;
    outbox->open = false;
    outbox->sorted = false;
}

/* Room for one more. */
static bool
grow(struct node_outbox *outbox)
{
    size_t room = outbox->room == 0 ? 64 : outbox->room * 2;
    struct item *items;

    if (outbox->count < outbox->room) {
        return true;
    }
    items = reallocarray(outbox->items, room, sizeof *items);
    if (items == NULL) {
        return false;
    }
    outbox->items = items;
    outbox->room = room;
    return true;
}

static bool
has_room(struct node_outbox *outbox, size_t len)
{
    return outbox->open && outbox->count < ITEMS_MAX &&
           outbox->bytes + len <= BYTES_MAX && grow(outbox);
}

static struct item
item_of(const struct node_outgoing *outgoing, uint64_t number, uint64_t day)
{
    const ent_message *message = outgoing->message;
    struct item item = {.id = outgoing->id,
        .to = outgoing->to,
        .precedence = (uint32_t)message->precedence,
        .mode = (uint32_t)message->mode,
        .valid_until = ent_message_time_ms(message->valid_until),
        .number = number,
        .day = day,
        .part = outgoing->part};

    item.group[0] = node_rank(item.precedence);
    memcpy(item.group + 1, outgoing->party.bytes, sizeof outgoing->party.bytes);
    return item;
}

static int
by_group(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;
    int order = memcmp(left->group, right->group, NODE_GROUP_LEN);

    return order != 0 ? order
                      : (left->number > right->number) -
                            (left->number < right->number);
}

/* What was put last belongs behind all that is left: so it mostly is, as a
 * program hands in one request for one office. */
static bool
comes_in_order(const struct node_outbox *outbox)
{
    const struct item *last = &outbox->items[outbox->count - 1];

    return outbox->count - outbox->at == 1 ||
           (outbox->sorted && by_group(last - 1, last) <= 0);
}

enum ent_status
node_outbox_put(struct node *node, const struct node_outgoing *outgoing,
    uint64_t number, uint64_t day, struct ent_bytes *wire,
    struct ent_error *err)
{
    struct node_outbox *outbox = node->outbox;
    struct item *item;

    if (!has_room(outbox, wire->len)) {
        return node_pending_put(node, &outgoing->id, &outgoing->to,
            (uint32_t)outgoing->message->precedence, number, day,
            ent_bytes_view(wire), err);
    }
    item = &outbox->items[outbox->count++];
    *item = item_of(outgoing, number, day);
    item->message = *wire;
    *wire = (struct ent_bytes){0};
    outbox->bytes += item->message.len;
    outbox->sorted = comes_in_order(outbox);
    return ENT_OK;
}

bool
node_outbox_first(
    struct node_outbox *outbox, struct node_outbox_group *ret_group)
{
    if (outbox->at == outbox->count) {
        outbox->count = outbox->at = outbox->bytes = 0;
        return false;
    }
    if (!outbox->sorted) {
        qsort(outbox->items + outbox->at, outbox->count - outbox->at,
            sizeof *outbox->items, by_group);
        outbox->sorted = true;
    }
    *ret_group =
        (struct node_outbox_group){.rank = outbox->items[outbox->at].group[0],
            .to = &outbox->items[outbox->at].to};
    return true;
}

void
node_outbox_fill(struct node_outbox *outbox, struct node_batch *batch)
{
    const struct item *first = &outbox->items[outbox->at];

    for (size_t i = outbox->at; i < outbox->count; i++) {
        struct item *item = &outbox->items[i];
        struct node_chosen chosen = {.id = item->id,
            .number = item->number,
            .day = item->day,
            .message = item->message,
            .part = item->part};

        if (memcmp(first->group, item->group, NODE_GROUP_LEN) != 0 ||
            !node_batch_has_room(batch, item->mode, false, item->message.len)) {
            return;
        }
        item->message = (struct ent_bytes){0};
        node_batch_add(batch, &chosen, item->mode, false, item->valid_until);
    }
}

void
node_outbox_sealed(struct node_outbox *outbox, struct node_batch *batch)
{
    outbox->at += batch->count;
}

void
node_outbox_put_back(struct node_outbox *outbox, struct node_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        outbox->items[outbox->at + i].message = batch->list[i].message;
        batch->list[i].message = (struct ent_bytes){0};
    }
    batch->count = 0;
}

static enum ent_status
keep_next(struct node *node, struct ent_error *err)
{
    struct node_outbox *outbox = node->outbox;
    struct item *item = &outbox->items[outbox->at];
    enum ent_status rc =
        node_pending_put(node, &item->id, &item->to, item->precedence,
            item->number, item->day, ent_bytes_view(&item->message), err);

    if (rc == ENT_OK) {
        ent_bytes_free(&item->message);
        outbox->at++;
    }
    return rc;
}

enum ent_status
node_outbox_keep_first(struct node *node, struct ent_error *err)
{
    struct node_outbox *outbox = node->outbox;
    struct node_outbox_group group;
    uint8_t first[NODE_GROUP_LEN];
    enum ent_status rc = ENT_OK;

    if (!node_outbox_first(outbox, &group)) {
        return ENT_OK;
    }
    memcpy(first, outbox->items[outbox->at].group, sizeof first);
    while (rc == ENT_OK && outbox->at < outbox->count &&
           memcmp(outbox->items[outbox->at].group, first, sizeof first) == 0) {
        rc = keep_next(node, err);
    }
    return rc;
}

enum ent_status
node_outbox_keep(struct node *node, struct ent_error *err)
{
    struct node_outbox_group group;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && node_outbox_first(node->outbox, &group)) {
        rc = node_outbox_keep_first(node, err);
    }
    return node_as_storage(rc);
}
