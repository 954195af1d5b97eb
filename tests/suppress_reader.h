/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suppress_reader - who reads all tables of a return and computes: is there any
 * population that they would be the same of?
 */
#ifndef ENT_TESTS_SUPPRESS_READER_H
#define ENT_TESTS_SUPPRESS_READER_H

#include "tests/suppress_case.h"

#define PEOPLE_MAX 64
#define RULES_MAX 128

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

/* Everything that the tables of suppress_case say is known. Of one kind not
 * more are tried than there are persons, and `range` besides. */
void reader_read(struct reader *reader, uint64_t range);

/* How many values of that cell, of `range` at most on each side of the truth,
 * the reader cannot rule out; they are counted up to `range`. `ret_gave_up` is
 * set when there were too many populations to try. */
uint64_t reader_values(const struct reader *reader,
    const struct ent_table *table, const struct ent_table_cell *cell,
    uint64_t range, bool *ret_gave_up);

#endif
