/* SPDX-License-Identifier: Apache-2.0 */
#include "node/authorities.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/objects.h"
#include "node/revocations.h"
#include "node/uplink.h"
#include "proto/base/log.h"
#include "proto/keytext.h"

#define COMPONENT "authorities"
#define ASK_PAUSE_MS 2000

/* A state that somebody asked about. */
struct entry {
    char state[ENT_STATE_MAX + 1];
    bool looked_up; /* in the store */
    bool has_said;
    bool has_rival;
    struct ent_rollover said;  /* followed, where the pinned key is in it */
    struct ent_rollover rival; /* contradicts it */
    uint64_t asked_at;         /* 0: never */
};

struct node_authorities {
    struct entry list[NODE_STATES_MAX];
    size_t count;
};

enum ent_status
node_authorities_new(
    struct node_authorities **ret_authorities, struct ent_error *err)
{
    struct node_authorities *authorities = calloc(1, sizeof *authorities);

    if (authorities == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating authorities");
    }
    *ret_authorities = authorities;
    return ENT_OK;
}

void
node_authorities_free(struct node_authorities **authorities)
{
    free(*authorities);
    *authorities = NULL;
}

void
node_authorities_forget(struct node *node)
{
    for (size_t i = 0; i < node->authorities->count; i++) {
        node->authorities->list[i].looked_up = false;
    }
}

/* ---- what is known of a state ---- */

static bool
read_stored(struct node *node, uint32_t kind, const char *state,
    struct ent_rollover *ret_rollover)
{
    struct ent_party party = node_object_state_party(state);
    struct ent_view wire;

    return node_object_get(node, kind, &party, &wire, NULL) == ENT_OK &&
           ent_rollover_read(wire, ret_rollover, NULL) == ENT_OK;
}

static void
look_up(struct node *node, struct entry *entry)
{
    if (entry->looked_up || node->store == NULL) {
        return;
    }
    entry->looked_up = true;
    entry->has_said =
        read_stored(node, NODE_KIND_ROLLOVER, entry->state, &entry->said);
    entry->has_rival = read_stored(
        node, NODE_KIND_ROLLOVER_RIVAL, entry->state, &entry->rival);
}

/* Made when it is new; NULL: there are too many. */
static struct entry *
entry_of(struct node *node, const char *state)
{
    struct node_authorities *known = node->authorities;
    struct entry *entry = NULL;

    for (size_t i = 0; i < known->count && entry == NULL; i++) {
        if (strcmp(known->list[i].state, state) == 0) {
            entry = &known->list[i];
        }
    }
    if (entry == NULL && known->count < NODE_STATES_MAX &&
        strlen(state) <= ENT_STATE_MAX) {
        entry = &known->list[known->count++];
        strcpy(entry->state, state);
    }
    if (entry != NULL) {
        look_up(node, entry);
    }
    return entry;
}

static const struct ent_verify_key *
pinned_key(const struct node *node, const char *state)
{
    const struct ent_agreement *agreement =
        node->agreements == NULL
            ? NULL
            : node_agreements_with(node->agreements, state);

    return agreement != NULL
               ? ent_agreement_authority(agreement, state)
               : ent_authorities_find(&node->config->authorities, state);
}

static bool
speaks_of(
    const struct ent_rollover *rollover, const struct ent_verify_key *pinned)
{
    const struct ent_key_id id =
        ent_key_id_of(ENT_KEY_AUTHORITY, pinned->bytes);

    return ent_rollover_find(rollover, &id) != SIZE_MAX;
}

/* The statement that is followed under that pin; NULL: none. */
static const struct ent_rollover *
followed(const struct entry *entry, const struct ent_verify_key *pinned)
{
    return entry != NULL && entry->has_said && speaks_of(&entry->said, pinned)
               ? &entry->said
               : NULL;
}

