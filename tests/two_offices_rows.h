/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_rows - what the stores of two offices hold, as a test may look at
 * it from outside. Rows are the caller's, to be freed by node_row_free.
 */
#ifndef ENT_TESTS_TWO_OFFICES_ROWS_H
#define ENT_TESTS_TWO_OFFICES_ROWS_H

#include "tests/two_offices.h"

/* A number that the store counts by. */
uint64_t number_of(enum who who, const char *name);

/* How many rows a table has. */
unsigned rows_in(enum who who, enum node_table table);

/* How many entries of that kind the journal has. */
size_t entries_in(enum who who, enum ent_entry_kind kind);

/* Everything that is over by now goes. */
void tidy(enum who who);

/* How many messages lie on a desk, and how often this one. */
uint64_t desk_count(enum who who);
unsigned times_on_desk(enum who who, const struct ent_id *id);

/* The row of a message on that desk; there must be one. */
node_desk_row *desk_row(enum who who, const struct ent_id *id);

/* The copy of a message that `from` sent to `to`, and its state. */
node_copy_row *copy_row(enum who from, enum who to, const struct ent_id *id);
uint32_t state_of(enum who from, enum who to, const struct ent_id *id);

/* How many alarms of a kind there are. */
size_t alarms_of(enum who who, uint32_t kind);
/* What the last of them is about, and its text; "": there is none. */
void alarm_text(enum who who, uint32_t kind, char text[static 512]);

void journal_is_good(enum who who);
/* Counted again, all that a store has agrees with what it says it has. */
void tally_is_good(enum who who);

#endif
