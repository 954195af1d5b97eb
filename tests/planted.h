/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted - a message with a value in every field that takes one which stands
 * nowhere else, so that it can be told in what comes of the message.
 */
#ifndef ENT_TESTS_PLANTED_H
#define ENT_TESTS_PLANTED_H

#include "policy/path.h"
#include "tests/random_message.h"

#define PLANTED_MAX 256
#define MARKER_LEN 14

struct planted {
    char marker[MARKER_LEN + 1];
    char where[ENT_PATH_LEN]; /* its place in JSON */
    char path[ENT_PATH_LEN];  /* as agreements name it */
};

/* What was planted in one message. */
struct plants {
    struct random_source *random;
    struct planted list[PLANTED_MAX];
    size_t count;
};

/* Into every field of content of a valid message, which stays one. */
void plant_all(
    struct plants *plants, const ent_message *message, struct ent_arena *arena);

/* The same value in another field too; false: none took it, or none was drawn.
 */
bool plant_again(struct plants *plants, const ent_message *message,
    const char *marker, struct ent_arena *arena);

/* In letters of any case. */
bool holds_marker(struct ent_view bytes, const char *marker);

#endif
