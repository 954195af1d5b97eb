/* SPDX-License-Identifier: Apache-2.0 */
#include "node/written.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/packed.h"
#include "proto/base/pb_field.h"

#define PLACES_MIN 1024 /* a power of two */
#define CHUNK_LEN ((size_t)256 * 1024)
#define SPARE_MAX 4 /* chunks that wait for the next turn */
#define ALIGNMENT sizeof(uint64_t)
#define RECENT 8        /* rows changed where they lie that are at hand */
#define ROW_OVERHEAD 32 /* what the store adds to key and value, about */

/* Bytes of values; they stay where they are until all are gone. */
struct chunk {
    struct chunk *next;
    size_t len;
    size_t used;
    uint8_t bytes[];
};

struct row {
    struct node_key key;
    enum node_table table;
    bool deleted;
    bool taken; /* and it is not to be deleted where it would have gone */
    uint8_t *value;
    size_t len;
    size_t room;
    ProtobufCMessage *held; /* instead of a value; NULL: it has one */
    size_t counted;         /* of written->bytes */
};

/* Where a row's number lies. Most that lie there by chance are told apart by
 * the other half of their hash: the rows are not at hand. */
struct place {
    uint32_t row; /* plus 1; 0: free */
    uint32_t tag;
};

struct node_written {
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* ids are of peers' choice */
    struct row *rows;
    size_t count;
    size_t rows_max;
    struct place *places; /* twice as many as rows_max */
    size_t place_count;
    struct chunk *chunks; /* the one being filled is the first */
    struct chunk *spare;
    size_t spare_count;
    size_t next;             /* a row: behind the one that was asked for last */
    uint32_t recent[RECENT]; /* their numbers, by their keys' first bytes */
    uint64_t bytes;
};

struct node_written *
node_written_new(void)
{
    struct node_written *written = calloc(1, sizeof *written);

    if (written != NULL) {
        crypto_shorthash_keygen(written->hash_key);
    }
    return written;
}

static bool
is_row(const struct row *row, enum node_table table, struct ent_view key)
{
    return row->table == table && ent_view_equal(node_key_view(&row->key), key);
}

static bool
is_at(const struct node_written *written, const struct place *place,
    uint32_t tag, enum node_table table, struct ent_view key)
{
    const struct row *row = &written->rows[place->row - 1];

    return place->tag == tag && is_row(row, table, key);
}

/* The place of that row, or the free one where it belongs, which has its tag
 * then. */
static struct place *
place_of(const struct node_written *written, enum node_table table,
    struct ent_view key)
{
    uint8_t in[1 + NODE_KEY_MAX];
    uint8_t out[crypto_shorthash_BYTES];
    const size_t mask = written->place_count - 1;
    uint32_t tag;
    size_t at;

    in[0] = (uint8_t)table;
    memcpy(in + 1, key.data, key.len);
    (void)crypto_shorthash(out, in, 1 + key.len, written->hash_key);
    tag = (uint32_t)ent_get_be(out, 4);
    at = ent_get_be(out + 4, 4) & mask;
    while (written->places[at].row != 0 &&
           !is_at(written, &written->places[at], tag, table, key)) {
        at = (at + 1) & mask;
    }
    written->places[at].tag = tag;
    return &written->places[at];
}

/* Room for one row more, and every row in its place. */
static enum ent_status
grow(struct node_written *written, struct ent_error *err)
{
    size_t count =
        written->place_count == 0 ? PLACES_MIN : written->place_count * 2;
    struct place *places;
    struct row *rows;

    if (written->count < written->rows_max) {
        return ENT_OK;
    }
    rows = reallocarray(written->rows, count / 2, sizeof *rows);
    if (rows == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping a turn's rows");
    }
    written->rows = rows;
    places = calloc(count, sizeof *places);
    if (places == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping a turn's rows");
    }
    free(written->places);
    written->places = places;
    written->place_count = count;
    written->rows_max = count / 2;
    for (size_t i = 0; i < written->count; i++) {
        place_of(written, rows[i].table, node_key_view(&rows[i].key))->row =
            (uint32_t)i + 1;
    }
    return ENT_OK;
}

/* The chunk being filled, with so much room. */
static struct chunk *
chunk_for(struct node_written *written, size_t len)
{
    const size_t room = len > CHUNK_LEN ? len : CHUNK_LEN;
    struct chunk *chunk = written->chunks;

    if (chunk != NULL && chunk->len - chunk->used >= len) {
        return chunk;
    }
    chunk = written->spare;
    if (room == CHUNK_LEN && chunk != NULL) {
        written->spare = chunk->next;
        written->spare_count--;
    } else {
        chunk = malloc(sizeof *chunk + room);
    }
    if (chunk != NULL) {
        *chunk = (struct chunk){.next = written->chunks, .len = room};
        written->chunks = chunk;
    }
    return chunk;
}

/* As aligned as what lies in a row must be. */
static uint8_t *
take(struct node_written *written, size_t len)
{
    const size_t whole = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct chunk *chunk = chunk_for(written, whole);
    uint8_t *bytes;

    if (chunk == NULL) {
        return NULL;
    }
    bytes = chunk->bytes + chunk->used;
    chunk->used += whole;
    return bytes;
}

