/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_duties - two offices under an agreement that asks people for
 * something by a time, and what they owe.
 */
#ifndef ENT_TESTS_TWO_OFFICES_DUTIES_H
#define ENT_TESTS_TWO_OFFICES_DUTIES_H

#include "tests/two_offices_rows.h"

/* The message that tests are about. */
#define MESSAGE_ID "01926b3e-7c00-7abc-8def-0123456789ab"
#define NCC "ncc@mm"

#define CORRECTION                                                             \
    "\"action\":\"CORRECT\",\"references\":[{\"id\":\"" MESSAGE_ID "\"}],"

/* Drills, corrections, recalls and replies have their times; or besides whether
 * a message is still needed is asked every five days, for thirty. */
int setup_duties(void **state);
int setup_reviews(void **state);

/* Whatever is due now is reminded of. */
void remind(enum who who);

/* What is owed, to anybody or to one office: the first of it is copied, when
 * there is any. */
struct owed {
    size_t count;
    char kind[32];
    char office[64];
    uint64_t due;
    bool overdue;
};

struct owed owes_to(enum who who, const char *office);
struct owed owed_by(enum who who);

/* How often an alarm about a duty was raised. */
uint64_t reminders(enum who who);

/* What Mae Sai writes, to an office of its choice; or its alert, with more. */
void send_json(const char *office, const char *json);
void send_to(const char *office, const char *more);
/* What Tachileik answers to what was said of the message. */
void answer(const char *act);

#define DUTY_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_duties, teardown)
#define REVIEW_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, setup_reviews, teardown)

#endif
