/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/request.h"

#include <sodium.h>
#include <stdalign.h>
#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

#define REQUEST_TYPE "application/vnd.entente.certificate-request.v1"

static const struct ent_pb_limits limits = {
    .size_max = CLI_REQUEST_MAX, .fields_max = 10};

static enum ent_key_role
role_of(bool broker)
{
    return broker ? ENT_KEY_BROKER : ENT_KEY_OFFICE;
}

enum ent_status
cli_request_make(const struct cli_request *request,
    const struct ent_signer *signer, struct ent_bytes *ret_text,
    struct ent_error *err)
{
    Entente__V1__Certificate out = ENTENTE__V1__CERTIFICATE__INIT;
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    out.version = 1;
    out.address = (char *)request->address.text;
    out.kind = request->broker
                   ? ENTENTE__V1__OFFICE_KIND__BROKER
                   : ENTENTE__V1__OFFICE_KIND__OFFICE_KIND_UNSPECIFIED;
    out.signing_key =
        ent_field_bytes(request->signing_key.bytes, ENT_PUBLIC_KEY_LEN, false);
    out.link_key =
        ent_field_bytes(request->link_key, ENT_PUBLIC_KEY_LEN, false);
    rc = ent_pb_pack(&out.base, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_signed_make(
        signer, REQUEST_TYPE, ent_bytes_view(&payload), &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_armour_encode(
        CLI_REQUEST_KIND, ent_bytes_view(&wire), ret_text, err);
}

/* What a request has to say, and nothing that only an authority may. */
static enum ent_status
read_fields(const Entente__V1__Certificate *in, struct cli_request *request,
    struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"signing_key", in->signing_key, request->signing_key.bytes,
            ENT_PUBLIC_KEY_LEN},
        {"link_key", in->link_key, request->link_key, ENT_PUBLIC_KEY_LEN},
    };
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("address", in->address, &request->address, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if ((in->kind != ENTENTE__V1__OFFICE_KIND__OFFICE_KIND_UNSPECIFIED &&
            in->kind != ENTENTE__V1__OFFICE_KIND__BROKER) ||
        in->n_names != 0 || in->not_before != 0 || in->not_after != 0 ||
        in->serial != 0 || in->authority_key_id.len != 0) {
        return ent_fail(
            err, ENT_BAD_INPUT, "it says what only an authority may say");
    }
    request->broker = in->kind == ENTENTE__V1__OFFICE_KIND__BROKER;
    rc = ent_field_read(fields, sizeof fields / sizeof fields[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (sodium_is_zero(request->link_key, sizeof request->link_key)) {
        return ent_fail(err, ENT_BAD_INPUT, "link_key: zeros");
    }
    return ent_verify_key_check(&request->signing_key, err);
}

static enum ent_status
read_payload(
    struct ent_view payload, struct cli_request *request, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__certificate__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return read_fields((const Entente__V1__Certificate *)message, request, err);
}

enum ent_status
cli_request_open(struct ent_view text, struct cli_request *ret_request,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures;
    struct cli_request request = {0};
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_armour_decode(CLI_REQUEST_KIND, text, &wire, err);
    if (rc == ENT_OK) {
        rc = ent_signed_decode(
            ent_bytes_view(&wire), &payload, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = read_payload(payload, &request, err);
    }
    if (rc == ENT_OK) {
        rc = ent_signing_verify(&signatures, role_of(request.broker),
            &request.signing_key, REQUEST_TYPE, payload, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "request");
        return rc;
    }
    request.key_id =
        ent_key_id_of(role_of(request.broker), request.signing_key.bytes);
    *ret_request = request;
    return ENT_OK;
}
