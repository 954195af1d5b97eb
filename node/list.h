/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list - the alerts about persons, documents, conveyances and cargo that hold
 * now, as lists to look up in: what other offices gave, and our own.
 *
 * An alert is an entry from its arrival (our own: from its acceptance) until it
 * expires, is withdrawn, recalled or corrected, or its time here is over. An
 * answer is as fresh as what was last heard of each list's owner. It says where
 * to look, never what to do: its owner confirms a hit before anybody acts.
 */
#ifndef NODE_LIST_H
#define NODE_LIST_H

#include "node/found.h"

#define NODE_LIST_ENTRIES_MAX 32 /* of one answer */

struct node_list_hits {
    struct node_found entries[NODE_LIST_ENTRIES_MAX];
    size_t count;
    bool more;
};

/* Lists are looked up by it: a number says which thing. A name alone is no
 * reason to hold anybody up. */
bool node_list_is_by(enum ent_lookup kind);

/* Add the entries that hold now and have all these prints; each message once.
 */
enum ent_status node_list_look(struct node *node,
    const struct node_blind *blinds, size_t count, struct node_list_hits *hits,
    struct ent_error *err) ENT_MUST_CHECK;

/* When the newest entry of that office came; 0: there is none. */
enum ent_status node_list_newest(struct node *node, const char *office,
    uint64_t *ret_ms, struct ent_error *err) ENT_MUST_CHECK;

#endif
