/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, as everybody but the store knows them. */
#include <assert.h>
#include <string.h>

#include "node/store.h"
#include "proto/schema/common.pb-c.h"

static void
key_add(struct node_key *key, const void *data, size_t len)
{
    assert(key->len + len <= sizeof key->bytes);
    memcpy(key->bytes + key->len, data, len);
    key->len += len;
}

static void
key_add_u64(struct node_key *key, uint64_t number)
{
    assert(key->len + 8 <= sizeof key->bytes);
    ent_put_be(key->bytes + key->len, number, 8);
    key->len += 8;
}

struct node_key
node_key_meta(const char *name)
{
    struct node_key key = {.len = NODE_META_NAME_LEN};

    assert(strlen(name) <= NODE_META_NAME_LEN);
    memcpy(key.bytes, name, strlen(name)); /* padded with zeros */
    return key;
}

struct node_key
node_key_u64(uint64_t number)
{
    struct node_key key = {0};

    key_add_u64(&key, number);
    return key;
}

struct node_key
node_key_u64_u64(uint64_t a, uint64_t b)
{
    struct node_key key = {0};

    key_add_u64(&key, a);
    key_add_u64(&key, b);
    return key;
}

struct node_key
node_key_digest(const struct ent_digest *digest)
{
    struct node_key key = {0};

    key_add(&key, digest->bytes, sizeof digest->bytes);
    return key;
}

struct node_key
node_key_stream(const struct ent_digest *stream, uint64_t first)
{
    struct node_key key = node_key_digest(stream);

    key_add_u64(&key, first);
    return key;
}

struct node_key
node_key_party(const struct ent_party *party)
{
    struct node_key key = {0};

    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

struct node_key
node_key_copy(const struct ent_id *id, const struct ent_party *party)
{
    struct node_key key = {0};

    key_add(&key, id->bytes, sizeof id->bytes);
    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

struct node_key
node_key_seen(const struct ent_party *party, const struct ent_id *id)
{
    struct node_key key = node_key_party(party);

    key_add(&key, id->bytes, sizeof id->bytes);
    return key;
}

struct node_key
node_key_pending(
    uint32_t precedence, const struct ent_party *party, uint64_t number)
{
    struct node_key key = {0};
    uint8_t rank = node_rank(precedence);

    key_add(&key, &rank, 1);
    key_add(&key, party->bytes, sizeof party->bytes);
    key_add_u64(&key, number);
    return key;
}

struct node_key
node_key_held(
    uint32_t precedence, const struct ent_party *party, uint64_t number)
{
    struct node_key key = node_key_pending(precedence, party, number);

    key.bytes[0] |= NODE_RANK_HELD;
    return key;
}

struct node_key
node_key_due(uint32_t precedence, uint64_t due_ms,
    const struct ent_digest *stream, uint64_t first)
{
    struct node_key key = {0};
    uint8_t rank = node_rank(precedence);

    key_add(&key, &rank, 1);
    key_add_u64(&key, due_ms);
    key_add(&key, stream->bytes, sizeof stream->bytes);
    key_add_u64(&key, first);
    return key;
}

struct node_key
node_key_gap(uint64_t due_ms, const struct ent_digest *stream)
{
    struct node_key key = {0};

    key_add_u64(&key, due_ms);
    key_add(&key, stream->bytes, sizeof stream->bytes);
    return key;
}

struct node_key
node_key_object(uint32_t kind, const struct ent_party *party)
{
    struct node_key key = {0};
    uint8_t byte = (uint8_t)kind;

    key_add(&key, &byte, 1);
    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

uint8_t
node_rank(uint32_t precedence)
{
    assert(precedence >= ENTENTE__V1__PRECEDENCE__DEFERRED &&
           precedence <= ENTENTE__V1__PRECEDENCE__FLASH);
    return (uint8_t)(ENTENTE__V1__PRECEDENCE__FLASH - precedence);
}

bool
node_key_after(uint8_t *key, size_t len)
{
    for (size_t i = len; i > 0; i--) {
        if (++key[i - 1] != 0) {
            return true;
        }
    }
    return false;
}
