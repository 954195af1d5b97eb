/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/statistics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BIT(dimension) (1U << ENTENTE__V1__DIMENSION__BY_##dimension)
#define TOTAL 0U
#define MILLION UINT64_C(1000000)

/* ---- shapes ---- */

/* The first of a shape is what it is for. */
static const struct ent_return_plan plans[] = {
    {ENTENTE__V1__RETURN_SHAPE__VRS_MSRC,
        ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED,
        {BIT(ORIGIN), TOTAL, BIT(SEX) | BIT(AGE_BAND), BIT(SEX), BIT(AGE_BAND),
            BIT(ROUTE), BIT(MODE)},
        7},
    {ENTENTE__V1__RETURN_SHAPE__VRS_MSRC,
        ENTENTE__V1__COUNTED__FACILITATORS_MET, {BIT(ROUTE), TOTAL, BIT(MODE)},
        3},
    {ENTENTE__V1__RETURN_SHAPE__DAINAP, ENTENTE__V1__COUNTED__SEIZURES_MADE,
        {BIT(SUBSTANCE), TOTAL, BIT(SUBSTANCE) | BIT(ROUTE), BIT(ROUTE),
            BIT(MODE)},
        5},
    {ENTENTE__V1__RETURN_SHAPE__DAINAP, ENTENTE__V1__COUNTED__PERSONS_ARRESTED,
        {BIT(SUBSTANCE), TOTAL, BIT(SEX), BIT(ORIGIN)}, 4},
};

static const char *
name_of(const ProtobufCEnumDescriptor *list, int code)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(list, code);

    return value == NULL ? "?" : value->name;
}

/* By all dimensions, by each alone, and the total. */
static enum ent_status
plan_plain(Entente__V1__Counted what, unsigned dimensions,
    struct ent_return_plan *ret_plan, struct ent_error *err)
{
    struct ent_return_plan plan = {
        .shape = ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE, .what = what};
    const unsigned unknown = dimensions & ~ent_census_dimensions(what);

    if (dimensions == 0) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a plain table needs dimensions to count by");
    }
    if (unknown != 0) {
        return ent_fail(err, ENT_BAD_INPUT, "%s are not known %s",
            name_of(&entente__v1__counted__descriptor, (int)what),
            name_of(
                &entente__v1__dimension__descriptor, __builtin_ctz(unknown)));
    }
    plan.tables[plan.table_count++] = dimensions;
    for (unsigned i = 1; i <= ENT_DIMENSIONS; i++) {
        if ((dimensions >> i & 1) != 0 && dimensions != 1U << i) {
            plan.tables[plan.table_count++] = 1U << i;
        }
    }
    plan.tables[plan.table_count++] = TOTAL;
    *ret_plan = plan;
    return ENT_OK;
}

enum ent_status
ent_return_plan(Entente__V1__ReturnShape shape, Entente__V1__Counted what,
    unsigned dimensions, struct ent_return_plan *ret_plan,
    struct ent_error *err)
{
    if (shape == ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE) {
        return plan_plain(
            what != 0 ? what : ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED,
            dimensions, ret_plan, err);
    }
    if (dimensions != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%s says itself what is counted by what",
            name_of(&entente__v1__return_shape__descriptor, (int)shape));
    }
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        if (plans[i].shape == shape && (what == 0 || plans[i].what == what)) {
            *ret_plan = plans[i];
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_BAD_INPUT, "%s has no %s",
        name_of(&entente__v1__return_shape__descriptor, (int)shape),
        name_of(&entente__v1__counted__descriptor, (int)what));
}

unsigned
ent_return_dimensions(const struct ent_return_plan *plan)
{
    unsigned all = 0;

    for (size_t i = 0; i < plan->table_count; i++) {
        all |= plan->tables[i];
    }
    return all;
}

/* ---- writing it ---- */

static enum ent_status
full(struct ent_error *err)
{
    return ent_fail(err, ENT_NO_MEMORY, "writing a table");
}

/* "12.5": millionths without what does not count. */
static void
format_millionths(uint64_t millionths, char out[static 32])
{
    int len = snprintf(out, 32, "%" PRIu64 ".%06" PRIu64, millionths / MILLION,
        millionths % MILLION);

    while (len > 0 && out[len - 1] == '0') {
        out[--len] = '\0';
    }
    if (len > 0 && out[len - 1] == '.') {
        out[len - 1] = '\0';
    }
}

static enum ent_status
write_amounts(const struct ent_table_cell *cell, struct ent_arena *arena,
    Entente__V1__StatisticsCell *ret_cell, struct ent_error *err)
{
    Entente__V1__StatisticsAmount **list =
        ent_arena_alloc(arena, ENT_CENSUS_UNITS * sizeof *list);

    if (list == NULL) {
        return full(err);
    }
    ret_cell->amounts = list;
    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        Entente__V1__StatisticsAmount *amount;
        char text[32];

        if (cell->amounts[i].millionths == 0) {
            continue;
        }
        amount = ent_arena_alloc(arena, sizeof *amount);
        format_millionths(cell->amounts[i].millionths, text);
        if (amount != NULL) {
            entente__v1__statistics_amount__init(amount);
            amount->quantity = ent_arena_alloc(arena, sizeof text);
        }
        if (amount == NULL || amount->quantity == NULL) {
            return full(err);
        }
        memcpy(amount->quantity, text, sizeof text);
        amount->unit = ent_census_unit_code((enum ent_census_unit)i);
        list[ret_cell->n_amounts++] = amount;
    }
    return ENT_OK;
}

