/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/contradiction.h"

#include <assert.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/evidence.pb-c.h"

#define ARENA_SIZE ((size_t)192 * 1024)
#define FIELD_CERTIFICATES 2
#define FIELD_FIRST 3
#define FIELD_SECOND 4

static const struct ent_pb_limits limits = {
    .size_max = ENT_CONTRADICTION_LEN_MAX,
    .fields_max = 3 + ENT_CONTRADICTION_CERTIFICATES_MAX,
};

/* ---- bytes ---- */

enum ent_status
ent_contradiction_encode(const struct ent_contradiction *contradiction,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    Entente__V1__Contradiction out = ENTENTE__V1__CONTRADICTION__INIT;
    ProtobufCBinaryData certificates[ENT_CONTRADICTION_CERTIFICATES_MAX];

    assert(
        contradiction->certificate_count <= ENT_CONTRADICTION_CERTIFICATES_MAX);
    for (size_t i = 0; i < contradiction->certificate_count; i++) {
        certificates[i] = ent_field_bytes(contradiction->certificates[i].data,
            contradiction->certificates[i].len, false);
    }
    out.version = 1;
    out.n_certificates = contradiction->certificate_count;
    out.certificates = certificates;
    out.first = ent_field_bytes(
        contradiction->first.data, contradiction->first.len, false);
    out.second = ent_field_bytes(
        contradiction->second.data, contradiction->second.len, false);
    return ent_pb_pack(&out.base, ret_wire, err);
}

static enum ent_status
check(const Entente__V1__Contradiction *in, struct ent_error *err)
{
    enum ent_status rc = ent_field_version(in->version, err);

    if (rc == ENT_OK &&
        (in->n_certificates == 0 ||
            in->n_certificates > ENT_CONTRADICTION_CERTIFICATES_MAX)) {
        rc = ent_fail(err, ENT_BAD_INPUT, "certificates: not 1 to %d",
            ENT_CONTRADICTION_CERTIFICATES_MAX);
    }
    if (rc == ENT_OK && (in->first.len == 0 || in->second.len == 0)) {
        rc = ent_fail(err, ENT_BAD_INPUT, "there are not two statements");
    }
    return rc;
}

enum ent_status
ent_contradiction_decode(struct ent_view wire,
    struct ent_contradiction *ret_contradiction, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_contradiction contradiction = {.certificate_count = 0};
    ProtobufCMessage *message;
    struct ent_view value;
    uint32_t number;
    enum ent_status rc = ent_arena_init(&arena, ARENA_SIZE, err);

    if (rc == ENT_OK) {
        rc = ent_pb_unpack(&entente__v1__contradiction__descriptor, wire,
            &limits, &arena, &message, err);
    }
    if (rc == ENT_OK) {
        rc = check((const Entente__V1__Contradiction *)message, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "contradiction");
        return rc;
    }
    while (ent_field_next(&wire, &number, &value)) {
        if (number == FIELD_CERTIFICATES) {
            contradiction.certificates[contradiction.certificate_count++] =
                value;
        } else if (number == FIELD_FIRST) {
            contradiction.first = value;
        } else if (number == FIELD_SECOND) {
            contradiction.second = value;
        }
    }
    *ret_contradiction = contradiction;
    return ENT_OK;
}

enum ent_status
ent_contradiction_peek(const struct ent_contradiction *contradiction,
    struct ent_address *ret_office, struct ent_error *err)
{
    struct ent_certificate certificate;
    enum ent_status rc =
        ent_certificate_peek(contradiction->certificates[0], &certificate, err);

    if (rc == ENT_OK) {
        *ret_office = certificate.address;
    }
    return rc;
}

/* ---- what it proves ---- */

struct side {
    struct ent_contradiction_side said;
    struct ent_witness witness; /* of a statement */
};

static enum ent_status
open_statement(struct ent_view wire, const struct ent_certificate *certificate,
    struct side *side, struct ent_error *err)
{
    enum ent_status rc =
        ent_witness_open(wire, certificate, &side->witness, err);

    if (rc == ENT_OK) {
        rc =
            ent_certificate_check_time(certificate, side->witness.made_at, err);
    }
    if (rc == ENT_OK) {
        side->said.made_at = side->witness.made_at;
        rc = ent_checkpoint_open(side->witness.checkpoint,
            &certificate->signing_key, &side->said.checkpoint, err);
    }
    return rc;
}

static enum ent_status
open_label(struct ent_view wire, const struct ent_certificate *certificate,
    struct side *side, struct ent_error *err)
{
    struct ent_bundle bundle;
    enum ent_status rc = ent_bundle_decode_head(wire, &bundle, err);

    if (rc == ENT_OK) {
        rc = ent_bundle_verify_label(&bundle, certificate, err);
    }
    if (rc == ENT_OK) {
        rc = ent_certificate_check_time(
            certificate, bundle.label.sealed_at, err);
    }
    if (rc == ENT_OK) {
        side->said.label = bundle.label;
        side->said.made_at = bundle.label.sealed_at;
        side->said.label_hash = ent_digest_of(bundle.label_wire);
    }
    return rc;
}

