/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdalign.h>

#include "proto/base/pb.h"
#include "proto/delivery.h"
#include "proto/field.h"

static const struct ent_pb_limits limits = {
    .size_max = 1024,
    .fields_max = 16,
};

/* A skip stands for exactly one bundle, so it is no longer than one. */
static enum ent_status
skip_check(const struct ent_skip *skip, struct ent_error *err)
{
    if (skip->from < 1 || skip->to < skip->from || skip->to == UINT64_MAX ||
        skip->to - skip->from >= ENT_BUNDLE_MESSAGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "from %" PRIu64 " to %" PRIu64 " is no bundle's place", skip->from,
            skip->to);
    }
    if (skip->reason < ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED ||
        skip->reason > ENTENTE__V1__SKIP_REASON__SKIP_REVOKED) {
        return ent_fail(err, ENT_BAD_INPUT, "reason: %" PRIu32, skip->reason);
    }
    return ENT_OK;
}

/* ---- making ---- */

static enum ent_status
skip_pack(const struct ent_skip *skip, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Skip out = ENTENTE__V1__SKIP__INIT;
    Entente__V1__Stream stream = ent_field_from_stream(&skip->stream);

    out.version = 1;
    out.stream = &stream;
    out.from = skip->from;
    out.to = skip->to;
    out.chain_before =
        ent_field_bytes(skip->chain_before.bytes, ENT_DIGEST_LEN, false);
    out.chain_after =
        ent_field_bytes(skip->chain_after.bytes, ENT_DIGEST_LEN, false);
    out.reason = (Entente__V1__SkipReason)skip->reason;
    out.issued_at = skip->issued_at;
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_skip_make(const struct ent_skip *skip, const struct ent_signer *sender,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc;

    rc = ent_field_stream_check(&skip->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = skip_check(skip, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = skip_pack(skip, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(
        sender, ENT_TYPE_SKIP, ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
fields_read(
    const Entente__V1__Skip *in, struct ent_skip *skip, struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"chain_before", in->chain_before, skip->chain_before.bytes,
            ENT_DIGEST_LEN},
        {"chain_after", in->chain_after, skip->chain_after.bytes,
            ENT_DIGEST_LEN},
    };
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_stream(in->stream, &skip->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    skip->from = in->from;
    skip->to = in->to;
    skip->reason = (uint32_t)in->reason;
    skip->issued_at = in->issued_at;
    rc = ent_field_read(fields, sizeof fields / sizeof fields[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    return skip_check(skip, err);
}

static enum ent_status
payload_read(
    struct ent_view payload, struct ent_skip *skip, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__skip__descriptor, payload, &limits, &arena,
        &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return fields_read((const Entente__V1__Skip *)message, skip, err);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_certificate *sender,
    struct ent_skip *skip, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ENT_KEY_OFFICE, &sender->signing_key,
        ENT_TYPE_SKIP, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, skip, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&skip->stream.sender, &sender->address)) {
        return ent_fail(err, ENT_REJECTED, "its stream has another sender");
    }
    return ENT_OK;
}

enum ent_status
ent_skip_open(struct ent_view wire, const struct ent_certificate *sender,
    struct ent_skip *ret_skip, struct ent_error *err)
{
    struct ent_skip skip = {0};
    enum ent_status rc = open_checked(wire, sender, &skip, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "skip of %s", sender->address.text);
        return rc;
    }
    *ret_skip = skip;
    return ENT_OK;
}

enum ent_status
ent_skip_peek(
    struct ent_view wire, struct ent_skip *ret_skip, struct ent_error *err)
{
    struct ent_skip skip = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, &skip, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "skip");
        return rc;
    }
    *ret_skip = skip;
    return ENT_OK;
}
