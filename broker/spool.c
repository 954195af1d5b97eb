/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_CONTEXT "entente object v1"
#define OBJECT_KEY_LEN (1 + ENT_PARTY_LEN)
#define NUMBER_LEN 8
#define META_LEN 8
#define USAGE_LEN (3 * NUMBER_LEN)
#define EXPIRY_VALUE_LEN (1 + SPOOL_QUEUE_KEY_LEN)

static const struct ent_kv_table tables[SPOOL_TABLE_COUNT] = {
    [SPOOL_META] = {.name = "meta", .key_len = META_LEN},
    [SPOOL_FRAME] = {.name = "frame", .key_len = 8},
    [SPOOL_QUEUE] = {.name = "queue", .key_len = SPOOL_QUEUE_KEY_LEN},
    [SPOOL_POSITION] = {.name = "position", .key_len = ENT_DIGEST_LEN + 8 + 1},
    [SPOOL_RECEIPT] = {.name = "receipt", .key_len = SPOOL_QUEUE_KEY_LEN},
    [SPOOL_HASH] = {.name = "hash", .key_len = ENT_PARTY_LEN + ENT_DIGEST_LEN},
    [SPOOL_ANSWER] = {.name = "answer", .key_len = ENT_DIGEST_LEN + 8},
    [SPOOL_EXPIRY] = {.name = "expiry", .key_len = 8 + 8},
    [SPOOL_USAGE] = {.name = "usage", .key_len = 2 * ENT_PARTY_LEN},
    [SPOOL_OBJECT] = {.name = "object", .key_len = OBJECT_KEY_LEN},
};

static const char arrival_name[META_LEN + 1] = "arrival\0";

/* ---- keys and values ---- */

void
spool_key_add(struct spool_key *key, const void *bytes, size_t len)
{
    assert(len <= sizeof key->bytes - key->len);
    memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
}

void
spool_key_add_number(struct spool_key *key, uint64_t number, size_t width)
{
    assert(width <= sizeof key->bytes - key->len);
    ent_put_be(key->bytes + key->len, number, width);
    key->len += width;
}

struct spool_key
spool_queue_key(const struct ent_party *party, uint8_t rank, uint64_t arrival)
{
    struct spool_key key = {0};

    spool_key_add(&key, party->bytes, sizeof party->bytes);
    spool_key_add_number(&key, rank, 1);
    spool_key_add_number(&key, arrival, 8);
    return key;
}

enum ent_status
spool_get(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_view *ret_value,
    struct ent_error *err)
{
    assert(spool->txn != NULL);
    return ent_kv_get(spool->txn, table, spool_key_view(key), ret_value, err);
}

enum ent_status
spool_put(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_view value, struct ent_error *err)
{
    assert(spool->writes);
    return ent_kv_put(spool->txn, table, spool_key_view(key), value, err);
}

