/* SPDX-License-Identifier: Apache-2.0 */
/* Which agreement governs, found by the other state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/agreements_internal.h"

size_t
node_governed_find(const struct node_agreements *agreements, const char *state,
    bool *ret_found)
{
    size_t low = 0;
    size_t high = agreements->governed_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(agreements->governed[middle].state, state);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_found = false;
    return low;
}

static bool
make_room(struct node_agreements *agreements)
{
    size_t room =
        agreements->governed_room == 0 ? 16 : 2 * agreements->governed_room;
    struct node_governed *governed;

    if (agreements->governed_count < agreements->governed_room) {
        return true;
    }
    governed = realloc(agreements->governed, room * sizeof *governed);
    if (governed == NULL) {
        return false;
    }
    agreements->governed = governed;
    agreements->governed_room = room;
    return true;
}

/* Room for a state that has none yet, in its place. */
static bool
insert(struct node_agreements *agreements, size_t at, const char *state,
    size_t place)
{
    struct node_governed *governed;

    if (!make_room(agreements)) {
        return false;
    }
    governed = &agreements->governed[at];
    memmove(governed + 1, governed,
        (agreements->governed_count - at) * sizeof *governed);
    agreements->governed_count++;
    *governed = (struct node_governed){.place = place};
    (void)snprintf(governed->state, sizeof governed->state, "%s", state);
    return true;
}

/* The one with the fewest parties governs, of such the first. */
static bool
add_state(struct node_agreements *agreements, const char *state, size_t place)
{
    const struct node_loaded *list = agreements->list;
    bool found;
    size_t at = node_governed_find(agreements, state, &found);

    if (!found) {
        return insert(agreements, at, state, place);
    }
    if (ent_agreement_party_count(list[place].agreement) <
        ent_agreement_party_count(
            list[agreements->governed[at].place].agreement)) {
        agreements->governed[at].place = place;
    }
    return true;
}

bool
node_governed_add(struct node_agreements *agreements, size_t place)
{
    const struct ent_agreement *agreement = agreements->list[place].agreement;
    size_t count = ent_agreement_party_count(agreement);

    if (ent_agreement_authority(agreement, agreements->state) == NULL) {
        return true; /* ours is no party to it */
    }
    for (size_t i = 0; i < count; i++) {
        const char *party = ent_agreement_party_state(agreement, i);
        bool own = strcmp(party, agreements->state) == 0;

        /* What passes within a state its own order governs, and that alone. */
        if (own == (count == 1) && !add_state(agreements, party, place)) {
            return false;
        }
    }
    return true;
}

void
node_governed_renew(struct node_agreements *agreements)
{
    agreements->governed_count = 0;
    for (size_t i = 0; i < agreements->count; i++) {
        (void)node_governed_add(agreements, i); /* there was room before */
    }
}
