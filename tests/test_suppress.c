/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in which nobody can be found, whatever a reader computes. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/suppress.h"
#include "tests/random_message.h"

#define SEX (1U << ENTENTE__V1__DIMENSION__BY_SEX)
#define AGE (1U << ENTENTE__V1__DIMENSION__BY_AGE_BAND)
#define ORIGIN (1U << ENTENTE__V1__DIMENSION__BY_ORIGIN)
#define SUBSTANCE (1U << ENTENTE__V1__DIMENSION__BY_SUBSTANCE)
#define TOTAL 0U

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static struct ent_census census;
static struct ent_tables tables;

static int
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

/* So many of these values of sex, age and origin. */
static void
add(uint32_t sex, uint32_t age, uint32_t origin, uint64_t count)
{
    const struct ent_census_cell cell = {
        .values = {sex, age, origin}, .count = count};

    expect_ok(ent_census_add_cell(&census, &cell, &last_error));
}

static void
suppress(const unsigned *dimensions, size_t count, uint64_t threshold)
{
    ent_tables_fini(&tables);
    expect_ok(ent_suppress(
        &census, dimensions, count, threshold, &tables, &last_error));
}

/* "5 3 -": the counts of a table, a line for those that are suppressed. */
static void
expect_table(size_t table, const char *want)
{
    char text[256] = "";

    for (size_t i = 0; i < tables.list[table].count; i++) {
        const struct ent_table_cell *cell = &tables.list[table].cells[i];
        char one[24];

        (void)snprintf(one, sizeof one, "%s%llu", i == 0 ? "" : " ",
            (unsigned long long)cell->count);
        (void)strncat(text, cell->suppressed ? (i == 0 ? "-" : " -") : one,
            sizeof text - strlen(text) - 1);
    }
    assert_string_equal(text, want);
}

static void
what_is_large_enough_is_published(void **state)
{
    static const unsigned by[] = {SEX, TOTAL};

    (void)state;
    add(1, 0, 0, 11);
    add(2, 0, 0, 40);
    suppress(by, COUNT(by), 11);
    expect_table(0, "11 40");
    expect_table(1, "51");
}

static void
a_small_cell_takes_another_with_it(void **state)
{
    static const unsigned by[] = {ORIGIN, TOTAL};

    (void)state;
    add(0, 0, 1, 30);
    add(0, 0, 2, 10);
    add(0, 0, 3, 50);
    suppress(by, COUNT(by), 11);
    expect_table(0, "- - 50");
    expect_table(1, "90");
}

/* The seven and the three make ten, which is known: one of them cannot have
 * eleven values, so they need a third. */
static void
small_ones_do_not_hide_each_other_when_they_are_few(void **state)
{
    static const unsigned by[] = {ORIGIN, TOTAL};

    (void)state;
    add(0, 0, 1, 7);
    add(0, 0, 2, 3);
    add(0, 0, 3, 50);
    add(0, 0, 4, 60);
    suppress(by, COUNT(by), 11);
    expect_table(0, "- - - 60");
}

static void
small_ones_hide_each_other_when_they_are_many(void **state)
{
    static const unsigned by[] = {ORIGIN, TOTAL};

    (void)state;
    add(0, 0, 1, 8);
    add(0, 0, 2, 9);
    add(0, 0, 3, 7);
    add(0, 0, 4, 60);
    suppress(by, COUNT(by), 11);
    expect_table(0, "- - - 60");
    expect_table(1, "84");
}

static void
few_in_all_are_not_told_at_all(void **state)
{
    static const unsigned by[] = {ORIGIN, TOTAL};

    (void)state;
    add(0, 0, 1, 4);
    add(0, 0, 2, 2);
    suppress(by, COUNT(by), 11);
    expect_table(0, "- -");
    expect_table(1, "-");
}

/* With one cell the total says what it is; with none nothing is to be hidden.
 */
static void
a_table_of_one_cell_hides_with_its_total(void **state)
{
    static const unsigned by[] = {ORIGIN, TOTAL};

    (void)state;
    suppress(by, COUNT(by), 11);
    assert_int_equal(tables.list[1].count, 0);
    add(0, 0, 1, 4);
    suppress(by, COUNT(by), 11);
    expect_table(0, "-");
    expect_table(1, "-");
}

/* Sex by origin, and both margins: four corners, and the margins stay. */
static void
rows_and_columns_stay_when_four_corners_go(void **state)
{
    static const unsigned by[] = {SEX | ORIGIN, SEX, ORIGIN, TOTAL};

    (void)state;
    add(1, 0, 1, 30);
    add(1, 0, 2, 40);
    add(1, 0, 3, 50);
    add(2, 0, 1, 5);
    add(2, 0, 2, 60);
    add(2, 0, 3, 70);
    suppress(by, COUNT(by), 11);
    expect_table(0, "- - 50 - - 70");
    expect_table(1, "120 135");
    expect_table(2, "35 100 120");
    expect_table(3, "255");
}

