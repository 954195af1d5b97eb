/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/link.pb-c.h"

#define RECEIPT_LIFE_MS (UINT64_C(30) * 86400 * 1000)
#define UNANSWERED_LIFE_MS (UINT64_C(3600) * 1000)
#define COVERED_MAX 256 /* entries that one receipt may make us look at */

/* ---- RECEIPT ---- */

/* One receipt about one stream. */
struct settling {
    const struct ent_receipt *receipt;
    struct ent_digest stream;
    struct broker_walk *walk; /* of what its recipient is sent */
    bool settled;
    bool put_off;
};

static enum ent_status
answer_entry(struct broker *broker, struct settling *settling,
    const struct ent_answer *answer, enum broker_entry_kind kind,
    struct ent_error *err)
{
    struct broker_entry entry;
    enum ent_status rc;

    rc = broker_spool_find(
        broker->spool, &settling->stream, answer->first, kind, &entry, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_digest_equal(&entry.hash, &answer->label_hash)) {
        return ENT_OK;
    }
    if (answer->code == ENTENTE__V1__ANSWER_CODE__NOT_YET &&
        entry.held_at != 0) {
        return ENT_OK; /* the next broker asks again */
    }
    if (answer->code == ENTENTE__V1__ANSWER_CODE__NOT_YET) {
        settling->put_off = true;
        return broker_spool_put_off(broker->spool, &entry, err);
    }
    settling->settled = true;
    return broker_spool_drop(broker->spool, &entry, err);
}

/* It will not be taken as it is: the sender skips it, or seals it anew for
 * another store and says nothing more about this one. */
