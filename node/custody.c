/* SPDX-License-Identifier: Apache-2.0 */
#include "node/custody.h"

#include <stdlib.h>
#include <string.h>

#include "node/peers.h"
#include "node/proof.h"
#include "node/revocations.h"
#include "node/uplink.h"
#include "node/ways.h"
#include "proto/delivery.h"
#include "proto/refusal.h"

/* ---- what the row says ---- */

static size_t
find(const struct node_dispatch *dispatch, const char *by)
{
    size_t i = 0;

    while (i < dispatch->row->n_custodies &&
           strcmp(dispatch->row->custodies[i]->by, by) != 0) {
        i++;
    }
    return i;
}

static enum ent_status
make(const struct node *node, const struct ent_custody *custody,
    const char *via, node_custody **ret_made, struct ent_error *err)
{
    node_custody *made = malloc(sizeof *made);

    if (made == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "noting custody");
    }
    entente__rest__v1__custody__init(made);
    made->at = node->now_ms;
    made->taken_at = custody->taken_at;
    made->by = strdup(custody->broker.text);
    made->via = strdup(via);
    if (made->by == NULL || made->via == NULL) {
        free(made->by);
        free(made->via);
        free(made);
        return ent_fail(err, ENT_NO_MEMORY, "noting custody");
    }
    *ret_made = made;
    return ENT_OK;
}

/* `ret_is_new`: the row did not have it. */
static enum ent_status
note(const struct node *node, struct node_dispatch *dispatch,
    const struct ent_custody *custody, const char *via, bool *ret_is_new,
    struct ent_error *err)
{
    Entente__Rest__V1__DispatchRow *row = dispatch->row;
    node_custody **list;
    enum ent_status rc;

    *ret_is_new = find(dispatch, custody->broker.text) == row->n_custodies &&
                  row->n_custodies < NODE_CUSTODIES_MAX;
    if (!*ret_is_new) {
        return ENT_OK;
    }
    list = realloc(row->custodies, (row->n_custodies + 1) * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "noting custody");
    }
    row->custodies = list;
    rc = make(node, custody, via, &list[row->n_custodies], err);
    row->n_custodies += rc == ENT_OK;
    return rc;
}

void
node_custody_forget(struct node_dispatch *dispatch, const char *by)
{
    Entente__Rest__V1__DispatchRow *row = dispatch->row;
    const size_t place = find(dispatch, by);

    node_ways_refuse(dispatch, by);
    if (place < row->n_custodies) {
        protobuf_c_message_free_unpacked(&row->custodies[place]->base, NULL);
        row->n_custodies--;
        memmove(row->custodies + place, row->custodies + place + 1,
            (row->n_custodies - place) * sizeof(node_custody *));
    }
}

/* ---- what came ---- */

/* Signed by a broker, under a certificate that was valid then and is not
 * revoked. */
static enum ent_status
open_custody(struct node *node, struct ent_view wire,
    struct ent_custody *ret_custody, struct ent_error *err)
{
    struct ent_certificate signer;
    enum ent_status rc = ent_custody_peek(wire, ret_custody, err);

    if (rc == ENT_OK) {
        rc = node_peers_signer_of(node, &ret_custody->broker, wire,
            ret_custody->taken_at, &signer, err);
    }
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_REJECTED,
            "custody under no certificate of %s that was valid then",
            ret_custody->broker.text);
    }
    if (rc == ENT_OK && node_revocations_has(node, &signer)) {
        rc = ent_fail(err, ENT_REJECTED, "custody under a revoked key");
    }
    return rc != ENT_OK ? rc
                        : ent_custody_open(wire, &signer, ret_custody, err);
}

/* The bundle that it is about, if the label is the one that we sealed. */
static enum ent_status
find_bundle(struct node *node, const struct ent_custody *custody,
    struct node_dispatch *ret_dispatch, struct ent_error *err)
{
    const struct ent_digest stream = ent_chain_genesis(&custody->stream);
    enum ent_status rc;

    if (!ent_address_equal(&custody->stream.sender, &node->self)) {
        return ent_fail(err, ENT_REJECTED, "it is about a stream of %s",
            custody->stream.sender.text);
    }
    rc = node_dispatch_get(node, &stream, custody->first, ret_dispatch, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_REJECTED, "custody of what we never sent");
    }
    if (rc == ENT_OK && !ent_digest_equal(&custody->label_hash,
                            &ret_dispatch->state.label_hash)) {
        rc = ent_fail(err, ENT_REJECTED, "custody of another label");
    }
    return rc;
}

static enum ent_status
record(struct node *node, const struct ent_custody *custody,
    struct ent_view wire, struct ent_error *err)
{
    const struct ent_party party =
        ent_address_party(&custody->stream.recipient);
    const struct ent_digest digest = ent_digest_of(wire);

    return node_record(node, NODE_ENTRY_CUSTODY_IN, &party, &digest,
        &custody->label_hash, custody->count, err);
}

/* By our own broker: what it took we need not offer again for a while. The
 * first such receipt is what evidence has. */
static enum ent_status
take_own(struct node *node, struct node_dispatch *dispatch,
    const struct ent_custody *custody, struct ent_view wire, bool is_new,
    struct ent_error *err)
{
    const enum ent_dispatch_state was = dispatch->state.state;
    struct node_proof proof = {.kind = NODE_PROOF_CUSTODY, .wire = wire};
    enum ent_status rc =
        node_ways_custody(node, dispatch, custody->broker.text, err);

    if (dispatch->row->broker_answered) {
        dispatch->row->answer = 0; /* its objection is over */
        dispatch->row->broker_answered = false;
    }
    if (rc == ENT_OK) {
        rc = node_dispatch_step(node, dispatch, ENT_EVENT_CUSTODY, err);
    }
    if (rc == ENT_OK) {
        rc = node_heads_hasten(node, &dispatch->stream, err);
    }
    if (rc == ENT_OK && dispatch->state.state != was) {
        rc = node_proof_add(node, &proof, &dispatch->stream, custody->first,
            dispatch->row->keep_until, err);
        if (rc == ENT_OK) {
            rc = node_proof_keep(node, &proof, err);
        }
    } else if (!is_new) {
        return rc; /* said before */
    }
    return rc != ENT_OK ? rc : record(node, custody, wire, err);
}

/* By a broker further on: it is shown, and changes nothing. */
static enum ent_status
take_others(struct node *node, struct node_dispatch *dispatch,
    const struct ent_custody *custody, struct ent_view wire, bool is_new,
    struct ent_error *err)
{
    enum ent_status rc;

    if (!is_new) {
        return ENT_OK;
    }
    rc = node_dispatch_put(node, dispatch, err);
    return rc != ENT_OK ? rc : record(node, custody, wire, err);
}

enum ent_status
node_custody_take(
    struct node *node, struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    const struct ent_certificate *broker = node_uplink_broker(node);
    struct ent_custody custody;
    bool is_new = false;
    enum ent_status rc;

    if (broker == NULL) {
        return ent_fail(err, ENT_REJECTED, "custody, and not from a broker");
    }
    rc = open_custody(node, wire, &custody, err);
    if (rc == ENT_OK) {
        rc = find_bundle(node, &custody, &dispatch, err);
    }
    if (rc == ENT_OK) {
        rc =
            note(node, &dispatch, &custody, broker->address.text, &is_new, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_address_equal(&custody.broker, &broker->address)
               ? take_own(node, &dispatch, &custody, wire, is_new, err)
               : take_others(node, &dispatch, &custody, wire, is_new, err);
}
