/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_case - three messages that Mae Sai sealed for Tachileik in one
 * bundle, what became of them, and the file that proves the second one. The
 * keys are those of tests/parties.h.
 */
#ifndef ENT_TESTS_EVIDENCE_CASE_H
#define ENT_TESTS_EVIDENCE_CASE_H

#include "proto/delivery.h"
#include "proto/evidence.h"
#include "tests/parties.h"

#define CASE_MESSAGES 3
#define CASE_INDEX 1 /* the one that is disclosed */

struct evidence_case {
    struct parties parties;
    struct ent_label label;
    struct ent_digest label_hash;
    struct ent_bytes label_wire;
    struct ent_signatures signatures;
    struct ent_bundle_secrets secrets;
    struct ent_bytes messages[CASE_MESSAGES];
    struct ent_bytes body;
    struct ent_bytes agreement;
    struct ent_bytes agreement_signatures;
    struct ent_outcome outcomes[CASE_MESSAGES];
    struct ent_bytes receipt;
    struct ent_bytes custody;
    struct ent_bytes skip;
    uint8_t entry[ENT_ENTRY_LEN];
    struct ent_bytes checkpoint;
    struct ent_evidence evidence; /* as the sender gives it out */
};

/* Everything delivered, but the third message refused. */
void evidence_case_init(struct evidence_case *made);
void evidence_case_fini(struct evidence_case *made);

/* The recipient's answer about the bundle, anew. */
void evidence_case_answer(struct evidence_case *made, uint32_t code);

/* The skip of the bundle, and the answer that it is known. */
void evidence_case_skip(struct evidence_case *made);

/* Let the recipient give it out instead. */
void evidence_case_by_recipient(struct evidence_case *made);

/* The file; the caller frees it. */
struct ent_bytes evidence_case_wire(const struct evidence_case *made);

#endif
