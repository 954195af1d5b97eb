/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle - envelopes of one office to one other, signed together.
 *
 *     Bundle   = label, signatures, body
 *     body     = (u32 length, envelope)*     1 to 1,024, at most 1 MiB
 *     envelope = envelope_id(16) commitment(32) ciphertext
 *
 * Everything here can be done without any decryption key: it is what a broker
 * does. Opening is proto/seal.h.
 */
#ifndef ENT_PROTO_BUNDLE_H
#define ENT_PROTO_BUNDLE_H

#include "proto/certificate.h"
#include "proto/id.h"
#include "proto/label.h"

#define ENT_COMMITMENT_LEN 32
#define ENT_ENVELOPE_OVERHEAD (ENT_ID_LEN + ENT_COMMITMENT_LEN + 16)
#define ENT_HOPS_MAX 8

struct ent_hop {
    struct ent_address brokers[ENT_HOPS_MAX];
    size_t count;
};

/* A bundle as it travelled; views into the caller's memory. */
struct ent_bundle {
    struct ent_hop hop;
    struct ent_label label;
    struct ent_view label_wire;
    struct ent_signatures signatures;
    struct ent_view body;
};

/* One envelope of a body; views into it. */
struct ent_envelope {
    struct ent_id id;
    struct ent_view commitment;
    struct ent_view ciphertext;
    struct ent_view whole; /* what the leaf hashes */
};

/* The head of a frame: a Bundle (proto/schema/link.proto) without its body. */
enum ent_status ent_bundle_encode_head(const struct ent_hop *hop,
    struct ent_view label_wire, const struct ent_signatures *signatures,
    struct ent_bytes *ret_head, struct ent_error *err) ENT_MUST_CHECK;

/* Read head and body of a frame; decodes the label, checks sizes and the
 * framing of the body, and nothing else. Views point into `head` and `body`. */
enum ent_status ent_bundle_decode(struct ent_view head, struct ent_view body,
    struct ent_bundle *ret_bundle, struct ent_error *err) ENT_MUST_CHECK;

/* The same of a head alone: the body stays empty, whatever the label says. */
enum ent_status ent_bundle_decode_head(struct ent_view head,
    struct ent_bundle *ret_bundle, struct ent_error *err) ENT_MUST_CHECK;

/* Signature by `sender`'s certificate, key id, root over the body. What a
 * broker checks before custody and a recipient before opening. Every failure
 * is ENT_REJECTED in the same words; `err` has the detail for our log. */
enum ent_status ent_bundle_verify(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, struct ent_error *err) ENT_MUST_CHECK;

/* The same without the body: that `sender` signed this label. What the label is
 * of is then not known to be whole. */
enum ent_status ent_bundle_verify_label(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_REJECTED unless sealed_at <= now + 10 min, the life is inside the maximum
 * of its precedence, and the certificate was valid at sealed_at; ENT_EXPIRED
 * when only expires_at is past. */
enum ent_status ent_bundle_check_time(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* Walk a body: start with *offset 0; false at its end. The body must have
 * passed ent_bundle_decode (or ent_body_check). */
bool ent_body_next(
    struct ent_view body, size_t *offset, struct ent_envelope *ret_envelope);

/* The framing of a body of exactly `count` envelopes. */
enum ent_status ent_body_check(
    struct ent_view body, uint32_t count, struct ent_error *err) ENT_MUST_CHECK;

/* Merkle root over the envelopes of a checked body. */
enum ent_status ent_body_root(struct ent_view body, uint32_t count,
    struct ent_digest *ret_root, struct ent_error *err) ENT_MUST_CHECK;

#endif
