/* SPDX-License-Identifier: Apache-2.0 */
#include "node/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "node/archive.h"
#include "node/dispatch.h"
#include "node/evidence_internal.h"
#include "node/objects.h"
#include "node/proof.h"
#include "node/receipts.h"
#include "node/vault.h"
#include "proto/evidence.h"

/* What is gathered, and what its views look into. */
struct gathering {
    struct node *node;
    struct ent_evidence evidence;
    struct node_bundle *bundle;
    struct ent_bundle decoded;
    struct ent_digest stream;
    struct ent_digest label_hash;
    bool sent; /* from here */
    node_certificate_row *certificates[ENT_EVIDENCE_CERTIFICATES_MAX];
    node_agreement_row *agreements[ENT_EVIDENCE_AGREEMENTS_MAX];
    struct node_dispatch dispatch;
    uint8_t entry[ENT_ENTRY_LEN];
    struct ent_bytes rollovers[ENT_EVIDENCE_AUTHORITIES_MAX];
    struct ent_bytes receipt;
    struct ent_bytes custody;
    struct ent_bytes checkpoint;
};

static void
gathering_fini(struct gathering *gathering)
{
    ent_evidence_wipe(&gathering->evidence);
    node_bundle_release(&gathering->bundle);
    for (size_t i = 0; i < ENT_EVIDENCE_CERTIFICATES_MAX; i++) {
        node_row_free(&gathering->certificates[i]);
    }
    for (size_t i = 0; i < ENT_EVIDENCE_AGREEMENTS_MAX; i++) {
        node_row_free(&gathering->agreements[i]);
    }
    for (size_t i = 0; i < ENT_EVIDENCE_AUTHORITIES_MAX; i++) {
        ent_bytes_free(&gathering->rollovers[i]);
    }
    node_dispatch_fini(&gathering->dispatch);
    ent_bytes_free(&gathering->receipt);
    ent_bytes_free(&gathering->custody);
    ent_bytes_free(&gathering->checkpoint);
}

/* ---- the message ---- */

