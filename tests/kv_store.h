/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv_store - a store of its own in each test's folder, and a disk that answers
 * as the test says.
 */
#ifndef ENT_TESTS_KV_STORE_H
#define ENT_TESTS_KV_STORE_H

#include <sys/types.h>

#include "proto/base/kv.h"
#include "tests/support.h"

/* Nobody checks NOTES, and anybody may read LABELS. */
enum { LETTERS, STAMPS, NOTES, LABELS };

#define KEY_LEN 8
#define STORE_MAX ((size_t)4 * 1024 * 1024)

extern const struct ent_kv_table kv_tables[4];
extern const struct ent_kv_options kv_options;

/* What the disk answers, and how often it was asked to sync. */
extern int sync_errno; /* 0: it works */
extern bool disk_full;
extern size_t syncs;

/* The store in the test's folder; made first, or there already. */
struct ent_kv *new_store(void **state);
struct ent_kv *open_store(void **state);

struct ent_kv_txn *begin(struct ent_kv *kv, bool write);

/* A key of that number; good until the next call. */
struct ent_view key_of(uint64_t number);

/* Put one value, in a transaction of its own. */
void put(struct ent_kv *kv, size_t table, uint64_t key, const char *value);

/* Read one value: its status, and that it is `want`. */
enum ent_status get(
    struct ent_kv *kv, size_t table, uint64_t key, const char *want);

/* The data file in a test's folder, and how long it is. */
const char *data_file(void **state);
off_t data_size(void **state);

/* A small generator, so that a failure can be repeated from its seed. */
void random_begin(uint64_t seed);
uint64_t random_below(uint64_t limit);

#define KV_TEST(name)                                                          \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
