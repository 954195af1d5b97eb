/* SPDX-License-Identifier: Apache-2.0 */
#include "node/blinding.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/zero.h"

#define KEY_CONTEXT "entente store keys v1"
#define PARTS_MAX 2
#define ROUNDS 4
#define HALF_MAX crypto_shorthash_siphashx24_BYTES
#define NUMBER_ROUND 0xff /* no round of a permutation */
#define TIME_ROUND 0xfe
#define TIME 6         /* an id begins with its time, ms (RFC 9562) */
#define SECOND_BITS 10 /* of it, in ms: what is left of a second of 1,024 */
#define HALF_BITS 19   /* of the number of the second, which has 38 */
#define HALF_MASK ((UINT64_C(1) << HALF_BITS) - 1)

_Static_assert(NODE_BLINDING_KEY_LEN == crypto_shorthash_siphashx24_KEYBYTES,
    "a key of SipHash");

/* Each of an even length, which is twice HALF_MAX at most. */
struct part {
    uint8_t at;
    uint8_t len;
};

#define ID 16
#define PARTY 16
#define DIGEST 32

/* The rest are numbers, times by which rows are walked, ranks and kinds; names
 * that are the same in every store; and prints, which are keyed already. */
static const struct part parts[NODE_TABLE_COUNT][PARTS_MAX] = {
    [NODE_PENDING] = {{1, PARTY}},
    [NODE_COPY] = {{TIME, ID - TIME}, {16, PARTY}},
    [NODE_OUTGOING] = {{0, DIGEST}},
    [NODE_DISPATCH] = {{0, DIGEST}},
    [NODE_DUE] = {{9, DIGEST}},
    [NODE_INCOMING] = {{0, DIGEST}},
    [NODE_ANSWER] = {{0, DIGEST}},
    [NODE_PROOF] = {{1, DIGEST}},
    [NODE_SEEN] = {{0, PARTY}, {16 + TIME, ID - TIME}},
    [NODE_SEEN_BLOCK] = {{0, PARTY}}, /* and no id but its time */
    [NODE_HELD] = {{0, DIGEST}},
    [NODE_GAP] = {{8, DIGEST}},
    [NODE_CURSOR] = {{0, 16}},
    [NODE_OBJECT] = {{1, PARTY}},
    [NODE_PEER] = {{0, PARTY}},
    [NODE_AGREED] = {{0, DIGEST}},
    [NODE_COUNT] = {{4, 8}}, /* family, way and state */
    [NODE_FATE] = {{0, PARTY}, {16, ID}},
    [NODE_CARRY] = {{0, PARTY}, {16, 16}},
    [NODE_CERTIFICATE] = {{0, 16}},
    [NODE_AGREEMENT] = {{0, DIGEST}},
    [NODE_VERSION] = {{0, DIGEST}},
    [NODE_NOTICE] = {{0, DIGEST}},
    [NODE_CONSENT] = {{0, PARTY + ID}, {32, 16}},
    [NODE_SOURCE] = {{1, PARTY}},
    [NODE_PAIR] = {{0, 16}},
    [NODE_PIN] = {{0, PARTY}},
    [NODE_ATTACHED] = {{1, PARTY}, {17, ID}},
    [NODE_FATE_END] = {{8, PARTY}, {24, ID}},
    [NODE_QUOTA] = {{0, 8}},
    [NODE_RESTITUTION] = {{0, PARTY}},
    [NODE_DRILL] = {{0, PARTY}},
    [NODE_EMERGENCY] = {{0, PARTY}, {16, ID}},
    [NODE_OFFICER] = {{0, 16}},
    [NODE_SIGNER] = {{0, 16}},
    [NODE_WITNESS] = {{0, PARTY}},
    [NODE_SHARE] = {{0, PARTY}},
    [NODE_LINK] = {{0, ID}, {16, ID}},
    [NODE_CENSUS] = {{5, 28}}, /* what was counted */
};

