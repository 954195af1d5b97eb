/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/route.h"

#include <assert.h>
#include <inttypes.h>

#include "proto/schema/common.pb-c.h"

#define EXPIRY_GRACE_MS (UINT64_C(20) * 60 * 1000)
#define HELD_PAUSE_URGENT_MS (UINT64_C(10) * 60 * 1000)
#define HELD_PAUSE_MS (UINT64_C(60) * 60 * 1000)

_Static_assert(ENTENTE__V1__PRECEDENCE__FLASH == BROKER_RANKS,
    "one rank for each precedence");

uint8_t
broker_rank(uint32_t precedence)
{
    assert(precedence >= ENTENTE__V1__PRECEDENCE__DEFERRED &&
           precedence <= ENTENTE__V1__PRECEDENCE__FLASH);
    return (uint8_t)(ENTENTE__V1__PRECEDENCE__FLASH - precedence);
}

uint32_t
broker_rank_precedence(uint8_t rank)
{
    assert(rank < BROKER_RANKS);
    return (uint32_t)(ENTENTE__V1__PRECEDENCE__FLASH - rank);
}

/* The share of `whole` that others than FLASH may use. */
static uint64_t
unreserved(uint64_t whole, uint64_t reserve_percent)
{
    assert(reserve_percent <= 100);
    return whole - whole / 100 * reserve_percent -
           whole % 100 * reserve_percent / 100;
}

bool
broker_quota_allows(const struct broker_quota *quota,
    const struct broker_usage *usage, uint8_t rank, uint64_t size)
{
    uint64_t bytes = quota->bytes;
    uint64_t entries = quota->entries;

    if (rank > 0) {
        bytes = unreserved(bytes, quota->flash_reserve);
        entries = unreserved(entries, quota->flash_reserve);
    }
    return usage->entries < entries && usage->bytes <= bytes &&
           size <= bytes - usage->bytes;
}

bool
broker_room_allows(uint64_t used, uint64_t size_max, uint64_t flash_reserve,
    uint8_t rank, uint64_t size)
{
    const uint64_t most =
        rank == 0 ? size_max : unreserved(size_max, flash_reserve);

    return used <= most && size <= most - used;
}

static uint32_t
refuse(uint32_t refusal, struct ent_error *err, const char *sentence)
{
    (void)ent_fail(err, ENT_REJECTED, "%s", sentence);
    return refusal;
}

static bool
has_seen(const struct ent_hop *hop, const struct ent_address *broker)
{
    for (size_t i = 0; i < hop->count; i++) {
        if (ent_address_equal(&hop->brokers[i], broker)) {
            return true;
        }
    }
    return false;
}

uint32_t
broker_route_judge_hops(const struct ent_hop *hop,
    const struct ent_address *self, const struct ent_address *from,
    const struct ent_address *next, struct ent_error *err)
{
    if (hop->count >= ENT_HOPS_MAX) {
        return refuse(
            ENT_REFUSAL_BAD_FRAME, err, "it has passed too many brokers");
    }
    if (from != NULL &&
        (hop->count == 0 ||
            !ent_address_equal(&hop->brokers[hop->count - 1], from))) {
        return refuse(ENT_REFUSAL_BAD_FRAME, err,
            "the broker that sends it is not the last of its hops");
    }
    if (has_seen(hop, self)) {
        return refuse(ENT_REFUSAL_BAD_FRAME, err, "it has been here before");
    }
    if (next != NULL && has_seen(hop, next)) {
        return refuse(ENT_REFUSAL_BAD_FRAME, err,
            "it has been at the broker that is next");
    }
    return 0;
}

static uint32_t
judge_time(const struct broker_facts *facts, struct ent_error *err)
{
    switch (ent_bundle_check_time(
        facts->bundle, facts->sender, facts->now_ms, err)) {
    case ENT_OK:
        return 0;
    case ENT_EXPIRED:
        return ENT_REFUSAL_EXPIRED;
    default:
        return ent_label_is_ahead(&facts->bundle->label, facts->now_ms)
                   ? ENT_REFUSAL_CLOCKS_DIFFER
                   : ENT_REFUSAL_NOT_AUTHENTIC;
    }
}

uint32_t
broker_route_judge(const struct broker_facts *facts, struct ent_error *err)
{
    const struct ent_stream_id *stream = &facts->bundle->label.stream;
    uint32_t refusal;

    refusal = judge_time(facts, err);
    if (refusal != 0) {
        return refusal;
    }
    if (!broker_quota_allows(&facts->quota, &facts->usage,
            broker_rank(stream->precedence), facts->size)) {
        return refuse(ENT_REFUSAL_QUOTA, err,
            "what the sender may leave here for that office is used up");
    }
    if (!broker_room_allows(facts->store_used, facts->store_max,
            facts->quota.flash_reserve, broker_rank(stream->precedence),
            facts->size)) {
        return refuse(ENT_REFUSAL_STORE_FULL, err,
            "the broker's store is full, but for what it keeps for FLASH");
    }
    return 0;
}

bool
broker_route_is_hopeless(uint32_t refusal)
{
    const struct ent_refusal_info *info = ent_refusal_info(refusal);

    return info != NULL && info->retry == ENT_RETRY_NEVER;
}

bool
broker_route_may_repeat(uint64_t held_at, uint8_t rank, uint64_t now_ms)
{
    const uint64_t pause =
        rank < BROKER_URGENT_RANKS ? HELD_PAUSE_URGENT_MS : HELD_PAUSE_MS;

    return held_at == 0 || now_ms < held_at || now_ms - held_at >= pause;
}

uint64_t
broker_route_drop_at(uint64_t expires_at)
{
    return expires_at > UINT64_MAX - EXPIRY_GRACE_MS
               ? UINT64_MAX
               : expires_at + EXPIRY_GRACE_MS;
}
