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
    const struct ent_skip *skip, size_t toward, struct ent_error *err)
{
    struct broker_entry entry = {
        .kind = BROKER_SKIP,
        .from = visit->office->party,
        .to = broker_registry_at(broker->registry, toward)->party,
        .sender = skip->stream.sender,
        .recipient = skip->stream.recipient,
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
    broker_walk_stir(&broker->lines[toward].peer.bundles[entry.rank]);
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

/* By the office itself, or by one behind the neighbour that brings it. */
static enum ent_status
open_skip(struct broker *broker, const struct broker_visit *visit,
    struct ent_skip *ret_skip, struct ent_error *why)
{
    const struct ent_view wire = visit->frame->payload;
    struct ent_certificate sender;
    enum ent_status rc = ent_skip_peek(wire, ret_skip, why);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!broker_registry_may_bring(
            broker->registry, visit->number, &ret_skip->stream.sender)) {
        return ent_fail(why, ENT_REJECTED, "it is another office's");
    }
    rc = broker_find_signer_of(broker, &ret_skip->stream.sender, wire,
        ret_skip->issued_at, &sender, why);
    return rc != ENT_OK ? rc : ent_skip_open(wire, &sender, ret_skip, why);
}

/* A neighbour is not cut off for what one office behind it did. */
static enum ent_status
refuse_unsigned(struct broker *broker, const struct broker_visit *visit,
    const struct ent_error *why, struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT, "skip not believed peer=%s: %s",
        visit->office->certificate.address.text, why->text);
    return broker_registry_is_broker(broker->registry, visit->number)
               ? ENT_OK
               : broker_say_bye(broker, visit->line, &visit->frame->route,
                     ENT_REFUSAL_NOT_AUTHENTIC, "a skip that is not authentic",
                     err);
}

enum ent_status
broker_take_skip(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    struct broker_usage usage;
    struct ent_party party;
    struct ent_skip skip;
    struct ent_error why = {0};
    size_t toward;
    enum ent_status rc;

    rc = open_skip(broker, visit, &skip, &why);
    if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "%s", why.text);
    }
    if (rc != ENT_OK) {
        return refuse_unsigned(broker, visit, &why, err);
    }
    toward = broker_registry_toward(broker->registry, &skip.stream.recipient);
    if (toward == BROKER_NOBODY || toward == visit->number) {
        return refuse_skip(broker, visit, &skip, ENT_REFUSAL_NOT_SERVED,
            "the recipient is not served here", err);
    }
    party = ent_address_party(&skip.stream.recipient);
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
    return store_skip(broker, visit, &skip, toward, err);
}