/* Keys of the one table are those of rows that may lie in the other, and in the
 * same order there. */
static enum node_table
named(enum node_table table)
{
    return table == NODE_COPY_PLACE ? NODE_COPY : table;
}

/* Where an id lies whose time is moved, from 1 on; 0: there is none. */
static const uint8_t moved[NODE_TABLE_COUNT] = {
    [NODE_COPY] = 1,
    [NODE_SEEN] = 1 + PARTY,
    [NODE_SEEN_BLOCK] = 1 + PARTY,
};

/* `to` XOR what the round function makes of `from`. */
static void
mix(const struct node_blinding *blinding, const uint8_t place[static 3],
    const uint8_t *from, uint8_t *to, size_t half)
{
    uint8_t in[3 + HALF_MAX];
    uint8_t out[HALF_MAX];

    memcpy(in, place, 3);
    memcpy(in + 3, from, half);
    (void)crypto_shorthash_siphashx24(out, in, 3 + half, blinding->key);
    for (size_t i = 0; i < half; i++) {
        to[i] ^= out[i];
    }
}

void
node_blinding_init(struct node_blinding *blinding,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN])
{
    *blinding = (struct node_blinding){0};
    (void)crypto_generichash(blinding->key, sizeof blinding->key,
        (const uint8_t *)KEY_CONTEXT, sizeof KEY_CONTEXT - 1, store_key,
        ENT_KV_STORE_KEY_LEN);
}

static void
permute(const struct node_blinding *blinding, enum node_table table,
    size_t number, bool back, uint8_t *bytes)
{
    const struct part *part = &parts[table][number];
    size_t half = part->len / 2u;
    uint8_t *halves[2] = {bytes + part->at, bytes + part->at + half};

    if (ent_is_zero(bytes + part->at, part->len)) {
        return;
    }
    for (uint8_t i = 0; i < ROUNDS; i++) {
        uint8_t round = back ? (uint8_t)(ROUNDS - 1 - i) : i;
        const uint8_t place[3] = {round, (uint8_t)table, (uint8_t)number};

        mix(blinding, place, halves[round % 2], halves[1 - round % 2], half);
    }
}

/* Where that part is kept, if it is. */
static size_t
kept_at(const uint8_t *in, size_t len)
{
    uint64_t mixed;

    if (len == ID - TIME) {
        return NODE_BLINDING_KEPT;
    }
    mixed = (ent_get_be(in, 4) << 32 | ent_get_be(in + len - 4, 4)) *
            UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(mixed >> 48) % NODE_BLINDING_KEPT;
}

static void
hide(struct node_blinding *blinding, enum node_table table, size_t number,
    uint8_t *bytes)
{
    const struct part *part = &parts[table][number];
    const uint8_t place[2] = {(uint8_t)table, (uint8_t)number};
    uint8_t *at = bytes + part->at;
    size_t kept = kept_at(at, part->len);

    if (blinding->kept[kept].len != part->len ||
        memcmp(blinding->kept[kept].place, place, sizeof place) != 0 ||
        memcmp(blinding->kept[kept].in, at, part->len) != 0) {
        memcpy(blinding->kept[kept].in, at, part->len);
        permute(blinding, table, number, false, bytes);
        memcpy(blinding->kept[kept].out, at, part->len);
        memcpy(blinding->kept[kept].place, place, sizeof place);
        blinding->kept[kept].len = part->len;
    } else {
        memcpy(at, blinding->kept[kept].out, part->len);
    }
}

