/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contradiction - two statements about one journal that no honest office makes,
 * and the certificates under which it signed them: what proves to a third,
 * without a node or a network, that a history was changed.
 *
 * Nobody signs it: it proves itself. Schema: proto/schema/evidence.proto;
 * armour of kind ENTENTE CONTRADICTION.
 */
#ifndef ENT_PROTO_CONTRADICTION_H
#define ENT_PROTO_CONTRADICTION_H

#include "proto/history.h"

#define ENT_ARMOUR_CONTRADICTION "ENTENTE CONTRADICTION"
#define ENT_CONTRADICTION_LEN_MAX ((size_t)64 * 1024)
#define ENT_CONTRADICTION_CERTIFICATES_MAX 4

struct ent_contradiction {
    struct ent_view certificates[ENT_CONTRADICTION_CERTIFICATES_MAX];
    size_t certificate_count;
    struct ent_view first; /* a Signed around Witness, or a note */
    struct ent_view second;
};

enum ent_status ent_contradiction_encode(
    const struct ent_contradiction *contradiction, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
/* Views look into `wire`. */
enum ent_status ent_contradiction_decode(struct ent_view wire,
    struct ent_contradiction *ret_contradiction,
    struct ent_error *err) ENT_MUST_CHECK;

/* What one of the two says. */
struct ent_contradiction_side {
    bool is_note; /* it has no time and no proofs */
    uint64_t made_at;
    struct ent_checkpoint checkpoint;
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
