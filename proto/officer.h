/* SPDX-License-Identifier: Apache-2.0 */
/*
 * officer - an officer's key, and the word of the office for whose it is.
 *
 * The office certifies it: badge (a pseudonym, no name), role, validity,
 * serial. It travels in each message that the officer signed, so that whoever
 * knows the office's own certificate needs nothing else; brokers never see it.
 * docs/PROTOCOL.md, section 3.
 */
#ifndef ENT_PROTO_OFFICER_H
#define ENT_PROTO_OFFICER_H

#include "proto/certificate.h"

#define ENT_BADGE_MAX 32
#define ENT_OFFICER_ROLE_MAX 32
#define ENT_OFFICER_WIRE_MAX 1024 /* bytes of the Signed */

struct ent_officer {
    struct ent_address office;
    char badge[ENT_BADGE_MAX + 1];
    char role[ENT_OFFICER_ROLE_MAX + 1];
    struct ent_verify_key key;
    struct ent_key_id key_id; /* derived */
    uint64_t not_before;
    uint64_t not_after;
    uint64_t serial;
    struct ent_key_id office_key_id; /* derived when made */
};

/* Sign it with the office's key. ENT_BAD_INPUT names the field that is wrong.
 */
enum ent_status ent_officer_make(const struct ent_officer *officer,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open and verify under the office's key. Its time is a question of its own. */
enum ent_status ent_officer_open(struct ent_view wire,
    const struct ent_verify_key *office, struct ent_officer *ret_officer,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read without verifying: to learn whose it claims to be. */
enum ent_status ent_officer_peek(struct ent_view wire,
    struct ent_officer *ret_officer, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_EXPIRED unless not_before - 10 min <= at_ms < not_after. */
enum ent_status ent_officer_check_time(const struct ent_officer *officer,
    uint64_t at_ms, struct ent_error *err) ENT_MUST_CHECK;

/* May that be a badge, a role? */
bool ent_badge_is_valid(const char *badge);
bool ent_officer_role_is_valid(const char *role);

#endif
