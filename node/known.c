/* SPDX-License-Identifier: Apache-2.0 */
#include "node/known.h"

#include <string.h>

#include "node/node.h"

#define NAME "newest copy" /* time of its id */
#define TIME_LEN 6
#define BITS_OF_ONE 4 /* in one block, which is one look into memory */
#define ODD UINT64_C(0x9e3779b97f4a7c15)

static uint64_t
time_of(const struct ent_id *id)
{
    return ent_get_be(id->bytes, TIME_LEN);
}

/* Where its bits are; whoever finds two with the same ones has won nothing. */
static uint64_t
spread(const struct ent_id *id, const struct ent_party *to)
{
    uint64_t mixed = ent_get_be(id->bytes, 8) * ODD;

    mixed ^= ent_get_be(id->bytes + 8, 8);
    mixed ^= (ent_get_be(to->bytes, 8) * ODD) >> 7;
    mixed *= ODD;
    mixed ^= mixed >> 32;
    return mixed * ODD;
}

/* The bits of one in its block: nine of its own each. */
static size_t
bit_of(uint64_t spread, unsigned which)
{
    return spread >> 9 * which & 511;
}

static size_t
block_of(uint64_t spread)
{
    return (spread >> 48) % NODE_KNOWN_BLOCKS;
}

void
node_known_begin(struct node_known *known, uint64_t newest)
{
    memset(known->bits, 0, sizeof known->bits);
    known->loaded = true;
    known->count = 0;
    known->newest = newest;
    known->since = newest + 1;
}

bool
node_known_may_be(const struct node_known *known, const struct ent_id *id,
    const struct ent_party *to)
{
    const uint64_t at = spread(id, to);
    const uint64_t *block = known->bits[block_of(at)];

    if (!known->loaded || time_of(id) < known->since) {
        return true;
    }
    for (unsigned i = 0; i < BITS_OF_ONE; i++) {
        const size_t bit = bit_of(at, i);

        if ((block[bit / 64] >> bit % 64 & 1) == 0) {
            return false;
        }
    }
    return true;
}

void
node_known_add(struct node_known *known, const struct ent_id *id,
    const struct ent_party *to)
{
    const uint64_t at = spread(id, to);
    uint64_t *block = known->bits[block_of(at)];

    if (!known->loaded) {
        return;
    }
    if (time_of(id) > known->newest) {
        known->newest = time_of(id);
    }
    if (time_of(id) < known->since) {
        return;
    }
    for (unsigned i = 0; i < BITS_OF_ONE; i++) {
        const size_t bit = bit_of(at, i);

        block[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    if (++known->count > NODE_KNOWN_MAX) {
        node_known_begin(known, known->newest);
    }
}

/* A store that does not say it has none, if it has copies. */
enum ent_status
node_known_load(struct node *node, struct ent_error *err)
{
    uint64_t newest;
    bool any = false;
    enum ent_status rc = node_number_get(node->store, NAME, &newest, err);

    if (rc == ENT_OK && newest == 0) {
        rc = node_store_any(node->store, NODE_COPY, &any, err);
    }
    if (rc == ENT_OK && newest == 0 && !any) {
        rc = node_store_any(node->store, NODE_COPY_PLACE, &any, err);
    }
    if (rc == ENT_OK && !any) {
        node_known_begin(&node->known, newest);
        node->known.stored = newest;
    }
    return rc;
}

enum ent_status
node_known_flush(struct node *node, struct ent_error *err)
{
    struct node_known *known = &node->known;

    if (!known->loaded || known->stored == known->newest) {
        return ENT_OK;
    }
    known->stored = known->newest;
    return node_number_set(node->store, NAME, known->newest, err);
}

void
node_known_take_back(struct node_known *known)
{
    known->stored = 0;
}
