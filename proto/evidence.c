/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/evidence.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/leaves.h"
#include "proto/schema/evidence.pb-c.h"

#define SIGNED_OVERHEAD ((size_t)4096)
#define FIELDS_MAX 512
#define ARENA_BASE ((size_t)128 * 1024)

/* Numbers of the fields that are found again in the bytes (evidence.proto). */
enum field {
    FIELD_LABEL = 5,
    FIELD_ENVELOPE = 8,
    FIELD_CERTIFICATE = 11,
    FIELD_AGREEMENT = 13,
    FIELD_RECEIPT = 14,
    FIELD_CUSTODY = 16,
    FIELD_SKIP = 17,
    FIELD_JOURNAL = 18,
    FIELD_ROLLOVER = 19,
};
#define FIELD_TEXT 1 /* of AgreementText */
#define FIELD_SIGNATURES 2
#define FIELD_ENTRY 1 /* of JournalProof */
#define FIELD_CHECKPOINT 3

void
ent_evidence_wipe(struct ent_evidence *evidence)
{
    sodium_memzero(evidence, sizeof *evidence);
}

/* ---- an envelope and its path ---- */

static bool
fetch_subtree(
    void *context, unsigned level, uint64_t index, struct ent_digest *ret_node)
{
    const struct ent_digest *leaves = context;

    *ret_node = ent_leaves_root(leaves + (index << level), (size_t)1 << level);
    return true;
}

