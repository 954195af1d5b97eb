/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a reader computes from tables of any persons, nobody is found in
 * them. */
#include "tests/suppress_reader.h"

#include <stdlib.h>

#include "tests/random_message.h"

#define THRESHOLD 4
#define POPULATIONS 180

static void
populate(struct random_source *random, unsigned of)
{
    size_t kinds = 2 + random_below(random, 8);

    for (size_t i = 0; i < kinds; i++) {
        uint64_t count = random_below(random, 3) == 0
                             ? 1 + random_below(random, 12)
                             : 1 + random_below(random, 3);

        add((of & SEX) == 0 ? 0 : (uint32_t)(1 + random_below(random, 2)),
            (of & AGE) == 0 ? 0 : (uint32_t)(1 + random_below(random, 3)),
            (of & ORIGIN) == 0 ? 0 : (uint32_t)(1 + random_below(random, 2)),
            count);
    }
}

static void
expect_nothing_small_and_nothing_false(uint64_t threshold)
{
    for (size_t i = 0; i < tables.count; i++) {
        for (size_t k = 0; k < tables.list[i].count; k++) {
            const struct ent_table_cell *cell = &tables.list[i].cells[k];
            uint64_t truth = truth_of(&tables.list[i], cell);

            assert_true(truth >= threshold || cell->suppressed);
            assert_true(cell->count == (cell->suppressed ? 0 : truth));
        }
    }
}

/* Sets of tables as shapes have them, and others. */
static const struct {
    unsigned by[6];
    size_t count;
} sets[] = {
    {{SEX, TOTAL}, 2},
    {{AGE}, 1},
    {{SEX | AGE, TOTAL}, 2},
    {{SEX | AGE, SEX, AGE, TOTAL}, 4},
    {{SEX | AGE | ORIGIN, SEX, AGE, ORIGIN, TOTAL}, 5},
    {{SEX | AGE, AGE | ORIGIN, AGE, TOTAL}, 4},
    {{SEX, AGE, ORIGIN}, 3},
    {{SEX | AGE, SEX | ORIGIN, AGE | ORIGIN}, 3},
    {{ORIGIN, TOTAL, SEX | AGE, SEX, AGE}, 5},
};

/* Each suppressed cell of these tables. */
static void
expect_wide(struct reader *reader, size_t *looked_at, size_t *unknown)
{
    for (size_t i = 0; i < tables.count; i++) {
        const struct ent_table *table = &tables.list[i];

        for (size_t k = 0; k < table->count; k++) {
            const struct ent_table_cell *cell = &table->cells[k];
            bool gave_up = false;
            uint64_t values;

            if (!cell->suppressed) {
                continue;
            }
            values = reader_values(reader, table, cell, THRESHOLD, &gave_up);
            if (values < THRESHOLD && !gave_up) {
                fail_msg("table %zu, cell %zu: narrowed", i, k);
            }
            *unknown += values < THRESHOLD ? 1 : 0;
            (*looked_at)++;
        }
    }
}

static void
no_reader_can_narrow_what_is_suppressed(void **state)
{
    static struct reader reader;
    struct random_source random = {.state = 11};
    size_t looked_at = 0;
    size_t unknown = 0;

    for (size_t round = 0; round < POPULATIONS; round++) {
        const size_t set = round % COUNT(sets);
        unsigned all = 0;

        clear(state);
        for (size_t i = 0; i < sets[set].count; i++) {
            all |= sets[set].by[i];
        }
        populate(&random, all);
        suppress(sets[set].by, sets[set].count, THRESHOLD);
        expect_nothing_small_and_nothing_false(THRESHOLD);
        reader_read(&reader, THRESHOLD);
        expect_wide(&reader, &looked_at, &unknown);
    }
    assert_true(looked_at > 3 * POPULATIONS);
    assert_true(unknown * 50 < looked_at);
}

/* What is published says as much of the same persons in any order. */
static void
the_order_in_which_persons_came_changes_nothing(void **state)
{
    static const unsigned by[] = {SEX | AGE, SEX, AGE, ORIGIN, TOTAL};
    struct random_source random = {.state = 4};

    for (size_t round = 0; round < 50; round++) {
        struct ent_tables first;
        struct ent_census_cell *cells;
        size_t count;

        clear(state);
        populate(&random, SEX | AGE | ORIGIN);
        suppress(by, COUNT(by), 5);
        first = tables;
        tables.count = 0;
        count = census.count;
        cells = calloc(count, sizeof *cells);
        assert_non_null(cells);
        memcpy(cells, census.cells, count * sizeof *cells);
        clear(state);
        for (size_t i = count; i-- > 0;) {
            expect_ok(ent_census_add_cell(&census, &cells[i], &last_error));
        }
        suppress(by, COUNT(by), 5);
        for (size_t i = 0; i < tables.count; i++) {
            assert_int_equal(tables.list[i].count, first.list[i].count);
            assert_memory_equal(tables.list[i].cells, first.list[i].cells,
                first.list[i].count * sizeof *tables.list[i].cells);
        }
        ent_tables_fini(&first);
        free(cells);
    }
}

/* All seven dimensions of a busy half-year. */
static void
many_cells_are_done_in_a_moment(void **state)
{
    static const unsigned all = 0xfe;
    static const unsigned by[] = {
        all, SEX, AGE, ORIGIN, 1U << 4, 1U << 5, 1U << 6, SUBSTANCE, TOTAL};
    struct random_source random = {.state = 7};

    (void)state;
    census.dimensions = all;
    for (size_t i = 0; i < 1000; i++) {
        struct ent_census_cell cell = {.count = 1 + random_below(&random, 4)};

        for (size_t k = 0; k < ENT_DIMENSIONS; k++) {
            uint64_t a = random_below(&random, 6);

            cell.values[k] = (uint32_t)(1 + (a < 3 ? 0 : a));
        }
        expect_ok(ent_census_add_cell(&census, &cell, &last_error));
    }
    suppress(by, COUNT(by), 11);
    expect_nothing_small_and_nothing_false(11);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_reader_can_narrow_what_is_suppressed),
        TEST(the_order_in_which_persons_came_changes_nothing),
        TEST(many_cells_are_done_in_a_moment),
    };

    return cmocka_run_group_tests_name("suppress_random", tests, NULL, NULL);
}
