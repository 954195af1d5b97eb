/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/base/text.h"
#include "proto/catalogue_tables.h"
#include "proto/json_internal.h"

/*
 * One walk over a message, with the manifests beside the descriptors: whatever
 * a field is called, what people write in it is checked, and then all that the
 * manifest says of it.
 */

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

static void
check_length(struct ent_validation *v, const struct ent_place *place,
    struct ent_view text, unsigned traits)
{
    bool urgent = is_urgent(v) && (traits & ENT_FIELD_TEXT) != 0;
    bool brief = urgent || (traits & ENT_FIELD_BRIEF) != 0;
    size_t most = brief                            ? ENT_BRIEF_MAX
                  : (traits & ENT_FIELD_TEXT) != 0 ? ENT_TEXT_MAX
                                                   : ENT_WORD_MAX;
    size_t count = text.len <= most ? 0 : ent_text_characters(text);

    if (count > most) {
        ent_place_wrong(v, place, urgent ? "catalogue: precedence" : v->source,
            "%zu characters; at most %zu%s", count, most,
            urgent ? " in FLASH and IMMEDIATE" : "");
    }
}

static void
check_characters(struct ent_validation *v, const struct ent_place *place,
    const char *text, bool free_text)
{
    struct ent_view view = ent_view_text(text);

    if (!ent_text_is_valid(view, NULL)) {
        ent_place_wrong(v, place, "RFC 3629", "must be valid UTF-8");
        return;
    }
    if (!ent_text_is_nfc(view)) {
        ent_place_wrong(v, place, "Unicode NFC",
            "must be in normalisation form C (composed characters)");
    }
    if (free_text ? has_hard_controls(text) : ent_text_has_controls(view)) {
        ent_place_wrong(v, place, "domain D6", "must not hold %s",
            free_text ? "control characters"
                      : "control, invisible or direction characters");
    }
}

static void
check_string(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    unsigned traits = place->manifest == NULL ? 0 : place->manifest->traits;
    struct ent_view view = ent_view_text(text);

    if (view.len == 0) {
        if (place->field->label == PROTOBUF_C_LABEL_REPEATED) {
            ent_place_wrong(v, place, v->source, "must be given");
        }
        return;
    }
    if (!ent_text_is_plain(view)) {
        check_characters(v, place, text, (traits & ENT_FIELD_TEXT) != 0);
    }
    check_length(v, place, view, traits);
}

static void
check_timestamp(struct ent_validation *v, const struct ent_place *place,
    const Google__Protobuf__Timestamp *time)
{
    if (time->seconds < 0 || time->seconds >= ENT_MESSAGE_TIME_END_S ||
        time->nanos < 0 || time->nanos > 999999999 ||
        time->nanos % 1000000 != 0) {
        ent_place_wrong(v, place, "catalogue: header",
            "must be a time from 1970 to 2200 in whole milliseconds");
    }
}

static void
check_code(struct ent_validation *v, const struct ent_place *place, int code)
{
    const ProtobufCEnumDescriptor *codes = place->field->descriptor;
    bool listed = place->field->label == PROTOBUF_C_LABEL_REPEATED;

    if (protobuf_c_enum_descriptor_get_value(codes, code) == NULL) {
        ent_place_wrong(v, place, "catalogue: codes", "%d is no %s", code,
            codes->short_name);
    } else if (listed && code == 0) {
        ent_place_wrong(v, place, "catalogue: codes", "must say which %s",
            codes->short_name);
    }
}

static void check_fields(struct ent_validation *v,
    const struct ent_type_manifest *type, const ProtobufCMessage *message);

/* Rules inside the body are those of its family. */
static void
check_message(struct ent_validation *v, const struct ent_place *place,
    const ProtobufCMessage *message)
{
    const char *before = v->source;
    size_t mark;

    if (message == NULL) {
        return;
    }
    if (ent_json_is_timestamp(message->descriptor)) {
        check_timestamp(v, place, (const Google__Protobuf__Timestamp *)message);
        return;
    }
    mark = ent_rule_enter_place(v, place);
    if (ent_pb_is_choice(place->field) && v->family != NULL) {
        v->source = v->family->source;
    }
    check_fields(
        v, place->manifest == NULL ? NULL : place->manifest->type, message);
    v->source = before;
    ent_rule_leave(v, mark);
}

static void
check_value(
    struct ent_validation *v, const struct ent_place *place, const void *value)
{
    switch (place->field->type) {
    case PROTOBUF_C_TYPE_STRING:
        check_string(v, place, *(char *const *)value);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        check_code(v, place, *(const int *)value);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        check_message(v, place, *(ProtobufCMessage *const *)value);
        break;
    default:
        break;
    }
    if (place->manifest != NULL) {
        ent_validate_format(v, place, value);
    }
}

static void
check_values(struct ent_validation *v, const struct ent_place *whole,
    const ProtobufCMessage *message)
{
    const size_t count = ent_pb_count(message, whole->field);

    for (size_t i = 0; i < count; i++) {
        const struct ent_place place = {
            .field = whole->field, .manifest = whole->manifest, .index = i};

        check_value(v, &place, ent_pb_value(message, whole->field, i));
    }
}

/* It says when a field must or may be given: never of a member of a oneof. */
static bool
asks_for_presence(const struct ent_field_manifest *manifest)
{
    return (manifest->traits & ENT_FIELD_MUST) != 0 ||
           manifest->condition_count > 0 || manifest->holding != NULL;
}

static void
check_fields(struct ent_validation *v, const struct ent_type_manifest *type,
    const ProtobufCMessage *message)
{
    const unsigned end = message->descriptor->n_fields;

    for (unsigned i = ent_pb_next_place(message, 0); i < end;
         i = ent_pb_next_place(message, i + 1)) {
        const struct ent_place place = {
            .field = &message->descriptor->fields[i],
            .manifest = type == NULL ? NULL : &type->fields[i],
            .index = ENT_PLACE_WHOLE,
        };

        if (place.manifest != NULL && asks_for_presence(place.manifest)) {
            ent_validate_presence(v, &place, type, message);
        }
        if (ent_pb_is_given(message, place.field)) {
            check_values(v, &place, message);
        }
    }
    if (type != NULL) {
        ent_validate_type(v, type, message);
    }
}

/* What this family asks of the header, or refuses there. */
static void
check_header(struct ent_validation *v)
{
    const ProtobufCMessage *message = &v->message->base;
    const uint64_t asked = v->family->header_must | v->family->header_never;

    v->source = v->family->source;
    for (uint64_t left = asked; left != 0; left &= left - 1) {
        const int i = __builtin_ctzll(left);
        const struct ent_place place = {
            .field = &message->descriptor->fields[i],
            .index = ENT_PLACE_WHOLE,
        };
        bool given = ent_pb_is_given(message, place.field);

        if (given && (v->family->header_never >> i & 1) != 0) {
            ent_place_wrong(v, &place, v->source, "must not be given with %s",
                v->family->name);
        }
        if (!given && (v->family->header_must >> i & 1) != 0 &&
            !ent_place_is_withheld(v, place.field)) {
            ent_place_wrong(
                v, &place, v->source, "must be given with %s", v->family->name);
        }
    }
}

void
ent_validate_fields(struct ent_validation *v)
{
    v->source = "catalogue: header";
    check_fields(v, ent_message_manifest, &v->message->base);
    if (v->family != NULL) {
        check_header(v);
    }
}
