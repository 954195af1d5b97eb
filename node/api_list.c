/* SPDX-License-Identifier: Apache-2.0 */
/* Is this on a list, of ours or of others? */
#include "node/api.h"

#include <string.h>

#include "node/asked.h"
#include "node/list.h"
#include "node/passing.h"
#include "node/peers.h"
#include "node/submit.h"
#include "proto/identifier.h"

#define ASKED_MAX 256
#define KEYS_MAX 64 /* of one thing that is asked for */

typedef Entente__V1__ListCheckRequest list_request; /* generated names */
typedef Entente__V1__ListAnswer list_answer;

struct asking {
    struct node *node;
    bool exercise;
    struct node_blind keys[KEYS_MAX];
    size_t count;
};

/* Who issued a document, and its number. */
static enum ent_status
check_document(struct ent_view key, struct ent_error *err)
{
    const uint8_t *slash = memchr(key.data, '/', key.len);
    size_t issuer = slash == NULL ? key.len : (size_t)(slash - key.data);
    enum ent_status rc = ent_identifier_check(
        ENT_IDENTIFIER_NATIONALITY, ent_view_of(key.data, issuer), err);

    return rc != ENT_OK || slash == NULL
               ? rc
               : ent_identifier_check(ENT_IDENTIFIER_DOCUMENT_NUMBER,
                     ent_view_of(slash + 1, key.len - issuer - 1), err);
}

/* No list has what the catalogue lets no message have: it is a slip of the pen,
 * and not a miss. A key has no spaces and hyphens. */
static enum ent_status
check_key(enum ent_lookup kind, struct ent_view key, struct ent_error *err)
{
    switch (kind) {
    case ENT_LOOKUP_DOCUMENT:
        return check_document(key, err);
    case ENT_LOOKUP_VIN:
        return ent_identifier_check(ENT_IDENTIFIER_VIN, key, err);
    case ENT_LOOKUP_CONTAINER:
        return ent_identifier_check(ENT_IDENTIFIER_CONTAINER, key, err);
    case ENT_LOOKUP_IMO:
        return ent_identifier_check(ENT_IDENTIFIER_IMO, key, err);
    case ENT_LOOKUP_MMSI:
        return ent_identifier_check(ENT_IDENTIFIER_MMSI, key, err);
    default:
        return ENT_OK;
    }
}

static enum ent_status
gather(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct asking *asking = context;

    if (asking->count == 0) { /* after a number come the blocks it is in */
        enum ent_status rc = check_key(kind, key, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    if (asking->count == KEYS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "it is too long to be looked up");
    }
    asking->keys[asking->count++] =
        node_index_blind(asking->node, asking->exercise, kind, key);
    return ENT_OK;
}

static enum ent_status
read_term(const Entente__V1__LookupTerm *term, struct asking *asking,
    struct ent_error *err)
{
    enum ent_lookup kind = ent_lookup_by_name(term->kind);

    if (!node_list_is_by(kind)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "lists are looked up by documents, vehicles, vessels, aircraft and "
            "cargo, not by '%.40s'",
            term->kind);
    }
    return ent_lookup_ask(kind, ent_view_text(term->of),
        ent_view_text(term->value), gather, asking, err);
}

static enum ent_status
tell_entry(struct node *node, const struct node_found *entry,
    struct ent_arena *arena, Entente__V1__ListEntry **ret_entry,
    struct ent_error *err)
{
    Entente__V1__ListEntry *told = ent_arena_alloc(arena, sizeof *told);

    if (told == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling an entry");
    }
    entente__v1__list_entry__init(told);
    told->own = entry->way == NODE_SENT;
    told->sequence = told->own ? 0 : entry->number;
    told->id = node_id_text_in(arena, &entry->id);
    told->office =
        node_text_in(arena, told->own ? node->self.text : entry->office);
    told->family = (char *)(uintptr_t)node_found_family(entry);
    told->at = entry->at_ms;
    told->listed_until = entry->listed_until;
    *ret_entry = told;
    return ENT_OK;
}

static enum ent_status
tell_hits(struct node *node, const struct node_list_hits *hits,
    struct ent_arena *arena, list_answer *answer, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    answer->entries =
        ent_arena_alloc(arena, (hits->count + 1) * sizeof *answer->entries);
    if (answer->entries == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling entries");
    }
    for (size_t i = 0; rc == ENT_OK && i < hits->count; i++) {
        rc = tell_entry(
            node, &hits->entries[i], arena, &answer->entries[i], err);
        answer->n_entries = i + 1;
    }
    answer->more = hits->more;
    return rc;
}

