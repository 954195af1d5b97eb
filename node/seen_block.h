/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen_block - which messages of one office are known here whose ids have the
 * same time, as one row.
 *
 * An id begins with its time, to the millisecond (RFC 9562). Messages that are
 * handed in together share a few of those, and mostly the same is known of all
 * that share one: by when they are forgotten, what came of them, in which
 * bundle they came. A block says that once, and of each the rest of its id and
 * its place on the desk.
 */
#ifndef NODE_SEEN_BLOCK_H
#define NODE_SEEN_BLOCK_H

#include "node/rest.pb-c.h"
#include "proto/base/error.h"
#include "proto/id.h"

#define NODE_SEEN_TIME_LEN 6 /* what the ids of a block begin with */
#define NODE_SEEN_REST_LEN (ENT_ID_LEN - NODE_SEEN_TIME_LEN)
#define NODE_SEEN_BLOCK_MAX 1024
#define NODE_SEEN_KINDS_MAX 64 /* of what is known of all that share it */

typedef Entente__Rest__V1__SeenRow node_seen_row; /* generated names */
typedef Entente__Rest__V1__SeenBlockRow node_seen_block_row;

/* As it is stored: ENT_IO, it is odd. */
enum ent_status node_seen_block_check(
    const node_seen_block_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* What such a row, checked, knows of `id`, looking into it; false: nothing. */
bool node_seen_block_find(const node_seen_block_row *row,
    const struct ent_id *id, node_seen_row *ret_seen);

/* One to be changed. What it was read from, and rows that are put, it looks
 * into until it was stored. */
struct node_seen_block {
    const node_seen_block_row *was; /* NULL: it is new */
    size_t left;                    /* messages in it */
    size_t count;                   /* of the list, removed ones among them */
    size_t kind_count;
    node_seen_row kinds[NODE_SEEN_KINDS_MAX]; /* but for places on the desk */
    struct node_seen_entry {
        uint8_t rest[NODE_SEEN_REST_LEN];
        uint16_t kind; /* NODE_SEEN_KINDS_MAX: it is removed */
        uint64_t desk;
    } list[NODE_SEEN_BLOCK_MAX];
};

/* Of a row that is checked; NULL: an empty one. */
void node_seen_block_read(
    struct node_seen_block *block, const node_seen_block_row *row);

/* Each message once: put it, whether it was there or not (`ret_is_new`), or
 * remove it. False: it was not there, and there is no room; it was not there.
 */
bool node_seen_block_put(struct node_seen_block *block, const struct ent_id *id,
    const node_seen_row *seen, bool *ret_is_new);
bool node_seen_block_remove(
    struct node_seen_block *block, const struct ent_id *id);

/* The row to be stored, and what it looks into besides the block. */
struct node_seen_draft {
    node_seen_block_row row;
    Entente__Rest__V1__SeenTogether together[NODE_SEEN_KINDS_MAX];
    Entente__Rest__V1__SeenTogether *list[NODE_SEEN_KINDS_MAX];
    uint8_t
        messages[NODE_SEEN_BLOCK_MAX * (NODE_SEEN_REST_LEN + sizeof(uint64_t))];
};
void node_seen_draft_make(
    struct node_seen_draft *draft, struct node_seen_block *block);

#endif
