/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json_internal.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/nearest.h"

#define EXACT_MAX                                                              \
    9007199254740992.0 /* 2^53: whole numbers a double can tell                \
                        */

/* A whole number as sign and size, so that both 64-bit ranges fit. */
struct whole {
    bool negative;
    uint64_t size;
};

/* Decimal digits without leading zeros, perhaps after a minus. */
static bool
whole_from_text(const char *text, struct whole *ret_whole)
{
    struct whole whole = {.negative = *text == '-'};
    char *end;

    text += whole.negative ? 1 : 0;
    if (*text < '0' || *text > '9' || (*text == '0' && text[1] != '\0')) {
        return false;
    }
    errno = 0;
    whole.size = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0') {
        return false;
    }
    *ret_whole = whole;
    return true;
}

static bool
whole_from_json(const json_t *value, struct whole *ret_whole)
{
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        uint64_t size = (uint64_t)number;

        *ret_whole = (struct whole){
            .negative = number < 0, .size = number < 0 ? 0 - size : size};
        return true;
    }
    if (json_is_real(value)) {
        double number = json_real_value(value);

        if (trunc(number) != number || fabs(number) > EXACT_MAX) {
            return false;
        }
        *ret_whole = (struct whole){
            .negative = number < 0, .size = (uint64_t)fabs(number)};
        return true;
    }
    return json_is_string(value) &&
           whole_from_text(json_string_value(value), ret_whole);
}

