/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistics - a return of what was counted, in the shape that its readers
 * expect: UNODC's VRS-MSRC (migrant smuggling: how many, of which citizenship,
 * of what sex and age, by which routes and means) and DAINAP (drugs: cases and
 * amounts of each substance, routes), or a plain table.
 *
 * Their forms themselves are not public; what is here has the groups of data
 * that they ask for.
 */
#ifndef ENT_POLICY_STATISTICS_H
#define ENT_POLICY_STATISTICS_H

#include "policy/suppress.h"

/* What a return has: the first table is its own. */
struct ent_return_plan {
    Entente__V1__ReturnShape shape;
    Entente__V1__Counted what;
    unsigned tables[ENT_TABLES_MAX]; /* sets of dimensions; 0: the total */
    size_t table_count;
};

/* `what` 0: what the shape is for. `dimensions` are those of a plain table; 0
 * where the shape says them. ENT_BAD_INPUT: what is counted is not known by
 * them. */
enum ent_status ent_return_plan(Entente__V1__ReturnShape shape,
    Entente__V1__Counted what, unsigned dimensions,
    struct ent_return_plan *ret_plan, struct ent_error *err) ENT_MUST_CHECK;

/* All dimensions that a census for it has to have. */
unsigned ent_return_dimensions(const struct ent_return_plan *plan);

/* Suppress what is small, and write the return of the census's period. All of
 * it lies in `arena`. */
enum ent_status ent_return_make(const struct ent_return_plan *plan,
    const struct ent_census *census, uint32_t threshold,
    struct ent_arena *arena, Entente__V1__StatisticsReturn **ret_return,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
