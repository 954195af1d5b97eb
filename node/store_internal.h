/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_internal - what the parts of the store share: store.c (rows),
 * store_turn.c (a turn begins and is committed) and store_walk.c (walks, and
 * the store as it was). Nobody else includes it.
 */
#ifndef NODE_STORE_INTERNAL_H
#define NODE_STORE_INTERNAL_H

#include "node/blinding.h"
#include "node/store.h"
#include "node/store_tables.h"
#include "node/written.h"

/* The row of a table that was looked at last in this turn. */
struct kept_row {
    bool is_known;
    struct node_key key;
    ProtobufCMessage *row; /* NULL: it is known that there is none */
};

struct node_store {
    struct ent_kv *kv;
    struct ent_kv_txn *txn;
    struct node_written *written;
    struct node_blinding blinding;
    bool dirty;
    enum ent_status failed; /* the first put or delete that did, in this turn */
    uint64_t commits;
    struct kept_row kept[NODE_TABLE_COUNT];
    struct node_bundles bundles;
    struct node_opened opened;
};

/* What was looked at of that table is read anew. */
void node_store_drop_kept(struct node_store *store, enum node_table table);

/* A key as it lies in the store. */
struct node_key node_store_hidden(
    struct node_store *store, enum node_table table, struct ent_view key);

/* Rows that wait for the end of the turn go to LMDB. */
enum ent_status node_store_write_late(
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;

#endif
