/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/matrix.h"

#include <assert.h>

#include "policy/agreement_internal.h"
#include "policy/word.h"

#define FAMILIES_LEN 2048 /* the names of all families, and more */
#define PURPOSES_LEN 512

/* The two offices, in the way or ways that the clause joins them. */
static bool
join(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange, size_t first, size_t second,
    struct ent_passage *passage)
{
    const struct agreement_office *a = &agreement->offices[first];
    const struct agreement_office *b = &agreement->offices[second];
    bool there = ent_exchange_joins(agreement, exchange, a, b);
    bool back = ent_exchange_joins(agreement, exchange, b, a);

    passage->from = there ? &a->address : &b->address;
    passage->to = there ? &b->address : &a->address;
    passage->both_ways = there && back;
    return there || back;
}

static void
walk_clause(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    void (*found)(void *context, const struct ent_passage *passage),
    void *context)
{
    char families[FAMILIES_LEN];
    char purposes[PURPOSES_LEN];
    struct ent_passage passage = {
        .clause = exchange->clause,
        .line = exchange->mark.line,
        .families = families,
        .purposes = purposes,
    };

    ent_families_list(&exchange->families, families, sizeof families);
    ent_word_list(&entente__v1__purpose__descriptor, exchange->purposes,
        purposes, sizeof purposes);
    for (size_t i = 0; i < agreement->office_count; i++) {
        for (size_t j = i + 1; j < agreement->office_count; j++) {
            if (join(agreement, exchange, i, j, &passage)) {
                found(context, &passage);
            }
        }
    }
}

void
ent_matrix_walk(const struct ent_agreement *agreement,
    void (*found)(void *context, const struct ent_passage *passage),
    void *context)
{
    assert(agreement != NULL && found != NULL);

    for (size_t i = 0; i < agreement->exchange_count; i++) {
        walk_clause(agreement, &agreement->exchanges[i], found, context);
    }
}
