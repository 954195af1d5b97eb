/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rollover.h"

#include <inttypes.h>
#include <stdalign.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

#define SIGNATURE_COUNT 2 /* by the old key and by the new one */
#define FIELD_PREVIOUS 8

static const struct ent_pb_limits limits = {
    .size_max = ENT_ROLLOVER_LEN_MAX,
    .fields_max = 8,
};

/* One statement, without those inside it. */
struct statement {
    char state[ENT_STATE_MAX + 1];
    uint32_t number;
    struct ent_verify_key old_key;
    struct ent_verify_key new_key;
    uint64_t issued_at;
    uint64_t old_until;
    struct ent_view previous; /* looks into the wire */
};

/* ---- what must hold of every statement, whoever made it ---- */

static enum ent_status
keys_check(const struct statement *statement, struct ent_error *err)
{
    enum ent_status rc = ent_verify_key_check(&statement->old_key, err);

    if (rc == ENT_OK) {
        rc = ent_verify_key_check(&statement->new_key, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(&statement->old_key, &statement->new_key,
            sizeof statement->old_key) == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "new_key: the old one");
    }
    return ENT_OK;
}

static enum ent_status
statement_check(const struct statement *statement, struct ent_error *err)
{
    const size_t len = strspn(statement->state, "abcdefghijklmnopqrstuvwxyz");

    if (len < 2 || statement->state[len] != '\0') {
        return ent_fail(err, ENT_BAD_INPUT, "state: not two or three letters");
    }
    if (statement->number == 0 || statement->number > ENT_ROLLOVERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "number: %" PRIu32 ", not from 1 to %d", statement->number,
            ENT_ROLLOVERS_MAX);
    }
    if ((statement->number == 1) != (statement->previous.len == 0)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "previous: the first statement has none, every other one has");
    }
    if (statement->old_until < statement->issued_at ||
        statement->old_until - statement->issued_at >
            ENT_ROLLOVER_OVERLAP_MAX_MS) {
        return ent_fail(err, ENT_BAD_INPUT,
            "old_until: not from issued_at to 366 days later");
    }
    return keys_check(statement, err);
}

/* ---- reading ---- */

static enum ent_status
fields_read(const Entente__V1__AuthorityRollover *in,
    struct statement *statement, struct ent_error *err)
{
    const struct ent_field fields[] = {
        {"old_key", in->old_key, statement->old_key.bytes, ENT_PUBLIC_KEY_LEN},
        {"new_key", in->new_key, statement->new_key.bytes, ENT_PUBLIC_KEY_LEN},
    };
    enum ent_status rc = ent_field_version(in->version, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (strlen(in->state) > ENT_STATE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "state: not two or three letters");
    }
    strcpy(statement->state, in->state);
    statement->number = in->number;
    statement->issued_at = in->issued_at;
    statement->old_until = in->old_until;
    return ent_field_read(fields, sizeof fields / sizeof fields[0], err);
}

static enum ent_status
payload_read(struct ent_view payload, struct statement *ret_statement,
    struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    struct statement statement = {.number = 0};
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(&entente__v1__authority_rollover__descriptor, payload,
        &limits, &arena, &message, err);
    if (rc == ENT_OK) {
        rc = fields_read(
            (const Entente__V1__AuthorityRollover *)message, &statement, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    statement.previous = ent_field_find(payload, FIELD_PREVIOUS);
    rc = statement_check(&statement, err);
    if (rc == ENT_OK) {
        *ret_statement = statement;
    }
    return rc;
}

/* One Signed: by both the keys that it names. */
static enum ent_status
statement_open(struct ent_view wire, struct statement *ret_statement,
    struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    struct statement statement;
    enum ent_status rc;

    if (wire.len > ENT_ROLLOVER_LEN_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu bytes, more than %zu",
            wire.len, ENT_ROLLOVER_LEN_MAX);
    }
    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, &statement, err);
    }
    if (rc == ENT_OK) {
        rc = ent_signing_verify(&signatures, ENT_KEY_AUTHORITY,
            &statement.old_key, ENT_TYPE_ROLLOVER, payload, err);
    }
    if (rc == ENT_OK) {
        rc = ent_signing_verify(&signatures, ENT_KEY_AUTHORITY,
            &statement.new_key, ENT_TYPE_ROLLOVER, payload, err);
    }
    if (rc == ENT_OK) {
        *ret_statement = statement;
    }
    return rc;
}

