/* SPDX-License-Identifier: Apache-2.0 */
#include "node/desks.h"

#include <string.h>

#include "node/alarms.h"
#include "node/submit.h"
#include "policy/term.h"

#define WORDS_LEN 128

static enum ent_status
record(struct node *node, const node_desk_row *row, uint32_t desk,
    struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_address from;
    struct ent_party party = {{0}};

    if (ent_address_parse(ent_view_text(row->from), &from, NULL) == ENT_OK) {
        party = ent_address_party(&from);
    }
    if (row->id.len <= sizeof subject.bytes) {
        memcpy(subject.bytes, row->id.data, row->id.len);
    }
    return node_record(node, ENT_ENTRY_COPIED, &party, &subject,
        &(struct ent_digest){{0}}, desk, err);
}

enum ent_status
node_desks_miss(struct node *node, uint64_t sequence, const node_desk_row *row,
    struct ent_error *err)
{
    if (row->desk == 0 || row->deleted_at != 0 ||
        (node->config->desks >> row->desk & 1) != 0) {
        return ENT_OK;
    }
    return node_alarm_raise(node, NODE_ALARM_DESK, row->from, err,
        "message %llu of %s is by now for the desk '%s' alone, and this office "
        "has none: hand it on",
        (unsigned long long)sequence, row->from,
        ent_term_word(&ent_desks, row->desk));
}

enum ent_status
node_desks_tell(struct node *node, uint64_t sequence, const node_desk_row *row,
    struct ent_error *err)
{
    uint32_t missing = row->copy_to & ~node->config->desks;
    char words[WORDS_LEN];
    enum ent_status rc = ENT_OK;

    if (row->deleted_at != 0) {
        return ENT_OK;
    }
    for (uint32_t desk = 1; rc == ENT_OK && desk <= ent_desks.count; desk++) {
        if ((row->copy_to >> desk & 1) != 0) {
            rc = record(node, row, desk, err);
        }
    }
    if (rc == ENT_OK) {
        rc = node_desks_miss(node, sequence, row, err);
    }
    if (rc != ENT_OK || missing == 0) {
        return rc;
    }
    ent_term_list(&ent_desks, missing, words, sizeof words);
    return node_alarm_raise(node, NODE_ALARM_DESK, row->from, err,
        "message %llu of %s is owed to the desk '%s' too, and this office has "
        "none: hand it on",
        (unsigned long long)sequence, row->from, words);
}

bool
node_desks_may_know(uint32_t owner, const char *desk)
{
    return owner == ENT_DESK_NONE || owner == ent_term_value(&ent_desks, desk);
}

bool
node_desks_may_read(const node_desk_row *row, const char *desk)
{
    return node_desks_may_know(row->desk, desk);
}

enum ent_status
node_desks_check(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const char *desk, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc == ENT_OK && row != NULL && !node_desks_may_read(row, desk)) {
        return ent_fail(err, ENT_BAD_INPUT, "it is for the desk %s alone",
            ent_term_word(&ent_desks, row->desk));
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* The words of a set of terms, as programs see them. */
static char **
list_terms(const struct ent_terms *terms, uint32_t bits, size_t *ret_count,
    struct ent_arena *arena)
{
    char **list = ent_arena_alloc(arena, terms->count * sizeof *list);

    *ret_count = 0;
    for (uint32_t value = 1; list != NULL && value <= terms->count; value++) {
        if ((bits >> value & 1) != 0) {
            list[(*ret_count)++] =
                (char *)(uintptr_t)ent_term_word(terms, value);
        }
    }
    return list;
}

Entente__V1__Obligations *
node_desks_obligations(const node_desk_row *row, struct ent_arena *arena)
{
    Entente__V1__Obligations *owed;

    if (row->desk == 0 && row->copy_to == 0 && !row->court_by_consent &&
        row->without_prejudice == 0 && row->marking[0] == '\0') {
        return NULL;
    }
    owed = ent_arena_alloc(arena, sizeof *owed);
    if (owed == NULL) {
        return NULL;
    }
    entente__v1__obligations__init(owed);
    if (row->desk != 0) {
        owed->desk = (char *)(uintptr_t)ent_term_word(&ent_desks, row->desk);
    }
    owed->copy_to =
        list_terms(&ent_desks, row->copy_to, &owed->n_copy_to, arena);
    owed->court_by_consent = row->court_by_consent;
    owed->without_prejudice = list_terms(&ent_prejudices,
        row->without_prejudice, &owed->n_without_prejudice, arena);
    owed->marking = node_text_in(arena, row->marking);
    return owed;
}
