/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fresh_store.h"

const uint8_t store_key[ENT_KV_STORE_KEY_LEN] = "a key of the tests";

struct node_store *
new_store(void **state)
{
    struct node_store *store = NULL;

    expect_ok(node_store_create(*state, store_key, 1 << 24, &last_error));
    expect_ok(node_store_open(*state, store_key, 1 << 24, &store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    return store;
}