/* Under one certificate, what this side is. */
static enum ent_status
open_under(struct ent_view wire, const struct ent_certificate *certificate,
    struct side *side, struct ent_error *err)
{
    switch (side->said.kind) {
    case ENT_CONTRADICTION_LABEL:
        return open_label(wire, certificate, side, err);
    case ENT_CONTRADICTION_NOTE:
        return ent_checkpoint_open(
            wire, &certificate->signing_key, &side->said.checkpoint, err);
    default:
        return open_statement(wire, certificate, side, err);
    }
}

static enum ent_contradiction_kind
kind_of(struct ent_view wire)
{
    struct ent_checkpoint note;
    struct ent_bundle bundle;

    if (ent_checkpoint_peek(wire, &note, NULL) == ENT_OK) {
        return ENT_CONTRADICTION_NOTE;
    }
    return ent_bundle_decode_head(wire, &bundle, NULL) == ENT_OK
               ? ENT_CONTRADICTION_LABEL
               : ENT_CONTRADICTION_STATEMENT;
}

/* Under any of the certificates. */
static enum ent_status
open_side(struct ent_view wire, const struct ent_certificate *certificates,
    size_t count, struct side *side, struct ent_error *err)
{
    enum ent_status rc = ENT_REJECTED;

    side->said.kind = kind_of(wire);
    for (size_t i = 0; i < count && rc != ENT_OK; i++) {
        rc = open_under(wire, &certificates[i], side, err);
    }
    if (rc == ENT_OK && side->said.kind != ENT_CONTRADICTION_LABEL &&
        (!ent_address_equal(
             &side->said.checkpoint.origin, &certificates[0].address) ||
            side->said.checkpoint.incarnation == 0)) {
        rc = ent_fail(err, ENT_REJECTED,
            "a checkpoint of another, or without an incarnation");
    }
    return rc;
}

/* Labels of one stream that are not the same and have a place in common. */
static enum ent_history
judge_labels(const struct ent_contradiction_side *a,
    const struct ent_contradiction_side *b)
{
    const struct ent_label *first = &a->label;
    const struct ent_label *second = &b->label;

    if (ent_digest_equal(&a->label_hash, &b->label_hash)) {
        return ENT_HISTORY_SAME;
    }
    return ent_stream_id_equal(&first->stream, &second->stream) &&
                   first->first < second->first + second->count &&
                   second->first < first->first + first->count
               ? ENT_HISTORY_FORKED
               : ENT_HISTORY_UNPROVEN;
}

static enum ent_history
judge(const struct side *a, const struct side *b)
{
    const struct ent_checkpoint *first = &a->said.checkpoint;
    const struct ent_checkpoint *second = &b->said.checkpoint;
    enum ent_history history;

    if (a->said.kind == ENT_CONTRADICTION_LABEL ||
        b->said.kind == ENT_CONTRADICTION_LABEL) {
        return a->said.kind == b->said.kind ? judge_labels(&a->said, &b->said)
                                            : ENT_HISTORY_UNPROVEN;
    }
    if (a->said.kind == b->said.kind &&
        a->said.kind == ENT_CONTRADICTION_STATEMENT) {
        return a->said.made_at < b->said.made_at
                   ? ent_history_judge(first, second, &b->witness)
                   : ent_history_judge(second, first, &a->witness);
    }
    history = ent_history_compare(first, second, &b->witness);
    return ent_history_contradicts(history)
               ? history
               : ent_history_compare(second, first, &a->witness);
}

static enum ent_status
open_certificates(const struct ent_contradiction *contradiction,
    const struct ent_verify_key *authority,
    struct ent_certificate
        certificates[static ENT_CONTRADICTION_CERTIFICATES_MAX],
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < contradiction->certificate_count;
         i++) {
        rc = ent_certificate_open(
            contradiction->certificates[i], authority, &certificates[i], err);
        if (rc == ENT_OK && !ent_address_equal(&certificates[i].address,
                                &certificates[0].address)) {
            rc = ent_fail(err, ENT_REJECTED, "certificates of two offices");
        }
    }
    return rc;
}

enum ent_status
ent_contradiction_judge(const struct ent_contradiction *contradiction,
    const struct ent_verify_key *authority,
    struct ent_contradiction_verdict *ret_verdict, struct ent_error *err)
{
    struct ent_certificate certificates[ENT_CONTRADICTION_CERTIFICATES_MAX];
    const size_t count = contradiction->certificate_count;
    struct side first = {.said = {.made_at = 0}};
    struct side second = {.said = {.made_at = 0}};
    enum ent_status rc =
        open_certificates(contradiction, authority, certificates, err);

    if (rc == ENT_OK) {
        rc = open_side(contradiction->first, certificates, count, &first, err);
    }
    if (rc == ENT_OK) {
        rc =
            open_side(contradiction->second, certificates, count, &second, err);
    }
    if (rc == ENT_OK) {
        *ret_verdict = (struct ent_contradiction_verdict){
            .office = certificates[0].address,
            .sides = {first.said, second.said},
            .history = judge(&first, &second),
        };
    }
    return rc;
}
