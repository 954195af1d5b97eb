/* SPDX-License-Identifier: Apache-2.0 */
#include "node/seen.h"

#include <stdlib.h>
#include <string.h>

#include "node/node.h"
#include "node/written.h"

/* Of a key (node_key_seen): what its block is called by. */
#define BEGIN_LEN (sizeof(struct ent_party) + NODE_SEEN_TIME_LEN)

/* ---- a turn ---- */

enum ent_status
node_seen_init(struct node_seen *seen, struct ent_error *err)
{
    seen->turn = node_written_new();
    return seen->turn != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "knowing what was seen");
}

void
node_seen_fini(struct node_seen *seen)
{
    node_written_free(&seen->turn);
}

void
node_seen_clear(struct node_seen *seen)
{
    node_written_clear(seen->turn);
    seen->is_any_known = false;
    seen->failed = ENT_OK;
}

/* What is not kept is not committed without, whatever the caller makes of it:
 * it would be taken twice. */
static enum ent_status
note(struct node *node, enum ent_status rc)
{
    if (rc != ENT_OK && node->seen.failed == ENT_OK) {
        node->seen.failed = rc;
    }
    return rc;
}

/* ---- where it lies ---- */

static struct node_key
block_key(const struct node_key *key)
{
    struct node_key begin = {.len = key->len};

    memcpy(begin.bytes, key->bytes, BEGIN_LEN);
    return begin;
}

static struct ent_id
id_of(struct ent_view key)
{
    struct ent_id id;

    memcpy(id.bytes, key.data + sizeof(struct ent_party), sizeof id.bytes);
    return id;
}

/* One of its own, in one block as node_row_free expects it. */
static enum ent_status
copy_of(
    const node_seen_row *row, node_seen_row **ret_row, struct ent_error *err)
{
    const size_t len = strlen(row->clause) + 1;
    node_seen_row *copy = malloc(sizeof *copy + len);

    if (copy == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading what was seen");
    }
    *copy = *row;
    copy->clause = memcpy(copy + 1, row->clause, len);
    *ret_row = copy;
    return ENT_OK;
}

/* Whether any message stands for itself, but for what this turn knows. */
static enum ent_status
find_any(struct node *node, struct ent_error *err)
{
    struct node_seen *seen = &node->seen;
    enum ent_status rc = ENT_OK;

    if (!seen->is_any_known) {
        rc = node_store_any(node->store, NODE_SEEN, &seen->any, err);
        seen->is_any_known = rc == ENT_OK;
    }
    return rc;
}

