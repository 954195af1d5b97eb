/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/base/text.h"

#define FIELD_NUMBER_MAX ((1u << 29) - 1)
#define ONEOFS_MAX 8 /* in one message type of our schemas */
#define PATH_TEXT_MAX 160

/* Where in the tree of messages the scan is. */
struct level {
    const ProtobufCMessageDescriptor *message;
    const ProtobufCFieldDescriptor *field; /* NULL: an unknown one, or none */
    uint32_t number;                       /* of the field */
    size_t index;                          /* of it, when repeated */
    bool unknown;                          /* one was seen */
    unsigned oneofs[ONEOFS_MAX]; /* those already chosen, by quantifier */
    size_t oneof_count;
};

struct scan {
    const struct ent_pb_limits *limits;
    size_t fields; /* seen so far, at every level */
    struct level levels[ENT_PB_DEPTH_MAX];
    size_t depth;
    struct ent_error *err;
};

/* The path to the current field: "Message.references[2].id". */
static void
scan_path(const struct scan *scan, char out[static PATH_TEXT_MAX])
{
    size_t len = 0;

    (void)snprintf(
        out, PATH_TEXT_MAX, "%s", scan->levels[0].message->short_name);
    for (size_t i = 0; i < scan->depth; i++) {
        const struct level *level = &scan->levels[i];

        len += strlen(out + len);
        if (level->field == NULL && level->number > 0) {
            (void)snprintf(
                out + len, PATH_TEXT_MAX - len, ".%u", level->number);
        } else if (level->field == NULL) {
            break;
        } else if (level->field->label == PROTOBUF_C_LABEL_REPEATED) {
            (void)snprintf(out + len, PATH_TEXT_MAX - len, ".%s[%zu]",
                level->field->name, level->index);
        } else {
            (void)snprintf(
                out + len, PATH_TEXT_MAX - len, ".%s", level->field->name);
        }
    }
}

static enum ent_status scan_fail(
    const struct scan *scan, const char *format, ...) ENT_PRINTF(2, 3);

static enum ent_status
scan_fail(const struct scan *scan, const char *format, ...)
{
    char path[PATH_TEXT_MAX];
    char text[128];
    va_list args;

    if (scan->err == NULL) {
        return ENT_BAD_INPUT;
    }
    scan_path(scan, path);
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return ent_fail(scan->err, ENT_BAD_INPUT, "%s: %s", path, text);
}

bool
ent_pb_take_long_varint(struct ent_view *in, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < in->len && i < ENT_PB_VARINT_MAX; i++) {
        uint8_t byte = in->data[i];

        if (i == ENT_PB_VARINT_MAX - 1 && byte > 1) {
            return false; /* beyond 64 bits */
        }
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            in->data += i + 1;
            in->len -= i + 1;
            *ret_value = value;
            return byte != 0 || i == 0;
        }
    }
    return false;
}

/* The next one is mostly near, and a family among a hundred others is not. */
#define NEAR 4

const ProtobufCFieldDescriptor *
ent_pb_field_from(const ProtobufCFieldDescriptor *field,
    const ProtobufCFieldDescriptor *end, uint32_t number)
{
    size_t left;

    for (size_t i = 0; i < NEAR; i++) {
        if (field == end || field->id >= number) {
            return field;
        }
        field++;
    }
    left = (size_t)(end - field);
    while (left > 0) {
        const size_t half = left / 2;

        if (field[half].id < number) {
            field += half + 1;
            left -= half + 1;
        } else {
            left = half;
        }
    }
    return field;
}

static bool
take_bytes(struct ent_view *in, uint64_t len, struct ent_view *ret_part)
{
    if (len > in->len) {
        return false;
    }
    *ret_part = ent_view_of(in->data, (size_t)len);
    in->data += len;
    in->len -= (size_t)len;
    return true;
}

/* proto3 sends no zero and nothing empty, where leaving it out says the same.
 */
static bool
is_left_out_when_empty(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
    }
    return field->label == PROTOBUF_C_LABEL_NONE &&
           field->type != PROTOBUF_C_TYPE_MESSAGE && !ent_pb_is_choice(field);
}

