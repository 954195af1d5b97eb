/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unsealed - the messages of a bundle that came, decrypted and laid out: what
 * is done with them before the store is asked. No store, no clock, no node:
 * another thread may do it ahead of time (node/unsealer.h).
 *
 * What went well ahead of time is remembered. What did not is done once more by
 * who takes the bundle, who has to say why.
 */
#ifndef NODE_UNSEALED_H
#define NODE_UNSEALED_H

#include "proto/message.h"
#include "proto/seal.h"

struct node_unsealed_message {
    struct ent_message_key key;
    struct ent_view plain;
    ent_message *message;
    bool is_bare;  /* as ent_message_is_bare says */
    bool is_valid; /* the catalogue was asked, and has nothing against it */
};

/* Begin with all zero; it may be used for one bundle after the other. */
struct node_unsealed {
    const struct ent_bundle *bundle; /* whose memory stays where it is */
    struct ent_bundle_secrets secrets;
    struct ent_arena arena; /* of what is laid out */
    struct ent_bytes plain; /* of all messages, one after the other */
    size_t plain_used;
    uint32_t count;
    struct node_unsealed_message *list; /* by index */
    size_t *starts;                     /* of the envelopes in the body */
    size_t ahead;                       /* how many were done ahead of time */
};

/* Begin with a bundle that ent_bundle_decode passed; nothing is opened yet. */
enum ent_status node_unsealed_begin(struct node_unsealed *unsealed,
    const struct ent_bundle *bundle, const struct ent_bundle_secrets *secrets,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open one after the other, as long as they are what they should be and there
 * is room. The bundle was verified: nothing is decrypted for a stranger. */
void node_unsealed_run(struct node_unsealed *unsealed);

/* Message `index`; they are asked for in their order, and what was asked for
 * before is not valid any more, but for its key and plaintext. ENT_REJECTED: it
 * does not open. ENT_UNSUPPORTED, ENT_BAD_INPUT, ENT_NO_MEMORY: what is in it
 * cannot be read; its key is known then. */
enum ent_status node_unsealed_get(struct node_unsealed *unsealed,
    uint32_t index, struct node_unsealed_message **ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

/* Of that one nothing stays, though others do. */
void node_unsealed_forget(struct node_unsealed *unsealed, uint32_t index);

/* The bundle was taken, or not: everything is wiped, and what memory it had is
 * kept for the next one. */
void node_unsealed_end(struct node_unsealed *unsealed);
void node_unsealed_fini(struct node_unsealed *unsealed);

#endif
