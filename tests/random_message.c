/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/random_message.h"

#include <math.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/json_internal.h"
#include "proto/message.h"

#define LIST_MAX 3

/* splitmix64 */
static uint64_t
random_next(struct random_source *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t
random_below(struct random_source *random, uint64_t bound)
{
    return random_next(random) % bound;
}

/* Small, large, and at the edges of the types. */
static uint64_t
random_integer(struct random_source *random)
{
    static const uint64_t edges[] = {0, 1, 127, 128, INT32_MAX,
        (uint64_t)INT32_MAX + 1, UINT32_MAX, (uint64_t)UINT32_MAX + 1,
        INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};

    if (random_below(random, 3) == 0) {
        return edges[random_below(random, sizeof edges / sizeof edges[0])];
    }
    return random_next(random) >> random_below(random, 64);
}

static double
random_real(struct random_source *random)
{
    static const double edges[] = {0.0, 1.0, -1.0, 0.1, 1e300, -1e-300, 1.0 / 3,
        123456789.125, (double)INFINITY, -(double)INFINITY, (double)NAN};

    if (random_below(random, 2) == 0) {
        return edges[random_below(random, sizeof edges / sizeof edges[0])];
    }
    return (double)(int64_t)random_next(random) /
           (double)(1 + random_below(random, UINT32_MAX));
}

/* Only what a float can tell, so that it survives. */
static float
random_single(struct random_source *random)
{
    double number = random_real(random);

    return fabs(number) > 1e30 && !isinf(number) ? 1.5e30f : (float)number;
}

static char *
random_text(struct random_source *random, struct ent_arena *arena)
{
    static const char *const words[] = {"", "a", "Mae Sai", "แม่สาย",
        "ទន្លេ\xe2\x80\x8bសាប", "တာချီလိတ်", "보우", "Đặng", "\"quoted\"", "\\",
        "/", "line\nline", "\t", "\x01\x1f\x7f", "😀", "\xe2\x80\xa8",
        "<script>", "{}[],:"};
    char *text = ent_arena_alloc(arena, 96);
    size_t count = random_below(random, 4);

    if (text == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        strcat(
            text, words[random_below(random, sizeof words / sizeof words[0])]);
    }
    return text;
}

static ProtobufCBinaryData
random_bytes(struct random_source *random, struct ent_arena *arena)
{
    ProtobufCBinaryData bytes = {.len = random_below(random, 100)};

    bytes.data = bytes.len > 0 ? ent_arena_alloc(arena, bytes.len) : NULL;
    if (bytes.data == NULL) {
        bytes.len = 0;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] = (uint8_t)random_next(random);
    }
    return bytes;
}

static void
random_timestamp(
    struct random_source *random, Google__Protobuf__Timestamp *time)
{
    time->seconds =
        (int64_t)random_below(random, (uint64_t)ENT_MESSAGE_TIME_END_S);
    time->nanos = random_below(random, 2) == 0
                      ? 0
                      : (int32_t)random_below(random, 1000) * 1000000;
}

static bool
random_value(struct random_source *random,
    const ProtobufCFieldDescriptor *field, struct ent_arena *arena, void *at)
{
    const ProtobufCEnumDescriptor *codes = field->descriptor;
    uint64_t number = random_integer(random);

    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = (protobuf_c_boolean)(number & 1);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)at = codes->values[number % codes->n_values].value;
        return true;
    case PROTOBUF_C_TYPE_FLOAT:
        *(float *)at = random_single(random);
        return true;
    case PROTOBUF_C_TYPE_DOUBLE:
        *(double *)at = random_real(random);
        return true;
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = random_text(random, arena);
        return *(char **)at != NULL;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)at = random_bytes(random, arena);
        return true;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at =
            random_message(random, field->descriptor, arena);
        return *(ProtobufCMessage **)at != NULL;
    default:
        memcpy(at, &number, ent_pb_value_size(field->type));
        return true;
    }
}

static bool
random_list(struct random_source *random, const ProtobufCFieldDescriptor *field,
    struct ent_arena *arena, uint8_t *base)
{
    size_t count = 1 + random_below(random, LIST_MAX);
    size_t size = ent_pb_value_size(field->type);
    uint8_t *values = ent_arena_alloc(arena, count * size);

    for (size_t i = 0; values != NULL && i < count; i++) {
        if (!random_value(random, field, arena, values + i * size)) {
            return false;
        }
    }
    *(size_t *)(base + field->quantifier_offset) = count;
    *(void **)(base + field->offset) = values;
    return values != NULL;
}

static bool
random_field(struct random_source *random,
    const ProtobufCFieldDescriptor *field, struct ent_arena *arena,
    uint8_t *base)
{
    /* Of the many bodies each should have its turn. */
    if (ent_pb_is_choice(field) ? random_below(random, 16) != 0
                                : random_below(random, 2) == 0) {
        return true;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return random_list(random, field, arena, base);
    }
    if (ent_pb_is_choice(field)) {
        uint32_t *chosen = (uint32_t *)(base + field->quantifier_offset);

        if (*chosen != 0) {
            return true;
        }
        *chosen = field->id;
    }
    return random_value(random, field, arena, base + field->offset);
}

ProtobufCMessage *
random_message(struct random_source *random,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena)
{
    ProtobufCMessage *message =
        ent_arena_alloc(arena, descriptor->sizeof_message);

    if (message == NULL) {
        return NULL;
    }
    protobuf_c_message_init(descriptor, message);
    if (ent_json_is_timestamp(descriptor)) {
        random_timestamp(random, (Google__Protobuf__Timestamp *)message);
        return message;
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (!random_field(
                random, &descriptor->fields[i], arena, (uint8_t *)message)) {
            return NULL;
        }
    }
    return message;
}
