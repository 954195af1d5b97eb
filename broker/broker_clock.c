/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the time of day can be believed. What a broker drops nobody can call
 * back: in doubt it drops nothing for its time, takes and hands on what has its
 * label's own time, and serves whose certificate another time would suit. */
#include "broker/broker_internal.h"
#include "proto/base/log.h"

#define AWAY_MAX_MS (UINT64_C(24) * 3600 * 1000)
#define KEEP_PAUSE_MS (UINT64_C(5) * 60 * 1000)
#define SUBJECT "clock"

static void
doubt(struct broker_clock *clock, enum ent_doubt why)
{
    clock->doubt = why;
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "the clock is in doubt, it %s: nothing is dropped for its time until "
        "the broker is started under a right one, or, where it is right, "
        "stopped, told `entente-broker confirm-clock`, and started",
        why == ENT_DOUBT_BEHIND ? "was set back"
                                : "is far ahead, or the broker was away");
}

/* When the spool was last written by this clock; 0: never. */
static uint64_t
last_kept(struct broker *broker)
{
    struct ent_view ignored;
    uint64_t last = 0;

    if (broker_spool_begin(broker->spool, false, NULL) != ENT_OK) {
        return 0;
    }
    if (broker_spool_get_object(broker->spool, BROKER_KIND_CLOCK, SUBJECT,
            &last, &ignored, NULL) != ENT_OK) {
        last = 0;
    }
    broker_spool_abort(broker->spool);
    return last;
}

void
broker_clock_watch(struct broker *broker)
{
    struct broker_clock *clock = &broker->clock;
    const struct broker_now now = broker->now;
    enum ent_doubt found;

    if (clock->has_begun) {
        found = ent_doubt_step(now.wall_ms,
            clock->seen.wall_ms + (now.boot_ms - clock->seen.boot_ms));
    } else {
        found = ent_doubt_since(now.wall_ms, last_kept(broker), AWAY_MAX_MS);
    }
    clock->has_begun = true;
    clock->seen = now;
    if (found == ENT_DOUBT_NONE) {
        return;
    }
    clock->has_witness = false; /* of another time */
    if (clock->doubt == ENT_DOUBT_NONE) {
        doubt(clock, found);
    }
}

bool
broker_clock_is_due(const struct broker *broker)
{
    return broker->clock.doubt == ENT_DOUBT_NONE &&
           broker->clock.keep_at <= broker->now.boot_ms;
}

enum ent_status
broker_clock_keep(struct broker *broker, struct ent_error *err)
{
    if (!broker_clock_is_due(broker)) {
        return ENT_OK;
    }
    /* Whether there is room or not: what frees some must not wait for this. */
    broker->clock.keep_at = broker->now.boot_ms + KEEP_PAUSE_MS;
    return broker_clock_confirm(broker->spool, broker->now.wall_ms, err);
}

enum ent_status
broker_clock_confirm(
    struct broker_spool *spool, uint64_t now_ms, struct ent_error *err)
{
    static const uint8_t some[] = {1}; /* an object has bytes */

    return broker_spool_put_object(spool, BROKER_KIND_CLOCK, SUBJECT, now_ms,
        ent_view_of(some, sizeof some), err);
}

void
broker_clock_witness(
    struct broker *broker, const struct ent_address *signer, uint64_t signed_at)
{
    struct broker_clock *clock = &broker->clock;
    const struct ent_party party = ent_address_party(signer);

    if (clock->doubt != ENT_DOUBT_AHEAD ||
        signed_at + ENT_CLOCK_SKEW_MS < broker->now.wall_ms ||
        signed_at > broker->now.wall_ms + ENT_CLOCK_SKEW_MS) {
        return;
    }
    if (!clock->has_witness) {
        clock->has_witness = true;
        clock->witness = party;
    } else if (!broker_party_equal(&clock->witness, &party)) {
        ent_log(ENT_LOG_INFO, COMPONENT,
            "two offices have the same time: the clock is believed");
        clock->doubt = ENT_DOUBT_NONE;
    }
}

bool
broker_trusts(const struct broker *broker, size_t number)
{
    return broker->clock.doubt != ENT_DOUBT_NONE
               ? broker_registry_counts(broker->registry, number)
               : broker_registry_trusts(
                     broker->registry, number, broker->now.wall_ms);
}
