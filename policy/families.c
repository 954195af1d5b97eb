/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/families.h"

#include <assert.h>
#include <stdio.h>

size_t
ent_family_index(const struct ent_family *family)
{
    size_t count;
    const struct ent_family *list = ent_family_list(&count);

    assert(family >= list && family < list + count);
    assert(count <= ENT_FAMILIES_MAX);

    return (size_t)(family - list);
}

void
ent_families_add(struct ent_families *families, size_t index)
{
    families->bits[index / 64] |= UINT64_C(1) << index % 64;
}

struct ent_families
ent_families_both(const struct ent_families *a, const struct ent_families *b)
{
    struct ent_families both = {0};

    for (size_t i = 0; i < sizeof both.bits / sizeof both.bits[0]; i++) {
        both.bits[i] = a->bits[i] & b->bits[i];
    }
    return both;
}

bool
ent_families_are_none(const struct ent_families *families)
{
    uint64_t all = 0;

    for (size_t i = 0; i < sizeof families->bits / sizeof families->bits[0];
         i++) {
        all |= families->bits[i];
    }
    return all == 0;
}

void
ent_families_list(const struct ent_families *families, char *out, size_t size)
{
    size_t count;
    const struct ent_family *list = ent_family_list(&count);
    size_t len = 0;

    assert(size > 0);

    out[0] = '\0';
    for (size_t i = 0; i < count && len < size; i++) {
        if (ent_families_have(families, i)) {
            len += (size_t)snprintf(out + len, size - len, "%s%s",
                len > 0 ? ", " : "", list[i].name);
        }
    }
}
