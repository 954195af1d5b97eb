/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/statement.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdalign.h>

#include "proto/field.h"
#include "proto/schema/officer.pb-c.h"

static const struct ent_pb_limits limits = {
    .size_max = ENT_STATEMENT_WIRE_MAX,
    .fields_max = 8,
};

/* ---- what is signed ---- */

enum ent_status
ent_statement_content(const ent_message *message,
    struct ent_digest *ret_content, struct ent_error *err)
{
    static const uint8_t context[] = "entente statement v1";
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    crypto_generichash_state state;
    ent_message bare = *message;
    enum ent_status rc;

    bare.releaser_role = (char *)(uintptr_t)protobuf_c_empty_string;
    bare.n_officer_signatures = 0;
    bare.restored = NULL;
    rc = ent_message_encode(&bare, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    crypto_generichash_init(&state, NULL, 0, sizeof ret_content->bytes);
    crypto_generichash_update(&state, context, sizeof context - 1);
    crypto_generichash_update(&state, wire.data, wire.len);
    crypto_generichash_final(
        &state, ret_content->bytes, sizeof ret_content->bytes);
    return ENT_OK;
}

/* ---- making ---- */

static enum ent_status
act_check(uint32_t act, struct ent_error *err)
{
    return act == ENTENTE__V1__OFFICER_ACT__AUTHORED ||
                   act == ENTENTE__V1__OFFICER_ACT__RELEASED
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "act: %" PRIu32, act);
}

enum ent_status
ent_statement_make(const struct ent_statement *statement,
    const struct ent_signer *officer, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    Entente__V1__OfficerStatement out = ENTENTE__V1__OFFICER_STATEMENT__INIT;
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc = act_check(statement->act, err);

    if (rc != ENT_OK) {
        return rc;
    }
    out.version = 1;
    out.act = (Entente__V1__OfficerAct)statement->act;
    out.content =
        ent_field_bytes(statement->content.bytes, ENT_DIGEST_LEN, false);
    out.signed_at = statement->signed_at;
    rc = ent_pb_pack(&out.base, &payload, err);
    return rc != ENT_OK ? rc
                        : ent_signed_make(officer, ENT_TYPE_STATEMENT,
                              ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
payload_read(struct ent_view payload, struct ent_statement *ret_statement,
    struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    const Entente__V1__OfficerStatement *in;
    struct ent_statement statement = {0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__officer_statement__descriptor, payload,
        &limits, &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    in = (const Entente__V1__OfficerStatement *)message;
    rc = ent_field_version(in->version, err);
    if (rc == ENT_OK) {
        const struct ent_field content = {
            "content", in->content, statement.content.bytes, ENT_DIGEST_LEN};

        rc = ent_field_read(&content, 1, err);
    }
    if (rc == ENT_OK) {
        rc = act_check((uint32_t)in->act, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    statement.act = (uint32_t)in->act;
    statement.signed_at = in->signed_at;
    *ret_statement = statement;
    return ENT_OK;
}

enum ent_status
ent_statement_open(struct ent_view wire, const struct ent_verify_key *officer,
    struct ent_statement *ret_statement, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    if (wire.len > ENT_STATEMENT_WIRE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "officer's statement: %zu bytes, more than %d", wire.len,
            ENT_STATEMENT_WIRE_MAX);
    }
    rc = ent_signed_open(
        wire, ENT_KEY_OFFICER, officer, ENT_TYPE_STATEMENT, &payload, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, ret_statement, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "officer's statement");
    }
    return rc;
}
