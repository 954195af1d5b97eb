/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/protocol_keys.h"

#include "proto/link.h"

void
key_from(struct key *ret_key, const struct block *block, const char *name,
    enum ent_key_role role)
{
    expect_ok(ent_secret_from(block_array(block, name, ENT_SECRET_LEN),
        &ret_key->secret, &last_error));
    expect_ok(ent_secret_signer(
        ret_key->secret, role, &ret_key->signer, &last_error));
}

void
key_fini(struct key *key)
{
    ent_secret_free(&key->secret);
}

void
x25519_public(const struct block *block, const char *name,
    uint8_t ret_key[static ENT_PUBLIC_KEY_LEN])
{
    struct ent_secret *secret = NULL;

    expect_ok(ent_secret_from(
        block_array(block, name, ENT_SECRET_LEN), &secret, &last_error));
    ent_link_public_key(secret, ret_key);
    ent_secret_free(&secret);
}

struct ent_address
block_address(const struct block *block, const char *key)
{
    struct ent_address address = {{0}};

    expect_ok(
        ent_address_parse(view(block_text(block, key)), &address, &last_error));
    return address;
}

struct ent_digest
block_digest(const char *block, const char *key)
{
    struct ent_digest digest;

    memcpy(digest.bytes, block_array(block_named(block), key, ENT_DIGEST_LEN),
        ENT_DIGEST_LEN);
    return digest;
}

struct ent_stream_id
the_stream(void)
{
    const struct block *block = block_named("bundle");

    return (struct ent_stream_id){
        .sender = block_address(block, "sender"),
        .recipient = block_address(block, "recipient"),
        .precedence = (uint32_t)block_number(block, "precedence"),
        .sender_incarnation = block_number(block, "sender-incarnation"),
        .recipient_incarnation = block_number(block, "recipient-incarnation"),
    };
}

void
expect_payload(const struct block *block, struct ent_view wire)
{
    struct ent_signatures signatures;
    struct ent_view payload;

    expect_ok(ent_signed_decode(wire, &payload, &signatures, &last_error));
    expect_vector(block, "payload", payload);
}

void
expect_digest(
    const struct block *block, const char *key, const struct ent_digest *got)
{
    expect_vector(block, key, ARRAY(got->bytes));
}
