/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declarations - how an agreement stands today: what its parties have declared
 * about it since they signed. A state suspends it, whole or for families or
 * offices; a state assures in writing what will not be done to a person named.
 *
 * Made from notices (policy/notice.h) that their state has signed. A value: the
 * decision only reads it.
 */
#ifndef ENT_POLICY_DECLARATIONS_H
#define ENT_POLICY_DECLARATIONS_H

#include "policy/families.h"
#include "policy/term.h"
#include "proto/address.h"

#define ENT_DECLARATIONS_MAX 64
#define ENT_DECLARED_OFFICES_MAX 16

enum ent_declaration_kind {
    ENT_SUSPENSION,
    ENT_ASSURANCE,
};

/* One declaration of one state, and how long it holds. */
struct ent_declaration {
    enum ent_declaration_kind kind;
    char state[ENT_STATE_MAX + 1];
    uint64_t number;   /* of its notice; a state counts them from 1 */
    uint64_t from_ms;  /* the first moment */
    uint64_t until_ms; /* the first moment after; UINT64_MAX: open */
    bool all_families;
    struct ent_families families;
    struct ent_address offices[ENT_DECLARED_OFFICES_MAX];
    size_t office_count; /* of a suspension; 0: all */
    enum ent_risk risk;  /* of an assurance */
    uint32_t offences;   /* of an assurance; 0: all */
};

struct ent_declarations {
    struct ent_declaration list[ENT_DECLARATIONS_MAX];
    size_t count;
};

/* The suspension that stops this family between these offices; NULL: none. */
const struct ent_declaration *ent_declarations_suspending(
    const struct ent_declarations *declarations,
    const struct ent_family *family, const struct ent_address *sender,
    const struct ent_address *recipient, uint64_t now_ms);

/* Has `state` assured that this risk is none, for this family and offence? */
bool ent_declarations_assure(const struct ent_declarations *declarations,
    const char *state, enum ent_risk risk, const struct ent_family *family,
    uint32_t offence, uint64_t now_ms);

/* The last moment by `now_ms` at which one of them began or ended to hold; 0:
 * none has. */
uint64_t ent_declarations_changed_at(
    const struct ent_declarations *declarations, uint64_t now_ms);

#endif