/* That row, which may be a new one. */
static enum ent_status
have_row(struct node_written *written, enum node_table table,
    struct ent_view key, struct row **ret_row, struct ent_error *err)
{
    enum ent_status rc = grow(written, err);
    struct place *place;

    if (rc != ENT_OK) {
        return rc;
    }
    place = place_of(written, table, key);
    if (place->row == 0) {
        struct row *row = &written->rows[written->count++];

        *row = (struct row){.table = table, .deleted = true};
        row->key.len = key.len;
        memcpy(row->key.bytes, key.data, key.len);
        place->row = (uint32_t)written->count;
        written->bytes += key.len + ROW_OVERHEAD;
    }
    *ret_row = &written->rows[place->row - 1];
    (*ret_row)->taken = false;
    return ENT_OK;
}

/* It takes about as much where it goes. */
static void
count(struct node_written *written, struct row *row, size_t len)
{
    if (len > row->counted) {
        written->bytes += len - row->counted;
        row->counted = len;
    }
}

static enum ent_status
put_value(struct node_written *written, struct row *row, struct ent_view value,
    struct ent_error *err)
{
    if (row->room < value.len) {
        uint8_t *bytes = take(written, value.len);

        if (bytes == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "keeping a turn's row");
        }
        row->value = bytes;
        row->room = value.len;
    }
    count(written, row, value.len);
    if (value.len > 0) {
        memmove(row->value, value.data, value.len); /* it may be its own */
    }
    row->len = value.len;
    row->held = NULL;
    row->deleted = false;
    return ENT_OK;
}

static enum ent_status
put_packed(struct node_written *written, struct row *row,
    const ProtobufCMessage *message, struct ent_error *err)
{
    ENT_AUTO(node_packed_fini) struct node_packed packed;
    enum ent_status rc = node_packed_init(&packed, message, err);

    return rc != ENT_OK ? rc : put_value(written, row, packed.wire, err);
}

enum ent_status
node_written_put(struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_view value, struct ent_error *err)
{
    struct row *row;
    enum ent_status rc = have_row(written, table, key, &row, err);

    return rc != ENT_OK ? rc : put_value(written, row, value, err);
}

enum ent_status
node_written_delete(struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_error *err)
{
    struct row *row;
    enum ent_status rc = have_row(written, table, key, &row, err);

    if (rc == ENT_OK) {
        row->deleted = true;
        row->held = NULL;
        row->len = 0;
    }
    return rc;
}

/* NULL: it is not here. */
static struct row *
find(const struct node_written *written, enum node_table table,
    struct ent_view key)
{
    const struct place *place;

    if (written->count == 0) {
        return NULL;
    }
    place = place_of(written, table, key);
    return place->row == 0 ? NULL : &written->rows[place->row - 1];
}

enum ent_status
node_written_get(struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_view *ret_value, bool *ret_deleted,
    struct ent_error *err)
{
    struct row *row = find(written, table, key);
    enum ent_status rc = ENT_OK;

    if (row == NULL) {
        return ENT_NOT_FOUND;
    }
    if (row->held != NULL) {
        rc = put_packed(written, row, row->held, err);
    }
    *ret_value = ent_view_of(row->value, row->len);
    *ret_deleted = row->deleted;
    return rc;
}

/* ---- as they lie in memory ---- */

uint8_t *
node_written_keep(struct node_written *written, struct ent_view bytes)
{
    uint8_t *kept = take(written, bytes.len);

    if (kept != NULL && bytes.len > 0) {
        memcpy(kept, bytes.data, bytes.len);
    }
    return kept;
}

static bool
copy_text(struct node_written *written, uint8_t *at)
{
    const char *text;
    char *copy = (char *)(uintptr_t)protobuf_c_empty_string;

    memcpy(&text, at, sizeof text);
    if (text != NULL && text[0] != '\0') {
        const size_t len = strlen(text) + 1;

        copy = (char *)take(written, len);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, text, len);
    }
    memcpy(at, &copy, sizeof copy);
    return true;
}

static bool
copy_bytes(struct node_written *written, uint8_t *at)
{
    ProtobufCBinaryData data;

    memcpy(&data, at, sizeof data);
    if (data.len > 0) {
        data.data =
            node_written_keep(written, ent_view_of(data.data, data.len));
        memcpy(at, &data, sizeof data);
    }
    return data.len == 0 || data.data != NULL;
}

/* NULL: it has lists or messages, or there is no memory. */
static ProtobufCMessage *
copy_flat(struct node_written *written, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    uint8_t *copy = take(written, type->sizeof_message);
    bool good = copy != NULL && message->n_unknown_fields == 0;

    if (good) {
        memcpy(copy, message, type->sizeof_message);
    }
    for (unsigned i = 0; good && i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        if (field->label == PROTOBUF_C_LABEL_REPEATED ||
            field->type == PROTOBUF_C_TYPE_MESSAGE) {
            good = !ent_pb_is_given(message, field);
        } else if (field->type == PROTOBUF_C_TYPE_STRING) {
            good = copy_text(written, copy + field->offset);
        } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
            good = copy_bytes(written, copy + field->offset);
        }
    }
    return good ? (ProtobufCMessage *)copy : NULL;
}

