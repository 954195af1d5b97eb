/* SPDX-License-Identifier: Apache-2.0 */
/* A census, a slice with each request: where it stands is with who asks. */
#include <string.h>

#include "node/census.h"

/* Place: u8 table (0 desk, 1 copies, 2 counts), then a key of it. */
#define OF_DESK 0
#define OF_COPIES 1
#define OF_COUNTS 2
#define PLACE_LEN (1 + NODE_KEY_MAX)

struct slice {
    uint8_t table;
    uint8_t key[NODE_KEY_MAX];
    size_t rows;
    size_t opened;
    bool done;
    struct ent_census census;
};

static enum ent_status
begin(const Entente__V1__CensusRequest *request, struct slice *slice,
    struct ent_error *err)
{
    slice->census = (struct ent_census){.what = request->what,
        .from_ms = request->from,
        .until_ms = request->until};
    for (size_t i = 0; i < request->n_dimensions; i++) {
        slice->census.dimensions |= 1U << request->dimensions[i];
    }
    if (ent_census_dimensions(request->what) == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "what: nothing is counted");
    }
    if ((slice->census.dimensions & ~ent_census_dimensions(request->what)) !=
        0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "dimensions: what is counted is not known by one of them");
    }
    if (request->place.len == 0) {
        return ENT_OK;
    }
    if (request->place.len != PLACE_LEN || request->place.data[0] > OF_COUNTS) {
        return ent_fail(err, ENT_BAD_INPUT, "place: it is none");
    }
    slice->table = request->place.data[0];
    memcpy(slice->key, request->place.data + 1, NODE_KEY_MAX);
    return ENT_OK;
}

static bool
is_full(const struct slice *slice)
{
    return slice->rows >= NODE_CENSUS_ROWS ||
           slice->opened >= NODE_CENSUS_MESSAGES;
}

/* The row there, and what it adds. */
static enum ent_status
add_row(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) ProtobufCMessage *row = NULL;
    const bool is_desk = slice->table == OF_DESK;
    struct ent_party to;
    struct ent_id id;
    enum ent_status rc;

    if (slice->table == OF_COUNTS) {
        return node_census_kept(
            ent_view_of(slice->key, node_key_len(NODE_CENSUS)), value,
            &slice->census, err);
    }
    rc = node_row_unpack(value,
        is_desk ? &entente__rest__v1__desk_row__descriptor
                : &entente__rest__v1__copy_row__descriptor,
        &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (is_desk) {
        return node_census_desk(node, (const node_desk_row *)row,
            &slice->census, &slice->opened, err);
    }
    memcpy(id.bytes, slice->key, sizeof id.bytes);
    memcpy(to.bytes, slice->key + sizeof id.bytes, sizeof to.bytes);
    return node_census_copy(node, &id, &to, (const node_copy_row *)row,
        &slice->census, &slice->opened, err);
}

/* Through with a table. */
static void
turn_page(struct slice *slice)
{
    slice->done = slice->table == OF_COUNTS;
    slice->table = slice->table == OF_DESK ? OF_COPIES : OF_COUNTS;
    memset(slice->key, 0, sizeof slice->key);
}

static enum ent_status
step(struct node *node, struct slice *slice, struct ent_error *err)
{
    static const enum node_table tables[] = {
        [OF_DESK] = NODE_DESK,
        [OF_COPIES] = NODE_COPY,
        [OF_COUNTS] = NODE_CENSUS,
    };
    enum node_table table = tables[slice->table];
    size_t len = node_key_len(table);
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, table,
        ent_view_of(slice->key, len), 0, slice->key, &value, err);

    if (rc == ENT_NOT_FOUND) {
        turn_page(slice);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        slice->rows++;
        rc = add_row(node, slice, value, err);
    }
    if (rc == ENT_OK && !node_key_after(slice->key, len)) {
        turn_page(slice);
    }
    return rc;
}

/* ---- telling it ---- */

static enum ent_status
tell_amounts(const struct ent_census_cell *cell, struct ent_arena *arena,
    Entente__V1__CensusCell *told, struct ent_error *err)
{
    told->amounts =
        ent_arena_alloc(arena, ENT_CENSUS_UNITS * sizeof *told->amounts);
    for (size_t i = 0; told->amounts != NULL && i < ENT_CENSUS_UNITS; i++) {
        Entente__V1__CensusAmount *amount;

        if (cell->amounts[i].cases == 0) {
            continue;
        }
        amount = ent_arena_alloc(arena, sizeof *amount);
        if (amount == NULL) {
            break;
        }
        entente__v1__census_amount__init(amount);
        amount->unit = ent_census_unit_code((enum ent_census_unit)i);
        amount->millionths = cell->amounts[i].millionths;
        amount->cases = cell->amounts[i].cases;
        told->amounts[told->n_amounts++] = amount;
    }
    return arena->exhausted ? ent_fail(err, ENT_NO_MEMORY, "telling a census")
                            : ENT_OK;
}

static enum ent_status
tell_cell(const struct ent_census_cell *cell, struct ent_arena *arena,
    Entente__V1__CensusCell **ret_told, struct ent_error *err)
{
    Entente__V1__CensusCell *told = ent_arena_alloc(arena, sizeof *told);
    Entente__V1__StatisticsCell *values =
        ent_arena_alloc(arena, sizeof *values);
    enum ent_status rc;

    if (told == NULL || values == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling a census");
    }
    entente__v1__census_cell__init(told);
    entente__v1__statistics_cell__init(values);
    values->count = cell->count;
    told->cell = values;
    *ret_told = told;
    rc = ent_census_write(cell->values, arena, values, err);
    return rc != ENT_OK ? rc : tell_amounts(cell, arena, told, err);
}

static enum ent_status
tell(const struct slice *slice, struct ent_arena *arena,
    Entente__V1__CensusReply *reply, struct ent_error *err)
{
    uint8_t *place = ent_arena_alloc(arena, PLACE_LEN);
    enum ent_status rc = ENT_OK;

    reply->looked_at = slice->rows;
    reply->cells = ent_arena_alloc(
        arena, (slice->census.count + 1) * sizeof *reply->cells);
    if (place == NULL || reply->cells == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling a census");
    }
    for (size_t i = 0; rc == ENT_OK && i < slice->census.count; i++) {
        rc = tell_cell(&slice->census.cells[i], arena, &reply->cells[i], err);
        reply->n_cells = i + 1;
    }
    place[0] = slice->table;
    memcpy(place + 1, slice->key, NODE_KEY_MAX);
    reply->next.data = place;
    reply->next.len = slice->done ? 0 : PLACE_LEN;
    return rc;
}

enum ent_status
node_census_slice(struct node *node, const Entente__V1__CensusRequest *request,
    struct ent_arena *arena, Entente__V1__CensusReply *reply,
    struct ent_error *err)
{
    struct slice slice = {.table = OF_DESK};
    enum ent_status rc = begin(request, &slice, err);

    while (rc == ENT_OK && !slice.done && !is_full(&slice)) {
        rc = step(node, &slice, err);
    }
    if (rc == ENT_OK) {
        rc = tell(&slice, arena, reply, err);
    }
    ent_census_fini(&slice.census);
    return rc;
}
