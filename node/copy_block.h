/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_block - copies that were accepted and sealed together and of which the
 * same is to be said, as one row.
 *
 * What a program hands in goes into one bundle in the same turn, and mostly
 * nothing tells the rows of its copies apart but whose they are: the id, the
 * print of what was given, the number of the submission, until when it counts,
 * and the place in the bundle. A block has what all say once, for a part of a
 * bundle. A copy stands in its block until its own row changes, and from then
 * on in COPY, for itself; each is in one place only, and nothing is left of it
 * in the other. In a block is what left and of which nothing was said since.
 */
#ifndef NODE_COPY_BLOCK_H
#define NODE_COPY_BLOCK_H

#include "node/keeper.h"
#include "node/rest.pb-c.h"
#include "proto/id.h"

#define NODE_COPY_BLOCK_MAX 256
#define NODE_COPY_BLOCK_MIN 8 /* fewer that are alike stand for themselves */

typedef Entente__Rest__V1__CopyRow node_copy_row; /* generated names */
typedef Entente__Rest__V1__CopyBlockRow node_copy_block;

/* One of its copies as it lies in the row; of zeros: none. */
struct node_copy_entry {
    uint8_t id[ENT_ID_LEN];
    uint8_t content[NODE_PRINT_LEN];
    uint8_t number[8];      /* big-endian */
    uint8_t valid_until[8]; /* the same, ms */
};

/* A block to be put, and what it looks into. */
struct node_copy_draft {
    node_copy_block block;
    node_copy_row common;
    struct node_copy_entry entries[NODE_COPY_BLOCK_MAX];
};

/* Of up to NODE_COPY_BLOCK_MAX rows, which have one index of their bundle after
 * the other, those that say the same as the first that may stand in a block.
 * NULL: that one is not asked for. False: they are too few. */
bool node_copy_draft_make(struct node_copy_draft *draft,
    const struct ent_id *ids, node_copy_row *const *rows, size_t count);

/* Read a row as it is stored; free it with node_row_free. ENT_IO: it is odd. */
enum ent_status node_copy_block_read(struct ent_view value,
    node_copy_block **ret_block, struct ent_error *err) ENT_MUST_CHECK;

/* As it was read: ENT_IO, it is odd. */
enum ent_status node_copy_block_check(
    const node_copy_block *block, struct ent_error *err) ENT_MUST_CHECK;

/* Its bundle, and the index in it of the first place. */
uint64_t node_copy_block_bundle(const node_copy_block *block);
uint32_t node_copy_block_first(const node_copy_block *block);
/* The copy at that index of the bundle; NULL: it does not stand here. */
const struct node_copy_entry *node_copy_block_entry(
    const node_copy_block *block, uint32_t index);
/* The first index at or after `from` at which one stands; false: none. */
bool node_copy_block_next(
    const node_copy_block *block, uint32_t from, uint32_t *ret_index);
/* The row of one that stands here; it looks into the block. */
void node_copy_block_row(
    const node_copy_block *block, uint32_t index, node_copy_row *ret_row);
/* It stands here no more. False: nothing is left. */
bool node_copy_block_take(node_copy_block *block, uint32_t index);

#endif
