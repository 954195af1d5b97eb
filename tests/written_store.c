/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/written_store.h"

struct node_key
key_of(size_t number)
{
    struct ent_id id = {{0}};
    struct ent_party party = {{7}};

    ent_put_be(id.bytes, number + 1, 8);
    return node_key_copy(&id, &party);
}

void
put(struct node_store *store, size_t number, uint8_t byte)
{
    struct node_key key = key_of(number);
    uint8_t value[UINT8_MAX];

    memset(value, byte, sizeof value);
    expect_ok(node_store_put(store, NODE_COPY, node_key_view(&key),
        ent_view_of(value, byte), &last_error));
}

void
expect_run_of(struct ent_view value, uint8_t byte)
{
    assert_int_equal(value.len, byte);
    for (size_t i = 0; i < value.len; i++) {
        assert_int_equal(value.data[i], byte);
    }
}

void
expect_row(struct node_store *store, size_t number, uint8_t byte)
{
    struct node_key key = key_of(number);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        store, NODE_COPY, node_key_view(&key), &value, &last_error);

    if (byte == 0) {
        assert_int_equal(rc, ENT_NOT_FOUND);
    } else {
        expect_ok(rc);
        expect_run_of(value, byte);
    }
}
