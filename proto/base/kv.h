/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv - a folder of sorted tables on disk, on LMDB with its default sync.
 *
 * What is committed is durable; nothing else is. A small transaction is so in a
 * log of what was changed, before the tables are (proto/base/redo.h): they are
 * committed with a large one, when the log is full, when one that only reads
 * begins, and at the end. Long values lie in a file of their own, and what puts
 * many of them is durable there and in the log. One process per folder. LMDB
 * has no checksums, so every value carries a MAC under the store's own key,
 * over table name, key and value: a damaged or moved value is ENT_IO, never
 * data. Unless its table says otherwise it is sealed besides: who has the disk
 * and not that key reads no value, and sees only how long each is and which
 * were put together (proto/base/kv_value.c). Keys of rows lie as they are, in
 * order: what they must not say has to be put into them blinded.
 *
 * Keys are fixed-length binary per table; a folder is created only by
 * ent_kv_create, never by opening.
 *
 * Errors: ENT_FULL when the disk is full or size_max reached, from a put or a
 *   commit: that transaction must be aborted and later ones may work; those
 * that delete more than they put always do. ENT_IO from a commit: stop
 * acknowledging and leave the process; what is on disk is found at the next
 * start (until then every further transaction is refused). Threads: one
 * thread at a time, and all that write are of the thread that opened it; it has
 * a thread of its own for what is committed ahead. Not
 * across fork(): open after it. A file that is cut while it is open raises
 * SIGBUS, which is the program's to handle.
 */
#ifndef ENT_PROTO_BASE_KV_H
#define ENT_PROTO_BASE_KV_H

#include "proto/base/bytes.h"

#define ENT_KV_TABLES_MAX 96
#define ENT_KV_STORE_KEY_LEN 32
/* So many sealed values that were read stay, for their reader. */
#define ENT_KV_VALUES_KEPT 8

/* How the values of a table lie on disk. */
enum ent_kv_form {
    ENT_KV_SEALED,
    ENT_KV_AUTHENTIC, /* readable, with a MAC */
    ENT_KV_BARE,      /* nothing but what was put; its owner checks it */
    ENT_KV_VEILED,    /* not to be recognised; its owner checks it */
};

struct ent_kv_table {
    const char *name; /* at most 63 letters */
    size_t key_len;   /* of every key in it, 1 to 511 */
    enum ent_kv_form form;
    /* Its values are long, thousands of bytes, and are sealed or veiled. A key
     * of it is used once: what was committed is not replaced, nor put again
     * after it was deleted. It is not walked, and who only reads finds what is
     * there now, not what was when it began. */
    bool is_long;
};

/* What seals and veils values. A program that has no table of these two forms
 * has no cipher in it. */
struct ent_kv_cipher;
extern const struct ent_kv_cipher ent_kv_cipher;

/* A value made of a static list of tables; the index is the table's handle. */
struct ent_kv_options {
    const struct ent_kv_table *tables;
    size_t table_count;
    /* Bytes in use at most, at least 64 KiB. So that deleting always has room,
     * each file has address space for four times that; it grows as it is used.
     */
    size_t size_max;
    uint8_t store_key[ENT_KV_STORE_KEY_LEN];
    const struct ent_kv_cipher *cipher; /* NULL: no table needs one */
};

struct ent_kv;
struct ent_kv_txn;

