/* SPDX-License-Identifier: Apache-2.0 */
/* What this node knows of others and of itself: whom it trusts and by what. */
#include "node/api.h"

#include <stdio.h>
#include <string.h>

#include "node/authorities.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/pins.h"
#include "node/revocations.h"
#include "node/submit.h"
#include "node/uplink.h"

#define ENTRIES_MAX 16384

typedef Entente__V1__DirectoryEntry known_entry; /* a generated name */

struct listing {
    struct node *node;
    struct ent_arena *arena;
    Entente__V1__DirectoryReply *reply;
    const char *subject; /* "": everything */
    struct ent_error *err;
};

/* A new entry, unless nobody asks for that subject: then NULL, and ENT_OK. */
static enum ent_status
add(const struct listing *listing, const char *kind, const char *subject,
    known_entry **ret_entry)
{
    Entente__V1__DirectoryReply *reply = listing->reply;
    known_entry *made;

    *ret_entry = NULL;
    if (listing->subject[0] != '\0' && strcmp(listing->subject, subject) != 0) {
        return ENT_OK;
    }
    made = reply->n_entries < ENTRIES_MAX
               ? ent_arena_alloc(listing->arena, sizeof *made)
               : NULL;
    if (made == NULL) {
        return ent_fail(listing->err, ENT_NO_MEMORY, "listing what is known");
    }
    entente__v1__directory_entry__init(made);
    made->kind = (char *)(uintptr_t)kind;
    made->subject = node_text_in(listing->arena, subject);
    reply->entries[reply->n_entries++] = made;
    *ret_entry = made;
    return ENT_OK;
}

static void
set_key(const struct listing *listing, known_entry *entry,
    const struct ent_key_id *id)
{
    entry->key_id.data = ent_arena_alloc(listing->arena, sizeof id->bytes);
    if (entry->key_id.data != NULL) {
        memcpy(entry->key_id.data, id->bytes, sizeof id->bytes);
        entry->key_id.len = sizeof id->bytes;
    }
}

/* How an object of the store came. */
static enum ent_status
set_source(const struct listing *listing, known_entry *entry, uint32_t kind,
    const struct ent_party *party)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__SourceRow *row = NULL;
    enum ent_status rc =
        node_object_source(listing->node, kind, party, &row, listing->err);

    if (rc == ENT_OK) {
        entry->source = node_text_in(listing->arena, row->via);
        entry->learned_at = row->at;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- authorities ---- */

static enum ent_status
add_authority(const struct listing *listing, const char *state,
    const struct ent_verify_key *key, const char *source)
{
    struct ent_key_id id = ent_key_id_of(ENT_KEY_AUTHORITY, key->bytes);
    known_entry *entry;
    enum ent_status rc = add(listing, "authority", state, &entry);

    if (rc == ENT_OK && entry != NULL) {
        entry->source = node_text_in(listing->arena, source);
        set_key(listing, entry, &id);
    }
    return rc;
}

static enum ent_status
add_authorities(const struct listing *listing)
{
    const struct ent_authorities *known = &listing->node->config->authorities;
    const struct ent_agreement *agreement;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < known->count; i++) {
        rc = add_authority(listing, known->list[i].state, &known->list[i].key,
            "configuration");
    }
    for (size_t i = 0;
         rc == ENT_OK && (agreement = node_agreements_at(
                              listing->node->agreements, i, NULL)) != NULL;
         i++) {
        for (size_t k = 0;
             rc == ENT_OK && k < ent_agreement_party_count(agreement); k++) {
            const char *state = ent_agreement_party_state(agreement, k);

            rc = add_authority(listing, state,
                ent_agreement_authority(agreement, state),
                ent_agreement_name(agreement));
        }
    }
    return rc;
}

