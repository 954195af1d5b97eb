/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/signing.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/schema/common.pb-c.h"

_Static_assert(ENT_SIGNATURE_LEN == crypto_sign_BYTES &&
                   ENT_PUBLIC_KEY_LEN == crypto_sign_PUBLICKEYBYTES,
    "the signatures are Ed25519");

/* Room on the stack for what is signed most often: labels and receipts. */
#define PAE_SMALL_MAX 2048
#define PAE_HEAD_MAX 160

/* A pre-authentication encoding, on the stack while it fits. */
struct pae {
    uint8_t small[PAE_SMALL_MAX];
    struct ent_bytes large;
    struct ent_view view;
};

/* All that stands before the body; `type` is one of our constants. */
static size_t
pae_head(const char *type, size_t body_len, char out[static PAE_HEAD_MAX])
{
    int len = snprintf(
        out, PAE_HEAD_MAX, "DSSEv1 %zu %s %zu ", strlen(type), type, body_len);

    assert(len > 0 && len < PAE_HEAD_MAX);
    return (size_t)len;
}

static enum ent_status
pae_init(struct pae *pae, const char *type, struct ent_view body,
    struct ent_error *err)
{
    char head[PAE_HEAD_MAX];
    size_t head_len = pae_head(type, body.len, head);
    uint8_t *out = pae->small;

    pae->large = (struct ent_bytes){0};
    if (body.len > sizeof pae->small - head_len) {
        enum ent_status rc =
            ent_bytes_alloc(head_len + body.len, &pae->large, err);

        if (rc != ENT_OK) {
            return rc;
        }
        out = pae->large.data;
    }
    memcpy(out, head, head_len);
    if (body.len > 0) {
        memcpy(out + head_len, body.data, body.len);
    }
    pae->view = ent_view_of(out, head_len + body.len);
    return ENT_OK;
}

static void
pae_fini(struct pae *pae)
{
    ent_bytes_free(&pae->large);
}

enum ent_status
ent_signing_pae(const char *type, struct ent_view body,
    struct ent_bytes *ret_pae, struct ent_error *err)
{
    struct pae pae;
    enum ent_status rc;

    rc = pae_init(&pae, type, body, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_copy(pae.view, ret_pae, err);
    pae_fini(&pae);
    return rc;
}

enum ent_status
ent_signing_sign(const struct ent_signer *signer, const char *type,
    struct ent_view body, struct ent_signature *ret_signature,
    struct ent_error *err)
{
    struct ent_signature signature = {
        .algorithm = ENTENTE__V1__ALGORITHM__ED25519,
        .key_id = signer->key_id,
    };
    struct pae pae;
    enum ent_status rc;

    rc = pae_init(&pae, type, body, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = signer->sign(signer->context, pae.view, signature.value, err);
    pae_fini(&pae);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_signature = signature;
    return ENT_OK;
}

static bool
signature_is_good(const struct ent_signature *signature,
    const struct ent_key_id *key_id, const struct ent_verify_key *key,
    struct ent_view message)
{
    return signature->algorithm == ENTENTE__V1__ALGORITHM__ED25519 &&
           ent_key_id_equal(&signature->key_id, key_id) &&
           crypto_sign_verify_detached(
               signature->value, message.data, message.len, key->bytes) == 0;
}

enum ent_status
ent_signing_verify(const struct ent_signatures *signatures,
    enum ent_key_role role, const struct ent_verify_key *key, const char *type,
    struct ent_view body, struct ent_error *err)
{
    const struct ent_key_id key_id = ent_key_id_of(role, key->bytes);
    bool good = false;
    struct pae pae;
    enum ent_status rc;

    assert(signatures->count <= ENT_SIGNATURES_MAX);

    rc = pae_init(&pae, type, body, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < signatures->count && !good; i++) {
        good = signature_is_good(&signatures->list[i], &key_id, key, pae.view);
    }
    pae_fini(&pae);
    if (!good) {
        return ent_fail(err, ENT_REJECTED, "no signature of that key is good");
    }
    return ENT_OK;
}
