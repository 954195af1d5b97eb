/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - a key that lies in a PKCS#11 token (OASIS PKCS #11 v3.0) and never
 * leaves it: a smart card, a USB stick with a chip, a hardware security module.
 *
 * A URI (RFC 7512) names token and object, where the module is and whence the
 * PIN comes:
 *
 *     pkcs11:token=maesai;object=office?module-path=/usr/lib/...so&
 *         pin-source=file:/etc/entente/pin
 *
 * Without module-path the modules are asked that p11-kit knows. A PIN is
 * presented once: after a few wrong ones a token locks itself, so the last try
 * is never taken here. No PIN stands in a URI.
 */
#ifndef ENT_PROTO_TOKEN_H
#define ENT_PROTO_TOKEN_H

#include "proto/signing.h"

#define ENT_TOKEN_SCHEME "pkcs11:"
#define ENT_TOKEN_URI_MAX 511 /* letters */
#define ENT_TOKEN_PIN_MAX 255
#define ENT_TOKEN_MAC_LEN 32

/* Where the PIN of a token comes from: `source` is the URI's pin-source, ""
 * without one. `size` is at least ENT_TOKEN_PIN_MAX + 1; the PIN is wiped after
 * use. */
struct ent_pin {
    enum ent_status (*ask)(void *context, const char *token, const char *source,
        char *ret_pin, size_t size, struct ent_error *err);
    void *context;
};

/* One key in a token, logged in to. */
struct ent_token;

enum ent_token_use {
    ENT_TOKEN_SIGNS, /* an Ed25519 private key */
    ENT_TOKEN_MACS,  /* a generic secret key */
};

/* The one key that `uri` names. ENT_BAD_INPUT: the URI is none, names several
 * keys, or a key of another kind; ENT_NOT_FOUND: no such module, token or
 * object; ENT_REJECTED: the PIN is wrong, or is not tried; ENT_UNSUPPORTED: the
 * token cannot do what is wanted. */
enum ent_status ent_token_open(const char *uri, enum ent_token_use use,
    const struct ent_pin *pin, struct ent_token **ret_token,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_token_close(struct ent_token **token);

/* Ed25519 (CKM_EDDSA). ENT_IO when the token does not answer any more, and
 * then never again: what is open to a token that was taken out stays shut. */
enum ent_status ent_token_sign(struct ent_token *token, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN],
    struct ent_error *err) ENT_MUST_CHECK;

/* HMAC-SHA-256 (CKM_SHA256_HMAC). */
enum ent_status ent_token_mac(struct ent_token *token, struct ent_view message,
    uint8_t ret_value[static ENT_TOKEN_MAC_LEN],
    struct ent_error *err) ENT_MUST_CHECK;

/* Make a key in the token that `uri` names, which cannot be taken out of it.
 * One that signs is called as the URI says by object=, else `name`, and
 * `ret_key` is its public half; of keys that mac a token has one of ours.
 * `ret_uri` is how it is found from now on, also on ENT_EXISTS: there is a key
 * of that name. Programs that only use keys do not have this (token_make.c). */
enum ent_status ent_token_make(const char *uri, enum ent_token_use use,
    const char *name, const struct ent_pin *pin,
    char ret_uri[static ENT_TOKEN_URI_MAX + 1], struct ent_verify_key *ret_key,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