/* The keys that a rollover joins to those, the newest last. */
static enum ent_status
add_rolled(const struct listing *listing, const char *state,
    const struct ent_rollover *keys)
{
    const struct ent_party party = node_object_state_party(state);
    const uint64_t now_ms = listing->node->now_ms;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < keys->key_count; i++) {
        const struct ent_key_id id =
            ent_key_id_of(ENT_KEY_AUTHORITY, keys->keys[i].bytes);
        const bool last = i + 1 == keys->key_count;
        known_entry *entry;

        rc = add(listing, "rollover", state, &entry);
        if (rc != ENT_OK || entry == NULL) {
            continue;
        }
        entry->number = i;
        entry->until = last ? 0 : keys->until[i];
        entry->fault =
            (char *)(uintptr_t)(!last && now_ms >= keys->until[i] ? "given up"
                                : last && node_authorities_forks(
                                              listing->node, state)
                                    ? "contradicted"
                                    : "");
        set_key(listing, entry, &id);
        rc = set_source(listing, entry, NODE_KIND_ROLLOVER, &party);
    }
    return rc;
}

static enum ent_status
add_rollovers(const struct listing *listing)
{
    struct node_revocation_status status;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && node_revocations_at(listing->node, i, &status); i++) {
        struct ent_rollover keys;

        if (node_authorities_get(listing->node, status.state, &keys) &&
            keys.key_count > 1) {
            rc = add_rolled(listing, status.state, &keys);
        }
    }
    return rc;
}

/* ---- certificates ---- */

static const char *
fault_of(const struct listing *listing, const struct ent_certificate *known)
{
    const uint64_t now_ms = listing->node->now_ms;

    if (node_revocations_has(listing->node, known)) {
        return "revoked";
    }
    if (now_ms >= known->not_after) {
        return "expired";
    }
    return ent_certificate_check_time(known, now_ms, NULL) == ENT_OK ? ""
                                                                     : "early";
}

static enum ent_status
add_certificate(const struct listing *listing,
    const struct ent_certificate *known, const char *source,
    known_entry **ret_entry)
{
    enum ent_status rc =
        add(listing, "certificate", known->address.text, ret_entry);
    known_entry *entry = *ret_entry;

    if (rc != ENT_OK || entry == NULL) {
        return rc;
    }
    entry->source = node_text_in(listing->arena, source);
    entry->number = known->serial;
    entry->from = known->not_before;
    entry->until = known->not_after;
    entry->fault = (char *)(uintptr_t)fault_of(listing, known);
    set_key(listing, entry, &known->signing_key_id);
    return ENT_OK;
}

/* Our own, and those of brokers, come from files. */
static enum ent_status
add_certificates_of_files(const struct listing *listing)
{
    struct node *node = listing->node;
    const struct node_neighbour *neighbour;
    known_entry *ignored;
    enum ent_status rc =
        add_certificate(listing, &node->certificate, "configuration", &ignored);

    for (size_t i = 0;
         rc == ENT_OK && (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        if (neighbour->is_broker) {
            rc = add_certificate(
                listing, &neighbour->certificate, "configuration", &ignored);
        }
    }
    return rc;
}

/* ---- peers ---- */

static enum ent_status
add_epochs(const struct listing *listing, const struct ent_manifest *manifest)
{
    const uint64_t now_ms = listing->node->now_ms;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < manifest->key_count; i++) {
        const struct ent_sealing_key *key = &manifest->keys[i];
        known_entry *entry;

        rc = add(listing, "epoch", manifest->address.text, &entry);
        if (rc == ENT_OK && entry != NULL) {
            entry->from = key->not_before;
            entry->until = key->not_after;
            entry->fault =
                (char *)(uintptr_t)(now_ms >= key->not_after ? "expired" : "");
            entry->source = (char *)(uintptr_t) "manifest";
            set_key(listing, entry, &key->key_id);
        }
    }
    return rc;
}

static enum ent_status
add_manifest(const struct listing *listing, const struct node_peer *peer)
{
    known_entry *entry;
    enum ent_status rc = add(listing, "manifest", peer->address.text, &entry);

    if (rc == ENT_OK && entry != NULL) {
        entry->number = peer->manifest.sequence;
        entry->from = peer->manifest.issued_at;
        rc = set_source(listing, entry, NODE_KIND_MANIFEST, &peer->party);
    }
    return rc != ENT_OK ? rc : add_epochs(listing, &peer->manifest);
}

