/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a message, by its manifests; and those of what is asked. */
#include <assert.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/catalogue_tables.h"
#include "proto/lookup_internal.h"
#include "proto/mrz.h"

#define HEADER_MAX 32 /* fields of a message's header that are looked up by */

struct walk {
    ent_lookup_visit *visit;
    void *context;
    uint64_t now_ms; /* centuries of a zone are counted from it */
};

static struct ent_view
text_at(const ProtobufCMessage *message, unsigned place)
{
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[place];

    return ent_view_text(*(char *const *)ent_pb_value(message, field, 0));
}

static enum ent_status
visit_one(const struct walk *walk, enum ent_lookup kind, struct ent_view of,
    struct ent_view value, struct ent_error *err)
{
    struct ent_lookup_key key = ent_lookup_key_of(kind, of, value);

    return key.len == 0 ? ENT_OK
                        : walk->visit(walk->context, kind,
                              ent_view_of(key.text, key.len), err);
}

/* A zone that cannot be read is not looked up by. */
static enum ent_status
visit_zone(
    const struct walk *walk, struct ent_view lines, struct ent_error *err)
{
    struct ent_mrz mrz;
    enum ent_status rc;

    if (ent_mrz_parse(lines, walk->now_ms, &mrz, NULL) != ENT_OK) {
        return ENT_OK;
    }
    rc = visit_one(walk, ENT_LOOKUP_DOCUMENT, ent_view_text(mrz.issuer),
        ent_view_text(mrz.number), err);
    if (rc == ENT_OK) {
        rc = ent_lookup_words(
            ent_view_text(mrz.name.primary), walk->visit, walk->context, err);
    }
    if (rc == ENT_OK) {
        rc = ent_lookup_words(
            ent_view_text(mrz.name.secondary), walk->visit, walk->context, err);
    }
    return rc;
}

/* Its lines are a list of texts. */
static enum ent_status
visit_lines(const struct walk *walk, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field, struct ent_error *err)
{
    char lines[ENT_MRZ_TEXT_MAX];
    size_t count = ent_pb_count(message, field);
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        struct ent_view line =
            ent_view_text(*(char *const *)ent_pb_value(message, field, i));

        if (line.len + 1 > sizeof lines - len) {
            return ENT_OK;
        }
        memcpy(lines + len, line.data, line.len);
        len += line.len;
        lines[len++] = '\n';
    }
    return count == 0 ? ENT_OK : visit_zone(walk, ent_view_of(lines, len), err);
}

static enum ent_status
visit_text(const struct walk *walk, const ProtobufCMessage *message,
    const struct ent_field_manifest *manifest, struct ent_view value,
    struct ent_error *err)
{
    struct ent_view of = manifest->of == 0
                             ? (struct ent_view){0}
                             : text_at(message, manifest->of - 1u);
    struct ent_view to = manifest->to == 0
                             ? (struct ent_view){0}
                             : text_at(message, manifest->to - 1u);

    if (value.len == 0) {
        return ENT_OK;
    }
    if (manifest->lookup == ENT_LOOKUP_NAME) {
        return ent_lookup_words(value, walk->visit, walk->context, err);
    }
    if (to.len > 0 && ent_lookup_is_range(value, to)) {
        return ent_lookup_range(of, value, to, walk->visit, walk->context, err);
    }
    return visit_one(walk, manifest->lookup, of, value, err);
}

static enum ent_status visit_fields(const struct walk *walk,
    const struct ent_type_manifest *type, const ProtobufCMessage *message,
    struct ent_error *err);

static enum ent_status
visit_field(const struct walk *walk, const struct ent_field_manifest *manifest,
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
    struct ent_error *err)
{
    size_t count = ent_pb_count(message, field);
    enum ent_status rc = ENT_OK;

    if (manifest->lookup == ENT_LOOKUP_MRZ) {
        return visit_lines(walk, message, field, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        const void *value = ent_pb_value(message, field, i);

        if (manifest->lookup != ENT_LOOKUP_NONE) {
            rc = visit_text(walk, message, manifest,
                ent_view_text(*(char *const *)value), err);
        } else if (*(ProtobufCMessage *const *)value != NULL) {
            rc = visit_fields(
                walk, manifest->type, *(ProtobufCMessage *const *)value, err);
        }
    }
    return rc;
}

/* The field at that place, if it is looked up by and there. */
static enum ent_status
visit_place(const struct walk *walk, const struct ent_type_manifest *type,
    const ProtobufCMessage *message, size_t place, struct ent_error *err)
{
    const struct ent_field_manifest *manifest = &type->fields[place];
    const ProtobufCFieldDescriptor *field = &type->descriptor->fields[place];

    return manifest->searched && (!ent_pb_is_choice(field) ||
                                     ent_pb_is_chosen(message, field))
               ? visit_field(walk, manifest, message, field, err)
               : ENT_OK;
}

static enum ent_status
visit_fields(const struct walk *walk, const struct ent_type_manifest *type,
    const ProtobufCMessage *message, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < type->field_count; i++) {
        rc = visit_place(walk, type, message, i, err);
    }
    return rc;
}

