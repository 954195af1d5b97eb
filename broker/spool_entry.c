/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_internal.h"

#include <assert.h>
#include <string.h>

#include "proto/bundle.h"

/*
 * An entry in QUEUE, whose key has to, rank and arrival:
 *
 *     kind put_off  from stream hash   both incarnations, first, last, size,
 *     1    1        16   32     32     drop_at: 8 each
 *
 * and from this version on
 *
 *     held_at refusal  u8 length, sender  u8 length, recipient
 *     8       2
 */
#define NUMBERS 6
#define ENTRY_LEN (1 + 1 + ENT_PARTY_LEN + 2 * ENT_DIGEST_LEN + NUMBERS * 8)
#define RELAY_LEN (8 + 2)
#define NAMES_MAX (2 * (1 + ENT_ADDRESS_MAX))
#define HEAD_LEN_LEN 4

static struct spool_key
key_of(const struct broker_entry *entry)
{
    return broker_row_queue_key(&entry->to, entry->rank, entry->arrival);
}

/* An entry of an earlier version goes to its recipient. */
static struct ent_party
recipient_of(const struct broker_entry *entry)
{
    return entry->recipient.text[0] == '\0'
               ? entry->to
               : ent_address_party(&entry->recipient);
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

static uint8_t *
name_encode(const struct ent_address *name, uint8_t *at)
{
    const size_t len = strlen(name->text);

    *at++ = (uint8_t)len;
    memcpy(at, name->text, len);
    return at + len;
}

/* Returns how many bytes it is. */
static size_t
entry_encode(const struct broker_entry *entry,
    uint8_t out[static ENTRY_LEN + RELAY_LEN + NAMES_MAX])
{
    const uint64_t numbers[NUMBERS] = {entry->sender_incarnation,
        entry->recipient_incarnation, entry->first, entry->last, entry->size,
        entry->drop_at};
    uint8_t *at = out;

    *at++ = (uint8_t)entry->kind;
    *at++ = entry->put_off ? 1 : 0;
    memcpy(at, entry->from.bytes, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(at, entry->stream.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(at, entry->hash.bytes, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    for (size_t i = 0; i < NUMBERS; i++, at += 8) {
        ent_put_be(at, numbers[i], 8);
    }
    ent_put_be(at, entry->held_at, 8);
    ent_put_be(at + 8, entry->refusal, 2);
    at = name_encode(&entry->sender, at + RELAY_LEN);
    at = name_encode(&entry->recipient, at);
    return (size_t)(at - out);
}

/* The next name, and where it ends; NULL: there is none. */
static const uint8_t *
name_decode(const uint8_t *at, const uint8_t *end, struct ent_address *ret_name)
{
    if (at == end || *at > ENT_ADDRESS_MAX || *at > end - at - 1) {
        return NULL;
    }
    memcpy(ret_name->text, at + 1, *at);
    ret_name->text[*at] = '\0';
    return at + 1 + *at;
}

static bool
relay_decode(struct ent_view rest, struct broker_entry *entry)
{
    const uint8_t *const end = rest.data + rest.len;
    const uint8_t *at = rest.data;

    if (rest.len < RELAY_LEN) {
        return rest.len == 0; /* of an earlier version */
    }
    entry->held_at = ent_get_be(at, 8);
    entry->refusal = (uint32_t)ent_get_be(at + 8, 2);
    at = name_decode(at + RELAY_LEN, end, &entry->sender);
    at = at == NULL ? NULL : name_decode(at, end, &entry->recipient);
    return at == end;
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

    if (key->len != SPOOL_QUEUE_KEY_LEN || value.len < ENTRY_LEN ||
        at[0] < BROKER_BUNDLE || at[0] > BROKER_SKIP) {
        return broker_row_damaged("entry", err);
    }
    memcpy(entry.to.bytes, key->bytes, ENT_PARTY_LEN);
    entry.rank = key->bytes[ENT_PARTY_LEN];
    entry.arrival = ent_get_be(key->bytes + ENT_PARTY_LEN + 1, 8);
    entry.kind = *at++;
    entry.put_off = *at++ != 0;
    memcpy(entry.from.bytes, at, ENT_PARTY_LEN);
    at += ENT_PARTY_LEN;
    memcpy(entry.stream.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    memcpy(entry.hash.bytes, at, ENT_DIGEST_LEN);
    at += ENT_DIGEST_LEN;
    for (size_t i = 0; i < NUMBERS; i++, at += 8) {
        *numbers[i] = ent_get_be(at, 8);
    }
    if (!relay_decode(
            ent_view_of(at, value.len - (size_t)(at - value.data)), &entry)) {
        return broker_row_damaged("entry", err);
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

/* As it lies in memory until it has gone on. */
static enum ent_status
keep_recent(struct broker_spool *spool, uint64_t arrival, struct ent_view head,
    struct ent_view body, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    enum ent_status rc =
        ent_bytes_room(HEAD_LEN_LEN + head.len + body.len, &value, err);

    if (rc != ENT_OK) {
        return rc;
    }
    ent_put_be(value.data, head.len, HEAD_LEN_LEN);
    memcpy(value.data + HEAD_LEN_LEN, head.data, head.len);
    if (body.len > 0) {
        memcpy(value.data + HEAD_LEN_LEN + head.len, body.data, body.len);
    }
    broker_recent_add(&spool->recent, arrival, &value);
    return ENT_OK;
}

static enum ent_status
put_head(struct broker_spool *spool, const struct spool_key *key,
    const struct ent_digest *root, struct ent_view head, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    enum ent_status rc = ent_bytes_room(ENT_DIGEST_LEN + head.len, &value, err);

    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(value.data, root->bytes, ENT_DIGEST_LEN);
    memcpy(value.data + ENT_DIGEST_LEN, head.data, head.len);
    return broker_row_put(spool, SPOOL_FRAME, key, ent_bytes_view(&value), err);
}

static enum ent_status
put_frame(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_view head, struct ent_view body, struct ent_error *err)
{
    const struct spool_key key = frame_key(entry->arrival);
    enum ent_status rc = put_head(spool, &key, &entry->root, head, err);

    if (rc == ENT_OK && body.len > 0) {
        rc = broker_row_put(spool, SPOOL_BODY, &key, body, err);
    }
    return rc != ENT_OK ? rc
                        : keep_recent(spool, entry->arrival, head, body, err);
}

enum ent_status
broker_row_drop_frame(
    struct broker_spool *spool, uint64_t arrival, struct ent_error *err)
{
    const struct spool_key key = frame_key(arrival);
    enum ent_status rc = broker_row_delete(spool, SPOOL_FRAME, &key, err);

    return rc != ENT_OK ? rc : broker_row_delete(spool, SPOOL_BODY, &key, err);
}

static enum ent_status
put_row(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_error *err)
{
    const struct spool_key key = key_of(entry);
    uint8_t value[ENTRY_LEN + RELAY_LEN + NAMES_MAX];
    const size_t len = entry_encode(entry, value);

    return broker_row_put(
        spool, SPOOL_QUEUE, &key, ent_view_of(value, len), err);
}

enum ent_status
broker_spool_put(struct broker_spool *spool, struct broker_entry *entry,
    struct ent_view head, struct ent_view body, struct ent_error *err)
{
    const struct spool_key position =
        position_key(&entry->stream, entry->first, entry->kind);
    const struct ent_party recipient = recipient_of(entry);
    struct spool_key key;
    enum ent_status rc;

    assert(head.len > 0 && entry->rank < BROKER_RANKS);

    entry->arrival = spool->next_arrival;
    entry->size = head.len + body.len;
    key = key_of(entry);
    rc = put_frame(spool, entry, head, body, err);
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
        rc = broker_row_count(spool, &entry->from, &recipient,
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
broker_spool_hold(struct broker_spool *spool, struct broker_entry *entry,
    uint64_t at_ms, struct ent_error *err)
{
    entry->held_at = at_ms;
    entry->refusal = 0;
    entry->put_off = false;
    return put_row(spool, entry, err);
}

enum ent_status
broker_spool_refuse(struct broker_spool *spool, struct broker_entry *entry,
    uint32_t refusal, struct ent_error *err)
{
    entry->held_at = 0;
    entry->refusal = refusal;
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
    const struct spool_key key = key_of(entry);
    const struct ent_party recipient = recipient_of(entry);
    enum ent_status rc;

    rc = broker_row_drop_frame(spool, entry->arrival, err);
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
        rc = broker_row_drop_custodies(spool, entry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_count(spool, &entry->from, &recipient,
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
broker_spool_next_for(struct broker_spool *spool, const struct ent_party *to,
    uint8_t rank, uint64_t arrival, struct broker_entry *ret_entry,
    struct ent_error *err)
{
    const struct spool_key from = broker_row_queue_key(to, rank, arrival);
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
broker_spool_next_entry(struct broker_spool *spool,
    const struct broker_entry *after, struct broker_entry *ret_entry,
    struct ent_error *err)
{
    const struct ent_party nobody = {0};
    const struct spool_key from =
        after == NULL
            ? broker_row_queue_key(&nobody, 0, 0)
            : broker_row_queue_key(&after->to, after->rank, after->arrival + 1);
    struct spool_key found;
    struct ent_view value;
    enum ent_status rc =
        broker_row_seek(spool, SPOOL_QUEUE, &from, 0, &found, &value, err);

    return rc != ENT_OK ? rc : entry_decode(&found, value, ret_entry, err);
}

enum ent_status
broker_spool_move(struct broker_spool *spool, const struct broker_entry *entry,
    const struct ent_party *to, struct ent_error *err)
{
    const struct spool_key position =
        position_key(&entry->stream, entry->first, entry->kind);
    const struct spool_key before = key_of(entry);
    struct broker_entry moved = *entry;
    struct spool_key key;
    enum ent_status rc;

    moved.to = *to;
    moved.put_off = false;
    moved.held_at = 0;
    moved.refusal = 0;
    key = key_of(&moved);
    rc = broker_row_delete(spool, SPOOL_QUEUE, &before, err);
    if (rc == ENT_OK) {
        rc = put_row(spool, &moved, err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_put(
            spool, SPOOL_POSITION, &position, spool_key_view(&key), err);
    }
    if (rc == ENT_OK) {
        rc = broker_row_expiry_put(
            spool, moved.drop_at, moved.arrival, SPOOL_QUEUE, &key, err);
    }
    return rc;
}

static void
split_recent(
    struct ent_view frame, struct ent_view *ret_head, struct ent_view *ret_body)
{
    const size_t head_len = (size_t)ent_get_be(frame.data, HEAD_LEN_LEN);
    const uint8_t *head = frame.data + HEAD_LEN_LEN;

    *ret_head = ent_view_of(head, head_len);
    *ret_body =
        ent_view_of(head + head_len, frame.len - HEAD_LEN_LEN - head_len);
}

/* Is it what was signed? */
static bool
is_whole(const struct broker_entry *entry, struct ent_view root,
    struct ent_view body)
{
    struct ent_digest found;

    return ent_body_root(body, (uint32_t)(entry->last - entry->first + 1),
               &found, NULL) == ENT_OK &&
           memcmp(found.bytes, root.data, root.len) == 0;
}

static enum ent_status
read_body(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_view root, size_t len, struct ent_view *ret_body,
    struct ent_error *err)
{
    const struct spool_key key = frame_key(entry->arrival);
    struct ent_view body = {0};
    enum ent_status rc =
        len == 0 ? ENT_OK : broker_row_get(spool, SPOOL_BODY, &key, &body, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (body.len != len || (len > 0 && !is_whole(entry, root, body))) {
        spool->damaged++;
        return broker_row_damaged("body", err);
    }
    *ret_body = body;
    return ENT_OK;
}

enum ent_status
broker_spool_read(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_view *ret_head, struct ent_view *ret_body, struct ent_error *err)
{
    const struct spool_key key = frame_key(entry->arrival);
    struct ent_view value;
    struct ent_view head;
    enum ent_status rc;

    if (broker_recent_find(&spool->recent, entry->arrival, &value)) {
        split_recent(value, ret_head, ret_body);
        return ENT_OK;
    }
    rc = broker_row_get(spool, SPOOL_FRAME, &key, &value, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_NOT_FOUND || value.len < ENT_DIGEST_LEN ||
        value.len - ENT_DIGEST_LEN > entry->size) {
        return broker_row_damaged("frame", err);
    }
    head = ent_view_of(value.data + ENT_DIGEST_LEN, value.len - ENT_DIGEST_LEN);
    rc = read_body(spool, entry, ent_view_of(value.data, ENT_DIGEST_LEN),
        entry->size - head.len, ret_body, err);
    if (rc == ENT_OK) {
        *ret_head = head;
    }
    return rc;
}
