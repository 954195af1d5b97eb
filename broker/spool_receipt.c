/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/schema/delivery.pb-c.h"

/*
 * A receipt in RECEIPT, whose key has to, rank and arrival:
 *
 *     recipient stream hash drop_at count  firsts of its answers   wire
 *     16        32     32   8       1      8 each
 */
#define FIXED_LEN (ENT_PARTY_LEN + 2 * ENT_DIGEST_LEN + 8 + 1)
#define ANSWER_VALUE_LEN (SPOOL_QUEUE_KEY_LEN + ENT_DIGEST_LEN)

_Static_assert(ENT_ANSWERS_MAX <= UINT8_MAX, "their number has one byte");

/* The places that the answers of one receipt settle. */
struct places {
    uint64_t firsts[ENT_ANSWERS_MAX];
    size_t count;
};

static struct spool_key
key_of(const struct broker_receipt *receipt)
{
    return broker_row_queue_key(&receipt->to, receipt->rank, receipt->arrival);
}

static struct spool_key
hash_key(const struct ent_party *to, const struct ent_digest *hash)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, to->bytes, sizeof to->bytes);
    broker_row_key_add(&key, hash->bytes, sizeof hash->bytes);
    return key;
}

static struct spool_key
answer_key(const struct ent_digest *stream, uint64_t first)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, stream->bytes, sizeof stream->bytes);
    broker_row_key_add_number(&key, first, 8);
    return key;
}

