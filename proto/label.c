/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/label.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdalign.h>
#include <string.h>
#include <strings.h>

#include "proto/base/pb.h"
#include "proto/field.h"

#define HOUR_MS (UINT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)

/* Fields from here on may come with later versions, and are ignored. */
#define LABEL_EXTENSIONS_FROM 64

static const struct ent_pb_limits limits = {
    .size_max = ENT_LABEL_MAX,
    .fields_max = 64,
    .reserved_below = LABEL_EXTENSIONS_FROM,
};

/* ---- what must hold of every label, ours or another's ---- */

static enum ent_status
position_check(const struct ent_label *label, struct ent_error *err)
{
    if (label->count < 1 || label->count > ENT_BUNDLE_MESSAGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "count: %" PRIu32 " messages, where 1 to %d may be", label->count,
            ENT_BUNDLE_MESSAGES_MAX);
    }
    if (label->first < 1 || label->first > UINT64_MAX - label->count) {
        return ent_fail(err, ENT_BAD_INPUT,
            "first: no message of a stream has the sequence %" PRIu64,
            label->first);
    }
    if (label->body_len < 1 || label->body_len > ENT_BODY_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "body_len: %" PRIu32 " bytes, where 1 to %zu may be",
            label->body_len, ENT_BODY_MAX);
    }
    return ENT_OK;
}

static enum ent_status
label_check(const struct ent_label *label, struct ent_error *err)
{
    if (label->suite != ENT_SUITE_X25519) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "suite %" PRIu32 ", of which this program knows nothing",
            label->suite);
    }
    if (label->stream.precedence < ENTENTE__V1__PRECEDENCE__DEFERRED ||
        label->stream.precedence > ENTENTE__V1__PRECEDENCE__FLASH) {
        return ent_fail(err, ENT_BAD_INPUT, "precedence: %" PRIu32,
            label->stream.precedence);
    }
    if (label->mode < ENTENTE__V1__MODE__ACTUAL ||
        label->mode > ENTENTE__V1__MODE__TEST) {
        return ent_fail(err, ENT_BAD_INPUT, "mode: %" PRIu32, label->mode);
    }
    if (label->expires_at <= label->sealed_at) {
        return ent_fail(
            err, ENT_BAD_INPUT, "expires_at: expired when it was sealed");
    }
    return position_check(label, err);
}

/* ---- encode ---- */

static void
label_write(const struct ent_label *label, Entente__V1__Label *out)
{
    out->version = ENT_LABEL_VERSION;
    out->suite = label->suite;
    out->sender = (char *)label->stream.sender.text;
    out->recipient = (char *)label->stream.recipient.text;
    out->precedence = (Entente__V1__Precedence)label->stream.precedence;
    out->mode = (Entente__V1__Mode)label->mode;
    out->sender_incarnation = label->stream.sender_incarnation;
    out->recipient_incarnation = label->stream.recipient_incarnation;
    out->first = label->first;
    out->count = label->count;
    out->body_len = label->body_len;
    out->previous =
        ent_field_bytes(label->previous.bytes, ENT_DIGEST_LEN, false);
    out->root = ent_field_bytes(label->root.bytes, ENT_DIGEST_LEN, false);
    out->enc = ent_field_bytes(label->enc, sizeof label->enc, false);
    out->signing_key_id =
        ent_field_bytes(label->signing_key_id.bytes, ENT_KEY_ID_LEN, false);
    out->sealing_key_id =
        ent_field_bytes(label->sealing_key_id.bytes, ENT_KEY_ID_LEN, false);
    out->psk_id = ent_field_bytes(label->psk_id.bytes, ENT_KEY_ID_LEN, true);
    out->agreement =
        ent_field_bytes(label->agreement.bytes, ENT_DIGEST_LEN, false);
    out->sealed_at = label->sealed_at;
    out->expires_at = label->expires_at;
}

