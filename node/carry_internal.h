/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry_internal - one page of a file while it is written, shared by the parts
 * of carry_out.
 */
#ifndef NODE_CARRY_INTERNAL_H
#define NODE_CARRY_INTERNAL_H

#include "node/carry.h"

/* Parts of a file, in their order: who must be known before what they signed,
 * answers before questions, FLASH before DEFERRED. */
enum node_carry_part {
    NODE_CARRY_OBJECTS,
    NODE_CARRY_ANSWERS,  /* rows of CARRY */
    NODE_CARRY_RECEIPTS, /* rows of RECEIPT, from a number on */
    NODE_CARRY_BUNDLES,  /* rank, stream, first */
    NODE_CARRY_END,
};

#define NODE_CARRY_PLACE_LEN (1 + ENT_DIGEST_LEN + 8)

struct node_carry_page {
    struct node *node;
    struct ent_address to;
    struct ent_party party; /* of `to` */
    enum node_carry_part part;
    uint8_t
        place[NODE_CARRY_PLACE_LEN]; /* in that part; zeros: its beginning */
    struct ent_arena *arena;
    Entente__V1__CarryOutReply *reply;
    size_t bytes;
    size_t rows; /* looked at */
};

/* No more on this page. */
bool node_carry_is_full(const struct node_carry_page *page);

/* To the beginning of another part. */
void node_carry_go_to(struct node_carry_page *page, enum node_carry_part part);

enum ent_status node_carry_add(struct node_carry_page *page,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

/* A copy in the arena; its data is NULL without memory. */
ProtobufCBinaryData node_carry_copy(
    struct ent_arena *arena, struct ent_view bytes);

/* ---- one file a part ---- */

/* Each fills the page from its place on, and goes to the next part. */
enum ent_status node_carry_answers(
    struct node_carry_page *page, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_carry_receipts(
    struct node_carry_page *page, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_carry_bundles(
    struct node_carry_page *page, struct ent_error *err) ENT_MUST_CHECK;

#endif
