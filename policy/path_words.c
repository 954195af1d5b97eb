/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/nearest.h"

/* Entities of the catalogue that no family of this
 * version carries. When their schema comes, its fields must bear these names:
 * agreements signed today already rely on them. */
static const char *const later_paths[] = {
    "cargo.airway_bill",
    "cargo.bill_of_lading",
    "cargo.consignee",
    "cargo.seal",
    "cargo.shipper",
    "document.chip_result",
    "document.expiry",
    "document.issuer",
    "document.mrz",
    "document.number",
    "intelligence.source_identity",
    "online.handle",
    "online.phone",
    "online.url",
    "online.wallet",
    "organisation.name",
    "organisation.registration_number",
    "person.age_band",
    "person.aliases",
    "person.biometric",
    "person.birth_date",
    "person.birth_place",
    "person.ethnicity",
    "person.health",
    "person.height",
    "person.languages",
    "person.marks",
    "person.name",
    "person.national_id",
    "person.nationality",
    "person.native_name",
    "person.photo",
    "person.religion",
    "person.role",
    "person.sex",
};

const char *
ent_path_of_later(size_t n)
{
    return n < sizeof later_paths / sizeof later_paths[0] ? later_paths[n]
                                                          : NULL;
}

/* Lower snake case of a type name, and a dot. */
static size_t
put_entity(const char *name, char out[static ENT_PATH_LEN])
{
    size_t len = 0;

    for (size_t i = 0; name[i] != '\0' && len + 3 < ENT_PATH_LEN; i++) {
        bool upper = name[i] >= 'A' && name[i] <= 'Z';

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
    const char *later;

    assert(path != NULL);

    hunt_type(&hunt, &top, 1);
    for (size_t i = 0; (later = ent_path_of_later(i)) != NULL; i++) {
        hunt_try(&hunt, later);
    }
    return hunt.nearest.best != NULL;
}
