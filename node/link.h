/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link - messages of which somebody of this office said that they are about one
 * incident. They stay what they are and lie where they lie; what is counted is
 * counted once, under the one with the smallest id, which is the oldest.
 *
 * Links go with either message.
 */
#ifndef NODE_LINK_H
#define NODE_LINK_H

#include "node/node.h"
#include "node/rest.pb-c.h"

#define NODE_LINKED_MAX 64 /* that are one incident with a message */

typedef Entente__Rest__V1__LinkRow node_link_row; /* a generated name */

/* A message, and who sent it; we, perhaps. */
struct node_linked {
    struct ent_id id;
    struct ent_party sender;
};

/* These two are one incident; journalled. Said again, nothing changes.
 * ENT_BAD_INPUT: more would be one than can be told of and counted as one. */
enum ent_status node_link_put(struct node *node, const struct node_linked *one,
    const struct node_linked *other, const char *role, const char *note,
    struct ent_error *err) ENT_MUST_CHECK;
/* They are not, after all. ENT_NOT_FOUND: nobody said so. */
enum ent_status node_link_delete(struct node *node, const struct ent_id *one,
    const struct ent_id *other, struct ent_error *err) ENT_MUST_CHECK;

/* Is that message one of them? */
bool node_linked_has(
    const struct node_linked *all, size_t count, const struct ent_id *id);

/* All that are linked with that message, over others too, without itself. */
enum ent_status node_link_all(struct node *node, const struct ent_id *id,
    struct node_linked ret_all[static NODE_LINKED_MAX], size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

/* The message is gone, and its links with it. */
enum ent_status node_link_forget(struct node *node, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
