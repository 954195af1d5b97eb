/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census - how many persons and cases there are in what passed, by sex, age
 * band, origin, offence, mode, route and substance.
 *
 * Of a message nothing is taken but numbers and codes of closed lists: a cell
 * has no room for a name, a document's number or a sentence. So nothing nominal
 * can get in, whatever a message holds.
 *
 * What counts here is as it is: small cells are policy/suppress.h's to hide.
 */
#ifndef ENT_POLICY_CENSUS_H
#define ENT_POLICY_CENSUS_H

#include "proto/message.h"

/* Entente__V1__Dimension from 1 on; bits of a set are 1 << that. */
#define ENT_DIMENSIONS 7
#define ENT_CENSUS_CELLS_MAX 16384

/* What amounts of a substance are added up in; different ones never are. */
enum ent_census_unit {
    ENT_CENSUS_KILOGRAM,
    ENT_CENSUS_LITRE,
    ENT_CENSUS_TABLET,
    ENT_CENSUS_AMPOULE,
    ENT_CENSUS_PLANT,
    ENT_CENSUS_PIECE,
    ENT_CENSUS_UNITS,
};

struct ent_census_amount {
    uint64_t millionths; /* of the unit */
    uint64_t cases;      /* in which it was given */
};

struct ent_census_cell {
    uint32_t values[ENT_DIMENSIONS]; /* by Dimension - 1; 0: not asked for */
    uint64_t count;
    struct ent_census_amount amounts[ENT_CENSUS_UNITS];
};

/* All but `what`, `dimensions`, `from_ms` and `until_ms` is zero to begin with.
 */
struct ent_census {
    Entente__V1__Counted what;
    unsigned dimensions;
    uint64_t from_ms;  /* when it happened; not before */
    uint64_t until_ms; /* and before that */
    struct ent_census_cell *cells;
    size_t count;
    size_t room;
    uint32_t *slots; /* open addressing by values; index + 1, 0: free */
};

void ent_census_fini(struct ent_census *census);

/* By what that can be counted at all: bits. 0: it is no code. */
unsigned ent_census_dimensions(Entente__V1__Counted what);

/* When what a message tells of happened; 0: nothing of it is counted. */
uint64_t ent_census_time(const ent_message *message);

/* May the family have any of that? */
bool ent_census_counts(Entente__V1__Counted what, uint32_t family);

/* One message that passed; an exercise, a test, one that only withdraws another
 * and what happened at another time add nothing. ENT_FULL: there would be more
 * than ENT_CENSUS_CELLS_MAX cells. */
enum ent_status ent_census_add(struct ent_census *census,
    const ent_message *message, struct ent_error *err) ENT_MUST_CHECK;

/* One cell, to what is there of the same values. ENT_FULL as above. */
enum ent_status ent_census_add_cell(struct ent_census *census,
    const struct ent_census_cell *cell, struct ent_error *err) ENT_MUST_CHECK;

/* The values of a cell as a return has them, and back. Texts come from `arena`;
 * ENT_BAD_INPUT: they are of no list. */
enum ent_status ent_census_write(const uint32_t values[static ENT_DIMENSIONS],
    struct ent_arena *arena, Entente__V1__StatisticsCell *ret_cell,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_census_read(const Entente__V1__StatisticsCell *cell,
    uint32_t ret_values[static ENT_DIMENSIONS],
    struct ent_error *err) ENT_MUST_CHECK;

/* The order of two values, or of whatever begins with its values: for qsort and
 * bsearch. */
int ent_census_values_compare(const void *one, const void *other);

/* In which unit the catalogue writes one of ours. */
Entente__V1__DrugUnit ent_census_unit_code(enum ent_census_unit unit);

#endif
