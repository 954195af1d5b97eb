/* SPDX-License-Identifier: Apache-2.0 */
#include "node/objects.h"

#include <string.h>

#include "node/authorities.h"
#include "node/revocations.h"
#include "node/uplink.h"
#include "node/witness.h"

enum ent_status
node_object_get(struct node *node, uint32_t kind, const struct ent_party *party,
    struct ent_view *ret_wire, struct ent_error *err)
{
    struct node_key key = node_key_object(kind, party);

    return node_store_get(
        node->store, NODE_OBJECT, node_key_view(&key), ret_wire, err);
}

/* Who brought what is handled now. */
static const char *
bringer(const struct node *node)
{
    const struct node_neighbour *neighbour;

    for (size_t i = 0; node->from != 0 &&
                       (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        if (node->from == NODE_VIA(i)) {
            return neighbour->certificate.address.text;
        }
    }
    return "a file";
}

enum ent_status
node_object_put(struct node *node, uint32_t kind, const struct ent_party *party,
    struct ent_view wire, struct ent_error *err)
{
    Entente__Rest__V1__SourceRow source = ENTENTE__REST__V1__SOURCE_ROW__INIT;
    struct node_key key = node_key_object(kind, party);
    enum ent_status rc = node_store_put(
        node->store, NODE_OBJECT, node_key_view(&key), wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    source.via = (char *)(uintptr_t)bringer(node);
    source.at = node->now_ms;
    return node_row_put(
        node->store, NODE_SOURCE, node_key_view(&key), &source.base, err);
}

enum ent_status
node_object_source(struct node *node, uint32_t kind,
    const struct ent_party *party, Entente__Rest__V1__SourceRow **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_object(kind, party);

    return node_row_get(node->store, NODE_SOURCE, node_key_view(&key),
        &entente__rest__v1__source_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

struct ent_party
node_object_state_party(const char *state)
{
    struct ent_address address = {{0}};

    memcpy(address.text, state, strlen(state));
    return ent_address_party(&address);
}

enum ent_status
node_object_find(struct node *node, uint32_t kind, const char *subject,
    struct ent_view *ret_wire, struct ent_error *err)
{
    struct ent_address address;
    struct ent_party party;

    if (kind == NODE_KIND_REVOCATION || kind == NODE_KIND_ROLLOVER) {
        if (strlen(subject) > ENT_STATE_MAX) {
            return ent_fail(err, ENT_REJECTED, "that is no state");
        }
        party = node_object_state_party(subject);
        return node_object_get(node, kind, &party, ret_wire, err);
    }
    if (ent_address_parse(ent_view_text(subject), &address, err) != ENT_OK) {
        return ENT_REJECTED;
    }
    party = ent_address_party(&address);
    return node_object_get(node, kind, &party, ret_wire, err);
}

enum ent_status
node_object_ask(struct node *node, uint64_t via, uint32_t kind,
    const char *subject, uint64_t newer_than, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch fetch = {.kind = kind, .newer_than = newer_than};
    enum ent_status rc;

    memcpy(fetch.subject, subject, strlen(subject) + 1);
    rc = ent_fetch_encode(&fetch, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, via, true, ENT_FRAME_FETCH, &payload, NULL, err);
}

static struct ent_view
our_own(const struct node *node, const struct ent_fetch *fetch)
{
    if (fetch->kind == NODE_KIND_CERTIFICATE &&
        node->certificate.serial > fetch->newer_than) {
        return ent_bytes_view(&node->certificate_wire);
    }
    if (fetch->kind == NODE_KIND_MANIFEST &&
        node->manifest_sequence > fetch->newer_than) {
        return ent_bytes_view(&node->manifest_wire);
    }
    return (struct ent_view){0};
}

/* Of what an authority says; 0: nothing that we give away. */
static uint64_t
number_of(struct node *node, const struct ent_fetch *fetch)
{
    return fetch->kind == NODE_KIND_REVOCATION
               ? node_revocations_number(node, fetch->subject)
           : fetch->kind == NODE_KIND_ROLLOVER
               ? node_authorities_number(node, fetch->subject)
               : 0;
}

enum ent_status
node_object_answer(struct node *node, const struct ent_fetch *fetch,
    struct ent_object *ret_object, struct ent_error *err)
{
    struct ent_object object = {.kind = fetch->kind};
    enum ent_status rc = ENT_OK;

    memcpy(object.subject, fetch->subject, sizeof object.subject);
    if (fetch->kind == NODE_KIND_WITNESS) {
        rc = node_witness_answer(node, fetch, &object, err);
    } else if (strcmp(fetch->subject, node->self.text) == 0) {
        object.wire = our_own(node, fetch);
    } else if (number_of(node, fetch) > fetch->newer_than) {
        rc = node_object_find(
            node, fetch->kind, fetch->subject, &object.wire, err);
    }
    *ret_object = object;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