enum ent_status
node_written_hold(struct node_written *written, enum node_table table,
    struct ent_view key, const ProtobufCMessage *message, struct ent_error *err)
{
    struct row *row;
    ProtobufCMessage *copy;
    enum ent_status rc = have_row(written, table, key, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    copy = copy_flat(written, message);
    if (copy == NULL) {
        return put_packed(written, row, message, err);
    }
    count(written, row, message->descriptor->sizeof_message);
    row->held = copy;
    row->deleted = false;
    return ENT_OK;
}

/* The same as find, for rows that are asked for one after the other as they
 * were put: the next one is looked at first. */
static struct row *
find_next(
    struct node_written *written, enum node_table table, struct ent_view key)
{
    struct row *row;

    if (written->next < written->count &&
        is_row(&written->rows[written->next], table, key)) {
        return &written->rows[written->next++];
    }
    row = find(written, table, key);
    if (row != NULL) {
        written->next = (size_t)(row - written->rows) + 1;
    }
    return row;
}

ProtobufCMessage *
node_written_held(
    struct node_written *written, enum node_table table, struct ent_view key)
{
    const struct row *row = find_next(written, table, key);

    return row == NULL ? NULL : row->held;
}

ProtobufCMessage *
node_written_take(
    struct node_written *written, enum node_table table, struct ent_view key)
{
    struct row *row = find_next(written, table, key);
    ProtobufCMessage *held = row == NULL ? NULL : row->held;

    if (held != NULL) {
        written->bytes -= row->counted;
        row->counted = 0;
        row->held = NULL;
        row->deleted = true;
        row->taken = true;
    }
    return held;
}

/* The same as find, for the few rows that message after message changes: the
 * last that was asked for under such a key is looked at first. */
static struct row *
find_recent(
    struct node_written *written, enum node_table table, struct ent_view key)
{
    uint32_t *number = &written->recent[key.data[0] % RECENT];
    struct row *row;

    if (*number < written->count &&
        is_row(&written->rows[*number], table, key)) {
        return &written->rows[*number];
    }
    row = find(written, table, key);
    if (row != NULL) {
        *number = (uint32_t)(row - written->rows);
    }
    return row;
}

uint8_t *
node_written_value(struct node_written *written, enum node_table table,
    struct ent_view key, size_t len)
{
    struct row *row = find_recent(written, table, key);

    return row == NULL || row->deleted || row->held != NULL || row->len != len
               ? NULL
               : row->value;
}

/* ---- where they go ---- */

static struct node_written_row
seen_from_outside(const struct row *row)
{
    return (struct node_written_row){.table = row->table,
        .deleted = row->deleted,
        .key = node_key_view(&row->key),
        .value = ent_view_of(row->value, row->len),
        .held = row->held};
}

bool
node_written_find(const struct node_written *written, enum node_table table,
    struct ent_view key, struct node_written_row *ret_row)
{
    const struct row *row = find(written, table, key);

    if (row == NULL) {
        return false;
    }
    *ret_row = seen_from_outside(row);
    return true;
}

bool
node_written_next(const struct node_written *written, size_t *at,
    struct node_written_row *ret_row)
{
    while (*at < written->count && written->rows[*at].taken) {
        (*at)++;
    }
    if (*at >= written->count) {
        return false;
    }
    *ret_row = seen_from_outside(&written->rows[(*at)++]);
    return true;
}

uint64_t
node_written_bytes(const struct node_written *written)
{
    return written->bytes;
}

/* A few chunks are kept for the next turn. */
static void
clear_chunks(struct node_written *written)
{
    while (written->chunks != NULL) {
        struct chunk *chunk = written->chunks;

        sodium_memzero(chunk->bytes, chunk->used);
        written->chunks = chunk->next;
        if (chunk->len == CHUNK_LEN && written->spare_count < SPARE_MAX) {
            chunk->next = written->spare;
            written->spare = chunk;
            written->spare_count++;
        } else {
            free(chunk);
        }
    }
}

static void
free_spare(struct node_written *written)
{
    while (written->spare != NULL) {
        struct chunk *chunk = written->spare;

        written->spare = chunk->next;
        free(chunk);
    }
}

void
node_written_let_go(struct node_written *written)
{
    if (written->place_count > PLACES_MIN * 64) { /* an unusual turn */
        free(written->rows);
        free(written->places);
        written->rows = NULL;
        written->places = NULL;
        written->place_count = written->rows_max = 0;
    } else if (written->count > 0) {
        memset(
            written->places, 0, written->place_count * sizeof *written->places);
    }
    written->count = 0;
    written->bytes = 0;
}

void
node_written_clear(struct node_written *written)
{
    node_written_let_go(written);
    clear_chunks(written);
}

void
node_written_free(struct node_written **written)
{
    if (*written == NULL) {
        return;
    }
    node_written_clear(*written);
    free_spare(*written);
    free((*written)->rows);
    free((*written)->places);
    free(*written);
    *written = NULL;
}
