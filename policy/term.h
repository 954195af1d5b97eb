/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term - the words of agreements that the catalogue has not: sectors, desks,
 * roles, risks, and what an emergency may relax. As in the catalogue's own
 * lists 0 means none, and a set of them has the bits 1 << value.
 */
#ifndef ENT_POLICY_TERM_H
#define ENT_POLICY_TERM_H

#include "proto/base/bytes.h"

/* Each row: enumerator, word. Values count from 1. */
#define ENT_SECTOR_TABLE(X)                                                    \
    X(SECTOR_AVIATION, "aviation")                                             \
    X(SECTOR_CUSTOMS, "customs")                                               \
    X(SECTOR_DEFENCE, "defence")                                               \
    X(SECTOR_DRUGS, "drugs")                                                   \
    X(SECTOR_FORESTRY, "forestry")                                             \
    X(SECTOR_HEALTH, "health")                                                 \
    X(SECTOR_IMMIGRATION, "immigration")                                       \
    X(SECTOR_JUSTICE, "justice")                                               \
    X(SECTOR_MARITIME, "maritime")                                             \
    X(SECTOR_POLICE, "police")                                                 \
    X(SECTOR_WILDLIFE, "wildlife")

/* Who of an office reads what comes. */
#define ENT_DESK_TABLE(X) X(DESK_PROTECTION, "protection")

/* In which capacity an officer acts (domain A1.13). */
#define ENT_ROLE_TABLE(X)                                                      \
    X(ROLE_OFFICER, "officer")                                                 \
    X(ROLE_DUTY_OFFICER, "duty_officer")                                       \
    X(ROLE_SUPERVISOR, "supervisor")                                           \
    X(ROLE_ANALYST, "analyst")                                                 \
    X(ROLE_PROTECTION, "protection")                                           \
    X(ROLE_AUDITOR, "auditor")                                                 \
    X(ROLE_ADMINISTRATOR, "administrator")                                     \
    X(ROLE_NCC, "ncc")

/* What nothing in a message is meant to settle. */
#define ENT_PREJUDICE_TABLE(X)                                                 \
    X(PREJUDICE_BOUNDARY, "boundary")                                          \
    X(PREJUDICE_RECOGNITION, "recognition")                                    \
    X(PREJUDICE_PLACE_NAMES, "place_names")

/* What may happen to a person who is named. */
#define ENT_RISK_TABLE(X)                                                      \
    X(RISK_DEATH_PENALTY, "death_penalty")                                     \
    X(RISK_TORTURE, "torture")

/* What is asked for the person in a nominal alert. */
#define ENT_MEASURE_TABLE(X)                                                   \
    X(MEASURE_PROTECT, "protect")                                              \
    X(MEASURE_LOCATE, "locate")

#define ENT_RELAXATION_TABLE(X)                                                \
    X(RELAX_RELEASE, "release")                                                \
    X(RELAX_WITHHOLD_UNTIL_HIT, "withhold_until_hit")                          \
    X(RELAX_QUOTA, "quota")

/* Duties that outlive a suspension. */
#define ENT_SURVIVOR_TABLE(X)                                                  \
    X(SURVIVOR_RETENTION, "retention")                                         \
    X(SURVIVOR_CORRECTION, "correction")                                       \
    X(SURVIVOR_RECALL, "recall")                                               \
    X(SURVIVOR_AUDIT, "audit")

#define ENT_TERM_ENUMERATOR(name, word) ENT_##name,
enum ent_sector { ENT_SECTOR_NONE, ENT_SECTOR_TABLE(ENT_TERM_ENUMERATOR) };
enum ent_desk { ENT_DESK_NONE, ENT_DESK_TABLE(ENT_TERM_ENUMERATOR) };
enum ent_role { ENT_ROLE_NONE, ENT_ROLE_TABLE(ENT_TERM_ENUMERATOR) };
enum ent_prejudice {
    ENT_PREJUDICE_NONE,
    ENT_PREJUDICE_TABLE(ENT_TERM_ENUMERATOR)
};
enum ent_risk { ENT_RISK_NONE, ENT_RISK_TABLE(ENT_TERM_ENUMERATOR) };
enum ent_measure { ENT_MEASURE_NONE, ENT_MEASURE_TABLE(ENT_TERM_ENUMERATOR) };
enum ent_relaxation {
    ENT_RELAX_NOTHING,
    ENT_RELAXATION_TABLE(ENT_TERM_ENUMERATOR)
};
enum ent_survivor {
    ENT_SURVIVOR_NONE,
    ENT_SURVIVOR_TABLE(ENT_TERM_ENUMERATOR)
};
#undef ENT_TERM_ENUMERATOR

/* One of those lists. */
struct ent_terms {
    const char *what; /* "sector" */
    const char *const *words;
    uint32_t count; /* the values are 1 to count */
};

extern const struct ent_terms ent_sectors;
extern const struct ent_terms ent_desks;
extern const struct ent_terms ent_roles;
extern const struct ent_terms ent_prejudices;
extern const struct ent_terms ent_risks;
extern const struct ent_terms ent_measures;
extern const struct ent_terms ent_relaxations;
extern const struct ent_terms ent_survivors;

/* 0 when the list has no such word. */
uint32_t ent_term_value(const struct ent_terms *terms, const char *word);
/* "none" for 0, "unknown" past the last. Never NULL. */
const char *ent_term_word(const struct ent_terms *terms, uint32_t value);
/* The words whose bits are set, joined by ", ". */
void ent_term_list(
    const struct ent_terms *terms, uint32_t bits, char *out, size_t size);
/* The word nearest to a misspelt one; NULL when none is near. */
const char *ent_term_nearest(const struct ent_terms *terms, const char *word);

#endif
