/* SPDX-License-Identifier: Apache-2.0 */
#include "node/search.h"

static void
drop(struct node_search_place *place)
{
    node_row_free(&place->came);
    node_row_free(&place->sent);
    place->number = 0;
}

void
node_search_fini(struct node_search *search)
{
    drop(&search->places[NODE_CAME]);
    drop(&search->places[NODE_SENT]);
}

/* ---- rows ---- */

/* The row of a number, of which something can still be read; ENT_NOT_FOUND is
 * ordinary. */
static enum ent_status
load(struct node *node, enum node_way way, uint64_t number,
    struct node_search_place *place, struct ent_error *err)
{
    struct ent_party to;
    enum ent_status rc;

    drop(place);
    rc = way == NODE_CAME ? node_desk_get(node, number, &place->came, err)
                          : node_copy_by_number(node, number, &place->id, &to,
                                &place->sent, err);
    if (rc == ENT_OK) {
        place->number = number;
    }
    return rc;
}

static uint64_t
time_of(const struct node_search_place *place)
{
    return place->came != NULL ? place->came->received_at
                               : place->sent->accepted_at;
}

static bool
can_be_read(const struct node_search_place *place)
{
    return place->came != NULL ? place->came->deleted_at == 0
                               : place->sent->deleted_at == 0 &&
                                     !node_copy_is_aside(place->sent);
}

/* ---- where it begins ---- */

/* Numbers grow with time: by halving, the first that is later than until_ms.
 * What is gone counts as older, which is a place too new at worst. */
enum ent_status
node_search_begin(struct node *node, struct node_search *search,
    enum node_way way, struct ent_error *err)
{
    struct node_search_place *place = &search->places[way];
    uint64_t low = 1;
    uint64_t high = 0;
    enum ent_status rc = node_number_get(
        node->store, way == NODE_CAME ? "desk" : "submission", &high, err);

    for (high++; rc == ENT_OK && low < high;) {
        uint64_t middle = low + (high - low) / 2;

        rc = load(node, way, middle, place, err);
        if (rc == ENT_OK && time_of(place) > search->until_ms) {
            high = middle;
        } else if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
            low = middle + 1;
            rc = ENT_OK;
        }
    }
    drop(place);
    place->before = low;
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

/* A candidate is loaded: does it belong to the span? */
static enum ent_status
judge(const struct node_search *search, struct node_search_place *place)
{
    if (time_of(place) < search->from_ms) {
        drop(place);
        place->before = 0; /* and all that come now are older */
        return ENT_NOT_FOUND;
    }
    if (time_of(place) > search->until_ms || !can_be_read(place)) {
        drop(place);
    }
    return ENT_OK;
}

/* The next message of a way waits in its place. */
static enum ent_status
advance(struct node *node, struct node_search *search, enum node_way way,
    struct ent_error *err)
{
    struct node_search_place *place = &search->places[way];
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && place->number == 0 && place->before != 0) {
        uint64_t number = place->before;

        if (search->budget == 0) {
            return ENT_BUSY;
        }
        search->budget--;
        rc = candidate(node, search, way, &number, err);
        place->before = rc == ENT_OK ? number : 0;
        if (rc == ENT_OK) {
            rc = has_all(node, search, way, number, err);
            if (rc == ENT_OK) {
                rc = load(node, way, number, place, err);
            }
            if (rc == ENT_OK) {
                rc = judge(search, place);
            } else if (rc == ENT_NOT_FOUND) {
                rc = ENT_OK;
            }
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
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
    if (came->number == 0 && sent->number == 0) {
        return ENT_NOT_FOUND;
    }
    *ret_way = sent->number == 0 ||
                       (came->number != 0 && time_of(came) >= time_of(sent))
                   ? NODE_CAME
                   : NODE_SENT;
    return ENT_OK;
}

void
node_search_taken(struct node_search *search, enum node_way way)
{
    drop(&search->places[way]);
}
