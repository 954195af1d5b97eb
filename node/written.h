/* SPDX-License-Identifier: Apache-2.0 */
/*
 * written - rows that a turn has put and may well read and put again before it
 * ends: a message's copy when it is accepted and when it is sealed, the number
 * of the last one, how many messages a key has signed. They are kept here as
 * they were given, and go to the store once, when the turn ends; until then a
 * look at one costs no cipher and no tree. A row may be held as it lies in
 * memory: then who changes it again in this turn does not unpack it, and it is
 * packed once.
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
/* The same of a row as it lies in memory: it is copied, with the texts and
 * bytes that it has, and packed when somebody reads it or it goes to the store.
 * One that has lists or messages of its own is packed at once. */
enum ent_status node_written_hold(struct node_written *written,
    enum node_table table, struct ent_view key, const ProtobufCMessage *message,
    struct ent_error *err) ENT_MUST_CHECK;
/* The copy of that, until the turn is over; NULL: something else was put since,
 * or somebody read it, or it was packed at once. It may be changed where it
 * lies: what it points to then is to stay until the turn is over. */
ProtobufCMessage *node_written_held(
    struct node_written *written, enum node_table table, struct ent_view key);
/* The same, and there is no such row any more. */
ProtobufCMessage *node_written_take(
    struct node_written *written, enum node_table table, struct ent_view key);
/* Bytes that do; NULL: no memory. */
uint8_t *node_written_keep(struct node_written *written, struct ent_view bytes);
/* It is known to be gone, whether it was there or not. */
enum ent_status node_written_delete(struct node_written *written,
    enum node_table table, struct ent_view key,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_NOT_FOUND: neither put nor deleted in this turn. `ret_value` is valid
 * until the same row is put again, or the turn is over. */
enum ent_status node_written_get(struct node_written *written,
    enum node_table table, struct ent_view key, struct ent_view *ret_value,
    bool *ret_deleted, struct ent_error *err) ENT_MUST_CHECK;

/* The row as it is here; false: neither put nor deleted in this turn. */
struct node_written_row {
    enum node_table table;
    bool deleted;
    struct ent_view key;
    struct ent_view value;
    const ProtobufCMessage *held; /* to be packed; NULL: it is `value` */
};
bool node_written_find(const struct node_written *written,
    enum node_table table, struct ent_view key,
    struct node_written_row *ret_row);

/* The same value, to be changed where it is; NULL: it is not known, or is not
 * of that length. */
uint8_t *node_written_value(struct node_written *written, enum node_table table,
    struct ent_view key, size_t len);

/* The rows, in the order of their first put: `*at` begins at 0. False: there
 * are no more. */
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
