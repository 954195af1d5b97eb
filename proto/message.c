/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <assert.h>

/*
 * A strict decoder meets messages of versions to come, too. Those must not be
 * called malformed: so when unpacking fails, the top level is looked through
 * for a family or a schema version that only a later version can know. The same
 * look tells what else is there, where a message need not be decoded.
 */
#define SCHEMA_VERSION 1
#define SCHEMA_VERSION_FIELD 8
#define ATTACHMENTS_FIELD 39
#define OFFICER_SIGNATURES_FIELD 41
#define FAMILIES_FROM 101 /* fields of Message that are bodies */
#define FAMILIES_END 300

struct field {
    uint64_t number;
    uint64_t value; /* of a varint; else 0 */
};

static bool
take_varint(struct ent_view *in, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < in->len && i < 10; i++) {
        value |= (uint64_t)(in->data[i] & 0x7f) << 7 * i;
        if (in->data[i] < 0x80) {
            in->data += i + 1;
            in->len -= i + 1;
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* The next field of the top level; false at the end or where it is broken. */
static bool
take_field(struct ent_view *in, struct field *ret_field)
{
    struct field field = {0};
    uint64_t tag;
    uint64_t skip = 0;

    if (!take_varint(in, &tag)) {
        return false;
    }
    field.number = tag >> 3;
    switch (tag & 7) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        if (!take_varint(in, &field.value)) {
            return false;
        }
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        if (!take_varint(in, &skip)) {
            return false;
        }
        break;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        skip = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        skip = 4;
        break;
    default:
        return false;
    }
    if (skip > in->len) {
        return false;
    }
    in->data += skip;
    in->len -= (size_t)skip;
    *ret_field = field;
    return true;
}

static enum ent_status
check_field(const struct field *field, struct ent_error *err)
{
    if (field->number >= FAMILIES_FROM && field->number < FAMILIES_END &&
        ent_family_by_number((uint32_t)field->number) == NULL) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "this version does not know the family %llu",
            (unsigned long long)field->number);
    }
    if (field->number == SCHEMA_VERSION_FIELD &&
        field->value > SCHEMA_VERSION) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "schema version %llu; this version reads %d",
            (unsigned long long)field->value, SCHEMA_VERSION);
    }
    return ENT_OK;
}

/* ENT_OK when nothing in `wire` is of a later version. */
static enum ent_status
check_supported(struct ent_view wire, struct ent_error *err)
{
    struct field field;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && take_field(&wire, &field)) {
        rc = check_field(&field, err);
    }
    return rc;
}

enum ent_status
ent_message_decode(struct ent_view wire, struct ent_arena *arena,
    ent_message **ret_message, struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = ENT_MESSAGE_MAX,
        .fields_max = ENT_MESSAGE_FIELDS_MAX,
    };
    ProtobufCMessage *message;
    enum ent_status rc;

    assert(arena != NULL && ret_message != NULL);

    rc = ent_pb_unpack(
        &entente__v1__message__descriptor, wire, &limits, arena, &message, err);
    if (rc == ENT_BAD_INPUT && wire.len <= ENT_MESSAGE_MAX &&
        check_supported(wire, err) != ENT_OK) {
        rc = ENT_UNSUPPORTED;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_message = (ent_message *)message;
    return ENT_OK;
}

bool
ent_message_is_bare(struct ent_view wire)
{
    struct field field;

    while (wire.len > 0) {
        if (!take_field(&wire, &field) || field.number == ATTACHMENTS_FIELD ||
            field.number == OFFICER_SIGNATURES_FIELD ||
            check_field(&field, NULL) != ENT_OK) {
            return false;
        }
    }
    return true;
}

static enum ent_status
check_len(size_t len, struct ent_error *err)
{
    return len <= ENT_MESSAGE_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "a message of %zu bytes; at most %zu can be sent", len,
                     ENT_MESSAGE_MAX);
}

enum ent_status
ent_message_encode(const ent_message *message, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    struct ent_bytes wire = {0};
    enum ent_status rc;

    assert(message != NULL && ret_wire != NULL);

    rc = ent_pb_pack(&message->base, &wire, err);
    if (rc == ENT_OK) {
        rc = check_len(wire.len, err);
    }
    if (rc != ENT_OK) {
        ent_bytes_free(&wire);
        return rc;
    }
    *ret_wire = wire;
    return ENT_OK;
}

enum ent_status
ent_message_encode_into(const ent_message *message, uint8_t *room, size_t len,
    struct ent_view *ret_wire, struct ent_error *err)
{
    struct ent_view wire;
    enum ent_status rc;

    assert(message != NULL && ret_wire != NULL);

    if (!ent_pb_pack_into(&message->base, room, len, &wire)) {
        return ENT_FULL;
    }
    rc = check_len(wire.len, err);
    if (rc == ENT_OK) {
        *ret_wire = wire;
    }
    return rc;
}

uint64_t
ent_message_time_ms(const Google__Protobuf__Timestamp *time)
{
    if (time == NULL || time->seconds < 0 || time->nanos < 0) {
        return 0;
    }
    if (time->seconds >= ENT_MESSAGE_TIME_END_S) {
        return (uint64_t)ENT_MESSAGE_TIME_END_S * 1000;
    }
    return (uint64_t)time->seconds * 1000 + (uint64_t)time->nanos / 1000000;
}

void
ent_message_time_set(Google__Protobuf__Timestamp *time, uint64_t ms)
{
    google__protobuf__timestamp__init(time);
    time->seconds = (int64_t)(ms / 1000);
    time->nanos = (int32_t)(ms % 1000) * 1000000;
}

const struct ent_family *
ent_family_of(const ent_message *message)
{
    assert(message != NULL);

    return message->body_case == ENTENTE__V1__MESSAGE__BODY__NOT_SET
               ? NULL
               : ent_family_by_number((uint32_t)message->body_case);
}

Entente__V1__Tlp
ent_message_tlp(const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);

    if (message->tlp != ENTENTE__V1__TLP__TLP_UNSPECIFIED) {
        return message->tlp;
    }
    return family == NULL || family->tlp == 0 ? ENTENTE__V1__TLP__TLP_RED
                                              : (Entente__V1__Tlp)family->tlp;
}
