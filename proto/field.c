/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/field.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

enum ent_status
ent_field_read(
    const struct ent_field *fields, size_t count, struct ent_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].data.len != fields[i].len) {
            return ent_fail(err, ENT_BAD_INPUT, "%s: %zu bytes instead of %zu",
                fields[i].name, fields[i].data.len, fields[i].len);
        }
        memcpy(fields[i].out, fields[i].data.data, fields[i].len);
    }
    return ENT_OK;
}

ProtobufCBinaryData
ent_field_bytes(const uint8_t *bytes, size_t len, bool optional)
{
    if (optional && sodium_is_zero(bytes, len)) {
        return (ProtobufCBinaryData){0};
    }
    return (ProtobufCBinaryData){.data = (uint8_t *)bytes, .len = len};
}

enum ent_status
ent_field_version(uint32_t version, struct ent_error *err)
{
    if (version != 1) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "version %" PRIu32 ", of which this program knows nothing",
            version);
    }
    return ENT_OK;
}

enum ent_status
ent_field_address(const char *name, const char *text,
    struct ent_address *ret_address, struct ent_error *err)
{
    enum ent_status rc =
        ent_address_parse(ent_view_text(text), ret_address, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", name);
    }
    return rc;
}

enum ent_status
ent_field_stream(const Entente__V1__Stream *field,
    struct ent_stream_id *ret_stream, struct ent_error *err)
{
    struct ent_stream_id stream = {0};
    enum ent_status rc;

    if (field == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "stream: missing");
    }
    rc = ent_field_address("sender", field->sender, &stream.sender, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address(
        "recipient", field->recipient, &stream.recipient, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (field->precedence == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "precedence: missing");
    }
    stream.precedence = (uint32_t)field->precedence;
    stream.sender_incarnation = field->sender_incarnation;
    stream.recipient_incarnation = field->recipient_incarnation;
    *ret_stream = stream;
    return ENT_OK;
}

enum ent_status
ent_field_stream_check(
    const struct ent_stream_id *stream, struct ent_error *err)
{
    struct ent_address parsed;
    enum ent_status rc;

    rc = ent_field_address("sender", stream->sender.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("recipient", stream->recipient.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (stream->precedence < ENTENTE__V1__PRECEDENCE__DEFERRED ||
        stream->precedence > ENTENTE__V1__PRECEDENCE__FLASH) {
        return ent_fail(
            err, ENT_BAD_INPUT, "precedence: %" PRIu32, stream->precedence);
    }
    return ENT_OK;
}

Entente__V1__Stream
ent_field_from_stream(const struct ent_stream_id *stream)
{
    Entente__V1__Stream field = ENTENTE__V1__STREAM__INIT;

    field.sender = (char *)stream->sender.text;
    field.recipient = (char *)stream->recipient.text;
    field.precedence = (Entente__V1__Precedence)stream->precedence;
    field.sender_incarnation = stream->sender_incarnation;
    field.recipient_incarnation = stream->recipient_incarnation;
    return field;
}

static enum ent_status
signature_read(const Entente__V1__Signature *field,
    struct ent_signature *ret_signature, struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"key_id", field->key_id, ret_signature->key_id.bytes, ENT_KEY_ID_LEN},
        {"value", field->value, ret_signature->value, ENT_SIGNATURE_LEN},
    };

    if (field->algorithm != ENTENTE__V1__ALGORITHM__ED25519) {
        return ent_fail(err, ENT_BAD_INPUT, "algorithm: not Ed25519");
    }
    ret_signature->algorithm = (uint32_t)field->algorithm;
    return ent_field_read(fields, 2, err);
}

enum ent_status
ent_field_signatures(Entente__V1__Signature *const *list, size_t count,
    struct ent_signatures *ret_signatures, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = count};

    if (count == 0 || count > ENT_SIGNATURES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "signatures: %zu, where 1 to %d may be", count, ENT_SIGNATURES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        enum ent_status rc = signature_read(list[i], &signatures.list[i], err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "signatures[%zu]", i);
            return rc;
        }
    }
    *ret_signatures = signatures;
    return ENT_OK;
}

void
ent_field_from_signatures(const struct ent_signatures *signatures,
    struct ent_field_signatures *ret_field)
{
    assert(signatures->count >= 1 && signatures->count <= ENT_SIGNATURES_MAX);

    for (size_t i = 0; i < signatures->count; i++) {
        const struct ent_signature *signature = &signatures->list[i];
        Entente__V1__Signature *value = &ret_field->values[i];

        *value = (Entente__V1__Signature)ENTENTE__V1__SIGNATURE__INIT;
        value->algorithm = (Entente__V1__Algorithm)signature->algorithm;
        value->key_id =
            ent_field_bytes(signature->key_id.bytes, ENT_KEY_ID_LEN, false);
        value->value =
            ent_field_bytes(signature->value, ENT_SIGNATURE_LEN, false);
        ret_field->list[i] = value;
    }
}

/* ---- finding fields again in bytes that were decoded before ---- */

#define WIRE_TYPE_MASK 7u

static bool
take_number(struct ent_view *rest, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (unsigned shift = 0; rest->len > 0 && shift < 64; shift += 7) {
        uint8_t byte = *rest->data;

        number |= (uint64_t)(byte & 0x7f) << shift;
        rest->data++;
        rest->len--;
        if (byte < 0x80) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

static bool
take_bytes(struct ent_view *rest, uint64_t len, struct ent_view *ret_bytes)
{
    if (len > rest->len) {
        return false;
    }
    *ret_bytes = ent_view_of(rest->data, (size_t)len);
    rest->data += len;
    rest->len -= (size_t)len;
    return true;
}

bool
ent_field_next(
    struct ent_view *rest, uint32_t *ret_number, struct ent_view *ret_value)
{
    struct ent_view skipped;
    uint64_t tag;
    uint64_t number;

    if (!take_number(rest, &tag)) {
        return false;
    }
    *ret_number = (uint32_t)(tag >> 3);
    *ret_value = (struct ent_view){0};
    switch (tag & WIRE_TYPE_MASK) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return take_number(rest, &number);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        return take_number(rest, &number) &&
               take_bytes(rest, number, ret_value);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        return take_bytes(rest, 8, &skipped);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        return take_bytes(rest, 4, &skipped);
    default:
        return false;
    }
}

struct ent_view
ent_field_find(struct ent_view wire, uint32_t number)
{
    struct ent_view value;
    uint32_t found;

    while (ent_field_next(&wire, &found, &value)) {
        if (found == number) {
            return value;
        }
    }
    return (struct ent_view){0};
}
