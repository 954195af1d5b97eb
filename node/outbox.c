/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/pending.h"
#include "node/submit_internal.h"

#define ITEMS_MAX 16384 /* in one turn */
#define BYTES_MAX ((size_t)32 * 1024 * 1024)
#define CHUNK_LEN ((size_t)512 * 1024)
#define SPARE_MAX 2 /* chunks that wait for the next turn */

_Static_assert(CHUNK_LEN >= ENT_MESSAGE_MAX, "a chunk has room for a message");

/* Encoded messages, from its end on: so they are packed (proto/base/pb.h). */
struct chunk {
    struct chunk *next;
    size_t left; /* before them */
    uint8_t bytes[CHUNK_LEN];
};

struct item {
    struct ent_id id;
    struct ent_address to;
    uint8_t group[NODE_GROUP_LEN]; /* rank and party */
    uint32_t precedence;
    uint32_t mode;
    uint64_t valid_until;
    uint64_t number;
    uint64_t day;
    struct ent_view message;
    struct node_given_end end; /* of it */
};

struct node_outbox {
    bool open;
    bool sorted;
    struct item *items;
    size_t count;
    size_t room;
    size_t at; /* those before are sealed, or pending */
    size_t bytes;
    struct chunk *chunks; /* the one being filled is the first */
    struct chunk *spare;
    size_t spare_count;
    struct ent_view last; /* what was encoded and is not put; or none */
};

/* ---- memory ---- */

/* The first chunk has no message any more that is of use. */
static void
let_go(struct node_outbox *outbox)
{
    struct chunk *chunk = outbox->chunks;

    sodium_memzero(chunk->bytes + chunk->left, CHUNK_LEN - chunk->left);
    outbox->chunks = chunk->next;
    if (outbox->spare_count < SPARE_MAX) {
        chunk->next = outbox->spare;
        outbox->spare = chunk;
        outbox->spare_count++;
    } else {
        free(chunk);
    }
}

static void
empty(struct node_outbox *outbox)
{
    while (outbox->chunks != NULL) {
        let_go(outbox);
    }
    outbox->last = (struct ent_view){0};
    outbox->count = outbox->at = outbox->bytes = 0;
}

/* One more to be filled. */
static enum ent_status
add_chunk(struct node_outbox *outbox, struct ent_error *err)
{
    struct chunk *chunk = outbox->spare;

    if (chunk != NULL) {
        outbox->spare = chunk->next;
        outbox->spare_count--;
    } else {
        chunk = malloc(sizeof *chunk);
    }
    if (chunk == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "encoding a message");
    }
    chunk->next = outbox->chunks;
    chunk->left = CHUNK_LEN;
    outbox->chunks = chunk;
    return ENT_OK;
}

/* What was encoded last and never put gives its room back. */
static void
forget_last(struct node_outbox *outbox)
{
    if (outbox->last.len > 0) {
        struct chunk *chunk = outbox->chunks;

        sodium_memzero(chunk->bytes + chunk->left, outbox->last.len);
        chunk->left += outbox->last.len;
        outbox->last = (struct ent_view){0};
    }
}

/* ENT_FULL: the chunk has too little room left. */
static enum ent_status
encode(struct chunk *chunk, const ent_message *message,
    struct ent_view *ret_wire, struct ent_error *err)
{
    enum ent_status rc = ent_message_encode_into(
        message, chunk->bytes, chunk->left, ret_wire, err);

    if (rc == ENT_OK) {
        chunk->left -= ret_wire->len;
    } else {
        sodium_memzero(chunk->bytes, chunk->left);
    }
    return rc;
}

enum ent_status
node_outbox_encode(struct node_outbox *outbox, const ent_message *message,
    struct ent_view *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes large = {0};
    enum ent_status rc = ENT_FULL;

    forget_last(outbox);
    if (outbox->chunks != NULL) {
        rc = encode(outbox->chunks, message, &outbox->last, err);
    }
    if (rc == ENT_FULL) {
        rc = add_chunk(outbox, err);
        rc = rc != ENT_OK ? rc
                          : encode(outbox->chunks, message, &outbox->last, err);
    }
    if (rc == ENT_FULL) {
        rc = ent_message_encode(message, &large, err); /* it says how large */
    }
    if (rc == ENT_OK) {
        *ret_wire = outbox->last;
    }
    return rc;
}

/* ---- what lies in it ---- */

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
        while ((*outbox)->spare != NULL) {
            struct chunk *chunk = (*outbox)->spare;

            (*outbox)->spare = chunk->next;
            free(chunk);
        }
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
    empty(outbox);
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
        .end = outgoing->end};

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
    uint64_t number, uint64_t day, struct ent_error *err)
{
    struct node_outbox *outbox = node->outbox;
    struct item *item;

    if (!has_room(outbox, outbox->last.len)) {
        return node_pending_put(node, &outgoing->id, &outgoing->to,
            (uint32_t)outgoing->message->precedence, number, day, outbox->last,
            err);
    }
    item = &outbox->items[outbox->count++];
    *item = item_of(outgoing, number, day);
    item->message = outbox->last;
    outbox->last = (struct ent_view){0};
    outbox->bytes += item->message.len;
    outbox->sorted = comes_in_order(outbox);
    return ENT_OK;
}

bool
node_outbox_first(
    struct node_outbox *outbox, struct node_outbox_group *ret_group)
{
    if (outbox->at == outbox->count) {
        empty(outbox);
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
        const struct item *item = &outbox->items[i];
        struct node_chosen chosen = {.id = item->id,
            .number = item->number,
            .day = item->day,
            .message = item->message,
            .end = item->end};

        if (memcmp(first->group, item->group, NODE_GROUP_LEN) != 0 ||
            !node_batch_has_room(batch, item->mode, false, item->message.len)) {
            return;
        }
        node_batch_add(batch, &chosen, item->mode, false, item->valid_until);
    }
}

void
node_outbox_sealed(struct node_outbox *outbox, const struct node_batch *batch)
{
    outbox->at += batch->count;
}

static enum ent_status
keep_next(struct node *node, struct ent_error *err)
{
    struct node_outbox *outbox = node->outbox;
    struct item *item = &outbox->items[outbox->at];
    enum ent_status rc = node_pending_put(node, &item->id, &item->to,
        item->precedence, item->number, item->day, item->message, err);

    outbox->at += rc == ENT_OK;
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
