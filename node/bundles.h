/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundles - stored bundles in memory, and the few that were used last.
 *
 * What reads bundles asks for one many times in a row: each message that is
 * read from the desk, the way out right after the sealing, the receipt soon
 * after that. They stay as they were read or put, over turns, up to
 * NODE_BUNDLES_BYTES, a long body of one that came from when it is asked for;
 * nothing in them can be read without the keys of the messages, which are not
 * here. The store owns them (node/store.h) and forgets one when its row is put
 * or deleted, and all when a turn that put something is aborted: the numbers of
 * that turn are given out again.
 */
#ifndef NODE_BUNDLES_H
#define NODE_BUNDLES_H

#include "proto/bundle.h"

#define NODE_BUNDLES_MAX 64
#define NODE_BUNDLES_BYTES ((size_t)8 * 1024 * 1024)

/* It is valid until who got it releases it, whatever becomes of what is stored
 * meanwhile. */
struct node_bundle {
    uint64_t number;
    struct ent_view head;
    struct ent_view body; /* empty: it was not asked for, or there is none */
    size_t body_len;      /* 0: it has no more use */
    bool outgoing;
    uint64_t at_ms;
    const struct ent_id *ids; /* by index, zero where none could be read */
    size_t id_count;
    bool whole; /* the body is what was put: node/vault.c knows */
    /* Below: for bundles.c alone. */
    size_t holders;
    uint8_t *body_bytes;
    uint32_t envelope_count;
    uint32_t *starts; /* of envelopes in the body */
};

/* One of its own of what `parts` says and looks into, with its body or without
 * it. */
enum ent_status node_bundle_new(const struct node_bundle *parts,
    struct node_bundle **ret_bundle, struct ent_error *err) ENT_MUST_CHECK;
/* Its body, copied, now that somebody asks for it. */
enum ent_status node_bundle_give_body(struct node_bundle *bundle,
    struct ent_view body, struct ent_error *err) ENT_MUST_CHECK;
/* The same, taken over. */
void node_bundle_take_body(struct node_bundle *bundle, struct ent_bytes *body);
void node_bundle_release(struct node_bundle **bundle);

/* The envelope at `index`, looking into the bundle. ENT_IO: it has none. */
enum ent_status node_bundle_envelope(const struct node_bundle *bundle,
    uint32_t index, struct ent_envelope *ret_envelope,
    struct ent_error *err) ENT_MUST_CHECK;

/* Those that were used last, the last one first. All zero: none. */
struct node_bundles {
    struct node_bundle *list[NODE_BUNDLES_MAX];
};

/* To be released; NULL: it is not here. */
struct node_bundle *node_bundles_find(
    struct node_bundles *bundles, uint64_t number);
/* Keep it too; what has grown since is kept anew. */
void node_bundles_add(struct node_bundles *bundles, struct node_bundle *bundle);
void node_bundles_forget(struct node_bundles *bundles, uint64_t number);
void node_bundles_clear(struct node_bundles *bundles);

#endif
