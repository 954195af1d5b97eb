/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery - signed statements about bundles: receipt, custody receipt, skip.
 *
 * Schema: proto/schema/delivery.proto. Making one encodes canonically and signs
 * it into a Signed; opening verifies and decodes. "peek" reads without
 * verifying, to learn whose certificate is needed.
 */
#ifndef ENT_PROTO_DELIVERY_H
#define ENT_PROTO_DELIVERY_H

#include "proto/bundle.h"

#define ENT_RANGES_MAX 64
#define ENT_ANSWERS_MAX 64
#define ENT_CLAUSE_MAX 63
/* Bytes of `sealed`. */
#define ENT_ANSWER_SEALED_MAX ((size_t)128 * 1024 + 64)

struct ent_range {
    uint64_t first;
    uint64_t last;
};

/* What the recipient answers about one bundle. */
struct ent_answer {
    uint64_t first;
    uint32_t count;
    uint32_t code; /* Entente__V1__AnswerCode */
    struct ent_digest label_hash;
    struct ent_view sealed; /* SETTLED: for proto/seal.h; borrowed */
    uint32_t reason;
    uint64_t highest;
};

struct ent_receipt {
    struct ent_stream_id stream;
    uint64_t settled_up_to;
    struct ent_range further[ENT_RANGES_MAX];
    size_t further_count;
    struct ent_digest chain;
    uint64_t issued_at;
    struct ent_digest revocation; /* zero: none */
    struct ent_digest agreement;  /* zero: none */
    struct ent_answer answers[ENT_ANSWERS_MAX];
    size_t answer_count;
};

enum ent_status ent_receipt_make(const struct ent_receipt *receipt,
    const struct ent_signer *recipient, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
/* `sealed` of the answers looks into `wire`. The certificate must be that of
 * the stream's recipient. */
enum ent_status ent_receipt_open(struct ent_view wire,
    const struct ent_certificate *recipient, struct ent_receipt *ret_receipt,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_receipt_peek(struct ent_view wire,
    struct ent_receipt *ret_receipt, struct ent_error *err) ENT_MUST_CHECK;

struct ent_custody {
    struct ent_address broker;
    struct ent_stream_id stream;
    uint64_t first;
    uint32_t count;
    struct ent_digest label_hash;
    uint64_t taken_at;
};

enum ent_status ent_custody_make(const struct ent_custody *custody,
    const struct ent_signer *broker, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_custody_open(struct ent_view wire,
    const struct ent_certificate *broker, struct ent_custody *ret_custody,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_custody_peek(struct ent_view wire,
    struct ent_custody *ret_custody, struct ent_error *err) ENT_MUST_CHECK;

struct ent_skip {
    struct ent_stream_id stream;
    uint64_t from;
    uint64_t to; /* inclusive */
    struct ent_digest chain_before;
    struct ent_digest chain_after;
    uint32_t reason; /* Entente__V1__SkipReason */
    uint64_t issued_at;
};

enum ent_status ent_skip_make(const struct ent_skip *skip,
    const struct ent_signer *sender, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_skip_open(struct ent_view wire,
    const struct ent_certificate *sender, struct ent_skip *ret_skip,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_skip_peek(struct ent_view wire, struct ent_skip *ret_skip,
    struct ent_error *err) ENT_MUST_CHECK;

/* What became of each message of a bundle: the plaintext inside an answer. */
struct ent_outcome {
    uint32_t index;
    uint32_t code; /* Entente__V1__OutcomeCode */
    uint32_t reason;
    char clause[ENT_CLAUSE_MAX + 1];
    uint32_t line;
};

/* `outcomes` must be one per message, in order of index. */
enum ent_status ent_outcomes_encode(const struct ent_outcome *outcomes,
    size_t count, struct ent_bytes *ret_plain,
    struct ent_error *err) ENT_MUST_CHECK;
/* ENT_BAD_INPUT unless exactly `count` outcomes, each index once, in order. */
enum ent_status ent_outcomes_decode(struct ent_view plain, size_t count,
    struct ent_outcome *ret_outcomes, struct ent_error *err) ENT_MUST_CHECK;

#endif
