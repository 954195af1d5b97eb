/* SPDX-License-Identifier: Apache-2.0 */
/* Pair keys: taking one in, and saying which are here and which are agreed. */
#include "node/api.h"

#include <string.h>

#include "node/pairs.h"
#include "node/submit.h"

#define ENTRIES_MAX 4096

struct listing {
    struct node *node;
    struct ent_arena *arena;
    Entente__V1__PairReply *reply;
};

static enum ent_status
add(const struct listing *listing, const char *office,
    const struct ent_key_id *key_id, uint64_t at, const char *agreement,
    struct ent_error *err)
{
    Entente__V1__PairReply *reply = listing->reply;
    Entente__V1__PairEntry *entry =
        reply->n_entries < ENTRIES_MAX
            ? ent_arena_alloc(listing->arena, sizeof *entry)
            : NULL;

    if (entry == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing pair keys");
    }
    entente__v1__pair_entry__init(entry);
    entry->office = node_text_in(listing->arena, office);
    entry->agreement = node_text_in(listing->arena, agreement);
    entry->imported_at = at;
    entry->key_id.data = ent_arena_alloc(listing->arena, sizeof key_id->bytes);
    if (entry->key_id.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing pair keys");
    }
    memcpy(entry->key_id.data, key_id->bytes, sizeof key_id->bytes);
    entry->key_id.len = sizeof key_id->bytes;
    reply->entries[reply->n_entries++] = entry;
    return ENT_OK;
}

/* The agreement that names it for that office; "": none. */
static const char *
agreement_of(const struct node *node, const char *office,
    const struct ent_key_id *key_id)
{
    struct ent_address address;
    struct ent_key_id demanded;
    size_t line;

    if (ent_address_parse(ent_view_text(office), &address, NULL) != ENT_OK ||
        !node_pair_demanded(node, &address, &demanded, &line) ||
        !ent_key_id_equal(&demanded, key_id)) {
        return "";
    }
    return ent_agreement_name(
        node_agreements_with(node->agreements, ent_address_state(&address)));
}

static enum ent_status
add_present(const struct listing *listing, struct ent_error *err)
{
    struct ent_key_id key_id = {{0}};

    for (;;) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__PairRow *row = NULL;
        enum ent_status rc = node_pair_next(listing->node, &key_id, &row, err);

        if (rc == ENT_OK) {
            rc = add(listing, row->office, &key_id, row->at,
                agreement_of(listing->node, row->office, &key_id), err);
        }
        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (!node_key_after(key_id.bytes, sizeof key_id.bytes)) {
            return ENT_OK;
        }
    }
}

/* What is agreed and not here. */
static enum ent_status
add_missing(const struct listing *listing,
    const struct ent_agreement *agreement, struct ent_error *err)
{
    const struct ent_address *office;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && (office = ent_agreement_office(agreement, i)) != NULL;
         i++) {
        struct ent_key_id key_id;
        size_t line;

        if (ent_agreement_pair_key(
                agreement, &listing->node->self, office, &key_id, &line) &&
            !node_pair_has(listing->node, &key_id)) {
            rc = add(listing, office->text, &key_id, 0,
                ent_agreement_name(agreement), err);
        }
    }
    return rc;
}

static enum ent_status
import(struct node *node, const Entente__V1__PairRequest *request,
    struct ent_error *err)
{
    struct ent_address office;
    struct ent_key_id ignored;
    enum ent_status rc =
        ent_address_parse(ent_view_text(request->office), &office, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_address_equal(&office, &node->self)) {
        return ent_fail(err, ENT_BAD_INPUT, "that is this office itself");
    }
    return request->key.len != NODE_PAIR_KEY_LEN
               ? ent_fail(err, ENT_BAD_INPUT, "a pair key has 32 bytes")
               : node_pair_put(node, &office, request->key.data, &ignored, err);
}

enum ent_status
node_api_pair(struct node *node, const Entente__V1__PairRequest *request,
    struct ent_arena *arena, Entente__V1__PairReply *reply,
    struct ent_error *err)
{
    const struct listing listing = {
        .node = node, .arena = arena, .reply = reply};
    const struct ent_agreement *agreement;
    enum ent_status rc = ENT_OK;

    reply->entries =
        ent_arena_alloc(arena, ENTRIES_MAX * sizeof *reply->entries);
    if (reply->entries == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing pair keys");
    }
    if (request->key.len > 0) {
        rc = import(node, request, err);
    }
    if (rc == ENT_OK) {
        rc = add_present(&listing, err);
    }
    for (size_t i = 0; rc == ENT_OK && (agreement = node_agreements_at(
                                            node->agreements, i, NULL)) != NULL;
         i++) {
        rc = add_missing(&listing, agreement, err);
    }
    reply->at = node->now_ms;
    return rc;
}
