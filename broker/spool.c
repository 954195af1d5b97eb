/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_LEN 8
#define META_LEN 8
#define PASSED_OVER_MAX 1000 /* damaged values in a row */

/* A broker must route by what it reads, and has no cipher: nothing is sealed. A
 * body needs no MAC: its root, which was signed, stands in its frame. */
#define TABLE(title, len)                                                      \
    {                                                                          \
        .name = (title), .key_len = (len), .form = ENT_KV_AUTHENTIC            \
    }
static const struct ent_kv_table tables[SPOOL_TABLE_COUNT] = {
    [SPOOL_META] = TABLE("meta", META_LEN),
    [SPOOL_FRAME] = TABLE("frame", 8),
    [SPOOL_QUEUE] = TABLE("queue", SPOOL_QUEUE_KEY_LEN),
    [SPOOL_POSITION] = TABLE("position", ENT_DIGEST_LEN + 8 + 1),
    [SPOOL_RECEIPT] = TABLE("receipt", SPOOL_QUEUE_KEY_LEN),
    [SPOOL_HASH] = TABLE("hash", ENT_PARTY_LEN + ENT_DIGEST_LEN),
    [SPOOL_ANSWER] = TABLE("answer", ENT_DIGEST_LEN + 8),
    [SPOOL_EXPIRY] = TABLE("expiry", 8 + 8),
    [SPOOL_USAGE] = TABLE("usage", 2 * ENT_PARTY_LEN),
    [SPOOL_OBJECT] = TABLE("object", 1 + ENT_PARTY_LEN),
    [SPOOL_BODY] = {.name = "body", .key_len = 8, .form = ENT_KV_BARE},
};

static const char arrival_name[META_LEN + 1] = "arrival\0";

/* ---- keys and values ---- */

void
broker_row_key_add(struct spool_key *key, const void *bytes, size_t len)
{
    assert(len <= sizeof key->bytes - key->len);
    memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
}

void
broker_row_key_add_number(struct spool_key *key, uint64_t number, size_t width)
{
    assert(width <= sizeof key->bytes - key->len);
    ent_put_be(key->bytes + key->len, number, width);
    key->len += width;
}

struct spool_key
broker_row_queue_key(
    const struct ent_party *party, uint8_t rank, uint64_t arrival)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, party->bytes, sizeof party->bytes);
    broker_row_key_add_number(&key, rank, 1);
    broker_row_key_add_number(&key, arrival, 8);
    return key;
}

enum ent_status
broker_row_get(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_view *ret_value,
    struct ent_error *err)
{
    enum ent_status rc;

    assert(spool->txn != NULL);
    rc = ent_kv_get(spool->txn, table, spool_key_view(key), ret_value, err);
    if (rc == ENT_IO) {
        spool->damaged++;
        return ENT_NOT_FOUND;
    }
    return rc;
}

enum ent_status
broker_row_put(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_view value, struct ent_error *err)
{
    assert(spool->writes);
    return ent_kv_put(spool->txn, table, spool_key_view(key), value, err);
}

