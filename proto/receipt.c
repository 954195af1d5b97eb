/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/delivery.h"
#include "proto/field.h"

#define ANSWERS_FIELD 9
#define SEALED_FIELD 5

/* What ranges and answers take besides the bytes of the receipt, unpacked. */
#define ARENA_BASE ((size_t)64 * 1024)

static const struct ent_pb_limits limits = {
    .size_max = ENT_SIGNED_MAX,
    .fields_max = 16 + ENT_RANGES_MAX * 3 + ENT_ANSWERS_MAX * 8,
};

/* ---- what must hold of every receipt, ours or another's ---- */

static enum ent_status
ranges_check(const struct ent_receipt *receipt, struct ent_error *err)
{
    uint64_t before = receipt->settled_up_to;

    if (receipt->further_count > ENT_RANGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "further: %zu, more than %d",
            receipt->further_count, ENT_RANGES_MAX);
    }
    for (size_t i = 0; i < receipt->further_count; i++) {
        const struct ent_range *range = &receipt->further[i];

        if (range->first <= before || range->last < range->first) {
            return ent_fail(
                err, ENT_BAD_INPUT, "further[%zu]: not ascending", i);
        }
        before = range->last;
    }
    return ENT_OK;
}

static enum ent_status
answer_check(const struct ent_answer *answer, struct ent_error *err)
{
    const bool settled = answer->code == ENTENTE__V1__ANSWER_CODE__SETTLED;
    const bool stale = answer->code == ENTENTE__V1__ANSWER_CODE__STALE;

    if (answer->count < 1 || answer->count > ENT_BUNDLE_MESSAGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "count: %" PRIu32, answer->count);
    }
    if (answer->first < 1 || answer->first > UINT64_MAX - answer->count) {
        return ent_fail(err, ENT_BAD_INPUT, "first: %" PRIu64, answer->first);
    }
    if (answer->code < ENTENTE__V1__ANSWER_CODE__SETTLED ||
        answer->code > ENTENTE__V1__ANSWER_CODE__SKIPPED) {
        return ent_fail(err, ENT_BAD_INPUT, "code: %" PRIu32, answer->code);
    }
    if (answer->sealed.len > (settled ? ENT_ANSWER_SEALED_MAX : 0)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "sealed: %zu bytes are too many here", answer->sealed.len);
    }
    if (answer->highest != 0 && !stale) {
        return ent_fail(err, ENT_BAD_INPUT, "highest: only STALE has one");
    }
    return ENT_OK;
}

static enum ent_status
receipt_check(const struct ent_receipt *receipt, struct ent_error *err)
{
    enum ent_status rc;

    rc = ranges_check(receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (receipt->answer_count > ENT_ANSWERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "answers: %zu, more than %d",
            receipt->answer_count, ENT_ANSWERS_MAX);
    }
    for (size_t i = 0; i < receipt->answer_count; i++) {
        rc = answer_check(&receipt->answers[i], err);
        if (rc != ENT_OK) {
            ent_error_wrap(err, "answers[%zu]", i);
            return rc;
        }
    }
    return ENT_OK;
}

/* ---- making ---- */

struct receipt_field {
    Entente__V1__Stream stream;
    Entente__V1__Range ranges[ENT_RANGES_MAX];
    Entente__V1__Range *range_list[ENT_RANGES_MAX];
    Entente__V1__Answer answers[ENT_ANSWERS_MAX];
    Entente__V1__Answer *answer_list[ENT_ANSWERS_MAX];
};

static void
answer_write(const struct ent_answer *answer, Entente__V1__Answer *out)
{
    *out = (Entente__V1__Answer)ENTENTE__V1__ANSWER__INIT;
    out->first = answer->first;
    out->count = answer->count;
    out->code = (Entente__V1__AnswerCode)answer->code;
    out->label_hash =
        ent_field_bytes(answer->label_hash.bytes, ENT_DIGEST_LEN, false);
    out->sealed =
        ent_field_bytes(answer->sealed.data, answer->sealed.len, false);
    out->reason = answer->reason;
    out->highest = answer->highest;
}

static void
lists_write(const struct ent_receipt *receipt, struct receipt_field *field)
{
    for (size_t i = 0; i < receipt->further_count; i++) {
        field->ranges[i] = (Entente__V1__Range)ENTENTE__V1__RANGE__INIT;
        field->ranges[i].first = receipt->further[i].first;
        field->ranges[i].last = receipt->further[i].last;
        field->range_list[i] = &field->ranges[i];
    }
    for (size_t i = 0; i < receipt->answer_count; i++) {
        answer_write(&receipt->answers[i], &field->answers[i]);
        field->answer_list[i] = &field->answers[i];
    }
}

