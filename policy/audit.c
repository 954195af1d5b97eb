/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/audit.h"

#include <stdlib.h>
#include <string.h>

#include "policy/suppress.h"

#define OPEN UINT64_MAX           /* no most is known */
#define LARGE (UINT64_C(1) << 44) /* sums of such counts fit */
#define NONE UINT32_MAX
#define LAYERS_MAX (ENT_TABLES_MAX + 1)

struct span {
    uint32_t values[ENT_DIMENSIONS]; /* first, to be compared */
    uint64_t least;
    uint64_t most;
    size_t cell; /* its place in the table */
    bool suppressed;
};

/* A table, sorted by its values. */
struct layer {
    unsigned dimensions; /* bits, as of a census */
    struct span *spans;
    size_t count;
};

/* What the finer cells of a coarser one add up to. */
struct sum {
    uint64_t least;
    uint64_t most;   /* of those that have one */
    uint64_t opened; /* those that have none */
};

/* A table that is coarser than another. */
struct pair {
    const struct layer *coarse;
    const struct layer *fine;
    uint32_t *whole; /* of each finer cell: the coarser one it is part of */
};

struct auditing {
    struct layer layers[LAYERS_MAX];
    size_t layer_count;
    struct pair pairs[LAYERS_MAX * LAYERS_MAX];
    size_t pair_count;
    struct span *spans; /* of all layers */
    size_t span_count;
    uint32_t *wholes; /* of all pairs */
    struct sum *sums; /* of one pair */
    bool moved;
};

static void
fini(struct auditing *auditing)
{
    free(auditing->spans);
    free(auditing->wholes);
    free(auditing->sums);
}

/* ---- reading ---- */

static enum ent_status
read_layer(struct auditing *auditing, const Entente__V1__Dimension *dimensions,
    size_t dimension_count, Entente__V1__StatisticsCell *const *cells,
    size_t count, struct ent_error *err)
{
    struct layer *layer = &auditing->layers[auditing->layer_count++];

    layer->spans = auditing->spans + auditing->span_count;
    layer->count = count;
    auditing->span_count += count;
    for (size_t i = 0; i < dimension_count; i++) {
        layer->dimensions |= 1U << ((unsigned)dimensions[i] & 31);
    }
    for (size_t i = 0; i < count; i++) {
        const bool suppressed = cells[i]->suppressed != 0;
        const uint64_t told = cells[i]->count;
        struct span *span = &layer->spans[i];
        enum ent_status rc = ent_census_read(cells[i], span->values, err);

        if (rc != ENT_OK) {
            return rc;
        }
        span->cell = i;
        span->suppressed = suppressed;
        span->least = suppressed ? 1 : told < LARGE ? told : LARGE;
        span->most = suppressed || told > LARGE ? OPEN : told;
    }
    qsort(
        layer->spans, count, sizeof layer->spans[0], ent_census_values_compare);
    return ENT_OK;
}

static enum ent_status
read_all(struct auditing *auditing, const Entente__V1__StatisticsReturn *all,
    struct ent_error *err)
{
    size_t count = all->n_cells;
    enum ent_status rc;

    for (size_t i = 0; i < all->n_tables; i++) {
        count += all->tables[i]->n_cells;
    }
    if (count > ENT_AUDIT_CELLS_MAX || all->n_tables >= LAYERS_MAX) {
        return ent_fail(err, ENT_FULL,
            "it has more than %d tables, or %d cells", LAYERS_MAX,
            ENT_AUDIT_CELLS_MAX);
    }
    auditing->spans = calloc(count + 1, sizeof *auditing->spans);
    auditing->sums = calloc(count + 1, sizeof *auditing->sums);
    if (auditing->spans == NULL || auditing->sums == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "auditing a return");
    }
    rc = read_layer(auditing, all->dimensions, all->n_dimensions, all->cells,
        all->n_cells, err);
    for (size_t i = 0; rc == ENT_OK && i < all->n_tables; i++) {
        const Entente__V1__StatisticsTable *table = all->tables[i];

        rc = read_layer(auditing, table->dimensions, table->n_dimensions,
            table->cells, table->n_cells, err);
    }
    return rc;
}

/* ---- which cells are parts of which ---- */

static uint32_t
find_whole(const struct layer *coarse, const struct span *part)
{
    struct span key = {.cell = 0};
    const struct span *found;

    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        if ((coarse->dimensions >> (i + 1) & 1) != 0) {
            key.values[i] = part->values[i];
        }
    }
    found = coarse->count == 0
                ? NULL
                : bsearch(&key, coarse->spans, coarse->count,
                      sizeof coarse->spans[0], ent_census_values_compare);
    return found == NULL ? NONE : (uint32_t)(found - coarse->spans);
}