/* Make the folder `path` (0700) and its tables. ENT_EXISTS if there is one. */
enum ent_status ent_kv_create(const char *path,
    const struct ent_kv_options *options, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_NOT_FOUND: no store, with the command that makes one in the text;
 * ENT_BUSY: it is open already, here or in another process; ENT_IO: damaged
 * (truncated, empty file); ENT_REJECTED: wrong storage key, or damaged;
 * ENT_UNSUPPORTED: made with another format or other tables. */
enum ent_status ent_kv_open(const char *path,
    const struct ent_kv_options *options, struct ent_kv **ret_kv,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_kv_close(struct ent_kv **kv);

/* Bytes of the file that hold something (what is deleted is used again, and the
 * file never shrinks), and the values in all tables. */
enum ent_status ent_kv_usage(struct ent_kv *kv, uint64_t *ret_used,
    uint64_t *ret_entries, struct ent_error *err) ENT_MUST_CHECK;

/* The same inside a write transaction: about what would be in use if it were
 * committed now; and the most that may be. */
void ent_kv_room(
    const struct ent_kv_txn *txn, uint64_t *ret_used, uint64_t *ret_size_max);

/* About what the disk still lets it put before ENT_FULL, whatever size_max is:
 * pages of the file that hold nothing, and what is free on its disk. */
uint64_t ent_kv_disk_room(const struct ent_kv_txn *txn);

/* Nothing else is to do just now: space that a burst like the last one will
 * want is written behind the end of the file, a few milliseconds' worth. True:
 * there is more to do, in another quiet moment. Not in a transaction that
 * writes. */
bool ent_kv_prepare(struct ent_kv *kv);

/* One write transaction at a time; any number that only read, each of which
 * sees the store as it was when it began, and should end soon: what they can
 * see is not used again. One that only reads commits the tables when it begins,
 * so who reads often between two that write reads in one that writes, and takes
 * it back. In the midst of one that writes it may be ENT_BUSY: then it can
 * begin after that, or in the midst of one of the next that write. */
enum ent_status ent_kv_begin(struct ent_kv *kv, bool write,
    struct ent_kv_txn **ret_txn, struct ent_error *err) ENT_MUST_CHECK;
/* Ends the transaction whatever it returns. After a put or delete that failed
 * it commits nothing and returns what that returned. */
enum ent_status ent_kv_commit(
    struct ent_kv_txn **txn, struct ent_error *err) ENT_MUST_CHECK;
/* The same, and it may return before all of that is durable, when it is many
 * long values: others may begin and commit on it, but nobody may be told of it
 * before ent_kv_finish. What fails then fails for good. */
enum ent_status ent_kv_commit_ahead(
    struct ent_kv_txn **txn, struct ent_error *err) ENT_MUST_CHECK;
/* Wait for what was committed so; every further commit does, and whatever needs
 * the tables. ENT_IO: as from a commit. */
enum ent_status ent_kv_finish(
    struct ent_kv *kv, struct ent_error *err) ENT_MUST_CHECK;
/* Whether there is something to wait for; whether that would take no time; and
 * a descriptor that can be read from when it takes none, -1: there is nothing.
 */
bool ent_kv_is_going(const struct ent_kv *kv);
bool ent_kv_is_done(const struct ent_kv *kv);
int ent_kv_done_file(const struct ent_kv *kv);
/* NULL is fine. */
void ent_kv_abort(struct ent_kv_txn **txn);

/* `ret_value` is valid until the transaction's next write or end, or until
 * ENT_KV_VALUES_KEPT more were read in it. ENT_NOT_FOUND is an ordinary answer
 * and leaves `err` alone. */
enum ent_status ent_kv_get(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* Insert or replace. `value` must not be one that was read here. */
enum ent_status ent_kv_put(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_view value,
    struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND when there was none. */
enum ent_status ent_kv_delete(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_error *err) ENT_MUST_CHECK;

/* Walk a table in key order. It may be written meanwhile: next goes to the
 * first key greater than the last one given. ENT_NOT_FOUND: no (more) keys. */
struct ent_kv_cursor;
enum ent_status ent_kv_cursor_open(struct ent_kv_txn *txn, size_t table,
    struct ent_kv_cursor **ret_cursor, struct ent_error *err) ENT_MUST_CHECK;
/* Before or after its transaction ended. NULL is fine. */
void ent_kv_cursor_close(struct ent_kv_cursor **cursor);
/* To the first key >= `key`, which may be shorter than the table's, or with an
 * empty key to the first of all. */
enum ent_status ent_kv_cursor_seek(struct ent_kv_cursor *cursor,
    struct ent_view key, struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* From a cursor that has not been moved yet: to the first. */
enum ent_status ent_kv_cursor_next(struct ent_kv_cursor *cursor,
    struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
