/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault - bundles as they travelled, and the keys of the messages in them.
 *
 * A message key is stored wrapped under the bucket key of the day on which its
 * message is to be deleted (node/slots.h), one block per bundle and day. When
 * the day is over the bucket key is destroyed, and with it the message; label,
 * receipts and journal still verify.
 */
#ifndef NODE_VAULT_H
#define NODE_VAULT_H

#include "node/bundles.h"
#include "node/slots.h"
#include "node/store.h"
#include "proto/seal.h"

/* A message key and where it belongs. */
struct node_vault_key {
    uint32_t index; /* in the bundle */
    uint64_t day;   /* of deletion, days since 1970 */
    struct ent_message_key key;
};

/* A bundle to be kept. */
struct node_vault_bundle {
    struct ent_view head;
    struct ent_view body;
    struct ent_bytes *own; /* that, to be taken over; NULL: it is copied */
    bool outgoing;
    uint64_t at_ms;
    const struct ent_id *ids; /* by index, zero where none could be read */
    size_t id_count;
    struct node_vault_key *keys; /* of messages that can be read; get sorted */
    size_t key_count;
    uint64_t until_ms; /* it has a use at least until then */
};

/* Keep a bundle. Returns its number in this store, and in `until_ms` when it
 * has no more use: not before the last of its messages is deleted. */
enum ent_status node_vault_put(struct node_store *store,
    struct node_slots *slots, struct node_vault_bundle *bundle,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;

/* A bundle as it travelled, to be released. ENT_IO: it is damaged. */
enum ent_status node_vault_get(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_error *err) ENT_MUST_CHECK;

/* What it was and its label, which looks into the bundle; its body need not be
 * there. */
enum ent_status node_vault_label(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_label *ret_label,
    struct ent_error *err) ENT_MUST_CHECK;

/* The head of the newest bundle that came and holds a place of `label`'s under
 * another label, looking into the store; among the newest NODE_VAULT_LOOK_BACK.
 * ENT_NOT_FOUND: it is no longer kept. */
#define NODE_VAULT_LOOK_BACK 65536
enum ent_status node_vault_rival(struct node_store *store,
    const struct ent_label *label, struct ent_view label_wire,
    struct ent_view *ret_head, struct ent_error *err) ENT_MUST_CHECK;

/* Keep of a bundle that it was, and what it was; its body has no more use. */
enum ent_status node_vault_empty(struct node_store *store, uint64_t number,
    struct ent_error *err) ENT_MUST_CHECK;
/* Keep nothing of it. */
enum ent_status node_vault_delete(struct node_store *store, uint64_t number,
    struct ent_error *err) ENT_MUST_CHECK;

/* The key of one message; ENT_NOT_FOUND when it was deleted. */
enum ent_status node_vault_key_get(struct node_store *store,
    struct node_slots *slots, uint64_t bundle, uint64_t day, uint32_t index,
    struct ent_message_key *ret_key, struct ent_error *err) ENT_MUST_CHECK;

/* Decrypt message `index` of a bundle; the caller frees the plaintext. */
enum ent_status node_vault_open(struct node_store *store,
    struct node_slots *slots, uint64_t number, uint64_t day, uint32_t index,
    struct ent_bytes *ret_message, struct ent_error *err) ENT_MUST_CHECK;

/* The same into `arena`, with what is allocated there; ENT_NO_MEMORY when it
 * has no room. What came a moment ago is looked at where it lies
 * (node/opened.h): until a bundle is kept there, or a message deleted. */
enum ent_status node_vault_open_in(struct node_store *store,
    struct node_slots *slots, uint64_t number, uint64_t day, uint32_t index,
    struct ent_arena *arena, struct node_plain *ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

/* Take the key of one message out of its block. ENT_NOT_FOUND: it is gone. */
enum ent_status node_vault_forget(struct node_store *store,
    struct node_slots *slots, uint64_t bundle, uint64_t day, uint32_t index,
    struct ent_error *err) ENT_MUST_CHECK;

/* The key of one message is deleted on `to_day`, and not on `day`: it is taken
 * out of the one block and put into the other.
 * What wrapped it lies in the store until the bucket of `day` is renewed
 * (node/removal.h). */
enum ent_status node_vault_move(struct node_store *store,
    struct node_slots *slots, uint64_t bundle, uint64_t day, uint32_t index,
    uint64_t to_day, struct ent_error *err) ENT_MUST_CHECK;

/* Wrap every block of `day` anew, under the newest key of its bucket. */
enum ent_status node_vault_rewrap(struct node_store *store,
    struct node_slots *slots, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* A lone message on its way to a bundle: wrap `key` under `day`'s bucket. */
enum ent_status node_vault_wrap(struct node_slots *slots, uint64_t day,
    struct ent_view context, const struct ent_message_key *key,
    uint8_t ret_nonce[static 24], uint8_t ret_wrapped[static 48],
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_vault_unwrap(struct node_slots *slots, uint64_t day,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    struct ent_message_key *ret_key, struct ent_error *err) ENT_MUST_CHECK;

#endif