static bool
is_coarser(const struct layer *one, const struct layer *other)
{
    return one->dimensions != other->dimensions &&
           (one->dimensions & ~other->dimensions) == 0;
}

static enum ent_status
pair_all(struct auditing *auditing, struct ent_error *err)
{
    uint32_t *next =
        calloc(auditing->span_count * auditing->layer_count + 1, sizeof *next);

    auditing->wholes = next;
    if (next == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "auditing a return");
    }
    for (size_t i = 0; i < auditing->layer_count; i++) {
        for (size_t k = 0; k < auditing->layer_count; k++) {
            const struct layer *coarse = &auditing->layers[i];
            const struct layer *fine = &auditing->layers[k];

            if (!is_coarser(coarse, fine)) {
                continue;
            }
            auditing->pairs[auditing->pair_count++] =
                (struct pair){coarse, fine, next};
            for (size_t part = 0; part < fine->count; part++) {
                *next++ = find_whole(coarse, &fine->spans[part]);
            }
        }
    }
    return ENT_OK;
}

/* ---- narrowing ---- */

static void
add_up(const struct pair *pair, struct sum *sums)
{
    memset(sums, 0, pair->coarse->count * sizeof *sums);
    for (size_t i = 0; i < pair->fine->count; i++) {
        const struct span *part = &pair->fine->spans[i];

        if (pair->whole[i] != NONE) {
            struct sum *sum = &sums[pair->whole[i]];

            sum->least += part->least;
            sum->most += part->most == OPEN ? 0 : part->most;
            sum->opened += part->most == OPEN ? 1 : 0;
        }
    }
}

/* What contradicts the rest narrows nothing. */
static void
narrow(
    struct auditing *auditing, struct span *span, uint64_t least, uint64_t most)
{
    if (!span->suppressed || least > most || least > span->most ||
        most < span->least) {
        return;
    }
    if (least > span->least) {
        span->least = least;
        auditing->moved = true;
    }
    if (most < span->most) {
        span->most = most;
        auditing->moved = true;
    }
}

/* By the whole, and by what its other parts are at least and at most. */
static void
narrow_part(struct auditing *auditing, const struct span *whole,
    const struct sum *sum, struct span *part)
{
    const bool open = part->most == OPEN;
    const uint64_t others_least = sum->least - part->least;
    const uint64_t others_most = sum->most - (open ? 0 : part->most);
    uint64_t least = 0;
    uint64_t most = OPEN;

    if (sum->opened == (open ? 1 : 0) && whole->least > others_most) {
        least = whole->least - others_most;
    }
    if (whole->most != OPEN) {
        most = whole->most < others_least ? 0 : whole->most - others_least;
    }
    narrow(auditing, part, least, most);
}

static void
narrow_pair(struct auditing *auditing, const struct pair *pair)
{
    add_up(pair, auditing->sums);
    for (size_t i = 0; i < pair->coarse->count; i++) {
        const struct sum *sum = &auditing->sums[i];

        narrow(auditing, &pair->coarse->spans[i], sum->least,
            sum->opened == 0 ? sum->most : OPEN);
    }
    for (size_t i = 0; i < pair->fine->count; i++) {
        if (pair->whole[i] != NONE) {
            narrow_part(auditing, &pair->coarse->spans[pair->whole[i]],
                &auditing->sums[pair->whole[i]], &pair->fine->spans[i]);
        }
    }
}

/* ---- the answer ---- */

static void
find_told(const struct auditing *auditing, uint64_t threshold,
    struct ent_audit *audit)
{
    for (size_t i = 0; i < auditing->layer_count && !audit->told; i++) {
        for (size_t k = 0; k < auditing->layers[i].count; k++) {
            const struct span *span = &auditing->layers[i].spans[k];

            if (span->suppressed && span->most != OPEN &&
                span->most - span->least + 1 < threshold &&
                (!audit->told || span->cell < audit->cell)) {
                *audit = (struct ent_audit){
                    true, i, span->cell, span->least, span->most};
            }
        }
    }
}

enum ent_status
ent_audit_return(const Entente__V1__StatisticsReturn *all, uint64_t threshold,
    struct ent_audit *ret_audit, struct ent_error *err)
{
    ENT_AUTO(fini) struct auditing auditing = {.moved = true};
    struct ent_audit audit = {.told = false};
    enum ent_status rc = read_all(&auditing, all, err);

    if (rc == ENT_OK) {
        rc = pair_all(&auditing, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; auditing.moved && i < ENT_AUDIT_ROUNDS; i++) {
        auditing.moved = false;
        for (size_t k = 0; k < auditing.pair_count; k++) {
            narrow_pair(&auditing, &auditing.pairs[k]);
        }
    }
    find_told(&auditing, threshold, &audit);
    *ret_audit = audit;
    return ENT_OK;
}