/* ---- a message as a whole ---- */

/* Where in it something stands that is looked up by, whatever its family. */
struct places {
    bool known;
    size_t count;
    size_t list[HEADER_MAX];
};

static bool
is_body(const ProtobufCFieldDescriptor *field)
{
    return ent_pb_is_choice(field) &&
           field->quantifier_offset == offsetof(ent_message, body_case);
}

static void
find_places(struct places *places)
{
    const struct ent_type_manifest *type = ent_message_manifest;

    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].searched &&
            !is_body(&type->descriptor->fields[i])) {
            assert(places->count < HEADER_MAX);

            places->list[places->count++] = i;
        }
    }
    places->known = true;
}

/* Where its body is; SIZE_MAX: it has none. */
static size_t
body_place(const ent_message *message)
{
    const ProtobufCMessageDescriptor *type = ent_message_manifest->descriptor;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(
            type, (unsigned)message->body_case);

    return field == NULL ? SIZE_MAX : (size_t)(field - type->fields);
}

/* All in its order, without a look at a hundred families that it is not. */
enum ent_status
ent_lookup_message(const ent_message *message, ent_lookup_visit *visit,
    void *context, struct ent_error *err)
{
    static _Thread_local struct places places;
    const struct walk walk = {
        .visit = visit,
        .context = context,
        .now_ms = ent_message_time_ms(message->created_at),
    };
    size_t body = body_place(message);
    enum ent_status rc = ENT_OK;

    if (!places.known) {
        find_places(&places);
    }
    for (size_t i = 0; rc == ENT_OK && i <= places.count; i++) {
        const size_t place = i < places.count ? places.list[i] : SIZE_MAX;

        if (body < place) {
            rc = visit_place(
                &walk, ent_message_manifest, &message->base, body, err);
            body = SIZE_MAX;
        }
        if (rc == ENT_OK && place != SIZE_MAX) {
            rc = visit_place(
                &walk, ent_message_manifest, &message->base, place, err);
        }
    }
    return rc;
}

uint64_t
ent_lookup_listed_until(const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);
    const ProtobufCMessage *body;
    const ProtobufCFieldDescriptor *field;

    if (family == NULL || !family->list) {
        return 0;
    }
    body = &message->test->base; /* the one pointer that every body shares */
    field = protobuf_c_message_descriptor_get_field_by_name(
        body->descriptor, "expires_at");
    assert(field != NULL); /* the manifests were held against the schema */
    return ent_message_time_ms(
        *(Google__Protobuf__Timestamp *const *)ent_pb_value(body, field, 0));
}

/* ---- what is asked ---- */

static enum ent_status
ask_zone(const struct walk *walk, struct ent_view lines, struct ent_error *err)
{
    struct ent_mrz mrz;
    enum ent_status rc = ent_mrz_parse(lines, walk->now_ms, &mrz, err);

    return rc != ENT_OK ? rc
                        : ent_lookup_blocks(ent_view_text(mrz.issuer),
                              ent_view_text(mrz.number), walk->visit,
                              walk->context, err);
}

static enum ent_status
nothing_to_ask(enum ent_lookup kind, struct ent_error *err)
{
    return ent_fail(err, ENT_BAD_INPUT, "%s: has no letter and no digit",
        ent_lookup_name(kind));
}

/* Counts what goes on to the caller. */
struct counted {
    ent_lookup_visit *visit;
    void *context;
    size_t count;
};

static enum ent_status
count(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct counted *counted = context;

    counted->count++;
    return counted->visit(counted->context, kind, key, err);
}

enum ent_status
ent_lookup_ask(enum ent_lookup kind, struct ent_view of, struct ent_view value,
    ent_lookup_visit *visit, void *context, struct ent_error *err)
{
    struct counted counted = {.visit = visit, .context = context};
    const struct walk walk = {.visit = count, .context = &counted};
    enum ent_status rc;

    if (kind == ENT_LOOKUP_DOCUMENT && of.len == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "document: which state issued it must be given: THA, MMR");
    }
    switch (kind) {
    case ENT_LOOKUP_NAME:
        rc = ent_lookup_words(value, count, &counted, err);
        break;
    case ENT_LOOKUP_DOCUMENT:
        rc = ent_lookup_blocks(of, value, count, &counted, err);
        break;
    case ENT_LOOKUP_MRZ:
        rc = ask_zone(&walk, value, err);
        break;
    default:
        rc = visit_one(&walk, kind, of, value, err);
        break;
    }
    return rc == ENT_OK && counted.count == 0 ? nothing_to_ask(kind, err) : rc;
}
