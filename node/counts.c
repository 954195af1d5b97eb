/* SPDX-License-Identifier: Apache-2.0 */
#include "node/counts.h"

#include <string.h>

#include "proto/base/time.h"

/*
 * Key: u32 year and month as 202608, u32 family, u8 way (0 received, 1 sent),
 * state padded with zeros.
 */
#define AT_FAMILY 4
#define AT_WAY 8
#define AT_STATE 9

static struct node_key
key_of(uint32_t family, bool outgoing, const char *state, uint64_t at_ms)
{
    struct node_key key = {.len = AT_STATE + ENT_STATE_MAX};
    uint32_t year;
    uint32_t month;

    ent_time_month(at_ms, &year, &month);
    ent_put_be(key.bytes, year * 100 + month, 4);
    ent_put_be(key.bytes + AT_FAMILY, family, 4);
    key.bytes[AT_WAY] = outgoing ? 1 : 0;
    memcpy(key.bytes + AT_STATE, state, strnlen(state, ENT_STATE_MAX));
    return key;
}

enum ent_status
node_counts_add(struct node *node, uint32_t family, bool outgoing,
    const char *state, uint64_t at_ms, struct ent_error *err)
{
    struct node_key key = key_of(family, outgoing, state, at_ms);
    struct ent_view value;
    uint64_t number = 0;
    uint8_t wire[8];
    enum ent_status rc = node_store_get(
        node->store, NODE_COUNT, node_key_view(&key), &value, err);

    if (rc == ENT_OK) {
        number = ent_get_be(value.data, sizeof wire);
    } else if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    ent_put_be(wire, number + 1, sizeof wire);
    return node_store_put(node->store, NODE_COUNT, node_key_view(&key),
        ent_view_of(wire, sizeof wire), err);
}

enum ent_status
node_counts_next(struct node *node, uint8_t key[static NODE_KEY_MAX],
    struct node_count *ret_count, struct ent_error *err)
{
    size_t len = node_key_len(NODE_COUNT);
    struct node_count count = {0};
    struct ent_view value;
    uint32_t when;
    enum ent_status rc = node_store_seek(
        node->store, NODE_COUNT, ent_view_of(key, len), 0, key, &value, err);

    if (rc != ENT_OK) {
        return rc;
    }
    when = (uint32_t)ent_get_be(key, 4);
    count.year = when / 100;
    count.month = when % 100;
    count.family = (uint32_t)ent_get_be(key + AT_FAMILY, 4);
    count.outgoing = key[AT_WAY] != 0;
    memcpy(count.state, key + AT_STATE, ENT_STATE_MAX);
    count.count = ent_get_be(value.data, 8);
    *ret_count = count;
    (void)node_key_after(key, len);
    return ENT_OK;
}
