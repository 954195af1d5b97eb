/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - what one party alone declares about an agreement after it was
 * signed, as a file with that party's signature beside it:
 *
 *     notice: suspension               # or resumption, assurance, withdrawal
 *     agreement: th-kh-border-information
 *     state: kh
 *     number: 3                        # a state counts its notices from 1
 *     from: 2026-11-01T08:00:00Z       # it counts from then on
 *     families: [person_alert]         # left out: all
 *     offices: [ncc@th]                # of a suspension; left out: all
 *     reason: Under review by the ministry
 *
 * An assurance has besides `risk`, `offences` (left out: all) and `until` (left
 * out: open). A resumption ends suspensions and a withdrawal ends assurances:
 * the one whose number stands in `of`, or all that came before it.
 *
 * Notices lie beside the agreement and are called after it, as
 * `th-kh.kh-3.suspension`. Being signed they may come by any way.
 */
#ifndef ENT_POLICY_NOTICE_H
#define ENT_POLICY_NOTICE_H

#include "policy/declarations.h"
#include "policy/signatures.h"

#define ENT_NOTICE_SIZE_MAX ((size_t)16 * 1024)
#define ENT_NOTICE_REASON_LEN 256
#define ENT_AGREEMENT_NAME_LEN 64

enum ent_notice_kind {
    ENT_NOTICE_SUSPENSION,
    ENT_NOTICE_RESUMPTION,
    ENT_NOTICE_ASSURANCE,
    ENT_NOTICE_WITHDRAWAL,
};

struct ent_notice {
    enum ent_notice_kind kind;
    char agreement[ENT_AGREEMENT_NAME_LEN];
    uint64_t of; /* of a resumption or withdrawal; 0: all before it */
    char reason[ENT_NOTICE_REASON_LEN];
    struct ent_declaration
        declaration; /* state, number, from_ms and the rest */
};

/* "suspension": also the end of such a file's name. */
const char *ent_notice_kind_name(enum ent_notice_kind kind);
/* The kind whose name a file name ends in; false: it is no notice's. */
bool ent_notice_kind_of_file(const char *name, enum ent_notice_kind *ret_kind);

/* Read a notice about `agreement`: its state must be a party. On ENT_BAD_INPUT
 * the reasons are in `complaints`. */
enum ent_status ent_notice_read(const struct ent_agreement *agreement,
    struct ent_view text, struct ent_notice *ret_notice,
    struct ent_complaints *complaints, struct ent_error *err) ENT_MUST_CHECK;

/* The name of the agreement that a notice is about, without knowing it;
 * ENT_BAD_INPUT when it says none. */
enum ent_status ent_notice_agreement(struct ent_view text,
    char ret_name[static ENT_AGREEMENT_NAME_LEN],
    struct ent_error *err) ENT_MUST_CHECK;

/* The file that says this; the caller frees it. */
enum ent_status ent_notice_write(const struct ent_notice *notice,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

/* Sign those bytes for `state`; ENT_DENIED when `authority` is neither the key
 * that the agreement names nor, by `keys` (may be NULL), one that took its
 * place. */
enum ent_status ent_notice_sign(const struct ent_agreement *agreement,
    struct ent_view text, const char *state, const struct ent_signer *authority,
    const struct ent_rollover *keys, struct ent_bytes *ret_signatures,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_OK when the state that the notice names has signed these bytes, with one
 * of `keys` (proto/authority.h; NULL: the one that the agreement names). What
 * opens something must be signed with a key whose time is not over at `at_ms`.
 * What only narrows counts under an older one, too: nobody gains by it, and a
 * suspension must not end with a key. */
enum ent_status ent_notice_verify(const struct ent_agreement *agreement,
    const struct ent_notice *notice, struct ent_view text,
    struct ent_view signatures, const struct ent_rollover *keys, uint64_t at_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* What holds after all of them, whatever their order; they must be about one
 * agreement. What is over at `now_ms` is left out. ENT_FULL: more hold than a
 * decision can look through. ENT_EXISTS: one state has given a number twice. */
enum ent_status ent_declarations_make(const struct ent_notice *notices,
    size_t count, uint64_t now_ms, struct ent_declarations *ret_declarations,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
