/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk_block - messages that were handed over together and of which the desk
 * says the same, as one row.
 *
 * The messages of a bundle come to the desk one after the other, and mostly
 * nothing tells their rows apart but whose they are: their id, and their place
 * in the bundle. A block has what all say once. A message stands in its block
 * until its own row changes, and from then on in DESK, for itself; each is in
 * one place only. In a block is what is plain: nothing was said of it yet, and
 * there is nothing by which it is known again.
 */
#ifndef NODE_DESK_BLOCK_H
#define NODE_DESK_BLOCK_H

#include "node/rest.pb-c.h"
#include "proto/base/bytes.h"
#include "proto/id.h"

#define NODE_DESK_BLOCK_MAX 256
#define NODE_DESK_BLOCK_MIN 8 /* fewer that are alike stand for themselves */

typedef Entente__Rest__V1__DeskRow node_desk_row; /* generated names */
typedef Entente__Rest__V1__DeskBlockRow node_desk_block;

/* A block to be put, and what it looks into. */
struct node_desk_draft {
    node_desk_block block;
    node_desk_row common;
    uint8_t ids[NODE_DESK_BLOCK_MAX * ENT_ID_LEN];
    uint8_t indexes[NODE_DESK_BLOCK_MAX * 2];
    uint8_t here[NODE_DESK_BLOCK_MAX / 8];
};

/* Of up to NODE_DESK_BLOCK_MAX rows for `first` and the sequences after it,
 * those that say the same as the first plain one. False: they are too few. */
bool node_desk_draft_make(struct node_desk_draft *draft, uint64_t first,
    const node_desk_row *rows, size_t count);

/* Read a row as it is stored; free it with node_row_free. ENT_IO: it is odd. */
enum ent_status node_desk_block_read(struct ent_view value,
    node_desk_block **ret_block, struct ent_error *err) ENT_MUST_CHECK;

/* As it was read: ENT_IO, it is odd. */
enum ent_status node_desk_block_check(
    const node_desk_block *block, struct ent_error *err) ENT_MUST_CHECK;

uint64_t node_desk_block_last(const node_desk_block *block);
/* Its message of that sequence stands here. */
bool node_desk_block_has(const node_desk_block *block, uint64_t sequence);
/* The first that stands here at or after `from`; false: none. */
bool node_desk_block_next(
    const node_desk_block *block, uint64_t from, uint64_t *ret_sequence);
/* The row of one that stands here; it looks into the block. */
void node_desk_block_row(
    const node_desk_block *block, uint64_t sequence, node_desk_row *ret_row);
/* It stands here no more. False: nothing is left. */
bool node_desk_block_take(node_desk_block *block, uint64_t sequence);

#endif
