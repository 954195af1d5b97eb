/* SPDX-License-Identifier: Apache-2.0 */
/*
 * examples - a good message of each family, from data/messages, and what
 * becomes of it when a part is changed.
 */
#ifndef ENT_TESTS_EXAMPLES_H
#define ENT_TESTS_EXAMPLES_H

#include "proto/message.h"

/* The families that have one; ends with NULL. */
extern const char *const example_families[];

/* The example of `family`, with the members of the JSON object `change` in
 * place of its own (null takes one away); ' may stand for ". Lives in `arena`.
 * Fails the test when it cannot be read. */
ent_message *example(
    struct ent_arena *arena, const char *family, const char *change);

#endif
