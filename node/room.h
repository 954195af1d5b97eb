/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room - whether a file of a given size may come into the store.
 *
 * Its size is known before its first byte. A part of the store is never given
 * to files, so that an alert always finds room.
 */
#ifndef NODE_ROOM_H
#define NODE_ROOM_H

#include "node/node.h"

/* ENT_BUSY, in words with both sizes, when a file of `size` bytes does not fit
 * beside what is here and what is still to come of others. What is only kept
 * (node/shelf.h) makes room for it. */
enum ent_status node_room_for(
    struct node *node, uint64_t size, struct ent_error *err) ENT_MUST_CHECK;

/* Bytes of files that were let in and have not come yet: more or less of them.
 */
enum ent_status node_room_promise(
    struct node *node, uint64_t size, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_room_release(
    struct node *node, uint64_t size, struct ent_error *err) ENT_MUST_CHECK;

#endif