static enum ent_status
check_one(struct node *node, const list_request *request,
    const Entente__V1__LookupTerm *term, struct ent_arena *arena,
    list_answer *answer, struct ent_error *err)
{
    struct asking asking = {.node = node, .exercise = request->exercises};
    struct node_list_hits hits = {.count = 0};
    const struct node_passing passing = {
        .encounter = (uint32_t)request->encounter,
        .place = request->place,
        .next = request->next,
    };
    enum ent_status rc = read_term(term, &asking, err);

    if (rc == ENT_BAD_INPUT) {
        answer->error = node_text_in(arena, err->text);
        return ENT_OK;
    }
    for (size_t i = 0; rc == ENT_OK && i < asking.count; i++) {
        rc = node_list_look(node, &asking.keys[i], 1, &hits, err);
    }
    if (rc == ENT_OK && request->encounter != 0) {
        rc = node_passing_note(node, &passing, asking.keys, asking.count, err);
    }
    return rc != ENT_OK ? rc : tell_hits(node, &hits, arena, answer, err);
}

/* ---- how fresh the lists are ---- */

static enum ent_status
tell_source(struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, Entente__V1__ListCheckReply *reply,
    struct ent_error *err)
{
    uint64_t newest = 0;
    Entente__V1__ListSource *source;
    enum ent_status rc =
        node_list_newest(node, peer->address.text, &newest, err);

    if (rc != ENT_OK || newest == 0) {
        return rc;
    }
    source = ent_arena_alloc(arena, sizeof *source);
    if (source == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling whose lists these are");
    }
    entente__v1__list_source__init(source);
    source->office = node_text_in(arena, peer->address.text);
    source->heard_at = peer->heard_at;
    source->newest_at = newest;
    reply->sources[reply->n_sources++] = source;
    return ENT_OK;
}

static enum ent_status
tell_sources(struct node *node, struct ent_arena *arena,
    Entente__V1__ListCheckReply *reply, struct ent_error *err)
{
    size_t count = node_peers_count(node->peers);
    enum ent_status rc = ENT_OK;

    reply->sources =
        ent_arena_alloc(arena, (count + 1) * sizeof *reply->sources);
    if (reply->sources == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling whose lists these are");
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc =
            tell_source(node, node_peers_at(node->peers, i), arena, reply, err);
    }
    return rc;
}

/* ---- all ---- */

static enum ent_status
check_request(const list_request *request, struct ent_error *err)
{
    const struct node_passing passing = {
        .place = request->place, .next = request->next};

    if (request->n_terms > ASKED_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a request asks for at most %d things", ASKED_MAX);
    }
    if (strlen(request->role) > NODE_ASKED_ROLE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a role has at most %d bytes",
            NODE_ASKED_ROLE_MAX);
    }
    return node_passing_check(&passing, err);
}

/* Of those that could be looked up. */
static enum ent_status
note_answers(struct node *node, const struct node_asker *asker,
    const Entente__V1__ListCheckReply *reply, struct ent_error *err)
{
    size_t looked_up = 0;
    size_t hits = 0;

    for (size_t i = 0; i < reply->n_answers; i++) {
        looked_up += reply->answers[i]->error[0] == '\0';
        hits += reply->answers[i]->n_entries > 0;
    }
    return node_asked_answered(node, asker, looked_up, hits, err);
}

enum ent_status
node_api_list_check(struct node *node, uint64_t user,
    const list_request *request, struct ent_arena *arena,
    Entente__V1__ListCheckReply *reply, struct ent_error *err)
{
    const struct node_asker asker = {.user = user,
        .role = request->role,
        .purpose = (uint32_t)request->purpose,
        .passing = request->encounter != 0};
    enum ent_status rc = check_request(request, err);

    if (rc == ENT_OK) {
        rc = node_asked_count(node, &asker, request->n_terms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    reply->at = node->now_ms;
    reply->answers =
        ent_arena_alloc(arena, (request->n_terms + 1) * sizeof *reply->answers);
    if (reply->answers == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering from lists");
    }
    for (size_t i = 0; rc == ENT_OK && i < request->n_terms; i++) {
        list_answer *answer = ent_arena_alloc(arena, sizeof *answer);

        if (answer == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "answering from lists");
        }
        entente__v1__list_answer__init(answer);
        reply->answers[reply->n_answers++] = answer;
        rc = check_one(node, request, request->terms[i], arena, answer, err);
    }
    if (rc == ENT_OK) {
        rc = note_answers(node, &asker, reply, err);
    }
    return rc != ENT_OK ? rc : tell_sources(node, arena, reply, err);
}
