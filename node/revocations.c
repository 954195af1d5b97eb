/* SPDX-License-Identifier: Apache-2.0 */
#include "node/revocations.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/authorities.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/signers.h"
#include "proto/base/log.h"

#define COMPONENT "revocations"
#define ASK_PAUSE_MS UINT64_C(60000) /* between two about one state */
#define ASK_MS NODE_HOUR_MS
#define ASK_OVERDUE_MS UINT64_C(600000)

/* A state that we deal with. */
struct entry {
    char state[ENT_STATE_MAX + 1];
    struct ent_revocation_list *list; /* NULL: none */
    struct ent_key_id signer;         /* of the list: the authority's key */
    bool looked_up;                   /* in the store */
    bool told;                        /* that it is overdue */
    uint64_t asked_at;                /* 0: never */
};

struct node_revocations {
    struct entry list[NODE_STATES_MAX];
    size_t count;
};

enum ent_status
node_revocations_new(
    struct node_revocations **ret_revocations, struct ent_error *err)
{
    struct node_revocations *revocations = calloc(1, sizeof *revocations);

    if (revocations == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating revocations");
    }
    *ret_revocations = revocations;
    return ENT_OK;
}

void
node_revocations_free(struct node_revocations **revocations)
{
    if (*revocations == NULL) {
        return;
    }
    for (size_t i = 0; i < (*revocations)->count; i++) {
        ent_revocation_list_free(&(*revocations)->list[i].list);
    }
    free(*revocations);
    *revocations = NULL;
}

/* ---- states ---- */

/* Made when it is new; NULL: there are too many. */
static struct entry *
entry_of(struct node *node, const char *state)
{
    struct node_revocations *known = node->revocations;
    struct entry *entry;

    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->list[i].state, state) == 0) {
            return &known->list[i];
        }
    }
    if (known->count == NODE_STATES_MAX || strlen(state) > ENT_STATE_MAX) {
        return NULL;
    }
    entry = &known->list[known->count++];
    memcpy(entry->state, state, strlen(state) + 1);
    return entry;
}

/* Our own, those of the configuration (the broker's), those of agreements. */
static void
know_states(struct node *node)
{
    const struct ent_authorities *authorities = &node->config->authorities;
    const struct ent_agreement *agreement;

    (void)entry_of(node, ent_address_state(&node->self));
    for (size_t i = 0; i < authorities->count; i++) {
        (void)entry_of(node, authorities->list[i].state);
    }
    for (size_t i = 0;
         (agreement = node_agreements_at(node->agreements, i, NULL)) != NULL;
         i++) {
        for (size_t k = 0; k < ent_agreement_party_count(agreement); k++) {
            (void)entry_of(node, ent_agreement_party_state(agreement, k));
        }
    }
}

static struct ent_key_id
key_id_at(const struct ent_rollover *authority, size_t place)
{
    return ent_key_id_of(ENT_KEY_AUTHORITY, authority->keys[place].bytes);
}

/* Its list, from memory or the store; NULL: none. */
static const struct ent_revocation_list *
list_in(struct node *node, struct entry *entry)
{
    struct ent_rollover authority;
    struct ent_party party;
    struct ent_view wire;
    size_t place;

    if (entry == NULL || entry->list != NULL || entry->looked_up) {
        return entry == NULL ? NULL : entry->list;
    }
    if (!node_authorities_get(node, entry->state, &authority)) {
        return NULL;
    }
    entry->looked_up = true;
    party = node_object_state_party(entry->state);
    if (node_object_get(node, NODE_KIND_REVOCATION, &party, &wire, NULL) !=
            ENT_OK ||
        ent_authority_open_list(&authority, wire, &entry->list, &place, NULL) !=
            ENT_OK) {
        return NULL;
    }
    entry->signer = key_id_at(&authority, place);
    return entry->list;
}

static const struct ent_revocation_list *
list_of(struct node *node, const char *state)
{
    return list_in(node, entry_of(node, state));
}

static bool
is_overdue(const struct node *node, const struct ent_revocation_list *list)
{
    return list != NULL && !node->clock_doubt &&
           ent_revocation_list_next_update(list) < node->now_ms;
}

/* ---- learning ---- */

/* An authority's list says all that it ever withdrew. */
static enum ent_status
compare(struct node *node, const struct ent_revocation_list *old,
    const struct ent_revocation_list *fresh, struct ent_error *err)
{
    size_t at = 0;

    for (size_t i = 0; i < ent_revocation_list_count(old); i++) {
        const struct ent_revocation *was = ent_revocation_list_entry(old, i);

        while (at < ent_revocation_list_count(fresh) &&
               memcmp(&ent_revocation_list_entry(fresh, at)->key_id,
                   &was->key_id, sizeof was->key_id) < 0) {
            at++; /* both are in order of key ids */
        }
        if (at == ent_revocation_list_count(fresh) ||
            !ent_key_id_equal(
                &ent_revocation_list_entry(fresh, at)->key_id, &was->key_id)) {
            return node_alarm_raise(node, NODE_ALARM_REVOCATION,
                ent_revocation_list_state(fresh), err,
                "list %" PRIu64 " no longer withdraws a key of %s; ask the "
                "authority whether that was meant",
                ent_revocation_list_number(fresh), was->address.text);
        }
    }
    return ENT_OK;
}

static enum ent_status
replace(struct node *node, struct entry *entry,
    struct ent_revocation_list **fresh, struct ent_view wire,
    struct ent_error *err)
{
    struct ent_party party = node_object_state_party(entry->state);
    enum ent_status rc =
        entry->list == NULL ? ENT_OK : compare(node, entry->list, *fresh, err);

