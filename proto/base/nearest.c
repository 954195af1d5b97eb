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

/* How many letters must be put in, left out, replaced or swapped with their
 * neighbour, letter case apart; both at most WORD_MAX long. Row i of the usual
 * table is kept with the two before it. */
static size_t
distance_between(struct ent_view a, struct ent_view b)
{
    size_t rows[3][WORD_MAX + 1];

    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        const size_t *two_up = rows[(i + 1) % 3];
        const size_t *up = rows[(i + 2) % 3];
        size_t *row = rows[i % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = fold(a.data[i - 1]) == fold(b.data[j - 1]);
            bool swapped = i > 1 && j > 1 &&
                           fold(a.data[i - 1]) == fold(b.data[j - 2]) &&
                           fold(a.data[i - 2]) == fold(b.data[j - 1]);

            row[j] =
                smallest(up[j - 1] + (same ? 0 : 1), row[j - 1] + 1, up[j] + 1);
            if (swapped && two_up[j - 2] + 1 < row[j]) {
                row[j] = two_up[j - 2] + 1;
            }
        }
    }
    return rows[a.len % 3][b.len];
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
