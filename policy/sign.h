/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the detached signatures beside an agreement: `th-kh.yaml.sig`.
 *
 * Each party's authority signs the file's exact bytes; signatures can be
 * collected by mail. One of two is a draft. A national order needs one.
 */
#ifndef ENT_POLICY_SIGN_H
#define ENT_POLICY_SIGN_H

#include "policy/agreement.h"
#include "policy/signatures.h"

/* Add the signature of `state` to `signatures` (the old file's text, may be
 * empty) and return the new text. ENT_DENIED when `authority` is not the key
 * that the agreement names for `state`; ENT_EXISTS when it has signed;
 * ENT_REJECTED when what is there is not over these bytes; ENT_BAD_INPUT when
 * `signatures` is no signature file. */
enum ent_status ent_agreement_sign(const struct ent_agreement *agreement,
    struct ent_view text, const char *state, const struct ent_signer *authority,
    struct ent_view signatures, struct ent_bytes *ret_signatures,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_OK when every party has signed these exact bytes. ENT_REJECTED names who
 * has not, or whose signature is wrong; ENT_BAD_INPUT: no signature file. */
enum ent_status ent_agreement_verify(const struct ent_agreement *agreement,
    struct ent_view text, struct ent_view signatures,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
