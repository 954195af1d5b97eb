/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a few cells, and which of these are not told. */
#include "tests/suppress_case.h"

#include <stdio.h>

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_large_enough_is_published),
        TEST(a_small_cell_takes_another_with_it),
        TEST(small_ones_do_not_hide_each_other_when_they_are_few),
        TEST(small_ones_hide_each_other_when_they_are_many),
        TEST(few_in_all_are_not_told_at_all),
        TEST(a_table_of_one_cell_hides_with_its_total),
        TEST(rows_and_columns_stay_when_four_corners_go),
        TEST(a_total_that_another_table_tells_counts_too),
        TEST(amounts_are_of_enough_cases_and_of_no_other_table),
        TEST(amounts_beyond_measure_do_not_begin_anew),
    };

    return cmocka_run_group_tests_name("suppress", tests, NULL, NULL);
}