/* `inner` is what `outer` says came before it. */
static enum ent_status
follows(const struct statement *outer, const struct statement *inner,
    struct ent_error *err)
{
    if (strcmp(inner->state, outer->state) != 0 ||
        inner->number + 1 != outer->number ||
        inner->issued_at > outer->issued_at ||
        memcmp(&inner->new_key, &outer->old_key, sizeof inner->new_key) != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "previous: it does not lead to number %" PRIu32, outer->number);
    }
    return ENT_OK;
}

/* A key that was given up does not come back. */
static bool
is_new(const struct statement *list, size_t count,
    const struct ent_verify_key *key)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&list[i].new_key, key, sizeof *key) == 0 ||
            memcmp(&list[i].old_key, key, sizeof *key) == 0) {
            return false;
        }
    }
    return true;
}

/* All statements of `wire`, the newest first; none of them is trusted yet. */
static enum ent_status
chain_open(struct ent_view wire, struct statement *list, size_t *ret_count,
    struct ent_error *err)
{
    size_t count = 0;

    do {
        enum ent_status rc = statement_open(wire, &list[count], err);

        if (rc == ENT_OK && count > 0) {
            rc = follows(&list[count - 1], &list[count], err);
        }
        if (rc == ENT_OK && !is_new(list, count, &list[count].old_key)) {
            rc = ent_fail(err, ENT_BAD_INPUT, "new_key: it was one before");
        }
        if (rc != ENT_OK) {
            return rc;
        }
        wire = list[count].previous;
        count++; /* numbers fall from 8 at most to 1, which has none before */
    } while (wire.len > 0);
    *ret_count = count;
    return ENT_OK;
}

static void
fill(const struct statement *list, size_t count, struct ent_rollover *rollover)
{
    *rollover = (struct ent_rollover){
        .key_count = count + 1, .issued_at = list[0].issued_at};
    strcpy(rollover->state, list[0].state);
    for (size_t i = 0; i < count; i++) {
        const struct statement *statement = &list[count - 1 - i];

        rollover->keys[i] = statement->old_key;
        rollover->until[i] = statement->old_until;
    }
    rollover->keys[count] = list[0].new_key;
    rollover->until[count] = UINT64_MAX;
}

enum ent_status
ent_rollover_read(struct ent_view wire, struct ent_rollover *ret_rollover,
    struct ent_error *err)
{
    struct statement list[ENT_ROLLOVERS_MAX];
    size_t count = 0;
    enum ent_status rc = chain_open(wire, list, &count, err);

    if (rc == ENT_OK) {
        fill(list, count, ret_rollover);
    } else {
        ent_error_wrap(err, "authority rollover");
    }
    return rc;
}

enum ent_status
ent_rollover_open(struct ent_view wire, const struct ent_verify_key *pinned,
    struct ent_rollover *ret_rollover, struct ent_error *err)
{
    const struct ent_key_id pinned_id =
        ent_key_id_of(ENT_KEY_AUTHORITY, pinned->bytes);
    struct ent_rollover rollover;
    enum ent_status rc = ent_rollover_read(wire, &rollover, err);

    if (rc == ENT_OK && ent_rollover_find(&rollover, &pinned_id) == SIZE_MAX) {
        rc = ent_fail(err, ENT_REJECTED,
            "authority rollover: it does not speak of the authority's key that "
            "is pinned here");
    }
    if (rc == ENT_OK) {
        *ret_rollover = rollover;
    }
    return rc;
}

/* ---- making ---- */

/* What the new statement follows: its number, and that it may. */
static enum ent_status
continue_from(struct ent_view previous, struct statement *statement,
    struct ent_error *err)
{
    struct statement list[ENT_ROLLOVERS_MAX];
    size_t count = 0;
    enum ent_status rc;

