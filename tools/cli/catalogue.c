/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/catalogue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/lookup.h"

#define PATH_MAX_LEN 192

/* ---- words ---- */

static const char *const tier_names[ENT_TIERS] = {
    [ENT_TIER_BLO] = "blo",
    [ENT_TIER_NCC] = "ncc",
    [ENT_TIER_ILO] = "ilo",
    [ENT_TIER_CARRIER] = "carrier",
    [ENT_TIER_AIRPORT] = "airport",
    [ENT_TIER_ORGANISATION] = "organisation",
};

static const char *const tier_words[] = {
    [ENT_TIER_NO] = "no",
    [ENT_TIER_NOT_PERSONAL] = "without personal",
    [ENT_TIER_YES] = "yes",
};

static const char *const format_names[] = {
    [ENT_FORMAT_UUID] = "RFC 9562",
    [ENT_FORMAT_DATE] = "ISO 8601 date",
    [ENT_FORMAT_PARTIAL_DATE] = "ISO 8601 date or its beginning",
    [ENT_FORMAT_POSITIVE] = "decimal above 0",
    [ENT_FORMAT_PERCENT] = "percentage",
    [ENT_FORMAT_LATITUDE] = "WGS 84",
    [ENT_FORMAT_LONGITUDE] = "WGS 84",
    [ENT_FORMAT_CHECK_NUMBER] = "4 to 24 capital letters and digits",
    [ENT_FORMAT_MRZ_NAME] = "ICAO Doc 9303-3",
    [ENT_FORMAT_DIRECTION] = "\"toward th\" or \"away\"",
    [ENT_FORMAT_PARTY] = "state or organisation",
    [ENT_FORMAT_ADDRESS] = "address of an office",
    [ENT_FORMAT_HASH] = "32 bytes",
    [ENT_FORMAT_CITES_TERM] = "CITES: terms of annual reports",
    [ENT_FORMAT_ICD] = "WHO: ICD-10, ICD-11",
    [ENT_FORMAT_ROUTE] = "ISO 3166-1, two countries",
};

static const struct {
    unsigned trait;
    const char *word;
} traits[] = {
    {ENT_FIELD_TEXT, "text"},
    {ENT_FIELD_BRIEF, "brief"},
    {ENT_FIELD_PAST, "past"},
    {ENT_FIELD_FUTURE, "future"},
    {ENT_FIELD_PERSONAL, "personal"},
    {ENT_FIELD_SPECIAL, "special"},
    {ENT_FIELD_COUNTED, "counted"},
};

static const char *
code_name(const ProtobufCEnumDescriptor *codes, uint32_t code)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(codes, (int)code);

    return value == NULL ? "" : value->name;
}

/* Handling codes as "H1, H2"; NULL: none by default. */
static json_t *
handling_of(const struct ent_family *family)
{
    const ProtobufCEnumDescriptor *codes = &entente__v1__handling__descriptor;
    json_t *list = family->handling == 0 ? NULL : json_array();

    for (unsigned i = 0; list != NULL && i < codes->n_values; i++) {
        if (codes->values[i].value > 0 &&
            (family->handling >> codes->values[i].value & 1) != 0) {
            (void)json_array_append_new(
                list, json_string(codes->values[i].name));
        }
    }
    return list;
}

/* ---- one field ---- */

/* "must", "may", or when; of what is asked exactly then, that nothing else is
 * allowed. */
static json_t *
presence_of(const struct ent_field_manifest *manifest)
{
    const struct ent_condition *first = manifest->conditions;

    if ((manifest->traits & ENT_FIELD_MUST) != 0) {
        return json_string("must");
    }
    if (manifest->condition_count == 0) {
        return json_string("may");
    }
    if (first->kind == ENT_CONDITION_ONLY) {
        return json_string(first->only);
    }
    return json_sprintf("%s%s", first->must,
        manifest->condition_count > 1 ? ", and only then" : "");
}

static json_t *
traits_of(const struct ent_field_manifest *manifest)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof traits / sizeof traits[0]; i++) {
        if ((manifest->traits & traits[i].trait) != 0) {
            (void)json_array_append_new(list, json_string(traits[i].word));
        }
    }
    if (manifest->lookup != ENT_LOOKUP_NONE) {
        (void)json_array_append_new(list,
            json_sprintf("found by %s", ent_lookup_name(manifest->lookup)));
    }
    return list;
}

static json_t *
codes_of(const ProtobufCEnumDescriptor *codes)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < codes->n_values; i++) {
        if (codes->values[i].value != 0) {
            (void)json_array_append_new(
                list, json_string(codes->values[i].name));
        }
    }
    return list;
}

