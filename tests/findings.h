/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings - what the catalogue's rules find in an example with one change.
 */
#ifndef ENT_TESTS_FINDINGS_H
#define ENT_TESTS_FINDINGS_H

#include "proto/message.h"

/* A change (as in examples.h) that breaks one rule, and the finding that names
 * it. */
struct broken {
    const char *change;
    const char *field;
    const char *rule;
    const char *source;
};

/* Each finds that and nothing else. */
void expect_broken(struct ent_arena *arena, const char *family,
    const struct broken *cases, size_t count);

#define EXPECT_BROKEN(arena, family, cases)                                    \
    expect_broken(arena, family, cases, sizeof cases / sizeof cases[0])

/* Nothing is found. */
void expect_good(
    struct ent_arena *arena, const char *family, const char *change);

/* The state of a test is an arena for its messages. */
int findings_set_up(void **state);
int findings_tear_down(void **state);

#define FINDINGS_TEST(name)                                                    \
    cmocka_unit_test_setup_teardown(name, findings_set_up, findings_tear_down)

#endif
