/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>

#include "proto/signing.h"

enum ent_status
ent_verify_key_check(const struct ent_verify_key *key, struct ent_error *err)
{
    if (crypto_core_ed25519_is_valid_point(key->bytes) != 1) {
        return ent_fail(
            err, ENT_BAD_INPUT, "not an Ed25519 key: no point of prime order");
    }
    return ENT_OK;
}
