/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/certificate.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdalign.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/base/text.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

static const struct ent_pb_limits limits = {
    .size_max = 4096,
    .fields_max = 10 + ENT_CERTIFICATE_NAMES_MAX * 3,
};

enum ent_key_role
ent_certificate_role(const struct ent_certificate *cert)
{
    return cert->kind == ENTENTE__V1__OFFICE_KIND__BROKER ? ENT_KEY_BROKER
                                                          : ENT_KEY_OFFICE;
}

/* ---- what must hold of every certificate, whoever made it ---- */

static bool
is_language_tag(const char *lang)
{
    const size_t len =
        strspn(lang, "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                     "uvwxyz");

    return len >= 2 && lang[len] == '\0';
}

/* Names are shown to officers: nothing in them may hide or reorder text. */
static enum ent_status
names_check(const struct ent_certificate *cert, struct ent_error *err)
{
    if (cert->name_count > ENT_CERTIFICATE_NAMES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "names: %zu, more than %d",
            cert->name_count, ENT_CERTIFICATE_NAMES_MAX);
    }
    for (size_t i = 0; i < cert->name_count; i++) {
        const struct ent_view text = ent_view_text(cert->names[i].text);

        if (!is_language_tag(cert->names[i].lang)) {
            return ent_fail(
                err, ENT_BAD_INPUT, "names[%zu].lang: no language tag", i);
        }
        if (text.len == 0 || !ent_text_is_valid(text, NULL) ||
            ent_text_has_controls(text)) {
            return ent_fail(err, ENT_BAD_INPUT,
                "names[%zu].text: empty, or with characters that do not show",
                i);
        }
    }
    return ENT_OK;
}

static enum ent_status
life_check(const struct ent_certificate *cert, struct ent_error *err)
{
    if (cert->not_after <= cert->not_before) {
        return ent_fail(err, ENT_BAD_INPUT, "not_after: never valid");
    }
    if (cert->not_after - cert->not_before > ENT_CERTIFICATE_LIFE_MAX_MS) {
        return ent_fail(err, ENT_BAD_INPUT,
            "not_after: more than 366 days after not_before");
    }
    return ENT_OK;
}

static enum ent_status
keys_check(const struct ent_certificate *cert,
    const struct ent_verify_key *authority, struct ent_error *err)
{
    enum ent_status rc;

    rc = ent_verify_key_check(&cert->signing_key, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "signing_key");
        return rc;
    }
    if (authority != NULL &&
        memcmp(&cert->signing_key, authority, sizeof *authority) == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "signing_key: the authority's own, which has another role");
    }
    if (sodium_is_zero(cert->link_key, sizeof cert->link_key)) {
        return ent_fail(err, ENT_BAD_INPUT, "link_key: zeros");
    }
    return ENT_OK;
}

