/* SPDX-License-Identifier: Apache-2.0 */
/*
 * likeness - can two messages be about one incident? Both sides of a border
 * report a seizure, or two offices of one side do, for two forums.
 *
 * What is alike is said, never that it is the same: a person decides (domain
 * D5). Same case: the same reference. Same identifier: a document, vehicle,
 * vessel, container or parcel that both name. Same event: one family, one
 * place, the same hours, no other mode and no other quantity.
 */
#ifndef ENT_PROTO_LIKENESS_H
#define ENT_PROTO_LIKENESS_H

#include "proto/lookup.h"

enum ent_like {
    ENT_LIKE_CASE = 1,
    ENT_LIKE_IDENTIFIER = 2,
    ENT_LIKE_EVENT = 4,
};

#define ENT_LIKE_PLACE_KM 5     /* apart at most */
#define ENT_LIKE_HOURS 6        /* apart at most; a day without time of day */
#define ENT_LIKE_PER_CENT 10    /* quantities apart at most */
#define ENT_LIKE_IDENTIFIERS 64 /* of one message that are compared */

struct ent_likeness {
    unsigned bases;         /* enum ent_like; 0: nothing is alike */
    enum ent_lookup shared; /* of ENT_LIKE_IDENTIFIER: the first */
};

/* By such a key one thing is told from all others. */
bool ent_lookup_is_identifier(enum ent_lookup kind);

struct ent_likeness ent_likeness_of(
    const ent_message *one, const ent_message *other);

#endif
