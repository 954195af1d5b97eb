/* SPDX-License-Identifier: Apache-2.0 */
/*
 * written_store - a node's store in a test's folder, in a turn, and keys of
 * copies in it.
 */
#ifndef ENT_TESTS_WRITTEN_STORE_H
#define ENT_TESTS_WRITTEN_STORE_H

#include "node/store.h"
#include "tests/support.h"

#define KEYS 40
struct node_key key_of(size_t number);

/* Made, opened and begun. */
struct node_store *new_store(void **state);

/* A copy's row of that byte, so many times; of 0: none. */
void put(struct node_store *store, size_t number, uint8_t byte);
void expect_row(struct node_store *store, size_t number, uint8_t byte);
void expect_run_of(struct ent_view value, uint8_t byte);

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
