/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_internal - what the parts of vault share: vault.c (bundles),
 * vault_keys.c (the blocks of their keys), vault_wrap.c and vault_rival.c.
 * Nobody else includes it.
 */
#ifndef NODE_VAULT_INTERNAL_H
#define NODE_VAULT_INTERNAL_H

#include <sodium.h>

#include "node/vault.h"

#define NODE_VAULT_NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define NODE_VAULT_TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

/* Put the keys of a bundle, a block for each day; `keys` get sorted. */
enum ent_status node_vault_keys_put(struct node_store *store,
    struct node_slots *slots, uint64_t bundle, struct node_vault_key *keys,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;

/* Open with whichever key of the bucket wrapped it: while it is renewed there
 * are two. `ret_plain` has room for it. ENT_NOT_FOUND: the key was destroyed.
 */
enum ent_status node_vault_unwrap_any(struct node_slots *slots, uint64_t day,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    uint8_t *ret_plain, struct ent_error *err) ENT_MUST_CHECK;

#endif
