/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fresh_store - a node's store in a test's folder, without a node.
 */
#ifndef ENT_TESTS_FRESH_STORE_H
#define ENT_TESTS_FRESH_STORE_H

#include "node/store.h"
#include "tests/support.h"

/* What it is sealed and blinded under. */
extern const uint8_t store_key[ENT_KV_STORE_KEY_LEN];

/* Made, opened and begun. */
struct node_store *new_store(void **state);

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
