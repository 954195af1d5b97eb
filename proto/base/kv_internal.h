/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv_internal - what the parts of kv share: kv_create.c, kv_open.c, kv_own.c
 * (what it says of itself), kv_folder.c (its lock, LMDB's environment),
 * kv_file.c (is the file whole?), kv.c (transactions), kv_commit.c (how they
 * become durable), kv_redo.c (before the tables are), kv_going.c (while the
 * next one goes on), kv_long.c, kv_long_note.c, kv_long_file.c and kv_rows.c
 * (long values), kv_room.c (how much is in use), kv_space.c (space ahead),
 * kv_spare.c (to delete), kv_cursor.c, kv_value.c (how a value lies on disk)
 * and kv_cipher.c. Nobody else includes it, but for a fuzz target.
 */
#ifndef ENT_PROTO_BASE_KV_INTERNAL_H
#define ENT_PROTO_BASE_KV_INTERNAL_H

#include <lmdb.h>

#include "proto/base/aside.h"
#include "proto/base/kv.h"
#include "proto/base/redo.h"

#define ENT_KV_MAC_LEN 16
#define ENT_KV_PREFIX_LEN 16
#define ENT_KV_NONCE_LEN (ENT_KV_PREFIX_LEN + 8)
#define ENT_KV_SEAL_LEN (ENT_KV_NONCE_LEN + 16) /* nonce and tag */
#define ENT_KV_SUBKEYS_KEPT 16
#define ENT_KV_KEY_MAX 511
#define ENT_KV_DATA_FILE "data.mdb"
#define ENT_KV_LONG_FILE "long.mdb"
#define ENT_KV_OWN_NAME "entente.store"
#define ENT_KV_REDO_NAME "entente.redo"
#define ENT_KV_LONG_NAME "entente.long"
#define ENT_KV_LONG_ID_NAME "entente.long.id"
#define ENT_KV_FORMAT_VERSION 6
#define ENT_KV_FORMAT_LEN (4 + ENT_REDO_ID_LEN) /* version, random bytes */
#define ENT_KV_LAYOUT_LEN 3                     /* key length, form, LONG */
#define ENT_KV_NUMBER_LEN 8
/* What changes more does not go to the log with all it puts: it would be
 * written twice. */
#define ENT_KV_LOGGED_MAX ((size_t)128 * 1024)

/* The key of all values whose nonces begin with that prefix. */
struct ent_kv_subkey {
    bool known;
    uint8_t prefix[ENT_KV_PREFIX_LEN];
    uint8_t key[ENT_KV_STORE_KEY_LEN];
};

/* What seals and opens: its key, what this transaction seals under (a prefix of
 * its own, drawn with its first value, and a count), and what opened last. */
struct ent_kv_sealer {
    uint8_t key[ENT_KV_STORE_KEY_LEN];
    struct ent_kv_subkey own;
    uint64_t count;
    struct ent_kv_subkey kept[ENT_KV_SUBKEYS_KEPT];
};

struct ent_kv_cipher {
    void (*init)(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
        struct ent_kv_sealer *ret_sealer, struct ent_kv_sealer *ret_veiler);
    /* A sealed value has ENT_KV_SEAL_LEN more on disk; false: it is not what
     * was sealed for that place. */
    void (*seal)(struct ent_kv_sealer *sealer, struct ent_view place,
        struct ent_view value, uint8_t *out);
    bool (*open)(struct ent_kv_sealer *sealer, struct ent_view place,
        struct ent_view stored, uint8_t *out);
    /* A veiled one has ENT_KV_NONCE_LEN more. */
    void (*veil)(
        struct ent_kv_sealer *veiler, struct ent_view value, uint8_t *out);
    void (*unveil)(
        struct ent_kv_sealer *veiler, struct ent_view stored, uint8_t *out);
};

struct ent_kv_guard {
    uint8_t mac_key[ENT_KV_STORE_KEY_LEN];
    struct ent_kv_sealer sealer;
    struct ent_kv_sealer veiler;
    const struct ent_kv_cipher *cipher; /* NULL: no table needs one */
};

/* The sealed and veiled values that were read last, each in room that is used
 * again. */
struct ent_kv_values {
    uint8_t *bytes[ENT_KV_VALUES_KEPT];
    size_t room[ENT_KV_VALUES_KEPT];
    size_t turn; /* where the next one goes */
};

/* What is in use: pages when they were counted last, and what was put since. */
struct ent_kv_count {
    bool known;
    unsigned turns; /* transactions since */
    uint64_t used;
    uint64_t used_long; /* of that in the file of long values */
    uint64_t bytes;     /* put since */
    uint64_t growth;    /* at most so much more is in use */
};

/* A row of a table of long values, on its way to their file. */
struct ent_kv_row {
    size_t table;
    bool is_deleted;
    size_t freed; /* deleted: how long the value was, as it was stored */
    size_t len;   /* of the value as it is stored, where `bytes` begin */
    struct ent_view key;
    uint8_t bytes[];
};

/* Those that are on their way together; it owns them. All zero: none. */
struct ent_kv_rows {
    struct ent_kv_row **list; /* in the order of tables and keys */
    size_t count;
    size_t room;
};

struct ent_kv_long {
    MDB_env *env; /* NULL: no table has long values */
    MDB_dbi dbis[ENT_KV_TABLES_MAX];
    MDB_txn *reader; /* nothing is read just now; NULL: nothing was yet */
    struct ent_kv_rows now;
    struct ent_kv_rows kept;
    struct ent_kv_rows going_now; /* what was `now` of who is committed */
    struct ent_kv_rows going_kept;
};

struct ent_kv {
    MDB_env *env;
    int lock;  /* holds the flock, -1: none */
    int spare; /* -1: none */
    const struct ent_kv_table *tables;
    size_t table_count;
    size_t size_max;
    size_t page_size;
    struct ent_kv_count count;
    uint64_t used_at_open; /* bytes of the file that had something then */
    uint64_t long_used_at_open;
    MDB_dbi own; /* what the store says of itself */
    MDB_dbi dbis[ENT_KV_TABLES_MAX];
    struct ent_kv_guard guard;
    struct ent_kv_values *values; /* for the next transaction, or NULL */
    /* Transactions that are committed and whose tables are not; NULL: none. The
     * one that writes goes on in it. */
    MDB_txn *open;
    unsigned settling; /* so many more begin with tables that are committed */
    struct ent_redo redo;
    struct ent_redo_record record; /* what the one that writes has changed */
    bool writing;                  /* a write transaction is open */
    struct ent_kv_long longs;
    struct ent_aside *aside; /* NULL: nothing was committed ahead yet */
    struct {                 /* what it does, or did last */
        struct ent_redo_record record;
        int rc;                 /* of putting the long values; LMDB's */
        enum ent_status logged; /* and then the record */
        struct ent_error err;
    } going;
    bool broken; /* a commit failed: what is on disk is uncertain */
};

struct ent_kv_txn {
    struct ent_kv *kv;
    MDB_txn *mdb;
    bool write;
    uint64_t writes;        /* puts and deletes so far */
    bool counted;           /* when it began; else `used` is about that */
    uint64_t used;          /* bytes, when it began */
    uint64_t bytes;         /* put so far */
    enum ent_status failed; /* the first put or delete that did */
    struct ent_kv_values *values;
    struct ent_kv_cursor *cursors;
    /* Where a row was put last; NULL: nowhere yet. */
    MDB_cursor *writers[ENT_KV_TABLES_MAX];
};

struct ent_kv_cursor {
    struct ent_kv_txn *txn; /* NULL: it has ended */
    struct ent_kv_cursor *next;
    MDB_cursor *mdb;
    size_t table;
    uint64_t writes; /* the transaction's, when `mdb` was placed on `key` */
    bool placed;
    uint8_t key[ENT_KV_KEY_MAX]; /* the last one given */
    size_t key_len;
};

/* The status for what LMDB or the system said. */
enum ent_status ent_kv_status(int rc);

/* Nothing more can be done with this store: ENT_IO says why, and then that it
 * is so. */
enum ent_status ent_kv_broke(
    struct ent_kv *kv, const char *why, struct ent_error *err);
enum ent_status ent_kv_refuse(struct ent_error *err);
/* Commit the tables, where the log has more. */
enum ent_status ent_kv_settle(
    struct ent_kv *kv, struct ent_error *err) ENT_MUST_CHECK;
/* What the transaction that writes has changed is on its way, and its record;
 * false: there is no thread for it. */
bool ent_kv_go(struct ent_kv *kv);
void ent_kv_close_writer(struct ent_kv_txn *txn, size_t table);

/* How much is in use when a write transaction begins (an LMDB code); whether it
 * would be more than may be, and more than before; and it was committed. */
int ent_kv_room_begin(struct ent_kv_txn *txn);
bool ent_kv_room_is_over(const struct ent_kv_txn *txn);
void ent_kv_room_committed(const struct ent_kv_txn *txn);

/* Room for deleting, in a store with long values: to be opened, which may fail;
 * given up when there is no other; and written again. */
void ent_kv_spare_open(struct ent_kv *kv, int folder);
void ent_kv_spare_give_up(const struct ent_kv *kv);
bool ent_kv_spare_is_missing(const struct ent_kv *kv);
void ent_kv_spare_write(const struct ent_kv *kv);

/* Bytes that are free on its disk; false: that cannot be known. */
bool ent_kv_space_free(const struct ent_kv *kv, uint64_t *ret_free);
/* From now on it is counted how much the files grow. */
void ent_kv_space_begin(struct ent_kv *kv);
/* Blocks behind the last page of a file for a commit that puts so many bytes,
 * while none is under way there: ENOSPC, EDQUOT, EFBIG: there are none. */
int ent_kv_space_ask(MDB_env *env, uint64_t bytes);
/* Whether a file may grow at all where it ends, which is where a short write
 * has left off; the same codes. It keeps its length. */
int ent_kv_space_probe(MDB_env *env);

/* Put `value` in its table's form; an LMDB code. What is stored then is valid
 * until the transaction's next write. */
int ent_kv_value_put(MDB_cursor *writer, struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view value, struct ent_view *ret_stored);

/* How long a value is in its table's form, and to put it so where there is room
 * for that. */
size_t ent_kv_value_len(const struct ent_kv_table *table, size_t len);
void ent_kv_value_write(struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view value, uint8_t *out);

/* The transaction that writes put a value, as it is stored, or deleted one; has
 * it changed anything? */
void ent_kv_redo_put(struct ent_kv *kv, size_t table, struct ent_view key,
    struct ent_view stored);
void ent_kv_redo_delete(struct ent_kv *kv, size_t table, struct ent_view key);
bool ent_kv_redo_changed(const struct ent_kv *kv);
/* Take the first of a record's changes off; false: that is none. */
struct ent_kv_change {
    bool is_deleted;
    size_t table;
    struct ent_view key;
    struct ent_view value; /* as it is stored */
};
bool ent_kv_change_next(const struct ent_kv_table *tables, size_t table_count,
    struct ent_view *content, struct ent_kv_change *ret_change);
/* Whether the log has what the tables as they are on the disk have not. */
bool ent_kv_redo_is_ahead(const struct ent_kv *kv);
/* Commit the tables; an LMDB code. `txn` is ended either way. */
int ent_kv_redo_settle(struct ent_kv *kv, MDB_txn *txn);
/* Begin `kv->open`, with all that the log has; NULL: that is nothing. */
enum ent_status ent_kv_redo_recover(
    struct ent_kv *kv, struct ent_error *err) ENT_MUST_CHECK;

/* Tables of long values (proto/base/kv_long.c), as kv.h says it of all of them;
 * LMDB codes. */
bool ent_kv_has_long(const struct ent_kv_table *tables, size_t count);
enum ent_status ent_kv_long_get(struct ent_kv_txn *txn, size_t table,
    struct ent_view key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
int ent_kv_long_put(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view value);
int ent_kv_long_delete(
    struct ent_kv_txn *txn, size_t table, struct ent_view key);
/* How much the transaction that writes has put there; to put that into the
 * record, or of it what it has deleted. */
uint64_t ent_kv_long_bytes(const struct ent_kv_long *longs);
/* By how much, in whole pages, all that is on its way makes the file fuller:
 * less than 0, when more is deleted. */
int64_t ent_kv_long_growth(const struct ent_kv_long *longs, size_t page_size);
void ent_kv_long_log(struct ent_kv *kv, bool only_deleted);
/* Whether what comes next will have memory: */
bool ent_kv_long_reserve(struct ent_kv_long *longs);
/* what was committed in the log with all it has put; */
void ent_kv_long_logged(struct ent_kv_long *longs);
/* that and what was kept goes to the file (a commit there and its syncs; an
 * LMDB code), and was committed then; */
int ent_kv_long_write(const struct ent_kv_long *longs);
void ent_kv_long_written(struct ent_kv_long *longs);
/* (whether anything of it is put, or deleted;) */
bool ent_kv_long_has_put(const struct ent_kv_long *longs);
bool ent_kv_long_has_deleted(const struct ent_kv_long *longs);
/* or it is another thread that does so; */
void ent_kv_long_go(struct ent_kv_long *longs);
int ent_kv_long_write_going(const struct ent_kv_long *longs);
void ent_kv_long_gone(struct ent_kv_long *longs);
/* or it is taken back. */
void ent_kv_long_drop(struct ent_kv_long *longs);
/* What the log says of such a table. */
int ent_kv_long_again(
    struct ent_kv_long *longs, const struct ent_kv_change *change);
/* What is deleted, by the transaction whose tables are committed with `txn` or
 * before it, and may be in the file still; an LMDB code. It is put each time,
 * so that on a full disk each commit frees the page that the next one needs.
 * And what they said of that, when they are read. */
int ent_kv_long_note(struct ent_kv *kv, MDB_txn *txn);
enum ent_status ent_kv_long_read_note(struct ent_kv *kv, struct ent_view noted,
    struct ent_error *err) ENT_MUST_CHECK;
/* Make the file, if a table needs one; open it. ENT_IO: it is not that store's,
 * or damaged. */
enum ent_status ent_kv_long_create(int folder, const char *path,
    const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN],
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_kv_long_open(struct ent_kv *kv, const char *path,
    size_t size_max, const uint8_t id[static ENT_REDO_ID_LEN],
    struct ent_error *err) ENT_MUST_CHECK;
void ent_kv_long_close(struct ent_kv_long *longs);

/* A row with room for `len` bytes, to be freed; NULL: no memory. */
struct ent_kv_row *ent_kv_row_new(
    size_t table, struct ent_view key, size_t len);
/* NULL: there is none. */
const struct ent_kv_row *ent_kv_rows_find(
    const struct ent_kv_rows *rows, size_t table, struct ent_view key);
/* Room for so many more; false: no memory. */
bool ent_kv_rows_reserve(struct ent_kv_rows *rows, size_t more);
/* Instead of what was there of that key; there is room for it. What is deleted
 * before it was in the file frees nothing there. */
void ent_kv_rows_set(struct ent_kv_rows *rows, struct ent_kv_row *row);
/* All to `to`, which has room for them, or those that are deleted and the
 * others are freed. */
void ent_kv_rows_move(
    struct ent_kv_rows *rows, struct ent_kv_rows *to, bool only_deleted);
void ent_kv_rows_swap(struct ent_kv_rows *a, struct ent_kv_rows *b);
void ent_kv_rows_clear(struct ent_kv_rows *rows);
void ent_kv_rows_free(struct ent_kv_rows *rows);

/* What was put, of what is stored; `values` has room for it, and may be NULL
 * for a table whose values are readable. ENT_IO: it is not what was put there.
 */
enum ent_status ent_kv_value_read(struct ent_kv_values *values,
    struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view stored, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

/* Whether there can be a store like that; what guards its values. */
enum ent_status ent_kv_check_options(
    const struct ent_kv_options *options, struct ent_error *err) ENT_MUST_CHECK;
struct ent_kv_guard ent_kv_guard_of(const struct ent_kv_options *options);

/* What a store says of a table. */
void ent_kv_encode_layout(
    const struct ent_kv_table *table, uint8_t out[static ENT_KV_LAYOUT_LEN]);
/* Put and get a row of its own table; LMDB codes. The version is read before
 * the MAC is judged, which another version may compute otherwise. */
int ent_kv_own_put(MDB_txn *txn, MDB_dbi own, struct ent_kv_guard *guard,
    const char *key, struct ent_view value);
int ent_kv_own_get(const struct ent_kv *kv, MDB_txn *txn, const char *key,
    MDB_val *ret_stored);
enum ent_status ent_kv_own_value(struct ent_kv *kv, const char *key,
    const MDB_val *stored, struct ent_view *ret_value) ENT_MUST_CHECK;

/* What one transaction read its values into is for the next one. Give back
 * whatever is larger than `room_max`; or all of it. */
void ent_kv_values_give(struct ent_kv *kv, struct ent_kv_txn *txn);
void ent_kv_values_shrink(struct ent_kv_values *values, size_t room_max);
void ent_kv_values_free(struct ent_kv_values **values);

void ent_kv_close_file(const int *file);
enum ent_status ent_kv_open_folder(
    const char *path, int *ret_folder, struct ent_error *err) ENT_MUST_CHECK;
bool ent_kv_has_store(int folder);
/* Be the only process in `folder`, until `ret_lock` is closed. */
enum ent_status ent_kv_take_lock(int folder, const char *path, int *ret_lock,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status ent_kv_env_failed(
    const char *path, int rc, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_kv_open_env(const char *path, size_t size_max,
    unsigned flags, MDB_env **ret_env, struct ent_error *err) ENT_MUST_CHECK;
void ent_kv_close_env(MDB_env **env);
/* Make the single file `path`, with what `fill` puts into it for the store
 * `id`.
 */
typedef int ent_kv_fill(MDB_txn *txn, const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN]);
enum ent_status ent_kv_make_env(const char *path,
    const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN], ent_kv_fill *fill,
    struct ent_error *err) ENT_MUST_CHECK;

/* The file `name` in `folder` holds all its pages; ENT_IO says what is wrong.
 */
enum ent_status ent_kv_file_check(int folder, const char *path,
    const char *name, struct ent_error *err) ENT_MUST_CHECK;

#endif