static enum ent_status
get_stored(struct node *node, const struct node_key *key,
    node_seen_row **ret_row, struct ent_error *err)
{
    const struct node_key at = block_key(key);
    const struct ent_id id = id_of(node_key_view(key));
    const ProtobufCMessage *block = NULL;
    node_seen_row found;
    enum ent_status rc =
        node_row_look(node->store, NODE_SEEN_BLOCK, node_key_view(&at),
            &entente__rest__v1__seen_block_row__descriptor, &block, err);

    if (rc == ENT_OK) {
        const node_seen_block_row *row = (const node_seen_block_row *)block;

        rc = node_seen_block_check(row, err);
        if (rc == ENT_OK && node_seen_block_find(row, &id, &found)) {
            return copy_of(&found, ret_row, err);
        }
    }
    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        rc = find_any(node, err);
    }
    if (rc != ENT_OK || !node->seen.any) {
        return rc != ENT_OK ? rc : ENT_NOT_FOUND;
    }
    return node_row_get(node->store, NODE_SEEN, node_key_view(key),
        &entente__rest__v1__seen_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

enum ent_status
node_seen_get(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_seen_row **ret_row, struct ent_error *err)
{
    const struct node_key key = node_key_seen(sender, id);
    struct node_written_row row;

    if (!node_written_find(
            node->seen.turn, NODE_SEEN, node_key_view(&key), &row)) {
        return get_stored(node, &key, ret_row, err);
    }
    if (row.deleted) {
        return ENT_NOT_FOUND;
    }
    return row.held != NULL
               ? copy_of((const node_seen_row *)row.held, ret_row, err)
               : node_row_unpack(row.value,
                     &entente__rest__v1__seen_row__descriptor,
                     (ProtobufCMessage **)ret_row, err);
}

/* ---- changes ---- */

enum ent_status
node_seen_put(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const node_seen_row *row, struct ent_error *err)
{
    const struct node_key key = node_key_seen(sender, id);

    return note(node, node_written_hold(node->seen.turn, NODE_SEEN,
                          node_key_view(&key), &row->base, err));
}

enum ent_status
node_seen_place(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, uint64_t desk, uint64_t bundle,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *row = NULL;
    const struct node_key key = node_key_seen(sender, id);
    node_seen_row *held = (node_seen_row *)node_written_held(
        node->seen.turn, NODE_SEEN, node_key_view(&key));
    enum ent_status rc;

    if (held != NULL) {
        held->desk = desk;
        held->bundle = bundle;
        return ENT_OK;
    }
    rc = node_seen_get(node, sender, id, &row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    row->desk = desk;
    row->bundle = bundle;
    return node_seen_put(node, sender, id, row, err);
}

enum ent_status
node_seen_delete(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    const struct node_key key = node_key_seen(sender, id);

    return note(node, node_written_delete(node->seen.turn, NODE_SEEN,
                          node_key_view(&key), err));
}

/* ---- to the store ---- */

/* A block on its way, and what it was read from. */
struct passage {
    struct node_key key;
    node_seen_block_row *was; /* NULL: it is new */
    struct node_seen_block block;
    struct node_seen_draft draft;
};

static enum ent_status
open_block(struct node *node, const struct node_key *key,
    struct passage *passage, struct ent_error *err)
{
    enum ent_status rc;

    passage->key = *key;
    rc = node_row_get(node->store, NODE_SEEN_BLOCK, node_key_view(key),
        &entente__rest__v1__seen_block_row__descriptor,
        (ProtobufCMessage **)&passage->was, err);
    if (rc == ENT_OK) {
        rc = node_seen_block_check(passage->was, err);
    }
    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        node_seen_block_read(&passage->block, passage->was);
        rc = ENT_OK;
    }
    return rc;
}

static enum ent_status
close_block(struct node *node, struct passage *passage, struct ent_error *err)
{
    const struct ent_view key = node_key_view(&passage->key);

    if (passage->block.left == 0) {
        return node_store_delete(node->store, NODE_SEEN_BLOCK, key, err);
    }
    node_seen_draft_make(&passage->draft, &passage->block);
    return node_row_put(
        node->store, NODE_SEEN_BLOCK, key, &passage->draft.row.base, err);
}

/* In its block; else for itself, where it stays when there is room later. */
static enum ent_status
put_one(struct node *node, struct passage *passage, struct ent_view key,
    const node_seen_row *row, struct ent_error *err)
{
    const struct ent_id id = id_of(key);
    bool is_new;

    if (row == NULL) { /* packed, for want of memory */
        return ent_fail(err, ENT_NO_MEMORY, "keeping what was seen");
    }
    if (!node_seen_block_put(&passage->block, &id, row, &is_new)) {
        return node_row_put(node->store, NODE_SEEN, key, &row->base, err);
    }
    return is_new && node->seen.any
               ? node_store_delete(node->store, NODE_SEEN, key, err)
               : ENT_OK;
}

static enum ent_status
delete_one(struct node *node, struct passage *passage, struct ent_view key,
    struct ent_error *err)
{
    const struct ent_id id = id_of(key);

    return node_seen_block_remove(&passage->block, &id) || !node->seen.any
               ? ENT_OK
               : node_store_delete(node->store, NODE_SEEN, key, err);
}

/* Rows one after the other from `*at` on that belong into the same block. */
static enum ent_status
flush_some(struct node *node, size_t *at, struct passage *passage,
    struct ent_error *err)
{
    struct node_written_row row;
    size_t next = *at;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && node_written_next(node->seen.turn, &next, &row) &&
           memcmp(row.key.data, passage->key.bytes, BEGIN_LEN) == 0) {
        rc = row.deleted ? delete_one(node, passage, row.key, err)
                         : put_one(node, passage, row.key,
                               (const node_seen_row *)row.held, err);
        *at = next;
    }
    return rc != ENT_OK ? rc : close_block(node, passage, err);
}

static enum ent_status
flush_all(struct node *node, struct passage *passage, struct ent_error *err)
{
    struct node_written_row row;
    size_t at = 0;
    size_t next = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && node_written_next(node->seen.turn, &next, &row)) {
        struct node_key key = {.len = row.key.len};

        memcpy(key.bytes, row.key.data, BEGIN_LEN);
        rc = open_block(node, &key, passage, err);
        if (rc == ENT_OK) {
            rc = flush_some(node, &at, passage, err);
        }
        node_row_free(&passage->was);
        next = at;
    }
    return rc;
}

enum ent_status
node_seen_flush(struct node *node, struct ent_error *err)
{
    struct node_written_row row;
    struct passage passage;
    size_t at = 0;
    enum ent_status rc;

    if (node->seen.failed != ENT_OK) {
        return ent_fail(err, node->seen.failed, "what was seen was not kept");
    }
    if (!node_written_next(node->seen.turn, &at, &row)) {
        node->seen.is_any_known = false;
        return ENT_OK;
    }
    passage.was = NULL;
    rc = find_any(node, err);
    if (rc == ENT_OK) {
        rc = flush_all(node, &passage, err);
    }
    if (rc == ENT_OK) {
        node_seen_clear(&node->seen);
    }
    return rc;
}