/* The number of a second, or back: the same network on halves of 19 bits. */
static uint64_t
permute_second(const struct node_blinding *blinding, enum node_table table,
    uint64_t second, bool back)
{
    uint64_t halves[2] = {second >> HALF_BITS, second & HALF_MASK};

    for (uint8_t i = 0; i < ROUNDS; i++) {
        uint8_t round = back ? (uint8_t)(ROUNDS - 1 - i) : i;
        const uint8_t place[3] = {round, (uint8_t)table, TIME_ROUND};
        uint8_t from[3];
        uint8_t out[HALF_MAX] = {0};

        ent_put_be(from, halves[round % 2], sizeof from);
        mix(blinding, place, from, out, sizeof from);
        halves[1 - round % 2] ^= ent_get_be(out, 3) & HALF_MASK;
    }
    return halves[0] << HALF_BITS | halves[1];
}

static uint64_t
hide_second(
    struct node_blinding *blinding, enum node_table table, uint64_t second)
{
    if (!blinding->second[table].known ||
        blinding->second[table].in != second) {
        blinding->second[table].out =
            permute_second(blinding, table, second, false);
        blinding->second[table].in = second;
        blinding->second[table].known = true;
    }
    return blinding->second[table].out;
}

static void
move_time(struct node_blinding *blinding, enum node_table table, size_t len,
    bool back, uint8_t *bytes)
{
    size_t at = moved[table] == 0 ? len : moved[table] - 1u;
    uint64_t time;
    uint64_t second;

    if (at + ID > len || ent_is_zero(bytes + at, ID)) {
        return;
    }
    time = ent_get_be(bytes + at, TIME);
    second = time >> SECOND_BITS;
    second = back ? permute_second(blinding, table, second, true)
                  : hide_second(blinding, table, second);
    time = second << SECOND_BITS | (time & ((1u << SECOND_BITS) - 1));
    ent_put_be(bytes + at, time, TIME);
}

static void
permute_all(struct node_blinding *blinding, enum node_table table,
    struct ent_view key, bool back, uint8_t *out)
{
    if (key.len > 0) {
        memmove(out, key.data, key.len);
    }
    move_time(blinding, table, key.len, back, out);
    for (size_t i = 0; i < PARTS_MAX && parts[table][i].len > 0; i++) {
        const struct part *part = &parts[table][i];

        if (part->at >= key.len) {
            return;
        }
        assert(part->at + part->len <= key.len);
        if (back) {
            permute(blinding, table, i, true, out);
        } else {
            hide(blinding, table, i, out);
        }
    }
}

void
node_blinding_hide(struct node_blinding *blinding, enum node_table table,
    struct ent_view key, uint8_t *out)
{
    permute_all(blinding, named(table), key, false, out);
}

void
node_blinding_show(struct node_blinding *blinding, enum node_table table,
    struct ent_view stored, uint8_t *out)
{
    permute_all(blinding, named(table), stored, true, out);
}

bool
node_blinding_hides(enum node_table table)
{
    return parts[named(table)][0].len > 0;
}

size_t
node_blinding_stem(enum node_table table, struct ent_view key)
{
    size_t len = key.len;

    while (len > 0 && key.data[len - 1] == 0) {
        len--;
    }
    for (size_t i = 0; i < PARTS_MAX && len > 0; i++) {
        const struct part *part = &parts[named(table)][i];

        if (part->at < len && len <= (size_t)part->at + part->len) {
            return (size_t)part->at + part->len;
        }
    }
    return 0;
}

bool
node_blinding_behind(struct node_blinding *blinding, enum node_table table,
    struct ent_view key, size_t stem, uint8_t *out)
{
    memcpy(out, key.data, key.len);
    for (size_t i = stem; i > 0 && out[i - 1]-- == 0; i--) {
    }
    node_blinding_hide(blinding, table, ent_view_of(out, stem), out);
    return node_key_after(out, stem);
}

uint64_t
node_blinding_number(
    const struct node_blinding *blinding, const struct ent_party *party)
{
    const uint8_t place[3] = {NUMBER_ROUND};
    uint8_t out[HALF_MAX] = {0};

    mix(blinding, place, party->bytes, out, sizeof party->bytes);
    return ent_get_be(out, 8);
}