/* protobuf-c silently cuts numbers to the size of their type. */
static enum ent_status
scan_number(const struct scan *scan, uint64_t value)
{
    const ProtobufCFieldDescriptor *field = scan->levels[scan->depth - 1].field;
    const bool is_int32 =
        value <= INT32_MAX || value >= (uint64_t)(int64_t)INT32_MIN;

    if (value == 0 && field->label != PROTOBUF_C_LABEL_REPEATED &&
        is_left_out_when_empty(field)) {
        return scan_fail(scan, "a default value is written out");
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (value > 1) {
            return scan_fail(scan, "neither true nor false");
        }
        break;
    case PROTOBUF_C_TYPE_ENUM:
        if (!is_int32 || protobuf_c_enum_descriptor_get_value(
                             field->descriptor, (int)value) == NULL) {
            return scan_fail(scan, "%lld is not among its values",
                (long long)(int64_t)value);
        }
        break;
    case PROTOBUF_C_TYPE_INT32:
        if (!is_int32) {
            return scan_fail(scan, "does not fit 32 bits");
        }
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
        if (value > UINT32_MAX) {
            return scan_fail(scan, "does not fit 32 bits");
        }
        break;
    default:
        break;
    }
    return ENT_OK;
}

/* A number of fixed length that is zero, a real one also with a sign. */
static bool
is_left_out(const ProtobufCFieldDescriptor *field, struct ent_view number)
{
    const bool real = field->type == PROTOBUF_C_TYPE_FLOAT ||
                      field->type == PROTOBUF_C_TYPE_DOUBLE;
    uint8_t bits = 0;

    if (field->label == PROTOBUF_C_LABEL_REPEATED ||
        !is_left_out_when_empty(field)) {
        return false;
    }
    for (size_t i = 0; i < number.len; i++) {
        bits |= number.data[i] & (i + 1 == number.len && real ? 0x7f : 0xff);
    }
    return bits == 0;
}

/* One number of the given wire type, which `field` has been checked for. */
static enum ent_status
scan_scalar(const struct scan *scan, unsigned wire_type, struct ent_view *in)
{
    const struct level *level = &scan->levels[scan->depth - 1];
    struct ent_view part;
    uint64_t value;

    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
        if (!ent_pb_take_varint(in, &value)) {
            return scan_fail(scan, "cut short or not in its shortest form");
        }
        return level->field == NULL ? ENT_OK : scan_number(scan, value);
    }
    if (!take_bytes(
            in, wire_type == PROTOBUF_C_WIRE_TYPE_32BIT ? 4 : 8, &part)) {
        return scan_fail(scan, "cut short");
    }
    if (level->field != NULL && is_left_out(level->field, part)) {
        return scan_fail(scan, "a default value is written out");
    }
    return ENT_OK;
}

static enum ent_status
scan_count(struct scan *scan)
{
    if (scan->fields == scan->limits->fields_max) {
        return scan_fail(
            scan, "more than %zu fields", scan->limits->fields_max);
    }
    scan->fields++;
    return ENT_OK;
}