static const char *
format_of(const ProtobufCFieldDescriptor *field,
    const struct ent_field_manifest *manifest)
{
    if (manifest->format == ENT_FORMAT_IDENTIFIER) {
        return ent_identifier_source(manifest->identifier);
    }
    if (manifest->format != ENT_FORMAT_NONE) {
        return format_names[manifest->format];
    }
    return field->type == PROTOBUF_C_TYPE_MESSAGE && manifest->type == NULL
               ? "RFC 3339" /* the one message that is not ours: a time */
               : NULL;
}

static json_t *
field_of(const char *path, const ProtobufCFieldDescriptor *field,
    const struct ent_field_manifest *manifest)
{
    json_t *object = json_pack("{s:s, s:o, s:o}", "field", path, "presence",
        presence_of(manifest), "traits", traits_of(manifest));
    const char *format = format_of(field, manifest);

    if (object != NULL && format != NULL) {
        (void)json_object_set_new(object, "format", json_string(format));
    }
    if (object != NULL && manifest->holding != NULL) {
        (void)json_object_set_new(
            object, "rule", json_string(manifest->holding->said));
    }
    if (object != NULL && manifest->type != NULL && manifest->type->shared) {
        (void)json_object_set_new(object, "entity",
            json_string(manifest->type->descriptor->short_name));
    }
    if (object != NULL && field->type == PROTOBUF_C_TYPE_ENUM) {
        (void)json_object_set_new(object, "codes", codes_of(field->descriptor));
    }
    return object;
}

/* Its fields and those of what they hold, after `path`. */
static void
add_fields(json_t *list, const struct ent_type_manifest *type, const char *path)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const ProtobufCFieldDescriptor *field = &type->descriptor->fields[i];
        bool listed = field->label == PROTOBUF_C_LABEL_REPEATED;
        char name[ENT_PB_JSON_NAME_MAX];
        char here[PATH_MAX_LEN];

        ent_pb_json_name(field, name);
        (void)snprintf(here, sizeof here, "%s%s%s%s", path,
            *path == '\0' ? "" : ".", name, listed ? "[]" : "");
        (void)json_array_append_new(
            list, field_of(here, field, &type->fields[i]));
        if (type->fields[i].type != NULL) {
            add_fields(list, type->fields[i].type, here);
        }
    }
}

json_t *
cli_catalogue_fields(const struct ent_type_manifest *type)
{
    json_t *fields = json_array();

    add_fields(fields, type, "");
    return fields;
}

/* ---- one family ---- */

static json_t *
tiers_of(const struct ent_family *family)
{
    json_t *object = json_object();

    for (size_t i = 0; i < ENT_TIERS; i++) {
        (void)json_object_set_new(
            object, tier_names[i], json_string(tier_words[family->tiers[i]]));
    }
    return object;
}

static json_t *
header_fields(uint64_t fields)
{
    const ProtobufCMessageDescriptor *message =
        &entente__v1__message__descriptor;
    json_t *list = json_array();
    char name[ENT_PB_JSON_NAME_MAX];

    for (unsigned i = 0; i < message->n_fields && i < 64; i++) {
        if ((fields >> i & 1) != 0) {
            ent_pb_json_name(&message->fields[i], name);
            (void)json_array_append_new(list, json_string(name));
        }
    }
    return list;
}

/* ISO 8601, in the greatest unit that fits. */
static void
set_duration(json_t *object, const char *key, uint64_t ms)
{
    const uint64_t minutes = ms / 60000;
    const uint64_t hours = minutes / 60;
    char text[32];

    if (ms == 0) {
        return;
    }
    if (minutes % 60 != 0) {
        (void)snprintf(text, sizeof text, "PT%" PRIu64 "M", minutes);
    } else if (hours % 24 != 0) {
        (void)snprintf(text, sizeof text, "PT%" PRIu64 "H", hours);
    } else {
        (void)snprintf(text, sizeof text, "P%" PRIu64 "D", hours / 24);
    }
    (void)json_object_set_new(object, key, json_string(text));
}

json_t *
cli_catalogue_of(const struct ent_family *family)
{
    json_t *fields = cli_catalogue_fields(family->body);
    json_t *object = json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:b, s:b, s:s, s:s, s:o, s:{s:o, s:o}}",
        "family", family->name, "code", family->code, "number",
        (int)family->number, "title", family->title, "about", family->about,
        "nominal", family->nominal, "list", family->list, "precedence",
        code_name(&entente__v1__precedence__descriptor, family->precedence),
        "tlp", code_name(&entente__v1__tlp__descriptor, family->tlp), "tiers",
        tiers_of(family), "header", "must", header_fields(family->header_must),
        "never", header_fields(family->header_never));

    if (object == NULL || fields == NULL) {
        json_decref(object);
        json_decref(fields);
        return NULL;
    }
    if (family->handling != 0) {
        (void)json_object_set_new(object, "handling", handling_of(family));
    }
    set_duration(object, "acknowledge", family->acknowledge_ms);
    set_duration(object, "keep", family->keep_ms);
    (void)json_object_set_new(object, "fields", fields);
    return object;
}
