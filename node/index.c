/* SPDX-License-Identifier: Apache-2.0 */
#include "node/index_internal.h"

#include <string.h>

#include "proto/base/log.h"

#define COMPONENT "index"

/* ---- prints ---- */

struct node_blind
node_index_blind(
    struct node *node, bool exercise, enum ent_lookup kind, struct ent_view key)
{
    return node_prints_of(&node->prints, exercise, (uint8_t)kind, key);
}

struct node_blind
node_index_family(struct node *node, bool exercise, uint32_t family)
{
    uint8_t number[4];

    ent_put_be(number, family, sizeof number);
    return node_prints_of(&node->prints, exercise, NODE_PRINT_FAMILY,
        ent_view_of(number, sizeof number));
}

struct node_blind
node_index_office(struct node *node, bool exercise, const char *address)
{
    return node_prints_of(
        &node->prints, exercise, NODE_PRINT_OFFICE, ent_view_text(address));
}

struct node_blind
node_index_list(struct node *node, const char *address)
{
    return node_prints_of(
        &node->prints, false, NODE_PRINT_LIST, ent_view_text(address));
}

/* ---- of one message ---- */

struct gathering {
    struct node *node;
    bool exercise;
    bool too_many;
    size_t count;
    struct node_blind blinds[NODE_BLINDS_MAX];
};

static void
add(struct gathering *gathering, struct node_blind blind)
{
    for (size_t i = 0; i < gathering->count; i++) {
        if (memcmp(&gathering->blinds[i], &blind, sizeof blind) == 0) {
            return;
        }
    }
    if (gathering->count == NODE_BLINDS_MAX) {
        gathering->too_many = true;
        return;
    }
    gathering->blinds[gathering->count++] = blind;
}

static enum ent_status
gather(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct gathering *gathering = context;

    (void)err;
    add(gathering,
        node_index_blind(gathering->node, gathering->exercise, kind, key));
    return ENT_OK;
}

enum ent_status
node_index_of(struct node *node, const ent_message *message, const char *other,
    struct ent_bytes *ret_blinds, struct ent_error *err)
{
    const struct ent_family *family = ent_family_of(message);
    struct gathering gathering;
    enum ent_status rc;

    gathering.node = node;
    gathering.exercise = message->mode != ENTENTE__V1__MODE__ACTUAL;
    gathering.too_many = false;
    gathering.count = 0;
    add(&gathering, node_index_office(node, gathering.exercise, other));
    if (family != NULL) {
        add(&gathering,
            node_index_family(node, gathering.exercise, family->number));
    }
    if (family != NULL && family->list && !gathering.exercise) {
        add(&gathering, node_index_list(node, other));
    }
    rc = ent_lookup_message(message, gather, &gathering, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (gathering.too_many) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a message has more to be looked up by than %d keys id=%s",
            NODE_BLINDS_MAX, message->id);
    }
    return ent_bytes_copy(
        ent_view_of(gathering.blinds, gathering.count * NODE_BLIND_LEN),
        ret_blinds, err);
}

/* ---- entries ---- */

struct node_key
node_index_entry(const uint8_t *blind, enum node_way way, uint64_t number)
{
    struct node_key key = {.len = NODE_BLIND_LEN + 1 + 8};

    memcpy(key.bytes, blind, NODE_BLIND_LEN);
    key.bytes[NODE_BLIND_LEN] = (uint8_t)way;
    ent_put_be(key.bytes + NODE_BLIND_LEN + 1, ~number, 8);
    return key;
}

struct node_key
node_index_all_of(enum node_way way, uint64_t number)
{
    struct node_key key = {.len = 9};

    key.bytes[0] = (uint8_t)way;
    ent_put_be(key.bytes + 1, number, 8);
    return key;
}

/* Common prints come first (node_index_of): how many bytes of them. */
static size_t
common_len(struct ent_view blinds)
{
    size_t len = 0;

    while (len < blinds.len && node_blind_is_common(blinds.data + len)) {
        len += NODE_BLIND_LEN;
    }
    return len;
}

static enum ent_status
put_entries(struct node *node, enum node_way way, uint64_t number,
    struct ent_view blinds, struct ent_error *err)
{
    struct node_key all = node_index_all_of(way, number);
    enum ent_status rc = ENT_OK;

    if (blinds.len == 0) {
        return ENT_OK;
    }
    for (size_t i = 0; rc == ENT_OK && i < blinds.len; i += NODE_BLIND_LEN) {
        struct node_key key = node_index_entry(blinds.data + i, way, number);

        rc = node_store_put(node->store, NODE_INDEX, node_key_view(&key),
            (struct ent_view){0}, err);
    }
    return rc != ENT_OK ? rc
                        : node_store_put(node->store, NODE_INDEXED,
                              node_key_view(&all), blinds, err);
}

enum ent_status
node_index_put(struct node *node, enum node_way way, uint64_t number,
    struct ent_view blinds, struct ent_error *err)
{
    size_t common = common_len(blinds);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < common; i += NODE_BLIND_LEN) {
        rc = node_index_common_put(node, blinds.data + i, way, number, err);
    }
    return rc != ENT_OK
               ? rc
               : put_entries(node, way, number,
                     ent_view_of(blinds.data + common, blinds.len - common),
                     err);
}

static enum ent_status
forget_entries(struct node *node, enum node_way way, uint64_t number,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes blinds = {0};
    struct node_key all = node_index_all_of(way, number);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_INDEXED, node_key_view(&all), &value, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_bytes_copy(value, &blinds, err);
    for (size_t i = 0; rc == ENT_OK && i + NODE_BLIND_LEN <= blinds.len;
         i += NODE_BLIND_LEN) {
        struct node_key key = node_index_entry(blinds.data + i, way, number);

        rc = node_store_delete(
            node->store, NODE_INDEX, node_key_view(&key), err);
    }
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_INDEXED,
                              node_key_view(&all), err);
}

enum ent_status
node_index_forget(struct node *node, enum node_way way, uint64_t number,
    struct ent_error *err)
{
    enum ent_status rc = node_index_common_forget(node, way, number, err);

    return rc != ENT_OK ? rc : forget_entries(node, way, number, err);
}

enum ent_status
node_index_before(struct node *node, const struct node_blind *blind,
    enum node_way way, uint64_t *number, struct ent_error *err)
{
    struct node_key key;
    enum ent_status rc;

    if (*number == 0) {
        return ENT_NOT_FOUND;
    }
    if (node_blind_is_common(blind->bytes)) {
        return node_index_common_before(node, blind->bytes, way, number, err);
    }
    key = node_index_entry(blind->bytes, way, *number - 1);
    rc = node_store_seek(node->store, NODE_INDEX, node_key_view(&key),
        NODE_BLIND_LEN + 1, key.bytes, NULL, err);
    if (rc == ENT_OK) {
        *number = ~ent_get_be(key.bytes + NODE_BLIND_LEN + 1, 8);
    }
    return rc;
}

enum ent_status
node_index_has(struct node *node, const struct node_blind *blind,
    enum node_way way, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_index_entry(blind->bytes, way, number);
    struct ent_view value;

    return node_blind_is_common(blind->bytes)
               ? node_index_common_has(node, blind->bytes, way, number, err)
               : node_store_get(
                     node->store, NODE_INDEX, node_key_view(&key), &value, err);
}