enum ent_status
ent_evidence_take(struct ent_evidence *evidence, struct ent_view body,
    uint32_t count, uint32_t index, struct ent_error *err)
{
    struct ent_view envelopes[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_digest leaves[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_envelope envelope;
    size_t offset = 0;
    uint32_t found = 0;

    while (found < count && found < ENT_BUNDLE_MESSAGES_MAX &&
           ent_body_next(body, &offset, &envelope)) {
        envelopes[found] = envelope.whole;
        found++;
    }
    if (found != count || index >= count) {
        return ent_fail(err, ENT_BAD_INPUT, "the body has no message %u of %u",
            index, count);
    }
    ent_leaves_hash(envelopes, count, leaves);
    evidence->envelope = envelopes[index];
    evidence->index = index;
    return ent_tree_prove_inclusion(ent_tree_blake2b, fetch_subtree, leaves,
        index, count, &evidence->path, err);
}

/* ---- reading ---- */

static enum ent_status
too_many(const char *name, size_t count, size_t max, struct ent_error *err)
{
    return ent_fail(
        err, ENT_BAD_INPUT, "%s: %zu, at most %zu", name, count, max);
}

static enum ent_status
read_path(const char *name, const ProtobufCBinaryData *nodes, size_t count,
    struct ent_tree_path *path, struct ent_error *err)
{
    if (count > ENT_TREE_PATH_MAX) {
        return too_many(name, count, ENT_TREE_PATH_MAX, err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ent_field field = {
            name, nodes[i], path->nodes[i].bytes, ENT_DIGEST_LEN};
        enum ent_status rc = ent_field_read(&field, 1, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    path->count = count;
    return ENT_OK;
}

/* 32 bytes, or none of them. */
static enum ent_status
read_secret(const char *name, ProtobufCBinaryData data, uint8_t out[static 32],
    bool *ret_there, struct ent_error *err)
{
    const struct ent_field field = {name, data, out, 32};

    *ret_there = data.len > 0;
    return *ret_there ? ent_field_read(&field, 1, err) : ENT_OK;
}

static enum ent_status
read_authorities(const Entente__V1__Evidence *in, struct ent_evidence *evidence,
    struct ent_error *err)
{
    if (in->n_authorities > ENT_EVIDENCE_AUTHORITIES_MAX) {
        return too_many("authorities", in->n_authorities,
            ENT_EVIDENCE_AUTHORITIES_MAX, err);
    }
    for (size_t i = 0; i < in->n_authorities; i++) {
        struct ent_authority_key *authority = &evidence->authorities[i];
        const char *state = in->authorities[i]->state;
        const struct ent_field field = {"authorities.key",
            in->authorities[i]->key, authority->key.bytes, ENT_PUBLIC_KEY_LEN};
        enum ent_status rc = ent_field_read(&field, 1, err);

        if (rc != ENT_OK) {
            return rc;
        }
        if (strlen(state) < 2 || strlen(state) > ENT_STATE_MAX ||
            strspn(state, "abcdefghijklmnopqrstuvwxyz") != strlen(state)) {
            return ent_fail(err, ENT_BAD_INPUT,
                "authorities.state: two or three small letters");
        }
        memcpy(authority->state, state, strlen(state) + 1);
        rc = ent_verify_key_check(&authority->key, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    evidence->authority_count = in->n_authorities;
    return ENT_OK;
}

static enum ent_status
check_counts(const Entente__V1__Evidence *in, struct ent_error *err)
{
    if (in->n_certificates > ENT_EVIDENCE_CERTIFICATES_MAX) {
        return too_many("certificates", in->n_certificates,
            ENT_EVIDENCE_CERTIFICATES_MAX, err);
    }
    if (in->n_rollovers > ENT_EVIDENCE_AUTHORITIES_MAX) {
        return too_many(
            "rollovers", in->n_rollovers, ENT_EVIDENCE_AUTHORITIES_MAX, err);
    }
    if (in->n_agreements > ENT_EVIDENCE_AGREEMENTS_MAX) {
        return too_many(
            "agreements", in->n_agreements, ENT_EVIDENCE_AGREEMENTS_MAX, err);
    }
    if (in->n_custodies > ENT_EVIDENCE_CUSTODIES_MAX) {
        return too_many(
            "custodies", in->n_custodies, ENT_EVIDENCE_CUSTODIES_MAX, err);
    }
    return ENT_OK;
}

/* Unpacking copied the bytes; their first place outlives that copy. */
static void
find_views(struct ent_view rest, struct ent_evidence *evidence)
{
    struct ent_agreement_text *agreement;
    struct ent_view value;
    uint32_t number;

    while (ent_field_next(&rest, &number, &value)) {
        switch (number) {
        case FIELD_LABEL:
            evidence->label = value;
            break;
        case FIELD_ENVELOPE:
            evidence->envelope = value;
            break;
        case FIELD_CERTIFICATE:
            evidence->certificates[evidence->certificate_count++] = value;
            break;
        case FIELD_AGREEMENT:
            agreement = &evidence->agreements[evidence->agreement_count++];
            agreement->text = ent_field_find(value, FIELD_TEXT);
            agreement->signatures = ent_field_find(value, FIELD_SIGNATURES);
            break;
        case FIELD_RECEIPT:
            evidence->receipt = value;
            break;
        case FIELD_CUSTODY:
            evidence->custodies[evidence->custody_count++] = value;
            break;
        case FIELD_SKIP:
            evidence->skip = value;
            break;
        case FIELD_ROLLOVER:
            evidence->rollovers[evidence->rollover_count++] = value;
            break;
        case FIELD_JOURNAL:
            evidence->entry = ent_field_find(value, FIELD_ENTRY);
            evidence->checkpoint = ent_field_find(value, FIELD_CHECKPOINT);
            break;
        default:
            break;
        }
    }
}

static enum ent_status
read_journal(const Entente__V1__Evidence *in, struct ent_evidence *evidence,
    struct ent_error *err)
{
    if (in->journal == NULL) {
        return ENT_OK;
    }
    if (in->journal->entry.len != ENT_ENTRY_LEN ||
        in->journal->checkpoint.len == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "journal: an entry of %d bytes and a checkpoint", ENT_ENTRY_LEN);
    }
    return read_path("journal.path", in->journal->path, in->journal->n_path,
        &evidence->entry_path, err);
}

static enum ent_status
read_fields(const Entente__V1__Evidence *in, struct ent_evidence *evidence,
    struct ent_error *err)
{
    const struct ent_field id = {"id", in->id, evidence->id.bytes, ENT_ID_LEN};
    enum ent_status rc = ent_field_version(in->version, err);

    evidence->made_at = in->made_at;
    evidence->index = in->index;
    if (rc == ENT_OK) {
        rc = ent_field_address("made_by", in->made_by, &evidence->made_by, err);
    }
    if (rc == ENT_OK) {
        rc = ent_field_read(&id, 1, err);
    }
    if (rc == ENT_OK) {
        rc = ent_field_signatures(
            in->signatures, in->n_signatures, &evidence->signatures, err);
    }
    if (rc == ENT_OK) {
        rc = read_path("path", in->path, in->n_path, &evidence->path, err);
    }
    if (rc == ENT_OK) {
        rc = read_secret("message_key", in->message_key, evidence->key.bytes,
            &evidence->has_key, err);
    }
    if (rc == ENT_OK) {
        rc = read_secret("receipt_secret", in->receipt_secret,
            evidence->receipt_secret, &evidence->has_receipt_secret, err);
    }
    if (rc == ENT_OK) {
        rc = read_authorities(in, evidence, err);
    }
    if (rc == ENT_OK) {
        rc = read_journal(in, evidence, err);
    }
    return rc != ENT_OK ? rc : check_counts(in, err);
}

static enum ent_status
read_payload(struct ent_view payload, struct ent_evidence *evidence,
    struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = ENT_EVIDENCE_MAX, .fields_max = FIELDS_MAX};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message;
    enum ent_status rc = ent_arena_init(&arena, ARENA_BASE + payload.len, err);

    if (rc == ENT_OK) {
        rc = ent_pb_unpack(&entente__v1__evidence__descriptor, payload, &limits,
            &arena, &message, err);
    }
    if (rc == ENT_OK) {
        rc = read_fields((const Entente__V1__Evidence *)message, evidence, err);
    }
    if (rc == ENT_OK) {
        find_views(payload, evidence);
    }
    return rc;
}

/* A Signed, with room for more than what travels. */
static enum ent_status
read_signed(struct ent_view wire, struct ent_view *ret_payload,
    struct ent_signatures *ret_signatures, struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = ENT_EVIDENCE_MAX, .fields_max = 1 + ENT_SIGNATURES_MAX * 4};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Signed *in;
    ProtobufCMessage *message;
    enum ent_status rc =
        wire.len > ENT_EVIDENCE_MAX
            ? ent_fail(err, ENT_BAD_INPUT,
                  "%zu bytes, at most %zu are evidence", wire.len,
                  ENT_EVIDENCE_MAX)
            : ent_arena_init(&arena, wire.len + SIGNED_OVERHEAD, err);

    if (rc == ENT_OK) {
        rc = ent_pb_unpack(&entente__v1__signed__descriptor, wire, &limits,
            &arena, &message, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    in = (const Entente__V1__Signed *)message;
    *ret_payload = ent_field_find(wire, 1);
    return ent_field_signatures(
        in->signatures, in->n_signatures, ret_signatures, err);
}

enum ent_status
ent_evidence_read(struct ent_view wire, struct ent_evidence *ret_evidence,
    struct ent_view *ret_payload, struct ent_signatures *ret_signatures,
    struct ent_error *err)
{
    struct ent_evidence evidence = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc = read_signed(wire, &payload, &signatures, err);

    if (rc == ENT_OK) {
        rc = read_payload(payload, &evidence, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "evidence");
        return rc;
    }
    *ret_evidence = evidence;
    *ret_payload = payload;
    *ret_signatures = signatures;
    ent_evidence_wipe(&evidence);
    return ENT_OK;
}
