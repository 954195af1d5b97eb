/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/nearest.h"
#include "proto/base/pb_field.h"
#include "proto/base/text.h"
#include "proto/base/time.h"
#include "proto/json_internal.h"

static void
json_release(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

/* jansson recurses and takes some 250 bytes for "{}", so brackets and values
 * are counted first. Outside of strings no bracket or comma means anything
 * else; what is malformed is left for jansson to say. */
static enum ent_status
check_shape(struct ent_view text, struct ent_error *err)
{
    size_t depth = 0;
    size_t values = 0;
    size_t line = 1;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        line += c == '\n' ? 1 : 0;
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
        values += c == '{' || c == '[' || c == ',' ? 1 : 0;
        if (depth > ENT_JSON_DEPTH_MAX) {
            return ent_fail(err, ENT_BAD_INPUT,
                "line %zu: more than %d brackets inside each other", line,
                ENT_JSON_DEPTH_MAX);
        }
        if (values > ENT_JSON_VALUES_MAX) {
            return ent_fail(err, ENT_BAD_INPUT, "line %zu: more than %d values",
                line, ENT_JSON_VALUES_MAX);
        }
    }
    return ENT_OK;
}

static enum ent_status
parse(struct ent_view text, json_t **ret_root, struct ent_error *err)
{
    json_error_t error;
    json_t *root;
    enum ent_status rc;

    if (text.len > ENT_JSON_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%zu bytes of text; at most %zu are read", text.len, ENT_JSON_MAX);
    }
    rc = check_shape(text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    root = json_loadb(text.len > 0 ? (const char *)text.data : "", text.len,
        JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        /* jansson quotes the input, which may hold anything. */
        char *neutral = ent_text_neutral(ent_view_text(error.text), false);
        bool memory = json_error_code(&error) == json_error_out_of_memory;

        rc = ent_fail(err, memory ? ENT_NO_MEMORY : ENT_BAD_INPUT,
            "line %d, column %d: %s", error.line, error.column,
            neutral == NULL ? "not JSON" : neutral);
        free(neutral);
        return rc;
    }
    *ret_root = root;
    return ENT_OK;
}

static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *descriptor, const char *key)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        char name[ENT_PB_JSON_NAME_MAX];

        ent_pb_json_name(field, name);
        if (strcmp(key, name) == 0 || strcmp(key, field->name) == 0) {
            return field;
        }
    }
    return NULL;
}

/* The hint must outlive its loop: it is the schema's name, made JSON's here. */
static enum ent_status
no_such_field(const struct ent_json_reader *reader,
    const struct ent_json_path *path,
    const ProtobufCMessageDescriptor *descriptor, const char *key)
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(key));
    char hint[ENT_PB_JSON_NAME_MAX] = "";
    char quote[ENT_JSON_QUOTE_MAX];

    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        size_t before = nearest.distance;
        char name[ENT_PB_JSON_NAME_MAX];

        ent_pb_json_name(&descriptor->fields[i], name);
        ent_nearest_try(&nearest, name);
        if (nearest.distance < before) {
            strcpy(hint, name);
        }
    }
    ent_json_quote(ent_view_text(key), quote);
    return ent_json_wrong(reader, path, "%s has no field %s%s%s%s",
        descriptor->short_name, quote, *hint == '\0' ? "" : "; did you mean ",
        hint, *hint == '\0' ? "" : "?");
}

static enum ent_status read_message(const struct ent_json_reader *reader,
    const struct ent_json_path *path,
    const ProtobufCMessageDescriptor *descriptor, const json_t *value,
    ProtobufCMessage **ret_message);

static enum ent_status
new_message(const struct ent_json_reader *reader,
    const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_message)
{
    void *memory;
    enum ent_status rc;

    rc = ent_json_alloc(reader, descriptor->sizeof_message, &memory);
    if (rc != ENT_OK) {
        return rc;
    }
    protobuf_c_message_init(descriptor, memory);
    *ret_message = memory;
    return ENT_OK;
}

static enum ent_status
read_timestamp(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *value,
    Google__Protobuf__Timestamp *time)
{
    struct ent_error why = {0};
    uint64_t ms;

    if (!json_is_string(value)) {
        return ent_json_wrong(reader, path,
            "must be a time in quotes, as \"2026-11-22T10:00:00Z\"");
    }
    if (ent_time_parse(ent_view_text(json_string_value(value)), &ms, &why) !=
        ENT_OK) {
        return ent_json_wrong(reader, path, "%s", why.text);
    }
    if (ms / 1000 >= (uint64_t)ENT_MESSAGE_TIME_END_S) {
        return ent_json_wrong(
            reader, path, "must be before the year 2201, UTC");
    }
    time->seconds = (int64_t)(ms / 1000);
    time->nanos = (int32_t)(ms % 1000) * 1000000;
    return ENT_OK;
}

