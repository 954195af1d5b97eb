/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/catalogue.h"

#include <assert.h>

#include "proto/catalogue_tables.h"

const struct ent_family *
ent_family_by_name(struct ent_view name)
{
    for (size_t i = 0; i < ent_family_count; i++) {
        if (ent_view_equal(name, ent_view_text(ent_families[i].name))) {
            return &ent_families[i];
        }
    }
    return NULL;
}

const struct ent_family *
ent_family_by_number(uint32_t number)
{
    const unsigned place =
        number < ent_family_numbers_end ? ent_family_places[number] : 0;

    return place == 0 ? NULL : &ent_families[place - 1];
}

const struct ent_family *
ent_family_list(size_t *ret_count)
{
    assert(ret_count != NULL);

    *ret_count = ent_family_count;
    return ent_families;
}
