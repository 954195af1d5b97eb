/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate - which keys belong to which office, and which no longer do.
 *
 * A certificate is an authority's word about an office or broker of its state;
 * a manifest is the office's own word about what changes often; a revocation
 * list is the authority's list of withdrawn keys. There is no global root: who
 * asks names the authority key it trusts. Schema: proto/schema/trust.proto.
 *
 * Ownership: plain values, copied freely. Times are ms since 1970, UTC.
 */
#ifndef ENT_PROTO_CERTIFICATE_H
#define ENT_PROTO_CERTIFICATE_H

#include "proto/address.h"
#include "proto/signing.h"

#define ENT_CERTIFICATE_LIFE_MAX_MS (UINT64_C(366) * 86400 * 1000)
#define ENT_CERTIFICATE_NAMES_MAX 8
#define ENT_SEALING_EPOCH_MAX_MS (UINT64_C(7) * 86400 * 1000)
#define ENT_MANIFEST_KEYS_MAX 16
#define ENT_MANIFEST_BROKERS_MAX 8
#define ENT_MANIFEST_ENDPOINTS_MAX 8
#define ENT_MANIFEST_OFFICERS_MAX 64
#define ENT_REVOCATIONS_MAX 4096

struct ent_display_name {
    char lang[16];
    char text[200];
};

struct ent_certificate {
    struct ent_address address;
    uint32_t kind; /* Entente__V1__OfficeKind */
    struct ent_display_name names[ENT_CERTIFICATE_NAMES_MAX];
    size_t name_count;
    struct ent_verify_key signing_key;
    struct ent_key_id signing_key_id; /* derived, role by kind */
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];
    uint64_t not_before;
    uint64_t not_after;
    uint64_t serial;
    struct ent_key_id authority_key_id;
};

/* ENT_KEY_BROKER for a broker, ENT_KEY_OFFICE for any office. */
enum ent_key_role ent_certificate_role(const struct ent_certificate *cert);

/* Make one; `authority` must be the authority of the address's state. */
enum ent_status ent_certificate_make(const struct ent_certificate *cert,
    const struct ent_signer *authority, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open and verify against the authority key of the state in its address.
 * Validity in time is a question of its own: ent_certificate_check_time. */
enum ent_status ent_certificate_open(struct ent_view wire,
    const struct ent_verify_key *authority, struct ent_certificate *ret_cert,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read without verifying: to learn whose it claims to be. */
enum ent_status ent_certificate_peek(struct ent_view wire,
    struct ent_certificate *ret_cert, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_EXPIRED unless not_before - 10 min <= at_ms < not_after. */
enum ent_status ent_certificate_check_time(const struct ent_certificate *cert,
    uint64_t at_ms, struct ent_error *err) ENT_MUST_CHECK;

struct ent_sealing_key {
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    struct ent_key_id key_id; /* derived */
    uint64_t not_before;
    uint64_t not_after;
};

struct ent_manifest {
    struct ent_address address;
    uint64_t sequence;
    uint64_t incarnation;
    struct ent_sealing_key keys[ENT_MANIFEST_KEYS_MAX];
    size_t key_count;
    struct ent_address brokers[ENT_MANIFEST_BROKERS_MAX];
    size_t broker_count;
    char endpoints[ENT_MANIFEST_ENDPOINTS_MAX][128];
    size_t endpoint_count;
    uint64_t issued_at;
    uint64_t restore_incarnation; /* stores before this one are lost; 0: none */
    uint64_t restore_since;       /* what they settled from then on, ms */
    struct ent_key_id officers[ENT_MANIFEST_OFFICERS_MAX]; /* revoked */
    size_t officer_count;
};

enum ent_status ent_manifest_make(const struct ent_manifest *manifest,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open and verify with the key of its office's certificate. */
enum ent_status ent_manifest_open(struct ent_view wire,
    const struct ent_certificate *office, struct ent_manifest *ret_manifest,
    struct ent_error *err) ENT_MUST_CHECK;

/* The key to seal with at `now_ms`: the current epoch's, else the newest one
 * (the last key stays usable until a newer manifest comes). NULL: none. */
const struct ent_sealing_key *ent_manifest_key(
    const struct ent_manifest *manifest, uint64_t now_ms);

struct ent_revocation {
    struct ent_key_id key_id;
    struct ent_address address;
    uint64_t serial;
    uint64_t revoked_at;
};

/* The list itself is opaque: it may be long. */
struct ent_revocation_list;

enum ent_status ent_revocation_list_make(const char *state, uint64_t number,
    uint64_t issued_at, uint64_t next_update,
    const struct ent_revocation *revoked, size_t count,
    const struct ent_signer *authority, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_revocation_list_open(struct ent_view wire,
    const struct ent_verify_key *authority,
    struct ent_revocation_list **ret_list,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_revocation_list_free(struct ent_revocation_list **list);
const char *ent_revocation_list_state(const struct ent_revocation_list *list);
uint64_t ent_revocation_list_number(const struct ent_revocation_list *list);
uint64_t ent_revocation_list_next_update(
    const struct ent_revocation_list *list);
struct ent_digest ent_revocation_list_digest(
    const struct ent_revocation_list *list); /* of the wire bytes */
/* Its entries, in order of key id: what the next list begins with. */
size_t ent_revocation_list_count(const struct ent_revocation_list *list);
const struct ent_revocation *ent_revocation_list_entry(
    const struct ent_revocation_list *list, size_t index);
/* True when that certificate's signing key, or its serial with its address, is
 * on the list. */
bool ent_revocation_list_has(
    const struct ent_revocation_list *list, const struct ent_certificate *cert);

#endif
