/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/frame.h"

#include <assert.h>
#include <inttypes.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/link.pb-c.h"

#define HELLO_CERTIFICATE 3
#define OBJECT_SIGNED 3
#define VERSIONS_MAX 16 /* of protocol or suites that a peer may name */

/* Decoding copies what is long; an arena of this much and the payload is room
 * for all the rest. */
#define OVERHEAD ((size_t)4096)

static const struct ent_pb_limits limits = {
    .size_max = ENT_FRAME_PAYLOAD_MAX,
    .fields_max = 64,
    .reserved_below = 0,
};

static enum ent_status
unpack(const ProtobufCMessageDescriptor *descriptor, struct ent_view payload,
    struct ent_arena *arena, ProtobufCMessage **ret_message,
    struct ent_error *err)
{
    enum ent_status rc;

    if (payload.len > ENT_FRAME_PAYLOAD_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a payload of %zu bytes", payload.len);
    }
    rc = ent_arena_init(arena, payload.len + OVERHEAD, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_pb_unpack(descriptor, payload, &limits, arena, ret_message, err);
}

/* ---- HELLO ---- */

enum ent_status
ent_hello_encode(const struct ent_hello *hello, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Hello message = ENTENTE__V1__HELLO__INIT;
    uint32_t version = ENT_PROTOCOL_VERSION;
    uint32_t suite = ENT_SUITE_X25519;

    assert(hello->credit >= ENT_CREDIT_MIN);

    message.n_versions = 1;
    message.versions = &version;
    message.n_suites = 1;
    message.suites = &suite;
    message.certificate =
        ent_field_bytes(hello->certificate.data, hello->certificate.len, false);
    message.manifest_sequence = hello->manifest_sequence;
    message.revocation_number = hello->revocation_number;
    message.lane = (Entente__V1__Lane)hello->lane;
    message.credit = hello->credit;
    return ent_pb_pack(&message.base, ret_payload, err);
}

static enum ent_status
check_common(const char *what, const uint32_t *list, size_t count,
    uint32_t ours, struct ent_error *err)
{
    if (count == 0 || count > VERSIONS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "%s: %zu of them", what, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i] == ours) {
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_UNSUPPORTED,
        "%s: %" PRIu32 " is not among those the peer knows", what, ours);
}

static enum ent_status
hello_check(const Entente__V1__Hello *message, struct ent_error *err)
{
    enum ent_status rc;

    rc = check_common("versions", message->versions, message->n_versions,
        ENT_PROTOCOL_VERSION, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = check_common(
        "suites", message->suites, message->n_suites, ENT_SUITE_X25519, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (message->certificate.len == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "certificate: missing");
    }
    if (message->lane == ENTENTE__V1__LANE__LANE_UNSPECIFIED) {
        return ent_fail(err, ENT_BAD_INPUT, "lane: missing");
    }
    if (message->credit < ENT_CREDIT_MIN) {
        return ent_fail(err, ENT_BAD_INPUT,
            "credit: %" PRIu64 " bytes, less than one bundle", message->credit);
    }
    return ENT_OK;
}

enum ent_status
ent_hello_decode(
    struct ent_view payload, struct ent_hello *ret_hello, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Hello *message;
    ProtobufCMessage *unpacked;
    enum ent_status rc;

    rc = unpack(
        &entente__v1__hello__descriptor, payload, &arena, &unpacked, err);
    if (rc != ENT_OK) {
        return rc;
    }
    message = (const Entente__V1__Hello *)unpacked;
    rc = hello_check(message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ret_hello->certificate = ent_field_find(payload, HELLO_CERTIFICATE);
    ret_hello->manifest_sequence = message->manifest_sequence;
    ret_hello->revocation_number = message->revocation_number;
    ret_hello->lane = (uint32_t)message->lane;
    ret_hello->credit = message->credit;
    return ENT_OK;
}

/* ---- CREDIT ---- */

enum ent_status
ent_credit_encode(
    uint64_t bytes, struct ent_bytes *ret_payload, struct ent_error *err)
{
    Entente__V1__Credit message = ENTENTE__V1__CREDIT__INIT;

    assert(bytes > 0);

    message.bytes = bytes;
    return ent_pb_pack(&message.base, ret_payload, err);
}

enum ent_status
ent_credit_decode(
    struct ent_view payload, uint64_t *ret_bytes, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *unpacked;
    uint64_t bytes;
    enum ent_status rc;

    rc = unpack(
        &entente__v1__credit__descriptor, payload, &arena, &unpacked, err);
    if (rc != ENT_OK) {
        return rc;
    }
    bytes = ((const Entente__V1__Credit *)unpacked)->bytes;
    if (bytes == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "bytes: none");
    }
    *ret_bytes = bytes;
    return ENT_OK;
}

/* ---- FETCH and OBJECT ---- */

static enum ent_status
pair_check(const char *subject, struct ent_error *err)
{
    struct ent_address from;
    struct ent_address to;
    enum ent_status rc = ent_witness_subject_read(subject, &from, &to, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "subject");
    }
    return rc;
}

