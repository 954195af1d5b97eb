/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

/* A bundle that came, with what we know of it. */
struct arrival {
    struct ent_bundle bundle;
    struct ent_digest stream; /* its fixed-length name */
    struct ent_digest hash;   /* of the label */
    uint64_t size;
    size_t toward; /* where it goes: an office or neighbour, or BROKER_NOBODY */
};

/* Statuses that are the spool's, and not what we asked it. */
static bool
has_failed(enum ent_status rc)
{
    return rc != ENT_OK && rc != ENT_NOT_FOUND;
}

static enum ent_status
refuse_bundle(struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, uint32_t reason, const char *why,
    struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle.label;
    /* All failures of authenticity look alike from outside. */
    const char *text =
        reason == ENT_REFUSAL_NOT_AUTHENTIC ? "not authentic" : why;

    ent_log(ENT_LOG_WARN, COMPONENT,
        "not taken peer=%s to=%s first=%" PRIu64 " reason=%s: %s",
        visit->office->certificate.address.text, label->stream.recipient.text,
        label->first, ent_refusal_name(reason), why);
    return broker_refuse(broker, &visit->frame->route, reason, &label->stream,
        label->first, text, err);
}

static enum ent_status
give_custody(struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_custody custody = {
        .broker = broker->address,
        .stream = arrival->bundle.label.stream,
        .first = arrival->bundle.label.first,
        .count = arrival->bundle.label.count,
        .label_hash = arrival->hash,
        .taken_at = broker->now.wall_ms,
    };
    enum ent_status rc;

    rc = ent_custody_make(&custody, broker->signer, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return broker_answer(
        broker, &visit->frame->route, ENT_FRAME_CUSTODY, &wire, err);
}

static enum ent_status
repeat_receipt(struct broker *broker, const struct broker_visit *visit,
    const struct broker_receipt *receipt, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_bytes_copy(receipt->wire, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return broker_answer(
        broker, &visit->frame->route, ENT_FRAME_RECEIPT, &wire, err);
}

/* What we hold at that place already. */
struct held {
    bool bundle;      /* a bundle, whatever its label */
    bool same;        /* it is this one */
    uint32_t refusal; /* of this one, by the next broker */
    bool fork;        /* a second bundle */
    bool same_fork;   /* it is this one */
    bool skip;        /* none will come, says the sender */
    bool settled;     /* this one, by `receipt` */
    struct broker_receipt receipt;
};

static enum ent_status
find_kind(struct broker *broker, const struct arrival *arrival,
    enum broker_entry_kind kind, bool *ret_found, bool *ret_same,
    uint32_t *ret_refusal, struct ent_error *err)
{
    struct broker_entry entry = {0};
    enum ent_status rc;

    rc = broker_spool_find(broker->spool, &arrival->stream,
        arrival->bundle.label.first, kind, &entry, err);
    if (has_failed(rc)) {
        return rc;
    }
    *ret_found = rc == ENT_OK;
    *ret_same = *ret_found && ent_digest_equal(&entry.hash, &arrival->hash);
    *ret_refusal = *ret_same ? entry.refusal : 0;
    return ENT_OK;
}

static enum ent_status
find_held(struct broker *broker, const struct arrival *arrival,
    struct held *held, struct ent_error *err)
{
    bool same_skip; /* a label and a skip never are */
    uint32_t ignored;
    enum ent_status rc;

    rc = find_kind(broker, arrival, BROKER_BUNDLE, &held->bundle, &held->same,
        &held->refusal, err);
    if (rc == ENT_OK) {
        rc = find_kind(broker, arrival, BROKER_FORK, &held->fork,
            &held->same_fork, &ignored, err);
    }
    if (rc == ENT_OK) {
        rc = find_kind(broker, arrival, BROKER_SKIP, &held->skip, &same_skip,
            &ignored, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_spool_find_answer(broker->spool, &arrival->stream,
        arrival->bundle.label.first, &arrival->hash, &held->receipt, err);
    held->settled = rc == ENT_OK;
    return has_failed(rc) ? rc : ENT_OK;
}

/* The bundle as it goes on: with ourselves among its hops. */
static enum ent_status
store(struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, enum broker_entry_kind kind,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    const struct ent_bundle *bundle = &arrival->bundle;
    const struct ent_label *label = &bundle->label;
    struct ent_hop hop = bundle->hop;
    struct broker_entry entry = {
        .kind = kind,
        .from = visit->office->party,
        .to = broker_registry_at(broker->registry, arrival->toward)->party,
        .sender = label->stream.sender,
        .recipient = label->stream.recipient,
        .rank = broker_rank(label->stream.precedence),
        .stream = arrival->stream,
        .sender_incarnation = label->stream.sender_incarnation,
        .recipient_incarnation = label->stream.recipient_incarnation,
        .first = label->first,
        .last = label->first + label->count - 1,
        .hash = arrival->hash,
        .root = label->root,
        .drop_at = broker_route_drop_at(label->expires_at),
    };
    enum ent_status rc;

    hop.brokers[hop.count++] = broker->address;
    rc = ent_bundle_encode_head(
        &hop, bundle->label_wire, &bundle->signatures, &head, err);
    if (rc == ENT_OK) {
        rc = broker_spool_put(
            broker->spool, &entry, ent_bytes_view(&head), bundle->body, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    broker_walk_stir(&broker->lines[arrival->toward].peer.bundles[entry.rank]);
    return ENT_OK;
}

/* What speaks against it whether we hold it or not. */
static uint32_t
judge_way(const struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, struct ent_error *why)
{
    const struct broker_registry *registry = broker->registry;
    const struct ent_stream_id *stream = &arrival->bundle.label.stream;
    const bool relayed = broker_registry_is_broker(registry, visit->number);
    const struct ent_address *next = NULL;

    if (!broker_registry_may_bring(registry, visit->number, &stream->sender)) {
        (void)ent_fail(why, ENT_REJECTED,
            relayed ? "you do not lead to its sender"
                    : "it is another office's");
        return relayed ? ENT_REFUSAL_NOT_SERVED : ENT_REFUSAL_NOT_AUTHENTIC;
    }
    if (arrival->toward == BROKER_NOBODY || arrival->toward == visit->number) {
        (void)ent_fail(why, ENT_REJECTED, "the recipient is not served here");
        return ENT_REFUSAL_NOT_SERVED;
    }
    if (broker_registry_is_broker(registry, arrival->toward)) {
        next =
            &broker_registry_at(registry, arrival->toward)->certificate.address;
    }
    return broker_route_judge_hops(&arrival->bundle.hop, &broker->address,
        relayed ? &visit->office->certificate.address : NULL, next, why);
}

/* By which it is judged: ours, or, in doubt, the one that it claims. */
static uint64_t
time_of(const struct broker *broker, const struct arrival *arrival)
{
    return broker->clock.doubt == ENT_DOUBT_NONE
               ? broker->now.wall_ms
               : arrival->bundle.label.sealed_at;
}

/* `ret_sender` is its certificate, unless `ret_reason` says what is wrong. */
static enum ent_status
find_sender(struct broker *broker, const struct arrival *arrival,
    struct ent_certificate *ret_sender, uint32_t *ret_reason,
    struct ent_error *why, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle.label;
    enum ent_status rc;

    *ret_reason = 0;
    rc = broker_find_signer(broker, &label->stream.sender,
        &label->signing_key_id, label->sealed_at, ret_sender, why);
    if (rc == ENT_NOT_FOUND) {
        (void)ent_fail(why, rc, "its sender's certificate is not known here");
        *ret_reason = ent_label_is_ahead(label, time_of(broker, arrival))
                          ? ENT_REFUSAL_CLOCKS_DIFFER
                          : ENT_REFUSAL_UNKNOWN_CERTIFICATE;
    } else if (rc == ENT_REJECTED || rc == ENT_BAD_INPUT) {
        *ret_reason = ENT_REFUSAL_KEY_REVOKED;
    } else if (rc != ENT_OK) {
        return ent_fail(err, rc, "%s", why->text);
    }
    return ENT_OK;
}

static enum ent_status
judge(struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, uint32_t *ret_reason, struct ent_error *why,
    struct ent_error *err)
{
    struct ent_certificate sender;
    const struct ent_party recipient =
        ent_address_party(&arrival->bundle.label.stream.recipient);
    struct broker_facts facts = {
        .bundle = &arrival->bundle,
        .sender = &sender,
        .quota = broker->quota,
        .size = arrival->size,
        .now_ms = time_of(broker, arrival),
    };
    enum ent_status rc;

    rc = find_sender(broker, arrival, &sender, ret_reason, why, err);
    if (rc == ENT_OK && *ret_reason == 0) {
        rc = broker_spool_usage(broker->spool, &visit->office->party,
            &recipient, &facts.usage, err);
    }
    if (rc != ENT_OK || *ret_reason != 0) {
        return rc;
    }
    broker_spool_room(broker->spool, &facts.store_used, &facts.store_max);
    *ret_reason = broker_route_judge(&facts, why);
    if ((*ret_reason == 0 || *ret_reason == ENT_REFUSAL_CLOCKS_DIFFER) &&
        ent_bundle_verify(&arrival->bundle, &sender, why) != ENT_OK) {
        *ret_reason = ENT_REFUSAL_NOT_AUTHENTIC;
    }
    if (*ret_reason == 0) {
        broker_clock_witness(
            broker, &sender.address, arrival->bundle.label.sealed_at);
    }
    return ENT_OK;
}

static enum ent_status
take_new(struct broker *broker, const struct broker_visit *visit,
    const struct arrival *arrival, const struct held *held,
    struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle.label;
    struct ent_error why = {0};
    uint32_t reason;
    enum ent_status rc;

    rc = judge(broker, visit, arrival, &reason, &why, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (reason != 0) {
        return refuse_bundle(broker, visit, arrival, reason, why.text, err);
    }
    if (!held->bundle) {
        rc = store(broker, visit, arrival, BROKER_BUNDLE, err);
        return rc != ENT_OK ? rc : give_custody(broker, visit, arrival, err);
    }
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "fork: two labels for one place, both kept peer=%s to=%s "
        "precedence=%s first=%" PRIu64,
        visit->office->certificate.address.text, label->stream.recipient.text,
        ent_precedence_name(label->stream.precedence), label->first);
    return held->fork ? ENT_OK
                      : store(broker, visit, arrival, BROKER_FORK, err);
}

enum ent_status
broker_take_bundle(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    struct arrival arrival = {0};
    struct held held = {0};
    struct ent_error why = {0};
    uint32_t reason;
    enum ent_status rc;

    rc = ent_bundle_decode(frame->payload, frame->body, &arrival.bundle, &why);
    if (rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "reading a bundle");
    }
    if (rc != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            rc == ENT_UNSUPPORTED ? ENT_REFUSAL_UNSUPPORTED
                                  : ENT_REFUSAL_MALFORMED,
            why.text, err);
    }
    arrival.stream = ent_chain_genesis(&arrival.bundle.label.stream);
    arrival.hash = ent_digest_of(arrival.bundle.label_wire);
    arrival.size = frame->payload.len + frame->body.len;
    arrival.toward = broker_registry_toward(
        broker->registry, &arrival.bundle.label.stream.recipient);
    reason = judge_way(broker, visit, &arrival, &why);
    if (reason != 0) {
        return refuse_bundle(broker, visit, &arrival, reason, why.text, err);
    }
    rc = find_held(broker, &arrival, &held, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (held.settled) {
        return repeat_receipt(broker, visit, &held.receipt, err);
    }
    if (held.skip || held.same_fork) {
        return ENT_OK;
    }
    if (held.same && held.refusal != 0) {
        return refuse_bundle(broker, visit, &arrival, held.refusal,
            "a broker on its way does not take it", err);
    }
    if (held.same) {
        return give_custody(broker, visit, &arrival, err);
    }
    return take_new(broker, visit, &arrival, &held, err);
}
