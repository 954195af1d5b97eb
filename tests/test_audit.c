/* SPDX-License-Identifier: Apache-2.0 */
/* What can be computed of a return that suppresses too little is found. */
#include "tests/support.h"

#include <stdio.h>

#include "policy/audit.h"
#include "policy/statistics.h"
#include "tests/random_message.h"

#define THRESHOLD 11
#define CELLS 16
#define HIDDEN UINT64_MAX

#define SEX ENTENTE__V1__DIMENSION__BY_SEX
#define ORIGIN ENTENTE__V1__DIMENSION__BY_ORIGIN
#define F ENTENTE__V1__SEX__FEMALE
#define M ENTENTE__V1__SEX__MALE

/* A return with further tables, as a reader has it. */
static struct {
    Entente__V1__StatisticsReturn all;
    Entente__V1__StatisticsTable tables[3];
    Entente__V1__StatisticsTable *table_list[3];
    Entente__V1__Dimension dimensions[4][2];
    Entente__V1__StatisticsCell cells[4][CELLS];
    Entente__V1__StatisticsCell *lists[4][CELLS];
} page;

static int
clear(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    entente__v1__statistics_return__init(&page.all);
    page.all.threshold = THRESHOLD;
    page.all.tables = page.table_list;
    page.all.dimensions = page.dimensions[0];
    page.all.cells = page.lists[0];
    return 0;
}

/* The next table: table 0 is the return's own. */
static void
begin(size_t table, Entente__V1__Dimension one, Entente__V1__Dimension other)
{
    const size_t count = (one != 0) + (size_t)(other != 0);

    page.dimensions[table][0] = one;
    page.dimensions[table][1] = other;
    if (table == 0) {
        page.all.n_dimensions = count;
        return;
    }
    entente__v1__statistics_table__init(&page.tables[table - 1]);
    page.tables[table - 1].dimensions = page.dimensions[table];
    page.tables[table - 1].n_dimensions = count;
    page.tables[table - 1].cells = page.lists[table];
    page.table_list[table - 1] = &page.tables[table - 1];
    page.all.n_tables = table;
}

/* So many; HIDDEN: it is suppressed. */
static void
put(size_t table, Entente__V1__Sex sex, const char *origin, uint64_t count)
{
    size_t *n =
        table == 0 ? &page.all.n_cells : &page.tables[table - 1].n_cells;
    Entente__V1__StatisticsCell *cell = &page.cells[table][*n];

    entente__v1__statistics_cell__init(cell);
    cell->sex = sex;
    cell->origin = (char *)(uintptr_t)origin;
    cell->suppressed = count == HIDDEN;
    cell->count = count == HIDDEN ? 0 : count;
    page.lists[table][(*n)++] = cell;
}

static struct ent_audit
audit(void)
{
    struct ent_audit found;

    expect_ok(ent_audit_return(&page.all, THRESHOLD, &found, &last_error));
    return found;
}

static void
expect_told(size_t table, size_t cell, uint64_t least, uint64_t most)
{
    const struct ent_audit found = audit();

    assert_true(found.told);
    assert_int_equal(found.table, table);
    assert_int_equal(found.cell, cell);
    assert_int_equal(found.least, least);
    assert_int_equal(found.most, most);
}

/* ---- tests ---- */

static void
what_is_left_of_a_total_is_told(void **state)
{
    (void)state;
    begin(0, SEX, 0);
    put(0, M, "", 30);
    put(0, F, "", HIDDEN);
    assert_false(audit().told); /* of a total that nobody knows */
    begin(1, 0, 0);
    put(1, 0, "", 35);
    expect_told(0, 1, 5, 5);
}

static void
fewer_values_than_the_threshold_are_too_few(void **state)
{
    (void)state;
    begin(0, SEX, 0);
    put(0, M, "", HIDDEN);
    put(0, F, "", HIDDEN);
    begin(1, 0, 0);
    put(1, 0, "", THRESHOLD + 1);
    assert_false(audit().told); /* 1 to 11 each */
    page.cells[1][0].count = THRESHOLD;
    expect_told(0, 0, 1, THRESHOLD - 1);
}

