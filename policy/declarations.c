/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/declarations.h"

#include <assert.h>
#include <string.h>

static bool
holds(const struct ent_declaration *declaration,
    const struct ent_family *family, uint64_t now_ms)
{
    return now_ms >= declaration->from_ms && now_ms < declaration->until_ms &&
           (declaration->all_families ||
               (family != NULL && ent_families_have(&declaration->families,
                                      ent_family_index(family))));
}

/* Is the office meant: one of those named, or any when none is. */
static bool
means_office(const struct ent_declaration *declaration,
    const struct ent_address *sender, const struct ent_address *recipient)
{
    for (size_t i = 0; i < declaration->office_count; i++) {
        if (ent_address_equal(&declaration->offices[i], sender) ||
            ent_address_equal(&declaration->offices[i], recipient)) {
            return true;
        }
    }
    return declaration->office_count == 0;
}

const struct ent_declaration *
ent_declarations_suspending(const struct ent_declarations *declarations,
    const struct ent_family *family, const struct ent_address *sender,
    const struct ent_address *recipient, uint64_t now_ms)
{
    if (declarations == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < declarations->count; i++) {
        const struct ent_declaration *declaration = &declarations->list[i];

        /* It stops what its own state sends and gets, and nothing else. */
        if (declaration->kind == ENT_SUSPENSION &&
            holds(declaration, family, now_ms) &&
            (strcmp(declaration->state, ent_address_state(sender)) == 0 ||
                strcmp(declaration->state, ent_address_state(recipient)) ==
                    0) &&
            means_office(declaration, sender, recipient)) {
            return declaration;
        }
    }
    return NULL;
}

bool
ent_declarations_assure(const struct ent_declarations *declarations,
    const char *state, enum ent_risk risk, const struct ent_family *family,
    uint32_t offence, uint64_t now_ms)
{
    assert(state != NULL);

    for (size_t i = 0; declarations != NULL && i < declarations->count; i++) {
        const struct ent_declaration *declaration = &declarations->list[i];

        if (declaration->kind == ENT_ASSURANCE && declaration->risk == risk &&
            holds(declaration, family, now_ms) &&
            strcmp(declaration->state, state) == 0 &&
            (declaration->offences == 0 ||
                (offence < 32 &&
                    (declaration->offences >> offence & 1) != 0))) {
            return true;
        }
    }
    return false;
}
