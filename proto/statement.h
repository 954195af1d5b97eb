/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement - an officer's signature under a message: "I wrote this", "I
 * release this".
 *
 * It is over the digest of what leaves for one recipient, so it fits no other
 * message, no other recipient, purpose or precedence. docs/PROTOCOL.md, section
 * 8.
 */
#ifndef ENT_PROTO_STATEMENT_H
#define ENT_PROTO_STATEMENT_H

#include "proto/message.h"
#include "proto/officer.h"

#define ENT_STATEMENT_WIRE_MAX 512 /* bytes of the Signed */

struct ent_statement {
    uint32_t act; /* Entente__V1__OfficerAct */
    struct ent_digest content;
    uint64_t signed_at; /* ms */
};

/* BLAKE2b-256 of "entente statement v1" and the message without what is added
 * after signing: releaser_role, the signatures, `restored`. */
enum ent_status ent_statement_content(const ent_message *message,
    struct ent_digest *ret_content, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status ent_statement_make(const struct ent_statement *statement,
    const struct ent_signer *officer, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open and verify under the officer's key. */
enum ent_status ent_statement_open(struct ent_view wire,
    const struct ent_verify_key *officer, struct ent_statement *ret_statement,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