/* Many numbers in one field, each of which counts. */
static enum ent_status
scan_packed(struct scan *scan, struct ent_view in)
{
    struct level *level = &scan->levels[scan->depth - 1];

    for (level->index = 0; in.len > 0; level->index++) {
        enum ent_status rc;

        rc = scan_count(scan);
        if (rc != ENT_OK) {
            return rc;
        }
        rc = scan_scalar(scan, ent_pb_wire_type(level->field->type), &in);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
scan_string(const struct scan *scan, struct ent_view text)
{
    size_t offset;

    if (!ent_text_is_valid(text, &offset)) {
        return scan_fail(scan, "byte %zu is not valid UTF-8 text", offset);
    }
    return ENT_OK;
}

static enum ent_status scan_message(struct scan *scan,
    const ProtobufCMessageDescriptor *descriptor, struct ent_view in);

/* What has a length in front: text, bytes, a message or packed numbers. */
static enum ent_status
scan_lengthy(struct scan *scan, struct ent_view *in)
{
    const ProtobufCFieldDescriptor *field = scan->levels[scan->depth - 1].field;
    struct ent_view part;
    uint64_t len;

    if (!ent_pb_take_varint(in, &len)) {
        return scan_fail(scan, "length cut short or not in its shortest form");
    }
    if (!take_bytes(in, len, &part)) {
        return scan_fail(scan, "%llu bytes announced, %zu there",
            (unsigned long long)len, in->len);
    }
    if (field == NULL) {
        return ENT_OK;
    }
    if (len == 0 && is_left_out_when_empty(field)) {
        return scan_fail(scan, "a default value is written out");
    }
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return ENT_OK;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return scan_string(scan, part);
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return scan_message(scan, field->descriptor, part);
    }
    return scan_packed(scan, part);
}

/* Only one member of a oneof may be there. */
static enum ent_status
scan_oneof(const struct scan *scan, struct level *level)
{
    const unsigned oneof = level->field->quantifier_offset;

    for (size_t i = 0; i < level->oneof_count; i++) {
        if (level->oneofs[i] == oneof) {
            return scan_fail(scan, "a second choice where one is allowed");
        }
    }
    assert(level->oneof_count < ONEOFS_MAX);
    level->oneofs[level->oneof_count++] = oneof;
    return ENT_OK;
}

/* A field that the schema does not have. */
static enum ent_status
scan_unknown(const struct scan *scan, const struct level *level)
{
    const unsigned reserved_below = scan->limits->reserved_below;

    if (scan->depth > 1 || reserved_below == 0 ||
        level->number < reserved_below) {
        return scan_fail(scan, "unknown field");
    }
    return ENT_OK;
}

/* Step `level` on to field `number`, which travels as `wire_type`. */
static enum ent_status
scan_field(struct scan *scan, uint32_t number, unsigned wire_type)
{
    struct level *level = &scan->levels[scan->depth - 1];
    const ProtobufCMessageDescriptor *message = level->message;
    const ProtobufCFieldDescriptor *end = message->fields + message->n_fields;
    const ProtobufCFieldDescriptor *field = level->field;
    const bool again = number == level->number;
    const bool descending = number < level->number;
    bool packed;

    /* Both are ascending, so the search goes on where it was. */
    field =
        ent_pb_field_from(field == NULL ? message->fields : field, end, number);
    level->index = again ? level->index + 1 : 0;
    level->number = number;
    level->field =
        field < end && field->id == number && !descending ? field : NULL;

    if (descending) {
        return scan_fail(scan, "fields are not in ascending order");
    }
    if (level->field == NULL) {
        level->unknown = true;
        return again ? scan_fail(scan, "given twice")
                     : scan_unknown(scan, level);
    }
    if (level->unknown) {
        return scan_fail(scan, "stands behind an unknown field");
    }
    packed = (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
    if (again && (packed || field->label != PROTOBUF_C_LABEL_REPEATED)) {
        return scan_fail(scan, "given twice");
    }
    if (wire_type != (packed ? PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED
                             : ent_pb_wire_type(field->type))) {
        return scan_fail(scan, "wire type %u is not its own", wire_type);
    }
    if (ent_pb_is_choice(field)) {
        return scan_oneof(scan, level);
    }
    return ENT_OK;
}

static enum ent_status
scan_tag(struct scan *scan, struct ent_view *in, unsigned *ret_wire_type)
{
    uint64_t tag;

    if (!ent_pb_take_varint(in, &tag)) {
        return scan_fail(
            scan, "then a tag cut short or not in its shortest form");
    }
    if (tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX) {
        return scan_fail(scan, "field number out of range");
    }
    *ret_wire_type = (unsigned)(tag & 7);
    return scan_field(scan, (uint32_t)(tag >> 3), *ret_wire_type);
}

static enum ent_status
scan_fields(struct scan *scan, struct ent_view in)
{
    while (in.len > 0) {
        unsigned wire_type = 0;
        enum ent_status rc;

        rc = scan_count(scan);
        if (rc != ENT_OK) {
            return rc;
        }
        rc = scan_tag(scan, &in, &wire_type);
        if (rc != ENT_OK) {
            return rc;
        }
        switch (wire_type) {
        case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
            rc = scan_lengthy(scan, &in);
            break;
        case PROTOBUF_C_WIRE_TYPE_VARINT:
        case PROTOBUF_C_WIRE_TYPE_32BIT:
        case PROTOBUF_C_WIRE_TYPE_64BIT:
            rc = scan_scalar(scan, wire_type, &in);
            break;
        default:
            rc = scan_fail(scan, "wire type %u, a group or worse", wire_type);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
scan_message(struct scan *scan, const ProtobufCMessageDescriptor *descriptor,
    struct ent_view in)
{
    enum ent_status rc;

    if (scan->depth == ENT_PB_DEPTH_MAX) {
        return scan_fail(
            scan, "messages nested deeper than %d", ENT_PB_DEPTH_MAX);
    }
    scan->levels[scan->depth++] = (struct level){.message = descriptor};
    rc = scan_fields(scan, in);
    scan->depth--;
    return rc;
}

enum ent_status
ent_pb_scan(const ProtobufCMessageDescriptor *descriptor, struct ent_view wire,
    const struct ent_pb_limits *limits, struct ent_error *err)
{
    struct scan scan;

    /* Field by field, not to clear levels that most input never reaches. */
    scan.limits = limits;
    scan.fields = 0;
    scan.depth = 0;
    scan.err = err;
    return scan_message(&scan, descriptor, wire);
}
