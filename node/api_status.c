/* SPDX-License-Identifier: Apache-2.0 */
/* How this node is, for its operator. */
#include "node/api.h"

#include <string.h>

#include "node/agreements_internal.h"
#include "node/clock.h"
#include "node/copy.h"
#include "node/desk.h"
#include "node/drills.h"
#include "node/duties.h"
#include "node/emergency.h"
#include "node/release.h"
#include "node/submit.h"
#include "node/uplink.h"

static ProtobufCBinaryData
bytes_in(struct ent_arena *arena, const struct ent_digest *digest)
{
    uint8_t *copy = ent_arena_alloc(arena, sizeof digest->bytes);

    if (copy == NULL) {
        return (ProtobufCBinaryData){0};
    }
    memcpy(copy, digest->bytes, sizeof digest->bytes);
    return (ProtobufCBinaryData){.data = copy, .len = sizeof digest->bytes};
}

static Entente__V1__BrokerStatus *
status_of(const struct node_neighbour *neighbour, struct ent_arena *arena)
{
    Entente__V1__BrokerStatus *status = ent_arena_alloc(arena, sizeof *status);

    if (status != NULL) {
        entente__v1__broker_status__init(status);
        status->address =
            node_text_in(arena, neighbour->certificate.address.text);
        status->endpoint = node_text_in(arena, neighbour->endpoint);
        status->connected = node_neighbour_is_whole(neighbour);
        status->since = neighbour->since_ms;
    }
    return status;
}

