/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - the pending messages that will share a bundle: one recipient, one
 * precedence, one mode, judged by the agreement and the clock of now.
 */
#ifndef NODE_BATCH_H
#define NODE_BATCH_H

#include "node/peers.h"
#include "policy/decide.h"

#define NODE_GROUP_LEN (1 + ENT_PARTY_LEN) /* rank and party */

/* A message chosen for the bundle. */
struct node_chosen {
    struct ent_id id;
    uint64_t number;
    uint64_t day;
    struct ent_view message;
    struct ent_bytes own;      /* that, of what has waited; else none */
    struct node_given_end end; /* of it; what has waited has none */
    struct node_key pending;   /* its row; of length 0: it has none */
};

/* The bundle that is being made. */
struct node_batch {
    struct node_peer *peer;
    uint32_t precedence;
    uint32_t mode;
    uint64_t expires_at;
    size_t body_len;
    size_t count;
    size_t most;                  /* messages that it takes */
    bool chunks;                  /* of files, and no messages */
    struct ent_id judged;         /* the message that has the file, */
    struct ent_decision decision; /* and whether that may go */
    struct node_chosen list[ENT_BUNDLE_MESSAGES_MAX];
};

/* An empty one, for as many as a bundle may have; NULL: no memory. */
struct node_batch *node_batch_new(struct node_peer *peer, uint32_t precedence);
void node_batch_free(struct node_batch **batch);

/* A message so long, of that mode, a chunk of a file or none, can share it. */
bool node_batch_has_room(
    const struct node_batch *batch, uint32_t mode, bool chunk, size_t len);

/* It does, and `chosen->own` is taken over; it is to arrive by then, ms. */
void node_batch_add(struct node_batch *batch, struct node_chosen *chosen,
    uint32_t mode, bool chunk, uint64_t arrives_by);

/* Fill it from the pending rows that begin as `group` (rank and party). What is
 * no longer permitted or valid has its last state and its row is deleted. */
enum ent_status node_batch_fill(struct node *node, struct node_batch *batch,
    const uint8_t *group, struct ent_error *err) ENT_MUST_CHECK;

/* Give up what has waited beyond its validity, whatever it waits for. Looks at
 * a part of all rows, from `key` on, and leaves in it where to go on. */
enum ent_status node_batch_expire(struct node *node,
    uint8_t key[static NODE_KEY_MAX], struct ent_error *err) ENT_MUST_CHECK;

#endif
