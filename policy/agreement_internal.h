/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement_internal - what an agreement is inside, for the files of this
 * folder. Everything a decision looks up is a bit, an index or an array here,
 * prepared at load.
 *
 * Texts are borrowed from the tree of the file, which lives as long.
 */
#ifndef ENT_POLICY_AGREEMENT_INTERNAL_H
#define ENT_POLICY_AGREEMENT_INTERNAL_H

#include "policy/agreement.h"
#include "policy/decide.h"
#include "policy/families.h"
#include "policy/path.h"

#define ENT_OFFICES_MAX 1024
#define ENT_EXCHANGES_MAX 256
#define ENT_RETENTIONS_MAX 256
#define ENT_PROHIBITED_MAX 64
#define ENT_ASSURANCES_MAX 64
#define ENT_PRE_AUTHORISED_MAX 64
#define ENT_PAIR_KEYS_MAX 256

#define ENT_LEVELS 6 /* rungs of Precedence and of Classification, with 0 */

/* Offences for which some laws of the region threaten death: nobody may be
 * named without an assurance (catalogue: safeguards). */
#define ENT_CAPITAL_OFFENCES                                                   \
    (UINT32_C(1) << ENTENTE__V1__OFFENCE__DRUGS |                              \
        UINT32_C(1) << ENTENTE__V1__OFFENCE__TERRORISM)

#define ENT_NONE SIZE_MAX /* no such index */

/* Where in the file something stands. 0: it does not. */
struct agreement_mark {
    size_t line;
    size_t column;
};

struct agreement_party {
    const char *state; /* NULL: there is no such party */
    struct ent_verify_key authority;
    bool has_authority;
    const struct ent_yaml_node *names; /* map: language to name */
    struct agreement_mark mark;
};

struct agreement_office {
    struct ent_address address;
    uint32_t kind;
    size_t party;
    uint32_t sectors;      /* bits: 1 << enum ent_sector; 0: not said */
    const char *pair_text; /* NULL: none */
    size_t pair;           /* index of an office, or ENT_NONE */
    struct agreement_mark mark;
    struct agreement_mark pair_mark;
};

struct agreement_pair_key {
    size_t offices[2];
    struct ent_key_id key_id;
    struct agreement_mark mark;
};

struct agreement_exchange {
    const char *clause;
    struct ent_families families;
    uint32_t kinds;
    uint32_t purposes;
    uint32_t ways[ENT_PARTIES_MAX]; /* bit j of i: party i may send to j */
    enum ent_desk desk;             /* who alone may read it; 0: the office */
    bool two_officers;
    bool needs_mla;
    struct agreement_mark mark;
    struct agreement_mark release_mark;
    struct agreement_mark desk_mark;
    struct agreement_mark needs_mark;
};

struct agreement_retention {
    struct ent_families families;
    uint64_t keep_ms;
    uint64_t review_ms; /* 0: nobody need look again */
    bool aggregate;
    struct agreement_mark mark;
};

struct agreement_assurance {
    enum ent_risk risk;
    uint32_t offences;
    struct ent_families families;
    struct agreement_mark mark;
};

/* Who may pass on what is pre-authorised. */
enum agreement_passer {
    PASSER_ANY,
    PASSER_ORIGINATOR,    /* the state it came from */
    PASSER_ISSUING_STATE, /* the state that issued the document in it */
};

struct agreement_pre_authorised {
    const char *to; /* code of a state or organisation */
    struct ent_families families;
    enum agreement_passer by;
    struct agreement_mark mark;
};

/* One place in the schema: the fields to follow from the message down. */
struct agreement_chain {
    size_t count;
    const ProtobufCFieldDescriptor *steps[ENT_PATH_DEPTH_MAX];
};

struct agreement_path {
    const char *text;
    size_t line;
    struct agreement_chain *chains; /* ascending by their first field */
    size_t chain_count; /* 0: no family of this version has such a field */
};

struct agreement_paths {
    struct agreement_path *list;
    size_t count;
};

struct agreement_level {
    uint64_t acknowledge_ms;
    uint64_t reply_ms;
    struct agreement_mark reply_mark; /* line 0: nothing is said */
};

struct ent_agreement {
    struct ent_yaml *yaml;
    struct ent_bytes text;
    struct ent_digest digest;
    const char *name;
    const char *title;
    uint64_t version;

    struct {
        uint64_t from_ms;
        uint64_t until_ms;  /* the first moment after */
        uint64_t review_ms; /* 0: none */
        const char *from;
        const char *until;
        struct agreement_mark mark;
    } in_force;

