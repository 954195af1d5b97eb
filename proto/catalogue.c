/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/catalogue.h"

#include <assert.h>

#include "proto/catalogue_tables.h"

/* Sorted as a test says, so that a number is found by halving. */

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
    size_t low = 0;
    size_t high = ent_family_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ent_families[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ent_family_count && ent_families[low].number == number
               ? &ent_families[low]
               : NULL;
}

const struct ent_family *
ent_family_list(size_t *ret_count)
{
    assert(ret_count != NULL);

    *ret_count = ent_family_count;
    return ent_families;
}
