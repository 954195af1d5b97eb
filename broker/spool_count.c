/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the spool who uses, and until when. */
#include <assert.h>
#include <string.h>

#include "broker/spool_internal.h"

#define NUMBER_LEN 8
#define USAGE_NUMBERS 4
#define USAGE_LEN (USAGE_NUMBERS * NUMBER_LEN)
#define EXPIRY_VALUE_LEN (1 + SPOOL_QUEUE_KEY_LEN)

/* ---- usage ---- */

static struct spool_key
usage_key(const struct ent_party *from, const struct ent_party *recipient)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, from->bytes, sizeof from->bytes);
    broker_row_key_add(&key, recipient->bytes, sizeof recipient->bytes);
    return key;
}

enum ent_status
broker_spool_usage(struct broker_spool *spool, const struct ent_party *from,
    const struct ent_party *recipient, struct broker_usage *ret_usage,
    struct ent_error *err)
{
    const struct spool_key key = usage_key(from, recipient);
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_USAGE, &key, &value, err);
    if (rc == ENT_NOT_FOUND) {
        *ret_usage = (struct broker_usage){0};
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != USAGE_LEN) {
        return broker_row_damaged("usage", err);
    }
    ret_usage->bytes = ent_get_be(value.data, NUMBER_LEN);
    ret_usage->entries = ent_get_be(value.data + NUMBER_LEN, NUMBER_LEN);
    ret_usage->receipts = ent_get_be(value.data + 2 * NUMBER_LEN, NUMBER_LEN);
    ret_usage->receipt_bytes =
        ent_get_be(value.data + 3 * NUMBER_LEN, NUMBER_LEN);
    return ENT_OK;
}

void
broker_spool_room(const struct broker_spool *spool, uint64_t *ret_used,
    uint64_t *ret_size_max)
{
    assert(spool->writes);
    ent_kv_room(spool->txn, ret_used, ret_size_max);
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
broker_row_count(struct broker_spool *spool, const struct ent_party *from,
    const struct ent_party *recipient, const struct usage_change *by,
    struct ent_error *err)
{
    const struct spool_key key = usage_key(from, recipient);
    struct broker_usage usage;
    uint8_t value[USAGE_LEN];
    enum ent_status rc;

    rc = broker_spool_usage(spool, from, recipient, &usage, err);
    if (rc != ENT_OK) {
        return rc;
    }
    change(&usage.bytes, by->bytes);
    change(&usage.entries, by->entries);
    change(&usage.receipts, by->receipts);
    change(&usage.receipt_bytes, by->receipt_bytes);
    if (usage.entries == 0 && usage.receipts == 0) {
        return broker_row_delete(spool, SPOOL_USAGE, &key, err);
    }
    ent_put_be(value, usage.bytes, NUMBER_LEN);
    ent_put_be(value + NUMBER_LEN, usage.entries, NUMBER_LEN);
    ent_put_be(value + 2 * NUMBER_LEN, usage.receipts, NUMBER_LEN);
    ent_put_be(value + 3 * NUMBER_LEN, usage.receipt_bytes, NUMBER_LEN);
    return broker_row_put(
        spool, SPOOL_USAGE, &key, ent_view_of(value, sizeof value), err);
}

/* ---- expiry ---- */

static struct spool_key
expiry_key(uint64_t at_ms, uint64_t arrival)
{
    struct spool_key key = {0};

    broker_row_key_add_number(&key, at_ms, 8);
    broker_row_key_add_number(&key, arrival, 8);
    return key;
}

enum ent_status
broker_row_expiry_put(struct broker_spool *spool, uint64_t at_ms,
    uint64_t arrival, enum spool_table table, const struct spool_key *key,
    struct ent_error *err)
{
    const struct spool_key expiry = expiry_key(at_ms, arrival);
    uint8_t value[EXPIRY_VALUE_LEN];

    assert(key->len == SPOOL_QUEUE_KEY_LEN);

    value[0] = (uint8_t)table;
    memcpy(value + 1, key->bytes, key->len);
    return broker_row_put(
        spool, SPOOL_EXPIRY, &expiry, ent_view_of(value, sizeof value), err);
}

enum ent_status
broker_row_expiry_delete(struct broker_spool *spool, uint64_t at_ms,
    uint64_t arrival, struct ent_error *err)
{
    const struct spool_key key = expiry_key(at_ms, arrival);

    return broker_row_delete(spool, SPOOL_EXPIRY, &key, err);
}

/* Something whose time is over, or ENT_NOT_FOUND when nothing's is. */
struct over {
    uint64_t at_ms;
    uint64_t arrival;
    enum spool_table table;
    struct spool_key key;
};

static enum ent_status
next_over(struct broker_spool *spool, uint64_t now_ms, struct over *ret_over,
    struct ent_error *err)
{
    const struct spool_key start = {0};
    struct spool_key found;
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_seek(spool, SPOOL_EXPIRY, &start, 0, &found, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ret_over->at_ms = ent_get_be(found.bytes, 8);
    ret_over->arrival = ent_get_be(found.bytes + 8, 8);
    if (ret_over->at_ms > now_ms) {
        return ENT_NOT_FOUND;
    }
    if (value.len != EXPIRY_VALUE_LEN ||
        (value.data[0] != SPOOL_QUEUE && value.data[0] != SPOOL_RECEIPT)) {
        return broker_row_damaged("time of expiry", err);
    }
    ret_over->table = value.data[0];
    ret_over->key.len = 0;
    broker_row_key_add(&ret_over->key, value.data + 1, SPOOL_QUEUE_KEY_LEN);
    return ENT_OK;
}

bool
broker_spool_has_expired(struct broker_spool *spool, uint64_t now_ms)
{
    struct over over;

    return next_over(spool, now_ms, &over, NULL) == ENT_OK;
}

/* What cannot be read cannot say what else belongs to it: as much as its place
 * tells goes with it. */
static enum ent_status
drop_unread(
    struct broker_spool *spool, const struct over *over, struct ent_error *err)
{
    enum ent_status rc = broker_row_delete(spool, over->table, &over->key, err);

    if (rc == ENT_OK && over->table == SPOOL_QUEUE) {
        rc = broker_row_drop_frame(spool, over->arrival, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_delete(spool, over->at_ms, over->arrival, err);
    }
    return rc;
}

static enum ent_status
drop_over(
    struct broker_spool *spool, const struct over *over, struct ent_error *err)
{
    enum ent_status rc =
        over->table == SPOOL_QUEUE
            ? broker_row_drop_entry_at(spool, &over->key, err)
            : broker_row_drop_receipt_at(spool, &over->key, err);

    return rc == ENT_NOT_FOUND ? drop_unread(spool, over, err) : rc;
}

enum ent_status
broker_spool_expire(struct broker_spool *spool, uint64_t now_ms, size_t max,
    size_t *ret_dropped, struct ent_error *err)
{
    size_t dropped = 0;

    while (dropped < max) {
        struct over over;
        enum ent_status rc = next_over(spool, now_ms, &over, err);

        if (rc == ENT_NOT_FOUND) {
            break;
        }
        if (rc == ENT_OK) {
            rc = drop_over(spool, &over, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        dropped++;
    }
    *ret_dropped = dropped;
    return ENT_OK;
}