static enum ent_status
read_value(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCFieldDescriptor *field,
    const json_t *value, void *at)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return read_message(reader, path, field->descriptor, value, at);
    }
    return ent_json_read_scalar(reader, path, field, value, at);
}

static enum ent_status
read_list(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCFieldDescriptor *field,
    const json_t *value, uint8_t *base)
{
    size_t count = json_array_size(value);
    size_t size = ent_pb_value_size(field->type);
    void *values;
    enum ent_status rc;

    if (!json_is_array(value)) {
        return ent_json_wrong(reader, path, "must be a list");
    }
    if (count == 0) {
        return ENT_OK;
    }
    rc = ent_json_alloc(reader, count * size, &values);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        const struct ent_json_path here = {.parent = path, .index = i};

        rc = read_value(reader, &here, field, json_array_get(value, i),
            (uint8_t *)values + i * size);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    *(size_t *)(base + field->quantifier_offset) = count;
    *(void **)(base + field->offset) = values;
    return ENT_OK;
}

/* A oneof has one member: say which one came first. */
static enum ent_status
take_oneof(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field)
{
    uint32_t *taken =
        (uint32_t *)((uint8_t *)message + field->quantifier_offset);
    const ProtobufCFieldDescriptor *other;
    char name[ENT_PB_JSON_NAME_MAX];

    if (*taken == 0) {
        *taken = field->id;
        return ENT_OK;
    }
    other =
        protobuf_c_message_descriptor_get_field(message->descriptor, *taken);
    ent_pb_json_name(other, name);
    return ent_json_wrong(reader, path,
        "cannot stand beside %s: only one of them can be given", name);
}

static enum ent_status
read_field(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCFieldDescriptor *field,
    const json_t *value, ProtobufCMessage *message)
{
    uint8_t *base = (uint8_t *)message;

    if (json_is_null(value)) {
        return ENT_OK;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return read_list(reader, path, field, value, base);
    }
    if (ent_pb_is_choice(field)) {
        enum ent_status rc = take_oneof(reader, path, message, field);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    return read_value(reader, path, field, value, base + field->offset);
}

/* A field has two names; jansson sees a duplicate only of one and the same. */
static bool
is_given_twice(const json_t *object, const ProtobufCFieldDescriptor *field)
{
    char name[ENT_PB_JSON_NAME_MAX];

    ent_pb_json_name(field, name);
    return strcmp(name, field->name) != 0 &&
           json_object_get(object, name) != NULL &&
           json_object_get(object, field->name) != NULL;
}

static enum ent_status
read_object(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const json_t *object,
    ProtobufCMessage *message)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        const ProtobufCFieldDescriptor *field =
            find_field(message->descriptor, key);
        struct ent_json_path here = {.parent = path};
        char name[ENT_PB_JSON_NAME_MAX];
        enum ent_status rc;

        if (field == NULL) {
            return no_such_field(reader, path, message->descriptor, key);
        }
        ent_pb_json_name(field, name);
        here.name = name;
        if (is_given_twice(object, field)) {
            return ent_json_wrong(reader, &here, "is given twice");
        }
        rc = read_field(reader, &here, field, value, message);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
read_message(const struct ent_json_reader *reader,
    const struct ent_json_path *path,
    const ProtobufCMessageDescriptor *descriptor, const json_t *value,
    ProtobufCMessage **ret_message)
{
    ProtobufCMessage *message;
    enum ent_status rc;

    rc = new_message(reader, descriptor, &message);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_json_is_timestamp(descriptor)) {
        rc = read_timestamp(
            reader, path, value, (Google__Protobuf__Timestamp *)message);
    } else if (json_is_object(value)) {
        rc = read_object(reader, path, value, message);
    } else {
        rc = ent_json_wrong(reader, path, "must be an object in braces");
    }
    if (rc == ENT_OK) {
        *ret_message = message;
    }
    return rc;
}

enum ent_status
ent_json_read(struct ent_view text,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena,
    ProtobufCMessage **ret_message, struct ent_error *err)
{
    ENT_AUTO(json_release) json_t *root = NULL;
    const struct ent_json_reader reader = {.arena = arena, .err = err};
    size_t mark;
    enum ent_status rc;

    assert(descriptor != NULL && arena != NULL && ret_message != NULL);

    rc = parse(text, &root, err);
    if (rc != ENT_OK) {
        return rc;
    }
    mark = arena->used;
    rc = read_message(&reader, NULL, descriptor, root, ret_message);
    if (rc != ENT_OK) {
        sodium_memzero(arena->block + mark, arena->used - mark);
        arena->used = mark;
    }
    return rc;
}