    if (previous.len == 0) {
        statement->number = 1;
        return ENT_OK;
    }
    rc = chain_open(previous, list, &count, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "the statement before");
        return rc;
    }
    if (count == ENT_ROLLOVERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "the key changed %d times already: agreements must pin a newer key",
            ENT_ROLLOVERS_MAX);
    }
    if (!is_new(list, count, &statement->new_key)) {
        return ent_fail(err, ENT_BAD_INPUT, "new_key: it was one before");
    }
    statement->number = list[0].number + 1;
    return follows(statement, &list[0], err);
}

static enum ent_status
sign_both(const struct ent_signer *old_key, const struct ent_signer *new_key,
    struct ent_view payload, struct ent_bytes *ret_wire, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = SIGNATURE_COUNT};
    enum ent_status rc = ent_signing_sign(
        old_key, ENT_TYPE_ROLLOVER, payload, &signatures.list[0], err);

    if (rc == ENT_OK) {
        rc = ent_signing_sign(
            new_key, ENT_TYPE_ROLLOVER, payload, &signatures.list[1], err);
    }
    return rc != ENT_OK
               ? rc
               : ent_signed_encode(payload, &signatures, ret_wire, err);
}

static enum ent_status
pack(const struct statement *statement, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    Entente__V1__AuthorityRollover out = ENTENTE__V1__AUTHORITY_ROLLOVER__INIT;

    out.version = 1;
    out.state = (char *)(uintptr_t)statement->state;
    out.number = statement->number;
    out.old_key =
        ent_field_bytes(statement->old_key.bytes, ENT_PUBLIC_KEY_LEN, false);
    out.new_key =
        ent_field_bytes(statement->new_key.bytes, ENT_PUBLIC_KEY_LEN, false);
    out.issued_at = statement->issued_at;
    out.old_until = statement->old_until;
    out.previous.data = (uint8_t *)(uintptr_t)statement->previous.data;
    out.previous.len = statement->previous.len;
    return ent_pb_pack(&out.base, ret_payload, err);
}

enum ent_status
ent_rollover_make(const char *state, struct ent_view previous,
    const struct ent_signer *old_key, const struct ent_signer *new_key,
    uint64_t issued_at, uint64_t old_until, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct statement statement = {
        .old_key = old_key->key,
        .new_key = new_key->key,
        .issued_at = issued_at,
        .old_until = old_until,
        .previous = previous,
    };
    enum ent_status rc;

    if (strlen(state) > ENT_STATE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "state: not two or three letters");
    }
    strcpy(statement.state, state);
    rc = continue_from(previous, &statement, err);
    if (rc == ENT_OK) {
        rc = statement_check(&statement, err);
    }
    if (rc == ENT_OK) {
        rc = pack(&statement, &payload, err);
    }
    return rc != ENT_OK ? rc
                        : sign_both(old_key, new_key, ent_bytes_view(&payload),
                              ret_wire, err);
}

/* ---- asking ---- */

uint64_t
ent_rollover_number(const struct ent_rollover *rollover)
{
    return rollover->key_count - 1;
}

const struct ent_verify_key *
ent_rollover_newest(const struct ent_rollover *rollover)
{
    return &rollover->keys[rollover->key_count - 1];
}

size_t
ent_rollover_find(
    const struct ent_rollover *rollover, const struct ent_key_id *key_id)
{
    for (size_t i = 0; i < rollover->key_count; i++) {
        const struct ent_key_id id =
            ent_key_id_of(ENT_KEY_AUTHORITY, rollover->keys[i].bytes);

        if (ent_key_id_equal(&id, key_id)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool
ent_rollover_continues(
    const struct ent_rollover *longer, const struct ent_rollover *shorter)
{
    return strcmp(longer->state, shorter->state) == 0 &&
           longer->key_count >= shorter->key_count &&
           memcmp(longer->keys, shorter->keys,
               shorter->key_count * sizeof *shorter->keys) == 0 &&
           memcmp(longer->until, shorter->until,
               (shorter->key_count - 1) * sizeof *shorter->until) == 0;
}
