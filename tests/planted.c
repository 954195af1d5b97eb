/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/planted.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/base/pb_field.h"
#include "tests/support.h"

static void
new_marker(struct random_source *random, char out[static MARKER_LEN + 1])
{
    for (size_t i = 0; i < MARKER_LEN; i++) {
        out[i] = (char)('a' + random_below(random, 26));
    }
    out[MARKER_LEN] = '\0';
}

static bool
is_good(const ent_message *message)
{
    struct ent_findings findings;

    return ent_message_validate(message, &findings, NULL) == ENT_OK;
}

/* As a text, a code in capitals, or capitals with digits: whatever that field
 * takes. False: none of these, and it is as before. */
static bool
plant(const ent_message *message, char **at, const char *marker,
    struct ent_arena *arena)
{
    char *before = *at;
    char *text = ent_arena_alloc(arena, 2 * MARKER_LEN + 16);

    assert_non_null(text);
    for (int form = 0; form < 3; form++) {
        (void)snprintf(
            text, 2 * MARKER_LEN + 16, form == 0 ? "said: %s." : "%s", marker);
        for (char *c = text; form == 2 && *c != '\0'; c++) {
            *c = (char)toupper((unsigned char)*c);
        }
        *at = text;
        if (is_good(message)) {
            return true;
        }
    }
    *at = before;
    return false;
}

/* "Person" is "person", "PersonCount" is "person_count". */
static void
snake(const char *name, char *out)
{
    for (; *name != '\0'; name++) {
        if (isupper((unsigned char)*name) && out[-1] != '\0') {
            *out++ = '_';
        }
        *out++ = (char)tolower((unsigned char)*name);
    }
    *out = '\0';
}

static void
path_of(const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field, char out[static ENT_PATH_LEN])
{
    char word[ENT_PATH_LEN + 1] = "";

    snake(level->type->short_name, word + 1);
    (void)snprintf(out, ENT_PATH_LEN, "%.60s.%.30s", word + 1, field->name);
}

static void
plant_below(struct plants *plants, const ent_message *message,
    const struct ent_path_level *level, struct ent_arena *arena)
{
    for (unsigned i = 0; i < level->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &level->type->fields[i];
        size_t count = ent_pb_count(level->message, field);

        if (!ent_path_is_content(level, field) ||
            strcmp(field->name, "releaser_role") == 0) {
            continue; /* the node writes that one */
        }
        if (field->type == PROTOBUF_C_TYPE_STRING && count == 0 &&
            field->label != PROTOBUF_C_LABEL_REPEATED) {
            count = 1; /* and what is empty */
        }
        for (size_t k = 0; k < count; k++) {
            void *at =
                (void *)(uintptr_t)ent_pb_value(level->message, field, k);
            struct planted *planted = &plants->list[plants->count];

            if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
                const struct ent_path_level below = {.type = field->descriptor,
                    .message = *(ProtobufCMessage **)at,
                    .via = field,
                    .index = k,
                    .above = level};

                plant_below(plants, message, &below, arena);
                continue;
            }
            if (field->type != PROTOBUF_C_TYPE_STRING ||
                plants->count == PLANTED_MAX) {
                continue;
            }
            new_marker(plants->random, planted->marker);
            if (plant(message, at, planted->marker, arena)) {
                ent_path_where(level, field, planted->where);
                path_of(level, field, planted->path);
                plants->count++;
            }
        }
    }
}

static bool
plant_again_below(struct plants *plants, const ent_message *message,
    const struct ent_path_level *level, const char *marker,
    struct ent_arena *arena)
{
    for (unsigned i = 0; i < level->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &level->type->fields[i];
        size_t count = ent_path_is_content(level, field)
                           ? ent_pb_count(level->message, field)
                           : 0;

        for (size_t k = 0; k < count; k++) {
            void *at =
                (void *)(uintptr_t)ent_pb_value(level->message, field, k);

            if (field->type == PROTOBUF_C_TYPE_STRING &&
                random_below(plants->random, 3) == 0 &&
                strcasestr(*(char **)at, marker) == NULL &&
                plant(message, at, marker, arena)) {
                return true;
            }
            if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
                const struct ent_path_level below = {.type = field->descriptor,
                    .message = *(ProtobufCMessage **)at,
                    .via = field,
                    .index = k,
                    .above = level};

                if (plant_again_below(plants, message, &below, marker, arena)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static struct ent_path_level
top_of(const ent_message *message)
{
    return (struct ent_path_level){
        .type = message->base.descriptor, .message = &message->base};
}

void
plant_all(
    struct plants *plants, const ent_message *message, struct ent_arena *arena)
{
    const struct ent_path_level top = top_of(message);

    plants->count = 0;
    plant_below(plants, message, &top, arena);
}

bool
plant_again(struct plants *plants, const ent_message *message,
    const char *marker, struct ent_arena *arena)
{
    const struct ent_path_level top = top_of(message);

    return plant_again_below(plants, message, &top, marker, arena);
}

bool
holds_marker(struct ent_view bytes, const char *marker)
{
    for (size_t i = 0; i + MARKER_LEN <= bytes.len; i++) {
        if (strncasecmp((const char *)bytes.data + i, marker, MARKER_LEN) ==
            0) {
            return true;
        }
    }
    return false;
}
