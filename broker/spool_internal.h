/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the spool share: its tables and the form of their keys.
 */
#ifndef BROKER_SPOOL_INTERNAL_H
#define BROKER_SPOOL_INTERNAL_H

#include "broker/spool.h"
#include "broker/spool_recent.h"

enum spool_table {
    SPOOL_META,     /* name(8)                              -> u64 */
    SPOOL_FRAME,    /* u64 arrival                          -> root, head */
    SPOOL_QUEUE,    /* to(16), u8 rank, u64 arrival         -> entry */
    SPOOL_POSITION, /* stream(32), u64 first, u8 kind       -> queue key */
    SPOOL_RECEIPT,  /* to(16), u8 rank, u64 arrival         -> receipt */
    SPOOL_HASH,     /* to(16), hash(32)                     -> receipt key */
    SPOOL_ANSWER,   /* stream(32), u64 first                -> receipt key and
                       label hash */
    SPOOL_EXPIRY,   /* u64 ms, u64 arrival                  -> u8 table, key */
    SPOOL_USAGE,    /* from(16), recipient(16)              -> usage */
    SPOOL_OBJECT,   /* u8 kind, subject(16)                 -> number, wire */
    SPOOL_BODY,     /* u64 arrival                          -> body */
    SPOOL_TABLE_COUNT,
};

#define SPOOL_KEY_MAX 64

struct broker_spool {
    struct ent_kv *kv;
    struct ent_kv_txn *txn;
    bool writes;
    uint64_t next_arrival;
    uint64_t stored_arrival; /* as it stands in the store */
    uint64_t damaged;        /* values that were passed over */
    struct broker_recent recent;
};

struct spool_key {
    uint8_t bytes[SPOOL_KEY_MAX];
    size_t len;
};

static inline struct ent_view
spool_key_view(const struct spool_key *key)
{
    return ent_view_of(key->bytes, key->len);
}

void broker_row_key_add(struct spool_key *key, const void *bytes, size_t len);
void broker_row_key_add_number(
    struct spool_key *key, uint64_t number, size_t width);

/* party, u8 rank, u64 arrival: of QUEUE and RECEIPT. */
#define SPOOL_QUEUE_KEY_LEN (ENT_PARTY_LEN + 1 + 8)
struct spool_key broker_row_queue_key(
    const struct ent_party *party, uint8_t rank, uint64_t arrival);

/* A damaged value is as if it were not there: what it was about is sent,
 * offered or fetched again. Where LMDB's own tree is damaged, the next write
 * says so. */
enum ent_status broker_row_get(struct broker_spool *spool,
    enum spool_table table, const struct spool_key *key,
    struct ent_view *ret_value, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_row_put(struct broker_spool *spool,
    enum spool_table table, const struct spool_key *key, struct ent_view value,
    struct ent_error *err) ENT_MUST_CHECK;
/* What is not there needs no deleting. */
enum ent_status broker_row_delete(struct broker_spool *spool,
    enum spool_table table, const struct spool_key *key,
    struct ent_error *err) ENT_MUST_CHECK;

/* The first key at or after `from` that shares its first `prefix_len` bytes,
 * and whose value is whole. */
enum ent_status broker_row_seek(struct broker_spool *spool,
    enum spool_table table, const struct spool_key *from, size_t prefix_len,
    struct spool_key *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

/* Change the usage of a pair; counts never fall below 0. */
struct usage_change {
    int64_t bytes;
    int entries;
    int receipts;
    int64_t receipt_bytes;
};
enum ent_status broker_row_count(struct broker_spool *spool,
    const struct ent_party *from, const struct ent_party *recipient,
    const struct usage_change *by, struct ent_error *err) ENT_MUST_CHECK;

/* Remember when something of `table` (QUEUE, RECEIPT) is over, or forget. */
enum ent_status broker_row_expiry_put(struct broker_spool *spool,
    uint64_t at_ms, uint64_t arrival, enum spool_table table,
    const struct spool_key *key, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_row_expiry_delete(struct broker_spool *spool,
    uint64_t at_ms, uint64_t arrival, struct ent_error *err) ENT_MUST_CHECK;

/* What lies at that key of QUEUE or RECEIPT, dropped whole. ENT_NOT_FOUND when
 * it cannot be read, and nothing is dropped. */
enum ent_status broker_row_drop_entry_at(struct broker_spool *spool,
    const struct spool_key *key, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_row_drop_receipt_at(struct broker_spool *spool,
    const struct spool_key *key, struct ent_error *err) ENT_MUST_CHECK;

/* Head and body of an entry. */
enum ent_status broker_row_drop_frame(struct broker_spool *spool,
    uint64_t arrival, struct ent_error *err) ENT_MUST_CHECK;

/* What brokers further on have signed for that entry. */
enum ent_status broker_row_drop_custodies(struct broker_spool *spool,
    const struct broker_entry *entry, struct ent_error *err) ENT_MUST_CHECK;

/* A damaged value: what is in the store is not what we put there. */
enum ent_status broker_row_damaged(const char *what, struct ent_error *err);

#endif
