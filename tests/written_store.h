/* SPDX-License-Identifier: Apache-2.0 */
/*
 * written_store - rows of copies in a store, of one byte each.
 */
#ifndef ENT_TESTS_WRITTEN_STORE_H
#define ENT_TESTS_WRITTEN_STORE_H

#include "tests/fresh_store.h"

#define KEYS 40
struct node_key key_of(size_t number);

/* A copy's row of that byte, so many times; of 0: none. */
void put(struct node_store *store, size_t number, uint8_t byte);
void expect_row(struct node_store *store, size_t number, uint8_t byte);
void expect_run_of(struct ent_view value, uint8_t byte);

#endif
