/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

#define SKIP_LIFE_MS (UINT64_C(30) * 86400 * 1000)

/* Drop the bundles that it covers wholly. */
static enum ent_status
drop_covered(struct broker *broker, const struct ent_digest *stream,
    const struct ent_skip *skip, struct ent_error *err)
{
    uint64_t first = skip->from;
    unsigned kind = 0;

    for (;;) {
        struct broker_entry entry;
        enum ent_status rc;

        rc = broker_spool_next_of_stream(
            broker->spool, stream, first, kind, &entry, err);
        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && entry.first > skip->to)) {
            return ENT_OK;
        }
        if (rc == ENT_OK && entry.kind != BROKER_SKIP &&
            entry.last <= skip->to) {
            rc = broker_spool_drop(broker->spool, &entry, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        first = entry.first;
        kind = (unsigned)entry.kind + 1;
    }
}

/* True in `ret_known` when this very skip is kept; another one at its place is
 * dropped for it. */
static enum ent_status
replace_skip(struct broker *broker, const struct ent_digest *stream,
    uint64_t from, const struct ent_digest *hash, bool *ret_known,
    struct ent_error *err)
{
    struct broker_entry entry;
    enum ent_status rc;

    *ret_known = false;
    rc = broker_spool_find(
        broker->spool, stream, from, BROKER_SKIP, &entry, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (ent_digest_equal(&entry.hash, hash)) {
        *ret_known = true;
        return ENT_OK;
    }
    return broker_spool_drop(broker->spool, &entry, err);
}

static enum ent_status
store_skip(struct broker *broker, const struct broker_visit *visit,
    const struct ent_skip *skip, struct broker_line *recipient,
    struct ent_error *err)
{
    struct broker_entry entry = {
        .kind = BROKER_SKIP,
        .sender = visit->office->party,
        .recipient = ent_address_party(&skip->stream.recipient),
        .rank = broker_rank(skip->stream.precedence),
        .stream = ent_chain_genesis(&skip->stream),
        .sender_incarnation = skip->stream.sender_incarnation,
        .recipient_incarnation = skip->stream.recipient_incarnation,
        .first = skip->from,
        .last = skip->to,
        .hash = ent_digest_of(visit->frame->payload),
        .drop_at = broker->now.wall_ms + SKIP_LIFE_MS,
    };
    bool known;
    enum ent_status rc;

    rc = replace_skip(
        broker, &entry.stream, entry.first, &entry.hash, &known, err);
    if (rc != ENT_OK || known) {
        return rc;
    }
    rc = drop_covered(broker, &entry.stream, skip, err);
    if (rc == ENT_OK) {
        rc = broker_spool_put(broker->spool, &entry, visit->frame->payload,
            (struct ent_view){0}, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    broker_walk_stir(&recipient->peer.bundles[entry.rank]);
    return ENT_OK;
}

static enum ent_status
refuse_skip(struct broker *broker, const struct broker_visit *visit,
    const struct ent_skip *skip, uint32_t reason, const char *text,
    struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT,
        "skip not taken peer=%s from=%" PRIu64 " reason=%s",
        visit->office->certificate.address.text, skip->from,
        ent_refusal_name(reason));
    return broker_refuse(broker, &visit->frame->route, reason, &skip->stream,
        skip->from, text, err);
}

enum ent_status
broker_take_skip(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_address *sender = &visit->office->certificate.address;
    const struct ent_frame *frame = visit->frame;
    const struct ent_certificate *signer = NULL;
    struct broker_line *recipient;
    struct broker_usage usage;
    struct ent_party party;
    struct ent_skip skip;
    struct ent_error why = {0};
    enum ent_status rc;

    if (ent_skip_peek(frame->payload, &skip, &why) == ENT_OK) {
        signer = broker_registry_signer_of(
            broker->registry, visit->number, frame->payload, skip.issued_at);
    }
    if (signer == NULL ||
        ent_skip_open(frame->payload, signer, &skip, &why) != ENT_OK ||
        !ent_address_equal(&skip.stream.sender, sender)) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_NOT_AUTHENTIC, "a skip that is not authentic", err);
    }
    party = ent_address_party(&skip.stream.recipient);
    recipient = broker_line_of(broker, &party);
    if (recipient == NULL) {
        return refuse_skip(broker, visit, &skip, ENT_REFUSAL_NOT_SERVED,
            "the recipient is not served here", err);
    }
    rc = broker_spool_usage(
        broker->spool, &visit->office->party, &party, &usage, err);
    if (rc != ENT_OK) {
        return rc;
    }
    /* It makes room, so only the count of entries can speak against it. */
    if (usage.entries >= broker->quota.entries) {
        return refuse_skip(broker, visit, &skip, ENT_REFUSAL_QUOTA,
            "what the sender may leave here for that office is used up", err);
    }
    return store_skip(broker, visit, &skip, recipient, err);
}