/* The total of one table is the total of the other. */
static void
a_total_that_another_table_tells_counts_too(void **state)
{
    static const unsigned by[] = {SEX, ORIGIN};

    (void)state;
    add(1, 0, 1, 60);
    add(2, 0, 1, 3);
    add(1, 0, 2, 40);
    suppress(by, COUNT(by), 11);
    expect_table(0, "100 -");
    expect_table(1, "- 40");
}

static void
amounts_are_of_enough_cases_and_of_no_other_table(void **state)
{
    static const unsigned by[] = {SUBSTANCE, SUBSTANCE | SEX, TOTAL};
    struct ent_census_cell cell = {.values = {[0] = 1, [6] = 14}, .count = 30};

    (void)state;
    cell.amounts[ENT_CENSUS_KILOGRAM] =
        (struct ent_census_amount){.millionths = 5000000, .cases = 20};
    cell.amounts[ENT_CENSUS_TABLET] =
        (struct ent_census_amount){.millionths = 7000000, .cases = 10};
    expect_ok(ent_census_add_cell(&census, &cell, &last_error));
    suppress(by, COUNT(by), 11);
    expect_table(0, "30");
    assert_int_equal(
        tables.list[0].cells[0].amounts[ENT_CENSUS_KILOGRAM].millionths,
        5000000);
    assert_int_equal(
        tables.list[0].cells[0].amounts[ENT_CENSUS_TABLET].millionths, 0);
    assert_int_equal(
        tables.list[1].cells[0].amounts[ENT_CENSUS_KILOGRAM].millionths, 0);
}

/* More than any state will ever seize is not less than that. */
static void
amounts_beyond_measure_do_not_begin_anew(void **state)
{
    static const unsigned by[] = {SUBSTANCE};

    (void)state;
    for (uint32_t sex = 1; sex <= 2; sex++) {
        struct ent_census_cell cell = {
            .values = {[0] = sex, [6] = 14}, .count = 30};

        cell.amounts[ENT_CENSUS_KILOGRAM] = (struct ent_census_amount){
            .millionths = UINT64_MAX - 1, .cases = 30};
        expect_ok(ent_census_add_cell(&census, &cell, &last_error));
    }
    suppress(by, COUNT(by), 11);
    expect_table(0, "60");
    assert_int_equal(
        tables.list[0].cells[0].amounts[ENT_CENSUS_KILOGRAM].millionths,
        UINT64_MAX);
}

/* ---- what a reader can compute ---- */

#define PEOPLE_MAX 64
#define RULES_MAX 128
#define STEPS_MAX 30000 /* beyond them nothing is known */

/* Who there may be, and what is known of sums of them. */
struct reader {
    uint32_t values[PEOPLE_MAX][ENT_DIMENSIONS];
    uint64_t truth[PEOPLE_MAX]; /* what is like it is tried first */
    size_t people;
    struct {
        bool exact;
        uint64_t left; /* of the sum, or what is missing to one */
        size_t last;   /* the last of those whom it is about */
        uint64_t about;
    } rules[RULES_MAX];
    size_t rule_count;
    uint64_t most; /* more of one kind is not tried */
    size_t steps;
};

static bool
is_of(const uint32_t *values, unsigned dimensions, const uint32_t *cell)
{
    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        if ((dimensions >> (i + 1) & 1) != 0 && values[i] != cell[i]) {
            return false;
        }
    }
    return true;
}

static void
know(struct reader *reader, unsigned dimensions, const uint32_t *cell,
    bool exact, uint64_t sum)
{
    size_t rule = reader->rule_count++;

    assert_true(rule < RULES_MAX);
    reader->rules[rule].exact = exact;
    reader->rules[rule].left = sum;
    reader->rules[rule].about = 0;
    for (size_t i = 0; i < reader->people; i++) {
        if (is_of(reader->values[i], dimensions, cell)) {
            reader->rules[rule].about |= UINT64_C(1) << i;
            reader->rules[rule].last = i;
        }
    }
}

static uint64_t
count_like(const uint32_t *values)
{
    for (size_t i = 0; i < census.count; i++) {
        if (is_of(values, ~0U, census.cells[i].values)) {
            return census.cells[i].count;
        }
    }
    return 0;
}

/* All combinations of values that there are. */
static void
meet_everybody(struct reader *reader)
{
    reader->people = 0;
    for (uint32_t a = 0; a <= 3; a++) {
        for (uint32_t b = 0; b <= 3; b++) {
            for (uint32_t c = 0; c <= 3; c++) {
                const uint32_t values[ENT_DIMENSIONS] = {a, b, c};
                bool seen[3] = {false, false, false};

                for (size_t i = 0; i < census.count; i++) {
                    for (size_t k = 0; k < 3; k++) {
                        seen[k] =
                            seen[k] || census.cells[i].values[k] == values[k];
                    }
                }
                if (seen[0] && seen[1] && seen[2]) {
                    memcpy(
                        reader->values[reader->people], values, sizeof values);
                    reader->truth[reader->people++] = count_like(values);
                }
            }
        }
    }
}

