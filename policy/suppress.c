/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/suppress.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/suppress_internal.h"

void
ent_tables_fini(struct ent_tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        free(tables->list[i].cells);
    }
    *tables = (struct ent_tables){.count = 0};
}

/* ---- tables ---- */

/* The cells of those dimensions, what has the same values added up. */
static enum ent_status
make_table(const struct ent_census *census, unsigned dimensions,
    struct ent_table *table, struct ent_error *err)
{
    ENT_AUTO(ent_census_fini)
    struct ent_census sums = {.dimensions = dimensions};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < census->count; i++) {
        rc = ent_census_add_cell(&sums, &census->cells[i], err);
    }
    table->dimensions = dimensions;
    table->count = 0;
    table->cells = calloc(sums.count + 1, sizeof *table->cells);
    if (rc != ENT_OK || table->cells == NULL) {
        return rc != ENT_OK ? rc
                            : ent_fail(err, ENT_NO_MEMORY, "making a table");
    }
    for (size_t i = 0; i < sums.count; i++) {
        struct ent_table_cell *cell = &table->cells[table->count++];

        memcpy(cell->values, sums.cells[i].values, sizeof cell->values);
        memcpy(cell->amounts, sums.cells[i].amounts, sizeof cell->amounts);
        cell->count = sums.cells[i].count;
    }
    qsort(table->cells, table->count, sizeof *table->cells,
        ent_census_values_compare);
    return ENT_OK;
}

size_t
ent_suppress_find(const struct suppression *suppression, size_t table,
    const uint32_t values[static ENT_DIMENSIONS])
{
    static const uint32_t nothing[ENT_DIMENSIONS];
    const struct ent_table *of = &suppression->tables->list[table];
    const struct ent_table_cell *cell;
    uint32_t own[ENT_DIMENSIONS];

    ent_suppress_mix(of->dimensions, values, nothing, own);
    cell = bsearch(
        own, of->cells, of->count, sizeof *cell, ent_census_values_compare);
    return cell == NULL ? ENT_TABLE_CELL_NONE : (size_t)(cell - of->cells);
}

/* Persons with the same values in the dimensions that any table has. */
static enum ent_status
make_records(const struct ent_census *census, struct suppression *suppression,
    struct ent_error *err)
{
    struct ent_table all = {.count = 0};
    enum ent_status rc = make_table(census, suppression->dimensions, &all, err);

    if (rc == ENT_OK) {
        suppression->records =
            calloc(all.count + 1, sizeof *suppression->records);
        rc = suppression->records == NULL
                 ? ent_fail(err, ENT_NO_MEMORY, "making a table")
                 : ENT_OK;
    }
    for (size_t i = 0; rc == ENT_OK && i < all.count; i++) {
        struct record *record = &suppression->records[i];

        memcpy(record->values, all.cells[i].values, sizeof record->values);
        record->count = all.cells[i].count;
        for (size_t k = 0; k < suppression->tables->count; k++) {
            record->cells[k] =
                (uint32_t)ent_suppress_find(suppression, k, record->values);
        }
    }
    suppression->record_count = all.count;
    free(all.cells);
    return rc;
}

/* ---- what is suppressed ---- */

/* How many more values the cell could have in that direction, with what is
 * suppressed already. */
static uint64_t
widen(struct suppression *suppression, struct search *search, int change,
    uint64_t need)
{
    search->change = change;
    search->need = need;
    search->free = true;
    search->gained = 0;
    if (need > 0) {
        ent_suppress_search(suppression, search);
    }
    ent_suppress_undo(suppression, search);
    return search->gained;
}

/* Suppress what the cheapest move needs; there always is one. */
static void
suppress_more(struct suppression *suppression, struct search *search)
{
    search->change = 1;
    search->free = false;
    search->found = false;
    search->gained = 0;
    ent_suppress_search(suppression, search);
    assert(search->found);
    for (size_t i = 0; i < search->best.effect_count; i++) {
        ent_suppress_cell(suppression, search->best.effects[i].at)->suppressed =
            true;
    }
}

static void
protect(struct suppression *suppression, struct search *search)
{
    const uint64_t need = suppression->threshold - 1;

    for (;;) {
        uint64_t more = widen(suppression, search, 1, need);

        if (more + widen(suppression, search, -1, need - more) >= need) {
            return;
        }
        search->need = need - more;
        suppress_more(suppression, search);
    }
}