/* What was written, for the error. */
static void
quote_json(const json_t *value, char out[static ENT_JSON_QUOTE_MAX])
{
    char *text = json_dumps(
        value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (json_is_string(value)) {
        ent_json_quote(ent_view_text(json_string_value(value)), out);
    } else if (json_is_object(value) || json_is_array(value)) {
        strcpy(out, json_is_object(value) ? "an object" : "a list");
    } else {
        (void)snprintf(
            out, ENT_JSON_QUOTE_MAX, "%s", text == NULL ? "?" : text);
    }
    free(text);
}

static enum ent_status
read_signed(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value, int64_t max,
    int64_t *ret_number)
{
    struct whole whole;
    char quote[ENT_JSON_QUOTE_MAX];
    uint64_t limit = (uint64_t)max;

    if (whole_from_json(value, &whole) &&
        whole.size <= limit + (whole.negative ? 1 : 0)) {
        *ret_number = (int64_t)(whole.negative ? 0 - whole.size : whole.size);
        return ENT_OK;
    }
    quote_json(value, quote);
    return ent_json_wrong(reader, path,
        "%s is no whole number from %" PRId64 " to %" PRId64, quote, -max - 1,
        max);
}

static enum ent_status
read_unsigned(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value, uint64_t max,
    uint64_t *ret_number)
{
    struct whole whole;
    char quote[ENT_JSON_QUOTE_MAX];

    if (whole_from_json(value, &whole) && whole.size <= max &&
        (!whole.negative || whole.size == 0)) {
        *ret_number = whole.size;
        return ENT_OK;
    }
    quote_json(value, quote);
    return ent_json_wrong(
        reader, path, "%s is no whole number from 0 to %" PRIu64, quote, max);
}

static bool
real_from_json(const json_t *value, double *ret_number)
{
    const char *text = json_string_value(value);
    json_t *inside;
    bool good;

    if (text == NULL) {
        *ret_number = json_number_value(value);
        return json_is_number(value);
    }
    if (strcmp(text, "NaN") == 0) {
        *ret_number = (double)NAN;
        return true;
    }
    if (strcmp(text, "Infinity") == 0 || strcmp(text, "-Infinity") == 0) {
        *ret_number = *text == '-' ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    inside = json_loads(text, JSON_DECODE_ANY, NULL);
    good = json_is_number(inside);
    if (good) {
        *ret_number = json_number_value(inside);
    }
    json_decref(inside);
    return good;
}

static enum ent_status
read_real(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value, double max,
    double *ret_number)
{
    double number;
    char quote[ENT_JSON_QUOTE_MAX];

    if (real_from_json(value, &number) &&
        (isnan(number) || isinf(number) || fabs(number) <= max)) {
        *ret_number = number;
        return ENT_OK;
    }
    quote_json(value, quote);
    return ent_json_wrong(reader, path, "%s is no number in range", quote);
}

static enum ent_status
read_bool(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value,
    protobuf_c_boolean *ret_truth)
{
    if (!json_is_boolean(value)) {
        return ent_json_wrong(reader, path, "must be true or false");
    }
    *ret_truth = json_is_true(value);
    return ENT_OK;
}

static enum ent_status
read_string(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value, char **ret_text)
{
    void *copy;
    enum ent_status rc;

    if (!json_is_string(value)) {
        return ent_json_wrong(reader, path, "must be text in quotes");
    }
    rc = ent_json_alloc(reader, json_string_length(value) + 1, &copy);
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(copy, json_string_value(value), json_string_length(value));
    *ret_text = copy;
    return ENT_OK;
}

/* Either alphabet, with or without the '=' at the end. */
static int
base64_variant(struct ent_view text)
{
    bool url = text.len > 0 && (memchr(text.data, '-', text.len) != NULL ||
                                   memchr(text.data, '_', text.len) != NULL);
    bool padded = text.len > 0 && text.data[text.len - 1] == '=';

    if (url) {
        return padded ? sodium_base64_VARIANT_URLSAFE
                      : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    }
    return padded ? sodium_base64_VARIANT_ORIGINAL
                  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

static enum ent_status
read_bytes(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value,
    ProtobufCBinaryData *ret_bytes)
{
    struct ent_view text = ent_view_text(json_string_value(value));
    size_t room = text.len / 4 * 3 + 3;
    size_t len;
    void *data;
    enum ent_status rc;

    if (!json_is_string(value)) {
        return ent_json_wrong(
            reader, path, "must be bytes as base64 in quotes");
    }
    rc = ent_json_alloc(reader, room, &data);
    if (rc != ENT_OK) {
        return rc;
    }
    if (sodium_base642bin(data, room, (const char *)text.data, text.len, NULL,
            &len, NULL, base64_variant(text)) != 0) {
        return ent_json_wrong(reader, path, "is not base64");
    }
    ret_bytes->data = len > 0 ? data : NULL;
    ret_bytes->len = len;
    return ENT_OK;
}

/* All the codes, as far as they fit. */
static void
list_codes(const ProtobufCEnumDescriptor *codes, char *out, size_t room)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < codes->n_values; i++) {
        const char *name = codes->values[i].name;

        if (codes->values[i].value == 0) {
            continue; /* "not given" is what leaving it out says */
        }
        if (len + strlen(name) + sizeof ", ..." + 2 > room) {
            strcpy(out + len, ", ...");
            return;
        }
        len += (size_t)snprintf(
            out + len, room - len, "%s%s", len > 0 ? ", " : "", name);
    }
}

static enum ent_status
no_such_code(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCEnumDescriptor *codes,
    const json_t *value)
{
    struct ent_nearest nearest =
        ent_nearest_to(ent_view_text(json_string_value(value)));
    char quote[ENT_JSON_QUOTE_MAX];
    char list[160];

    for (unsigned i = 0; i < codes->n_values; i++) {
        ent_nearest_try(&nearest, codes->values[i].name);
    }
    quote_json(value, quote);
    if (nearest.best != NULL) {
        return ent_json_wrong(reader, path, "%s is no %s; did you mean %s?",
            quote, codes->short_name, nearest.best);
    }
    list_codes(codes, list, sizeof list);
    return ent_json_wrong(reader, path, "%s is no %s; it is one of %s", quote,
        codes->short_name, list);
}

static enum ent_status
read_enum(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCEnumDescriptor *codes,
    const json_t *value, int *ret_code)
{
    const ProtobufCEnumValue *known = NULL;

    if (json_is_string(value)) {
        known = protobuf_c_enum_descriptor_get_value_by_name(
            codes, json_string_value(value));
    } else if (json_is_integer(value) &&
               json_integer_value(value) >= INT32_MIN &&
               json_integer_value(value) <= INT32_MAX) {
        known = protobuf_c_enum_descriptor_get_value(
            codes, (int)json_integer_value(value));
    }
    if (known == NULL) {
        return no_such_code(reader, path, codes, value);
    }
    *ret_code = known->value;
    return ENT_OK;
}

static enum ent_status
read_integer(const struct ent_json_reader *reader,
    const struct ent_json_path *path, ProtobufCType type, const json_t *value,
    void *at)
{
    bool narrow = ent_pb_value_size(type) == sizeof(uint32_t);
    bool without_sign =
        type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_FIXED32 ||
        type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_FIXED64;
    uint64_t number = 0;
    int64_t with_sign = 0;
    enum ent_status rc;

    if (without_sign) {
        rc = read_unsigned(
            reader, path, value, narrow ? UINT32_MAX : UINT64_MAX, &number);
    } else {
        rc = read_signed(
            reader, path, value, narrow ? INT32_MAX : INT64_MAX, &with_sign);
        number = (uint64_t)with_sign;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (narrow) {
        uint32_t low = (uint32_t)number;

        memcpy(at, &low, sizeof low);
    } else {
        memcpy(at, &number, sizeof number);
    }
    return ENT_OK;
}

enum ent_status
ent_json_read_scalar(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCFieldDescriptor *field,
    const json_t *value, void *at)
{
    double number = 0;
    enum ent_status rc;

    switch (field->type) {
    case PROTOBUF_C_TYPE_FLOAT:
        rc = read_real(reader, path, value, (double)FLT_MAX, &number);
        *(float *)at = (float)number;
        return rc;
    case PROTOBUF_C_TYPE_DOUBLE:
        return read_real(reader, path, value, DBL_MAX, at);
    case PROTOBUF_C_TYPE_BOOL:
        return read_bool(reader, path, value, at);
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(reader, path, field->descriptor, value, at);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, path, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reader, path, value, at);
    default:
        return read_integer(reader, path, field->type, value, at);
    }
}
