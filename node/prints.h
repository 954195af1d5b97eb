/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prints - by what a key of a message lies in the index: a keyed hash under the
 * storage key, BLAKE2b-128 of the version of the keys, whether it is an
 * exercise, which kind of key it is, and the key.
 *
 * Every message has those of its family and of the office it is exchanged with.
 * Prints of these kinds are common: a bit of theirs says so, the index keeps
 * them otherwise, and the few that were asked for last are kept at hand.
 * Nothing else is: what a person is called or carries is forgotten at once.
 */
#ifndef NODE_PRINTS_H
#define NODE_PRINTS_H

#include "proto/base/bytes.h"

#define NODE_BLIND_LEN 16
#define NODE_PRINTS_KEPT 16
#define NODE_PRINT_KEY_MAX 128 /* of one that is kept */

struct node_blind {
    uint8_t bytes[NODE_BLIND_LEN];
};

/* Kinds of keys besides those of proto/lookup.h, all of which are below. */
enum node_print_kind {
    NODE_PRINT_FAMILY = 0x80,
    NODE_PRINT_OFFICE = 0x81,
    NODE_PRINT_LIST = 0x82,
};

/* Has it one of the kinds that many messages share? */
static inline bool
node_blind_is_common(const uint8_t blind[static NODE_BLIND_LEN])
{
    return (blind[0] & 0x80) != 0;
}

struct node_prints {
    uint8_t key[32];
    struct {
        uint8_t head[3]; /* version, exercise, kind; 0: none */
        uint8_t len;
        uint8_t key[NODE_PRINT_KEY_MAX];
        struct node_blind blind;
    } kept[NODE_PRINTS_KEPT];
};

struct node_blind node_prints_of(struct node_prints *prints, bool exercise,
    uint8_t kind, struct ent_view key);

#endif
