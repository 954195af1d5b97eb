/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/base/pb.h"
#include "proto/evidence.h"
#include "proto/field.h"
#include "proto/schema/evidence.pb-c.h"

#define SIGNED_OVERHEAD ((size_t)4096)

/* What the lists of the message look into while it is packed. */
struct lists {
    struct ent_field_signatures signatures;
    ProtobufCBinaryData path[ENT_TREE_PATH_MAX];
    ProtobufCBinaryData certificates[ENT_EVIDENCE_CERTIFICATES_MAX];
    ProtobufCBinaryData rollovers[ENT_EVIDENCE_AUTHORITIES_MAX];
    ProtobufCBinaryData custodies[ENT_EVIDENCE_CUSTODIES_MAX];
    Entente__V1__AuthorityKey authorities[ENT_EVIDENCE_AUTHORITIES_MAX];
    Entente__V1__AuthorityKey *authority_list[ENT_EVIDENCE_AUTHORITIES_MAX];
    Entente__V1__AgreementText agreements[ENT_EVIDENCE_AGREEMENTS_MAX];
    Entente__V1__AgreementText *agreement_list[ENT_EVIDENCE_AGREEMENTS_MAX];
    Entente__V1__JournalProof journal;
    ProtobufCBinaryData entry_path[ENT_TREE_PATH_MAX];
};

static ProtobufCBinaryData
bytes_of(struct ent_view view)
{
    return ent_field_bytes(view.data, view.len, false);
}

static void
write_views(
    const struct ent_view *views, size_t count, ProtobufCBinaryData *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = bytes_of(views[i]);
    }
}

static void
write_path(const struct ent_tree_path *path, ProtobufCBinaryData *out)
{
    for (size_t i = 0; i < path->count; i++) {
        out[i] = ent_field_bytes(path->nodes[i].bytes, ENT_DIGEST_LEN, false);
    }
}

static void
write_trust(const struct ent_evidence *evidence, struct lists *lists,
    Entente__V1__Evidence *out)
{
    for (size_t i = 0; i < evidence->authority_count; i++) {
        const struct ent_authority_key *authority = &evidence->authorities[i];
        Entente__V1__AuthorityKey *key = &lists->authorities[i];

        entente__v1__authority_key__init(key);
        key->state = (char *)(uintptr_t)authority->state;
        key->key = ent_field_bytes(
            authority->key.bytes, sizeof authority->key.bytes, false);
        lists->authority_list[i] = key;
    }
    for (size_t i = 0; i < evidence->agreement_count; i++) {
        Entente__V1__AgreementText *text = &lists->agreements[i];

        entente__v1__agreement_text__init(text);
        text->text = bytes_of(evidence->agreements[i].text);
        text->signatures = bytes_of(evidence->agreements[i].signatures);
        lists->agreement_list[i] = text;
    }
    write_views(evidence->certificates, evidence->certificate_count,
        lists->certificates);
    write_views(
        evidence->rollovers, evidence->rollover_count, lists->rollovers);
    out->n_rollovers = evidence->rollover_count;
    out->rollovers = lists->rollovers;
    out->n_certificates = evidence->certificate_count;
    out->certificates = lists->certificates;
    out->n_authorities = evidence->authority_count;
    out->authorities = lists->authority_list;
    out->n_agreements = evidence->agreement_count;
    out->agreements = lists->agreement_list;
}

static void
write_answers(const struct ent_evidence *evidence, struct lists *lists,
    Entente__V1__Evidence *out)
{
    out->receipt = bytes_of(evidence->receipt);
    if (evidence->has_receipt_secret) {
        out->receipt_secret = ent_field_bytes(
            evidence->receipt_secret, sizeof evidence->receipt_secret, false);
    }
    write_views(evidence->custodies, evidence->custody_count, lists->custodies);
    out->n_custodies = evidence->custody_count;
    out->custodies = lists->custodies;
    out->skip = bytes_of(evidence->skip);
    if (evidence->entry.len > 0) {
        entente__v1__journal_proof__init(&lists->journal);
        write_path(&evidence->entry_path, lists->entry_path);
        lists->journal.entry = bytes_of(evidence->entry);
        lists->journal.n_path = evidence->entry_path.count;
        lists->journal.path = lists->entry_path;
        lists->journal.checkpoint = bytes_of(evidence->checkpoint);
        out->journal = &lists->journal;
    }
}

static enum ent_status
pack(const struct ent_evidence *evidence, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Evidence out = ENTENTE__V1__EVIDENCE__INIT;
    struct lists lists;

    out.version = 1;
    out.made_by = (char *)(uintptr_t)evidence->made_by.text;
    out.made_at = evidence->made_at;
    out.id = ent_field_bytes(evidence->id.bytes, ENT_ID_LEN, false);
    out.label = bytes_of(evidence->label);
    ent_field_from_signatures(&evidence->signatures, &lists.signatures);
    out.n_signatures = evidence->signatures.count;
    out.signatures = lists.signatures.list;
    out.index = evidence->index;
    out.envelope = bytes_of(evidence->envelope);
    write_path(&evidence->path, lists.path);
    out.n_path = evidence->path.count;
    out.path = lists.path;
    if (evidence->has_key) {
        out.message_key = ent_field_bytes(
            evidence->key.bytes, sizeof evidence->key.bytes, false);
    }
    write_trust(evidence, &lists, &out);
    write_answers(evidence, &lists, &out);
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_evidence_make(const struct ent_evidence *evidence,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    Entente__V1__Signed out = ENTENTE__V1__SIGNED__INIT;
    struct ent_signatures signatures = {.count = 1};
    struct ent_field_signatures field;
    enum ent_status rc = pack(evidence, &payload, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (payload.len > ENT_EVIDENCE_MAX - SIGNED_OVERHEAD) {
        return ent_fail(err, ENT_FULL,
            "%zu bytes of evidence, %zu allowed: the agreement or the receipt "
            "is too long",
            payload.len, ENT_EVIDENCE_MAX - SIGNED_OVERHEAD);
    }
    rc = ent_signing_sign(office, ENT_TYPE_EVIDENCE, ent_bytes_view(&payload),
        &signatures.list[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_field_from_signatures(&signatures, &field);
    out.payload = bytes_of(ent_bytes_view(&payload));
    out.n_signatures = signatures.count;
    out.signatures = field.list;
    return ent_pb_pack(&out.base, ret_wire, err);
}