/* `authority` is NULL when it is not known yet. */
static enum ent_status
certificate_check(const struct ent_certificate *cert,
    const struct ent_verify_key *authority, struct ent_error *err)
{
    enum ent_status rc;

    if (cert->kind < ENTENTE__V1__OFFICE_KIND__BLO ||
        cert->kind > ENTENTE__V1__OFFICE_KIND__BROKER) {
        return ent_fail(err, ENT_BAD_INPUT, "kind: %" PRIu32, cert->kind);
    }
    if (cert->serial == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "serial: 0 could not be revoked");
    }
    rc = names_check(cert, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = life_check(cert, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return keys_check(cert, authority, err);
}

/* ---- making ---- */

struct names_field {
    Entente__V1__DisplayName values[ENT_CERTIFICATE_NAMES_MAX];
    Entente__V1__DisplayName *list[ENT_CERTIFICATE_NAMES_MAX];
};

static void
names_write(const struct ent_certificate *cert, struct names_field *out)
{
    for (size_t i = 0; i < cert->name_count; i++) {
        out->values[i] =
            (Entente__V1__DisplayName)ENTENTE__V1__DISPLAY_NAME__INIT;
        out->values[i].lang = (char *)cert->names[i].lang;
        out->values[i].text = (char *)cert->names[i].text;
        out->list[i] = &out->values[i];
    }
}

static enum ent_status
certificate_pack(const struct ent_certificate *cert,
    const struct ent_key_id *authority_key_id, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__Certificate out = ENTENTE__V1__CERTIFICATE__INIT;
    struct names_field names;

    names_write(cert, &names);
    out.version = 1;
    out.address = (char *)cert->address.text;
    out.kind = (Entente__V1__OfficeKind)cert->kind;
    out.n_names = cert->name_count;
    out.names = names.list;
    out.signing_key =
        ent_field_bytes(cert->signing_key.bytes, ENT_PUBLIC_KEY_LEN, false);
    out.link_key = ent_field_bytes(cert->link_key, ENT_PUBLIC_KEY_LEN, false);
    out.not_before = cert->not_before;
    out.not_after = cert->not_after;
    out.serial = cert->serial;
    out.authority_key_id =
        ent_field_bytes(authority_key_id->bytes, ENT_KEY_ID_LEN, false);
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_certificate_make(const struct ent_certificate *cert,
    const struct ent_signer *authority, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_address parsed;
    enum ent_status rc;

    rc = ent_field_address("address", cert->address.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = certificate_check(cert, &authority->key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = certificate_pack(cert, &authority->key_id, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(authority, ENT_TYPE_CERTIFICATE,
        ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
name_read(const Entente__V1__DisplayName *in, struct ent_display_name *name,
    struct ent_error *err)
{
    const size_t lang_len = strlen(in->lang);
    const size_t text_len = strlen(in->text);

    if (lang_len >= sizeof name->lang || text_len >= sizeof name->text) {
        return ent_fail(err, ENT_BAD_INPUT,
            "names: a name has at most %zu bytes, its language tag %zu",
            sizeof name->text - 1, sizeof name->lang - 1);
    }
    memcpy(name->lang, in->lang, lang_len + 1);
    memcpy(name->text, in->text, text_len + 1);
    return ENT_OK;
}

static enum ent_status
names_read(const Entente__V1__Certificate *in, struct ent_certificate *cert,
    struct ent_error *err)
{
    if (in->n_names > ENT_CERTIFICATE_NAMES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "names: %zu, more than %d",
            in->n_names, ENT_CERTIFICATE_NAMES_MAX);
    }
    for (size_t i = 0; i < in->n_names; i++) {
        enum ent_status rc = name_read(in->names[i], &cert->names[i], err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    cert->name_count = in->n_names;
    return ENT_OK;
}

static enum ent_status
fields_read(const Entente__V1__Certificate *in, struct ent_certificate *cert,
    struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"signing_key", in->signing_key, cert->signing_key.bytes,
            ENT_PUBLIC_KEY_LEN},
        {"link_key", in->link_key, cert->link_key, ENT_PUBLIC_KEY_LEN},
        {"authority_key_id", in->authority_key_id, cert->authority_key_id.bytes,
            ENT_KEY_ID_LEN},
    };
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("address", in->address, &cert->address, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = names_read(in, cert, err);
    if (rc != ENT_OK) {
        return rc;
    }
    cert->kind = (uint32_t)in->kind;
    cert->not_before = in->not_before;
    cert->not_after = in->not_after;
    cert->serial = in->serial;
    return ent_field_read(fields, sizeof fields / sizeof fields[0], err);
}

static enum ent_status
payload_read(struct ent_view payload, const struct ent_verify_key *authority,
    struct ent_certificate *ret_cert, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    struct ent_certificate cert = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__certificate__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = fields_read((const Entente__V1__Certificate *)message, &cert, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = certificate_check(&cert, authority, err);
    if (rc != ENT_OK) {
        return rc;
    }
    cert.signing_key_id =
        ent_key_id_of(ent_certificate_role(&cert), cert.signing_key.bytes);
    *ret_cert = cert;
    return ENT_OK;
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_verify_key *authority,
    struct ent_certificate *ret_cert, struct ent_error *err)
{
    const struct ent_key_id authority_key_id =
        ent_key_id_of(ENT_KEY_AUTHORITY, authority->bytes);
    struct ent_certificate cert;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ENT_KEY_AUTHORITY, authority,
        ENT_TYPE_CERTIFICATE, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, authority, &cert, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_key_id_equal(&cert.authority_key_id, &authority_key_id)) {
        return ent_fail(
            err, ENT_REJECTED, "authority_key_id: names another authority");
    }
    *ret_cert = cert;
    return ENT_OK;
}

enum ent_status
ent_certificate_open(struct ent_view wire,
    const struct ent_verify_key *authority, struct ent_certificate *ret_cert,
    struct ent_error *err)
{
    enum ent_status rc = open_checked(wire, authority, ret_cert, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "certificate");
    }
    return rc;
}

enum ent_status
ent_certificate_peek(struct ent_view wire, struct ent_certificate *ret_cert,
    struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, NULL, ret_cert, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "certificate");
    }
    return rc;
}

enum ent_status
ent_certificate_check_time(
    const struct ent_certificate *cert, uint64_t at_ms, struct ent_error *err)
{
    if (at_ms < cert->not_before &&
        cert->not_before - at_ms > ENT_CLOCK_SKEW_MS) {
        return ent_fail(err, ENT_EXPIRED,
            "the certificate of %s is not valid yet", cert->address.text);
    }
    if (at_ms >= cert->not_after) {
        return ent_fail(err, ENT_EXPIRED,
            "the certificate of %s is not valid any more", cert->address.text);
    }
    return ENT_OK;
}
