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

static enum ent_status
custody_check(const struct ent_custody *custody, struct ent_error *err)
{
    if (custody->count < 1 || custody->count > ENT_BUNDLE_MESSAGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "count: %" PRIu32, custody->count);
    }
    if (custody->first < 1 || custody->first > UINT64_MAX - custody->count) {
        return ent_fail(err, ENT_BAD_INPUT, "first: %" PRIu64, custody->first);
    }
    return ENT_OK;
}

/* ---- making ---- */

static enum ent_status
custody_pack(const struct ent_custody *custody, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Custody out = ENTENTE__V1__CUSTODY__INIT;
    Entente__V1__Stream stream = ent_field_from_stream(&custody->stream);

    out.version = 1;
    out.broker = (char *)custody->broker.text;
    out.stream = &stream;
    out.first = custody->first;
    out.count = custody->count;
    out.label_hash =
        ent_field_bytes(custody->label_hash.bytes, ENT_DIGEST_LEN, false);
    out.taken_at = custody->taken_at;
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_custody_make(const struct ent_custody *custody,
    const struct ent_signer *broker, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_address parsed;
    enum ent_status rc;

    rc = ent_field_address("broker", custody->broker.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_stream_check(&custody->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = custody_check(custody, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = custody_pack(custody, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(
        broker, ENT_TYPE_CUSTODY, ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
fields_read(const Entente__V1__Custody *in, struct ent_custody *custody,
    struct ent_error *err)
{
    const struct ent_field field = {"label_hash", in->label_hash,
        custody->label_hash.bytes, ENT_DIGEST_LEN};
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("broker", in->broker, &custody->broker, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_stream(in->stream, &custody->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    custody->first = in->first;
    custody->count = in->count;
    custody->taken_at = in->taken_at;
    rc = ent_field_read(&field, 1, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return custody_check(custody, err);
}

static enum ent_status
payload_read(
    struct ent_view payload, struct ent_custody *custody, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__custody__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return fields_read((const Entente__V1__Custody *)message, custody, err);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_certificate *broker,
    struct ent_custody *custody, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ENT_KEY_BROKER, &broker->signing_key,
        ENT_TYPE_CUSTODY, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, custody, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&custody->broker, &broker->address)) {
        return ent_fail(err, ENT_REJECTED, "it names another broker");
    }
    return ENT_OK;
}

enum ent_status
ent_custody_open(struct ent_view wire, const struct ent_certificate *broker,
    struct ent_custody *ret_custody, struct ent_error *err)
{
    struct ent_custody custody = {0};
    enum ent_status rc = open_checked(wire, broker, &custody, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "custody receipt of %s", broker->address.text);
        return rc;
    }
    *ret_custody = custody;
    return ENT_OK;
}

enum ent_status
ent_custody_peek(struct ent_view wire, struct ent_custody *ret_custody,
    struct ent_error *err)
{
    struct ent_custody custody = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, &custody, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "custody receipt");
        return rc;
    }
    *ret_custody = custody;
    return ENT_OK;
}
