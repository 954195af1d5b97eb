/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollover - how a state's authority passes from one key to the next.
 *
 * Agreements and configurations pin an authority's key. When the authority
 * takes a new one, the old key and the new key both sign a statement that says
 * so: whoever trusts the old key learns the new one, and whoever pins the new
 * one knows what came before it. Each statement holds the one before, so the
 * newest leads from any of the keys to today's. docs/PROTOCOL.md, section 6.5;
 * the shape is that of a root's key update in RFC 4210, 4.4.
 *
 * It protects against time, not against theft: who has the old key can sign a
 * statement too. Two different ones by one key are for people to judge.
 */
#ifndef ENT_PROTO_ROLLOVER_H
#define ENT_PROTO_ROLLOVER_H

#include "proto/address.h"
#include "proto/signing.h"

#define ENT_ROLLOVERS_MAX 8
#define ENT_ROLLOVER_LEN_MAX ((size_t)4096) /* a Signed, with all before it */
#define ENT_ROLLOVER_OVERLAP_MAX_MS (UINT64_C(366) * 86400 * 1000)

/* The keys of one authority, the oldest first; the last is today's. What
 * keys[i] certified is good until until[i]; for the last key that is
 * UINT64_MAX. */
struct ent_rollover {
    char state[ENT_STATE_MAX + 1];
    struct ent_verify_key keys[ENT_ROLLOVERS_MAX + 1];
    uint64_t until[ENT_ROLLOVERS_MAX + 1];
    size_t key_count;   /* at least 2 in a statement */
    uint64_t issued_at; /* of the newest statement */
};

/* Say that `new_key` takes the place of `old_key`. `previous` is the statement
 * before, or empty for the first. ENT_BAD_INPUT: the previous statement does
 * not end with the old key or is another state's, there are 8 already, or
 * `old_until` is not from issued_at to 366 days later. */
enum ent_status ent_rollover_make(const char *state, struct ent_view previous,
    const struct ent_signer *old_key, const struct ent_signer *new_key,
    uint64_t issued_at, uint64_t old_until, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open: every statement is signed by both its keys and follows the one inside
 * it. That they are the state's authority nobody says yet. */
enum ent_status ent_rollover_read(struct ent_view wire,
    struct ent_rollover *ret_rollover, struct ent_error *err) ENT_MUST_CHECK;

/* The same, and `pinned` is one of the keys; ENT_REJECTED otherwise. */
enum ent_status ent_rollover_open(struct ent_view wire,
    const struct ent_verify_key *pinned, struct ent_rollover *ret_rollover,
    struct ent_error *err) ENT_MUST_CHECK;

/* The number of the newest statement: how often the key changed. */
uint64_t ent_rollover_number(const struct ent_rollover *rollover);

/* Today's key. */
const struct ent_verify_key *ent_rollover_newest(
    const struct ent_rollover *rollover);

/* Where a key stands in `keys`, by its id as an authority's; SIZE_MAX: it is
 * none of them. */
size_t ent_rollover_find(
    const struct ent_rollover *rollover, const struct ent_key_id *key_id);

/* True when one says more than the other and the same about what both speak of:
 * two statements that fork are both authentic and cannot both be true. */
bool ent_rollover_continues(
    const struct ent_rollover *longer, const struct ent_rollover *shorter);

#endif
