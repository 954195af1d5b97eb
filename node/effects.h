/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effects - what leaves the node after this turn's commit, in order.
 */
#ifndef NODE_EFFECTS_H
#define NODE_EFFECTS_H

#include "node/bundles.h"
#include "proto/link.h"

enum node_effect_kind {
    NODE_EFFECT_FRAME, /* to neighbours */
    NODE_EFFECT_REPLY, /* to a local program */
};

/* A set of neighbours, one bit each: the number that node/uplink.h gives it. */
#define NODE_NEIGHBOURS_MAX 64
#define NODE_VIA(number) (UINT64_C(1) << (number))
#define NODE_VIA_ALL UINT64_MAX /* whoever is there */

struct node_effect {
    enum node_effect_kind kind;
    uint64_t via;             /* FRAME: to whom */
    bool urgent;              /* FRAME: which connection */
    enum ent_frame_type type; /* FRAME */
    struct ent_bytes client;  /* REPLY: routing id */
    struct ent_bytes payload;
    struct node_bundle *bundle; /* FRAME_BUNDLE: its body goes too */
};

/* All zero is empty. */
struct node_effects {
    struct node_effect *list;
    size_t count;
    size_t room;
    size_t bytes; /* of their payloads */
};

/* Credit belongs to one connection, and so does what it pays for. */
static inline bool
node_effect_is_bound(const struct node_effect *effect)
{
    return effect->kind == NODE_EFFECT_FRAME &&
           (effect->type == ENT_FRAME_BUNDLE ||
               effect->type == ENT_FRAME_CREDIT);
}

static inline struct ent_view
node_effect_body(const struct node_effect *effect)
{
    return effect->bundle == NULL ? (struct ent_view){0} : effect->bundle->body;
}

/* Queue a frame to the neighbours in `via`; takes payload and bundle, which may
 * be NULL, over on success. */
enum ent_status node_effects_frame(struct node_effects *effects, uint64_t via,
    bool urgent, enum ent_frame_type type, struct ent_bytes *payload,
    struct node_bundle **bundle, struct ent_error *err) ENT_MUST_CHECK;

/* Queue a reply; takes payload over on success, copies `client`. */
enum ent_status node_effects_reply(struct node_effects *effects,
    struct ent_view client, struct ent_bytes *payload,
    struct ent_error *err) ENT_MUST_CHECK;

/* Room for so many more. */
enum ent_status node_effects_reserve(struct node_effects *effects, size_t more,
    struct ent_error *err) ENT_MUST_CHECK;
/* Everything that is queued in `more` goes behind what is queued here, which
 * has room for it. */
void node_effects_join(struct node_effects *effects, struct node_effects *more);
/* A neighbour began anew on that lane: what belonged to its connection there
 * does not go to it any more. */
void node_effects_unbind(
    struct node_effects *effects, uint64_t via, bool urgent);

/* Forget everything queued; keeps the list's room. */
void node_effects_clear(struct node_effects *effects);
void node_effects_fini(struct node_effects *effects);

#endif
