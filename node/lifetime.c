/* SPDX-License-Identifier: Apache-2.0 */
#include "node/lifetime.h"

#define AT_KIND 8
#define AT_NUMBER 9

static struct node_key
key_of(uint64_t until_ms, enum node_life_kind kind, uint64_t number)
{
    struct node_key key = {.len = AT_NUMBER + 8};

    ent_put_be(key.bytes, until_ms, 8);
    key.bytes[AT_KIND] = (uint8_t)kind;
    ent_put_be(key.bytes + AT_NUMBER, number, 8);
    return key;
}

enum ent_status
node_lifetime_put(struct node_store *store, enum node_life_kind kind,
    uint64_t number, uint64_t until_ms, struct ent_error *err)
{
    struct node_key key = key_of(node_lifetime_hour(until_ms), kind, number);

    return node_store_put(
        store, NODE_LIFE, node_key_view(&key), (struct ent_view){0}, err);
}

enum ent_status
node_lifetime_first(
    struct node_store *store, struct node_life *ret_life, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = node_store_seek(store, NODE_LIFE,
        ent_view_of(key, node_key_len(NODE_LIFE)), 0, key, NULL, err);

    if (rc != ENT_OK) {
        return rc;
    }
    ret_life->until_ms = ent_get_be(key, 8);
    ret_life->kind = key[AT_KIND];
    ret_life->number = ent_get_be(key + AT_NUMBER, 8);
    return ENT_OK;
}

enum ent_status
node_lifetime_delete(struct node_store *store, const struct node_life *life,
    struct ent_error *err)
{
    struct node_key key = key_of(life->until_ms, life->kind, life->number);

    return node_store_delete(store, NODE_LIFE, node_key_view(&key), err);
}
