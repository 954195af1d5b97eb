/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_rows - where the rows of copies lie: one for itself in COPY, or in the
 * block of those that were sealed with it (node/copy_block.h), which a row in
 * COPY_PLACE leads to. Who reads copies (node/copy.h) does not see which.
 *
 * A place is not sealed: it has nothing but the numbers of a bundle and in it,
 * and is believed only where its block says that this very copy stands there.
 */
#ifndef NODE_COPY_ROWS_H
#define NODE_COPY_ROWS_H

#include "node/copy_block.h"
#include "node/node.h"

/* ENT_NOT_FOUND is ordinary. Free with node_row_free. */
enum ent_status node_copy_rows_get(struct node *node, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The first copy of that message for `*to` or a party behind it, which `*to`
 * becomes. ENT_NOT_FOUND: there is none. */
enum ent_status node_copy_rows_next(struct node *node, const struct ent_id *id,
    struct ent_party *to, node_copy_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* One that is new. */
enum ent_status node_copy_rows_add(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row,
    struct ent_error *err) ENT_MUST_CHECK;
/* One that was `was` is another now, and stands for itself; or is gone. */
enum ent_status node_copy_rows_change(struct node *node,
    const struct ent_id *id, const struct ent_party *to,
    const node_copy_row *was, const node_copy_row *row,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_copy_rows_delete(struct node *node,
    const struct ent_id *id, const struct ent_party *to,
    const node_copy_row *was, struct ent_error *err) ENT_MUST_CHECK;

/* Rows that are nowhere yet, of a part of a bundle, for one recipient: together
 * where they are alike. They have one index after the other; NULL: that one is
 * somewhere. */
enum ent_status node_copy_rows_add_all(struct node *node,
    const struct ent_party *to, const struct ent_id *ids,
    node_copy_row *const *rows, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