static enum ent_status
add_peer(const struct listing *listing, const struct node_peer *peer)
{
    struct ent_key_id pinned;
    known_entry *entry = NULL;
    enum ent_status rc = ENT_OK;

    if (peer->has_certificate) {
        rc = add_certificate(listing, &peer->certificate, "", &entry);
    }
    if (rc == ENT_OK && entry != NULL) {
        rc = set_source(listing, entry, NODE_KIND_CERTIFICATE, &peer->party);
    }
    if (rc == ENT_OK && entry != NULL) {
        rc = node_pin_get(listing->node, &peer->party, &pinned, listing->err);
        entry->pinned = rc == ENT_OK && ent_key_id_equal(&pinned,
                                            &peer->certificate.signing_key_id);
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return rc == ENT_OK && peer->has_manifest ? add_manifest(listing, peer)
                                              : rc;
}

static enum ent_status
add_peers(const struct listing *listing)
{
    const struct node_peer *peer;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK &&
                       (peer = node_peers_at(listing->node->peers, i)) != NULL;
         i++) {
        rc = add_peer(listing, peer);
    }
    return rc;
}

/* ---- lists ---- */

static enum ent_status
add_lists(const struct listing *listing)
{
    struct node_revocation_status status;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && node_revocations_at(listing->node, i, &status); i++) {
        known_entry *entry;
        struct ent_party party;

        rc = status.number == 0
                 ? ENT_OK
                 : add(listing, "revocations", status.state, &entry);
        if (rc != ENT_OK || status.number == 0 || entry == NULL) {
            continue;
        }
        party = node_object_state_party(status.state);
        entry->number = status.number;
        entry->until = status.next_update;
        entry->fault = (char *)(uintptr_t)(status.overdue ? "overdue" : "");
        rc = set_source(listing, entry, NODE_KIND_REVOCATION, &party);
    }
    return rc;
}

/* ---- the requests ---- */

static enum ent_status
fetch(struct node *node, const char *subject, struct ent_error *err)
{
    struct ent_address address;
    struct node_peer *peer;
    enum ent_status rc =
        ent_address_parse(ent_view_text(subject), &address, err);

    if (rc == ENT_OK) {
        rc = node_peers_get(node, &address, &peer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    peer->fetch_at = 0;
    rc = node_authorities_ask(node, ent_address_state(&address), err);
    return rc != ENT_OK ? rc : node_peers_fetch(node, peer, err);
}

enum ent_status
node_api_directory(struct node *node,
    const Entente__V1__DirectoryRequest *request, struct ent_arena *arena,
    Entente__V1__DirectoryReply *reply, struct ent_error *err)
{
    struct listing listing = {.node = node,
        .arena = arena,
        .reply = reply,
        .subject = request->subject,
        .err = err};
    enum ent_status rc = ENT_OK;

    reply->at = node->now_ms;
    reply->entries =
        ent_arena_alloc(arena, ENTRIES_MAX * sizeof(known_entry *));
    if (reply->entries == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing what is known");
    }
    if (request->fetch) {
        rc = fetch(node, request->subject, err);
    }
    if (rc == ENT_OK) {
        rc = add_authorities(&listing);
    }
    if (rc == ENT_OK) {
        rc = add_rollovers(&listing);
    }
    if (rc == ENT_OK) {
        rc = add_certificates_of_files(&listing);
    }
    if (rc == ENT_OK) {
        rc = add_peers(&listing);
    }
    return rc != ENT_OK ? rc : add_lists(&listing);
}

enum ent_status
node_api_pin(struct node *node, const Entente__V1__PinRequest *request,
    struct ent_arena *arena, Entente__V1__PinReply *reply,
    struct ent_error *err)
{
    struct ent_key_id key_id;
    struct ent_address address;
    enum ent_status rc;

    if (request->certificate.len == 0) {
        rc = ent_address_parse(ent_view_text(request->address), &address, err);
        if (rc == ENT_OK) {
            rc = node_pin_remove(node, &address, err);
        }
    } else if (request->key_id.len != sizeof key_id.bytes) {
        return ent_fail(err, ENT_BAD_INPUT, "a key id has 16 bytes");
    } else {
        memcpy(key_id.bytes, request->key_id.data, sizeof key_id.bytes);
        rc = node_pin_put(node,
            ent_view_of(request->certificate.data, request->certificate.len),
            &key_id, &address, err);
    }
    if (rc == ENT_OK) {
        reply->address = node_text_in(arena, address.text);
    }
    return rc;
}
