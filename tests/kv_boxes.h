/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv_boxes - long values in a store, each with a row that names it, and what a
 * power cut would leave of that store.
 */
#ifndef ENT_TESTS_KV_BOXES_H
#define ENT_TESTS_KV_BOXES_H

#include "tests/kv_store.h"

#define COPY "copy"
#define LONG_LEN ((size_t)150 * 1024) /* more than goes to the log */
#define SHORT_LEN 3000

/* Of the test's folder, or of a folder in it; good until the next call. */
const char *file_in(void **state, const char *folder, const char *name);

/* What is on the disk now, of a store that is open: one file, or all of them,
 * and that store opened. */
void make_copy(void **state);
void copy_file(void **state, const char *name);
struct ent_kv *open_copy(void **state);
struct ent_kv *after_a_power_cut(void **state);

/* The value of a number; good until the next call. */
struct ent_view long_of(uint64_t number, size_t len);

/* Put or delete one, in a transaction or in one of its own. */
void put_box(struct ent_kv_txn *txn, uint64_t key, size_t len);
void delete_box(struct ent_kv_txn *txn, uint64_t key);
void keep_box(struct ent_kv *kv, uint64_t key, size_t len);
void throw_away(struct ent_kv *kv, uint64_t key);
/* The same, of LONG_LEN, and it may be on its way then. */
void keep_ahead(struct ent_kv *kv, uint64_t key);

/* Whether it is there, as it was put; and with its row, or neither is. */
bool has_box_in(struct ent_kv_txn *txn, uint64_t key, size_t len);
bool has_box(struct ent_kv *kv, uint64_t key, size_t len);

/* How many values are there, when all that was on its way is in the files. */
uint64_t in_the_files(struct ent_kv *kv);

#endif
