/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/term.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/nearest.h"

#define WORD(name, word) word,
#define TERMS(list, singular, table)                                           \
    static const char *const list##_words[] = {table(WORD)};                   \
    const struct ent_terms ent_##list = {                                      \
        .what = (singular),                                                    \
        .words = list##_words,                                                 \
        .count = sizeof list##_words / sizeof list##_words[0],                 \
    }

TERMS(sectors, "sector", ENT_SECTOR_TABLE);
TERMS(desks, "desk", ENT_DESK_TABLE);
TERMS(roles, "role", ENT_ROLE_TABLE);
TERMS(prejudices, "reservation", ENT_PREJUDICE_TABLE);
TERMS(risks, "risk", ENT_RISK_TABLE);
TERMS(measures, "measure", ENT_MEASURE_TABLE);
TERMS(relaxations, "relaxation", ENT_RELAXATION_TABLE);
TERMS(survivors, "duty", ENT_SURVIVOR_TABLE);

uint32_t
ent_term_value(const struct ent_terms *terms, const char *word)
{
    assert(terms != NULL && word != NULL);

    for (uint32_t i = 0; i < terms->count; i++) {
        if (strcmp(terms->words[i], word) == 0) {
            return i + 1;
        }
    }
    return 0;
}

const char *
ent_term_word(const struct ent_terms *terms, uint32_t value)
{
    assert(terms != NULL);

    if (value == 0) {
        return "none";
    }
    return value <= terms->count ? terms->words[value - 1] : "unknown";
}

void
ent_term_list(
    const struct ent_terms *terms, uint32_t bits, char *out, size_t size)
{
    size_t len = 0;

    assert(terms != NULL && size > 0);

    out[0] = '\0';
    for (uint32_t value = 1; value <= terms->count && len < size; value++) {
        if ((bits >> value & 1) != 0) {
            len += (size_t)snprintf(out + len, size - len, "%s%s",
                len > 0 ? ", " : "", terms->words[value - 1]);
        }
    }
}

const char *
ent_term_nearest(const struct ent_terms *terms, const char *word)
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(word));

    assert(terms != NULL);

    for (uint32_t i = 0; i < terms->count; i++) {
        ent_nearest_try(&nearest, terms->words[i]);
    }
    return nearest.best;
}