    struct agreement_party parties[ENT_PARTIES_MAX];
    size_t party_count;

    struct agreement_office *offices;
    size_t office_count;
    uint32_t *slots;   /* open addressing by address; index + 1, 0: free */
    size_t slot_count; /* a power of two, more than twice the offices */
    struct agreement_mark offices_mark;

    struct agreement_pair_key *pair_keys;
    size_t pair_key_count;

    uint32_t purposes;
    struct agreement_mark purposes_mark;

    uint32_t offences;
    uint32_t penalty_months; /* 0: none asked */
    struct agreement_mark offences_mark;
    struct agreement_mark penalty_mark;

    struct agreement_exchange *exchanges;
    size_t exchange_count;
    struct agreement_mark exchange_mark;

    struct agreement_paths prohibited;
    struct agreement_paths withheld;

    uint32_t ceiling;
    uint32_t equivalent; /* bit per rung that both states have a word for */
    const char *markings[ENT_LEVELS][ENT_PARTIES_MAX]; /* a state's word */
    struct agreement_mark classification_mark;

    uint32_t handling;
    struct agreement_mark handling_mark;

    struct agreement_mark judicial_mark; /* line 0: nothing is said */

    struct agreement_retention *retentions;
    size_t retention_count;
    size_t retention_of[ENT_FAMILIES_MAX]; /* index, or ENT_NONE */

    struct agreement_level levels[ENT_LEVELS];
    struct agreement_mark levels_mark;

    uint32_t without_prejudice; /* bits: 1 << enum ent_prejudice */

    struct {
        bool consent;          /* originator_consent; else never */
        uint32_t inside_state; /* bits: 1 << enum ent_sector */
        struct agreement_pre_authorised *list;
        size_t count;
        struct agreement_mark mark;
        struct agreement_mark inside_mark;
    } onward;

    struct {
        bool hit_or_no_hit;
        uint64_t per_day; /* 0: no limit */
        uint64_t per_officer_per_hour;
        struct agreement_mark answer_mark;
        struct agreement_mark day_mark;
        struct agreement_mark officer_mark;
    } document_check;

    struct {
        uint64_t contribute_ms; /* 0: nobody need give to get */
        uint64_t threshold;     /* 0: nothing is said */
        struct agreement_mark contribute_mark;
        struct agreement_mark threshold_mark;
    } statistics;

    struct {
        uint64_t notify_ms;
        uint64_t apply_ms;
        struct agreement_mark mark; /* line 0: nothing is said */
    } correction;

    struct {
        uint64_t purge_ms;
        bool certificate;
        struct agreement_mark mark;
    } recall;

    struct {
        uint32_t measures; /* bits: 1 << enum ent_measure */
        uint32_t copy_to;  /* bits: 1 << enum ent_desk */
        struct agreement_mark measures_mark;
        struct agreement_mark copy_mark;
    } minors;

    struct {
        bool non_punishment;
        bool consent_for_name;
        struct agreement_paths names; /* what names a person */
        struct agreement_mark punishment_mark;
        struct agreement_mark consent_mark;
    } victims;

    struct agreement_assurance *assurances;
    size_t assurance_count;

    struct {
        struct ent_step ladder[ENT_STEPS_MAX];
        size_t step_count;
        uint64_t drill_ms; /* 0: no drills are agreed */
        struct agreement_mark ladder_mark;
        struct agreement_mark drill_mark;
    } hotline;

    struct {
        uint32_t may_relax; /* bits: 1 << enum ent_relaxation */
        enum ent_role approver;
        uint64_t length_ms;
        uint64_t review_ms;
        struct agreement_mark mark; /* line 0: there are no emergencies */
        struct agreement_mark approve_mark;
        struct agreement_mark ends_mark;
    } emergency;

    struct agreement_mark suspension_mark;
};

/* ---- looking things up ---- */

size_t ent_agreement_find_office(
    const struct ent_agreement *agreement, const struct ent_address *address);
/* Put office `index` into the table. */
void ent_agreement_hash_office(struct ent_agreement *agreement, size_t index);

size_t ent_agreement_find_party(
    const struct ent_agreement *agreement, const char *state);

/* May a message of that clause go from one office to the other, by kinds,
 * states, direction and pairing? */
bool ent_exchange_joins(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    const struct agreement_office *from, const struct agreement_office *to);

/* May what the clause lets pass one way or the other be answered so? */
bool ent_exchange_answers(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    const struct agreement_office *from, const struct agreement_office *to);

/* Does any office use the clause? */
bool ent_exchange_is_usable(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange);

#endif
