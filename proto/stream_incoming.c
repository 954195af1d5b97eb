/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/stream_internal.h"

#include <assert.h>
#include <string.h>

#include "proto/schema/common.pb-c.h"

/*
 * A stream at its recipient. What is settled has no gap; what came early waits
 * behind gaps, in runs, for the missing part or for the end of the gap's time:
 *
 *     settled       gap     run         gap   run
 *     1 ... 17      18 19   20-24 25    26    27-40
 *     chain ------>         e0    e1          e2
 *
 * Entries of a run link to each other; whether a run continues the chain is
 * known when the gap before it has filled.
 */

/* Numbers and chain values of something that may come next: a bundle, or the
 * skip of one. */
struct step {
    uint64_t first;
    uint64_t last;
    struct ent_digest before;
    struct ent_digest after;
};

static uint64_t
early_last(const struct ent_early *early)
{
    return early->first + early->count - 1;
}

void
ent_incoming_init(
    const struct ent_stream_id *stream, struct ent_incoming *ret_incoming)
{
    *ret_incoming = (struct ent_incoming){
        .chain = ent_chain_genesis(stream),
    };
}

/* The same numbers between the same chain values is the same label. */
static bool
is_same(const struct ent_early *early, const struct step *step)
{
    return early->first == step->first && early_last(early) == step->last &&
           ent_digest_equal(&early->previous, &step->before) &&
           ent_digest_equal(&early->chain_after, &step->after);
}

/* How many entries lie wholly before `first`. */
static size_t
early_before(const struct ent_incoming *incoming, uint64_t first)
{
    size_t i = 0;

    while (
        i < incoming->early_count && early_last(&incoming->early[i]) < first) {
        i++;
    }
    return i;
}

/* Something between entries i - 1 and i, which must link to those it touches.
 */
static bool
links_to_neighbours(
    const struct ent_incoming *incoming, size_t i, const struct step *step)
{
    const struct ent_early *below = i > 0 ? &incoming->early[i - 1] : NULL;
    const struct ent_early *above =
        i < incoming->early_count ? &incoming->early[i] : NULL;

    if (below != NULL && early_last(below) + 1 == step->first &&
        !ent_digest_equal(&below->chain_after, &step->before)) {
        return false;
    }
    return above == NULL || step->last + 1 != above->first ||
           ent_digest_equal(&step->after, &above->previous);
}

/* What `step` is to a recipient who is where `incoming` says; changes nothing.
 * EARLY whether or not there is room to remember it. */
static enum ent_arrival
arrival_of(const struct ent_incoming *incoming, const struct step *step)
{
    size_t i = early_before(incoming, step->first);

    if (step->last <= incoming->settled_up_to) {
        return ENT_ARRIVAL_DUPLICATE;
    }
    if (step->first <= incoming->settled_up_to) {
        return ENT_ARRIVAL_FORK;
    }
    if (i < incoming->early_count && incoming->early[i].first <= step->last) {
        return is_same(&incoming->early[i], step) ? ENT_ARRIVAL_DUPLICATE
                                                  : ENT_ARRIVAL_FORK;
    }
    if (step->first == incoming->settled_up_to + 1) {
        return ent_digest_equal(&step->before, &incoming->chain)
                   ? ENT_ARRIVAL_IN_ORDER
                   : ENT_ARRIVAL_FORK;
    }
    return links_to_neighbours(incoming, i, step) ? ENT_ARRIVAL_EARLY
                                                  : ENT_ARRIVAL_FORK;
}

static void
drop_front(struct ent_incoming *incoming, size_t count)
{
    incoming->early_count -= count;
    memmove(incoming->early, incoming->early + count,
        incoming->early_count * sizeof incoming->early[0]);
}

/* Move to the end of `step`, and on over every early entry that now has its
 * turn. One that has its turn and does not link is a fork: it is handed out
 * marked, and what is settled stops before it. */
static size_t
advance(struct ent_incoming *incoming, const struct step *step,
    struct ent_early ret_early[static ENT_RANGES_MAX])
{
    size_t n = 0;

    incoming->settled_up_to = step->last;
    incoming->chain = step->after;
    while (n < incoming->early_count &&
           incoming->early[n].first == incoming->settled_up_to + 1) {
        const struct ent_early *early = &incoming->early[n];

        ret_early[n] = *early;
        n++;
        if (!ent_digest_equal(&early->previous, &incoming->chain)) {
            ret_early[n - 1].forked = true;
            incoming->forked = true;
            break;
        }
        incoming->settled_up_to = early_last(early);
        incoming->chain = early->chain_after;
    }
    drop_front(incoming, n);
    return n;
}

static void
remember(struct ent_incoming *incoming, const struct ent_early *early)
{
    size_t i = early_before(incoming, early->first);

    assert(incoming->early_count < ENT_RANGES_MAX);

    memmove(incoming->early + i + 1, incoming->early + i,
        (incoming->early_count - i) * sizeof incoming->early[0]);
    incoming->early[i] = *early;
    incoming->early_count++;
}

enum ent_arrival
ent_incoming_bundle(struct ent_incoming *incoming,
    const struct ent_label *label, struct ent_view label_wire, uint64_t now_ms,
    struct ent_early ret_early[static ENT_RANGES_MAX], size_t *ret_completed)
{
    enum ent_arrival arrival;
    struct step step;

