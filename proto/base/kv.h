/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv - a folder of sorted tables on disk, on LMDB with its default sync.
 *
 * What is committed is durable; nothing else is. One process per folder. LMDB
 * has no checksums, so every value carries a MAC under the store's own key,
 * over table name, key and value: a damaged or moved value is ENT_IO, never
 * data (tables that verify by themselves may opt out).
 *
 * Keys are fixed-length binary per table; a folder is created only by
 * ent_kv_create, never by opening.
 *
 * Errors: ENT_FULL when disk or map is full: that transaction must be aborted
 *   and later ones may work. ENT_IO from a commit: stop acknowledging and leave
 *   the process; what is on disk is found at the next start.
 * Threads: one thread at a time.
 */
#ifndef ENT_PROTO_BASE_KV_H
#define ENT_PROTO_BASE_KV_H

#include "proto/base/bytes.h"

#define ENT_KV_TABLES_MAX 32
#define ENT_KV_MAC_KEY_LEN 32

struct ent_kv_table {
    const char *name;
    size_t key_len; /* of every key in it, at most 511 */
    bool bare;      /* values carry no MAC */
};

/* A value made of a static list of tables; the index is the table's handle. */
struct ent_kv_options {
    const struct ent_kv_table *tables;
    size_t table_count;
    size_t size_max; /* bytes of address space; the file grows as used */
    uint8_t mac_key[ENT_KV_MAC_KEY_LEN];
};

struct ent_kv;
struct ent_kv_txn;

/* Make the folder `path` (0700) and its tables. ENT_EXISTS if there is one. */
enum ent_status ent_kv_create(const char *path,
    const struct ent_kv_options *options, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_NOT_FOUND: no store, with the command that makes one in the text;
 * ENT_BUSY: another process has it; ENT_IO: damaged (truncated, empty file). */
enum ent_status ent_kv_open(const char *path,
    const struct ent_kv_options *options, struct ent_kv **ret_kv,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_kv_close(struct ent_kv **kv);

/* Bytes used, and of them free for reuse inside the file. */
enum ent_status ent_kv_usage(struct ent_kv *kv, uint64_t *ret_used,
    uint64_t *ret_entries, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status ent_kv_begin(struct ent_kv *kv, bool write,
    struct ent_kv_txn **ret_txn, struct ent_error *err) ENT_MUST_CHECK;
/* Ends the transaction whatever it returns. */
enum ent_status ent_kv_commit(
    struct ent_kv_txn **txn, struct ent_error *err) ENT_MUST_CHECK;
/* NULL is fine. */
void ent_kv_abort(struct ent_kv_txn **txn);

/* `ret_value` looks into the store until the transaction's next write or end.
 * ENT_NOT_FOUND is an ordinary answer and leaves `err` alone. */
enum ent_status ent_kv_get(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* Insert or replace. */
enum ent_status ent_kv_put(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_view value,
    struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND when there was none. */
enum ent_status ent_kv_delete(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_error *err) ENT_MUST_CHECK;

/* Walk a table in key order. */
struct ent_kv_cursor;
enum ent_status ent_kv_cursor_open(struct ent_kv_txn *txn, size_t table,
    struct ent_kv_cursor **ret_cursor, struct ent_error *err) ENT_MUST_CHECK;
void ent_kv_cursor_close(struct ent_kv_cursor **cursor);
/* To the first key >= `key`, or with an empty key to the first of all. */
enum ent_status ent_kv_cursor_seek(struct ent_kv_cursor *cursor,
    struct ent_view key, struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_kv_cursor_next(struct ent_kv_cursor *cursor,
    struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* To the greatest key of the table. */
enum ent_status ent_kv_cursor_last(struct ent_kv_cursor *cursor,
    struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