static enum ent_status
write_cell(const struct ent_table_cell *cell, struct ent_arena *arena,
    Entente__V1__StatisticsCell **ret_cell, struct ent_error *err)
{
    Entente__V1__StatisticsCell *written =
        ent_arena_alloc(arena, sizeof *written);
    enum ent_status rc;

    if (written == NULL) {
        return full(err);
    }
    entente__v1__statistics_cell__init(written);
    written->count = cell->count;
    written->suppressed = cell->suppressed;
    *ret_cell = written;
    rc = ent_census_write(cell->values, arena, written, err);
    return rc != ENT_OK ? rc : write_amounts(cell, arena, written, err);
}

/* Dimensions and cells of one table. */
static enum ent_status
write_table(const struct ent_table *table, struct ent_arena *arena,
    Entente__V1__StatisticsTable *ret_table, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    entente__v1__statistics_table__init(ret_table);
    ret_table->dimensions =
        ent_arena_alloc(arena, ENT_DIMENSIONS * sizeof *ret_table->dimensions);
    ret_table->cells =
        ent_arena_alloc(arena, (table->count + 1) * sizeof *ret_table->cells);
    if (ret_table->dimensions == NULL || ret_table->cells == NULL) {
        return full(err);
    }
    for (unsigned i = 1; i <= ENT_DIMENSIONS; i++) {
        if ((table->dimensions >> i & 1) != 0) {
            ret_table->dimensions[ret_table->n_dimensions++] =
                (Entente__V1__Dimension)i;
        }
    }
    for (size_t i = 0; rc == ENT_OK && i < table->count; i++) {
        rc = write_cell(&table->cells[i], arena, &ret_table->cells[i], err);
        ret_table->n_cells = i + 1;
    }
    return rc;
}

static enum ent_status
write_time(uint64_t ms, struct ent_arena *arena,
    Google__Protobuf__Timestamp **ret_time, struct ent_error *err)
{
    Google__Protobuf__Timestamp *time = ent_arena_alloc(arena, sizeof *time);

    if (time == NULL) {
        return full(err);
    }
    ent_message_time_set(time, ms);
    *ret_time = time;
    return ENT_OK;
}

/* All but its tables. */
static enum ent_status
write_head(const struct ent_return_plan *plan, const struct ent_census *census,
    struct ent_arena *arena, Entente__V1__StatisticsReturn **ret_return,
    struct ent_error *err)
{
    Entente__V1__StatisticsReturn *written =
        ent_arena_alloc(arena, sizeof *written);
    Entente__V1__TimeWindow *period = ent_arena_alloc(arena, sizeof *period);
    enum ent_status rc;

    if (written == NULL || period == NULL) {
        return full(err);
    }
    entente__v1__statistics_return__init(written);
    entente__v1__time_window__init(period);
    written->shape = plan->shape;
    written->what = plan->what;
    written->period = period;
    written->nil = census->count == 0;
    *ret_return = written;
    rc = write_time(census->from_ms, arena, &period->from, err);
    return rc != ENT_OK
               ? rc
               : write_time(census->until_ms, arena, &period->until, err);
}

static enum ent_status
write_tables(const struct ent_tables *tables, struct ent_arena *arena,
    Entente__V1__StatisticsReturn *written, struct ent_error *err)
{
    Entente__V1__StatisticsTable *list =
        ent_arena_alloc(arena, ENT_TABLES_MAX * sizeof *list);
    enum ent_status rc = ENT_OK;

    written->tables =
        ent_arena_alloc(arena, ENT_TABLES_MAX * sizeof *written->tables);
    if (list == NULL || written->tables == NULL) {
        return full(err);
    }
    for (size_t i = 0; rc == ENT_OK && i < tables->count; i++) {
        rc = write_table(&tables->list[i], arena, &list[i], err);
        if (i > 0 && !written->nil) {
            written->tables[written->n_tables++] = &list[i];
        }
    }
    written->dimensions = list[0].dimensions;
    written->n_dimensions = list[0].n_dimensions;
    written->cells = list[0].cells;
    written->n_cells = list[0].n_cells;
    return rc;
}

enum ent_status
ent_return_make(const struct ent_return_plan *plan,
    const struct ent_census *census, uint32_t threshold,
    struct ent_arena *arena, Entente__V1__StatisticsReturn **ret_return,
    struct ent_error *err)
{
    struct ent_tables tables;
    Entente__V1__StatisticsReturn *written = NULL;
    enum ent_status rc = ent_suppress(
        census, plan->tables, plan->table_count, threshold, &tables, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = write_head(plan, census, arena, &written, err);
    if (rc == ENT_OK) {
        written->threshold = threshold;
        rc = write_tables(&tables, arena, written, err);
    }
    ent_tables_fini(&tables);
    if (rc == ENT_OK) {
        *ret_return = written;
    }
    return rc;
}
