/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide_scene - what an office asks, in words short enough for a table, and
 * what it is answered.
 */
#ifndef ENT_TESTS_DECIDE_SCENE_H
#define ENT_TESTS_DECIDE_SCENE_H

#include "tests/policy_support.h"

#include "policy/decide.h"
#include "proto/refusal.h"

#define PERMITTED 0 /* no refusal has this number */

/* The fields that decide. */
struct scene {
    const char *from;
    const char *to;
    uint32_t family; /* a number */
    Entente__V1__Purpose purpose;
    Entente__V1__Offence offence;
    uint32_t months;
    Entente__V1__Classification classification;
    uint32_t precedence;
    uint64_t now_ms; /* 0: NOON */
    bool receiving;
    bool mends;
    const char *plate;       /* of a hotline alert or drug seizure */
    const char *nationality; /* of one arrested, in a drug seizure */
    Entente__V1__Safeguard safeguard;
    Entente__V1__Safeguard second_safeguard;
    const char *protected_from;
    Entente__V1__Handling handling;
    bool has_handling;
    Entente__V1__Action action; /* with a reference, when given */
    const char *releaser_role;
    const char *mla_reference;
    const char *incident_id;
    const char *emergency;   /* its id */
    const char *approved_by; /* NULL: a supervisor */
    uint64_t created_ms;     /* 0: the same time as now_ms */

    const struct ent_declarations *declarations;
    bool hit;
    bool consent;
    bool declared; /* the emergency */
    enum ent_measure measure;
    uint32_t desks;
    uint64_t given_at; /* statistics */
    uint64_t contributed_at;
    uint32_t threshold; /* of a statistics return */
    bool tells;         /* its one suppressed cell, by its total */
    uint64_t checks_today;
    uint64_t checks_this_hour;
};

#define HOTLINE ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT
#define HUB ENTENTE__V1__MESSAGE__BODY_HUB_ALERT
#define SEIZURE ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE
#define ACKNOWLEDGEMENT ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT
#define RADIO_CHECK ENTENTE__V1__MESSAGE__BODY_TEST
#define PERSON_ALERT 110
#define DOCUMENT_ALERT 111
#define REFERRAL 130
#define DOCUMENT_CHECK ENT_FAMILY_DOCUMENT_CHECK
#define EVIDENCE 160
#define RETURN ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN
#define LIFECYCLE ENT_FAMILY_LIFECYCLE

#define CRIME ENTENTE__V1__PURPOSE__LISTED_CRIME
#define LIFE ENTENTE__V1__PURPOSE__THREAT_TO_LIFE
#define BORDER ENTENTE__V1__PURPOSE__BORDER_DECISION
#define ADMINISTRATION ENTENTE__V1__PURPOSE__ADMINISTRATION
#define PROTECT ENTENTE__V1__PURPOSE__PROTECT_PERSON
#define VERIFY ENTENTE__V1__PURPOSE__VERIFY_DOCUMENT
#define STATISTICS ENTENTE__V1__PURPOSE__STATISTICS

#define DRUGS ENTENTE__V1__OFFENCE__DRUGS
#define TIMBER ENTENTE__V1__OFFENCE__TIMBER

#define MINOR ENTENTE__V1__SAFEGUARD__MINOR
#define VICTIM ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM
#define UNPUNISHED ENTENTE__V1__SAFEGUARD__NON_PUNISHMENT

struct ent_decision decide_scene(
    const struct ent_agreement *agreement, const struct scene *scene);

/* A scene, and the answer with its place. */
struct row {
    const char *name;
    struct scene scene;
    uint32_t reason; /* PERMITTED, or ENT_REFUSAL_... */
    const char *clause;
    size_t line;
};

/* Ask the agreement of that file in tests/data/ each row. */
void expect_rows(const char *file, const struct row *rows, size_t count);

#define EXPECT_ROWS(file, rows)                                                \
    expect_rows(file, rows, sizeof(rows) / sizeof((rows)[0]))

#endif
