/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame - what the two ends of a connection tell each other, apart from what is
 * signed: the payloads of HELLO, STATE, CREDIT, FETCH, OBJECT and BYE.
 *
 * Schema: proto/schema/link.proto. BUNDLE is proto/bundle.h; RECEIPT, SKIP and
 * CUSTODY are Signed (proto/delivery.h). Decoding refuses what is malformed
 * with ENT_BAD_INPUT; views look into the payload.
 */
#ifndef ENT_PROTO_FRAME_H
#define ENT_PROTO_FRAME_H

#include "proto/bundle.h"
#include "proto/link.h"
#include "proto/witness.h"

#define ENT_PROTOCOL_VERSION 1

/* Credit is never less than one bundle of the greatest size and its head. */
#define ENT_CREDIT_MIN (ENT_FRAME_BODY_MAX + (size_t)256 * 1024)

#define ENT_STATE_STREAMS_MAX 32
#define ENT_STATE_RECEIPTS_MAX 32
#define ENT_BYE_TEXT_MAX 200

/* Which protocol versions and suites are spoken is not a matter of choice:
 * encoding writes ours, decoding is ENT_UNSUPPORTED without a common one. */
struct ent_hello {
    struct ent_view certificate; /* a Signed */
    uint64_t manifest_sequence;
    uint64_t revocation_number;
    uint32_t lane; /* Entente__V1__Lane */
    uint64_t credit;
};

enum ent_status ent_hello_encode(const struct ent_hello *hello,
    struct ent_bytes *ret_payload, struct ent_error *err) ENT_MUST_CHECK;
/* ENT_BAD_INPUT also for an unknown lane or less than ENT_CREDIT_MIN. */
enum ent_status ent_hello_decode(struct ent_view payload,
    struct ent_hello *ret_hello, struct ent_error *err) ENT_MUST_CHECK;

struct ent_stream_state {
    uint32_t role; /* Entente__V1__StateRole */
    struct ent_stream_id stream;
    uint64_t settled_up_to;
    struct ent_digest chain; /* zero: not told */
    struct ent_digest receipts[ENT_STATE_RECEIPTS_MAX];
    size_t receipt_count;
};

struct ent_state {
    struct ent_stream_state streams[ENT_STATE_STREAMS_MAX];
    size_t stream_count;
    bool last_page;
};

enum ent_status ent_state_encode(const struct ent_state *state,
    struct ent_bytes *ret_payload, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_state_decode(struct ent_view payload,
    struct ent_state *ret_state, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status ent_credit_encode(uint64_t bytes, struct ent_bytes *ret_payload,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_credit_decode(struct ent_view payload, uint64_t *ret_bytes,
    struct ent_error *err) ENT_MUST_CHECK;

/* An address; of a list or rollover a state, of a witness two addresses. */
#define ENT_SUBJECT_MAX ENT_WITNESS_SUBJECT_MAX

struct ent_fetch {
    uint32_t kind; /* Entente__V1__ObjectKind */
    char subject[ENT_SUBJECT_MAX + 1];
    uint64_t newer_than;
};

enum ent_status ent_fetch_encode(const struct ent_fetch *fetch,
    struct ent_bytes *ret_payload, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_fetch_decode(struct ent_view payload,
    struct ent_fetch *ret_fetch, struct ent_error *err) ENT_MUST_CHECK;

struct ent_object {
    uint32_t kind; /* Entente__V1__ObjectKind */
    char subject[ENT_SUBJECT_MAX + 1];
    struct ent_view wire; /* a Signed; empty: none known */
};

enum ent_status ent_object_encode(const struct ent_object *object,
    struct ent_bytes *ret_payload, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_object_decode(struct ent_view payload,
    struct ent_object *ret_object, struct ent_error *err) ENT_MUST_CHECK;

struct ent_bye {
    uint32_t reason; /* enum ent_refusal, or a number we do not know */
    char text[ENT_BYE_TEXT_MAX + 1];
    bool about_stream; /* one bundle is refused; the conversation goes on */
    struct ent_stream_id stream;
    uint64_t first;
};

/* Text beyond the limit is cut off, between characters. */
enum ent_status ent_bye_encode(const struct ent_bye *bye,
    struct ent_bytes *ret_payload, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_bye_decode(struct ent_view payload, struct ent_bye *ret_bye,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
