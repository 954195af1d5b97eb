/* SPDX-License-Identifier: Apache-2.0 */
#include "node/written.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MIN 1024 /* a power of two */
#define CHUNK_LEN ((size_t)256 * 1024)
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
    uint8_t *value;
    size_t len;
    size_t room;
};

struct node_written {
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* ids are of peers' choice */
    struct row *rows;
    size_t count;
    size_t rows_max;
    uint32_t *places; /* of rows, plus 1; 0: free. Twice as many as rows_max */
    size_t place_count;
    struct chunk *chunks; /* the one being filled is the first */
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

void
node_written_free(struct node_written **written)
{
    if (*written == NULL) {
        return;
    }
    node_written_clear(*written);
    free((*written)->chunks);
    free((*written)->rows);
    free((*written)->places);
    free(*written);
    *written = NULL;
}

/* The place of that row, or the free one where it belongs. */
static size_t
place_of(const struct node_written *written, enum node_table table,
    struct ent_view key)
{
    uint8_t in[1 + NODE_KEY_MAX];
    uint8_t out[crypto_shorthash_BYTES];
    size_t mask = written->place_count - 1;
    size_t place;

    in[0] = (uint8_t)table;
    memcpy(in + 1, key.data, key.len);
    (void)crypto_shorthash(out, in, 1 + key.len, written->hash_key);
    for (place = ent_get_be(out, 8) & mask; written->places[place] != 0;
         place = (place + 1) & mask) {
        const struct row *row = &written->rows[written->places[place] - 1];

        if (row->table == table &&
            ent_view_equal(node_key_view(&row->key), key)) {
            break;
        }
    }
    return place;
}

/* Room for one row more, and every row in its place. */
static enum ent_status
grow(struct node_written *written, struct ent_error *err)
{
    size_t count =
        written->place_count == 0 ? PLACES_MIN : written->place_count * 2;
    uint32_t *places;
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
        places[place_of(written, rows[i].table, node_key_view(&rows[i].key))] =
            (uint32_t)i + 1;
    }
    return ENT_OK;
}

static uint8_t *
take(struct node_written *written, size_t len)
{
    struct chunk *chunk = written->chunks;
    uint8_t *bytes;

    if (chunk == NULL || chunk->len - chunk->used < len) {
        size_t room = len > CHUNK_LEN ? len : CHUNK_LEN;

        chunk = malloc(sizeof *chunk + room);
        if (chunk == NULL) {
            return NULL;
        }
        *chunk = (struct chunk){.next = written->chunks, .len = room};
        written->chunks = chunk;
    }
    bytes = chunk->bytes + chunk->used;
    chunk->used += len;
    return bytes;
}

/* That row, which may be a new one. */
static enum ent_status
have_row(struct node_written *written, enum node_table table,
    struct ent_view key, struct row **ret_row, struct ent_error *err)
{
    enum ent_status rc = grow(written, err);
    size_t place;

    if (rc != ENT_OK) {
        return rc;
    }
    place = place_of(written, table, key);
    if (written->places[place] == 0) {
        struct row *row = &written->rows[written->count++];

        *row = (struct row){.table = table, .deleted = true};
        row->key.len = key.len;
        memcpy(row->key.bytes, key.data, key.len);
        written->places[place] = (uint32_t)written->count;
        written->bytes += key.len + ROW_OVERHEAD;
    }
    *ret_row = &written->rows[written->places[place] - 1];
    return ENT_OK;
}

enum ent_status
node_written_put(struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_view value, struct ent_error *err)
{
    struct row *row;
    enum ent_status rc = have_row(written, table, key, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (row->room < value.len) {
        uint8_t *bytes = take(written, value.len);

        if (bytes == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "keeping a turn's row");
        }
        written->bytes += value.len - row->room;
        row->value = bytes;
        row->room = value.len;
    }
    if (value.len > 0) {
        memmove(row->value, value.data, value.len); /* it may be its own */
    }
    row->len = value.len;
    row->deleted = false;
    return ENT_OK;
}

enum ent_status
node_written_delete(struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_error *err)
{
    struct row *row;
    enum ent_status rc = have_row(written, table, key, &row, err);

    if (rc == ENT_OK) {
        row->deleted = true;
        row->len = 0;
    }
    return rc;
}

bool
node_written_get(const struct node_written *written, enum node_table table,
    struct ent_view key, struct ent_view *ret_value, bool *ret_deleted)
{
    const struct row *row;
    size_t place;

    if (written->count == 0) {
        return false;
    }
    place = place_of(written, table, key);
    if (written->places[place] == 0) {
        return false;
    }
    row = &written->rows[written->places[place] - 1];
    *ret_value = ent_view_of(row->value, row->len);
    *ret_deleted = row->deleted;
    return true;
}

bool
node_written_next(const struct node_written *written, size_t *at,
    struct node_written_row *ret_row)
{
    const struct row *row;

    if (*at >= written->count) {
        return false;
    }
    row = &written->rows[(*at)++];
    *ret_row = (struct node_written_row){.table = row->table,
        .deleted = row->deleted,
        .key = node_key_view(&row->key),
        .value = ent_view_of(row->value, row->len)};
    return true;
}

uint64_t
node_written_bytes(const struct node_written *written)
{
    return written->bytes;
}

/* One chunk is kept for the next turn. */
static void
clear_chunks(struct node_written *written)
{
    while (written->chunks != NULL) {
        struct chunk *chunk = written->chunks;

        sodium_memzero(chunk->bytes, chunk->used);
        if (chunk->next == NULL && chunk->len == CHUNK_LEN) {
            chunk->used = 0;
            return;
        }
        written->chunks = chunk->next;
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