static enum ent_status
put_row(struct broker_spool *spool, const struct broker_receipt *receipt,
    const struct places *places, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    const struct spool_key key = key_of(receipt);
    uint8_t *at;
    enum ent_status rc;

    rc = ent_bytes_alloc(
        FIXED_LEN + places->count * 8 + receipt->wire.len, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    at = value.data;
    memcpy(at, receipt->recipient.bytes, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(at, receipt->stream.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(at, receipt->hash.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    ent_put_be(at, receipt->drop_at, 8);
    at += 8;
    *at++ = (uint8_t)places->count;
    for (size_t i = 0; i < places->count; i++, at += 8) {
        ent_put_be(at, places->firsts[i], 8);
    }
    memcpy(at, receipt->wire.data, receipt->wire.len);
    return broker_row_put(
        spool, SPOOL_RECEIPT, &key, ent_bytes_view(&value), err);
}

static enum ent_status
row_decode(const struct spool_key *key, struct ent_view value,
    struct broker_receipt *ret_receipt, struct places *ret_places,
    struct ent_error *err)
{
    struct broker_receipt receipt = {0};
    const uint8_t *at = value.data;

    if (value.len < FIXED_LEN || at[FIXED_LEN - 1] > ENT_ANSWERS_MAX ||
        value.len <= FIXED_LEN + (size_t)at[FIXED_LEN - 1] * 8) {
        return broker_row_damaged("receipt", err);
    }
    memcpy(receipt.to.bytes, key->bytes, ENT_PARTY_LEN);
    receipt.rank = key->bytes[ENT_PARTY_LEN];
    receipt.arrival = ent_get_be(key->bytes + ENT_PARTY_LEN + 1, 8);
    memcpy(receipt.recipient.bytes, at, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(receipt.stream.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(receipt.hash.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    receipt.drop_at = ent_get_be(at, 8);
    at += 8;
    ret_places->count = *at++;
    for (size_t i = 0; i < ret_places->count; i++, at += 8) {
        ret_places->firsts[i] = ent_get_be(at, 8);
    }
    receipt.wire = ent_view_of(at, value.len - (size_t)(at - value.data));
    *ret_receipt = receipt;
    return ENT_OK;
}

/* Only a final answer says where the sender finds what it asks for. */
static struct places
settled_places(const struct ent_answer *answers, size_t count)
{
    struct places places = {0};

    assert(count <= ENT_ANSWERS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (answers[i].code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
            places.firsts[places.count++] = answers[i].first;
        }
    }
    return places;
}

static enum ent_status
put_answers(struct broker_spool *spool, const struct broker_receipt *receipt,
    const struct ent_answer *answers, size_t count, struct ent_error *err)
{
    const struct spool_key key = key_of(receipt);
    uint8_t value[ANSWER_VALUE_LEN];

    memcpy(value, key.bytes, SPOOL_QUEUE_KEY_LEN);
    for (size_t i = 0; i < count; i++) {
        const struct spool_key answer =
            answer_key(&receipt->stream, answers[i].first);
        enum ent_status rc;

        if (answers[i].code != ENTENTE__V1__ANSWER_CODE__SETTLED) {
            continue;
        }
        memcpy(value + SPOOL_QUEUE_KEY_LEN, answers[i].label_hash.bytes,
            ENT_DIGEST_LEN);
        rc = broker_row_put(spool, SPOOL_ANSWER, &answer,
            ent_view_of(value, sizeof value), err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

/* The row whose key stands in another row; both must be whole. */
static enum ent_status
get_row_of(struct broker_spool *spool, struct ent_view pointer,
    struct spool_key *ret_key, struct ent_view *ret_value,
    struct ent_error *err)
{
    if (pointer.len < SPOOL_QUEUE_KEY_LEN) {
        return broker_row_damaged("key of a receipt", err);
    }
    ret_key->len = 0;
    broker_row_key_add(ret_key, pointer.data, SPOOL_QUEUE_KEY_LEN);
    return broker_row_get(spool, SPOOL_RECEIPT, ret_key, ret_value, err);
}

/* ENT_OK when there is room for one more, not kept yet. */
static enum ent_status
check_new(struct broker_spool *spool, const struct broker_receipt *receipt,
    uint64_t bytes_max, struct ent_error *err)
{
    const uint64_t count_max =
        receipt->final ? SPOOL_RECEIPTS_MAX : SPOOL_RECEIPTS_MAX / 4;
    const struct spool_key hash = hash_key(&receipt->to, &receipt->hash);
    struct broker_usage usage;
    struct spool_key key;
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_HASH, &hash, &value, err);
    if (rc == ENT_OK) {
        rc = get_row_of(spool, value, &key, &value, err);
    }
    if (rc == ENT_OK) {
        return ent_fail(err, ENT_EXISTS, "that receipt is kept already");
    }
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = broker_spool_usage(
        spool, &receipt->to, &receipt->recipient, &usage, err);
    if (rc == ENT_OK &&
        (usage.receipts >= count_max || usage.receipt_bytes >= bytes_max ||
            receipt->wire.len > bytes_max - usage.receipt_bytes)) {
        return ent_fail(err, ENT_BUSY, "too many receipts are kept already");
    }
    return rc;
}

enum ent_status
broker_spool_put_receipt(struct broker_spool *spool,
    struct broker_receipt *receipt, const struct ent_answer *answers,
    size_t answer_count, uint64_t bytes_max, struct ent_error *err)
{
    const struct spool_key hash = hash_key(&receipt->to, &receipt->hash);
    const struct places places = settled_places(answers, answer_count);
    struct spool_key key;
    enum ent_status rc;

    assert(receipt->wire.len > 0 && receipt->rank < BROKER_RANKS);

    rc = check_new(spool, receipt, bytes_max, err);
    if (rc != ENT_OK) {
        return rc;
    }
    receipt->arrival = spool->next_arrival;
    key = key_of(receipt);
    rc = put_row(spool, receipt, &places, err);
    if (rc == ENT_OK) {
        rc =
            broker_row_put(spool, SPOOL_HASH, &hash, spool_key_view(&key), err);
    }
    if (rc == ENT_OK) {
        rc = put_answers(spool, receipt, answers, answer_count, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_put(spool, receipt->drop_at, receipt->arrival,
            SPOOL_RECEIPT, &key, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_count(spool, &receipt->to, &receipt->recipient,
            &(struct usage_change){
                .receipts = 1, .receipt_bytes = (int64_t)receipt->wire.len},
            err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    spool->next_arrival++;
    return ENT_OK;
}

/* A later receipt may have answered the same bundle: its row stays. */
static enum ent_status
delete_answer(struct broker_spool *spool, const struct broker_receipt *receipt,
    uint64_t first, struct ent_error *err)
{
    const struct spool_key answer = answer_key(&receipt->stream, first);
    const struct spool_key key = key_of(receipt);
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_ANSWER, &answer, &value, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != ANSWER_VALUE_LEN ||
        memcmp(value.data, key.bytes, SPOOL_QUEUE_KEY_LEN) != 0) {
        return ENT_OK;
    }
    return broker_row_delete(spool, SPOOL_ANSWER, &answer, err);
}

enum ent_status
broker_row_drop_receipt_at(struct broker_spool *spool,
    const struct spool_key *key, struct ent_error *err)
{
    struct broker_receipt receipt;
    struct places places;
    struct spool_key hash;
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_RECEIPT, key, &value, err);
    if (rc == ENT_OK) {
        rc = row_decode(key, value, &receipt, &places, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < places.count; i++) {
        rc = delete_answer(spool, &receipt, places.firsts[i], err);
    }
    if (rc == ENT_OK) {
        hash = hash_key(&receipt.to, &receipt.hash);
        rc = broker_row_delete(spool, SPOOL_HASH, &hash, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_delete(
            spool, receipt.drop_at, receipt.arrival, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_count(spool, &receipt.to, &receipt.recipient,
            &(struct usage_change){
                .receipts = -1, .receipt_bytes = -(int64_t)receipt.wire.len},
            err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_delete(spool, SPOOL_RECEIPT, key, err);
    }
    return rc;
}

bool
broker_spool_keeps_receipt(struct broker_spool *spool,
    const struct ent_party *to, const struct ent_digest *hash)
{
    const struct spool_key key = hash_key(to, hash);
    struct ent_view ignored;

    return broker_row_get(spool, SPOOL_HASH, &key, &ignored, NULL) == ENT_OK;
}

enum ent_status
broker_spool_drop_receipt(struct broker_spool *spool,
    const struct ent_party *to, const struct ent_digest *hash,
    struct ent_error *err)
{
    const struct spool_key key = hash_key(to, hash);
    struct spool_key row = {0};
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_HASH, &key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != SPOOL_QUEUE_KEY_LEN) {
        return broker_row_damaged("hash of a receipt", err);
    }
    broker_row_key_add(&row, value.data, value.len);
    return broker_row_drop_receipt_at(spool, &row, err);
}

enum ent_status
broker_spool_next_receipt(struct broker_spool *spool,
    const struct ent_party *to, uint8_t rank, uint64_t arrival,
    struct broker_receipt *ret_receipt, struct ent_error *err)
{
    const struct spool_key from = broker_row_queue_key(to, rank, arrival);
    struct spool_key found;
    struct ent_view value;
    struct places places;
    enum ent_status rc;

    rc = broker_row_seek(
        spool, SPOOL_RECEIPT, &from, ENT_PARTY_LEN + 1, &found, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return row_decode(&found, value, ret_receipt, &places, err);
}

enum ent_status
broker_spool_each_receipt(struct broker_spool *spool,
    const struct broker_receipt *after, struct broker_receipt *ret_receipt,
    struct ent_error *err)
{
    const struct ent_party nobody = {0};
    struct spool_key from =
        after == NULL
            ? broker_row_queue_key(&nobody, 0, 0)
            : broker_row_queue_key(&after->to, after->rank, after->arrival + 1);
    struct spool_key found;
    struct ent_view value;
    struct places places;
    enum ent_status rc;

    for (;;) {
        rc = broker_row_seek(
            spool, SPOOL_RECEIPT, &from, 0, &found, &value, err);
        if (rc != ENT_OK || found.bytes[ENT_PARTY_LEN] < BROKER_RANKS) {
            break;
        }
        /* What is kept of brokers further on, for the same: past it. */
        memset(found.bytes + ENT_PARTY_LEN, 0xff, 1 + 8);
        from = found;
    }
    return rc != ENT_OK ? rc
                        : row_decode(&found, value, ret_receipt, &places, err);
}

/* Under its new name: the answers in it point to it. */
enum ent_status
broker_spool_move_receipt(struct broker_spool *spool,
    const struct broker_receipt *receipt, const struct ent_party *to,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct broker_receipt moved = *receipt;
    const struct spool_key before = key_of(receipt);
    struct ent_receipt *known = calloc(1, sizeof *known);
    enum ent_status rc;

    if (known == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    rc = ent_bytes_copy(receipt->wire, &wire, err);
    if (rc == ENT_OK) {
        rc = ent_receipt_peek(ent_bytes_view(&wire), known, err);
    }
    moved.to = *to;
    moved.wire = ent_bytes_view(&wire);
    moved.final = true; /* it was let in once */
    if (rc == ENT_OK) {
        rc = broker_spool_put_receipt(spool, &moved, known->answers,
            known->answer_count, UINT64_MAX, err);
    }
    free(known);
    if (rc == ENT_BUSY) {
        return ENT_OK; /* no room on that way: it stays where it is */
    }
    return rc != ENT_OK && rc != ENT_EXISTS
               ? rc
               : broker_row_drop_receipt_at(spool, &before, err);
}

enum ent_status
broker_spool_find_answer(struct broker_spool *spool,
    const struct ent_digest *stream, uint64_t first,
    const struct ent_digest *label_hash, struct broker_receipt *ret_receipt,
    struct ent_error *err)
{
    const struct spool_key answer = answer_key(stream, first);
    struct spool_key key;
    struct ent_view value;
    struct places places;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_ANSWER, &answer, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != ANSWER_VALUE_LEN) {
        return broker_row_damaged("answer", err);
    }
    if (memcmp(value.data + SPOOL_QUEUE_KEY_LEN, label_hash->bytes,
            ENT_DIGEST_LEN) != 0) {
        return ENT_NOT_FOUND; /* it is about another label */
    }
    rc = get_row_of(spool, value, &key, &value, err);
    return rc != ENT_OK ? rc
                        : row_decode(&key, value, ret_receipt, &places, err);
}
