/* SPDX-License-Identifier: Apache-2.0 */
#include "node/archive.h"

#include <string.h>

#include "node/authorities.h"
#include "node/neighbour.h"
#include "node/pins.h"
#include "node/revocations.h"

static struct node_key
key_of(const struct ent_key_id *id, uint64_t serial)
{
    struct node_key key = {.len = sizeof id->bytes + 8};

    memcpy(key.bytes, id->bytes, sizeof id->bytes);
    ent_put_be(key.bytes + sizeof id->bytes, serial, 8);
    return key;
}

static ProtobufCBinaryData
data_of(struct ent_view view)
{
    return (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)view.data, .len = view.len};
}

/* What is there already was signed by the same key: it stays. */
static enum ent_status
put_once(struct node *node, enum node_table table, const struct node_key *key,
    const ProtobufCMessage *row, struct ent_error *err)
{
    struct ent_view known;
    enum ent_status rc =
        node_store_get(node->store, table, node_key_view(key), &known, err);

    return rc != ENT_NOT_FOUND
               ? rc
               : node_row_put(node->store, table, node_key_view(key), row, err);
}

enum ent_status
node_archive_certificate(struct node *node,
    const struct ent_certificate *certificate, struct ent_view wire,
    const struct ent_verify_key *authority, struct ent_error *err)
{
    node_certificate_row row = ENTENTE__REST__V1__CERTIFICATE_ROW__INIT;
    struct node_key key =
        key_of(&certificate->signing_key_id, certificate->serial);

    row.certificate = data_of(wire);
    row.authority =
        data_of(ent_view_of(authority->bytes, sizeof authority->bytes));
    return put_once(node, NODE_CERTIFICATE, &key, &row.base, err);
}

/* It ends with the key of its authority, whatever it says itself. */
static bool
is_good_at(struct node *node, const node_certificate_row *row, uint64_t at_ms)
{
    struct ent_certificate certificate;
    struct ent_verify_key authority;
    struct ent_rollover keys;

    if (ent_certificate_peek(
            ent_view_of(row->certificate.data, row->certificate.len),
            &certificate, NULL) != ENT_OK ||
        row->authority.len != sizeof authority.bytes) {
        return false;
    }
    memcpy(authority.bytes, row->authority.data, sizeof authority.bytes);
    node_authorities_join(
        node, ent_address_state(&certificate.address), &authority, &keys);
    ent_authority_limit(&keys, &certificate);
    return ent_certificate_check_time(&certificate, at_ms, NULL) == ENT_OK;
}

enum ent_status
node_archive_certificate_get(struct node *node,
    const struct ent_key_id *signing_key_id, uint64_t at_ms,
    node_certificate_row **ret_row, struct ent_error *err)
{
    struct node_key key = key_of(signing_key_id, 0);
    node_certificate_row *best = NULL;
    enum ent_status rc;

    do {
        node_certificate_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_CERTIFICATE, node_key_view(&key),
            sizeof signing_key_id->bytes, key.bytes, &value, err);
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__certificate_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            node_row_free(&best);
            best = row;
        }
    } while (rc == ENT_OK && !is_good_at(node, best, at_ms) &&
             node_key_after(key.bytes, key.len));
    if (best == NULL || (rc != ENT_OK && rc != ENT_NOT_FOUND)) {
        node_row_free(&best);
        return rc;
    }
    *ret_row = best;
    return ENT_OK;
}

/* It is of that office, and nobody took it back. */
static bool
counts(struct node *node, const struct ent_certificate *certificate,
    const struct ent_address *office)
{
    struct ent_party party = ent_address_party(office);
    struct ent_key_id pinned;

    return ent_address_equal(&certificate->address, office) &&
           !node_revocations_has(node, certificate) &&
           (node_pin_get(node, &party, &pinned, NULL) != ENT_OK ||
               ent_key_id_equal(&pinned, &certificate->signing_key_id));
}

static bool
has_signed(struct node *node, const node_certificate_row *row,
    const struct ent_address *office, struct ent_view note,
    struct ent_checkpoint *ret_checkpoint)
{
    struct ent_certificate certificate;

    return ent_certificate_peek(
               ent_view_of(row->certificate.data, row->certificate.len),
               &certificate, NULL) == ENT_OK &&
           counts(node, &certificate, office) &&
           ent_checkpoint_open(
               note, &certificate.signing_key, ret_checkpoint, NULL) == ENT_OK;
}

enum ent_status
node_archive_note_open(struct node *node, const struct ent_address *office,
    struct ent_view note, struct ent_checkpoint *ret_checkpoint,
    node_certificate_row **ret_row, struct ent_error *err)
{
    struct node_key key = key_of(&(struct ent_key_id){{0}}, 0);
    struct ent_checkpoint checkpoint;
    enum ent_status rc = ent_checkpoint_peek(note, &checkpoint, err);

    if (rc == ENT_OK && !ent_address_equal(&checkpoint.origin, office)) {
        rc = ent_fail(err, ENT_REJECTED, "it is of another office");
    }
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_certificate_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_CERTIFICATE, node_key_view(&key),
            0, key.bytes, &value, err);
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__certificate_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK &&
            has_signed(node, row, office, note, ret_checkpoint)) {
            if (ret_row != NULL) {
                *ret_row = row;
                row = NULL;
            }
            return ENT_OK;
        }
        if (rc == ENT_OK && !node_key_after(key.bytes, key.len)) {
            rc = ENT_NOT_FOUND;
        }
    }
    return rc != ENT_NOT_FOUND
               ? rc
               : ent_fail(err, ENT_REJECTED,
                     "the checkpoint is not signed by a key of %s that is "
                     "known and was not revoked",
                     office->text);
}

enum ent_status
node_archive_agreement(struct node *node, const struct ent_agreement *agreement,
    struct ent_view signatures, struct ent_error *err)
{
    node_agreement_row row = ENTENTE__REST__V1__AGREEMENT_ROW__INIT;
    struct node_key key = node_key_digest(ent_agreement_digest(agreement));

    row.text = data_of(ent_agreement_text(agreement));
    row.signatures = data_of(signatures);
    return put_once(node, NODE_AGREEMENT, &key, &row.base, err);
}

enum ent_status
node_archive_agreement_get(struct node *node, const struct ent_digest *digest,
    node_agreement_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_digest(digest);

    return node_row_get(node->store, NODE_AGREEMENT, node_key_view(&key),
        &entente__rest__v1__agreement_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

/* A broker's certificate, from the file that the configuration names. */
static enum ent_status
archive_broker(
    struct node *node, const struct node_broker *broker, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate certificate;
    struct ent_rollover authority;
    enum ent_status rc = node_neighbour_read_broker(
        node, broker, &authority, &wire, &certificate, err);

    return rc != ENT_OK ? rc
                        : node_archive_certificate(node, &certificate,
                              ent_bytes_view(&wire),
                              ent_authority_key(
                                  &authority, &certificate.authority_key_id),
                              err);
}

enum ent_status
node_archive_own(struct node *node, struct ent_error *err)
{
    struct ent_rollover authority;
    enum ent_status rc;

    node_authorities_own(node, &authority);
    rc = node_archive_certificate(node, &node->certificate,
        ent_bytes_view(&node->certificate_wire),
        ent_authority_key(&authority, &node->certificate.authority_key_id),
        err);
    for (size_t i = 0; rc == ENT_OK && i < node->config->broker_count; i++) {
        rc = archive_broker(node, &node->config->brokers[i], err);
    }
    return rc;
}