/* An address, or for what an authority says of its state the part after the
 * '@', or for what one office says to another both. */
static enum ent_status
subject_check(uint32_t kind, const char *subject, struct ent_error *err)
{
    struct ent_address ignored;
    char padded[ENT_ADDRESS_MAX + 1];
    bool of_state = kind == ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST ||
                    kind == ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER;
    enum ent_status rc;

    if (kind == ENTENTE__V1__OBJECT_KIND__OBJECT_KIND_UNSPECIFIED) {
        return ent_fail(err, ENT_BAD_INPUT, "kind: missing");
    }
    if (kind == ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS) {
        return pair_check(subject, err);
    }
    if (strlen(subject) > (of_state ? ENT_STATE_MAX : ENT_ADDRESS_MAX)) {
        return ent_fail(err, ENT_BAD_INPUT, "subject: too long");
    }
    (void)snprintf(
        padded, sizeof padded, "%s%s", of_state ? "any@" : "", subject);
    rc = ent_address_parse(ent_view_text(padded), &ignored, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "subject");
    }
    return rc;
}

enum ent_status
ent_fetch_encode(const struct ent_fetch *fetch, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Fetch message = ENTENTE__V1__FETCH__INIT;

    message.kind = (Entente__V1__ObjectKind)fetch->kind;
    message.subject = (char *)fetch->subject;
    message.newer_than = fetch->newer_than;
    return ent_pb_pack(&message.base, ret_payload, err);
}

enum ent_status
ent_fetch_decode(
    struct ent_view payload, struct ent_fetch *ret_fetch, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Fetch *message;
    ProtobufCMessage *unpacked;
    enum ent_status rc;

    rc = unpack(
        &entente__v1__fetch__descriptor, payload, &arena, &unpacked, err);
    if (rc != ENT_OK) {
        return rc;
    }
    message = (const Entente__V1__Fetch *)unpacked;
    rc = subject_check((uint32_t)message->kind, message->subject, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ret_fetch->kind = (uint32_t)message->kind;
    (void)snprintf(
        ret_fetch->subject, sizeof ret_fetch->subject, "%s", message->subject);
    ret_fetch->newer_than = message->newer_than;
    return ENT_OK;
}

enum ent_status
ent_object_encode(const struct ent_object *object,
    struct ent_bytes *ret_payload, struct ent_error *err)
{
    Entente__V1__Object message = ENTENTE__V1__OBJECT__INIT;

    message.kind = (Entente__V1__ObjectKind)object->kind;
    message.subject = (char *)object->subject;
    message.signed_ =
        ent_field_bytes(object->wire.data, object->wire.len, false);
    return ent_pb_pack(&message.base, ret_payload, err);
}

enum ent_status
ent_object_decode(struct ent_view payload, struct ent_object *ret_object,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Object *message;
    ProtobufCMessage *unpacked;
    enum ent_status rc;

    rc = unpack(
        &entente__v1__object__descriptor, payload, &arena, &unpacked, err);
    if (rc != ENT_OK) {
        return rc;
    }
    message = (const Entente__V1__Object *)unpacked;
    rc = subject_check((uint32_t)message->kind, message->subject, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ret_object->kind = (uint32_t)message->kind;
    (void)snprintf(ret_object->subject, sizeof ret_object->subject, "%s",
        message->subject);
    ret_object->wire = ent_field_find(payload, OBJECT_SIGNED);
    return ENT_OK;
}

/* ---- BYE ---- */

/* Cut `text` before the character that does not fit. */
static void
cut(char text[static ENT_BYE_TEXT_MAX + 1], const char *from)
{
    size_t len = strnlen(from, ENT_BYE_TEXT_MAX + 1);

    if (len > ENT_BYE_TEXT_MAX) {
        len = ENT_BYE_TEXT_MAX;
        while (len > 0 && ((uint8_t)from[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    memcpy(text, from, len);
    text[len] = '\0';
}

enum ent_status
ent_bye_encode(const struct ent_bye *bye, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Bye message = ENTENTE__V1__BYE__INIT;
    Entente__V1__Stream stream;

    message.reason = bye->reason;
    message.text = (char *)bye->text;
    if (bye->about_stream) {
        stream = ent_field_from_stream(&bye->stream);
        message.stream = &stream;
        message.first = bye->first;
    }
    return ent_pb_pack(&message.base, ret_payload, err);
}

enum ent_status
ent_bye_decode(
    struct ent_view payload, struct ent_bye *ret_bye, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Bye *message;
    struct ent_bye bye = {0};
    ProtobufCMessage *unpacked;
    enum ent_status rc;

    rc = unpack(&entente__v1__bye__descriptor, payload, &arena, &unpacked, err);
    if (rc != ENT_OK) {
        return rc;
    }
    message = (const Entente__V1__Bye *)unpacked;
    bye.reason = message->reason;
    cut(bye.text, message->text);
    if (message->stream != NULL) {
        bye.about_stream = true;
        bye.first = message->first;
        rc = ent_field_stream(message->stream, &bye.stream, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    *ret_bye = bye;
    return ENT_OK;
}
