/* SPDX-License-Identifier: Apache-2.0 */
/* Under which certificate an office signed something, by the time at which it
 * did: a renewed one does not make unsaid what was said under the one before.
 */
#include <string.h>

#include "node/archive.h"
#include "node/authorities.h"
#include "node/peers_internal.h"
#include "node/pins.h"
#include "node/uplink.h"

/* A certificate is good for what was signed in its time, by its key. */
static bool
covers(const struct ent_certificate *certificate,
    const struct ent_address *address, const struct ent_key_id *key_id,
    uint64_t signed_at)
{
    return ent_address_equal(&certificate->address, address) &&
           ent_key_id_equal(&certificate->signing_key_id, key_id) &&
           ent_certificate_check_time(certificate, signed_at, NULL) == ENT_OK;
}

/* One that was in use here before, under the authority that counts now. */
static enum ent_status
find_earlier(struct node *node, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_certificate_row *row = NULL;
    struct ent_rollover authority;
    enum ent_status rc =
        node_archive_certificate_get(node, key_id, signed_at, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    return node_authorities_get(node, ent_address_state(address), &authority) &&
                   ent_authority_open_certificate(&authority,
                       ent_view_of(row->certificate.data, row->certificate.len),
                       ret_certificate, NULL) == ENT_OK &&
                   covers(ret_certificate, address, key_id, signed_at)
               ? ENT_OK
               : ENT_NOT_FOUND;
}

/* What is known now: of an office, or of a broker of ours. */
static const struct ent_certificate *
known_now(struct node *node, const struct ent_address *address)
{
    const struct node_neighbour *neighbour;
    struct node_peer *peer;

    for (size_t i = 0; (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        if (neighbour->is_broker &&
            ent_address_equal(&neighbour->certificate.address, address)) {
            return &neighbour->certificate;
        }
    }
    return node_peers_get(node, address, &peer, NULL) == ENT_OK &&
                   peer->has_certificate
               ? &peer->certificate
               : NULL;
}

enum ent_status
node_peers_signer(struct node *node, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const struct ent_certificate *known = known_now(node, address);
    struct ent_party party = ent_address_party(address);
    struct ent_key_id pinned;
    enum ent_status rc;

    if (known != NULL && covers(known, address, key_id, signed_at)) {
        *ret_certificate = *known;
        return ENT_OK;
    }
    rc = node_pin_get(node, &party, &pinned, err);
    if (rc == ENT_OK && !ent_key_id_equal(&pinned, key_id)) {
        return ENT_NOT_FOUND;
    }
    return rc != ENT_OK && rc != ENT_NOT_FOUND
               ? rc
               : find_earlier(
                     node, address, key_id, signed_at, ret_certificate, err);
}

enum ent_status
node_peers_signer_of(struct node *node, const struct ent_address *address,
    struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc = ent_signed_decode(wire, &payload, &signatures, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = ENT_NOT_FOUND;
    for (size_t i = 0; rc == ENT_NOT_FOUND && i < signatures.count; i++) {
        rc = node_peers_signer(node, address, &signatures.list[i].key_id,
            signed_at, ret_certificate, err);
    }
    return rc;
}
