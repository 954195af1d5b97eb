/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatures - the file that lies beside what authorities sign, an agreement or
 * a notice: a YAML list, one entry a party.
 *
 *     - {state: th, key: <key id, hex>, ed25519: <signature, base64>}
 */
#ifndef ENT_POLICY_SIGNATURES_H
#define ENT_POLICY_SIGNATURES_H

#include "policy/agreement.h"
#include "proto/rollover.h"

#define ENT_SIGNATURES_FILE_MAX 4096 /* bytes */

/* The entries, by party of the agreement; `there` false: none. */
struct ent_signature_file {
    struct {
        bool there;
        struct ent_signature signature;
    } of[ENT_PARTIES_MAX];
};

/* Read one; nothing at all is a file without signatures. ENT_BAD_INPUT says
 * where it is wrong. */
enum ent_status ent_signatures_read(const struct ent_agreement *agreement,
    struct ent_view text, struct ent_signature_file *ret_file,
    struct ent_error *err) ENT_MUST_CHECK;

/* Write them, in the order of the parties; the caller frees it. */
enum ent_status ent_signatures_write(const struct ent_agreement *agreement,
    const struct ent_signature_file *file, struct ent_bytes *ret_text,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_OK when the party's entry is a signature of `key` over `body`, as an
 * object of kind `type`; ENT_REJECTED else. */
enum ent_status ent_signatures_verify(const struct ent_agreement *agreement,
    size_t party, const struct ent_signature_file *file,
    const struct ent_verify_key *key, const char *type, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

/* Sign `body` for a party. ENT_DENIED when it is none, or `authority` is not
 * the key that the agreement names for it; or, with `keys` (may be NULL), one
 * that took its place. */
enum ent_status ent_signatures_sign(const struct ent_agreement *agreement,
    const char *state, const struct ent_signer *authority,
    const struct ent_rollover *keys, const char *type, struct ent_view body,
    struct ent_signature_file *file, struct ent_error *err) ENT_MUST_CHECK;

#endif