    *ret_completed = 0;
    if (!span_is_valid(label->first, label->count)) {
        return ENT_ARRIVAL_TOO_FAR;
    }
    step = (struct step){
        .first = label->first,
        .last = label->first + label->count - 1,
        .before = label->previous,
        .after = ent_chain_next(&label->previous, label_wire),
    };
    arrival = arrival_of(incoming, &step);
    if (arrival == ENT_ARRIVAL_IN_ORDER) {
        *ret_completed = advance(incoming, &step, ret_early);
    } else if (arrival == ENT_ARRIVAL_FORK) {
        incoming->forked = true;
    } else if (arrival == ENT_ARRIVAL_EARLY) {
        if (incoming->early_count == ENT_RANGES_MAX) {
            return ENT_ARRIVAL_TOO_FAR;
        }
        remember(incoming, &(struct ent_early){
                               .first = label->first,
                               .count = label->count,
                               .previous = step.before,
                               .chain_after = step.after,
                               .label_hash = ent_digest_of(label_wire),
                               .arrived_at = now_ms,
                           });
    }
    return arrival;
}

enum ent_arrival
ent_incoming_skip(struct ent_incoming *incoming, const struct ent_skip *skip,
    uint64_t now_ms, struct ent_early ret_early[static ENT_RANGES_MAX],
    size_t *ret_completed)
{
    enum ent_arrival arrival;
    struct step step;

    (void)now_ms;
    *ret_completed = 0;
    if (skip->to < skip->from ||
        !span_is_valid(skip->from, skip->to - skip->from + 1)) {
        return ENT_ARRIVAL_TOO_FAR;
    }
    step = (struct step){
        .first = skip->from,
        .last = skip->to,
        .before = skip->chain_before,
        .after = skip->chain_after,
    };
    arrival = arrival_of(incoming, &step);
    if (arrival == ENT_ARRIVAL_IN_ORDER) {
        *ret_completed = advance(incoming, &step, ret_early);
    } else if (arrival == ENT_ARRIVAL_FORK) {
        incoming->forked = true;
    } else if (arrival == ENT_ARRIVAL_EARLY) {
        return ENT_ARRIVAL_TOO_FAR; /* it holds nothing worth remembering */
    }
    return arrival;
}

uint64_t
ent_gap_wait_ms(uint32_t precedence)
{
    switch (precedence) {
    case ENTENTE__V1__PRECEDENCE__FLASH:
        return UINT64_C(2) * 1000;
    case ENTENTE__V1__PRECEDENCE__IMMEDIATE:
        return UINT64_C(30) * 1000;
    case ENTENTE__V1__PRECEDENCE__PRIORITY:
        return UINT64_C(5) * 60 * 1000;
    default:
        return UINT64_C(60) * 60 * 1000;
    }
}

/* Whether there is a gap just before entry i. */
static bool
begins_run(const struct ent_incoming *incoming, size_t i)
{
    return i == 0 ||
           early_last(&incoming->early[i - 1]) + 1 != incoming->early[i].first;
}

/* Since when we know of the gap that holds back entry i: since the first
 * arrival in its run or behind it. Never earlier than for entry i - 1, so those
 * to be released are always the first few. */
static uint64_t
gap_known_since(const struct ent_incoming *incoming, size_t i)
{
    uint64_t since = UINT64_MAX;

    while (!begins_run(incoming, i)) {
        i--;
    }
    for (; i < incoming->early_count; i++) {
        if (incoming->early[i].arrived_at < since) {
            since = incoming->early[i].arrived_at;
        }
    }
    return since;
}

/* Messages between what is settled and entry i that are not here. */
static uint64_t
missing_before(const struct ent_incoming *incoming, size_t i)
{
    uint64_t missing = incoming->early[i].first - incoming->settled_up_to - 1;

    while (i > 0) {
        missing -= incoming->early[--i].count;
    }
    return missing;
}

size_t
ent_incoming_release(struct ent_incoming *incoming, uint32_t precedence,
    uint64_t now_ms, struct ent_early ret_early[static ENT_RANGES_MAX],
    uint64_t *ret_missing)
{
    uint64_t wait_ms = ent_gap_wait_ms(precedence);
    size_t released = 0;

    *ret_missing = 0;
    for (size_t i = 0; i < incoming->early_count; i++) {
        struct ent_early *early = &incoming->early[i];

        if (begins_run(incoming, i) &&
            time_after(gap_known_since(incoming, i), wait_ms) > now_ms) {
            break;
        }
        if (early->released) {
            continue;
        }
        if (released == 0) {
            *ret_missing = missing_before(incoming, i);
        }
        early->released = true;
        ret_early[released++] = *early;
    }
    return released;
}

uint64_t
ent_incoming_due(const struct ent_incoming *incoming, uint32_t precedence)
{
    for (size_t i = 0; i < incoming->early_count; i++) {
        if (!incoming->early[i].released) {
            return time_after(
                gap_known_since(incoming, i), ent_gap_wait_ms(precedence));
        }
    }
    return UINT64_MAX;
}

void
ent_incoming_describe(
    const struct ent_incoming *incoming, struct ent_receipt *receipt)
{
    struct ent_range *range = NULL;

    receipt->settled_up_to = incoming->settled_up_to;
    receipt->chain = incoming->chain;
    receipt->further_count = 0;
    for (size_t i = 0; i < incoming->early_count; i++) {
        const struct ent_early *early = &incoming->early[i];

        if (range == NULL || range->last + 1 != early->first) {
            range = &receipt->further[receipt->further_count++];
            range->first = early->first;
        }
        range->last = early_last(early);
    }
}