static enum ent_status
receipt_pack(const struct ent_receipt *receipt, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Receipt out = ENTENTE__V1__RECEIPT__INIT;
    struct receipt_field field;

    lists_write(receipt, &field);
    field.stream = ent_field_from_stream(&receipt->stream);
    out.version = 1;
    out.stream = &field.stream;
    out.settled_up_to = receipt->settled_up_to;
    out.n_further = receipt->further_count;
    out.further = field.range_list;
    out.chain = ent_field_bytes(receipt->chain.bytes, ENT_DIGEST_LEN, false);
    out.issued_at = receipt->issued_at;
    out.revocation =
        ent_field_bytes(receipt->revocation.bytes, ENT_DIGEST_LEN, true);
    out.agreement =
        ent_field_bytes(receipt->agreement.bytes, ENT_DIGEST_LEN, true);
    out.n_answers = receipt->answer_count;
    out.answers = field.answer_list;
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_receipt_make(const struct ent_receipt *receipt,
    const struct ent_signer *recipient, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc;

    rc = ent_field_stream_check(&receipt->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = receipt_check(receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = receipt_pack(receipt, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(
        recipient, ENT_TYPE_RECEIPT, ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
answer_read(const Entente__V1__Answer *in, struct ent_answer *answer,
    struct ent_error *err)
{
    const struct ent_field field = {
        "label_hash", in->label_hash, answer->label_hash.bytes, ENT_DIGEST_LEN};

    answer->first = in->first;
    answer->count = in->count;
    answer->code = (uint32_t)in->code;
    answer->reason = in->reason;
    answer->highest = in->highest;
    return ent_field_read(&field, 1, err);
}

/* Unpacking copied what is sealed; its first place outlives that copy. */
static void
sealed_find(struct ent_view payload, struct ent_receipt *receipt)
{
    struct ent_view value;
    uint32_t number;
    size_t i = 0;

    while (ent_field_next(&payload, &number, &value)) {
        if (number == ANSWERS_FIELD) {
            assert(i < receipt->answer_count);
            receipt->answers[i].sealed = ent_field_find(value, SEALED_FIELD);
            i++;
        }
    }
}

static enum ent_status
answers_read(const Entente__V1__Receipt *in, struct ent_view payload,
    struct ent_receipt *receipt, struct ent_error *err)
{
    if (in->n_answers > ENT_ANSWERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "answers: %zu, more than %d",
            in->n_answers, ENT_ANSWERS_MAX);
    }
    for (size_t i = 0; i < in->n_answers; i++) {
        enum ent_status rc =
            answer_read(in->answers[i], &receipt->answers[i], err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "answers[%zu]", i);
            return rc;
        }
    }
    receipt->answer_count = in->n_answers;
    sealed_find(payload, receipt);
    return ENT_OK;
}

static enum ent_status
ranges_read(const Entente__V1__Receipt *in, struct ent_receipt *receipt,
    struct ent_error *err)
{
    if (in->n_further > ENT_RANGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "further: %zu, more than %d",
            in->n_further, ENT_RANGES_MAX);
    }
    for (size_t i = 0; i < in->n_further; i++) {
        receipt->further[i].first = in->further[i]->first;
        receipt->further[i].last = in->further[i]->last;
    }
    receipt->further_count = in->n_further;
    return ENT_OK;
}

/* Nothing, or 32 bytes that are not zeros: there is one way to say "none". */
static enum ent_status
optional_read(const char *name, ProtobufCBinaryData data,
    struct ent_digest *ret_digest, struct ent_error *err)
{
    const struct ent_field field = {
        name, data, ret_digest->bytes, ENT_DIGEST_LEN};

    if (data.len == 0) {
        return ENT_OK;
    }
    if (sodium_is_zero(data.data, data.len)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "%s: zeros instead of nothing", name);
    }
    return ent_field_read(&field, 1, err);
}

static enum ent_status
digests_read(const Entente__V1__Receipt *in, struct ent_receipt *receipt,
    struct ent_error *err)
{
    const struct ent_field chain = {
        "chain", in->chain, receipt->chain.bytes, ENT_DIGEST_LEN};
    enum ent_status rc;

    rc = ent_field_read(&chain, 1, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = optional_read("revocation", in->revocation, &receipt->revocation, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return optional_read("agreement", in->agreement, &receipt->agreement, err);
}

static enum ent_status
fields_read(const Entente__V1__Receipt *in, struct ent_view payload,
    struct ent_receipt *receipt, struct ent_error *err)
{
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_stream(in->stream, &receipt->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    receipt->settled_up_to = in->settled_up_to;
    receipt->issued_at = in->issued_at;
    rc = digests_read(in, receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ranges_read(in, receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = answers_read(in, payload, receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return receipt_check(receipt, err);
}

static enum ent_status
payload_read(
    struct ent_view payload, struct ent_receipt *receipt, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message;
    enum ent_status rc;

    rc = ent_arena_init(&arena, ARENA_BASE + payload.len, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_pb_unpack(&entente__v1__receipt__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return fields_read(
        (const Entente__V1__Receipt *)message, payload, receipt, err);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_certificate *recipient,
    struct ent_receipt *receipt, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ENT_KEY_OFFICE, &recipient->signing_key,
        ENT_TYPE_RECEIPT, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, receipt, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&receipt->stream.recipient, &recipient->address)) {
        return ent_fail(err, ENT_REJECTED, "its stream has another recipient");
    }
    return ENT_OK;
}

enum ent_status
ent_receipt_open(struct ent_view wire, const struct ent_certificate *recipient,
    struct ent_receipt *ret_receipt, struct ent_error *err)
{
    struct ent_receipt receipt = {0};
    enum ent_status rc = open_checked(wire, recipient, &receipt, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "receipt of %s", recipient->address.text);
        return rc;
    }
    *ret_receipt = receipt;
    return ENT_OK;
}

enum ent_status
ent_receipt_peek(struct ent_view wire, struct ent_receipt *ret_receipt,
    struct ent_error *err)
{
    struct ent_receipt receipt = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, &receipt, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "receipt");
        return rc;
    }
    *ret_receipt = receipt;
    return ENT_OK;
}
