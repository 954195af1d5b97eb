/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyplace - a key file that holds no key, but says in which token it lies.
 *
 * People may read and correct it:
 *
 *     token: "pkcs11:token=maesai;object=office?pin-source=file:/etc/..."
 *     use: office                        # or broker, authority, officer
 *     public_key: ed25519:...
 *
 * Only a key that signs can lie there: a link's key is used by libzmq and a
 * storage key by libsodium, each with the bytes in hand.
 */
#ifndef ENT_PROTO_KEYPLACE_H
#define ENT_PROTO_KEYPLACE_H

#include "proto/token.h"

#define ENT_KEYPLACE_TEXT_MAX 2048

struct ent_keyplace {
    char uri[ENT_TOKEN_URI_MAX + 1];
    enum ent_key_role role;
    struct ent_verify_key key;
};

/* ENT_BAD_INPUT says where it is wrong. Nothing in it is proven. */
enum ent_status ent_keyplace_parse(struct ent_view text,
    struct ent_keyplace *ret_place, struct ent_error *err) ENT_MUST_CHECK;

/* Only what ent_keyplace_parse reads. */
void ent_keyplace_format(
    const struct ent_keyplace *place, char out[static ENT_KEYPLACE_TEXT_MAX]);

#endif