static const struct ent_table_cell *
find(const struct ent_table *table, const uint32_t *values)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_of(values, table->dimensions, table->cells[i].values)) {
            return &table->cells[i];
        }
    }
    return NULL;
}

/* Everything that the tables say: what is there, and that there is no more. */
static void
read_tables(struct reader *reader)
{
    reader->rule_count = 0;
    for (size_t i = 0; i < tables.count; i++) {
        const struct ent_table *table = &tables.list[i];

        for (size_t k = 0; k < table->count; k++) {
            const struct ent_table_cell *cell = &table->cells[k];

            know(reader, table->dimensions, cell->values, !cell->suppressed,
                cell->suppressed ? 1 : cell->count);
        }
        for (size_t k = 0; k < reader->people; k++) {
            if (find(table, reader->values[k]) == NULL) {
                know(reader, table->dimensions, reader->values[k], true, 0);
            }
        }
    }
}

/* Is there any population from the one at `index` on that fits? */
static bool
is_possible(struct reader *reader, size_t index)
{
    const uint64_t truth = index < reader->people ? reader->truth[index] : 0;
    uint64_t most = reader->most;

    if (reader->steps++ > STEPS_MAX) {
        return false;
    }
    if (index == reader->people) {
        return true;
    }
    for (size_t i = 0; i < reader->rule_count; i++) {
        if ((reader->rules[i].about >> index & 1) != 0 &&
            reader->rules[i].exact && reader->rules[i].left < most) {
            most = reader->rules[i].left;
        }
    }
    for (uint64_t i = 0; i <= 2 * (most + truth) + 1; i++) {
        const uint64_t apart = (i + 1) / 2; /* 0, 1 more, 1 less, 2 more... */
        const uint64_t count = i % 2 == 1 ? truth + apart : truth - apart;
        struct reader then = *reader;
        bool good = count <= most; /* less than none is more */

        for (size_t k = 0; good && k < then.rule_count; k++) {
            if ((then.rules[k].about >> index & 1) != 0) {
                then.rules[k].left =
                    then.rules[k].left < count ? 0 : then.rules[k].left - count;
                good = then.rules[k].last != index || then.rules[k].left == 0;
            }
        }
        if (good && is_possible(&then, index + 1)) {
            return true;
        }
        reader->steps = good ? then.steps : reader->steps;
    }
    return false;
}

#define THRESHOLD 4
#define POPULATIONS 180

/* How many values near the truth a reader cannot rule out. */
static uint64_t
values_of(struct reader *reader, const struct ent_table *table,
    const struct ent_table_cell *cell, uint64_t truth, bool *ret_gave_up)
{
    const uint64_t threshold = THRESHOLD;
    uint64_t found = 0;
    uint64_t value = truth > threshold ? truth - threshold : 1;

    for (; value <= truth + threshold && found < threshold; value++) {
        struct reader then = *reader;

        then.steps = 0;
        know(&then, table->dimensions, cell->values, true, value);
        found += is_possible(&then, 0) ? 1 : 0;
        *ret_gave_up = *ret_gave_up || then.steps > STEPS_MAX;
    }
    return found;
}

static uint64_t
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
            values =
                values_of(reader, table, cell, truth_of(table, cell), &gave_up);
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
        meet_everybody(&reader);
        read_tables(&reader);
        reader.most = THRESHOLD;
        for (size_t i = 0; i < census.count; i++) {
            reader.most += census.cells[i].count;
        }
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
        cmocka_unit_test_setup_teardown(
            what_is_large_enough_is_published, clear, clear),
        cmocka_unit_test_setup_teardown(
            a_small_cell_takes_another_with_it, clear, clear),
        cmocka_unit_test_setup_teardown(
            small_ones_do_not_hide_each_other_when_they_are_few, clear, clear),
        cmocka_unit_test_setup_teardown(
            small_ones_hide_each_other_when_they_are_many, clear, clear),
        cmocka_unit_test_setup_teardown(
            few_in_all_are_not_told_at_all, clear, clear),
        cmocka_unit_test_setup_teardown(
            a_table_of_one_cell_hides_with_its_total, clear, clear),
        cmocka_unit_test_setup_teardown(
            rows_and_columns_stay_when_four_corners_go, clear, clear),
        cmocka_unit_test_setup_teardown(
            a_total_that_another_table_tells_counts_too, clear, clear),
        cmocka_unit_test_setup_teardown(
            amounts_are_of_enough_cases_and_of_no_other_table, clear, clear),
        cmocka_unit_test_setup_teardown(
            amounts_beyond_measure_do_not_begin_anew, clear, clear),
        cmocka_unit_test_setup_teardown(
            no_reader_can_narrow_what_is_suppressed, clear, clear),
        cmocka_unit_test_setup_teardown(
            the_order_in_which_persons_came_changes_nothing, clear, clear),
        cmocka_unit_test_setup_teardown(
            many_cells_are_done_in_a_moment, clear, clear),
    };

    return cmocka_run_group_tests_name("suppress", tests, NULL, NULL);
}