void
node_authorities_join(struct node *node, const char *state,
    const struct ent_verify_key *pinned, struct ent_rollover *ret_keys)
{
    ent_authority_know(
        state, pinned, followed(entry_of(node, state), pinned), ret_keys);
}

bool
node_authorities_get(
    struct node *node, const char *state, struct ent_rollover *ret_keys)
{
    const struct ent_verify_key *pinned = pinned_key(node, state);

    if (pinned != NULL) {
        node_authorities_join(node, state, pinned, ret_keys);
    }
    return pinned != NULL;
}

void
node_authorities_own(struct node *node, struct ent_rollover *ret_keys)
{
    const char *state = ent_address_state(&node->self);

    node_authorities_join(node, state,
        ent_authorities_find(&node->config->authorities, state), ret_keys);
}

uint64_t
node_authorities_number(struct node *node, const char *state)
{
    struct ent_rollover keys;

    return node_authorities_get(node, state, &keys) ? ent_rollover_number(&keys)
                                                    : 0;
}

bool
node_authorities_forks(struct node *node, const char *state)
{
    const struct ent_verify_key *pinned = pinned_key(node, state);
    const struct entry *entry = entry_of(node, state);

    return pinned != NULL && followed(entry, pinned) != NULL &&
           entry->has_rival && speaks_of(&entry->rival, pinned);
}

/* ---- one that came ---- */

static enum ent_status
tell(struct node *node, const char *state, struct ent_view wire, uint64_t via,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = NODE_KIND_ROLLOVER, .wire = wire};
    enum ent_status rc;

    strcpy(object.subject, state);
    rc = ent_object_encode(&object, &payload, err);
    return rc != ENT_OK ? rc
                        : node_effects_frame(&node->effects, via, true,
                              ENT_FRAME_OBJECT, &payload, NULL, err);
}

/* Keep it as that kind; the journal says so, with what is beside it. */
static enum ent_status
keep(struct node *node, uint32_t kind, const char *state, struct ent_view wire,
    struct ent_error *err)
{
    struct ent_party party = node_object_state_party(state);
    struct ent_digest digest = ent_digest_of(wire);
    struct ent_digest other = {{0}};
    struct ent_view stored;
    enum ent_status rc =
        node_object_get(node, NODE_KIND_ROLLOVER, &party, &stored, err);

    if (rc == ENT_OK) {
        other = ent_digest_of(stored);
    }
    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        rc = node_object_put(node, kind, &party, wire, err);
    }
    return rc != ENT_OK
               ? rc
               : node_record(node,
                     kind == NODE_KIND_ROLLOVER ? NODE_ENTRY_ROLLOVER
                                                : NODE_ENTRY_ROLLOVER_FORK,
                     &party, &digest, &other, 0, err);
}

static enum ent_status
follow(struct node *node, struct entry *entry, const struct ent_rollover *came,
    struct ent_view wire, struct ent_error *err)
{
    char key[ENT_KEY_TEXT_LEN + 1];
    enum ent_status rc = ENT_OK;

