/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index - which messages here have a key (proto/lookup.h): a document, a plate,
 * a name, a case, a family, an office.
 *
 * Keys lie in the store blinded, as keyed prints under the storage key: who has
 * the disk without it learns how many messages share something, and not what.
 * The list of a message's prints (INDEXED) says the same the other way round,
 * and is not sealed again; where one is damaged an entry stays that leads
 * nowhere. What many messages have (family, office, list) has no entry for
 * each: a row says it of 256 of them (node/index_common.c), and is sealed. What
 * was an exercise has prints of its own, so that it is never found by who asks
 * about the world. Entries come with a message and go with it.
 */
#ifndef NODE_INDEX_H
#define NODE_INDEX_H

#include "node/node.h"
#include "proto/lookup.h"

#define NODE_BLINDS_MAX 1024 /* of one message; what is more is not found */

enum node_way {
    NODE_CAME = 0, /* numbers are those of the desk */
    NODE_SENT = 1, /* of submissions, one a recipient */
};

/* Of one key. */
struct node_blind node_index_blind(struct node *node, bool exercise,
    enum ent_lookup kind, struct ent_view key);
struct node_blind node_index_family(
    struct node *node, bool exercise, uint32_t family);
struct node_blind node_index_office(
    struct node *node, bool exercise, const char *address);

/* Entries of lists that that office gave; exercises are on no list. */
struct node_blind node_index_list(struct node *node, const char *address);

/* The prints of a message that is exchanged with `other`, one after another,
 * those that many have first. */
enum ent_status node_index_of(struct node *node, const ent_message *message,
    const char *other, struct ent_bytes *ret_blinds,
    struct ent_error *err) ENT_MUST_CHECK;

/* A message is there, with these prints; it is gone. */
enum ent_status node_index_put(struct node *node, enum node_way way,
    uint64_t number, struct ent_view blinds,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_index_forget(struct node *node, enum node_way way,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* The newest message with that print, of those before `*number`, which it
 * becomes; ENT_NOT_FOUND: there is none. UINT64_MAX begins. */
enum ent_status node_index_before(struct node *node,
    const struct node_blind *blind, enum node_way way, uint64_t *number,
    struct ent_error *err) ENT_MUST_CHECK;
/* Has that message that print? ENT_NOT_FOUND: no. */
enum ent_status node_index_has(struct node *node,
    const struct node_blind *blind, enum node_way way, uint64_t number,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
