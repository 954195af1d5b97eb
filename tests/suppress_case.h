/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suppress_case - persons who were counted, the tables that are published of
 * them, and what is true of a cell of these.
 */
#ifndef ENT_TESTS_SUPPRESS_CASE_H
#define ENT_TESTS_SUPPRESS_CASE_H

#include "tests/support.h"

#include "policy/suppress.h"

#define SEX (1U << ENTENTE__V1__DIMENSION__BY_SEX)
#define AGE (1U << ENTENTE__V1__DIMENSION__BY_AGE_BAND)
#define ORIGIN (1U << ENTENTE__V1__DIMENSION__BY_ORIGIN)
#define SUBSTANCE (1U << ENTENTE__V1__DIMENSION__BY_SUBSTANCE)
#define TOTAL 0U

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

extern struct ent_census census;
extern struct ent_tables tables;

/* Nobody was counted. */
int clear(void **state);

/* So many of these values of sex, age and origin. */
void add(uint32_t sex, uint32_t age, uint32_t origin, uint64_t count);

/* The tables by each of these sets of dimensions. */
void suppress(const unsigned *dimensions, size_t count, uint64_t threshold);

/* Whether these are values of a cell, by those dimensions. */
bool is_of(const uint32_t *values, unsigned dimensions, const uint32_t *cell);

/* How many there are of a cell, suppressed or not. */
uint64_t truth_of(
    const struct ent_table *table, const struct ent_table_cell *cell);

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, clear)

#endif
