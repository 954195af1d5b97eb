/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_internal.h"

#include <assert.h>
#include <string.h>

/*
 * An entry in QUEUE, whose key has recipient, rank and arrival:
 *
 *     kind put_off  sender stream hash   both incarnations, first, last, size,
 *     1    1        16     32     32     drop_at: 8 each
 */
#define NUMBERS 6
#define ENTRY_LEN (1 + 1 + ENT_PARTY_LEN + 2 * ENT_DIGEST_LEN + NUMBERS * 8)
#define HEAD_LEN_LEN 4

static struct spool_key
key_of(const struct broker_entry *entry)
{
    return broker_row_queue_key(&entry->recipient, entry->rank, entry->arrival);
}

static struct spool_key
frame_key(uint64_t arrival)
{
    struct spool_key key = {0};

    broker_row_key_add_number(&key, arrival, 8);
    return key;
}

static struct spool_key
position_key(const struct ent_digest *stream, uint64_t first, unsigned kind)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, stream->bytes, sizeof stream->bytes);
    broker_row_key_add_number(&key, first, 8);
    broker_row_key_add_number(&key, kind, 1);
    return key;
}

static void
entry_encode(const struct broker_entry *entry, uint8_t out[static ENTRY_LEN])
{
    const uint64_t numbers[NUMBERS] = {entry->sender_incarnation,
        entry->recipient_incarnation, entry->first, entry->last, entry->size,
        entry->drop_at};
    uint8_t *at = out;

    *at++ = (uint8_t)entry->kind;
    *at++ = entry->put_off ? 1 : 0;
    memcpy(at, entry->sender.bytes, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(at, entry->stream.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(at, entry->hash.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    for (size_t i = 0; i < NUMBERS; i++, at += 8) {
        ent_put_be(at, numbers[i], 8);
    }
}

static enum ent_status
entry_decode(const struct spool_key *key, struct ent_view value,
    struct broker_entry *ret_entry, struct ent_error *err)
{
    struct broker_entry entry = {0};
    uint64_t *const numbers[NUMBERS] = {&entry.sender_incarnation,
        &entry.recipient_incarnation, &entry.first, &entry.last, &entry.size,
        &entry.drop_at};
    const uint8_t *at = value.data;

    if (key->len != SPOOL_QUEUE_KEY_LEN || value.len != ENTRY_LEN ||
        at[0] < BROKER_BUNDLE || at[0] > BROKER_SKIP) {
        return broker_row_damaged("entry", err);
    }
    memcpy(entry.recipient.bytes, key->bytes, ENT_PARTY_LEN);
    entry.rank = key->bytes[ENT_PARTY_LEN];
    entry.arrival = ent_get_be(key->bytes + ENT_PARTY_LEN + 1, 8);
    entry.kind = *at++;
    entry.put_off = *at++ != 0;
    memcpy(entry.sender.bytes, at, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(entry.stream.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(entry.hash.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    for (size_t i = 0; i < NUMBERS; i++, at += 8) {
        *numbers[i] = ent_get_be(at, 8);
    }
    *ret_entry = entry;
    return ENT_OK;
}

static enum ent_status
entry_at(struct broker_spool *spool, const struct spool_key *key,
    struct broker_entry *ret_entry, struct ent_error *err)
{
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_QUEUE, key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return entry_decode(key, value, ret_entry, err);
}

static enum ent_status
put_frame(struct broker_spool *spool, uint64_t arrival, struct ent_view head,
    struct ent_view body, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    const struct spool_key key = frame_key(arrival);
    enum ent_status rc;

    rc = ent_bytes_alloc(HEAD_LEN_LEN + head.len + body.len, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_put_be(value.data, head.len, HEAD_LEN_LEN);
    memcpy(value.data + HEAD_LEN_LEN, head.data, head.len);
    if (body.len > 0) {
        memcpy(value.data + HEAD_LEN_LEN + head.len, body.data, body.len);
    }
    return broker_row_put(
        spool, SPOOL_FRAME, &key, ent_bytes_view(&value), err);
}

static enum ent_status
put_row(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_error *err)
{
    const struct spool_key key = key_of(entry);
    uint8_t value[ENTRY_LEN];

    entry_encode(entry, value);
    return broker_row_put(
        spool, SPOOL_QUEUE, &key, ent_view_of(value, sizeof value), err);
}

enum ent_status
broker_spool_put(struct broker_spool *spool, struct broker_entry *entry,
    struct ent_view head, struct ent_view body, struct ent_error *err)
{
    const struct spool_key position =
        position_key(&entry->stream, entry->first, entry->kind);
    struct spool_key key;
    enum ent_status rc;

    assert(head.len > 0 && entry->rank < BROKER_RANKS);

    entry->arrival = spool->next_arrival;
    entry->size = head.len + body.len;
    key = key_of(entry);
    rc = put_frame(spool, entry->arrival, head, body, err);
    if (rc == ENT_OK) {
        rc = put_row(spool, entry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_put(
            spool, SPOOL_POSITION, &position, spool_key_view(&key), err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_put(
            spool, entry->drop_at, entry->arrival, SPOOL_QUEUE, &key, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_count(spool, &entry->sender, &entry->recipient,
            &(struct usage_change){.bytes = (int64_t)entry->size, .entries = 1},
            err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    spool->next_arrival++;
    return ENT_OK;
}

enum ent_status
broker_spool_put_off(struct broker_spool *spool, struct broker_entry *entry,
    struct ent_error *err)
{
    if (entry->put_off) {
        return ENT_OK;
    }
    entry->put_off = true;
    return put_row(spool, entry, err);
}

enum ent_status
broker_spool_hasten(struct broker_spool *spool, struct broker_entry *entry,
    uint64_t drop_at_ms, struct ent_error *err)
{
    const struct spool_key key = key_of(entry);
    enum ent_status rc;

    if (drop_at_ms >= entry->drop_at) {
        return ENT_OK;
    }
    rc = broker_row_expiry_delete(spool, entry->drop_at, entry->arrival, err);
    if (rc == ENT_OK) {
        entry->drop_at = drop_at_ms;
        rc = put_row(spool, entry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_put(
            spool, entry->drop_at, entry->arrival, SPOOL_QUEUE, &key, err);
    }
    return rc;
}

enum ent_status
broker_spool_drop(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_error *err)
{
    const struct spool_key position =
        position_key(&entry->stream, entry->first, entry->kind);
    const struct spool_key frame = frame_key(entry->arrival);
    const struct spool_key key = key_of(entry);
    enum ent_status rc;

    rc = broker_row_delete(spool, SPOOL_FRAME, &frame, err);
    if (rc == ENT_OK) {
        rc = broker_row_delete(spool, SPOOL_QUEUE, &key, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_delete(spool, SPOOL_POSITION, &position, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_delete(
            spool, entry->drop_at, entry->arrival, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_count(spool, &entry->sender, &entry->recipient,
            &(struct usage_change){
                .bytes = -(int64_t)entry->size, .entries = -1},
            err);
    }
    return rc;
}

enum ent_status
broker_row_drop_entry_at(struct broker_spool *spool,
    const struct spool_key *key, struct ent_error *err)
{
    struct broker_entry entry;
    enum ent_status rc;

    rc = entry_at(spool, key, &entry, err);
    return rc != ENT_OK ? rc : broker_spool_drop(spool, &entry, err);
}

/* The entry that a row of POSITION names, if it can be read. */
static enum ent_status
entry_of_position(struct broker_spool *spool, struct ent_view value,
    struct broker_entry *ret_entry, struct ent_error *err)
{
    struct spool_key key = {0};

    if (value.len != SPOOL_QUEUE_KEY_LEN) {
        return broker_row_damaged("position", err);
    }
    broker_row_key_add(&key, value.data, value.len);
    return entry_at(spool, &key, ret_entry, err);
}

enum ent_status
broker_spool_find(struct broker_spool *spool, const struct ent_digest *stream,
    uint64_t first, enum broker_entry_kind kind, struct broker_entry *ret_entry,
    struct ent_error *err)
{
    const struct spool_key key = position_key(stream, first, kind);
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_POSITION, &key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return entry_of_position(spool, value, ret_entry, err);
}

enum ent_status
broker_spool_next_of_stream(struct broker_spool *spool,
    const struct ent_digest *stream, uint64_t first, unsigned kind,
    struct broker_entry *ret_entry, struct ent_error *err)
{
    const struct spool_key from = position_key(stream, first, kind);
    struct spool_key found;
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_seek(
        spool, SPOOL_POSITION, &from, ENT_DIGEST_LEN, &found, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return entry_of_position(spool, value, ret_entry, err);
}

enum ent_status
broker_spool_next_for(struct broker_spool *spool,
    const struct ent_party *recipient, uint8_t rank, uint64_t arrival,
    struct broker_entry *ret_entry, struct ent_error *err)
{
    const struct spool_key from =
        broker_row_queue_key(recipient, rank, arrival);
    struct spool_key found;
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_seek(
        spool, SPOOL_QUEUE, &from, ENT_PARTY_LEN + 1, &found, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return entry_decode(&found, value, ret_entry, err);
}

enum ent_status
broker_spool_read(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_view *ret_head, struct ent_view *ret_body, struct ent_error *err)
{
    const struct spool_key key = frame_key(entry->arrival);
    struct ent_view value;
    uint64_t head_len;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_FRAME, &key, &value, err);
    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && value.len < HEAD_LEN_LEN)) {
        return broker_row_damaged("frame", err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    head_len = ent_get_be(value.data, HEAD_LEN_LEN);
    if (value.len != HEAD_LEN_LEN + entry->size || head_len > entry->size) {
        return broker_row_damaged("frame", err);
    }
    *ret_head = ent_view_of(value.data + HEAD_LEN_LEN, head_len);
    *ret_body = ent_view_of(
        value.data + HEAD_LEN_LEN + head_len, entry->size - head_len);
    return ENT_OK;
}