/* Each suppressed cell once. What is suppressed for another one later gives
 * more ways, and takes none. False: nothing was suppressed since. */
static bool
protect_all(struct suppression *suppression, struct search *search,
    bool *const done[static ENT_TABLES_MAX])
{
    bool any = false;

    for (size_t i = 0; i < suppression->tables->count; i++) {
        const struct ent_table *table = &suppression->tables->list[i];

        for (size_t k = 0; k < table->count; k++) {
            if (table->cells[k].suppressed && !done[i][k]) {
                search->target = (struct cell_name){.table = i, .cell = k};
                protect(suppression, search);
                done[i][k] = true;
                any = true;
            }
        }
    }
    return any;
}

static void
suppress_small(struct suppression *suppression)
{
    for (size_t i = 0; i < suppression->tables->count; i++) {
        struct ent_table *table = &suppression->tables->list[i];

        for (size_t k = 0; k < table->count; k++) {
            table->cells[k].suppressed =
                table->cells[k].count < suppression->threshold;
        }
    }
}

static enum ent_status
suppress_all(struct suppression *suppression, struct ent_error *err)
{
    struct search search = {.made_room = (size_t)suppression->threshold};
    bool *done[ENT_TABLES_MAX] = {NULL};
    enum ent_status rc = ENT_OK;

    search.made = calloc(search.made_room, sizeof *search.made);
    search.times = calloc(search.made_room, sizeof *search.times);
    for (size_t i = 0; i < suppression->tables->count; i++) {
        done[i] = calloc(suppression->tables->list[i].count + 1, 1);
        rc = done[i] == NULL ? ENT_NO_MEMORY : rc;
    }
    if (search.made == NULL || search.times == NULL || rc != ENT_OK) {
        rc = ent_fail(err, ENT_NO_MEMORY, "suppressing small cells");
    } else {
        suppress_small(suppression);
        while (protect_all(suppression, &search, done)) {
        }
    }
    for (size_t i = 0; i < suppression->tables->count; i++) {
        free(done[i]);
    }
    free(search.made);
    free(search.times);
    return rc;
}

/* ---- */

/* Amounts stay where enough cases add up to them, and only in the table that is
 * by substance alone: one by more dimensions could be subtracted from it. */
static void
blank_amounts(const struct ent_table *table, struct ent_table_cell *cell,
    uint64_t threshold)
{
    const bool alone =
        table->dimensions == 1U << ENTENTE__V1__DIMENSION__BY_SUBSTANCE;

    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        if (!alone || cell->suppressed || cell->amounts[i].cases < threshold) {
            cell->amounts[i] = (struct ent_census_amount){.cases = 0};
        }
    }
}

/* What is suppressed is not there. */
static void
blank(struct ent_tables *tables, uint64_t threshold)
{
    for (size_t i = 0; i < tables->count; i++) {
        for (size_t k = 0; k < tables->list[i].count; k++) {
            struct ent_table_cell *cell = &tables->list[i].cells[k];

            cell->count = cell->suppressed ? 0 : cell->count;
            blank_amounts(&tables->list[i], cell, threshold);
        }
    }
}

enum ent_status
ent_suppress(const struct ent_census *census, const unsigned *dimensions,
    size_t count, uint64_t threshold, struct ent_tables *ret_tables,
    struct ent_error *err)
{
    struct ent_tables tables = {.count = 0};
    struct suppression suppression = {
        .tables = &tables, .threshold = threshold};
    enum ent_status rc = ENT_OK;

    assert(count <= ENT_TABLES_MAX && threshold >= ENT_THRESHOLD_MIN);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        tables.count = i + 1;
        suppression.dimensions |= dimensions[i];
        rc = make_table(census, dimensions[i], &tables.list[i], err);
    }
    if (rc == ENT_OK) {
        rc = make_records(census, &suppression, err);
    }
    if (rc == ENT_OK) {
        rc = suppress_all(&suppression, err);
    }
    free(suppression.records);
    if (rc != ENT_OK) {
        ent_tables_fini(&tables);
        return rc;
    }
    blank(&tables, threshold);
    *ret_tables = tables;
    return ENT_OK;
}