enum ent_status
ent_label_encode(const struct ent_label *label, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    Entente__V1__Label message = ENTENTE__V1__LABEL__INIT;
    enum ent_status rc;

    rc = label_check(label, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_stream_check(&label->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    label_write(label, &message);
    return ent_pb_pack(&message.base, ret_wire, err);
}

/* ---- decode ---- */

/* Sixteen zero bytes would be a second way to say "no pair key". */
static enum ent_status
psk_id_read(
    ProtobufCBinaryData data, struct ent_key_id *ret_id, struct ent_error *err)
{
    const struct ent_field field = {
        "psk_id", data, ret_id->bytes, ENT_KEY_ID_LEN};

    if (data.len == 0) {
        return ENT_OK;
    }
    if (sodium_is_zero(data.data, data.len)) {
        return ent_fail(err, ENT_BAD_INPUT, "psk_id: zeros instead of nothing");
    }
    return ent_field_read(&field, 1, err);
}

static enum ent_status
bytes_read(const Entente__V1__Label *in, struct ent_label *label,
    struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"previous", in->previous, label->previous.bytes, ENT_DIGEST_LEN},
        {"root", in->root, label->root.bytes, ENT_DIGEST_LEN},
        {"enc", in->enc, label->enc, sizeof label->enc},
        {"signing_key_id", in->signing_key_id, label->signing_key_id.bytes,
            ENT_KEY_ID_LEN},
        {"sealing_key_id", in->sealing_key_id, label->sealing_key_id.bytes,
            ENT_KEY_ID_LEN},
        {"agreement", in->agreement, label->agreement.bytes, ENT_DIGEST_LEN},
    };
    enum ent_status rc;

    rc = ent_field_read(fields, sizeof fields / sizeof fields[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    return psk_id_read(in->psk_id, &label->psk_id, err);
}

static enum ent_status
label_read(const Entente__V1__Label *in, struct ent_label *label,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    label->suite = in->suite;
    label->stream.precedence = (uint32_t)in->precedence;
    label->stream.sender_incarnation = in->sender_incarnation;
    label->stream.recipient_incarnation = in->recipient_incarnation;
    label->mode = (uint32_t)in->mode;
    label->first = in->first;
    label->count = in->count;
    label->body_len = in->body_len;
    label->sealed_at = in->sealed_at;
    label->expires_at = in->expires_at;
    rc = label_check(label, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("sender", in->sender, &label->stream.sender, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address(
        "recipient", in->recipient, &label->stream.recipient, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return bytes_read(in, label, err);
}

enum ent_status
ent_label_decode(
    struct ent_view wire, struct ent_label *ret_label, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    struct ent_label label = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(
        &entente__v1__label__descriptor, wire, &limits, &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = label_read((const Entente__V1__Label *)message, &label, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "Label");
        return rc;
    }
    *ret_label = label;
    return ENT_OK;
}

/* ---- precedence and mode ---- */

static const char *const precedence_names[] = {
    [ENTENTE__V1__PRECEDENCE__DEFERRED] = "DEFERRED",
    [ENTENTE__V1__PRECEDENCE__ROUTINE] = "ROUTINE",
    [ENTENTE__V1__PRECEDENCE__PRIORITY] = "PRIORITY",
    [ENTENTE__V1__PRECEDENCE__IMMEDIATE] = "IMMEDIATE",
    [ENTENTE__V1__PRECEDENCE__FLASH] = "FLASH",
};

static const char *const mode_names[] = {
    [ENTENTE__V1__MODE__ACTUAL] = "ACTUAL",
    [ENTENTE__V1__MODE__EXERCISE] = "EXERCISE",
    [ENTENTE__V1__MODE__TEST] = "TEST",
};

static const char *
name_of(const char *const *names, size_t count, uint32_t value)
{
    return value >= 1 && value < count ? names[value] : "UNKNOWN";
}

bool
ent_label_is_ahead(const struct ent_label *label, uint64_t now_ms)
{
    return label->sealed_at > now_ms &&
           label->sealed_at - now_ms > ENT_CLOCK_SKEW_MS;
}

uint64_t
ent_precedence_life_max_ms(uint32_t precedence)
{
    switch (precedence) {
    case ENTENTE__V1__PRECEDENCE__FLASH:
        return 24 * HOUR_MS;
    case ENTENTE__V1__PRECEDENCE__IMMEDIATE:
        return 3 * DAY_MS;
    default:
        return 7 * DAY_MS;
    }
}

const char *
ent_precedence_name(uint32_t precedence)
{
    return name_of(precedence_names,
        sizeof precedence_names / sizeof precedence_names[0], precedence);
}

enum ent_status
ent_precedence_parse(
    struct ent_view text, uint32_t *ret_precedence, struct ent_error *err)
{
    for (uint32_t i = ENTENTE__V1__PRECEDENCE__DEFERRED;
         i <= ENTENTE__V1__PRECEDENCE__FLASH; i++) {
        const char *name = precedence_names[i];

        if (strlen(name) == text.len &&
            strncasecmp(name, (const char *)text.data, text.len) == 0) {
            *ret_precedence = i;
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_BAD_INPUT,
        "a precedence is FLASH, IMMEDIATE, PRIORITY, ROUTINE or DEFERRED");
}

bool
ent_precedence_is_urgent(uint32_t precedence)
{
    return precedence == ENTENTE__V1__PRECEDENCE__FLASH ||
           precedence == ENTENTE__V1__PRECEDENCE__IMMEDIATE;
}

const char *
ent_mode_name(uint32_t mode)
{
    return name_of(mode_names, sizeof mode_names / sizeof mode_names[0], mode);
}

/* ---- streams and their chain ---- */

bool
ent_stream_id_equal(
    const struct ent_stream_id *a, const struct ent_stream_id *b)
{
    return a->precedence == b->precedence &&
           a->sender_incarnation == b->sender_incarnation &&
           a->recipient_incarnation == b->recipient_incarnation &&
           ent_address_equal(&a->sender, &b->sender) &&
           ent_address_equal(&a->recipient, &b->recipient);
}

/* The text with its length in front. */
static void
hash_address(crypto_generichash_state *state, const struct ent_address *address)
{
    const uint8_t len = (uint8_t)strlen(address->text);

    crypto_generichash_update(state, &len, 1);
    crypto_generichash_update(state, (const uint8_t *)address->text, len);
}

struct ent_digest
ent_chain_genesis(const struct ent_stream_id *stream)
{
    static const uint8_t context[] = "entente stream v1";
    crypto_generichash_state state;
    struct ent_digest genesis;
    uint8_t numbers[1 + 8 + 8];

    ent_put_be(numbers, stream->precedence, 1);
    ent_put_be(numbers + 1, stream->sender_incarnation, 8);
    ent_put_be(numbers + 9, stream->recipient_incarnation, 8);

    crypto_generichash_init(&state, NULL, 0, sizeof genesis.bytes);
    crypto_generichash_update(&state, context, sizeof context - 1);
    hash_address(&state, &stream->sender);
    hash_address(&state, &stream->recipient);
    crypto_generichash_update(&state, numbers, sizeof numbers);
    crypto_generichash_final(&state, genesis.bytes, sizeof genesis.bytes);
    return genesis;
}

struct ent_digest
ent_chain_next(const struct ent_digest *previous, struct ent_view label)
{
    static const uint8_t prefix = 0x02;
    crypto_generichash_state state;
    struct ent_digest next;

    crypto_generichash_init(&state, NULL, 0, sizeof next.bytes);
    crypto_generichash_update(&state, &prefix, 1);
    crypto_generichash_update(&state, previous->bytes, sizeof previous->bytes);
    crypto_generichash_update(&state, label.data, label.len);
    crypto_generichash_final(&state, next.bytes, sizeof next.bytes);
    return next;
}
