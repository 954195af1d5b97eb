/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - what an office or broker hands its authority to be certified.
 *
 * An armoured Signed around a Certificate without names, validity and serial,
 * signed by the key that is to be certified: who brings it holds that key, and
 * no letter of it was changed on the way. Whose it really is, the authority
 * learns by telephone, from the fingerprint.
 */
#ifndef TOOLS_CLI_REQUEST_H
#define TOOLS_CLI_REQUEST_H

#include "proto/address.h"
#include "proto/signing.h"

#define CLI_REQUEST_KIND "ENTENTE REQUEST"
#define CLI_REQUEST_MAX ((size_t)4096) /* of its text */

struct cli_request {
    struct ent_address address;
    bool broker;
    struct ent_verify_key signing_key;
    struct ent_key_id key_id; /* of the signing key in its role */
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];
};

/* `signer` holds request->signing_key; key_id is not looked at. */
enum ent_status cli_request_make(const struct cli_request *request,
    const struct ent_signer *signer, struct ent_bytes *ret_text,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read and check one; ENT_REJECTED when the signature is not that key's. */
enum ent_status cli_request_open(struct ent_view text,
    struct cli_request *ret_request, struct ent_error *err) ENT_MUST_CHECK;

#endif