enum ent_status
broker_row_delete(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_error *err)
{
    enum ent_status rc;

    assert(spool->writes);
    rc = ent_kv_delete(spool->txn, table, spool_key_view(key), err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
broker_row_seek(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *from, size_t prefix_len, struct spool_key *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    ENT_AUTO(ent_kv_cursor_close) struct ent_kv_cursor *cursor = NULL;
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    rc = ent_kv_cursor_open(spool->txn, table, &cursor, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_kv_cursor_seek(cursor, spool_key_view(from), &key, &value, err);
    for (size_t i = 0; rc == ENT_IO && i < PASSED_OVER_MAX; i++) {
        spool->damaged++;
        rc = ent_kv_cursor_next(cursor, &key, &value, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(key.data, from->bytes, from->len) < 0) {
        return ent_fail(err, ENT_IO, "a table of the spool is damaged");
    }
    if (memcmp(key.data, from->bytes, prefix_len) != 0) {
        return ENT_NOT_FOUND;
    }
    ret_key->len = 0;
    broker_row_key_add(ret_key, key.data, key.len);
    *ret_value = value;
    return ENT_OK;
}

enum ent_status
broker_row_damaged(const char *what, struct ent_error *err)
{
    return ent_fail(err, ENT_IO, "the spool holds a malformed %s", what);
}

/* ---- opening and transactions ---- */

static struct ent_kv_options
kv_options(const uint8_t *store_key, uint64_t size_max)
{
    struct ent_kv_options options = {
        .tables = tables,
        .table_count = SPOOL_TABLE_COUNT,
        .size_max = size_max,
    };

    memcpy(options.store_key, store_key, sizeof options.store_key);
    return options;
}

enum ent_status
broker_spool_create(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], uint64_t size_max,
    struct ent_error *err)
{
    struct ent_kv_options options = kv_options(store_key, size_max);
    enum ent_status rc;

    rc = ent_kv_create(path, &options, err);
    sodium_memzero(&options, sizeof options);
    return rc;
}

static struct spool_key
arrival_key(void)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, arrival_name, META_LEN);
    return key;
}

/* Numbers go on where they were, so that none is ever given twice. */
static enum ent_status
load_arrival(struct broker_spool *spool, struct ent_error *err)
{
    const struct spool_key key = arrival_key();
    struct ent_view value;
    enum ent_status rc;

    rc = broker_spool_begin(spool, false, err);
    if (rc != ENT_OK) {
        return rc;
    }
    spool->next_arrival = 1;
    /* Without it nothing can be told apart, so here damage is an end. */
    rc = ent_kv_get(spool->txn, SPOOL_META, spool_key_view(&key), &value, err);
    if (rc == ENT_OK && value.len != NUMBER_LEN) {
        rc = broker_row_damaged("number", err);
    }
    if (rc == ENT_OK) {
        spool->next_arrival = ent_get_be(value.data, NUMBER_LEN);
    }
    spool->stored_arrival = spool->next_arrival;
    broker_spool_abort(spool);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
broker_spool_open(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], uint64_t size_max,
    struct broker_spool **ret_spool, struct ent_error *err)
{
    ENT_AUTO(broker_spool_close) struct broker_spool *spool = NULL;
    struct ent_kv_options options = kv_options(store_key, size_max);
    enum ent_status rc;

    spool = calloc(1, sizeof *spool);
    if (spool == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a spool");
    }
    rc = ent_kv_open(path, &options, &spool->kv, err);
    sodium_memzero(&options, sizeof options);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = load_arrival(spool, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_spool = spool;
    spool = NULL;
    return ENT_OK;
}

void
broker_spool_close(struct broker_spool **spool)
{
    if (*spool == NULL) {
        return;
    }
    broker_spool_abort(*spool);
    broker_recent_clear(&(*spool)->recent);
    ent_kv_close(&(*spool)->kv);
    free(*spool);
    *spool = NULL;
}

enum ent_status
broker_spool_begin(
    struct broker_spool *spool, bool write, struct ent_error *err)
{
    assert(spool->txn == NULL);

    spool->writes = write;
    if (write) {
        broker_recent_clear(&spool->recent);
    }
    /* One that only reads would commit the tables (proto/base/kv.h). */
    return ent_kv_begin(spool->kv, true, &spool->txn, err);
}

enum ent_status
broker_spool_commit(struct broker_spool *spool, struct ent_error *err)
{
    const struct spool_key key = arrival_key();
    uint8_t number[NUMBER_LEN];
    enum ent_status rc = ENT_OK;

    assert(spool->writes);

    if (spool->next_arrival != spool->stored_arrival) {
        ent_put_be(number, spool->next_arrival, sizeof number);
        rc = broker_row_put(
            spool, SPOOL_META, &key, ent_view_of(number, sizeof number), err);
    }
    if (rc == ENT_OK) {
        rc = ent_kv_commit(&spool->txn, err);
    }
    if (rc == ENT_OK) {
        spool->stored_arrival = spool->next_arrival;
    } else {
        broker_recent_clear(&spool->recent);
    }
    broker_spool_abort(spool);
    return rc;
}

bool
broker_spool_prepare(struct broker_spool *spool)
{
    return ent_kv_prepare(spool->kv);
}

uint64_t
broker_spool_damaged(const struct broker_spool *spool)
{
    return spool->damaged;
}

void
broker_spool_abort(struct broker_spool *spool)
{
    if (spool->txn != NULL && spool->writes) {
        broker_recent_clear(&spool->recent); /* none of it was stored */
    }
    ent_kv_abort(&spool->txn);
    spool->writes = false;
    spool->next_arrival = spool->stored_arrival;
}
