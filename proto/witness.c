/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/witness.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

#define ARENA_SIZE ((size_t)64 * 1024)
#define FIELD_CHECKPOINT 5
#define FIELD_HELD 7
#define FIELD_OTHERS 9

static const struct ent_pb_limits limits = {
    .size_max = ENT_WITNESS_LEN_MAX,
    .fields_max = 8 + ENT_WITNESS_PROOFS_MAX * (2 + ENT_TREE_PATH_MAX) +
                  ENT_WITNESS_WANTED_MAX + ENT_WITNESS_OTHERS_MAX,
};

/* ---- what must hold of every one, ours or another's ---- */

static enum ent_status
note_check(const char *name, struct ent_view note, struct ent_error *err)
{
    if (note.len == 0 || note.len > ENT_WITNESS_NOTE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "%s: not of 1 to %d bytes", name,
            ENT_WITNESS_NOTE_MAX);
    }
    return ENT_OK;
}

static enum ent_status
sizes_check(const struct ent_witness *witness, struct ent_error *err)
{
    for (size_t i = 0; i < witness->proof_count; i++) {
        if (witness->proofs[i].size == 0 ||
            (i > 0 && witness->proofs[i].size <= witness->proofs[i - 1].size)) {
            return ent_fail(
                err, ENT_BAD_INPUT, "proofs[%zu]: sizes do not ascend", i);
        }
    }
    for (size_t i = 0; i < witness->wanted_count; i++) {
        if (witness->wanted[i] == 0 ||
            (i > 0 && witness->wanted[i] <= witness->wanted[i - 1])) {
            return ent_fail(
                err, ENT_BAD_INPUT, "wanted[%zu]: sizes do not ascend", i);
        }
    }
    return ENT_OK;
}

static enum ent_status
witness_check(const struct ent_witness *witness, struct ent_error *err)
{
    enum ent_status rc;

    if (ent_address_equal(&witness->from, &witness->to)) {
        return ent_fail(err, ENT_BAD_INPUT, "to: itself");
    }
    if (witness->made_at == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "made_at: missing");
    }
    rc = note_check("checkpoint", witness->checkpoint, err);
    if (rc == ENT_OK && witness->held.len > 0) {
        rc = note_check("held", witness->held, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < witness->other_count; i++) {
        rc = note_check("others", witness->others[i], err);
    }
    return rc != ENT_OK ? rc : sizes_check(witness, err);
}

/* ---- making ---- */

struct proof_field {
    Entente__V1__ConsistencyProof proofs[ENT_WITNESS_PROOFS_MAX];
    Entente__V1__ConsistencyProof *list[ENT_WITNESS_PROOFS_MAX];
    ProtobufCBinaryData paths[ENT_WITNESS_PROOFS_MAX][ENT_TREE_PATH_MAX];
};

static void
proofs_write(const struct ent_witness *witness, struct proof_field *field)
{
    for (size_t i = 0; i < witness->proof_count; i++) {
        const struct ent_witness_proof *from = &witness->proofs[i];
        Entente__V1__ConsistencyProof *proof = &field->proofs[i];

        *proof =
            (Entente__V1__ConsistencyProof)ENTENTE__V1__CONSISTENCY_PROOF__INIT;
        for (size_t k = 0; k < from->path.count; k++) {
            field->paths[i][k] = ent_field_bytes(
                from->path.nodes[k].bytes, ENT_DIGEST_LEN, false);
        }
        proof->size = from->size;
        proof->n_path = from->path.count;
        proof->path = field->paths[i];
        field->list[i] = proof;
    }
}

