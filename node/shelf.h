/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf - files that went out and are kept for a recipient that loses its
 * store.
 *
 * A message is kept until its day, and its recipient may ask for it again. The
 * files that went with it are kept beside it as long as there is room: they
 * never take a quarter of the store from messages, and leave, the oldest first,
 * when another file needs their place.
 */
#ifndef NODE_SHELF_H
#define NODE_SHELF_H

#include "node/attachment.h"

/* The last recipient has that file of ours: keep it, or, when the store is
 * rather full, do not. `row` is changed, and written by the caller. */
enum ent_status node_shelf_put(struct node *node, uint64_t number,
    node_attachment_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* It goes to somebody again, or with its message: it is not kept any more.
 * `row` is changed, and written by the caller. */
enum ent_status node_shelf_take(struct node *node, uint64_t number,
    node_attachment_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* Bytes of files that are kept, and of those that have to leave and are still
 * here. */
enum ent_status node_shelf_kept(struct node *node, uint64_t *ret_kept,
    uint64_t *ret_leaving, struct ent_error *err) ENT_MUST_CHECK;

/* The oldest leave, until it is at least `size` bytes. */
enum ent_status node_shelf_clear(
    struct node *node, uint64_t size, struct ent_error *err) ENT_MUST_CHECK;

/* So many of the chunks of what has to leave are gone, all or a part of them;
 * `row` is changed, and written by the caller. */
enum ent_status node_shelf_left(struct node *node, node_attachment_row *row,
    uint32_t chunks, struct ent_error *err) ENT_MUST_CHECK;

/* By the clock: messages that came since want their place. */
enum ent_status node_shelf_yield(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
