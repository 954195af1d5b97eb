/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/blake2b_many_internal.h"

#include <assert.h>
#include <sodium.h>

/* The first word of the parameter block: 32 bytes of output, no key, fanout and
 * depth 1 (RFC 7693, 2.5). */
#define PARAMETERS UINT64_C(0x01010020)

static_assert(ENT_BLAKE2B_LEN == 0x20, "the output that PARAMETERS names");

/* An input on its way. Blocks in its middle are read where they lie. The first
 * has the prefix before it, and behind the last nothing may be read: those two
 * are put together here. */
struct lane {
    struct ent_view rest; /* that no block has taken */
    uint8_t *ret_digest;  /* NULL when nobody is in the lane */
    uint8_t block[ENT_BLAKE2B_BLOCK_LEN];
};

/* Many inputs, and those of them that are in a lane. */
struct many {
    uint8_t prefix;
    const struct ent_view *inputs;
    size_t count;
    uint8_t (*ret_digests)[ENT_BLAKE2B_LEN];
    size_t next; /* that has had no lane */
    size_t busy; /* lanes with an input */
    struct lane list[ENT_BLAKE2B_LANES_MAX];
    struct ent_blake2b_lanes lanes;
};

/* The next input begins in an empty lane. */
static void
enter(struct many *many, size_t i)
{
    const struct ent_view input = many->inputs[many->next];

    /* Nothing may be at NULL, where no 0 bytes can be copied from. */
    many->list[i].rest = input.len > 0 ? input : ent_view_of(&many->prefix, 0);
    many->list[i].ret_digest = many->ret_digests[many->next];
    many->next++;
    many->busy++;
    for (size_t word = 0; word < 8; word++) {
        many->lanes.chain[word][i] = ent_blake2b_start[word];
    }
    many->lanes.chain[0][i] ^= PARAMETERS;
    many->lanes.taken[i] = 0;
}

/* The next block of a lane: where it is, how far it goes, whether it is last.
 */
static void
take(struct many *many, size_t i)
{
    struct lane *lane = &many->list[i];
    const size_t before = many->lanes.taken[i] == 0 ? sizeof many->prefix : 0;
    const size_t room = ENT_BLAKE2B_BLOCK_LEN - before;
    const size_t len = lane->rest.len < room ? lane->rest.len : room;

    if (len == ENT_BLAKE2B_BLOCK_LEN) {
        many->lanes.blocks[i] = lane->rest.data;
    } else {
        memset(lane->block, 0, sizeof lane->block);
        lane->block[0] = many->prefix;
        /* Not memcpy: gcc makes of one this short `rep movs`, which is slow. */
        memmove(lane->block + before, lane->rest.data, len);
        many->lanes.blocks[i] = lane->block;
    }
    lane->rest = ent_view_of(lane->rest.data + len, lane->rest.len - len);
    many->lanes.taken[i] += before + len;
    many->lanes.last[i] = lane->rest.len == 0 ? UINT64_MAX : 0;
}

/* The digest of an input is done, and its lane is empty. */
static void
leave(struct many *many, size_t i)
{
    for (size_t word = 0; word < ENT_BLAKE2B_LEN / 8; word++) {
        const uint64_t bytes = htole64(many->lanes.chain[word][i]);

        memcpy(many->list[i].ret_digest + word * 8, &bytes, sizeof bytes);
    }
    many->list[i].ret_digest = NULL;
    many->busy--;
}

/* One block of each. In a lane that stays empty some block is compressed once
 * more, which nobody asks for. */
static void
step(struct many *many, size_t width, ent_blake2b_compress *compress)
{
    for (size_t i = 0; i < width; i++) {
        if (many->list[i].ret_digest == NULL && many->next < many->count) {
            enter(many, i);
        }
        if (many->list[i].ret_digest != NULL) {
            take(many, i);
        }
    }
    compress(&many->lanes);
    for (size_t i = 0; i < width; i++) {
        if (many->list[i].ret_digest != NULL && many->lanes.last[i] != 0) {
            leave(many, i);
        }
    }
}

static void
hash_alone(uint8_t prefix, struct ent_view input, uint8_t *ret_digest)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, ENT_BLAKE2B_LEN);
    crypto_generichash_update(&state, &prefix, sizeof prefix);
    crypto_generichash_update(&state, input.data, input.len);
    crypto_generichash_final(&state, ret_digest, ENT_BLAKE2B_LEN);
}

void
ent_blake2b_many_in(size_t lanes, uint8_t prefix, const struct ent_view *inputs,
    size_t count, uint8_t (*ret_digests)[ENT_BLAKE2B_LEN])
{
    ent_blake2b_compress *const compress = ent_blake2b_compress_of(lanes);
    struct many many = {.prefix = prefix,
        .inputs = inputs,
        .count = count,
        .ret_digests = ret_digests};

    for (size_t i = 0; i < ENT_BLAKE2B_LANES_MAX; i++) {
        many.lanes.blocks[i] = many.list[i].block;
    }
    while (compress != NULL && (many.busy > 0 || count - many.next > 1)) {
        step(&many, lanes, compress);
    }
    for (size_t i = many.next; i < count; i++) {
        hash_alone(prefix, inputs[i], ret_digests[i]);
    }
}

void
ent_blake2b_many(uint8_t prefix, const struct ent_view *inputs, size_t count,
    uint8_t (*ret_digests)[ENT_BLAKE2B_LEN])
{
    ent_blake2b_many_in(
        ent_blake2b_lanes(), prefix, inputs, count, ret_digests);
}