static enum ent_status
hasten_entry(struct broker *broker, const struct settling *settling,
    const struct ent_answer *answer, struct ent_error *err)
{
    struct broker_entry entry;
    enum ent_status rc;

    rc = broker_spool_find(broker->spool, &settling->stream, answer->first,
        BROKER_BUNDLE, &entry, err);
    if (rc != ENT_OK || !ent_digest_equal(&entry.hash, &answer->label_hash)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return broker_spool_hasten(
        broker->spool, &entry, broker->now.wall_ms + UNANSWERED_LIFE_MS, err);
}

static enum ent_status
apply_answer(struct broker *broker, struct settling *settling,
    const struct ent_answer *answer, struct ent_error *err)
{
    enum ent_status rc;

    switch (answer->code) {
    case ENTENTE__V1__ANSWER_CODE__SETTLED:
    case ENTENTE__V1__ANSWER_CODE__NOT_YET:
        rc = answer_entry(broker, settling, answer, BROKER_BUNDLE, err);
        return rc != ENT_OK
                   ? rc
                   : answer_entry(broker, settling, answer, BROKER_FORK, err);
    case ENTENTE__V1__ANSWER_CODE__SKIPPED:
        return answer_entry(broker, settling, answer, BROKER_SKIP, err);
    default:
        return hasten_entry(broker, settling, answer, err);
    }
}

/* What lies inside `range` was settled once, but this receipt does not say
 * how; its recipient is asked again for a while. */
static enum ent_status
cover(struct broker *broker, struct settling *settling,
    const struct ent_range *range, size_t *budget, struct ent_error *err)
{
    const uint64_t drop_at = broker->now.wall_ms + UNANSWERED_LIFE_MS;
    uint64_t first = range->first;
    unsigned kind = 0;

    while (*budget > 0) {
        struct broker_entry entry;
        enum ent_status rc;

        rc = broker_spool_next_of_stream(
            broker->spool, &settling->stream, first, kind, &entry, err);
        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && entry.first > range->last)) {
            return ENT_OK;
        }
        if (rc == ENT_OK && entry.last <= range->last) {
            rc = broker_spool_hasten(broker->spool, &entry, drop_at, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        first = entry.first;
        kind = (unsigned)entry.kind + 1;
        (*budget)--;
    }
    return ENT_OK;
}

static enum ent_status
settle(struct broker *broker, struct settling *settling, struct ent_error *err)
{
    const struct ent_receipt *receipt = settling->receipt;
    const struct ent_range start = {.first = 0, .last = receipt->settled_up_to};
    size_t budget = COVERED_MAX;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < receipt->answer_count; i++) {
        rc = apply_answer(broker, settling, &receipt->answers[i], err);
    }
    if (rc == ENT_OK) {
        rc = cover(broker, settling, &start, &budget, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < receipt->further_count; i++) {
        rc = cover(broker, settling, &receipt->further[i], &budget, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (settling->settled) {
        broker_walk_settled(settling->walk);
    }
    if (settling->put_off) {
        broker_walk_put_off(settling->walk, broker->now.boot_ms);
    }
    return ENT_OK;
}

/* Tell the recipient that it need not offer this receipt here again. */
static enum ent_status
acknowledge(struct broker *broker, const struct broker_visit *visit,
    const struct ent_receipt *receipt, const struct ent_digest *hash,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_state *state = broker->states;
    struct ent_stream_state *one = &state->streams[0];
    enum ent_status rc;

    one->role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
    one->stream = receipt->stream;
    one->settled_up_to = receipt->settled_up_to;
    one->chain = receipt->chain;
    one->receipts[0] = *hash;
    one->receipt_count = 1;
    state->stream_count = 1;
    state->last_page = true;
    rc = ent_state_encode(state, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return broker_answer(
        broker, &visit->frame->route, ENT_FRAME_STATE, &payload, err);
}

static bool
ends_something(const struct ent_receipt *receipt)
{
    for (size_t i = 0; i < receipt->answer_count; i++) {
        if (receipt->answers[i].code == ENTENTE__V1__ANSWER_CODE__SETTLED ||
            receipt->answers[i].code == ENTENTE__V1__ANSWER_CODE__SKIPPED) {
            return true;
        }
    }
    return false;
}

/* True when it is about a place where we hold something: so nobody is sent
 * receipts about what he never left here. */
static enum ent_status
answers_something(struct broker *broker, const struct settling *settling,
    bool *ret_held, struct ent_error *err)
{
    const struct ent_receipt *receipt = settling->receipt;

    for (size_t i = 0; !*ret_held && i < receipt->answer_count; i++) {
        const uint64_t first = receipt->answers[i].first;
        struct broker_entry entry;
        enum ent_status rc;

        rc = broker_spool_next_of_stream(
            broker->spool, &settling->stream, first, 0, &entry, err);
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
        *ret_held = rc == ENT_OK && entry.first == first;
    }
    return ENT_OK;
}

static enum ent_status
keep(struct broker *broker, const struct broker_visit *visit,
    const struct ent_receipt *receipt, size_t toward, struct ent_error *err)
{
    struct settling settling = {
        .receipt = receipt,
        .stream = ent_chain_genesis(&receipt->stream),
    };
    struct broker_receipt row = {
        .to = broker_registry_at(broker->registry, toward)->party,
        .recipient = ent_address_party(&receipt->stream.recipient),
        .rank = broker_rank(receipt->stream.precedence),
        .stream = settling.stream,
        .hash = ent_digest_of(visit->frame->payload),
        .drop_at = broker->now.wall_ms + RECEIPT_LIFE_MS,
        .final = ends_something(receipt),
        .wire = visit->frame->payload,
    };
    bool held = false;
    enum ent_status rc;

    settling.walk = &visit->line->peer.bundles[row.rank];
    rc = answers_something(broker, &settling, &held, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!held &&
        !broker_spool_keeps_receipt(broker->spool, &row.to, &row.hash)) {
        /* Of use to nobody; what is asked for again is held. A neighbour would
         * offer it for weeks. */
        return broker_registry_is_broker(broker->registry, visit->number)
                   ? acknowledge(broker, visit, receipt, &row.hash, err)
                   : ENT_OK;
    }
    rc = broker_spool_put_receipt(broker->spool, &row, receipt->answers,
        receipt->answer_count, broker->quota.bytes, err);
    if (rc == ENT_BUSY && !row.final) {
        return settle(broker, &settling, err);
    }
    if (rc == ENT_BUSY) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "ignoring a receipt, too many are kept peer=%s for=%s",
            visit->office->certificate.address.text,
            receipt->stream.sender.text);
        return ENT_OK;
    }
    if (rc != ENT_OK && rc != ENT_EXISTS) {
        return rc;
    }
    rc = settle(broker, &settling, err);
    if (rc != ENT_OK) {
        return rc;
    }
    broker_walk_stir(&broker->lines[toward].peer.receipts[row.rank]);
    return acknowledge(broker, visit, receipt, &row.hash, err);
}

/* By the office itself, or by one behind the neighbour that brings it. */
static enum ent_status
open_receipt(struct broker *broker, const struct broker_visit *visit,
    struct ent_receipt *ret_receipt, struct ent_error *why)
{
    const struct ent_view wire = visit->frame->payload;
    struct ent_certificate recipient;
    enum ent_status rc = ent_receipt_peek(wire, ret_receipt, why);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!broker_registry_may_bring(
            broker->registry, visit->number, &ret_receipt->stream.recipient)) {
        return ent_fail(why, ENT_REJECTED, "it is another office's");
    }
    rc = broker_find_signer_of(broker, &ret_receipt->stream.recipient, wire,
        ret_receipt->issued_at, &recipient, why);
    return rc != ENT_OK ? rc
                        : ent_receipt_open(wire, &recipient, ret_receipt, why);
}

/* A neighbour is not cut off for what one office behind it did: it offers the
 * receipt again, and introduces who signed it when we meet again. */
static enum ent_status
refuse_unsigned(struct broker *broker, const struct broker_visit *visit,
    const struct ent_error *why, struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT, "receipt not taken peer=%s: %s",
        visit->office->certificate.address.text, why->text);
    return broker_registry_is_broker(broker->registry, visit->number)
               ? ENT_OK
               : broker_say_bye(broker, visit->line, &visit->frame->route,
                     ENT_REFUSAL_NOT_AUTHENTIC,
                     "a receipt that is not authentic", err);
}

