/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tables of long values on their way to their file, in the order of
 * their tables and keys (proto/base/kv_long.c). */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 16

struct ent_kv_row *
ent_kv_row_new(size_t table, struct ent_view key, size_t len)
{
    struct ent_kv_row *row = malloc(sizeof *row + len + key.len);

    if (row == NULL) {
        return NULL;
    }
    *row = (struct ent_kv_row){.table = table, .len = len};
    row->key = ent_view_of(row->bytes + len, key.len);
    memcpy(row->bytes + len, key.data, key.len);
    return row;
}

static int
compare(const struct ent_kv_row *row, size_t table, struct ent_view key)
{
    if (row->table != table) {
        return row->table < table ? -1 : 1;
    }
    assert(row->key.len == key.len);
    return memcmp(row->key.data, key.data, key.len);
}

/* Where the first one is that is not before that place. They mostly come in
 * their order. */
static size_t
place_of(const struct ent_kv_rows *rows, size_t table, struct ent_view key)
{
    size_t from = 0;
    size_t to = rows->count;

    if (to > 0 && compare(rows->list[to - 1], table, key) < 0) {
        return to;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (compare(rows->list[middle], table, key) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

const struct ent_kv_row *
ent_kv_rows_find(
    const struct ent_kv_rows *rows, size_t table, struct ent_view key)
{
    const size_t at = place_of(rows, table, key);

    return at < rows->count && compare(rows->list[at], table, key) == 0
               ? rows->list[at]
               : NULL;
}

bool
ent_kv_rows_reserve(struct ent_kv_rows *rows, size_t more)
{
    size_t room = rows->room == 0 ? ROOM_MIN : rows->room;
    struct ent_kv_row **list;

    while (room < rows->count + more) {
        room *= 2;
    }
    if (room == rows->room) {
        return true;
    }
    list = realloc(rows->list, room * sizeof(struct ent_kv_row *));
    if (list == NULL) {
        return false;
    }
    rows->list = list;
    rows->room = room;
    return true;
}

void
ent_kv_rows_set(struct ent_kv_rows *rows, struct ent_kv_row *row)
{
    const size_t at = place_of(rows, row->table, row->key);

    if (at < rows->count &&
        compare(rows->list[at], row->table, row->key) == 0) {
        row->freed = rows->list[at]->is_deleted ? row->freed : 0;
        free(rows->list[at]);
        rows->list[at] = row;
        return;
    }
    assert(rows->count < rows->room);
    memmove(rows->list + at + 1, rows->list + at,
        (rows->count - at) * sizeof(struct ent_kv_row *));
    rows->list[at] = row;
    rows->count++;
}

void
ent_kv_rows_move(
    struct ent_kv_rows *rows, struct ent_kv_rows *to, bool only_deleted)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->list[i]->is_deleted || !only_deleted) {
            ent_kv_rows_set(to, rows->list[i]);
        } else {
            free(rows->list[i]);
        }
    }
    rows->count = 0;
}

void
ent_kv_rows_swap(struct ent_kv_rows *a, struct ent_kv_rows *b)
{
    struct ent_kv_rows rows = *a;

    *a = *b;
    *b = rows;
}

void
ent_kv_rows_clear(struct ent_kv_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->list[i]);
    }
    rows->count = 0;
}

void
ent_kv_rows_free(struct ent_kv_rows *rows)
{
    ent_kv_rows_clear(rows);
    free(rows->list);
    *rows = (struct ent_kv_rows){0};
}