static enum ent_status
witness_pack(const struct ent_witness *witness, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Witness out = ENTENTE__V1__WITNESS__INIT;
    ProtobufCBinaryData others[ENT_WITNESS_OTHERS_MAX];
    struct proof_field field;

    proofs_write(witness, &field);
    for (size_t i = 0; i < witness->other_count; i++) {
        others[i] = ent_field_bytes(
            witness->others[i].data, witness->others[i].len, false);
    }
    out.version = 1;
    out.from = (char *)(uintptr_t)witness->from.text;
    out.to = (char *)(uintptr_t)witness->to.text;
    out.made_at = witness->made_at;
    out.checkpoint = ent_field_bytes(
        witness->checkpoint.data, witness->checkpoint.len, false);
    out.n_proofs = witness->proof_count;
    out.proofs = field.list;
    out.held = ent_field_bytes(witness->held.data, witness->held.len, false);
    out.n_wanted = witness->wanted_count;
    out.wanted = (uint64_t *)(uintptr_t)witness->wanted;
    out.n_others = witness->other_count;
    out.others = others;
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_witness_make(const struct ent_witness *witness,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc;

    assert(witness->proof_count <= ENT_WITNESS_PROOFS_MAX);
    assert(witness->wanted_count <= ENT_WITNESS_WANTED_MAX);
    assert(witness->other_count <= ENT_WITNESS_OTHERS_MAX);

    rc = witness_check(witness, err);
    if (rc == ENT_OK) {
        rc = witness_pack(witness, &payload, err);
    }
    return rc != ENT_OK ? rc
                        : ent_signed_make(office, ENT_TYPE_WITNESS,
                              ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
proof_read(const Entente__V1__ConsistencyProof *in,
    struct ent_witness_proof *proof, struct ent_error *err)
{
    if (in->n_path > ENT_TREE_PATH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "proofs.path: %zu, more than %d",
            in->n_path, ENT_TREE_PATH_MAX);
    }
    for (size_t i = 0; i < in->n_path; i++) {
        const struct ent_field field = {"proofs.path", in->path[i],
            proof->path.nodes[i].bytes, ENT_DIGEST_LEN};
        enum ent_status rc = ent_field_read(&field, 1, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    proof->size = in->size;
    proof->path.count = in->n_path;
    return ENT_OK;
}

static enum ent_status
lists_read(const Entente__V1__Witness *in, struct ent_witness *witness,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (in->n_proofs > ENT_WITNESS_PROOFS_MAX ||
        in->n_wanted > ENT_WITNESS_WANTED_MAX ||
        in->n_others > ENT_WITNESS_OTHERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "more than %d proofs, %d sizes or %d others",
            ENT_WITNESS_PROOFS_MAX, ENT_WITNESS_WANTED_MAX,
            ENT_WITNESS_OTHERS_MAX);
    }
    for (size_t i = 0; rc == ENT_OK && i < in->n_proofs; i++) {
        rc = proof_read(in->proofs[i], &witness->proofs[i], err);
    }
    witness->proof_count = in->n_proofs;
    for (size_t i = 0; i < in->n_wanted; i++) {
        witness->wanted[i] = in->wanted[i];
    }
    witness->wanted_count = in->n_wanted;
    return rc;
}

/* Where the notes lie in the payload, which decoded before. */
static void
notes_find(struct ent_view payload, struct ent_witness *witness)
{
    struct ent_view value;
    uint32_t number;

    while (ent_field_next(&payload, &number, &value)) {
        if (number == FIELD_CHECKPOINT) {
            witness->checkpoint = value;
        } else if (number == FIELD_HELD) {
            witness->held = value;
        } else if (number == FIELD_OTHERS) {
            witness->others[witness->other_count++] = value;
        }
    }
}

static enum ent_status
fields_read(const Entente__V1__Witness *in, struct ent_witness *witness,
    struct ent_error *err)
{
    enum ent_status rc = ent_field_version(in->version, err);

    if (rc == ENT_OK) {
        rc = ent_field_address("from", in->from, &witness->from, err);
    }
    if (rc == ENT_OK) {
        rc = ent_field_address("to", in->to, &witness->to, err);
    }
    witness->made_at = in->made_at;
    return rc != ENT_OK ? rc : lists_read(in, witness, err);
}

static enum ent_status
payload_read(
    struct ent_view payload, struct ent_witness *witness, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message;
    enum ent_status rc = ent_arena_init(&arena, ARENA_SIZE, err);

    if (rc == ENT_OK) {
        rc = ent_pb_unpack(&entente__v1__witness__descriptor, payload, &limits,
            &arena, &message, err);
    }
    if (rc == ENT_OK) {
        rc = fields_read((const Entente__V1__Witness *)message, witness, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    notes_find(payload, witness);
    return witness_check(witness, err);
}

static enum ent_status
length_check(struct ent_view wire, struct ent_error *err)
{
    return wire.len <= ENT_WITNESS_LEN_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "%zu bytes, more than %zu",
                     wire.len, ENT_WITNESS_LEN_MAX);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_certificate *from,
    struct ent_witness *witness, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc = length_check(wire, err);

    if (rc == ENT_OK) {
        rc = ent_signed_open(wire, ent_certificate_role(from),
            &from->signing_key, ENT_TYPE_WITNESS, &payload, err);
    }
    if (rc == ENT_OK) {
        rc = payload_read(payload, witness, err);
    }
    if (rc == ENT_OK && !ent_address_equal(&witness->from, &from->address)) {
        rc = ent_fail(err, ENT_REJECTED, "it is by %s, not its signer",
            witness->from.text);
    }
    return rc;
}

enum ent_status
ent_witness_open(struct ent_view wire, const struct ent_certificate *from,
    struct ent_witness *ret_witness, struct ent_error *err)
{
    struct ent_witness witness = {.made_at = 0};
    enum ent_status rc = open_checked(wire, from, &witness, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "witness of %s", from->address.text);
        return rc;
    }
    *ret_witness = witness;
    return ENT_OK;
}

enum ent_status
ent_witness_peek(struct ent_view wire, struct ent_witness *ret_witness,
    struct ent_error *err)
{
    struct ent_witness witness = {.made_at = 0};
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc = length_check(wire, err);

    if (rc == ENT_OK) {
        rc = ent_signed_decode(wire, &payload, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = payload_read(payload, &witness, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "witness");
        return rc;
    }
    *ret_witness = witness;
    return ENT_OK;
}

const struct ent_witness_proof *
ent_witness_proof_from(const struct ent_witness *witness, uint64_t size)
{
    for (size_t i = 0; i < witness->proof_count; i++) {
        if (witness->proofs[i].size == size) {
            return &witness->proofs[i];
        }
    }
    return NULL;
}

/* ---- the subject ---- */

void
ent_witness_subject(const struct ent_address *from,
    const struct ent_address *to,
    char ret_subject[static ENT_WITNESS_SUBJECT_MAX + 1])
{
    (void)snprintf(ret_subject, ENT_WITNESS_SUBJECT_MAX + 1, "%s %s",
        from->text, to->text);
}

enum ent_status
ent_witness_subject_read(const char *subject, struct ent_address *ret_from,
    struct ent_address *ret_to, struct ent_error *err)
{
    const char *space = strchr(subject, ' ');
    struct ent_address from;
    struct ent_address to;
    enum ent_status rc;

    if (space == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "not two addresses");
    }
    rc = ent_address_parse(
        ent_view_of((const uint8_t *)subject, (size_t)(space - subject)), &from,
        err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(space + 1), &to, err);
    }
    if (rc == ENT_OK && ent_address_equal(&from, &to)) {
        rc = ent_fail(err, ENT_BAD_INPUT, "twice the same address");
    }
    if (rc == ENT_OK) {
        *ret_from = from;
        *ret_to = to;
    }
    return rc;
}
