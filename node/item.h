/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item - one entry of the desk in the reply to who reads it, and what it has in
 * common with those beside it.
 *
 * Of the messages of a block (node/desk_block.h) a reply says the same but for
 * sequence, id and message, in some fifty fields. What all say stands in a form
 * that is filled in for each: of what is in front of an id, the fields that are
 * there; what is behind it, packed once. Packing gives the same bytes as of
 * items that are made one by one.
 */
#ifndef NODE_ITEM_H
#define NODE_ITEM_H

#include "proto/base/pb.h"
#include "proto/id.h"
#include "proto/schema/api.pb-c.h"

#define NODE_ITEM_FIELDS 10 /* up to the id, which is field 10 */

struct node_item_form {
    Entente__V1__InboxItem common;
    ProtobufCMessageDescriptor type; /* it has only fields that are there */
    ProtobufCFieldDescriptor fields[NODE_ITEM_FIELDS];
};

/* A form of what `first` says, which is a whole item without unknown fields.
 * It lies in `arena` and looks into `first` and what that points to. NULL: no
 * memory. */
struct node_item_form *node_item_form_new(
    const Entente__V1__InboxItem *first, struct ent_arena *arena);

/* An item in `arena`, to be packed: `message` is packed already, and stays
 * until then; it has no `message` to be looked at. NULL: no memory. */
Entente__V1__InboxItem *node_item_fill(const struct node_item_form *form,
    uint64_t sequence, const struct ent_id *id, struct ent_view message,
    struct ent_arena *arena);

#endif