    if (node->store != NULL) {
        rc = keep(node, NODE_KIND_ROLLOVER, entry->state, wire, err);
    }
    if (rc == ENT_OK && node->uplink != NULL) {
        rc = tell(node, entry->state, wire, NODE_VIA_ALL, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    entry->said = *came;
    entry->has_said = true;
    node->recheck_due = true;
    if (strcmp(ent_address_state(&node->self), entry->state) == 0) {
        ent_authority_limit(came, &node->certificate);
    }
    ent_key_format(ent_rollover_newest(came), key);
    ent_log(ENT_LOG_INFO, COMPONENT,
        "an authority has a new key state=%s number=%" PRIu64 " key=%s",
        entry->state, ent_rollover_number(came), key);
    return ENT_OK;
}

/* Both are authentic: the old key is in two hands. */
static enum ent_status
fork_seen(struct node *node, struct entry *entry,
    const struct ent_rollover *came, struct ent_view wire,
    struct ent_error *err)
{
    bool known = node_authorities_forks(node, entry->state);
    enum ent_status rc =
        node->store == NULL || known
            ? ENT_OK
            : keep(node, NODE_KIND_ROLLOVER_RIVAL, entry->state, wire, err);

    if (rc == ENT_OK && node->store != NULL) {
        rc = node_alarm_raise(node, NODE_ALARM_ROLLOVER, entry->state, err,
            "two statements of this state's authority contradict each other: "
            "its old key is in two hands. The first one stays, and nothing "
            "newer is followed. Call the authority; a new agreement that names "
            "its true key ends this");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!known) {
        entry->rival = *came;
        entry->has_rival = true;
    }
    return ent_fail(err, ENT_REJECTED,
        "authority rollover: it contradicts the one that is followed");
}

enum ent_status
node_authorities_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err)
{
    const struct ent_verify_key *pinned = pinned_key(node, state);
    struct entry *entry = entry_of(node, state);
    struct ent_rollover came;
    enum ent_status rc;

    if (pinned == NULL || entry == NULL) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_rollover_open(wire, pinned, &came, err);
    if (rc == ENT_OK && strcmp(came.state, state) != 0) {
        rc = ent_fail(err, ENT_REJECTED, "it is another state's statement");
    }
    if (rc != ENT_OK) {
        return rc == ENT_BAD_INPUT ? ENT_REJECTED : rc;
    }
    switch (ent_authority_compare(followed(entry, pinned), &came)) {
    case ENT_ROLLOVER_OLD:
        return ENT_OK;
    case ENT_ROLLOVER_FORK:
        return fork_seen(node, entry, &came, wire, err);
    default:
        break;
    }
    if (node_authorities_forks(node, state)) {
        return ent_fail(err, ENT_REJECTED,
            "authority rollover: two statements of this state contradict each "
            "other, and nothing newer is followed");
    }
    return follow(node, entry, &came, wire, err);
}

/* ---- asking and telling ---- */

enum ent_status
node_authorities_ask(
    struct node *node, const char *state, struct ent_error *err)
{
    struct entry *entry = entry_of(node, state);

    if (entry == NULL || node->uplink == NULL ||
        (entry->asked_at != 0 && entry->asked_at <= node->now_ms &&
            node->now_ms - entry->asked_at < ASK_PAUSE_MS)) {
        return ENT_OK;
    }
    entry->asked_at = node->now_ms;
    return node_object_ask(node, NODE_VIA_ALL, NODE_KIND_ROLLOVER, state,
        node_authorities_number(node, state), err);
}

enum ent_status
node_authorities_doubt(struct node *node, const char *state, enum ent_status rc,
    struct ent_error *err)
{
    struct ent_error other = {0};
    enum ent_status asked =
        rc == ENT_REJECTED ? node_authorities_ask(node, state, &other) : ENT_OK;

    return asked != ENT_OK ? ent_fail(err, asked, "%s", other.text) : rc;
}

enum ent_status
node_authorities_tell(struct node *node, uint64_t via, struct ent_error *err)
{
    const char *state = ent_address_state(&node->self);
    struct ent_party party = node_object_state_party(state);
    struct ent_view wire;
    enum ent_status rc;

    if (node_authorities_number(node, state) == 0) {
        return ENT_OK;
    }
    rc = node_object_get(node, NODE_KIND_ROLLOVER, &party, &wire, err);
    return rc == ENT_NOT_FOUND ? ENT_OK
           : rc != ENT_OK      ? rc
                               : tell(node, state, wire, via, err);
}

enum ent_status
node_authorities_load(struct node *node, struct ent_error *err)
{
    const struct ent_authorities *configured = &node->config->authorities;

    for (size_t i = 0; i < configured->count; i++) {
        (void)entry_of(node, configured->list[i].state);
    }
    return node_authorities_read(node, NULL, err);
}