static enum ent_status
take_message(struct gathering *gathering,
    const struct node_evidence_place *place, struct ent_error *err)
{
    struct ent_evidence *evidence = &gathering->evidence;
    struct node *node = gathering->node;
    enum ent_status rc;

    rc = node_vault_get(node->store, place->bundle, &gathering->bundle, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_bundle_decode(gathering->bundle->head, gathering->bundle->body,
            &gathering->decoded, err) != ENT_OK) {
        return ENT_IO;
    }
    evidence->label = gathering->decoded.label_wire;
    evidence->signatures = gathering->decoded.signatures;
    gathering->stream = ent_chain_genesis(&gathering->decoded.label.stream);
    gathering->label_hash = ent_digest_of(evidence->label);
    rc = ent_evidence_take(evidence, gathering->decoded.body,
        gathering->decoded.label.count, place->index, err);
    if (rc == ENT_OK) {
        rc = node_vault_key_get(node->store, node->slots, place->bundle,
            place->day, place->index, &evidence->key, err);
        evidence->has_key = rc == ENT_OK;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc; /* deleted by now */
}

/* ---- who is who ---- */

static enum ent_status
add_authority(struct gathering *gathering, const char *state,
    struct ent_view key, struct ent_error *err)
{
    struct ent_evidence *evidence = &gathering->evidence;
    struct ent_authority_key *authority =
        &evidence->authorities[evidence->authority_count];

    for (size_t i = 0; i < evidence->authority_count; i++) {
        if (strcmp(evidence->authorities[i].state, state) == 0) {
            return ENT_OK;
        }
    }
    if (evidence->authority_count == ENT_EVIDENCE_AUTHORITIES_MAX ||
        key.len != sizeof authority->key.bytes) {
        return ent_fail(err, ENT_FULL, "too many authorities for evidence");
    }
    memcpy(authority->state, state, strlen(state) + 1);
    memcpy(authority->key.bytes, key.data, key.len);
    evidence->authority_count++;
    return ENT_OK;
}

/* The certificate of the key that signed then; ENT_NOT_FOUND: not kept here. */
static enum ent_status
add_certificate(struct gathering *gathering, const struct ent_key_id *key_id,
    uint64_t at_ms, struct ent_error *err)
{
    struct ent_evidence *evidence = &gathering->evidence;
    ENT_AUTO(node_row_free) node_certificate_row *row = NULL;
    struct ent_certificate certificate;
    struct ent_view wire;
    size_t count = evidence->certificate_count;
    enum ent_status rc =
        node_archive_certificate_get(gathering->node, key_id, at_ms, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    wire = ent_view_of(row->certificate.data, row->certificate.len);
    for (size_t i = 0; i < count; i++) {
        if (ent_view_equal(evidence->certificates[i], wire)) {
            return ENT_OK;
        }
    }
    if (count == ENT_EVIDENCE_CERTIFICATES_MAX ||
        ent_certificate_peek(wire, &certificate, err) != ENT_OK) {
        return ent_fail(err, ENT_FULL, "too many certificates for evidence");
    }
    rc = add_authority(gathering, ent_address_state(&certificate.address),
        ent_view_of(row->authority.data, row->authority.len), err);
    if (rc == ENT_OK) {
        evidence->certificates[count] = wire;
        evidence->certificate_count++;
        gathering->certificates[count] = row;
        row = NULL;
    }
    return rc;
}

static enum ent_status
add_agreement(struct gathering *gathering, const struct ent_digest *digest,
    struct ent_error *err)
{
    struct ent_evidence *evidence = &gathering->evidence;
    size_t count = evidence->agreement_count;
    node_agreement_row *row = NULL;
    enum ent_status rc =
        node_archive_agreement_get(gathering->node, digest, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc; /* told by who reads it */
    }
    gathering->agreements[count] = row;
    evidence->agreements[count].text =
        ent_view_of(row->text.data, row->text.len);
    evidence->agreements[count].signatures =
        ent_view_of(row->signatures.data, row->signatures.len);
    evidence->agreement_count++;
    return ENT_OK;
}

/* ---- what was answered ---- */

/* The certificate behind a Signed; false: without it the Signed proves nothing
 * and is left out. */
static enum ent_status
add_signer_of(struct gathering *gathering, struct ent_view wire,
    uint64_t signed_at, bool *ret_there, struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc = ent_signed_decode(wire, &payload, &signatures, err);

    if (rc == ENT_OK) {
        rc = add_certificate(
            gathering, &signatures.list[0].key_id, signed_at, err);
    }
    *ret_there = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* 0 when it cannot be read. */
static uint64_t
time_of_receipt(struct ent_view wire)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    uint64_t at_ms = 0;

    if (receipt != NULL && ent_receipt_peek(wire, receipt, NULL) == ENT_OK) {
        at_ms = receipt->issued_at;
    }
    free(receipt);
    return at_ms;
}

static uint64_t
time_of_custody(struct ent_view wire)
{
    struct ent_custody custody;

    return ent_custody_peek(wire, &custody, NULL) == ENT_OK ? custody.taken_at
                                                            : 0;
}

static uint64_t
time_of_skip(struct ent_view wire)
{
    struct ent_skip skip;

    return ent_skip_peek(wire, &skip, NULL) == ENT_OK ? skip.issued_at : 0;
}

static enum ent_status
add_receipt(struct gathering *gathering, struct ent_error *err)
{
    struct node *node = gathering->node;
    uint64_t first = gathering->decoded.label.first;
    struct ent_view wire = {0};
    bool there = false;
    enum ent_status rc;

    rc = gathering->sent
             ? node_proof_get(node, NODE_PROOF_RECEIPT, &gathering->stream,
                   first, &wire, err)
             : node_receipts_find(node, &gathering->stream, first, &wire, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_bytes_copy(wire, &gathering->receipt, err);
    if (rc == ENT_OK) {
        rc = add_signer_of(gathering, ent_bytes_view(&gathering->receipt),
            time_of_receipt(wire), &there, err);
    }
    if (rc == ENT_OK && there) {
        gathering->evidence.receipt = ent_bytes_view(&gathering->receipt);
    }
    return rc;
}

/* It answers with what is sealed, and we can open that. */
static enum ent_status
add_receipt_secret(struct gathering *gathering, struct ent_error *err)
{
    struct node *node = gathering->node;
    struct ent_evidence *evidence = &gathering->evidence;
    Entente__Rest__V1__DispatchRow *row = gathering->dispatch.row;
    const struct ent_digest *hash = &gathering->label_hash;
    enum ent_status rc = ENT_NOT_FOUND;

    if (evidence->receipt.len == 0) {
        return ENT_OK;
    }
    if (!gathering->sent) {
        rc = node_proof_secret_get(node, &gathering->stream,
            gathering->decoded.label.first, hash, evidence->receipt_secret,
            err);
    } else if (row != NULL) {
        rc = node_keeper_unwrap(node->keeper,
            ent_view_of(hash->bytes, sizeof hash->bytes),
            ent_view_of(row->nonce.data, row->nonce.len),
            ent_view_of(row->receipt_secret.data, row->receipt_secret.len),
            evidence->receipt_secret, sizeof evidence->receipt_secret, err);
    }
    evidence->has_receipt_secret = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* By which agreement the recipient decided, where that is another one. */
static enum ent_status
add_other_agreement(struct gathering *gathering, struct ent_error *err)
{
    struct ent_receipt *receipt;
    enum ent_status rc = ENT_OK;

    if (gathering->evidence.receipt.len == 0) {
        return ENT_OK;
    }
    receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    if (ent_receipt_peek(gathering->evidence.receipt, receipt, err) == ENT_OK &&
        !ent_digest_is_zero(&receipt->agreement) &&
        !ent_digest_equal(
            &receipt->agreement, &gathering->decoded.label.agreement)) {
        rc = add_agreement(gathering, &receipt->agreement, err);
    }
    free(receipt);
    return rc;
}

static enum ent_status
add_custody(struct gathering *gathering, struct ent_error *err)
{
    struct ent_view wire = {0};
    bool there = false;
    enum ent_status rc = node_proof_get(gathering->node, NODE_PROOF_CUSTODY,
        &gathering->stream, gathering->decoded.label.first, &wire, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_bytes_copy(wire, &gathering->custody, err);
    if (rc == ENT_OK) {
        rc = add_signer_of(gathering, ent_bytes_view(&gathering->custody),
            time_of_custody(wire), &there, err);
    }
    if (rc == ENT_OK && there) {
        gathering->evidence.custodies[0] = ent_bytes_view(&gathering->custody);
        gathering->evidence.custody_count = 1;
    }
    return rc;
}

static enum ent_status
add_skip(struct gathering *gathering, struct ent_error *err)
{
    Entente__Rest__V1__DispatchRow *row = gathering->dispatch.row;
    struct ent_view wire;
    bool there = false;
    enum ent_status rc;

    if (row == NULL || row->skip.len == 0) {
        return ENT_OK;
    }
    wire = ent_view_of(row->skip.data, row->skip.len);
    rc = add_signer_of(gathering, wire, time_of_skip(wire), &there, err);
    if (rc == ENT_OK && there) {
        gathering->evidence.skip = wire;
    }
    return rc;
}

/* ---- authorities that took a new key ---- */

/* The statement about this authority's keys, if there is one: a reader may know
 * another of them than the one that certified somebody here. */
static enum ent_status
add_rollover(struct gathering *gathering,
    const struct ent_authority_key *authority, struct ent_error *err)
{
    struct ent_evidence *evidence = &gathering->evidence;
    struct ent_bytes *place = &gathering->rollovers[evidence->rollover_count];
    struct ent_party party = node_object_state_party(authority->state);
    struct ent_rollover said;
    struct ent_view wire;
    enum ent_status rc = node_object_get(
        gathering->node, NODE_KIND_ROLLOVER, &party, &wire, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (ent_rollover_open(wire, &authority->key, &said, NULL) != ENT_OK) {
        return ENT_OK; /* it speaks of other keys */
    }
    rc = ent_bytes_copy(wire, place, err);
    if (rc == ENT_OK) {
        evidence->rollovers[evidence->rollover_count++] = ent_bytes_view(place);
    }
    return rc;
}

static enum ent_status
add_rollovers(struct gathering *gathering, struct ent_error *err)
{
    const struct ent_evidence *evidence = &gathering->evidence;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < evidence->authority_count; i++) {
        rc = add_rollover(gathering, &evidence->authorities[i], err);
    }
    return rc;
}

/* ---- the journal ---- */

static enum ent_status
add_journal(struct gathering *gathering, struct ent_error *err)
{
    struct node *node = gathering->node;
    struct ent_evidence *evidence = &gathering->evidence;
    uint64_t sequence;
    enum ent_status rc = node_proof_entry_get(node, &gathering->stream,
        gathering->decoded.label.first, &sequence, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_journal_prove(node->journal, node->store, sequence,
        gathering->entry, &evidence->entry_path, err);
    if (rc == ENT_OK) {
        rc = node_journal_checkpoint(node->journal, &node->self,
            node->incarnation, node_keeper_signer(node->keeper),
            &gathering->checkpoint, err);
    }
    if (rc == ENT_OK) {
        evidence->entry =
            ent_view_of(gathering->entry, sizeof gathering->entry);
        evidence->checkpoint = ent_bytes_view(&gathering->checkpoint);
    }
    return rc;
}

/* ---- all of it ---- */

static enum ent_status
gather(struct gathering *gathering, const struct node_evidence_place *place,
    struct ent_error *err)
{
    struct node *node = gathering->node;
    const struct ent_label *label = &gathering->decoded.label;
    enum ent_status rc = take_message(gathering, place, err);

    if (rc == ENT_OK) {
        rc = add_certificate(
            gathering, &label->signing_key_id, label->sealed_at, err);
    }
    if (rc == ENT_OK) {
        rc = add_certificate(gathering,
            &node_keeper_signer(node->keeper)->key_id, node->now_ms, err);
    }
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(
            err, rc, "the certificate of who sealed it is not kept here");
    }
    if (rc == ENT_OK) {
        rc = add_agreement(gathering, &label->agreement, err);
    }
    if (rc == ENT_OK && gathering->sent) {
        rc = node_dispatch_get(
            node, &gathering->stream, label->first, &gathering->dispatch, err);
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (rc == ENT_OK) {
        rc = add_receipt(gathering, err);
    }
    if (rc == ENT_OK) {
        rc = add_receipt_secret(gathering, err);
    }
    if (rc == ENT_OK) {
        rc = add_other_agreement(gathering, err);
    }
    if (rc == ENT_OK && gathering->sent) {
        rc = add_custody(gathering, err);
    }
    if (rc == ENT_OK) {
        rc = add_skip(gathering, err);
    }
    if (rc == ENT_OK) {
        rc = add_rollovers(gathering, err);
    }
    return rc != ENT_OK ? rc : add_journal(gathering, err);
}

/* Who reads the journal finds that it was given out. */
static enum ent_status
record(struct gathering *gathering, struct ent_view wire, struct ent_error *err)
{
    const struct ent_stream_id *stream = &gathering->decoded.label.stream;
    struct ent_party party = ent_address_party(
        gathering->sent ? &stream->recipient : &stream->sender);
    struct ent_digest digest = ent_digest_of(wire);

    return node_record(gathering->node, NODE_ENTRY_DISCLOSED, &party, &digest,
        &gathering->label_hash, 1, err);
}

enum ent_status
node_evidence_make(struct node *node,
    const struct node_evidence_subject *subject, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(gathering_fini) struct gathering gathering = {.node = node};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node_evidence_place place = {0};
    enum ent_status rc;

    gathering.sent = subject->from[0] == '\0';
    gathering.evidence.made_by = node->self;
    gathering.evidence.made_at = node->now_ms;
    gathering.evidence.id = subject->id;
    rc = node_evidence_find(node, subject, &place, err);
    if (rc == ENT_OK) {
        rc = gather(&gathering, &place, err);
    }
    if (rc == ENT_OK) {
        rc = ent_evidence_make(
            &gathering.evidence, node_keeper_signer(node->keeper), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = record(&gathering, ent_bytes_view(&wire), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_wire = wire;
    wire = (struct ent_bytes){0};
    return ENT_OK;
}
