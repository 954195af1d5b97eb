/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelopes - the messages of a bundle, sealed one behind the other as its
 * body, and the leaves of its tree. It is half of what a sender does with a
 * message, and each is by itself: where they are many, another thread
 * (node/helper.h) seals some of them meanwhile. Which of the two seals one
 * makes no difference to it.
 */
#ifndef NODE_ENVELOPES_H
#define NODE_ENVELOPES_H

#include "node/helper.h"
#include "proto/seal.h"
#include "proto/tree.h"

#define NODE_ENVELOPES_SHARED_MIN 32 /* fewer are sealed sooner than shared */

struct node_envelope {
    struct ent_id id;
    struct ent_view message; /* ENT_MESSAGE_MAX bytes at most */
    uint8_t *out; /* room for its length and ent_seal_envelope_len bytes */
};

/* Seal all of `list` in their order: keys and leaves have the same places.
 * `helper` may be NULL. */
void node_envelopes_seal(struct node_helper *helper,
    const struct ent_bundle_secrets *secrets, const struct node_envelope *list,
    size_t count, struct ent_message_key *ret_keys,
    struct ent_digest *ret_leaves);

#endif
