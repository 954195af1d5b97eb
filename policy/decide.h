/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - may this message go from this office to that one?
 *
 * A pure function of agreement, facts and time: no allocation, no clock, no
 * disk. Both ends run it on the same signed bytes. The answer is PERMIT with
 * obligations or DENY, and always the clause that decided it, with its line.
 * Order: in force and not suspended, hard blocks, offices, family and
 * direction, purpose, offence and subject, classification and handling, fields,
 * assurances, what the clause needs, release, statistics, quota.
 */
#ifndef ENT_POLICY_DECIDE_H
#define ENT_POLICY_DECIDE_H

#include "policy/agreement.h"
#include "policy/declarations.h"
#include "policy/release.h"
#include "policy/term.h"
#include "proto/message.h"

#define ENT_CLAUSE_LEN 64
#define ENT_SENTENCE_LEN 256
#define ENT_WITHHELD_MAX 32
#define ENT_MASKS_MAX (ENT_WITHHELD_MAX + 8)
#define ENT_STEPS_MAX 8

/* One rung of the ladder that an unanswered hotline alert climbs. */
struct ent_step {
    uint64_t after_ms; /* from delivery */
    enum ent_role to;
};

/* What the decision looks at. The message may be as written (sending) or as it
 * came (receiving). What an office cannot know is left zero, and then counts
 * against the message. */
struct ent_facts {
    const struct ent_address *sender;
    const struct ent_address *recipient;
    const ent_message *message;
    uint32_t precedence;
    bool receiving; /* a field to withhold that is present: deny, not mask */

    const struct ent_declarations
        *declarations;                 /* notices in effect; NULL: none */
    const struct ent_release *release; /* NULL: no officer signed it */
    bool mends;               /* all that it corrects or withdraws is here */
    bool hit;                 /* the recipient has met what it speaks of */
    bool consent;             /* the victim it names has consented to that */
    bool emergency;           /* sending: the one it names is declared here */
    bool emergency_over;      /* receiving: it is known to have ended before */
    enum ent_measure measure; /* asked for the person it names */
    uint32_t desks;           /* receiving: 1 << enum ent_desk, with people */
    /* Sending: the last statistics that went to the recipient's state, and that
     * came from there, ms; 0: none ever. */
    uint64_t given_at;
    uint64_t contributed_at;
    uint64_t checks_today; /* document checks by the sender's office before */
    uint64_t checks_this_hour; /* sending: by this officer */
};

/* What a document check may be answered with. */
enum ent_check_answer {
    ENT_CHECK_ANSWER_ANY,
    ENT_CHECK_ANSWER_HIT_OR_NO_HIT,
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
    size_t mask_line[ENT_MASKS_MAX]; /* that asks for it */
    size_t mask_count;
    uint32_t handling;   /* to add; bits: 1 << Entente__V1__Handling */
    uint32_t safeguards; /* to add; bits: 1 << Entente__V1__Safeguard */
    const char *marking; /* what the recipient's state calls its classification;
                            NULL: nothing is agreed; borrowed */
    bool court_by_consent; /* not in proceedings without the sender's consent */
    uint32_t without_prejudice; /* to show; bits: 1 << enum ent_prejudice */
    enum ent_desk desk;         /* who alone may read it; 0: the office */
    uint32_t copy_to;           /* desks that get it too; 1 << enum ent_desk */
    uint64_t acknowledge_ms;    /* from delivery; 0: none asked */
    uint64_t reply_ms;          /* from delivery, where it asks for a reply */
    const struct ent_step *ladder; /* while nobody acknowledges; borrowed */
    size_t step_count;
    uint64_t retain_ms; /* from delivery */
    size_t retain_line; /* 0: as the catalogue says, the agreement does not */
    uint64_t review_ms; /* a person says each time that it is still needed, or
                           it ends; 0: nobody need */
    bool aggregate;     /* counts may stay when it is deleted */
    uint64_t correct_notify_ms;   /* from knowing it is wrong; 0: not agreed */
    uint64_t correct_apply_ms;    /* from hearing of it */
    uint64_t recall_purge_ms;     /* from the recall; 0: not agreed */
    bool recall_certificate;      /* and say so, signed */
    enum ent_check_answer answer; /* to a document check */
    bool two_officers;            /* a second one must have released it */
    bool counts;                  /* against the quota */
    uint32_t relaxed; /* by an emergency; bits: 1 << enum ent_relaxation */
    uint64_t emergency_review_ms; /* from its end */
};

/* A rule that is not the agreement's: this is a DENY for that, whatever it was
 * before. */
void ent_decision_refuse(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line, const char *format, ...) ENT_PRINTF(5, 6);

/* A question about a document, or whether something is on a list, which the
 * quota counts; not an answer to one. */
bool ent_message_asks_for_check(const ent_message *message);

/* Somebody is to reply to it: it is a question by its kind (a document check, a
 * hit query, a request for consent, a hit that its owner is to confirm), or its
 * header says by when. */
bool ent_message_asks_for_reply(const ent_message *message);

/* Owed after a message passed: it outlives suspension and expiry, and no rule
 * of an office for itself stops it. To correct, withdraw, recall, delete,
 * report a breach, take consent back, and to speak of the agreement itself. A
 * correction brings content of its own, so one that comes is judged like any
 * message where what it corrects is not here. */
bool ent_facts_owe(const struct ent_facts *facts);
/* It corrects or withdraws what it refers to, and may bring content. */
bool ent_message_mends(const ent_message *message);

/* `agreement` NULL: DENY for NO_AGREEMENT. */
void ent_decide(const struct ent_agreement *agreement,
    const struct ent_facts *facts, uint64_t now_ms,
    struct ent_decision *ret_decision);

#endif
