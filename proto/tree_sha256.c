/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tree.h"

#include <sodium.h>

void
ent_tree_sha256(struct ent_digest *ret, const uint8_t *prefix,
    size_t prefix_len, struct ent_view a, struct ent_view b)
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, prefix, prefix_len);
    crypto_hash_sha256_update(&state, a.data, a.len);
    crypto_hash_sha256_update(&state, b.data, b.len);
    crypto_hash_sha256_final(&state, ret->bytes);
}
