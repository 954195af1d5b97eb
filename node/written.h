/* SPDX-License-Identifier: Apache-2.0 */
/*
 * written - rows that a turn has put and may well read and put again before it
 * ends: a message's copy when it is accepted and when it is sealed, the number
 * of the last one, how many messages a key has signed. They are kept here as
 * they were given, and go to the store once, when the turn ends; until then a
 * look at one costs no cipher and no tree.
 *
 * What the store knows is not known here: a row that was not put in this turn
 * is not found.
 */
#ifndef NODE_WRITTEN_H
#define NODE_WRITTEN_H

#include "node/store.h"

struct node_written;

struct node_written *node_written_new(void);
void node_written_free(struct node_written **written);

enum ent_status node_written_put(struct node_written *written,
    enum node_table table, struct ent_view key, struct ent_view value,
    struct ent_error *err) ENT_MUST_CHECK;
/* It is known to be gone, whether it was there or not. */
enum ent_status node_written_delete(struct node_written *written,
    enum node_table table, struct ent_view key,
    struct ent_error *err) ENT_MUST_CHECK;

/* False: neither put nor deleted in this turn. `ret_value` is valid until the
 * same row is put again, or the turn is over. */
bool node_written_get(const struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_view *ret_value, bool *ret_deleted);

/* The rows, in the order of their first put: `*at` begins at 0. False: there
 * are no more. */
struct node_written_row {
    enum node_table table;
    bool deleted;
    struct ent_view key;
    struct ent_view value;
};
bool node_written_next(const struct node_written *written, size_t *at,
    struct node_written_row *ret_row);

/* About how much they take where they go. */
uint64_t node_written_bytes(const struct node_written *written);

/* They went where they go: none is known here any more. Values that were given
 * out stay where they are. */
void node_written_let_go(struct node_written *written);

/* The turn is over: nothing is kept, nor can be read in memory. */
void node_written_clear(struct node_written *written);

#endif
