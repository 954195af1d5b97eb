/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict_internal - the parts of an evidence file while they are judged. Each
 * part must serve something: what nothing refers to has no place in it.
 */
#ifndef ENT_POLICY_VERDICT_INTERNAL_H
#define ENT_POLICY_VERDICT_INTERNAL_H

#include "policy/release.h"
#include "policy/verdict.h"
#include "proto/authority.h"

struct verdict_certificate {
    struct ent_certificate certificate;
    bool good; /* an authority of the file certified it */
    bool used;
};

struct verdict_case {
    struct ent_verdict *verdict;
    const struct ent_evidence *evidence;
    const struct ent_label *label;
    struct ent_digest label_hash;
    const struct ent_authority_key *named;
    size_t named_count;
    bool authority_used[ENT_EVIDENCE_AUTHORITIES_MAX];
    /* Of each authority of the file, with those that its statement joins. */
    struct ent_rollover keys[ENT_EVIDENCE_AUTHORITIES_MAX];
    struct verdict_certificate certificates[ENT_EVIDENCE_CERTIFICATES_MAX];
    struct ent_agreement *agreements[ENT_EVIDENCE_AGREEMENTS_MAX]; /* or NULL */
    bool agreement_used[ENT_EVIDENCE_AGREEMENTS_MAX];
    struct ent_release release; /* of the message, by officers */
    struct ent_bytes outcomes;  /* opened; empty: they were not */
};

/* Add a claim; a wrong one spoils the verdict. */
void ent_verdict_say(struct verdict_case *part, enum ent_standing standing,
    const char *topic, const char *format, ...) ENT_PRINTF(4, 5);
/* One that somebody makes about a moment. */
void ent_verdict_say_at(struct verdict_case *part, const char *topic,
    uint64_t at_ms, const char *format, ...) ENT_PRINTF(4, 5);

/* The good certificate of `address` with that signing key, of several the one
 * that was valid then; NULL, and it is said that `topic` lacks it. */
const struct ent_certificate *ent_verdict_certificate_for(
    struct verdict_case *part, const char *topic,
    const struct ent_address *address, const struct ent_key_id *key_id,
    uint64_t at_ms);

/* Say so when it was not valid then. It spoils nothing: a key that was renewed
 * signs again what an older one had signed. */
void ent_verdict_check_validity(struct verdict_case *part, const char *topic,
    const struct ent_certificate *certificate, uint64_t at_ms);

/* The key id of the first signature of a Signed. */
bool ent_verdict_key_of(struct ent_view wire, struct ent_key_id *ret_key_id);

#define VERDICT_NAME_LEN 280

/* "blo-maesai@th (Mae Sai)" */
void ent_verdict_name(const struct ent_certificate *certificate,
    char out[static VERDICT_NAME_LEN]);

/* ---- in this order ---- */

void ent_verdict_on_trust(struct verdict_case *part); /* who is who */
void ent_verdict_on_maker(struct verdict_case *part, struct ent_view payload,
    const struct ent_signatures *signatures);
void ent_verdict_on_label(struct verdict_case *part);
void ent_verdict_on_message(struct verdict_case *part, struct ent_error *err);
void ent_verdict_on_officers(struct verdict_case *part);
void ent_verdict_on_agreement(struct verdict_case *part);
void ent_verdict_on_receipt(struct verdict_case *part);
void ent_verdict_on_custody(struct verdict_case *part);
void ent_verdict_on_skip(struct verdict_case *part);
void ent_verdict_on_journal(struct verdict_case *part);

#endif
