/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signing - who stands behind bytes.
 *
 * Signed is the pre-authentication encoding of DSSE (secure-systems-lab/dsse,
 * protocol.md): "DSSEv1" SP len(type) SP type SP len(body) SP body, with a type
 * string of its own for each kind of object, so that no signature can be moved
 * from one kind to another. Bytes are signed as they travel, never re-encoded.
 * A list of signatures leaves room for a quantum-safe one beside Ed25519.
 */
#ifndef ENT_PROTO_SIGNING_H
#define ENT_PROTO_SIGNING_H

#include "proto/digest.h"

#define ENT_SIGNATURE_LEN 64
#define ENT_SIGNATURES_MAX 4
#define ENT_SIGNED_MAX ((size_t)1024 * 1024) /* encoded bytes of a Signed */

#define ENT_TYPE_CERTIFICATE "application/vnd.entente.certificate.v1"
#define ENT_TYPE_MANIFEST "application/vnd.entente.manifest.v1"
#define ENT_TYPE_REVOCATION_LIST "application/vnd.entente.revocation-list.v1"
#define ENT_TYPE_ROLLOVER "application/vnd.entente.authority-rollover.v1"
#define ENT_TYPE_LABEL "application/vnd.entente.label.v1"
#define ENT_TYPE_RECEIPT "application/vnd.entente.receipt.v1"
#define ENT_TYPE_CUSTODY "application/vnd.entente.custody.v1"
#define ENT_TYPE_SKIP "application/vnd.entente.skip.v1"
#define ENT_TYPE_OFFICER "application/vnd.entente.officer-certificate.v1"
#define ENT_TYPE_STATEMENT "application/vnd.entente.officer-statement.v1"
#define ENT_TYPE_WITNESS "application/vnd.entente.witness.v1"
#define ENT_TYPE_AGREEMENT "application/vnd.entente.agreement.v1"

struct ent_verify_key {
    uint8_t bytes[ENT_PUBLIC_KEY_LEN];
};

struct ent_signature {
    uint32_t algorithm; /* Entente__V1__Algorithm */
    struct ent_key_id key_id;
    uint8_t value[ENT_SIGNATURE_LEN];
};

struct ent_signatures {
    struct ent_signature list[ENT_SIGNATURES_MAX];
    size_t count;
};

/* Something that can sign: a key in memory, a token, another process. */
struct ent_signer {
    struct ent_key_id key_id;
    struct ent_verify_key key;
    enum ent_status (*sign)(void *context, struct ent_view message,
        uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err);
    void *context;
};

/* The bytes that are really signed; the caller frees them. */
enum ent_status ent_signing_pae(const char *type, struct ent_view body,
    struct ent_bytes *ret_pae, struct ent_error *err) ENT_MUST_CHECK;

/* Sign `body` as an object of kind `type`. */
enum ent_status ent_signing_sign(const struct ent_signer *signer,
    const char *type, struct ent_view body, struct ent_signature *ret_signature,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_OK when one of `signatures` is by `key` (id of `role`) over `body`.
 * ENT_REJECTED otherwise, with one sentence for every reason. */
enum ent_status ent_signing_verify(const struct ent_signatures *signatures,
    enum ent_key_role role, const struct ent_verify_key *key, const char *type,
    struct ent_view body, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_BAD_INPUT unless `key` is a point of prime order, as for every key that
 * comes from outside (in signing_point.c: uses crypto_core_ed25519). */
enum ent_status ent_verify_key_check(
    const struct ent_verify_key *key, struct ent_error *err) ENT_MUST_CHECK;

/* A Signed (proto/schema/common.proto) around `payload`, and back. Decoding
 * proves nothing; `ret_payload` looks into `wire`. */
enum ent_status ent_signed_encode(struct ent_view payload,
    const struct ent_signatures *signatures, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_signed_decode(struct ent_view wire,
    struct ent_view *ret_payload, struct ent_signatures *ret_signatures,
    struct ent_error *err) ENT_MUST_CHECK;

/* Sign and wrap, or unwrap and verify, in one call. */
enum ent_status ent_signed_make(const struct ent_signer *signer,
    const char *type, struct ent_view payload, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_signed_open(struct ent_view wire, enum ent_key_role role,
    const struct ent_verify_key *key, const char *type,
    struct ent_view *ret_payload, struct ent_error *err) ENT_MUST_CHECK;

#endif
