/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk_rows - where the rows of the desk lie: one for itself in DESK, or in the
 * block of those that came with it (node/desk_block.h). Who reads the desk does
 * not see which.
 */
#ifndef NODE_DESK_ROWS_H
#define NODE_DESK_ROWS_H

#include "node/desk_block.h"
#include "node/node.h"

/* ENT_NOT_FOUND is ordinary. */
enum ent_status node_desk_get(struct node *node, uint64_t sequence,
    node_desk_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;
/* The first entry at or after `from`; ENT_NOT_FOUND past the last. */
enum ent_status node_desk_next(struct node *node, uint64_t from,
    uint64_t *ret_sequence, node_desk_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Entry after entry, in one reading of both tables. All zero: not begun. */
struct node_desk_walk {
    struct ent_kv_cursor *rows;
    struct ent_kv_cursor *blocks;
    uint64_t at;             /* the next has this sequence, or a later one */
    uint64_t sequence;       /* of `row` */
    node_desk_row *row;      /* the next for itself; NULL: no more */
    bool is_given;           /* that one was: the next is still to be read */
    node_desk_block *block;  /* where the walk is; NULL: no more */
    struct ent_arena *arena; /* of all that is read */
};
/* Begin at the first entry at or after `from`. What is read lies in `arena`,
 * and is not freed; the caller closes the walk before the turn ends. */
enum ent_status node_desk_walk_begin(struct node *node, uint64_t from,
    struct ent_arena *arena, struct node_desk_walk *ret_walk,
    struct ent_error *err) ENT_MUST_CHECK;
/* The next entry; ENT_NOT_FOUND at the end, ENT_NO_MEMORY when `arena` has no
 * room for it. */
enum ent_status node_desk_walk_next(struct node_desk_walk *walk,
    uint64_t *ret_sequence, node_desk_row *ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The block where the entry that was given last stands; NULL: none. */
const node_desk_block *node_desk_walk_block(const struct node_desk_walk *walk);
void node_desk_walk_close(struct node_desk_walk *walk);

/* One that is new; one that was there is another now, and stands for itself;
 * one that is gone. */
enum ent_status node_desk_rows_add(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_desk_rows_change(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_desk_rows_delete(
    struct node *node, uint64_t sequence, struct ent_error *err) ENT_MUST_CHECK;

/* `count` new ones from `first` on, together where they are alike. */
enum ent_status node_desk_rows_add_all(struct node *node, uint64_t first,
    const node_desk_row *rows, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
