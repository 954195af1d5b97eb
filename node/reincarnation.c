/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reincarnation.h"

#include <string.h>

#include "node/dispatch.h"
#include "node/due.h"
#include "node/manifest.h"
#include "node/rollback.h"
#include "node/streams.h"
#include "proto/base/log.h"

#define COMPONENT "dispatch"

/*
 * While it is under way META has "leftover": the place in DUE up to which every
 * bundle of an old stream was taken back. One that moves in DUE meanwhile moves
 * on, or to now: then the pump meets it, and takes it back too.
 */
static struct node_key
mark(void)
{
    return node_key_meta("leftover");
}

/* ENT_NOT_FOUND: nothing is under way. */
static enum ent_status
load(struct node *node, uint8_t ret_place[static NODE_KEY_MAX],
    struct ent_error *err)
{
    struct node_key key = mark();
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_META, node_key_view(&key), &value, err);

    if (rc == ENT_OK && value.len != node_key_len(NODE_DUE)) {
        return ent_fail(err, ENT_IO, "the place in the old streams is odd");
    }
    if (rc == ENT_OK) {
        memcpy(ret_place, value.data, value.len);
    }
    return rc;
}

static enum ent_status
save(struct node *node, const uint8_t *place, struct ent_error *err)
{
    struct node_key key = mark();

    return node_store_put(node->store, NODE_META, node_key_view(&key),
        ent_view_of(place, node_key_len(NODE_DUE)), err);
}

/* Take back what was sealed in an earlier life; `ret_messages` of them. */
static enum ent_status
take_back(struct node *node, const struct ent_digest *stream, uint64_t first,
    size_t *ret_messages, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc =
        node_stream_get(node, NODE_OUTGOING, stream, &id, &rest, &row, err);

    *ret_messages = 1;
    if (rc != ENT_OK || id.sender_incarnation == node->incarnation) {
        return rc;
    }
    rc = node_dispatch_get(node, stream, first, &dispatch, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_messages = dispatch.state.count;
    return node_dispatch_abandon(node, &dispatch, err);
}

enum ent_status
node_reincarnation_run(
    struct node *node, size_t messages, bool *ret_more, struct ent_error *err)
{
    uint8_t place[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_DUE);
    struct node_key key = mark();
    size_t done = 0;
    enum ent_status rc = load(node, place, err);

    *ret_more = false;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    while (rc == ENT_OK && done < messages) {
        struct ent_digest stream;
        size_t count = 0;

        rc = node_store_seek(node->store, NODE_DUE, ent_view_of(place, len), 0,
            place, NULL, err);
        if (rc == ENT_NOT_FOUND) {
            ent_log(ENT_LOG_INFO, COMPONENT, "the old streams are through");
            return node_store_delete(
                node->store, NODE_META, node_key_view(&key), err);
        }
        if (rc == ENT_OK) {
            memcpy(stream.bytes, place + 9, sizeof stream.bytes);
            rc = take_back(
                node, &stream, ent_get_be(place + 41, 8), &count, err);
            done += count;
        }
        if (rc == ENT_OK) {
            (void)node_key_after(place, len);
        }
    }
    *ret_more = true;
    return rc != ENT_OK ? rc : save(node, place, err);
}

enum ent_status
node_reincarnation_rank(
    struct node *node, uint8_t *ret_rank, struct ent_error *err)
{
    uint8_t place[NODE_KEY_MAX] = {0};
    enum ent_status rc = load(node, place, err);

    *ret_rank = rc == ENT_OK ? place[0] : NODE_DUE_RANKS;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_reincarnate(struct node *node, uint64_t highest, struct ent_error *err)
{
    static const uint8_t beginning[NODE_KEY_MAX];
    uint64_t now_us = node->now_ms * 1000;
    uint64_t next = now_us > node->incarnation ? now_us : node->incarnation + 1;
    struct ent_digest none = {{0}};
    uint64_t since = 0;
    enum ent_status rc;

    if (highest >= next) {
        next = highest + 1;
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "this store was put back from a copy: taking a new incarnation");
    node->incarnation = next;
    rc = node_rollback_since(node, &since, err);
    if (rc == ENT_OK) {
        rc = node_number_set(node->store, "restore_since", since, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_set(node->store, "incarnation", next, err);
    }
    if (rc == ENT_OK) { /* what came since that copy is lost to us */
        rc = node_number_set(node->store, "restore", next, err);
    }
    if (rc == ENT_OK) {
        rc = save(node, beginning, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(node, NODE_ENTRY_NEW_INCARNATION, &node->party, &none,
            &none, 0, err);
    }
    return rc != ENT_OK ? rc : node_manifest_renew(node, err);
}
