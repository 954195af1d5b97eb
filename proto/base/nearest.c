/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/nearest.h"

#include <string.h>

#define WORD_MAX 64 /* longer ones get no hint */
#define PREFIX_MIN 3

static uint8_t
fold(uint8_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter + ('a' - 'A'))
                                          : letter;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein distance, letter case apart; both at most WORD_MAX long. */
static size_t
distance_between(struct ent_view a, struct ent_view b)
{
    size_t row[WORD_MAX + 1];

    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            bool same = fold(a.data[i]) == fold(b.data[j]);
            size_t replaced = diagonal + (same ? 0 : 1);

            diagonal = row[j + 1];
            row[j + 1] = smallest(replaced, row[j] + 1, diagonal + 1);
        }
    }
    return row[b.len];
}

static bool
begins_with(struct ent_view known, struct ent_view word)
{
    if (word.len < PREFIX_MIN || word.len > known.len) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (fold(known.data[i]) != fold(word.data[i])) {
            return false;
        }
    }
    return true;
}

struct ent_nearest
ent_nearest_to(struct ent_view word)
{
    return (struct ent_nearest){.word = word, .distance = SIZE_MAX};
}

void
ent_nearest_try(struct ent_nearest *nearest, const char *known)
{
    struct ent_view candidate = ent_view_text(known);
    size_t limit = nearest->word.len / 3;
    size_t distance;

    if (nearest->word.len == 0 || nearest->word.len > WORD_MAX ||
        candidate.len > WORD_MAX) {
        return;
    }
    distance = distance_between(nearest->word, candidate);
    if (distance >= nearest->distance ||
        (distance > (limit < 1 ? 1 : limit) &&
            !begins_with(candidate, nearest->word))) {
        return;
    }
    nearest->best = known;
    nearest->distance = distance;
}
