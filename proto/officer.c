/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/officer.h"

#include <stdalign.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/officer.pb-c.h"

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define LARGE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct ent_pb_limits limits = {
    .size_max = ENT_OFFICER_WIRE_MAX,
    .fields_max = 16,
};

/* ---- what must hold of every one ---- */

static bool
is_made_of(const char *text, const char *letters, size_t most)
{
    size_t len = strspn(text, letters);

    return len > 0 && len <= most && text[len] == '\0';
}

bool
ent_badge_is_valid(const char *badge)
{
    return is_made_of(badge, DIGITS SMALL LARGE ".-", ENT_BADGE_MAX);
}

bool
ent_officer_role_is_valid(const char *role)
{
    return is_made_of(role, SMALL "_", ENT_OFFICER_ROLE_MAX);
}

/* `office` is NULL when its key is not known yet. */
static enum ent_status
officer_check(const struct ent_officer *officer,
    const struct ent_verify_key *office, struct ent_error *err)
{
    enum ent_status rc;

    if (!ent_badge_is_valid(officer->badge)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "badge: 1 to %d letters, digits, points and hyphens are needed",
            ENT_BADGE_MAX);
    }
    if (!ent_officer_role_is_valid(officer->role)) {
        return ent_fail(err, ENT_BAD_INPUT, "role: no word of small letters");
    }
    if (officer->serial == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "serial: 0");
    }
    if (officer->not_after <= officer->not_before ||
        officer->not_after - officer->not_before >
            ENT_CERTIFICATE_LIFE_MAX_MS) {
        return ent_fail(err, ENT_BAD_INPUT,
            "not_after: never valid, or for more than 366 days");
    }
    rc = ent_verify_key_check(&officer->key, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "key");
        return rc;
    }
    if (office != NULL && memcmp(&officer->key, office, sizeof *office) == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "key: the office's own, which has another role");
    }
    return ENT_OK;
}

/* ---- making ---- */

static enum ent_status
officer_pack(const struct ent_officer *officer, const struct ent_key_id *office,
    struct ent_bytes *ret_payload, struct ent_error *err)
{
    Entente__V1__OfficerCertificate out =
        ENTENTE__V1__OFFICER_CERTIFICATE__INIT;

    out.version = 1;
    out.office = (char *)officer->office.text;
    out.badge = (char *)officer->badge;
    out.role = (char *)officer->role;
    out.key = ent_field_bytes(officer->key.bytes, ENT_PUBLIC_KEY_LEN, false);
    out.not_before = officer->not_before;
    out.not_after = officer->not_after;
    out.serial = officer->serial;
    out.office_key_id = ent_field_bytes(office->bytes, ENT_KEY_ID_LEN, false);
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_officer_make(const struct ent_officer *officer,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_address parsed;
    enum ent_status rc;

    rc = ent_field_address("office", officer->office.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = officer_check(officer, &office->key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = officer_pack(officer, &office->key_id, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(
        office, ENT_TYPE_OFFICER, ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

/* Too long a text stays empty, which no check lets pass. */
static void
text_read(const char *in, char *out, size_t most)
{
    size_t len = strlen(in);

    memcpy(out, in, len > most ? 0 : len + 1);
}

static enum ent_status
fields_read(const Entente__V1__OfficerCertificate *in,
    struct ent_officer *officer, struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"key", in->key, officer->key.bytes, ENT_PUBLIC_KEY_LEN},
        {"office_key_id", in->office_key_id, officer->office_key_id.bytes,
            ENT_KEY_ID_LEN},
    };
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("office", in->office, &officer->office, err);
    if (rc != ENT_OK) {
        return rc;
    }
    text_read(in->badge, officer->badge, ENT_BADGE_MAX);
    text_read(in->role, officer->role, ENT_OFFICER_ROLE_MAX);
    officer->not_before = in->not_before;
    officer->not_after = in->not_after;
    officer->serial = in->serial;
    return ent_field_read(fields, sizeof fields / sizeof fields[0], err);
}

static enum ent_status
payload_read(struct ent_view payload, const struct ent_verify_key *office,
    struct ent_officer *ret_officer, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    struct ent_officer officer = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__officer_certificate__descriptor, payload,
        &limits, &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = fields_read(
        (const Entente__V1__OfficerCertificate *)message, &officer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = officer_check(&officer, office, err);
    if (rc != ENT_OK) {
        return rc;
    }
    officer.key_id = ent_key_id_of(ENT_KEY_OFFICER, officer.key.bytes);
    *ret_officer = officer;
    return ENT_OK;
}

static enum ent_status
size_check(struct ent_view wire, struct ent_error *err)
{
    return wire.len <= ENT_OFFICER_WIRE_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "officer's certificate: %zu bytes, more than %d", wire.len,
                     ENT_OFFICER_WIRE_MAX);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_verify_key *office,
    struct ent_officer *ret_officer, struct ent_error *err)
{
    const struct ent_key_id office_key_id =
        ent_key_id_of(ENT_KEY_OFFICE, office->bytes);
    struct ent_officer officer;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(
        wire, ENT_KEY_OFFICE, office, ENT_TYPE_OFFICER, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, office, &officer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_key_id_equal(&officer.office_key_id, &office_key_id)) {
        return ent_fail(
            err, ENT_REJECTED, "office_key_id: names another office's key");
    }
    *ret_officer = officer;
    return ENT_OK;
}

enum ent_status
ent_officer_open(struct ent_view wire, const struct ent_verify_key *office,
    struct ent_officer *ret_officer, struct ent_error *err)
{
    enum ent_status rc = size_check(wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_checked(wire, office, ret_officer, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "officer's certificate");
    }
    return rc;
}

enum ent_status
ent_officer_peek(struct ent_view wire, struct ent_officer *ret_officer,
    struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc = size_check(wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, NULL, ret_officer, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "officer's certificate");
    }
    return rc;
}

enum ent_status
ent_officer_check_time(
    const struct ent_officer *officer, uint64_t at_ms, struct ent_error *err)
{
    if (at_ms < officer->not_before &&
        officer->not_before - at_ms > ENT_CLOCK_SKEW_MS) {
        return ent_fail(err, ENT_EXPIRED,
            "the certificate of officer %s is not valid yet", officer->badge);
    }
    if (at_ms >= officer->not_after) {
        return ent_fail(err, ENT_EXPIRED,
            "the certificate of officer %s is not valid any more",
            officer->badge);
    }
    return ENT_OK;
}
