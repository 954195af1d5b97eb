/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles that are not settled, for a file, and the skips that stand for some.
 */
#include "node/carry_internal.h"

#include <string.h>

#include "node/dispatch.h"
#include "node/streams.h"
#include "proto/schema/common.pb-c.h"

static enum ent_status
add_dispatch(struct node_carry_page *page, const struct ent_digest *stream,
    uint64_t first, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    enum ent_frame_type type;
    enum ent_status rc;

    rc = node_dispatch_get(page->node, stream, first, &dispatch, err);
    if (rc == ENT_OK) {
        rc = node_dispatch_frame(
            page->node, &dispatch, &type, &payload, &body, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc; /* it is settled */
    }
    rc = node_carry_add(
        page, type, ent_bytes_view(&payload), ent_bytes_view(&body), err);
    if (rc != ENT_OK || type != ENT_FRAME_BUNDLE) {
        return rc;
    }
    dispatch.row->carried_at = page->node->now_ms;
    return node_dispatch_put(page->node, &dispatch, err);
}

/* The rest of one stream, from the place of the page on. */
static enum ent_status
add_stream(struct node_carry_page *page, struct ent_error *err)
{
    size_t len = node_key_len(NODE_DISPATCH);
    uint8_t *key = page->place + 1;

    while (!node_carry_is_full(page)) {
        struct ent_digest stream;
        enum ent_status rc = node_store_seek(page->node->store, NODE_DISPATCH,
            ent_view_of(key, len), sizeof stream.bytes, key, NULL, err);

        if (rc == ENT_NOT_FOUND) {
            memset(key + sizeof stream.bytes, 0xff, 8);
            return ENT_OK;
        }
        page->rows++;
        memcpy(stream.bytes, key, sizeof stream.bytes);
        if (rc == ENT_OK) {
            rc = add_dispatch(
                page, &stream, ent_get_be(key + sizeof stream.bytes, 8), err);
        }
        if (rc != ENT_OK || !node_key_after(key, len)) {
            return rc;
        }
    }
    return ENT_OK;
}

/* Whether the stream at the page's place is for this office and of this rank.
 */
static enum ent_status
is_wanted(struct node_carry_page *page, bool *ret_wanted, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_digest stream;
    struct ent_stream_id id;
    struct ent_view state;
    enum ent_status rc;

    memcpy(stream.bytes, page->place + 1, sizeof stream.bytes);
    rc = node_stream_get(
        page->node, NODE_OUTGOING, &stream, &id, &state, &row, err);
    *ret_wanted = rc == ENT_OK && ent_address_equal(&id.recipient, &page->to) &&
                  node_rank(id.precedence) == page->place[0];
    return rc;
}

/* To the next stream of ours, this one included; ENT_NOT_FOUND: there is none.
 */
static enum ent_status
find_stream(struct node_carry_page *page, struct ent_error *err)
{
    uint8_t found[NODE_KEY_MAX];
    enum ent_status rc = node_store_seek(page->node->store, NODE_OUTGOING,
        ent_view_of(page->place + 1, ENT_DIGEST_LEN), 0, found, NULL, err);

    if (rc == ENT_OK && memcmp(page->place + 1, found, ENT_DIGEST_LEN) != 0) {
        memcpy(page->place + 1, found, ENT_DIGEST_LEN);
        memset(page->place + 1 + ENT_DIGEST_LEN, 0, 8);
    }
    return rc;
}

static enum ent_status
add_rank(struct node_carry_page *page, struct ent_error *err)
{
    while (!node_carry_is_full(page)) {
        bool wanted = false;
        enum ent_status rc = find_stream(page, err);

        if (rc == ENT_OK) {
            rc = is_wanted(page, &wanted, err);
        }
        if (rc == ENT_OK && wanted) {
            rc = add_stream(page, err);
        }
        if (rc != ENT_OK || node_carry_is_full(page)) {
            return rc;
        }
        page->rows++;
        if (!node_key_after(page->place + 1, ENT_DIGEST_LEN)) {
            return ENT_NOT_FOUND;
        }
        memset(page->place + 1 + ENT_DIGEST_LEN, 0, 8);
    }
    return ENT_OK;
}

enum ent_status
node_carry_bundles(struct node_carry_page *page, struct ent_error *err)
{
    while (!node_carry_is_full(page)) {
        enum ent_status rc = add_rank(page, err);
        uint8_t rank = page->place[0];

        if (rc != ENT_NOT_FOUND) {
            return rc;
        }
        node_carry_go_to(page, NODE_CARRY_BUNDLES);
        page->place[0] = (uint8_t)(rank + 1);
        if (page->place[0] > node_rank(ENTENTE__V1__PRECEDENCE__DEFERRED)) {
            node_carry_go_to(page, NODE_CARRY_END);
            return ENT_OK;
        }
    }
    return ENT_OK;
}
