/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_queries - two offices under an agreement by which a node answers
 * whether something is on its lists: Mae Sai has alerts, Tachileik asks.
 */
#ifndef ENT_TESTS_TWO_OFFICES_QUERIES_H
#define ENT_TESTS_TWO_OFFICES_QUERIES_H

#include "tests/two_offices_rows.h"

/* They know each other, and agree on that; or there, on these families and with
 * `n` changes more. */
int setup_query(void **state);
int setup_with(
    void **state, const char *families, const struct amendment *more, size_t n);

#define FAMILIES                                                               \
    "hit_query, hit_answer, conveyance_alert, person_alert, lifecycle"

/* An alert about a vehicle, to the other office: with more members, each with
 * its comma; and one of Mae Sai about a person. */
struct ent_id alert(enum who from, const char *plate, const char *more);
struct ent_id person_alert(const char *name, const char *born);

/* Tachileik asks Mae Sai; `of` is the body without its encounter. */
struct ent_id ask(const char *of, const char *mode);
struct ent_id ask_plate(const char *plate);
struct ent_id ask_person(const char *name, const char *born);

/* What is on Tachileik's desk as an answer to that query; NULL: nothing. It
 * lies in `arena`, which the caller frees. */
const ent_message *answer_to(
    const struct ent_id *query, struct ent_arena *arena);

/* After all that can happen: "HIT <id>", "NO_HIT", or "" when the node does not
 * answer. */
const char *outcome(const struct ent_id *query);
/* The outcome that is a hit on that alert. */
const char *hit_on(const struct ent_id *id);

#endif