    if (rc == ENT_OK) {
        rc = node_signers_warn(node, entry->list, *fresh, err);
    }
    if (rc == ENT_OK) {
        rc = node_object_put(node, NODE_KIND_REVOCATION, &party, wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_revocation_list_free(&entry->list);
    entry->list = *fresh;
    *fresh = NULL;
    entry->told = false;
    ent_log(ENT_LOG_INFO, COMPONENT,
        "newer list state=%s number=%" PRIu64 " revoked=%zu", entry->state,
        ent_revocation_list_number(entry->list),
        ent_revocation_list_count(entry->list));
    return ENT_OK;
}

static bool
takes(const struct node *node, const struct entry *entry,
    const struct ent_rollover *authority, size_t place)
{
    const size_t held = entry->list == NULL
                            ? SIZE_MAX
                            : ent_rollover_find(authority, &entry->signer);

    return ent_authority_takes_list(authority, place, held, node->now_ms);
}

enum ent_status
node_revocations_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *fresh = NULL;
    struct ent_rollover authority;
    struct entry *entry;
    size_t place;
    enum ent_status rc;

    if (!node_authorities_get(node, state, &authority)) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_authority_open_list(&authority, wire, &fresh, &place, err);
    rc = node_authorities_doubt(node, state, rc, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(ent_revocation_list_state(fresh), state) != 0) {
        return ent_fail(err, ENT_REJECTED, "it is another state's list");
    }
    entry = entry_of(node, state);
    if (entry == NULL || ent_revocation_list_number(fresh) <=
                             node_revocations_number(node, state)) {
        return ENT_OK;
    }
    if (!node->clock_doubt && !takes(node, entry, &authority, place)) {
        return ent_fail(err, ENT_REJECTED,
            "revocation list: signed by a key that the authority of '%s' has "
            "given up",
            state);
    }
    rc = replace(node, entry, &fresh, wire, err);
    if (rc == ENT_OK) {
        entry->signer = key_id_at(&authority, place);
    }
    return rc;
}

/* ---- asking others ---- */

/* Its keys first: the list may be signed by a new one. */
static enum ent_status
ask(struct node *node, struct entry *entry, struct ent_error *err)
{
    enum ent_status rc;

    entry->asked_at = node->now_ms;
    rc = node_object_ask(node, NODE_VIA_ALL, NODE_KIND_ROLLOVER, entry->state,
        node_authorities_number(node, entry->state), err);
    return rc != ENT_OK ? rc
                        : node_object_ask(node, NODE_VIA_ALL,
                              NODE_KIND_REVOCATION, entry->state,
                              node_revocations_number(node, entry->state), err);
}

static bool
was_asked(const struct node *node, const struct entry *entry, uint64_t pause_ms)
{
    return entry->asked_at != 0 && entry->asked_at <= node->now_ms &&
           node->now_ms - entry->asked_at < pause_ms;
}

enum ent_status
node_revocations_ask(
    struct node *node, const char *state, struct ent_error *err)
{
    struct entry *entry = entry_of(node, state);

    return entry == NULL || was_asked(node, entry, ASK_PAUSE_MS)
               ? ENT_OK
               : ask(node, entry, err);
}

enum ent_status
node_revocations_ask_all(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    know_states(node);
    for (size_t i = 0; rc == ENT_OK && i < node->revocations->count; i++) {
        rc = ask(node, &node->revocations->list[i], err);
    }
    return rc;
}

static void
warn(struct entry *entry)
{
    if (!entry->told) {
        entry->told = true;
        ent_log(ENT_LOG_WARN, COMPONENT,
            "the revocation list is overdue, asking on state=%s", entry->state);
    }
}

enum ent_status
node_revocations_refresh(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    know_states(node);
    for (size_t i = 0; rc == ENT_OK && i < node->revocations->count; i++) {
        struct entry *entry = &node->revocations->list[i];
        bool overdue = is_overdue(node, list_in(node, entry));

        if (overdue) {
            warn(entry);
        }
        if (!was_asked(node, entry, overdue ? ASK_OVERDUE_MS : ASK_MS)) {
            rc = ask(node, entry, err);
        }
    }
    return rc;
}

/* ---- being asked ---- */

bool
node_revocations_has(
    struct node *node, const struct ent_certificate *certificate)
{
    const struct ent_revocation_list *list =
        list_of(node, ent_address_state(&certificate->address));

    return list != NULL && ent_revocation_list_has(list, certificate);
}

struct ent_digest
node_revocations_digest(struct node *node, const char *state)
{
    const struct ent_revocation_list *list = list_of(node, state);

    return list == NULL ? (struct ent_digest){{0}}
                        : ent_revocation_list_digest(list);
}

uint64_t
node_revocations_number(struct node *node, const char *state)
{
    const struct ent_revocation_list *list = list_of(node, state);

    return list == NULL ? 0 : ent_revocation_list_number(list);
}

bool
node_revocations_at(
    struct node *node, size_t index, struct node_revocation_status *ret_status)
{
    const struct ent_revocation_list *list;

    know_states(node);
    if (index >= node->revocations->count) {
        return false;
    }
    list = list_in(node, &node->revocations->list[index]);
    *ret_status = (struct node_revocation_status){
        .state = node->revocations->list[index].state,
        .number = list == NULL ? 0 : ent_revocation_list_number(list),
        .next_update = list == NULL ? 0 : ent_revocation_list_next_update(list),
        .overdue = is_overdue(node, list),
        .revoked = list == NULL ? 0 : ent_revocation_list_count(list),
    };
    return true;
}
