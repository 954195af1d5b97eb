/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json_internal.h"

/*
 * Rules for every field of a kind, found by walking the descriptors: so a field
 * that a later schema adds is checked without anybody thinking of it, and must
 * be named here to be allowed more.
 */

/* Fields in which people write sentences or names in their own script. Some
 * scripts need invisible characters (Khmer writes a zero-width space between
 * words), so format characters are allowed here and nowhere else. */
static const char *const free_texts[] = {"caveats", "concealment",
    "description", "detail", "drug_as_reported", "form",
    "installation_as_reported", "item", "make_model_colour", "name", "note",
    "place", "quantity_as_reported", "reason", "subdivision", "text",
    "unit_as_reported", "used_where", "vessel_name"};

static bool
is_free_text(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < sizeof free_texts / sizeof free_texts[0]; i++) {
        if (strcmp(field->name, free_texts[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* C0 and C1 controls but for line feed and tab. */
static bool
has_hard_controls(const char *text)
{
    for (const uint8_t *c = (const uint8_t *)text; *c != '\0'; c++) {
        bool c0 = (*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f;
        bool c1 = *c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;

        if (c0 || c1) {
            return true;
        }
    }
    return false;
}

static bool
is_urgent(const struct ent_validation *v)
{
    return ent_precedence_is_urgent((uint32_t)v->message->precedence);
}

/* Which field, and of a list which element. Its name is made only when there
 * is something to say about it: nearly every field is absent or good. */
struct place {
    const ProtobufCFieldDescriptor *field;
    size_t index; /* of a list */
};

#define PLACE_MAX (ENT_JSON_NAME_MAX + 24)

static const char *
name_of(const struct place *place, char out[static PLACE_MAX])
{
    size_t len;

    ent_json_name_of(place->field, out);
    if (place->field->label == PROTOBUF_C_LABEL_REPEATED) {
        len = strlen(out);
        (void)snprintf(out + len, PLACE_MAX - len, "[%zu]", place->index);
    }
    return out;
}

static void wrong(struct ent_validation *v, const struct place *place,
    const char *source, const char *format, ...) ENT_PRINTF(4, 5);

static void
wrong(struct ent_validation *v, const struct place *place, const char *source,
    const char *format, ...)
{
    char name[PLACE_MAX];
    char rule[sizeof v->findings->list[0].rule];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(rule, sizeof rule, format, args);
    va_end(args);
    ent_rule_broken_by(v, source, name_of(place, name), "%s", rule);
}

static void
check_length(struct ent_validation *v, const struct place *place,
    const char *text, bool free_text)
{
    bool brief = free_text && is_urgent(v);
    size_t most = brief       ? ENT_BRIEF_MAX
                  : free_text ? ENT_TEXT_MAX
                              : ENT_WORD_MAX;
    size_t count = ent_rule_characters(text);

    if (count > most) {
        wrong(v, place, brief ? "catalogue: precedence" : "catalogue: header",
            "%zu characters; at most %zu%s", count, most,
            brief ? " in FLASH and IMMEDIATE" : "");
    }
}

/* Letters, digits, punctuation and spaces of ASCII are beyond suspicion. */
static bool
is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < 0x20 || *text > 0x7e) {
            return false;
        }
    }
    return true;
}

static void
check_characters(struct ent_validation *v, const struct place *place,
    const char *text, bool free_text)
{
    struct ent_view view = ent_view_text(text);

    if (is_plain(text)) {
        return;
    }
    if (!ent_text_is_valid(view, NULL)) {
        wrong(v, place, "RFC 3629", "must be valid UTF-8");
        return;
    }
    if (!ent_text_is_nfc(view)) {
        wrong(v, place, "Unicode NFC",
            "must be in normalisation form C (composed characters)");
    }
    if (free_text ? has_hard_controls(text) : ent_text_has_controls(view)) {
        wrong(v, place, "domain D6", "must not hold %s",
            free_text ? "control characters"
                      : "control, invisible or direction characters");
    }
}

static void
check_string(
    struct ent_validation *v, const struct place *place, const char *text)
{
    bool free_text;

    if (is_given(text)) {
        free_text = is_free_text(place->field);
        check_characters(v, place, text, free_text);
        check_length(v, place, text, free_text);
    }
}

static void
check_timestamp(struct ent_validation *v, const struct place *place,
    const Google__Protobuf__Timestamp *time)
{
    if (time->seconds < 0 || time->seconds >= ENT_MESSAGE_TIME_END_S ||
        time->nanos < 0 || time->nanos > 999999999 ||
        time->nanos % 1000000 != 0) {
        wrong(v, place, "catalogue: header",
            "must be a time from 1970 to 2200 in whole milliseconds");
    }
}

static void
check_code(struct ent_validation *v, const struct place *place, int code)
{
    const ProtobufCEnumDescriptor *codes = place->field->descriptor;
    bool listed = place->field->label == PROTOBUF_C_LABEL_REPEATED;

    if (protobuf_c_enum_descriptor_get_value(codes, code) == NULL) {
        wrong(v, place, "catalogue: codes", "%d is no %s", code,
            codes->short_name);
    } else if (listed && code == 0) {
        wrong(v, place, "catalogue: codes", "must say which %s",
            codes->short_name);
    }
}

static void check_fields(
    struct ent_validation *v, const ProtobufCMessage *message);

static void
check_message(struct ent_validation *v, const struct place *place,
    const ProtobufCMessage *message)
{
    char name[PLACE_MAX];
    size_t mark;

    if (message == NULL) {
        return;
    }
    if (ent_json_is_timestamp(message->descriptor)) {
        check_timestamp(v, place, (const Google__Protobuf__Timestamp *)message);
        return;
    }
    mark = ent_rule_enter(v, name_of(place, name));
    check_fields(v, message);
    ent_rule_leave(v, mark);
}

static void
check_value(struct ent_validation *v, const struct place *place, const void *at)
{
    switch (place->field->type) {
    case PROTOBUF_C_TYPE_STRING:
        check_string(v, place, *(char *const *)at);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        check_code(v, place, *(const int *)at);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        check_message(v, place, *(ProtobufCMessage *const *)at);
        break;
    default:
        break;
    }
}

static void
check_list(struct ent_validation *v, const ProtobufCFieldDescriptor *field,
    const uint8_t *base)
{
    size_t count = *(const size_t *)(base + field->quantifier_offset);
    size_t size = ent_json_value_size(field->type);
    const uint8_t *values = *(uint8_t *const *)(base + field->offset);

    for (size_t i = 0; i < count; i++) {
        const struct place place = {.field = field, .index = i};

        check_value(v, &place, values + i * size);
    }
}

static void
check_fields(struct ent_validation *v, const ProtobufCMessage *message)
{
    const uint8_t *base = (const uint8_t *)message;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const struct place place = {.field = field};

        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            check_list(v, field, base);
        } else if (!ent_json_is_oneof(field) ||
                   *(const uint32_t *)(base + field->quantifier_offset) ==
                       field->id) {
            check_value(v, &place, base + field->offset);
        }
    }
}

void
ent_validate_fields(struct ent_validation *v)
{
    check_fields(v, &v->message->base);
}