/* No row and no column has one hidden alone but the first that falls. */
static void
what_falls_makes_others_fall(void **state)
{
    (void)state;
    begin(0, SEX, ORIGIN);
    put(0, F, "MMR", HIDDEN);
    put(0, F, "THA", HIDDEN);
    put(0, M, "MMR", 40);
    put(0, M, "THA", HIDDEN);
    begin(1, SEX, 0);
    put(1, F, "", 70);
    put(1, M, "", 50);
    assert_true(audit().told); /* M, THA: a row's rest */
    page.cells[1][1] = page.cells[1][0];
    page.cells[1][1].sex = M;
    page.cells[1][1].suppressed = true;
    page.cells[1][1].count = 0;
    assert_false(audit().told);
    begin(2, ORIGIN, 0);
    put(2, 0, "MMR", 60);
    put(2, 0, "THA", 60);
    /* F, MMR is 20; so F, THA 50; so M, THA 10; and all who are M are 50 */
    expect_told(0, 0, 20, 20);
    begin(2, ORIGIN, 0);
    page.tables[1].n_cells = 0;
    put(2, 0, "MMR", HIDDEN);
    put(2, 0, "THA", 60);
    assert_false(audit().told);
}

/* A suppressed total is the sum of what is told of it. */
static void
a_total_is_told_by_its_parts(void **state)
{
    (void)state;
    begin(0, SEX, 0);
    put(0, M, "", 30);
    put(0, F, "", 40);
    begin(1, 0, 0);
    put(1, 0, "", HIDDEN);
    expect_told(1, 0, 70, 70);
}

static void
what_contradicts_itself_is_looked_at_to_its_end(void **state)
{
    (void)state;
    begin(0, SEX, ORIGIN);
    put(0, M, "MMR", UINT64_MAX);
    put(0, F, "MMR", HIDDEN);
    put(0, F, "THA", HIDDEN);
    put(0, F, "THA", HIDDEN);
    begin(1, SEX, 0);
    put(1, M, "", 3);
    put(1, F, "", 1);
    begin(2, 0, 0);
    put(2, 0, "", UINT64_MAX);
    (void)audit();
    put(2, 0, "", 5);
    (void)audit();
}

/* ---- our own ---- */

static void
populate(struct ent_census *census, struct random_source *random)
{
    static const char *const ages[] = {"0-11", "12-17", "18-24"};
    static const char *const origins[] = {"MMR", "THA", "VNM"};
    const size_t kinds = 2 + random_below(random, 40);

    for (size_t i = 0; i < kinds; i++) {
        Entente__V1__StatisticsCell said = ENTENTE__V1__STATISTICS_CELL__INIT;
        struct ent_census_cell cell = {
            .count =
                1 + random_below(random, random_below(random, 3) * 12 + 3)};

        said.sex = random_below(random, 2) == 0 ? F : M;
        said.age_band = (char *)(uintptr_t)ages[random_below(random, 3)];
        said.origin = (char *)(uintptr_t)origins[random_below(random, 3)];
        expect_ok(ent_census_read(&said, cell.values, &last_error));
        expect_ok(ent_census_add_cell(census, &cell, &last_error));
    }
}

static void
what_this_program_suppresses_always_passes(void **state)
{
    struct random_source random = {.state = 20261129};
    size_t hidden = 0;

    (void)state;
    for (size_t round = 0; round < 300; round++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
        ENT_AUTO(ent_census_fini)
        struct ent_census census = {
            .what = ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED,
            .until_ms = UINT64_C(1767225600000)};
        struct ent_return_plan plan;
        Entente__V1__StatisticsReturn *made;
        struct ent_audit found;

        expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
        expect_ok(ent_return_plan(ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE,
            census.what, 1U << 1 | 1U << 2 | 1U << 3, &plan, &last_error));
        census.dimensions = ent_return_dimensions(&plan);
        populate(&census, &random);
        expect_ok(ent_return_make(
            &plan, &census, THRESHOLD, &arena, &made, &last_error));
        expect_ok(ent_audit_return(made, THRESHOLD, &found, &last_error));
        assert_false(found.told);
        for (size_t i = 0; i < made->n_cells; i++) {
            hidden += made->cells[i]->suppressed ? 1 : 0;
        }
    }
    assert_true(hidden > 300);
}

#define AUDIT(name) cmocka_unit_test_setup(name, clear)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AUDIT(what_is_left_of_a_total_is_told),
        AUDIT(fewer_values_than_the_threshold_are_too_few),
        AUDIT(what_falls_makes_others_fall),
        AUDIT(a_total_is_told_by_its_parts),
        AUDIT(what_contradicts_itself_is_looked_at_to_its_end),
        AUDIT(what_this_program_suppresses_always_passes),
    };

    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
