/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nearest - "did you mean ...?": the word that somebody who wrote another one
 * probably had in mind.
 *
 *     struct ent_nearest nearest = ent_nearest_to(word);
 *     for each known word
 *         ent_nearest_try(&nearest, known);
 *     if (nearest.best != NULL) ...
 */
#ifndef ENT_PROTO_BASE_NEAREST_H
#define ENT_PROTO_BASE_NEAREST_H

#include "proto/base/bytes.h"

struct ent_nearest {
    struct ent_view word;
    const char *best; /* borrowed; NULL: none is near */
    size_t distance;
};

/* `word` is borrowed until the last ent_nearest_try. */
struct ent_nearest ent_nearest_to(struct ent_view word);

/* Keep `known` if it is nearer than what was tried before: few letters differ,
 * in either case, or it begins with the word. */
void ent_nearest_try(struct ent_nearest *nearest, const char *known);

#endif
