/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/idset.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_LEAST 1024

static bool
is_free(const struct ent_id *place)
{
    static const struct ent_id none;

    return memcmp(place, &none, sizeof none) == 0;
}

/* Where it is, or would be. An id ends in chance (RFC 9562); one that does not
 * is looked for a little longer. */
static struct ent_id *
place_of(const struct cli_idset *set, const struct ent_id *id)
{
    size_t at =
        (size_t)(ent_get_be(id->bytes + 8, 8) * UINT64_C(0x9e3779b97f4a7c15) >>
                 32) &
        (set->size - 1);

    while (!is_free(&set->places[at]) &&
           memcmp(&set->places[at], id, sizeof *id) != 0) {
        at = (at + 1) & (set->size - 1);
    }
    return &set->places[at];
}

void
cli_idset_fini(struct cli_idset *set)
{
    free(set->places);
    *set = (struct cli_idset){0};
}

bool
cli_idset_has(const struct cli_idset *set, const struct ent_id *id)
{
    return set->size > 0 && !is_free(place_of(set, id));
}

static enum ent_status
grow(struct cli_idset *set, struct ent_error *err)
{
    struct cli_idset larger = {
        .size = set->size == 0 ? SIZE_LEAST : 2 * set->size};

    larger.places = calloc(larger.size, sizeof *larger.places);
    if (larger.places == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering messages");
    }
    for (size_t i = 0; i < set->size; i++) {
        if (!is_free(&set->places[i])) {
            *place_of(&larger, &set->places[i]) = set->places[i];
            larger.count++;
        }
    }
    free(set->places);
    *set = larger;
    return ENT_OK;
}

enum ent_status
cli_idset_add(
    struct cli_idset *set, const struct ent_id *id, struct ent_error *err)
{
    /* Never more than half full. */
    enum ent_status rc =
        2 * (set->count + 1) > set->size ? grow(set, err) : ENT_OK;

    if (rc == ENT_OK) {
        *place_of(set, id) = *id;
        set->count++;
    }
    return rc;
}
