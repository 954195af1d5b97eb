/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment - the files of messages as they lie in the store: a row for each,
 * its sealed chunks, and what is still to be done about it.
 *
 * Both sides keep them alike. The key of a file is wrapped under the bucket of
 * the day on which its message is to be deleted, and nowhere else: it goes with
 * that day, and with a recall. What is then left is noise, and taken away in
 * steps (node/errands.h).
 */
#ifndef NODE_ATTACHMENT_H
#define NODE_ATTACHMENT_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "node/vault.h"
#include "proto/attachment.h"

typedef Entente__Rest__V1__AttachmentRow node_attachment_row; /* generated */

/* Which names lead to what. */
enum node_attached {
    NODE_ATTACHED_IN = 0,     /* (sender, message, place) -> attachment */
    NODE_ATTACHED_OUT = 1,    /* (recipient, message, place) -> feed */
    NODE_ATTACHED_UPLOAD = 2, /* (none, upload, 0) -> attachment */
};

enum ent_status node_attached_put(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND is ordinary. */
enum ent_status node_attached_get(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_attached_delete(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    struct ent_error *err) ENT_MUST_CHECK;
/* The first of that message with at least `*place`, which it becomes. */
enum ent_status node_attached_next(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t *place,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_NOT_FOUND is ordinary. Free with node_row_free. */
enum ent_status node_attachment_get(struct node *node, uint64_t number,
    node_attachment_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_attachment_put(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_error *err) ENT_MUST_CHECK;
/* A new row of that name, which it keeps; the next number. */
enum ent_status node_attachment_add(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    const struct ent_message_key *key, node_attachment_row *row,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;
/* The row and its name; its chunks must be gone. */
enum ent_status node_attachment_delete(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* A key of it, wrapped. */
struct node_attachment_wrap {
    uint8_t nonce[24];
    uint8_t wrapped[48];
};

/* Wrap `key` under the bucket of row->day; the row looks into `wrap` then. */
enum ent_status node_attachment_wrap_key(struct node *node, uint64_t number,
    const struct ent_message_key *key, struct node_attachment_wrap *wrap,
    node_attachment_row *row, struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND: it was destroyed. Wipe it. */
enum ent_status node_attachment_key(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_message_key *ret_key,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its message is gone, or nobody wants it any more: its key goes at once, its
 * chunks by and by. */
enum ent_status node_attachment_forget(struct node *node, uint64_t number,
    const node_attachment_row *row, uint32_t state,
    struct ent_error *err) ENT_MUST_CHECK;

/* All that came with that message is deleted on `day` from now on. */
enum ent_status node_attachments_move(struct node *node,
    const struct ent_party *sender, const struct ent_id *id, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* Wrap every key of `day` anew, under the newest of its bucket. */
enum ent_status node_attachment_rewrap(
    struct node *node, uint64_t day, struct ent_error *err) ENT_MUST_CHECK;

/* ---- chunks ---- */

enum ent_status node_chunk_put(struct node *node, uint64_t number,
    uint32_t index, struct ent_view sealed,
    struct ent_error *err) ENT_MUST_CHECK;
/* Looks into the store. ENT_NOT_FOUND is ordinary. */
enum ent_status node_chunk_get(struct node *node, uint64_t number,
    uint32_t index, struct ent_view *ret_sealed,
    struct ent_error *err) ENT_MUST_CHECK;
/* Nodes of the tree over them; level 0 are the leaves. */
enum ent_status node_chunk_node_put(struct node *node, uint64_t number,
    unsigned level, uint64_t index, const struct ent_digest *hash,
    struct ent_error *err) ENT_MUST_CHECK;
bool node_chunk_node_get(struct node *node, uint64_t number, unsigned level,
    uint64_t index, struct ent_digest *ret_hash);
/* Take away up to `*budget` of all these, the chunks first: `ret_chunks` of
 * them went; `ret_done`: nothing is left. */
enum ent_status node_chunk_prune(struct node *node, uint64_t number,
    size_t *budget, uint32_t *ret_chunks, bool *ret_done,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- what is to be done ---- */

enum node_errand {
    NODE_ERRAND_FEED = 1,  /* send chunks of a feed */
    NODE_ERRAND_OPEN = 2,  /* open what came of an attachment */
    NODE_ERRAND_PRUNE = 3, /* take away the chunks of an attachment */
    NODE_ERRAND_GIVE = 4,  /* give an office again what it lost */
    NODE_ERRAND_KEEP = 5,  /* nothing: files that are kept (node/shelf.h) */
};

/* Noted in this turn's commit; the node is told that there is some. */
enum ent_status node_errand_put(struct node *node, enum node_errand kind,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_errand_delete(struct node *node, enum node_errand kind,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;
/* The first of that kind at or after `*number`, which it becomes. */
enum ent_status node_errand_next(struct node *node, enum node_errand kind,
    uint64_t *number, struct ent_error *err) ENT_MUST_CHECK;

#endif
