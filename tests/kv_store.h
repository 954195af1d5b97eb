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

/* Nobody checks NOTES, POUCHES and BOXES, and anybody may read NOTES and
 * LABELS. What is in BOXES is long. */
enum { LETTERS, STAMPS, NOTES, LABELS, POUCHES, BOXES };

#define KEY_LEN 8
#define STORE_MAX ((size_t)4 * 1024 * 1024)

extern const struct ent_kv_table kv_tables[6];
extern const struct ent_kv_options kv_options;

/* What the disk answers, and how often it was asked to sync. */
extern int sync_errno;       /* 0: it works */
extern size_t sync_failures; /* so many more fail, with EIO */
extern bool disk_full;
extern bool disk_short; /* there are 100 MiB */
extern size_t syncs;
/* What it says when it is asked for blocks, of which it has found some, and for
 * how many bytes it was asked last. */
extern int blocks_errno; /* 0: it has them */
extern off_t blocks_asked;
/* It answers nobody until it is let go. */
void sync_hold(bool hold);

/* The store in the test's folder; made first, or there already. */
struct ent_kv *new_store(void **state);
struct ent_kv *open_store(void **state);

/* It cannot be opened, and is told why. */
void expect_refused(void **state, const char *why);

struct ent_kv_txn *begin(struct ent_kv *kv, bool write);

/* A key of that number; good until the next call. */
struct ent_view key_of(uint64_t number);

/* Put one value, in a transaction of its own. */
void put(struct ent_kv *kv, size_t table, uint64_t key, const char *value);

/* Read one value: its status, and that it is `want`. */
enum ent_status get(
    struct ent_kv *kv, size_t table, uint64_t key, const char *want);

/* The data file in a test's folder, and how long it is; and that of long
 * values.
 */
const char *data_file(void **state);
off_t data_size(void **state);
off_t long_size(void **state);

/* What lies on the disk at `key` of a table, whose store is not open: its
 * length; `out` has room. And to put other bytes there. */
size_t read_disk(void **state, const char *table, uint64_t key, uint8_t *out);
void write_disk(void **state, const char *table, uint64_t key,
    const uint8_t *bytes, size_t len);
/* The same at a key of any length. */
void write_disk_at(void **state, const char *table, struct ent_view key,
    const uint8_t *bytes, size_t len);

/* A small generator, so that a failure can be repeated from its seed. */
void random_begin(uint64_t seed);
uint64_t random_below(uint64_t limit);

/* A value of chance, the same for the same number and length, so that no piece
 * of it is in a file by chance; good until the next call. */
#define VALUE_MAX 5000
struct ent_view value_of(uint64_t number, size_t len);

#define KV_TEST(name)                                                          \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
