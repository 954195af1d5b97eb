/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many messages have: their family, their office, their list. An entry for
 * each message would be most of what an index takes; of these prints a row says
 * it of 256 messages, a bit for each. Which such prints those messages have
 * stands beside it, for when one of them goes.
 */
#include "node/index_internal.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/zero.h"

#define GROUP 256 /* consecutive numbers */
#define BITS_LEN (GROUP / 8)

/* ---- bits ---- */

static uint8_t
bit_of(uint64_t number)
{
    return (uint8_t)(1u << number % 8);
}

static bool
has_bit(const uint8_t *bits, uint64_t number)
{
    return (bits[number % GROUP / 8] & bit_of(number)) != 0;
}

/* The last number of a group that is set, `number` or before it. */
static bool
last_bit(const uint8_t *bits, uint64_t *number)
{
    for (uint64_t i = *number % GROUP + 1; i-- > 0;) {
        if (has_bit(bits, i)) {
            *number += i - *number % GROUP;
            return true;
        }
    }
    return false;
}

static enum ent_status
get_bits(struct node *node, const struct node_key *key,
    struct ent_view *ret_bits, struct ent_error *err)
{
    enum ent_status rc = node_store_get(
        node->store, NODE_COMMON, node_key_view(key), ret_bits, err);

    return rc != ENT_OK || ret_bits->len == BITS_LEN
               ? rc
               : ent_fail(err, ENT_IO, "a row of the index is odd");
}

/* ---- putting ---- */

/* The first message of a group has that print. */
static enum ent_status
note_print(struct node *node, const uint8_t *blind, enum node_way way,
    uint64_t group, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes prints = {0};
    struct node_key key = node_index_all_of(way, group);
    struct ent_view old = {0};
    enum ent_status rc = node_store_get(
        node->store, NODE_COMMON_LIST, node_key_view(&key), &old, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = ent_bytes_alloc(old.len + NODE_BLIND_LEN, &prints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (old.len > 0) {
        memcpy(prints.data, old.data, old.len);
    }
    memcpy(prints.data + old.len, blind, NODE_BLIND_LEN);
    return node_store_put(node->store, NODE_COMMON_LIST, node_key_view(&key),
        ent_bytes_view(&prints), err);
}

enum ent_status
node_index_common_put(struct node *node, const uint8_t *blind,
    enum node_way way, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_index_entry(blind, way, number / GROUP);
    uint8_t *bits;
    bool first;
    enum ent_status rc = node_store_change(
        node->store, NODE_COMMON, node_key_view(&key), BITS_LEN, &bits, err);

    if (rc != ENT_OK) {
        return rc;
    }
    first = ent_is_zero(bits, BITS_LEN);
    bits[number % GROUP / 8] |= bit_of(number);
    return first ? note_print(node, blind, way, number / GROUP, err) : ENT_OK;
}

/* ---- forgetting ---- */

/* Take one message out; `ret_empty`: none of its group is left. */
static enum ent_status
clear_bit(struct node *node, const uint8_t *blind, enum node_way way,
    uint64_t number, bool *ret_empty, struct ent_error *err)
{
    struct node_key key = node_index_entry(blind, way, number / GROUP);
    uint8_t left[BITS_LEN];
    struct ent_view bits;
    enum ent_status rc = get_bits(node, &key, &bits, err);

    *ret_empty = rc == ENT_NOT_FOUND;
    if (rc != ENT_OK || !has_bit(bits.data, number)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    memcpy(left, bits.data, sizeof left);
    left[number % GROUP / 8] &= (uint8_t)~bit_of(number);
    *ret_empty = ent_is_zero(left, sizeof left);
    return *ret_empty
               ? node_store_delete(
                     node->store, NODE_COMMON, node_key_view(&key), err)
               : node_store_put(node->store, NODE_COMMON, node_key_view(&key),
                     ent_view_of(left, sizeof left), err);
}

/* What is left of the prints of a group. */
static enum ent_status
keep_prints(struct node *node, enum node_way way, uint64_t group,
    struct ent_view prints, struct ent_error *err)
{
    struct node_key key = node_index_all_of(way, group);

    return prints.len == 0 ? node_store_delete(node->store, NODE_COMMON_LIST,
                                 node_key_view(&key), err)
                           : node_store_put(node->store, NODE_COMMON_LIST,
                                 node_key_view(&key), prints, err);
}

enum ent_status
node_index_common_forget(struct node *node, enum node_way way, uint64_t number,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes prints = {0};
    struct node_key key = node_index_all_of(way, number / GROUP);
    struct ent_view value;
    size_t left = 0;
    enum ent_status rc = node_store_get(
        node->store, NODE_COMMON_LIST, node_key_view(&key), &value, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_bytes_copy(value, &prints, err);
    for (size_t i = 0; rc == ENT_OK && i + NODE_BLIND_LEN <= prints.len;
         i += NODE_BLIND_LEN) {
        bool empty = false;

        rc = clear_bit(node, prints.data + i, way, number, &empty, err);
        if (!empty) {
            memmove(prints.data + left, prints.data + i, NODE_BLIND_LEN);
            left += NODE_BLIND_LEN;
        }
    }
    return rc != ENT_OK || left == prints.len
               ? rc
               : keep_prints(node, way, number / GROUP,
                     ent_view_of(prints.data, left), err);
}

/* ---- asking ---- */

enum ent_status
node_index_common_before(struct node *node, const uint8_t *blind,
    enum node_way way, uint64_t *number, struct ent_error *err)
{
    uint64_t last = *number - 1;
    struct node_key key = node_index_entry(blind, way, last / GROUP);
    struct ent_view bits;
    enum ent_status rc = get_bits(node, &key, &bits, err);

    if (rc == ENT_OK && last_bit(bits.data, &last)) {
        *number = last;
        return ENT_OK;
    }
    if ((rc != ENT_OK && rc != ENT_NOT_FOUND) || last < GROUP) {
        return rc == ENT_OK ? ENT_NOT_FOUND : rc;
    }
    key = node_index_entry(blind, way, last / GROUP - 1);
    rc = node_store_seek(node->store, NODE_COMMON, node_key_view(&key),
        NODE_BLIND_LEN + 1, key.bytes, &bits, err);
    if (rc != ENT_OK) {
        return rc;
    }
    last = ~ent_get_be(key.bytes + NODE_BLIND_LEN + 1, 8) * GROUP + GROUP - 1;
    if (bits.len != BITS_LEN || !last_bit(bits.data, &last)) {
        return ent_fail(err, ENT_IO, "a row of the index is odd");
    }
    *number = last;
    return ENT_OK;
}

enum ent_status
node_index_common_has(struct node *node, const uint8_t *blind,
    enum node_way way, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_index_entry(blind, way, number / GROUP);
    struct ent_view bits;
    enum ent_status rc = get_bits(node, &key, &bits, err);

    return rc == ENT_OK && !has_bit(bits.data, number) ? ENT_NOT_FOUND : rc;
}
