/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blinding - what a key of the store says, so that only its owner reads it.
 *
 * Keys lie in the store as they are, and in order. Those parts of one that tell
 * who (hashes of addresses, of keys and of streams, which anybody can try) or
 * when (an id begins with its time) are replaced, each for itself, by a keyed
 * permutation of as many bytes: equal parts of a table are equal there too, so
 * that rows are found and grouped as before, and nothing else is seen of them.
 * Parts that are zero stay zero: a walk begins there.
 *
 * Of the ids in COPY, SEEN and SEEN_BLOCK the time is permuted by the second
 * (1,024 ms of it), and what is left of the second stays: ids of one second lie
 * together, in their order, and each second somewhere else. So rows of a bundle
 * share a few pages, however many there are, where each would be on its own. It
 * shows which rows are of the same second, as tables in the order of numbers
 * do; not which one, nor what came before. The rest of an id is a part. The
 * place of a copy has the key that its row would have (node/copy_rows.h): one
 * message has one of both.
 *
 * The permutation is a Feistel network of four rounds (M. Luby, C. Rackoff,
 * SIAM J. Comput. 17, 1988) whose round function is SipHash-2-4 with 128 bits
 * (J.-P. Aumasson, D. J. Bernstein, INDOCRYPT 2012) over the number of the
 * round, table and part, and the half.
 */
#ifndef NODE_BLINDING_H
#define NODE_BLINDING_H

#include "node/store.h"

#define NODE_BLINDING_KEY_LEN 16

/* A part of a key that was hidden, and what became of it: the same office is
 * asked for many times in a row, and the same message a few times. Of ids the
 * last one is kept: among many of them, looking for one takes longer than the
 * permutation. */
#define NODE_BLINDING_PART_MAX 32
#define NODE_BLINDING_KEPT 64 /* a power of two; and the last id */

struct node_blinding {
    uint8_t key[NODE_BLINDING_KEY_LEN];
    struct { /* the second that was permuted last, of each table */
        bool known;
        uint64_t in;
        uint64_t out;
    } second[NODE_TABLE_COUNT];
    struct {
        uint8_t place[2]; /* table and number of the part; of length 0: none */
        uint8_t len;
        uint8_t in[NODE_BLINDING_PART_MAX];
        uint8_t out[NODE_BLINDING_PART_MAX];
    } kept[NODE_BLINDING_KEPT + 1];
};

/* `store_key` is that of the store's values; ours is made of it. */
void node_blinding_init(struct node_blinding *blinding,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN]);

/* A key, or the beginning of one that ends with a part, as it lies in the
 * store; and what it was. `out` has room for it. */
void node_blinding_hide(struct node_blinding *blinding, enum node_table table,
    struct ent_view key, uint8_t *out);
void node_blinding_show(struct node_blinding *blinding, enum node_table table,
    struct ent_view stored, uint8_t *out);

/* Is any part of the keys of that table replaced? */
bool node_blinding_hides(enum node_table table);

/* The length up to the end of the last part of `key` that is not zero, when it
 * is one that is replaced; else 0. */
size_t node_blinding_stem(enum node_table table, struct ent_view key);
/* Where those lie that come after all whose last part is one less; false: there
 * can be none. */
bool node_blinding_behind(struct node_blinding *blinding, enum node_table table,
    struct ent_view key, size_t stem, uint8_t *out);

/* A number by which a row that is about an office can be called; nobody without
 * the key knows which office. */
uint64_t node_blinding_number(
    const struct node_blinding *blinding, const struct ent_party *party);

#endif
