/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contradiction - two things that no honest office signs, and the certificates
 * under which it signed them: two statements about its journal, which prove to
 * a third, without a node or a network, that a history was changed; or two
 * labels for one place of a stream, which prove that it forked.
 *
 * Nobody signs it: it proves itself. Schema: proto/schema/evidence.proto;
 * armour of kind ENTENTE CONTRADICTION.
 */
#ifndef ENT_PROTO_CONTRADICTION_H
#define ENT_PROTO_CONTRADICTION_H

#include "proto/bundle.h"
#include "proto/history.h"

#define ENT_ARMOUR_CONTRADICTION "ENTENTE CONTRADICTION"
#define ENT_CONTRADICTION_LEN_MAX ((size_t)64 * 1024)
#define ENT_CONTRADICTION_CERTIFICATES_MAX 4

struct ent_contradiction {
    struct ent_view certificates[ENT_CONTRADICTION_CERTIFICATES_MAX];
    size_t certificate_count;
    /* Each a Signed around Witness or a note; or both the head of a bundle. */
    struct ent_view first;
    struct ent_view second;
};

enum ent_status ent_contradiction_encode(
    const struct ent_contradiction *contradiction, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
/* Views look into `wire`. */
enum ent_status ent_contradiction_decode(struct ent_view wire,
    struct ent_contradiction *ret_contradiction,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_contradiction_kind {
    ENT_CONTRADICTION_STATEMENT,
    ENT_CONTRADICTION_NOTE, /* it has no time and no proofs */
    ENT_CONTRADICTION_LABEL,
};

/* What one of the two says. */
struct ent_contradiction_side {
    enum ent_contradiction_kind kind;
    uint64_t made_at;
    struct ent_checkpoint checkpoint; /* of a statement and of a note */
    struct ent_label label;
    struct ent_digest label_hash; /* BLAKE2b-256 of the label's bytes */
};

struct ent_contradiction_verdict {
    struct ent_address office;
    struct ent_contradiction_side sides[2];
    enum ent_history history; /* SHORTER or FORKED: proven; else not */
};

/* Whose it claims to be: the address of its first certificate, unverified. */
enum ent_status ent_contradiction_peek(
    const struct ent_contradiction *contradiction,
    struct ent_address *ret_office, struct ent_error *err) ENT_MUST_CHECK;

/* What it proves under that authority key of the office's state. ENT_REJECTED
 * or ENT_BAD_INPUT when something in it is not what it seems. */
enum ent_status ent_contradiction_judge(
    const struct ent_contradiction *contradiction,
    const struct ent_verify_key *authority,
    struct ent_contradiction_verdict *ret_verdict,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
