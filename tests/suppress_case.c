/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/suppress_case.h"

struct ent_census census;
struct ent_tables tables;

int
clear(void **state)
{
    (void)state;
    ent_tables_fini(&tables);
    ent_census_fini(&census);
    census = (struct ent_census){
        .dimensions = SEX | AGE | ORIGIN | SUBSTANCE,
        .until_ms = UINT64_MAX,
    };
    return 0;
}

void
add(uint32_t sex, uint32_t age, uint32_t origin, uint64_t count)
{
    const struct ent_census_cell cell = {
        .values = {sex, age, origin}, .count = count};

    expect_ok(ent_census_add_cell(&census, &cell, &last_error));
}

void
suppress(const unsigned *dimensions, size_t count, uint64_t threshold)
{
    ent_tables_fini(&tables);
    expect_ok(ent_suppress(
        &census, dimensions, count, threshold, &tables, &last_error));
}

bool
is_of(const uint32_t *values, unsigned dimensions, const uint32_t *cell)
{
    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        if ((dimensions >> (i + 1) & 1) != 0 && values[i] != cell[i]) {
            return false;
        }
    }
    return true;
}

uint64_t
truth_of(const struct ent_table *table, const struct ent_table_cell *cell)
{
    uint64_t truth = 0;

    for (size_t i = 0; i < census.count; i++) {
        if (is_of(census.cells[i].values, table->dimensions, cell->values)) {
            truth += census.cells[i].count;
        }
    }
    return truth;
}
