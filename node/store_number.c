/* SPDX-License-Identifier: Apache-2.0 */
/* Counters: numbers that the store keeps under a name. */
#include "node/store.h"

enum ent_status
node_number_get(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err)
{
    struct node_key key = node_key_meta(name);
    struct ent_view value;
    enum ent_status rc;

    rc = node_store_get(store, NODE_META, node_key_view(&key), &value, err);
    if (rc == ENT_NOT_FOUND) {
        *ret_number = 0;
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != 8) {
        return ent_fail(err, ENT_IO, "the stored number '%s' is odd", name);
    }
    *ret_number = ent_get_be(value.data, 8);
    return ENT_OK;
}

enum ent_status
node_number_set(struct node_store *store, const char *name, uint64_t number,
    struct ent_error *err)
{
    struct node_key key = node_key_meta(name);
    uint8_t value[8];

    ent_put_be(value, number, sizeof value);
    return node_store_put(store, NODE_META, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_number_next(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err)
{
    uint64_t number;
    enum ent_status rc;

    rc = node_number_get(store, name, &number, err);
    if (rc == ENT_OK) {
        rc = node_number_set(store, name, number + 1, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_number = number + 1;
    return ENT_OK;
}
