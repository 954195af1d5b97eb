/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/digest.h"

#include <sodium.h>
#include <string.h>

struct ent_digest
ent_digest_of(struct ent_view data)
{
    struct ent_digest digest;

    crypto_generichash(
        digest.bytes, sizeof digest.bytes, data.data, data.len, NULL, 0);
    return digest;
}

bool
ent_digest_equal(const struct ent_digest *a, const struct ent_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool
ent_digest_is_zero(const struct ent_digest *digest)
{
    static const struct ent_digest zero;

    return ent_digest_equal(digest, &zero);
}

struct ent_key_id
ent_key_id_of(
    enum ent_key_role role, const uint8_t key[static ENT_PUBLIC_KEY_LEN])
{
    static const uint8_t context[] = "entente key v1";
    const uint8_t role_byte = (uint8_t)role;
    crypto_generichash_state state;
    struct ent_key_id id;

    crypto_generichash_init(&state, NULL, 0, sizeof id.bytes);
    crypto_generichash_update(&state, context, sizeof context - 1);
    crypto_generichash_update(&state, &role_byte, 1);
    crypto_generichash_update(&state, key, ENT_PUBLIC_KEY_LEN);
    crypto_generichash_final(&state, id.bytes, sizeof id.bytes);
    return id;
}

struct ent_key_id
ent_key_id_of_symmetric(
    enum ent_key_role role, const uint8_t key[static ENT_PUBLIC_KEY_LEN])
{
    static const uint8_t purpose[] = "entente key check v1";
    uint8_t name[ENT_PUBLIC_KEY_LEN];

    crypto_generichash(name, sizeof name, purpose, sizeof purpose - 1, key,
        ENT_PUBLIC_KEY_LEN);
    return ent_key_id_of(role, name);
}

bool
ent_key_id_equal(const struct ent_key_id *a, const struct ent_key_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
