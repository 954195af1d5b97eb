/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/sign.h"

#include <assert.h>

#include "policy/agreement_internal.h"
#include "policy/signatures.h"

static enum ent_status
check_text(const struct ent_agreement *agreement, struct ent_view text,
    struct ent_error *err)
{
    struct ent_digest digest = ent_digest_of(text);

    if (!ent_digest_equal(&digest, &agreement->digest)) {
        return ent_fail(err, ENT_REJECTED,
            "the file is not the one that %s was loaded from", agreement->name);
    }
    return ENT_OK;
}

enum ent_status
ent_agreement_sign(const struct ent_agreement *agreement, struct ent_view text,
    const char *state, const struct ent_signer *authority,
    struct ent_view signatures, struct ent_bytes *ret_signatures,
    struct ent_error *err)
{
    struct ent_signature_file file;
    enum ent_status rc;

    assert(agreement != NULL && state != NULL && authority != NULL);
    assert(ret_signatures != NULL);

    rc = check_text(agreement, text, err);
    if (rc == ENT_OK) {
        rc = ent_signatures_read(agreement, signatures, &file, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < agreement->party_count; i++) {
        if (file.of[i].there) {
            rc = ent_signatures_verify(agreement, i, &file,
                &agreement->parties[i].authority, ENT_TYPE_AGREEMENT, text,
                err);
        }
    }
    if (rc == ENT_OK) {
        rc = ent_signatures_sign(agreement, state, authority, NULL,
            ENT_TYPE_AGREEMENT, text, &file, err);
    }
    return rc != ENT_OK
               ? rc
               : ent_signatures_write(agreement, &file, ret_signatures, err);
}

enum ent_status
ent_agreement_verify(const struct ent_agreement *agreement,
    struct ent_view text, struct ent_view signatures, struct ent_error *err)
{
    struct ent_signature_file file;
    enum ent_status rc;

    assert(agreement != NULL);

    rc = check_text(agreement, text, err);
    if (rc == ENT_OK) {
        rc = ent_signatures_read(agreement, signatures, &file, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < agreement->party_count; i++) {
        if (!file.of[i].there) {
            return ent_fail(err, ENT_REJECTED,
                "'%s' has not signed; until it has, this is a draft",
                agreement->parties[i].state);
        }
        rc = ent_signatures_verify(agreement, i, &file,
            &agreement->parties[i].authority, ENT_TYPE_AGREEMENT, text, err);
    }
    return rc;
}
