/* SPDX-License-Identifier: Apache-2.0 */
/* A census, a slice with each request: where it stands is with who asks. */
#include <string.h>

#include "node/census.h"

/* Place: u8 page (of those below), then a key of it. */
#define PLACE_LEN (1 + NODE_KEY_MAX)

struct slice {
    uint8_t page;
    uint8_t key[NODE_KEY_MAX];
    size_t rows;
    size_t opened;
    struct ent_census census;
};

/* ---- what a row adds ---- */

static enum ent_status
add_desk(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__desk_row__descriptor,
            (ProtobufCMessage **)&row, err);

    return rc != ENT_OK ? rc
                        : node_census_desk(
                              node, row, &slice->census, &slice->opened, err);
}

/* All that stand in it still. */
static enum ent_status
add_block(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_block *block = NULL;
    uint64_t at = 0;
    enum ent_status rc = node_desk_block_read(value, &block, err);

    for (; rc == ENT_OK && node_desk_block_next(block, at, &at); at++) {
        node_desk_row row;

        node_desk_block_row(block, at, &row);
        rc = node_census_desk(node, &row, &slice->census, &slice->opened, err);
        slice->rows++;
    }
    return rc;
}

static enum ent_status
add_copy(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party to;
    struct ent_id id;
    enum ent_status rc = node_copy_unpack(node, value, &row, err);

    memcpy(id.bytes, slice->key, sizeof id.bytes);
    memcpy(to.bytes, slice->key + sizeof id.bytes, sizeof to.bytes);
    return rc != ENT_OK ? rc
                        : node_census_copy(node, &id, &to, row, &slice->census,
                              &slice->opened, err);
}

/* Those that stand in it still; all are for one recipient. */
static enum ent_status
add_copy_block(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_block *block = NULL;
    struct ent_address to;
    struct ent_party party;
    uint32_t at = 0;
    enum ent_status rc = node_copy_block_read(value, &block, err);

    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(block->row->to), &to, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&to);
    for (; rc == ENT_OK && node_copy_block_next(block, at, &at); at++) {
        node_copy_row row;
        struct ent_id id;

        memcpy(id.bytes, node_copy_block_entry(block, at)->id, sizeof id.bytes);
        node_copy_block_row(block, at, &row);
        rc = node_copy_lay(node, &row, err);
        if (rc == ENT_OK) {
            rc = node_census_copy(
                node, &id, &party, &row, &slice->census, &slice->opened, err);
        }
        slice->rows++;
    }
    return rc;
}

static enum ent_status
add_kept(struct node *node, struct slice *slice, struct ent_view value,
    struct ent_error *err)
{
    (void)node;
    return node_census_kept(ent_view_of(slice->key, node_key_len(NODE_CENSUS)),
        value, &slice->census, err);
}

/* ---- going through them ---- */

/* By the numbers that a place has. */
static const struct page {
    enum node_table table;
    enum ent_status (*add)(struct node *node, struct slice *slice,
        struct ent_view value, struct ent_error *err);
} pages[] = {
    {NODE_DESK, add_desk},
    {NODE_DESK_BLOCK, add_block},
    {NODE_COPY, add_copy},
    {NODE_COPY_BLOCK, add_copy_block},
    {NODE_CENSUS, add_kept},
};

#define PAGES (sizeof pages / sizeof pages[0])

static enum ent_status
begin(const Entente__V1__CensusRequest *request, struct slice *slice,
    struct ent_error *err)
{
    const unsigned known = ent_census_dimensions(request->what);

    slice->census = (struct ent_census){.what = request->what,
        .from_ms = request->from,
        .until_ms = request->until};
    if (known == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "what: nothing is counted");
    }
    for (size_t i = 0; i < request->n_dimensions; i++) {
        const unsigned dimension = (unsigned)request->dimensions[i];

        if (dimension > ENT_DIMENSIONS || (known >> dimension & 1) == 0) {
            return ent_fail(err, ENT_BAD_INPUT,
                "dimensions: what is counted is not known by one of them");
        }
        slice->census.dimensions |= 1U << dimension;
    }
    if (request->place.len == 0) {
        return ENT_OK;
    }
    if (request->place.len != PLACE_LEN || request->place.data[0] >= PAGES) {
        return ent_fail(err, ENT_BAD_INPUT, "place: it is none");
    }
    slice->page = request->place.data[0];
    memcpy(slice->key, request->place.data + 1, NODE_KEY_MAX);
    return ENT_OK;
}

static bool
is_full(const struct slice *slice)
{
    return slice->rows >= NODE_CENSUS_ROWS ||
           slice->opened >= NODE_CENSUS_MESSAGES;
}

static bool
is_through(const struct slice *slice)
{
    return slice->page == PAGES;
}

static void
turn_page(struct slice *slice)
{
    slice->page++;
    memset(slice->key, 0, sizeof slice->key);
}

static enum ent_status
step(struct node *node, struct slice *slice, struct ent_error *err)
{
    const struct page *page = &pages[slice->page];
    size_t len = node_key_len(page->table);
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, page->table,
        ent_view_of(slice->key, len), 0, slice->key, &value, err);

    if (rc == ENT_NOT_FOUND) {
        turn_page(slice);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        slice->rows++;
        rc = page->add(node, slice, value, err);
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
    place[0] = slice->page;
    memcpy(place + 1, slice->key, NODE_KEY_MAX);
    reply->next.data = place;
    reply->next.len = is_through(slice) ? 0 : PLACE_LEN;
    return rc;
}

enum ent_status
node_census_slice(struct node *node, const Entente__V1__CensusRequest *request,
    struct ent_arena *arena, Entente__V1__CensusReply *reply,
    struct ent_error *err)
{
    struct slice slice = {.page = 0};
    enum ent_status rc = begin(request, &slice, err);

    while (rc == ENT_OK && !is_through(&slice) && !is_full(&slice)) {
        rc = step(node, &slice, err);
    }
    if (rc == ENT_OK) {
        rc = tell(&slice, arena, reply, err);
    }
    ent_census_fini(&slice.census);
    return rc;
}
