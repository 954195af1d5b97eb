/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - may this message go from this office to that one?
 *
 * A pure function of agreement, facts and time: no allocation, no clock, no
 * disk. Both ends run it on the same signed bytes. The answer is PERMIT with
 * obligations or DENY, and always the clause that decided it, with its line.
 * Order: in force, hard blocks, offices, family and direction, purpose,
 * offence, classification and handling, fields, release.
 */
#ifndef ENT_POLICY_DECIDE_H
#define ENT_POLICY_DECIDE_H

#include "policy/agreement.h"
#include "proto/message.h"

#define ENT_CLAUSE_LEN 64
#define ENT_SENTENCE_LEN 256
#define ENT_MASKS_MAX 32

/* What the decision looks at. The message may be as written (sending) or as it
 * came (receiving). */
struct ent_facts {
    const struct ent_address *sender;
    const struct ent_address *recipient;
    const ent_message *message;
    uint32_t precedence;
    bool receiving; /* a field to withhold that is present: deny, not mask */
};

struct ent_decision {
    bool permit;
    uint32_t reason;             /* ENT_REFUSAL_... when denied */
    char clause[ENT_CLAUSE_LEN]; /* "5.1", "in_force", "hard block: asylum" */
    size_t line;                 /* of the clause; 0: built in */
    char sentence[ENT_SENTENCE_LEN]; /* for people */

    /* Obligations of a PERMIT. */
    const char *masks[ENT_MASKS_MAX]; /* field paths to withhold, borrowed */
    const char *mask_clause[ENT_MASKS_MAX];
    size_t mask_count;
    uint32_t handling;       /* bits: 1 << Entente__V1__Handling */
    uint64_t acknowledge_ms; /* from delivery; 0: none asked */
    uint64_t reply_ms;
    uint64_t retain_ms; /* from delivery */
    size_t retain_line;
    bool aggregate; /* counts may stay when it is deleted */
};

/* `agreement` NULL: DENY for NO_AGREEMENT. */
void ent_decide(const struct ent_agreement *agreement,
    const struct ent_facts *facts, uint64_t now_ms,
    struct ent_decision *ret_decision);

#endif
