/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts and other answers, for a file. */
#include "node/carry_internal.h"

#include <stdlib.h>
#include <string.h>

#include "node/receipts.h"
#include "node/rest.pb-c.h"

/* Longest life of a bundle, and a day in which its receipt may be carried: what
 * is older is given again to who asks by carrying the bundle, or its skip. */
#define SINCE_MS (UINT64_C(8) * NODE_DAY_MS)
#define PLACE_LEN 16 /* in a key of CARRY */

/* Which receipts every file has: those issued since then (ms). */
static uint64_t
since(const struct node *node)
{
    return node->now_ms > SINCE_MS ? node->now_ms - SINCE_MS : 0;
}

/* Signed anew where the key under it is not ours any more. */
static enum ent_status
add_receipt(
    struct node_carry_page *page, struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes anew = {0};
    enum ent_status rc = node_receipts_sign_anew(page->node, wire, &anew, err);

    return rc != ENT_OK ? rc
                        : node_carry_add(page, ENT_FRAME_RECEIPT,
                              anew.len > 0 ? ent_bytes_view(&anew) : wire,
                              (struct ent_view){0}, err);
}

/* One row of CARRY: carried, or forgotten when it is older than any receipt
 * need be. */
static enum ent_status
add_answer(
    struct node_carry_page *page, struct ent_view value, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__CarryRow *row = NULL;
    struct node *node = page->node;
    size_t len = node_key_len(NODE_CARRY);
    enum ent_status rc;

    rc = node_row_unpack(value, &entente__rest__v1__carry_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc == ENT_OK && row->at < since(node)) {
        return node_store_delete(
            node->store, NODE_CARRY, ent_view_of(page->place, len), err);
    }
    if (rc == ENT_OK &&
        memcmp(page->place, page->party.bytes, sizeof page->party) == 0) {
        rc = add_receipt(page, ent_view_of(row->wire.data, row->wire.len), err);
    }
    return rc;
}

enum ent_status
node_carry_answers(struct node_carry_page *page, struct ent_error *err)
{
    size_t len = node_key_len(NODE_CARRY);

    while (!node_carry_is_full(page)) {
        struct ent_view value;
        enum ent_status rc = node_store_seek(page->node->store, NODE_CARRY,
            ent_view_of(page->place, len), 0, page->place, &value, err);

        if (rc == ENT_NOT_FOUND) {
            node_carry_go_to(page, NODE_CARRY_RECEIPTS);
            return ENT_OK;
        }
        page->rows++;
        if (rc == ENT_OK) {
            rc = add_answer(page, value, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (!node_key_after(page->place, len)) {
            node_carry_go_to(page, NODE_CARRY_RECEIPTS);
            return ENT_OK;
        }
    }
    return ENT_OK;
}

/* The receipt of that number, or the next there is: for whom, and when. */
static enum ent_status
read_receipt(struct node_carry_page *page, uint64_t *number,
    struct ent_receipt *receipt, struct ent_view *ret_wire,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(*number);
    enum ent_status rc = node_store_seek(page->node->store, NODE_RECEIPT,
        node_key_view(&key), 0, key.bytes, ret_wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *number = ent_get_be(key.bytes, 8);
    return ent_receipt_peek(*ret_wire, receipt, err) == ENT_OK ? ENT_OK
                                                               : ENT_IO;
}

/* The first number whose receipt is not too old: they were issued in order. */
static enum ent_status
find_first(struct node_carry_page *page, struct ent_receipt *receipt,
    uint64_t *ret_first, struct ent_error *err)
{
    const uint64_t oldest = since(page->node);
    uint64_t low = 1;
    uint64_t high;
    enum ent_status rc =
        node_number_get(page->node->store, "receipt", &high, err);

    while (rc == ENT_OK && low < high) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t number = middle;
        struct ent_view wire;

        rc = read_receipt(page, &number, receipt, &wire, err);
        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && receipt->issued_at >= oldest)) {
            high = middle;
            rc = ENT_OK;
        } else {
            low = number + 1;
        }
    }
    *ret_first = low;
    return rc;
}

static enum ent_status
add_receipts_from(struct node_carry_page *page, uint64_t number,
    struct ent_receipt *receipt, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && !node_carry_is_full(page)) {
        struct ent_view wire;

        rc = read_receipt(page, &number, receipt, &wire, err);
        page->rows++;
        if (rc == ENT_OK && receipt->issued_at >= since(page->node) &&
            ent_address_equal(&receipt->stream.sender, &page->to)) {
            rc = add_receipt(page, wire, err);
        }
        number++;
    }
    ent_put_be(page->place, number, 8);
    if (rc == ENT_NOT_FOUND) {
        node_carry_go_to(page, NODE_CARRY_BUNDLES);
        return ENT_OK;
    }
    return rc;
}

enum ent_status
node_carry_receipts(struct node_carry_page *page, struct ent_error *err)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    uint64_t number = ent_get_be(page->place, 8);
    enum ent_status rc = ENT_OK;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "carrying receipts");
    }
    if (number == 0) {
        rc = find_first(page, receipt, &number, err);
    }
    if (rc == ENT_OK) {
        rc = add_receipts_from(page, number, receipt, err);
    }
    free(receipt);
    return rc;
}

static struct node_key
key_of(const struct ent_stream_id *stream, uint64_t first)
{
    struct ent_party party = ent_address_party(&stream->sender);
    struct ent_digest genesis = ent_chain_genesis(stream);
    struct node_key place = node_key_stream(&genesis, first);
    struct ent_digest digest = ent_digest_of(node_key_view(&place));
    struct node_key key = node_key_party(&party);

    memcpy(key.bytes + key.len, digest.bytes, PLACE_LEN);
    key.len += PLACE_LEN;
    return key;
}

/* Whether every file has it anyway. */
static enum ent_status
is_recent(struct node *node, struct ent_view wire, bool *ret_recent,
    struct ent_error *err)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    enum ent_status rc;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping a receipt");
    }
    rc = ent_receipt_peek(wire, receipt, err);
    *ret_recent = rc == ENT_OK && receipt->issued_at >= since(node);
    free(receipt);
    return rc;
}

enum ent_status
node_carry_keep(struct node *node, const struct ent_stream_id *stream,
    uint64_t first, struct ent_view wire, bool final, struct ent_error *err)
{
    Entente__Rest__V1__CarryRow row = ENTENTE__REST__V1__CARRY_ROW__INIT;
    struct node_key key = key_of(stream, first);
    bool recent = false;
    enum ent_status rc = ENT_OK;

    if (final) {
        rc = is_recent(node, wire, &recent, err);
    }
    if (rc != ENT_OK || recent) {
        return rc;
    }
    row.at = node->now_ms;
    row.wire.data = (uint8_t *)(uintptr_t)wire.data;
    row.wire.len = wire.len;
    return node_row_put(
        node->store, NODE_CARRY, node_key_view(&key), &row.base, err);
}
