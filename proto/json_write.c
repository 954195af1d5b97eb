/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/base/text.h"
#include "proto/base/time.h"
#include "proto/json_internal.h"

#define ROOM_MIN 1024
#define INDENT 2

/* Text that grows. The first failure sticks and nothing is added after it, so
 * that only the end has to ask. */
struct writer {
    struct ent_bytes room; /* `used` bytes of it are text */
    size_t used;
    unsigned depth;
    bool pretty;
    enum ent_status rc;
    struct ent_error *err;
};

static void write_object(struct writer *w, const ProtobufCMessage *message);

static void
add(struct writer *w, const void *data, size_t len)
{
    if (w->rc != ENT_OK) {
        return;
    }
    if (len > w->room.len - w->used) {
        struct ent_bytes larger = {0};
        size_t need = w->used + len;

        need = need < ROOM_MIN ? ROOM_MIN : need * 2;
        w->rc = ent_bytes_alloc(need, &larger, w->err);
        if (w->rc != ENT_OK) {
            return;
        }
        if (w->used > 0) {
            memcpy(larger.data, w->room.data, w->used);
        }
        ent_bytes_free(&w->room);
        w->room = larger;
    }
    if (len > 0) {
        memcpy(w->room.data + w->used, data, len);
        w->used += len;
    }
}

static void
add_text(struct writer *w, const char *text)
{
    add(w, text, strlen(text));
}

static void add_format(struct writer *w, const char *format, ...)
    ENT_PRINTF(2, 3);

/* For numbers and names: short. */
static void
add_format(struct writer *w, const char *format, ...)
{
    char text[96];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof text);
    add(w, text, (size_t)len);
}

static void
add_line(struct writer *w)
{
    if (!w->pretty) {
        return;
    }
    add_text(w, "\n");
    for (unsigned i = 0; i < w->depth * INDENT; i++) {
        add_text(w, " ");
    }
}

static void
write_character(struct writer *w, char c)
{
    static const char special[] = "\"\\\b\f\n\r\t";
    static const char letter[] = "\"\\bfnrt";
    const char *found = strchr(special, c);

    if (found != NULL) {
        add_format(w, "\\%c", letter[found - special]);
    } else if ((unsigned char)c < 0x20) {
        add_format(w, "\\u%04x", (unsigned)c);
    } else {
        add(w, &c, 1);
    }
}

static void
write_string(struct writer *w, const char *text)
{
    size_t bad;

    if (text == NULL) {
        text = "";
    }
    if (w->rc == ENT_OK && !ent_text_is_valid(ent_view_text(text), &bad)) {
        w->rc = ent_fail(
            w->err, ENT_BAD_INPUT, "byte %zu of a text is not UTF-8", bad);
        return;
    }
    add_text(w, "\"");
    for (; *text != '\0'; text++) {
        write_character(w, *text);
    }
    add_text(w, "\"");
}

static void
write_bytes(struct writer *w, const ProtobufCBinaryData *bytes)
{
    const int variant = sodium_base64_VARIANT_ORIGINAL;
    const size_t step = 48; /* a multiple of three, so that parts join */
    char text[sodium_base64_ENCODED_LEN(48, sodium_base64_VARIANT_ORIGINAL)];

    add_text(w, "\"");
    for (size_t i = 0; i < bytes->len; i += step) {
        size_t len = bytes->len - i < step ? bytes->len - i : step;

        sodium_bin2base64(text, sizeof text, bytes->data + i, len, variant);
        add_text(w, text);
    }
    add_text(w, "\"");
}

/* The fewest digits that read back as the same number, whatever the locale. */
static void
write_real(struct writer *w, double value, int digits_min, bool single)
{
    if (isnan(value) || isinf(value)) {
        add_text(w, isnan(value) ? "\"NaN\""
                    : value > 0  ? "\"Infinity\""
                                 : "\"-Infinity\"");
        return;
    }
    for (int digits = digits_min; w->rc == ENT_OK; digits++) {
        json_t *number = json_real(value);
        char *text = json_dumps(
            number, JSON_ENCODE_ANY | JSON_REAL_PRECISION((size_t)digits));
        json_t *again =
            text == NULL ? NULL : json_loads(text, JSON_DECODE_ANY, NULL);
        double read = json_real_value(again);

        json_decref(number);
        json_decref(again);
        if (text == NULL) {
            w->rc = ent_fail(w->err, ENT_NO_MEMORY, "writing a number");
        } else if (digits == 17 || read == value ||
                   (single && (float)read == (float)value)) {
            add_text(w, text);
            free(text);
            return;
        }
        free(text);
    }
}

static void
write_enum(
    struct writer *w, const ProtobufCEnumDescriptor *descriptor, int number)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(descriptor, number);

    if (value == NULL) {
        add_format(w, "%d", number);
    } else {
        add_format(w, "\"%s\"", value->name);
    }
}

