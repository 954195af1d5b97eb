/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/base/nearest.h"

/* What no family has a place for, and agreements may name all the same: a
 * schema that brings it must call it so, because what is signed today already
 * relies on that. */
static const char *const absent_paths[] = {
    "intelligence.source_identity",
    "person.biometric",
    "person.ethnicity",
    "person.religion",
};

const char *
ent_path_absent(size_t n)
{
    return n < sizeof absent_paths / sizeof absent_paths[0] ? absent_paths[n]
                                                            : NULL;
}

/* Lower snake case of a type name, and a dot. */
static size_t
put_entity(const char *name, char out[static ENT_PATH_LEN])
{
    size_t len = 0;

    for (size_t i = 0; name[i] != '\0' && len + 3 < ENT_PATH_LEN; i++) {
        bool upper = ent_is_upper(name[i]);

        if (upper && i > 0) {
            out[len++] = '_';
        }
        out[len++] = upper ? (char)(name[i] - 'A' + 'a') : name[i];
    }
    out[len++] = '.';
    return len;
}

struct hunt {
    struct ent_nearest nearest;
    char *out;
};

static void
hunt_try(struct hunt *hunt, const char *path)
{
    size_t before = hunt->nearest.distance;

    ent_nearest_try(&hunt->nearest, path);
    if (hunt->nearest.distance < before) {
        (void)snprintf(hunt->out, ENT_PATH_LEN, "%s", path);
    }
}

static void
hunt_type(struct hunt *hunt, const struct ent_path_level *level, size_t depth)
{
    for (unsigned i = 0; i < level->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &level->type->fields[i];
        char path[ENT_PATH_LEN];
        size_t len = put_entity(level->type->short_name, path);

        if (!ent_path_is_content(level, field)) {
            continue;
        }
        if (ent_path_can_name(field)) {
            (void)snprintf(path + len, sizeof path - len, "%s", field->name);
            hunt_try(hunt, path);
        }
        if (ent_path_leads_on(field) && depth < ENT_PATH_DEPTH_MAX) {
            struct ent_path_level below = {
                .type = field->descriptor, .via = field, .above = level};

            hunt_type(hunt, &below, depth + 1);
        }
    }
}

bool
ent_path_nearest(const char *path, char out[static ENT_PATH_LEN])
{
    struct hunt hunt = {
        .nearest = ent_nearest_to(ent_view_text(path)), .out = out};
    struct ent_path_level top = {.type = &entente__v1__message__descriptor};
    const char *absent;

    assert(path != NULL);

    hunt_type(&hunt, &top, 1);
    for (size_t i = 0; (absent = ent_path_absent(i)) != NULL; i++) {
        hunt_try(&hunt, absent);
    }
    return hunt.nearest.best != NULL;
}
