/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/base/text.h"
#include "proto/delivery.h"
#include "proto/field.h"

/* An outcome has five fields and is one itself. Decoded, even an empty one
 * takes less than the sixth part of this. */
#define FIELDS_PER_OUTCOME 6
#define ARENA_PER_OUTCOME ((size_t)1024)
#define ARENA_BASE ((size_t)4096)

/* A clause is a name in an agreement, and is shown to officers. */
static enum ent_status
outcome_check(
    uint32_t code, struct ent_view clause, size_t index, struct ent_error *err)
{
    if (code < ENTENTE__V1__OUTCOME_CODE__DELIVERED ||
        code > ENTENTE__V1__OUTCOME_CODE__EXPIRED) {
        return ent_fail(
            err, ENT_BAD_INPUT, "outcomes[%zu].code: %" PRIu32, index, code);
    }
    if (clause.len > ENT_CLAUSE_MAX || !ent_text_is_valid(clause, NULL) ||
        ent_text_has_controls(clause)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "outcomes[%zu].clause: longer than %d bytes, or does not show",
            index, ENT_CLAUSE_MAX);
    }
    return ENT_OK;
}

static enum ent_status
count_check(size_t count, struct ent_error *err)
{
    if (count < 1 || count > ENT_BUNDLE_MESSAGES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu outcomes", count);
    }
    return ENT_OK;
}

static enum ent_status
index_check(uint32_t index, size_t place, struct ent_error *err)
{
    if (index != place) {
        return ent_fail(err, ENT_BAD_INPUT,
            "outcomes[%zu].index: %" PRIu32 ", which is not its place", place,
            index);
    }
    return ENT_OK;
}

/* ---- encode ---- */

static enum ent_status
outcome_write(const struct ent_outcome *outcome, size_t place,
    Entente__V1__Outcome *out, struct ent_error *err)
{
    enum ent_status rc;

    rc = index_check(outcome->index, place, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = outcome_check(
        outcome->code, ent_view_text(outcome->clause), place, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *out = (Entente__V1__Outcome)ENTENTE__V1__OUTCOME__INIT;
    out->index = outcome->index;
    out->code = (Entente__V1__OutcomeCode)outcome->code;
    out->reason = outcome->reason;
    out->clause = (char *)outcome->clause;
    out->line = outcome->line;
    return ENT_OK;
}

enum ent_status
ent_outcomes_encode(const struct ent_outcome *outcomes, size_t count,
    struct ent_bytes *ret_plain, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Outcomes message = ENTENTE__V1__OUTCOMES__INIT;
    Entente__V1__Outcome *values;
    enum ent_status rc;

    rc = count_check(count, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_arena_init(
        &arena, 64 + count * (sizeof *values + sizeof(void *)), err);
    if (rc != ENT_OK) {
        return rc;
    }
    values = ent_arena_alloc(&arena, count * sizeof *values);
    message.outcomes =
        ent_arena_alloc(&arena, count * sizeof *message.outcomes);
    if (values == NULL || message.outcomes == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "%zu outcomes", count);
    }
    for (size_t i = 0; i < count; i++) {
        rc = outcome_write(&outcomes[i], i, &values[i], err);
        if (rc != ENT_OK) {
            return rc;
        }
        message.outcomes[i] = &values[i];
    }
    message.n_outcomes = count;
    return ent_pb_pack(&message.base, ret_plain, err);
}

/* ---- decode ---- */

static enum ent_status
outcome_judge(
    const Entente__V1__Outcome *in, size_t place, struct ent_error *err)
{
    enum ent_status rc = index_check(in->index, place, err);

    if (rc != ENT_OK) {
        return rc;
    }
    return outcome_check(
        (uint32_t)in->code, ent_view_text(in->clause), place, err);
}

static void
outcome_read(const Entente__V1__Outcome *in, struct ent_outcome *outcome)
{
    *outcome = (struct ent_outcome){
        .index = in->index,
        .code = (uint32_t)in->code,
        .reason = in->reason,
        .line = in->line,
    };
    memcpy(outcome->clause, in->clause, strlen(in->clause));
}

enum ent_status
ent_outcomes_decode(struct ent_view plain, size_t count,
    struct ent_outcome *ret_outcomes, struct ent_error *err)
{
    const struct ent_pb_limits limits = {
        .size_max = ENT_ANSWER_SEALED_MAX,
        .fields_max = count * FIELDS_PER_OUTCOME,
    };
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Outcomes *in;
    ProtobufCMessage *message;
    enum ent_status rc;

    rc = count_check(count, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_arena_init(&arena, ARENA_BASE + count * ARENA_PER_OUTCOME, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_pb_unpack(&entente__v1__outcomes__descriptor, plain, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    in = (const Entente__V1__Outcomes *)message;
    if (in->n_outcomes != count) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu outcomes for %zu messages",
            in->n_outcomes, count);
    }
    for (size_t i = 0; i < count; i++) {
        rc = outcome_judge(in->outcomes[i], i, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    for (size_t i = 0; i < count; i++) {
        outcome_read(in->outcomes[i], &ret_outcomes[i]);
    }
    return ENT_OK;
}
