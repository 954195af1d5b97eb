/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suppress - tables of counts in which nobody can be found.
 *
 * Given is what was counted, and by which dimensions tables of it are to be
 * published; by none is the total. A cell of less than the threshold is
 * suppressed. That alone hides nothing: what is missing in a row can be
 * computed from its total. So others are suppressed too, until each suppressed
 * cell could have any of at least `threshold` values, one after the other, and
 * everything that is published, in all of the tables, would be the same.
 *
 * That is shown by doing it: persons are moved between cells, or exchange some
 * of their values, so that only suppressed cells change (as in the hypercube
 * method of official statistics). The reader is taken to know the threshold,
 * that a cell which is not there is none, and that a suppressed one is not.
 * What is suppressed besides depends on which cells there are, hardly on how
 * large they are; a reader knows that at least one of those that depend on each
 * other is small.
 *
 * Nothing here protects a table against another one of nearly the same time.
 */
#ifndef ENT_POLICY_SUPPRESS_H
#define ENT_POLICY_SUPPRESS_H

#include "policy/census.h"

#define ENT_THRESHOLD_DEFAULT 11 /* as the CTDC of IOM and its partners */
#define ENT_THRESHOLD_MIN 3
#define ENT_THRESHOLD_MAX 1000
#define ENT_TABLES_MAX 16

struct ent_table_cell {
    uint32_t values[ENT_DIMENSIONS];
    uint64_t count;
    bool suppressed;
    struct ent_census_amount amounts[ENT_CENSUS_UNITS];
};

struct ent_table {
    unsigned dimensions;          /* bits, as of a census */
    struct ent_table_cell *cells; /* sorted by their values; of nothing: none */
    size_t count;
};

struct ent_tables {
    struct ent_table list[ENT_TABLES_MAX];
    size_t count;
};

void ent_tables_fini(struct ent_tables *tables);

/* One table for each of `dimensions`, which are `count` different sets, no more
 * than ENT_TABLES_MAX. Always the same of the same cells, in whatever order
 * they are. */
enum ent_status ent_suppress(const struct ent_census *census,
    const unsigned *dimensions, size_t count, uint64_t threshold,
    struct ent_tables *ret_tables, struct ent_error *err) ENT_MUST_CHECK;

#endif