/* Brokers, and offices over direct links. */
static enum ent_status
add_neighbours(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    const struct node_neighbour *neighbour;

    reply->brokers =
        ent_arena_alloc(arena, NODE_NEIGHBOURS_MAX * sizeof *reply->brokers);
    reply->links =
        ent_arena_alloc(arena, NODE_NEIGHBOURS_MAX * sizeof *reply->links);
    if (reply->brokers == NULL || reply->links == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    for (size_t i = 0; (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        Entente__V1__BrokerStatus *status;

        if (node_neighbour_is_nobody(neighbour)) {
            continue;
        }
        status = status_of(neighbour, arena);
        if (status == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling the status");
        }
        if (neighbour->is_broker) {
            reply->brokers[reply->n_brokers++] = status;
        } else {
            reply->links[reply->n_links++] = status;
        }
    }
    return ENT_OK;
}

static enum ent_status
add_agreement(struct node *node, const struct ent_agreement *agreement,
    const char *file, struct ent_arena *arena,
    Entente__V1__AgreementStatus **ret_status, struct ent_error *err)
{
    Entente__V1__AgreementStatus *status =
        ent_arena_alloc(arena, sizeof *status);
    size_t parties = ent_agreement_party_count(agreement);

    if (status == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    entente__v1__agreement_status__init(status);
    status->name = node_text_in(arena, ent_agreement_name(agreement));
    status->version = ent_agreement_version(agreement);
    status->digest = bytes_in(arena, ent_agreement_digest(agreement));
    status->in_force =
        ent_agreement_in_force(agreement, node_clock_latest_ms(node));
    status->review_due = ent_agreement_review_due(agreement, node->now_ms);
    status->file = node_text_in(arena, file);
    status->parties = ent_arena_alloc(arena, parties * sizeof *status->parties);
    for (size_t i = 0; status->parties != NULL && i < parties; i++) {
        status->parties[status->n_parties++] =
            node_text_in(arena, ent_agreement_party_state(agreement, i));
    }
    *ret_status = status;
    return ENT_OK;
}

static enum ent_status
add_agreements(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    const struct ent_agreement *agreement;
    const char *file;

    reply->agreements =
        ent_arena_alloc(arena, (node_agreements_count(node->agreements) + 1) *
                                   sizeof *reply->agreements);
    if (reply->agreements == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    while ((agreement = node_agreements_at(
                node->agreements, reply->n_agreements, &file)) != NULL) {
        enum ent_status rc = add_agreement(node, agreement, file, arena,
            &reply->agreements[reply->n_agreements], err);

        if (rc == ENT_OK) {
            rc = node_api_declarations(node, reply->n_agreements, arena,
                reply->agreements[reply->n_agreements], err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        reply->n_agreements++;
    }
    return ENT_OK;
}

enum ent_status
node_api_unused(struct node *node, struct ent_arena *arena,
    Entente__V1__UnusedAgreement ***ret_list, size_t *ret_count,
    struct ent_error *err)
{
    const struct node_agreement_fault *fault;
    size_t count = 0;
    Entente__V1__UnusedAgreement **list =
        ent_arena_alloc(arena, NODE_AGREEMENT_FAULTS_MAX * sizeof(*list));

    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    while ((fault = node_agreements_fault(node->agreements, count)) != NULL) {
        Entente__V1__UnusedAgreement *unused =
            ent_arena_alloc(arena, sizeof *unused);

        if (unused == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling the status");
        }
        entente__v1__unused_agreement__init(unused);
        unused->file = node_text_in(arena, fault->file);
        unused->line = (uint32_t)fault->line;
        unused->reason = node_text_in(arena, fault->text);
        list[count++] = unused;
    }
    *ret_list = list;
    *ret_count = count;
    return ENT_OK;
}

static enum ent_status
add_own_rules(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    const struct node_overlay *overlay = &node->agreements->overlay;
    Entente__V1__OwnRules *own;

    if (overlay->rules == NULL && !overlay->broken) {
        return ENT_OK;
    }
    own = ent_arena_alloc(arena, sizeof *own);
    if (own == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    entente__v1__own_rules__init(own);
    own->file = node_text_in(arena, overlay->file);
    own->broken = overlay->broken;
    if (overlay->rules != NULL) {
        own->rules = (uint32_t)ent_overlay_rule_count(overlay->rules);
    }
    reply->own_rules = own;
    return ENT_OK;
}

enum ent_status
node_api_status(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    struct ent_digest root = node_journal_root(node->journal);
    enum ent_status rc = add_neighbours(node, arena, reply, err);

    if (rc == ENT_OK) {
        rc = add_agreements(node, arena, reply, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_unused(node, arena, &reply->unused_agreements,
            &reply->n_unused_agreements, err);
    }
    if (rc == ENT_OK) {
        rc = add_own_rules(node, arena, reply, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_get(node->store, "deleted", &reply->deleted, err);
    }
    if (rc == ENT_OK) {
        rc =
            node_number_get(node->store, "deleted_at", &reply->deleted_at, err);
    }
    if (rc == ENT_OK) {
        rc = node_duties_list(
            node, arena, &reply->duties, &reply->n_duties, err);
    }
    if (rc == ENT_OK) {
        rc = node_drills_list(
            node, arena, &reply->drills, &reply->n_drills, err);
    }
    if (rc == ENT_OK) {
        rc = node_emergency_list(
            node, arena, &reply->emergencies, &reply->n_emergencies, err);
    }
    if (rc == ENT_OK) {
        rc = node_release_count(node, &reply->held, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_trust(node, arena, reply, err);
    }
    if (rc == ENT_OK) {
        rc = node_store_usage(node->store, &reply->store_used, err);
    }
    reply->inbox_count = node->tally.desk;
    reply->unacknowledged = node->tally.open;
    reply->outbox_waiting = node->tally.waiting;
    reply->outbox_settled = node->tally.settled;
    reply->refused_here = node->tally.refused;
    reply->address = node->self.text;
    reply->version = (char *)(uintptr_t)ENT_VERSION;
    reply->incarnation = node->incarnation;
    reply->started_at = node->started_at;
    reply->journal_size = node_journal_size(node->journal);
    reply->journal_root = bytes_in(arena, &root);
    reply->store_limit = node->config->store_limit;
    reply->certificate_expires_at = node->certificate.not_after;
    reply->commits = node_store_commits(node->store);
    return rc;
}
