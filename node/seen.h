/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen - which messages came before: of each sender and id what was answered,
 * until it cannot come again, and where it is on the desk.
 *
 * A turn looks at and changes most rows several times: they are kept as they
 * lie in memory until it ends (node/written.h), and then go to the store in
 * blocks (node/seen_block.h). What a block has no room for stands for itself:
 * many ids of one millisecond, which is somebody's choice.
 */
#ifndef NODE_SEEN_H
#define NODE_SEEN_H

#include "node/seen_block.h"
#include "proto/address.h"

struct node;
struct node_written;

/* All zero: closed. */
struct node_seen {
    struct node_written *turn; /* what this turn knows */
    enum ent_status failed;    /* something of this turn was not kept */
    bool is_any_known;         /* in this turn: */
    bool any;                  /* some stand for themselves */
};

enum ent_status node_seen_init(
    struct node_seen *seen, struct ent_error *err) ENT_MUST_CHECK;
void node_seen_fini(struct node_seen *seen);

/* The turn is about to end; and: it is taken back. */
enum ent_status node_seen_flush(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
void node_seen_clear(struct node_seen *seen);

/* (sender, id) that was taken before, to be freed with node_row_free;
 * ENT_NOT_FOUND when it was not. */
enum ent_status node_seen_get(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_seen_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_seen_put(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const node_seen_row *row,
    struct ent_error *err) ENT_MUST_CHECK;
/* One that was put is on the desk now. ENT_NOT_FOUND: it was not. */
enum ent_status node_seen_place(struct node *node,
    const struct ent_party *sender, const struct ent_id *id, uint64_t desk,
    uint64_t bundle, struct ent_error *err) ENT_MUST_CHECK;
/* Deleting what is not there is ENT_OK. */
enum ent_status node_seen_delete(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