enum ent_status
spool_delete(struct broker_spool *spool, enum spool_table table,
    const struct spool_key *key, struct ent_error *err)
{
    enum ent_status rc;

    assert(spool->writes);
    rc = ent_kv_delete(spool->txn, table, spool_key_view(key), err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
spool_seek(struct broker_spool *spool, enum spool_table table,
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
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(key.data, from->bytes, prefix_len) != 0) {
        return ENT_NOT_FOUND;
    }
    ret_key->len = 0;
    spool_key_add(ret_key, key.data, key.len);
    *ret_value = value;
    return ENT_OK;
}

enum ent_status
spool_damaged(const char *what, struct ent_error *err)
{
    return ent_fail(err, ENT_IO, "the spool holds a malformed %s", what);
}

/* ---- opening and transactions ---- */

static struct ent_kv_options
kv_options(const uint8_t *mac_key, uint64_t size_max)
{
    struct ent_kv_options options = {
        .tables = tables,
        .table_count = SPOOL_TABLE_COUNT,
        .size_max = size_max,
    };

    memcpy(options.mac_key, mac_key, sizeof options.mac_key);
    return options;
}

enum ent_status
broker_spool_create(const char *path,
    const uint8_t mac_key[static ENT_KV_MAC_KEY_LEN], uint64_t size_max,
    struct ent_error *err)
{
    struct ent_kv_options options = kv_options(mac_key, size_max);
    enum ent_status rc;

    rc = ent_kv_create(path, &options, err);
    sodium_memzero(&options, sizeof options);
    return rc;
}

static struct spool_key
arrival_key(void)
{
    struct spool_key key = {0};

    spool_key_add(&key, arrival_name, META_LEN);
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
    rc = spool_get(spool, SPOOL_META, &key, &value, err);
    if (rc == ENT_OK && value.len != NUMBER_LEN) {
        rc = spool_damaged("number", err);
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
    const uint8_t mac_key[static ENT_KV_MAC_KEY_LEN], uint64_t size_max,
    struct broker_spool **ret_spool, struct ent_error *err)
{
    ENT_AUTO(broker_spool_close) struct broker_spool *spool = NULL;
    struct ent_kv_options options = kv_options(mac_key, size_max);
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
    return ent_kv_begin(spool->kv, write, &spool->txn, err);
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
        rc = spool_put(
            spool, SPOOL_META, &key, ent_view_of(number, sizeof number), err);
    }
    if (rc == ENT_OK) {
        rc = ent_kv_commit(&spool->txn, err);
    }
    if (rc == ENT_OK) {
        spool->stored_arrival = spool->next_arrival;
    }
    broker_spool_abort(spool);
    return rc;
}

void
broker_spool_abort(struct broker_spool *spool)
{
    ent_kv_abort(&spool->txn);
    spool->writes = false;
    spool->next_arrival = spool->stored_arrival;
}

/* ---- usage ---- */

static struct spool_key
usage_key(const struct ent_party *sender, const struct ent_party *recipient)
{
    struct spool_key key = {0};

    spool_key_add(&key, sender->bytes, sizeof sender->bytes);
    spool_key_add(&key, recipient->bytes, sizeof recipient->bytes);
    return key;
}

enum ent_status
broker_spool_usage(struct broker_spool *spool, const struct ent_party *sender,
    const struct ent_party *recipient, struct broker_usage *ret_usage,
    struct ent_error *err)
{
    const struct spool_key key = usage_key(sender, recipient);
    struct ent_view value;
    enum ent_status rc;

    rc = spool_get(spool, SPOOL_USAGE, &key, &value, err);
    if (rc == ENT_NOT_FOUND) {
        *ret_usage = (struct broker_usage){0};
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != USAGE_LEN) {
        return spool_damaged("usage", err);
    }
    ret_usage->bytes = ent_get_be(value.data, NUMBER_LEN);
    ret_usage->entries = ent_get_be(value.data + NUMBER_LEN, NUMBER_LEN);
    ret_usage->receipts = ent_get_be(value.data + 2 * NUMBER_LEN, NUMBER_LEN);
    return ENT_OK;
}

static void
change(uint64_t *count, int64_t by)
{
    if (by >= 0) {
        *count += (uint64_t)by;
    } else {
        *count -= *count < (uint64_t)-by ? *count : (uint64_t)-by;
    }
}

enum ent_status
spool_count(struct broker_spool *spool, const struct ent_party *sender,
    const struct ent_party *recipient, int64_t bytes, int entries, int receipts,
    struct ent_error *err)
{
    const struct spool_key key = usage_key(sender, recipient);
    struct broker_usage usage;
    uint8_t value[USAGE_LEN];
    enum ent_status rc;

    rc = broker_spool_usage(spool, sender, recipient, &usage, err);
    if (rc != ENT_OK) {
        return rc;
    }
    change(&usage.bytes, bytes);
    change(&usage.entries, entries);
    change(&usage.receipts, receipts);
    if (usage.entries == 0 && usage.receipts == 0) {
        return spool_delete(spool, SPOOL_USAGE, &key, err);
    }
    ent_put_be(value, usage.bytes, NUMBER_LEN);
    ent_put_be(value + NUMBER_LEN, usage.entries, NUMBER_LEN);
    ent_put_be(value + 2 * NUMBER_LEN, usage.receipts, NUMBER_LEN);
    return spool_put(
        spool, SPOOL_USAGE, &key, ent_view_of(value, sizeof value), err);
}

/* ---- expiry ---- */

static struct spool_key
expiry_key(uint64_t at_ms, uint64_t arrival)
{
    struct spool_key key = {0};

    spool_key_add_number(&key, at_ms, 8);
    spool_key_add_number(&key, arrival, 8);
    return key;
}

enum ent_status
spool_expiry_put(struct broker_spool *spool, uint64_t at_ms, uint64_t arrival,
    enum spool_table table, const struct spool_key *key, struct ent_error *err)
{
    const struct spool_key expiry = expiry_key(at_ms, arrival);
    uint8_t value[EXPIRY_VALUE_LEN];

    assert(key->len == SPOOL_QUEUE_KEY_LEN);

    value[0] = (uint8_t)table;
    memcpy(value + 1, key->bytes, key->len);
    return spool_put(
        spool, SPOOL_EXPIRY, &expiry, ent_view_of(value, sizeof value), err);
}

enum ent_status
spool_expiry_delete(struct broker_spool *spool, uint64_t at_ms,
    uint64_t arrival, struct ent_error *err)
{
    const struct spool_key key = expiry_key(at_ms, arrival);

    return spool_delete(spool, SPOOL_EXPIRY, &key, err);
}

/* The one whose time is over first, or ENT_NOT_FOUND when none's is. */
static enum ent_status
next_expired(struct broker_spool *spool, uint64_t now_ms,
    enum spool_table *ret_table, struct spool_key *ret_key,
    struct ent_error *err)
{
    const struct spool_key start = {0};
    struct spool_key found;
    struct ent_view value;
    enum ent_status rc;

    rc = spool_seek(spool, SPOOL_EXPIRY, &start, 0, &found, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_get_be(found.bytes, 8) > now_ms) {
        return ENT_NOT_FOUND;
    }
    if (value.len != EXPIRY_VALUE_LEN ||
        (value.data[0] != SPOOL_QUEUE && value.data[0] != SPOOL_RECEIPT)) {
        return spool_damaged("time of expiry", err);
    }
    *ret_table = value.data[0];
    ret_key->len = 0;
    spool_key_add(ret_key, value.data + 1, SPOOL_QUEUE_KEY_LEN);
    return ENT_OK;
}

bool
broker_spool_has_expired(struct broker_spool *spool, uint64_t now_ms)
{
    enum spool_table table;
    struct spool_key key;

    return next_expired(spool, now_ms, &table, &key, NULL) == ENT_OK;
}

enum ent_status
broker_spool_expire(struct broker_spool *spool, uint64_t now_ms, size_t max,
    size_t *ret_dropped, struct ent_error *err)
{
    size_t dropped = 0;

    while (dropped < max) {
        enum spool_table table;
        struct spool_key key;
        enum ent_status rc;

        rc = next_expired(spool, now_ms, &table, &key, err);
        if (rc == ENT_NOT_FOUND) {
            break;
        }
        if (rc == ENT_OK) {
            rc = table == SPOOL_QUEUE ? spool_drop_entry_at(spool, &key, err)
                                      : spool_drop_receipt_at(spool, &key, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        dropped++;
    }
    *ret_dropped = dropped;
    return ENT_OK;
}

/* ---- signed objects ---- */

static struct spool_key
object_key(uint32_t kind, const char *subject)
{
    struct spool_key key = {0};
    uint8_t name[ENT_PARTY_LEN];
    crypto_generichash_state hash;

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof name);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)OBJECT_CONTEXT, sizeof OBJECT_CONTEXT - 1);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)subject, strlen(subject));
    (void)crypto_generichash_final(&hash, name, sizeof name);
    spool_key_add_number(&key, kind, 1);
    spool_key_add(&key, name, sizeof name);
    return key;
}

enum ent_status
broker_spool_get_object(struct broker_spool *spool, uint32_t kind,
    const char *subject, uint64_t *ret_number, struct ent_view *ret_wire,
    struct ent_error *err)
{
    const struct spool_key key = object_key(kind, subject);
    struct ent_view value;
    enum ent_status rc;

    rc = spool_get(spool, SPOOL_OBJECT, &key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len <= NUMBER_LEN) {
        return spool_damaged("object", err);
    }
    *ret_number = ent_get_be(value.data, NUMBER_LEN);
    *ret_wire = ent_view_of(value.data + NUMBER_LEN, value.len - NUMBER_LEN);
    return ENT_OK;
}

enum ent_status
broker_spool_put_object(struct broker_spool *spool, uint32_t kind,
    const char *subject, uint64_t number, struct ent_view wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    const struct spool_key key = object_key(kind, subject);
    enum ent_status rc;

    assert(wire.len > 0);

    rc = ent_bytes_alloc(NUMBER_LEN + wire.len, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_put_be(value.data, number, NUMBER_LEN);
    memcpy(value.data + NUMBER_LEN, wire.data, wire.len);
    return spool_put(spool, SPOOL_OBJECT, &key, ent_bytes_view(&value), err);
}
