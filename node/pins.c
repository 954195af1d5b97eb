/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pins.h"

#include <string.h>

#include "node/alarms.h"
#include "node/authorities.h"
#include "node/rest.pb-c.h"
#include "proto/keytext.h"
#include "proto/schema/link.pb-c.h"

enum ent_status
node_pin_get(struct node *node, const struct ent_party *party,
    struct ent_key_id *ret_key_id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PinRow *row = NULL;
    struct node_key key = node_key_party(party);
    enum ent_status rc = node_row_get(node->store, NODE_PIN,
        node_key_view(&key), &entente__rest__v1__pin_row__descriptor,
        (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (row->key_id.len != sizeof ret_key_id->bytes) {
        return ent_fail(err, ENT_IO, "a pinned key is odd");
    }
    memcpy(ret_key_id->bytes, row->key_id.data, sizeof ret_key_id->bytes);
    return ENT_OK;
}

static enum ent_status
put(struct node *node, const struct ent_party *party,
    const struct ent_key_id *key_id, struct ent_error *err)
{
    Entente__Rest__V1__PinRow row = ENTENTE__REST__V1__PIN_ROW__INIT;
    struct node_key key = node_key_party(party);

    row.key_id.data = (uint8_t *)(uintptr_t)key_id->bytes;
    row.key_id.len = sizeof key_id->bytes;
    row.at = node->now_ms;
    return node_row_put(
        node->store, NODE_PIN, node_key_view(&key), &row.base, err);
}

/* That certificate, of somebody else, under the authority that counts here. */
static enum ent_status
verify(struct node *node, struct ent_view wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    struct ent_rollover authority;
    enum ent_status rc = ent_certificate_peek(wire, ret_certificate, err);

    if (rc != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    if (!node_authorities_get(
            node, ent_address_state(&ret_certificate->address), &authority)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "no agreement in use names the authority of %s",
            ret_certificate->address.text);
    }
    if (ent_authority_open_certificate(
            &authority, wire, ret_certificate, err) != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    if (!ent_authority_is(
            &authority, &ret_certificate->authority_key_id, node->now_ms)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "it is signed by a key that the authority of %s has given up",
            ret_certificate->address.text);
    }
    return ent_address_equal(&ret_certificate->address, &node->self)
               ? ent_fail(err, ENT_BAD_INPUT, "it is our own certificate")
               : ENT_OK;
}

/* A newer one with another key would stay in use. */
static enum ent_status
check_in_use(struct node *node, const struct ent_certificate *certificate,
    struct ent_error *err)
{
    struct node_peer *peer;
    enum ent_status rc =
        node_peers_get(node, &certificate->address, &peer, err);

    if (rc == ENT_OK && peer->has_certificate &&
        peer->certificate.serial > certificate->serial &&
        !ent_key_id_equal(
            &peer->certificate.signing_key_id, &certificate->signing_key_id)) {
        rc = ent_fail(err, ENT_BAD_INPUT,
            "a newer certificate of %s, for another key, is in use here",
            certificate->address.text);
    }
    return rc;
}

enum ent_status
node_pin_put(struct node *node, struct ent_view wire,
    const struct ent_key_id *key_id, struct ent_address *ret_address,
    struct ent_error *err)
{
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE, .wire = wire};
    struct ent_certificate certificate;
    struct ent_party party;
    enum ent_status rc = verify(node, wire, &certificate, err);

    if (rc == ENT_OK &&
        !ent_key_id_equal(&certificate.signing_key_id, key_id)) {
        rc = ent_fail(err, ENT_BAD_INPUT,
            "the certificate has another key than the one compared");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&certificate.address);
    rc = check_in_use(node, &certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = put(node, &party, key_id, err);
    if (rc == ENT_OK) {
        memcpy(object.subject, certificate.address.text,
            sizeof certificate.address.text);
        rc = node_peers_learn(node, &object, err);
    }
    *ret_address = certificate.address;
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL; /* take it back */
}

enum ent_status
node_pin_remove(
    struct node *node, const struct ent_address *address, struct ent_error *err)
{
    struct ent_party party = ent_address_party(address);
    struct node_key key = node_key_party(&party);
    struct ent_key_id ignored;
    enum ent_status rc = node_pin_get(node, &party, &ignored, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, rc, "no key of %s is pinned", address->text);
    }
    return rc != ENT_OK ? rc
                        : node_store_delete(
                              node->store, NODE_PIN, node_key_view(&key), err);
}

enum ent_status
node_pin_check(struct node *node, const struct ent_certificate *certificate,
    struct ent_error *err)
{
    struct ent_party party = ent_address_party(&certificate->address);
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    struct ent_key_id pinned;
    enum ent_status rc = node_pin_get(node, &party, &pinned, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (ent_key_id_equal(&pinned, &certificate->signing_key_id)) {
        return ENT_OK;
    }
    ent_fingerprint_format(&certificate->signing_key_id, fingerprint);
    rc = node_alarm_raise(node, NODE_ALARM_CERTIFICATE,
        certificate->address.text, err,
        "a certificate came for another key (%s) than the one pinned here, and "
        "is not used: call the office; if the key is its own, `entente "
        "directory pin` its new certificate",
        fingerprint);
    return rc != ENT_OK
               ? rc
               : ent_fail(err, ENT_REJECTED, "another key of %s is pinned",
                     certificate->address.text);
}
