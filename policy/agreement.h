/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement - one MOU as a file: what these states let pass, to whom, for what,
 * on what conditions. Mostly there are two; a regional agreement has more, an
 * international organisation may be one of them, and a national order is the
 * same file with one. Everything not listed is refused; a clause this program
 * does not enforce cannot be loaded.
 *
 * Loading reads, checks and keeps the exact bytes, whose BLAKE2b-256 is the
 * digest that every label carries. Whether all parties signed is for
 * policy/sign.h. An agreement never changes after loading.
 */
#ifndef ENT_POLICY_AGREEMENT_H
#define ENT_POLICY_AGREEMENT_H

#include "proto/address.h"
#include "proto/base/yaml.h"
#include "proto/signing.h"

#define ENT_AGREEMENT_SIZE_MAX ENT_YAML_SIZE_MAX
#define ENT_PARTIES_MAX 16

struct ent_agreement;

/* Parse and check. On ENT_BAD_INPUT the reasons, sorted, are in `complaints`,
 * each with line and column. */
enum ent_status ent_agreement_load(struct ent_view text,
    struct ent_agreement **ret_agreement, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_agreement_free(struct ent_agreement **agreement);

const char *ent_agreement_name(const struct ent_agreement *agreement);
uint64_t ent_agreement_version(const struct ent_agreement *agreement);
const char *ent_agreement_title(const struct ent_agreement *agreement);
const struct ent_digest *ent_agreement_digest(
    const struct ent_agreement *agreement);

/* The exact bytes it was loaded from; they live as long as the agreement. */
struct ent_view ent_agreement_text(const struct ent_agreement *agreement);

/* The parties: 2 or more, or 1 for a national order. */
size_t ent_agreement_party_count(const struct ent_agreement *agreement);
const char *ent_agreement_party_state(
    const struct ent_agreement *agreement, size_t index);
/* The authority key a state has under this agreement; NULL: not a party. */
const struct ent_verify_key *ent_agreement_authority(
    const struct ent_agreement *agreement, const char *state);

/* The first moment it is in force, and the first it no longer is. */
void ent_agreement_term(const struct ent_agreement *agreement,
    uint64_t *ret_from_ms, uint64_t *ret_until_ms);
/* In force at that time; review_by passed (a warning, not a decision). */
bool ent_agreement_in_force(
    const struct ent_agreement *agreement, uint64_t now_ms);
bool ent_agreement_review_due(
    const struct ent_agreement *agreement, uint64_t now_ms);

/* From knowing that a message was wrong to telling who has it, and from hearing
 * so to having applied it; 0: nothing is agreed. */
struct ent_agreement_correction {
    uint64_t notify_ms;
    uint64_t apply_ms;
};

struct ent_agreement_correction ent_agreement_correction(
    const struct ent_agreement *agreement);

/* What that state calls a rung of the classification; NULL: nothing is agreed.
 */
const char *ent_agreement_marking(
    const struct ent_agreement *agreement, const char *state, uint32_t rung);

/* From a recall to its answer, and the line that says so; 0: nothing is agreed.
 */
struct ent_agreement_recall {
    uint64_t purge_ms;
    size_t line;
};

struct ent_agreement_recall ent_agreement_recall(
    const struct ent_agreement *agreement);

/* From delivery to the reply that a message of that precedence asks for, and
 * the line that says so; 0: nothing is agreed. */
struct ent_agreement_reply {
    uint64_t within_ms;
    size_t line;
};

struct ent_agreement_reply ent_agreement_reply(
    const struct ent_agreement *agreement, uint32_t precedence);

/* What an emergency is under it; all zero: it knows none. */
struct ent_agreement_emergency {
    uint32_t may_relax; /* bits: 1 << enum ent_relaxation */
    uint64_t length_ms; /* from its declaration, at the longest */
    uint64_t review_ms; /* from its end */
};

struct ent_agreement_emergency ent_agreement_emergency(
    const struct ent_agreement *agreement);

/* How often a drill of the hotline is owed by one office to another; 0: never.
 */
uint64_t ent_agreement_drill_ms(const struct ent_agreement *agreement,
    const struct ent_address *from, const struct ent_address *to);

/* Every office the agreement lists, by index; NULL past the last. */
const struct ent_address *ent_agreement_office(
    const struct ent_agreement *agreement, size_t index);

/* The id of the key that these two offices seal with besides, and the line that
 * says so; false: none is agreed. */
bool ent_agreement_pair_key(const struct ent_agreement *agreement,
    const struct ent_address *one, const struct ent_address *other,
    struct ent_key_id *ret_key_id, size_t *ret_line);

#endif
