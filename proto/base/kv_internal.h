/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv_internal - what the parts of kv share: kv_open.c (making and opening),
 * kv_folder.c (its lock, LMDB's environment), kv_file.c (is the file whole?),
 * kv.c (transactions), kv_room.c (how much is in use), kv_cursor.c, kv_value.c
 * (how a value lies on disk) and kv_cipher.c. Nobody else includes it.
 */
#ifndef ENT_PROTO_BASE_KV_INTERNAL_H
#define ENT_PROTO_BASE_KV_INTERNAL_H

#include <lmdb.h>

#include "proto/base/kv.h"

#define ENT_KV_MAC_LEN 16
#define ENT_KV_PREFIX_LEN 16
#define ENT_KV_NONCE_LEN (ENT_KV_PREFIX_LEN + 8)
#define ENT_KV_SEAL_LEN (ENT_KV_NONCE_LEN + 16) /* nonce and tag */
#define ENT_KV_SUBKEYS_KEPT 16
#define ENT_KV_KEY_MAX 511
#define ENT_KV_DATA_FILE "data.mdb"

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
    uint64_t bytes;  /* put since */
    uint64_t growth; /* at most so much more is in use */
};

struct ent_kv {
    MDB_env *env;
    int lock; /* holds the flock, -1: none */
    const struct ent_kv_table *tables;
    size_t table_count;
    size_t size_max;
    size_t page_size;
    struct ent_kv_count count;
    MDB_dbi own; /* what the store says of itself */
    MDB_dbi dbis[ENT_KV_TABLES_MAX];
    struct ent_kv_guard guard;
    struct ent_kv_values *values; /* for the next transaction, or NULL */
    bool writing;                 /* a write transaction is open */
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

/* How much is in use when a write transaction begins (an LMDB code); whether it
 * would be more than may be, and more than before; and it was committed. */
int ent_kv_room_begin(struct ent_kv_txn *txn);
bool ent_kv_room_is_over(const struct ent_kv_txn *txn);
void ent_kv_room_committed(const struct ent_kv_txn *txn);

/* Put `value` in its table's form; an LMDB code. */
int ent_kv_value_put(MDB_cursor *writer, struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view value);

/* What was put, of what is stored; `values` has room for it, and may be NULL
 * for a table whose values are readable. ENT_IO: it is not what was put there.
 */
enum ent_status ent_kv_value_read(struct ent_kv_values *values,
    struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view stored, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

/* Give back whatever is larger than `room_max`; or all of it. */
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

/* The data file in `folder` holds all its pages; ENT_IO says what is wrong. */
enum ent_status ent_kv_file_check(
    int folder, const char *path, struct ent_error *err) ENT_MUST_CHECK;

#endif
