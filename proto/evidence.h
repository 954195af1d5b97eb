/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence - one message and everything that proves what became of it: the file
 * that an office gives out, and what it says. Whether it is true is judged by
 * policy/verdict.h.
 *
 * It holds the key of this one message and of none of its neighbours. Schema:
 * proto/schema/evidence.proto; docs/PROTOCOL.md, section 19.
 */
#ifndef ENT_PROTO_EVIDENCE_H
#define ENT_PROTO_EVIDENCE_H

#include "proto/entry.h"
#include "proto/seal.h"
#include "proto/tree.h"

#define ENT_TYPE_EVIDENCE "application/vnd.entente.evidence.v1"
#define ENT_ARMOUR_EVIDENCE "ENTENTE EVIDENCE"

#define ENT_EVIDENCE_MAX ((size_t)4 * 1024 * 1024) /* bytes before armour */
#define ENT_EVIDENCE_TEXT_MAX (ENT_EVIDENCE_MAX / 2 * 3) /* and as a text */
#define ENT_EVIDENCE_CERTIFICATES_MAX 8
#define ENT_EVIDENCE_AUTHORITIES_MAX 8
#define ENT_EVIDENCE_AGREEMENTS_MAX 2
#define ENT_EVIDENCE_CUSTODIES_MAX 8

struct ent_authority_key {
    char state[ENT_STATE_MAX + 1];
    struct ent_verify_key key;
};

struct ent_agreement_text {
    struct ent_view text;
    struct ent_view signatures;
};

/* All views are borrowed. What is not there is empty or zero. */
struct ent_evidence {
    struct ent_address made_by;
    uint64_t made_at;
    struct ent_id id;
    struct ent_view label;
    struct ent_signatures signatures;
    uint32_t index;
    struct ent_view envelope;
    struct ent_tree_path path;
    bool has_key;
    struct ent_message_key key;
    struct ent_view certificates[ENT_EVIDENCE_CERTIFICATES_MAX];
    size_t certificate_count;
    struct ent_authority_key authorities[ENT_EVIDENCE_AUTHORITIES_MAX];
    size_t authority_count;
    struct ent_view rollovers[ENT_EVIDENCE_AUTHORITIES_MAX];
    size_t rollover_count;
    struct ent_agreement_text agreements[ENT_EVIDENCE_AGREEMENTS_MAX];
    size_t agreement_count;
    struct ent_view receipt;
    bool has_receipt_secret;
    uint8_t receipt_secret[32];
    struct ent_view custodies[ENT_EVIDENCE_CUSTODIES_MAX];
    size_t custody_count;
    struct ent_view skip;
    struct ent_view entry; /* of the journal */
    struct ent_tree_path entry_path;
    struct ent_view checkpoint;
};
void ent_evidence_wipe(struct ent_evidence *evidence);

/* Envelope `index` of a bundle's body, and the path from it to the root. The
 * envelope looks into `body`. */
enum ent_status ent_evidence_take(struct ent_evidence *evidence,
    struct ent_view body, uint32_t count, uint32_t index,
    struct ent_error *err) ENT_MUST_CHECK;

/* Write it, signed by the office that gives it out. ENT_FULL: too much. */
enum ent_status ent_evidence_make(const struct ent_evidence *evidence,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read it; views look into `wire`. Nothing is proven yet: `ret_payload` is what
 * `ret_signatures` are over, with ENT_TYPE_EVIDENCE. */
enum ent_status ent_evidence_read(struct ent_view wire,
    struct ent_evidence *ret_evidence, struct ent_view *ret_payload,
    struct ent_signatures *ret_signatures,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