enum ent_status
broker_take_receipt(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    struct ent_receipt receipt;
    struct ent_error why = {0};
    size_t toward;
    enum ent_status rc = open_receipt(broker, visit, &receipt, &why);

    if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "%s", why.text);
    }
    if (rc != ENT_OK) {
        return refuse_unsigned(broker, visit, &why, err);
    }
    broker_clock_witness(broker, &receipt.stream.recipient, receipt.issued_at);
    toward = broker_registry_toward(broker->registry, &receipt.stream.sender);
    if (toward == BROKER_NOBODY || toward == visit->number) {
        return broker_refuse(broker, &frame->route, ENT_REFUSAL_NOT_SERVED,
            &receipt.stream, 0, "the sender is not served here", err);
    }
    return keep(broker, visit, &receipt, toward, err);
}

/* ---- STATE ---- */

static enum ent_status
drop_receipts(struct broker *broker, const struct broker_visit *visit,
    const struct ent_stream_state *state, struct ent_error *err)
{
    for (size_t i = 0; i < state->receipt_count; i++) {
        enum ent_status rc = broker_spool_drop_receipt(
            broker->spool, &visit->office->party, &state->receipts[i], err);

        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
broker_take_state(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    struct ent_state *state = broker->states;
    struct ent_error why = {0};
    enum ent_status rc;

    rc = ent_state_decode(frame->payload, state, &why);
    if (rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "reading a page of states");
    }
    if (rc != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_BAD_FRAME, why.text, err);
    }
    /* Receipts are kept by sender, so nobody can drop another's. */
    for (size_t i = 0; i < state->stream_count; i++) {
        if (state->streams[i].role != ENTENTE__V1__STATE_ROLE__AS_SENDER) {
            continue;
        }
        rc = drop_receipts(broker, visit, &state->streams[i], err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}
