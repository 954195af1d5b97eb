/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that have what is asked for. */
#include "node/api.h"

#include "node/desks.h"
#include "node/search.h"
#include "node/submit.h"

#define TERMS_MAX 16
#define LIMIT_MAX 256

typedef Entente__V1__SearchItem search_item; /* generated names */
typedef Entente__V1__SearchRequest search_request;

/* ---- the question ---- */

/* Keys of one term: of a name each is a term of its own, else one of them. */
struct asking {
    struct node *node;
    bool exercise;
    struct node_search *search;
    bool each;
};

static enum ent_status
ask_key(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct asking *asking = context;
    struct node_search *search = asking->search;
    struct node_search_term *term;

    if (asking->each || search->terms[search->term_count].count == 0) {
        if (search->term_count + asking->each >= NODE_SEARCH_TERMS_MAX) {
            return ent_fail(err, ENT_BAD_INPUT,
                "a search has at most %d keys, each word of a name among them",
                NODE_SEARCH_TERMS_MAX);
        }
    }
    term = &search->terms[search->term_count];
    if (term->count == NODE_SEARCH_ANY_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a number is too long");
    }
    term->any[term->count++] =
        node_index_blind(asking->node, asking->exercise, kind, key);
    search->term_count += asking->each;
    return ENT_OK;
}

static enum ent_status
ask_term(struct node *node, const search_request *request,
    const Entente__V1__LookupTerm *term, struct node_search *search,
    struct ent_error *err)
{
    enum ent_lookup kind = ent_lookup_by_name(term->kind);
    struct asking asking = {
        .node = node,
        .exercise = request->exercises,
        .search = search,
        .each = kind == ENT_LOOKUP_NAME,
    };
    enum ent_status rc;

    if (kind == ENT_LOOKUP_NONE) {
        return ent_fail(
            err, ENT_BAD_INPUT, "nothing is looked up by '%.40s'", term->kind);
    }
    rc = ent_lookup_ask(kind, ent_view_text(term->of),
        ent_view_text(term->value), ask_key, &asking, err);
    search->term_count += rc == ENT_OK && !asking.each;
    return rc;
}

static enum ent_status
ask_family(struct node *node, const search_request *request,
    struct node_search *search, struct ent_error *err)
{
    const struct ent_family *family =
        ent_family_by_name(ent_view_text(request->family));

    if (family == NULL) {
        return ent_fail(
            err, ENT_BAD_INPUT, "'%.60s' is no family", request->family);
    }
    search->terms[search->term_count].any[0] =
        node_index_family(node, request->exercises, family->number);
    search->terms[search->term_count++].count = 1;
    return ENT_OK;
}

static enum ent_status
ask_office(struct node *node, const search_request *request,
    struct node_search *search, struct ent_error *err)
{
    struct ent_address address;
    enum ent_status rc =
        ent_address_parse(ent_view_text(request->office), &address, err);

    if (rc == ENT_OK) {
        search->terms[search->term_count].any[0] =
            node_index_office(node, request->exercises, address.text);
        search->terms[search->term_count++].count = 1;
    }
    return rc;
}

/* What is shared by few comes first: it is what is walked. */
static enum ent_status
ask(struct node *node, const search_request *request,
    struct node_search *search, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (request->n_terms > TERMS_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a search has at most %d terms", TERMS_MAX);
    }
    for (size_t i = 0; rc == ENT_OK && i < request->n_terms; i++) {
        rc = ask_term(node, request, request->terms[i], search, err);
    }
    if (rc == ENT_OK && search->term_count + 2 > NODE_SEARCH_TERMS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a search has too many keys");
    }
    if (rc == ENT_OK && request->office[0] != '\0') {
        rc = ask_office(node, request, search, err);
    }
    if (rc == ENT_OK && request->family[0] != '\0') {
        rc = ask_family(node, request, search, err);
    }
    return rc;
}

/* ---- the answer ---- */

static enum ent_status
tell(const struct node_found *found, struct ent_arena *arena,
    Entente__V1__SearchReply *reply, struct ent_error *err)
{
    search_item *item = ent_arena_alloc(arena, sizeof *item);

    if (item == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what was found");
    }
    entente__v1__search_item__init(item);
    item->outgoing = found->way == NODE_SENT;
    item->sequence = item->outgoing ? 0 : found->number;
    item->id = node_id_text_in(arena, &found->id);
    item->office = node_text_in(arena, found->office);
    item->family = (char *)(uintptr_t)node_found_family(found);
    item->precedence = (Entente__V1__Precedence)found->precedence;
    item->at = found->at_ms;
    item->fate = (Entente__V1__Fate)found->fate;
    item->listed_until = found->listed_until;
    item->acknowledged_at = found->acknowledged_at;
    reply->items[reply->n_items++] = item;
    return ENT_OK;
}

/* 1: nothing is before it. */
static uint64_t
place_of(const struct node_search_place *place)
{
    if (place->waits) {
        return place->found.number + 1;
    }
    return place->before == 0 ? 1 : place->before;
}

static enum ent_status
begin(struct node *node, enum node_way way, uint64_t asked,
    struct node_search *search, struct ent_error *err)
{
    if (asked == 0) {
        return node_search_begin(node, search, way, err);
    }
    search->places[way].before = asked == 1 ? 0 : asked;
    return ENT_OK;
}

static enum ent_status
answer(struct node *node, const char *desk, struct node_search *search,
    size_t limit, struct ent_arena *arena, Entente__V1__SearchReply *reply,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && reply->n_items < limit) {
        enum node_way way = NODE_CAME;

        rc = node_search_next(node, search, &way, err);
        if (rc == ENT_OK) {
            const struct node_found *found = &search->places[way].found;

            rc = node_desks_may_know(found->desk, desk)
                     ? tell(found, arena, reply, err)
                     : ENT_OK;
            node_search_taken(search, way);
        }
    }
    reply->more = rc == ENT_OK || rc == ENT_BUSY;
    reply->came_before = place_of(&search->places[NODE_CAME]);
    reply->sent_before = place_of(&search->places[NODE_SENT]);
    return rc == ENT_NOT_FOUND || rc == ENT_BUSY ? ENT_OK : rc;
}

enum ent_status
node_api_search(struct node *node, const Entente__V1__SearchRequest *request,
    struct ent_arena *arena, Entente__V1__SearchReply *reply,
    struct ent_error *err)
{
    struct node_search search = {
        .from_ms = request->from,
        .until_ms = request->until == 0 ? UINT64_MAX : request->until,
        .budget = NODE_SEARCH_STEP,
    };
    size_t limit = request->limit == 0 || request->limit > LIMIT_MAX
                       ? LIMIT_MAX
                       : request->limit;
    enum ent_status rc = ask(node, request, &search, err);

    if (rc == ENT_OK) {
        rc = begin(node, NODE_CAME, request->came_before, &search, err);
    }
    if (rc == ENT_OK) {
        rc = begin(node, NODE_SENT, request->sent_before, &search, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    reply->items = ent_arena_alloc(arena, limit * sizeof *reply->items);
    if (reply->items == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what was found");
    }
    return answer(node, request->desk, &search, limit, arena, reply, err);
}
