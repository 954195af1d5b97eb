/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/hpke.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/secret.h"

static enum ent_status
agree_with_secret(void *context, const uint8_t point[static ENT_PUBLIC_KEY_LEN],
    uint8_t ret_shared[static 32], struct ent_error *err)
{
    struct ent_secret *secret = context;
    uint8_t shared[crypto_scalarmult_BYTES];
    int refused;

    refused = crypto_scalarmult(shared, ent_secret_reveal(secret), point);
    ent_secret_conceal(secret);
    if (refused != 0) {
        return ent_fail(err, ENT_REJECTED, "the peer's point is of low order");
    }
    memcpy(ret_shared, shared, sizeof shared);
    sodium_memzero(shared, sizeof shared);
    return ENT_OK;
}

enum ent_status
ent_secret_ecdh(
    struct ent_secret *secret, struct ent_ecdh *ret_ecdh, struct ent_error *err)
{
    struct ent_ecdh ecdh = {.agree = agree_with_secret, .context = secret};

    assert(secret != NULL && ret_ecdh != NULL);

    (void)err; /* for a secret that lives in a token */
    crypto_scalarmult_base(ecdh.public_key, ent_secret_reveal(secret));
    ent_secret_conceal(secret);
    *ret_ecdh = ecdh;
    return ENT_OK;
}