static void
write_timestamp(struct writer *w, const Google__Protobuf__Timestamp *time)
{
    char text[ENT_TIME_TEXT_MAX];

    if (time->seconds < 0 || time->nanos < 0 || time->nanos > 999999999 ||
        time->seconds >= ENT_MESSAGE_TIME_END_S) {
        w->rc = ent_fail(w->err, ENT_BAD_INPUT,
            "%" PRId64 " s %" PRId32 " ns is no time from 1970 to 2200",
            time->seconds, time->nanos);
        return;
    }
    ent_time_format(ent_message_time_ms(time), text);
    add_format(w, "\"%s\"", text);
}

static void
write_message(struct writer *w, const ProtobufCMessage *message)
{
    if (ent_json_is_timestamp(message->descriptor)) {
        write_timestamp(w, (const Google__Protobuf__Timestamp *)message);
    } else {
        write_object(w, message);
    }
}

/* One value; `at` is where it lies, or the element of a list. */
static void
write_value(
    struct writer *w, const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        add_format(w, "%" PRId32, *(const int32_t *)at);
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        add_format(w, "%" PRIu32, *(const uint32_t *)at);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        add_format(w, "\"%" PRId64 "\"", *(const int64_t *)at);
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        add_format(w, "\"%" PRIu64 "\"", *(const uint64_t *)at);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        write_real(w, (double)*(const float *)at, 6, true);
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        write_real(w, *(const double *)at, 15, false);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        add_text(w, *(const protobuf_c_boolean *)at ? "true" : "false");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        write_enum(w, field->descriptor, *(const int *)at);
        break;
    case PROTOBUF_C_TYPE_STRING:
        write_string(w, *(char *const *)at);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        write_bytes(w, at);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        write_message(w, *(ProtobufCMessage *const *)at);
        break;
    }
}

static size_t
count_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return *(
        const size_t *)((const uint8_t *)message + field->quantifier_offset);
}

static void
write_list(struct writer *w, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field)
{
    size_t count = count_of(message, field);
    size_t size = ent_pb_value_size(field->type);
    const uint8_t *values =
        *(uint8_t *const *)((const uint8_t *)message + field->offset);

    add_text(w, "[");
    w->depth++;
    for (size_t i = 0; i < count && w->rc == ENT_OK; i++) {
        add_text(w, i > 0 ? "," : "");
        add_line(w);
        write_value(w, field, values + i * size);
    }
    w->depth--;
    add_line(w);
    add_text(w, "]");
}

/* Is the value at `at` other than what an absent field counts as? */
static bool
is_not_default(ProtobufCType type, const void *at)
{
    static const uint8_t zero[8];

    switch (type) {
    case PROTOBUF_C_TYPE_FLOAT:
        return *(const float *)at != 0;
    case PROTOBUF_C_TYPE_DOUBLE:
        return *(const double *)at != 0;
    case PROTOBUF_C_TYPE_STRING:
        return *(char *const *)at != NULL && **(char *const *)at != '\0';
    case PROTOBUF_C_TYPE_BYTES:
        return ((const ProtobufCBinaryData *)at)->len > 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(ProtobufCMessage *const *)at != NULL;
    default:
        return memcmp(at, zero, ent_pb_value_size(type)) != 0;
    }
}

static bool
is_present(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;

    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return count_of(message, field) > 0;
    }
    if (ent_pb_is_choice(field)) {
        return *(const uint32_t *)(base + field->quantifier_offset) ==
                   field->id &&
               (field->type != PROTOBUF_C_TYPE_MESSAGE ||
                   is_not_default(field->type, base + field->offset));
    }
    return is_not_default(field->type, base + field->offset);
}

static void
write_object(struct writer *w, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    bool empty = true;

    add_text(w, "{");
    w->depth++;
    for (unsigned i = 0; i < descriptor->n_fields && w->rc == ENT_OK; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        char name[ENT_PB_JSON_NAME_MAX];

        if (!is_present(message, field)) {
            continue;
        }
        add_text(w, empty ? "" : ",");
        add_line(w);
        ent_pb_json_name(field, name);
        add_format(w, w->pretty ? "\"%s\": " : "\"%s\":", name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            write_list(w, message, field);
        } else {
            write_value(w, field, (const uint8_t *)message + field->offset);
        }
        if (w->rc != ENT_OK) {
            ent_error_wrap(w->err, "%s", name);
        }
        empty = false;
    }
    w->depth--;
    if (!empty) {
        add_line(w);
    }
    add_text(w, "}");
}

enum ent_status
ent_json_write(const ProtobufCMessage *message, bool pretty,
    struct ent_bytes *ret_text, struct ent_error *err)
{
    struct writer w = {.pretty = pretty, .err = err};
    enum ent_status rc;

    assert(message != NULL && ret_text != NULL);

    write_message(&w, message);
    if (w.rc == ENT_OK) {
        w.rc = ent_bytes_copy(ent_view_of(w.room.data, w.used), ret_text, err);
    }
    rc = w.rc;
    ent_bytes_free(&w.room);
    return rc;
}
