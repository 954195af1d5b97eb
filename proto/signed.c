/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/signing.h"

#define PAYLOAD_FIELD 1

/* What four signatures take besides the payload, decoded. */
#define SIGNED_OVERHEAD ((size_t)4096)

static const struct ent_pb_limits limits = {
    .size_max = ENT_SIGNED_MAX,
    .fields_max = 1 + ENT_SIGNATURES_MAX * 4,
};

enum ent_status
ent_signed_encode(struct ent_view payload,
    const struct ent_signatures *signatures, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    Entente__V1__Signed message = ENTENTE__V1__SIGNED__INIT;
    struct ent_field_signatures field;

    if (payload.len == 0 || payload.len > ENT_SIGNED_MAX - SIGNED_OVERHEAD) {
        return ent_fail(
            err, ENT_BAD_INPUT, "%zu bytes cannot be signed", payload.len);
    }
    ent_field_from_signatures(signatures, &field);
    message.payload = ent_field_bytes(payload.data, payload.len, false);
    message.n_signatures = signatures->count;
    message.signatures = field.list;
    return ent_pb_pack(&message.base, ret_wire, err);
}

static enum ent_status
signed_read(struct ent_view wire, struct ent_arena *arena,
    struct ent_view *ret_payload, struct ent_signatures *ret_signatures,
    struct ent_error *err)
{
    ProtobufCMessage *message;
    const Entente__V1__Signed *decoded;
    enum ent_status rc;

    rc = ent_pb_unpack(
        &entente__v1__signed__descriptor, wire, &limits, arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    decoded = (const Entente__V1__Signed *)message;
    if (decoded->payload.len == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "nothing was signed");
    }
    rc = ent_field_signatures(
        decoded->signatures, decoded->n_signatures, ret_signatures, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_payload = ent_field_find(wire, PAYLOAD_FIELD);
    return ENT_OK;
}

enum ent_status
ent_signed_decode(struct ent_view wire, struct ent_view *ret_payload,
    struct ent_signatures *ret_signatures, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    enum ent_status rc;

    if (wire.len > ENT_SIGNED_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%zu bytes, where something signed has at most %zu", wire.len,
            ENT_SIGNED_MAX);
    }
    rc = ent_arena_init(&arena, wire.len + SIGNED_OVERHEAD, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return signed_read(wire, &arena, ret_payload, ret_signatures, err);
}

enum ent_status
ent_signed_make(const struct ent_signer *signer, const char *type,
    struct ent_view payload, struct ent_bytes *ret_wire, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = 1};
    enum ent_status rc;

    rc = ent_signing_sign(signer, type, payload, &signatures.list[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_encode(payload, &signatures, ret_wire, err);
}

enum ent_status
ent_signed_open(struct ent_view wire, enum ent_key_role role,
    const struct ent_verify_key *key, const char *type,
    struct ent_view *ret_payload, struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_signing_verify(&signatures, role, key, type, payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_payload = payload;
    return ENT_OK;
}
