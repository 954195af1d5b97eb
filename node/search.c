/* SPDX-License-Identifier: Apache-2.0 */
#include "node/search.h"

/* ---- where it begins ---- */

/* Numbers grow with time: by halving, the first that is later than until_ms.
 * What is gone counts as older, which is a place too new at worst. */
enum ent_status
node_search_begin(struct node *node, struct node_search *search,
    enum node_way way, struct ent_error *err)
{
    struct node_found found;
    uint64_t low = 1;
    uint64_t high = 0;
    enum ent_status rc = way == NODE_CAME
                             ? node_number_get(node->store, "desk", &high, err)
                             : node_numbered_last(node, &high, err);

    for (high++; rc == ENT_OK && low < high;) {
        uint64_t middle = low + (high - low) / 2;

        rc = node_found_get(node, way, middle, &found, err);
        if (rc == ENT_OK && found.at_ms > search->until_ms) {
            high = middle;
        } else if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
            low = middle + 1;
            rc = ENT_OK;
        }
    }
    search->places[way].before = low;
    return rc;
}

/* ---- candidates ---- */

/* The newest number before place->before that has one of a term's prints. */
static enum ent_status
before(struct node *node, const struct node_search_term *term,
    enum node_way way, uint64_t *number, struct ent_error *err)
{
    uint64_t best = 0;

    for (size_t i = 0; i < term->count; i++) {
        uint64_t one = *number;
        enum ent_status rc =
            node_index_before(node, &term->any[i], way, &one, err);

        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
        if (rc == ENT_OK && one > best) {
            best = one;
        }
    }
    *number = best;
    return best == 0 ? ENT_NOT_FOUND : ENT_OK;
}

/* Without terms every number is one. */
static enum ent_status
candidate(struct node *node, const struct node_search *search,
    enum node_way way, uint64_t *number, struct ent_error *err)
{
    if (search->term_count > 0) {
        return before(node, &search->terms[0], way, number, err);
    }
    if (*number <= 1) {
        return ENT_NOT_FOUND;
    }
    (*number)--;
    return ENT_OK;
}

static enum ent_status
has_term(struct node *node, const struct node_search_term *term,
    enum node_way way, uint64_t number, struct ent_error *err)
{
    enum ent_status rc = ENT_NOT_FOUND;

    for (size_t i = 0; rc == ENT_NOT_FOUND && i < term->count; i++) {
        rc = node_index_has(node, &term->any[i], way, number, err);
    }
    return rc;
}

static enum ent_status
has_all(struct node *node, const struct node_search *search, enum node_way way,
    uint64_t number, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 1; rc == ENT_OK && i < search->term_count; i++) {
        rc = has_term(node, &search->terms[i], way, number, err);
    }
    return rc;
}

/* A candidate has all keys: does it belong to the span? Then it waits. */
static enum ent_status
judge(struct node *node, const struct node_search *search, enum node_way way,
    struct node_search_place *place, struct ent_error *err)
{
    enum ent_status rc =
        node_found_get(node, way, place->before, &place->found, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (place->found.at_ms < search->from_ms) {
        place->before = 0; /* and all that come now are older */
    } else {
        place->waits = place->found.at_ms <= search->until_ms;
    }
    return ENT_OK;
}

/* One step on. ENT_NOT_FOUND is ordinary. */
static enum ent_status
step(struct node *node, struct node_search *search, enum node_way way,
    struct node_search_place *place, struct ent_error *err)
{
    enum ent_status rc = candidate(node, search, way, &place->before, err);

    if (rc != ENT_OK) {
        place->before = 0;
        return rc;
    }
    rc = has_all(node, search, way, place->before, err);
    return rc != ENT_OK ? rc : judge(node, search, way, place, err);
}

/* The next message of a way waits in its place. */
static enum ent_status
advance(struct node *node, struct node_search *search, enum node_way way,
    struct ent_error *err)
{
    struct node_search_place *place = &search->places[way];

    while (!place->waits && place->before != 0) {
        enum ent_status rc;

        if (search->budget == 0) {
            return ENT_BUSY;
        }
        search->budget--;
        rc = step(node, search, way, place, err);
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
node_search_next(struct node *node, struct node_search *search,
    enum node_way *ret_way, struct ent_error *err)
{
    struct node_search_place *came = &search->places[NODE_CAME];
    struct node_search_place *sent = &search->places[NODE_SENT];
    enum ent_status rc = advance(node, search, NODE_CAME, err);

    if (rc == ENT_OK) {
        rc = advance(node, search, NODE_SENT, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!came->waits && !sent->waits) {
        return ENT_NOT_FOUND;
    }
    *ret_way =
        !sent->waits || (came->waits && came->found.at_ms >= sent->found.at_ms)
            ? NODE_CAME
            : NODE_SENT;
    return ENT_OK;
}

void
node_search_taken(struct node_search *search, enum node_way way)
{
    search->places[way].waits = false;
}
