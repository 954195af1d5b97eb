/* SPDX-License-Identifier: Apache-2.0 */
#include "node/revocations.h"

#include <stdlib.h>
#include <string.h>

#include "node/peers.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "peers"
#define STATES_MAX 64

#define KIND_REVOCATION ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

struct node_revocations {
    struct ent_revocation_list *lists[STATES_MAX];
    size_t count;
    char asked[STATES_MAX][ENT_STATE_MAX + 1]; /* looked up in the store */
    size_t asked_count;
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
        ent_revocation_list_free(&(*revocations)->lists[i]);
    }
    free(*revocations);
    *revocations = NULL;
}

/* The list of a state, from memory or the store; NULL: none. */
static struct ent_revocation_list *
list_of(struct node *node, const char *state)
{
    struct node_revocations *known = node->revocations;
    const struct ent_verify_key *authority = node_peers_authority(node, state);
    struct ent_party party;
    struct ent_view wire;

    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(ent_revocation_list_state(known->lists[i]), state) == 0) {
            return known->lists[i];
        }
    }
    for (size_t i = 0; i < known->asked_count; i++) {
        if (strcmp(known->asked[i], state) == 0) {
            return NULL;
        }
    }
    if (known->asked_count == STATES_MAX || known->count == STATES_MAX ||
        authority == NULL) {
        return NULL;
    }
    memcpy(known->asked[known->asked_count++], state, strlen(state) + 1);
    party = node_object_state_party(state);
    if (node_object_get(node, KIND_REVOCATION, &party, &wire, NULL) != ENT_OK ||
        ent_revocation_list_open(
            wire, authority, &known->lists[known->count], NULL) != ENT_OK) {
        return NULL;
    }
    return known->lists[known->count++];
}

enum ent_status
node_revocations_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err)
{
    const struct ent_verify_key *authority = node_peers_authority(node, state);
    struct node_revocations *known = node->revocations;
    struct ent_revocation_list *fresh = NULL;
    struct ent_revocation_list *old = list_of(node, state);
    struct ent_party party = node_object_state_party(state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_revocation_list_open(wire, authority, &fresh, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(ent_revocation_list_state(fresh), state) != 0) {
        ent_revocation_list_free(&fresh);
        return ent_fail(err, ENT_REJECTED, "it is another state's list");
    }
    if ((old != NULL && ent_revocation_list_number(fresh) <=
                            ent_revocation_list_number(old)) ||
        (old == NULL && known->count == STATES_MAX)) {
        ent_revocation_list_free(&fresh);
        return ENT_OK;
    }
    for (size_t i = 0; i < known->count; i++) {
        if (known->lists[i] == old) {
            ent_revocation_list_free(&known->lists[i]);
            known->lists[i] = known->lists[--known->count];
        }
    }
    known->lists[known->count++] = fresh;
    ent_log(ENT_LOG_INFO, COMPONENT, "revocation list state=%s number=%llu",
        state, (unsigned long long)ent_revocation_list_number(fresh));
    return node_object_put(node, KIND_REVOCATION, &party, wire, err);
}

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
