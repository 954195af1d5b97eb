/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - the only holder of an office's secret keys.
 *
 * Everybody else asks it: to sign as the office, for the link's secret, for
 * values derived from the storage key. No function returns a private key of the
 * office or of an epoch.
 */
#ifndef NODE_KEEPER_H
#define NODE_KEEPER_H

#include "node/slots.h"
#include "proto/base/kv.h"
#include "proto/keyfile.h"

struct node_keeper;

/* Read office.key, link.key and storage.key in `folder`. */
enum ent_status node_keeper_open(const char *folder,
    const struct ent_passphrase *passphrase, struct node_keeper **ret_keeper,
    struct ent_error *err) ENT_MUST_CHECK;
void node_keeper_close(struct node_keeper **keeper);

/* Take over the office's and the link's key of another keeper, which gets ours;
 * again, and all is as before. ENT_REJECTED: it has another storage key, and
 * could not read the store. */
enum ent_status node_keeper_exchange(struct node_keeper *keeper,
    struct node_keeper *other, struct ent_error *err) ENT_MUST_CHECK;

/* Signs as the office. */
const struct ent_signer *node_keeper_signer(const struct node_keeper *keeper);

/* For ent_link_connect; and its public half. */
struct ent_secret *node_keeper_link(struct node_keeper *keeper);

/* For node_slots_open. */
struct ent_secret *node_keeper_storage(struct node_keeper *keeper);

/* Key of the store's MACs. */
void node_keeper_store_key(
    struct node_keeper *keeper, uint8_t ret_key[static ENT_KV_STORE_KEY_LEN]);

#define NODE_PRINT_LEN 16

/* The end of a message as it goes that is, byte for byte, the end of that
 * message as it was given, of which there is a print (node/submit.h). */
struct node_given_end {
    size_t len; /* 0: there is none */
    uint8_t print[NODE_PRINT_LEN];
};

/* A message that is to be sealed. */
struct node_keeper_message {
    struct ent_view bytes;
    struct node_given_end end;
};

/* Seed of an HPKE ephemeral key, from the storage key, fresh randomness, the
 * position in the stream and all that is sealed, in its order: a machine that
 * was cloned, or that is given the same position again after a crash, does not
 * seal two different things under one key, were its randomness to repeat too.
 *
 * Of each message its length goes in, and its print: SipHash-2-4 with 128 bits
 * under a key that is made for this and never leaves the keeper. Nobody sees a
 * print, so nobody can look for two messages that have the same: whichever two
 * he has sealed, their prints agree once in 2^128.
 *
 * Most of a message is its texts and its body, which stand at its end, and that
 * was hashed when it was handed in. Where it ends with the bytes that it was
 * given with, the print is of all bytes before those and of the print of what
 * was given. If two messages with the same bytes before as many others differ,
 * their ends do, and so does what was given, which ends with those; and that
 * has the same print once in 2^128 too: the prints of what was given are under
 * a key made of the storage key, and nobody sees them either (their rows are
 * sealed). What the node writes into a message itself, its recipient and times
 * among it, is among the bytes before, unless it is what was given there.
 * Prints that are made in one way and in the other are told apart.
 */
void node_keeper_ephemeral(struct node_keeper *keeper,
    const struct ent_digest *stream, uint64_t first,
    const struct node_keeper_message *messages, size_t count,
    uint8_t ret_seed[static 32]);

#define NODE_INDEX_KEY_LEN 32

/* What keys lie blinded under in the store (node/index.h). */
void node_keeper_index_key(
    struct node_keeper *keeper, uint8_t ret_key[static NODE_INDEX_KEY_LEN]);

#define NODE_GIVEN_KEY_LEN 16

/* Of the prints by which what an officer gave is known again (node/submit.h).
 */
void node_keeper_given_key(
    struct node_keeper *keeper, uint8_t ret_key[static NODE_GIVEN_KEY_LEN]);

/* By which the same content is known again, here and nowhere else: nobody
 * without the storage key can try what it might have been. */
void node_keeper_print(struct node_keeper *keeper, struct ent_view content,
    uint8_t ret_print[static NODE_PRINT_LEN]);

#define NODE_WRAP_NONCE_LEN 24
#define NODE_WRAP_OVERHEAD 16

/* Wrap something short-lived under the storage key; `context` is bound in.
 * `out` has len + NODE_WRAP_OVERHEAD bytes. */
void node_keeper_wrap(struct node_keeper *keeper, struct ent_view context,
    struct ent_view plain, uint8_t ret_nonce[static NODE_WRAP_NONCE_LEN],
    uint8_t *out);
enum ent_status node_keeper_unwrap(struct node_keeper *keeper,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    uint8_t *out, size_t out_len, struct ent_error *err) ENT_MUST_CHECK;

#endif
