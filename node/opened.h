/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opened - what came a moment ago, as it was decrypted to be judged: who reads
 * the desk at once need not decrypt it again.
 *
 * Of a few bundles, for NODE_OPENED_MS and up to NODE_OPENED_BYTES, in the
 * memory of the process and nowhere else. A message is given out to who has its
 * key alone (node/vault.h): what was deleted, or whose day is over, is not to
 * be had here either, and is wiped when its key is taken out of its block.
 */
#ifndef NODE_OPENED_H
#define NODE_OPENED_H

#include "node/unsealed.h"

#define NODE_OPENED_MAX 64
#define NODE_OPENED_BYTES ((size_t)8 * 1024 * 1024)
#define NODE_OPENED_MS UINT64_C(2000)

struct node_opened_bundle;

/* A message in clear. */
struct node_plain {
    struct ent_view wire;
    bool is_bare; /* as ent_message_is_bare says */
};

/* The oldest first. All zero: none. */
struct node_opened {
    struct node_opened_bundle *list[NODE_OPENED_MAX];
    size_t count;
    size_t bytes;
};

/* The messages of `unsealed` are those of bundle `number`: its plaintexts go
 * over to `opened`. Nothing is kept where there is no room or no memory. */
void node_opened_keep(struct node_opened *opened, uint64_t number,
    uint64_t now_ms, struct node_unsealed *unsealed);

/* False: it is not here. Valid until the next call. */
bool node_opened_find(const struct node_opened *opened, uint64_t number,
    uint32_t index, const struct ent_message_key *key,
    struct node_plain *ret_plain);

/* One of its messages is deleted, or the turn is taken back. */
void node_opened_forget(struct node_opened *opened, uint64_t number);
void node_opened_clear(struct node_opened *opened);

/* Wipe what is over; and when the next one is, UINT64_MAX: none is here. */
void node_opened_expire(struct node_opened *opened, uint64_t now_ms);
uint64_t node_opened_due(const struct node_opened *opened);

#endif
