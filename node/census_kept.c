/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stays of messages that were deleted: their cells, by the month in which
 * it happened. No id, no office, no text.
 *
 *     key    u32 year and month as 202608, u8 what, u32 values(7)
 *     value  u64 count, for each unit u64 millionths and u64 cases
 *
 * Where a case has a substance it is kept twice, by substance and not, because
 * a case with two counts once or twice. BY_SUBSTANCE in `what` tells them
 * apart.
 */
#include <string.h>

#include "node/census.h"
#include "proto/base/time.h"

#define AT_WHAT 4
#define AT_VALUES 5
#define KEY_LEN (AT_VALUES + 4 * ENT_DIMENSIONS)
#define VALUE_LEN (8 + 16 * ENT_CENSUS_UNITS)
#define BY_SUBSTANCE 0x80

#define SUBSTANCE (1U << ENTENTE__V1__DIMENSION__BY_SUBSTANCE)

static uint8_t
kind_of(const struct ent_census *census)
{
    return (
        uint8_t)((unsigned)census->what |
                 ((census->dimensions & SUBSTANCE) != 0 ? BY_SUBSTANCE : 0));
}

static uint32_t
month_of(uint64_t at_ms)
{
    uint32_t year;
    uint32_t month;

    ent_time_month(at_ms, &year, &month);
    return year * 100 + month;
}

static void
decode(struct ent_view value, struct ent_census_cell *cell)
{
    const uint8_t *at = value.data;

    cell->count = ent_get_be(at, 8);
    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        cell->amounts[i].millionths = ent_get_be(at + 8 + 16 * i, 8);
        cell->amounts[i].cases = ent_get_be(at + 16 + 16 * i, 8);
    }
}

static void
encode(const struct ent_census_cell *cell, uint8_t out[static VALUE_LEN])
{
    ent_put_be(out, cell->count, 8);
    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        ent_put_be(out + 8 + 16 * i, cell->amounts[i].millionths, 8);
        ent_put_be(out + 16 + 16 * i, cell->amounts[i].cases, 8);
    }
}

/* One cell more, to what is there. */
static enum ent_status
keep_cell(struct node *node, const struct ent_census *census, uint32_t month,
    const struct ent_census_cell *cell, struct ent_error *err)
{
    struct ent_census_cell sum = {.count = 0};
    uint8_t key[KEY_LEN];
    uint8_t wire[VALUE_LEN];
    struct ent_view value;
    enum ent_status rc;

    ent_put_be(key, month, 4);
    key[AT_WHAT] = kind_of(census);
    for (size_t i = 0; i < ENT_DIMENSIONS; i++) {
        ent_put_be(key + AT_VALUES + 4 * i, cell->values[i], 4);
    }
    rc = node_store_get(
        node->store, NODE_CENSUS, ent_view_of(key, sizeof key), &value, err);
    if (rc == ENT_OK && value.len == VALUE_LEN) {
        decode(value, &sum);
    } else if (rc != ENT_NOT_FOUND && rc != ENT_OK) {
        return rc;
    }
    sum.count += cell->count;
    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        sum.amounts[i].millionths += cell->amounts[i].millionths;
        sum.amounts[i].cases += cell->amounts[i].cases;
    }
    encode(&sum, wire);
    return node_store_put(node->store, NODE_CENSUS,
        ent_view_of(key, sizeof key), ent_view_of(wire, sizeof wire), err);
}

static enum ent_status
keep(struct node *node, const ent_message *message, Entente__V1__Counted what,
    unsigned dimensions, struct ent_error *err)
{
    const uint64_t at_ms = ent_census_time(message);
    struct ent_census census = {
        .what = what, .dimensions = dimensions, .until_ms = UINT64_MAX};
    enum ent_status rc = ent_census_add(&census, message, err);

    for (size_t i = 0; rc == ENT_OK && i < census.count; i++) {
        rc = keep_cell(node, &census, month_of(at_ms), &census.cells[i], err);
    }
    ent_census_fini(&census);
    return rc;
}

enum ent_status
node_census_keep(
    struct node *node, const ent_message *message, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (int what = ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED;
         rc == ENT_OK && what <= ENTENTE__V1__COUNTED__SEIZURES_MADE; what++) {
        unsigned all = ent_census_dimensions((Entente__V1__Counted)what);

        rc = keep(
            node, message, (Entente__V1__Counted)what, all & ~SUBSTANCE, err);
        if (rc == ENT_OK && (all & SUBSTANCE) != 0) {
            rc = keep(node, message, (Entente__V1__Counted)what, all, err);
        }
    }
    return rc;
}

/* Whole months are asked for. */
enum ent_status
node_census_kept(struct ent_view key, struct ent_view value,
    struct ent_census *census, struct ent_error *err)
{
    struct ent_census_cell cell = {.count = 0};
    uint32_t month;

    if (key.len < KEY_LEN || value.len != VALUE_LEN) {
        return ent_fail(err, ENT_IO, "a count in the store is none");
    }
    month = (uint32_t)ent_get_be(key.data, 4);
    if (key.data[AT_WHAT] != kind_of(census) || census->until_ms == 0 ||
        month < month_of(census->from_ms) ||
        month > month_of(census->until_ms - 1)) {
        return ENT_OK;
    }
    for (size_t i = 0; i < ENT_DIMENSIONS; i++) {
        cell.values[i] = (uint32_t)ent_get_be(key.data + AT_VALUES + 4 * i, 4);
    }
    decode(value, &cell);
    return ent_census_add_cell(census, &cell, err);
}
