/* SPDX-License-Identifier: Apache-2.0 */
#include "node/space.h"

#include "proto/refusal.h"

#define RANK_LAST 4      /* DEFERRED */
#define NOBODYS_PARTS 32 /* one of them is never filled */
#define DISK_STEP (UINT64_C(1024) * 1024)
#define PER_BUNDLE 4096  /* a page that it does not fill, its answer */
#define PER_MESSAGE 1024 /* that it was seen, its row on the desk, its key */

uint64_t
node_space_of(size_t len, size_t messages)
{
    return (uint64_t)len + PER_BUNDLE + (uint64_t)messages * PER_MESSAGE;
}

static uint64_t
percent_of(uint64_t whole, uint64_t percent)
{
    return whole / 100 * percent + whole % 100 * percent / 100;
}

/* The part of `whole` that is open at a rank: all but its steps of the
 * reserve. */
static uint64_t
open_at(uint64_t whole, uint64_t reserve_percent, uint8_t rank)
{
    return whole - percent_of(whole, reserve_percent) / RANK_LAST * rank;
}

static uint64_t
whole_share(const struct node_quota_limits *limits, uint64_t store_max)
{
    return limits->bytes == 0 ? store_max / 2 : limits->bytes;
}

uint64_t
node_space_share(
    const struct node_quota_limits *limits, uint64_t store_max, uint8_t rank)
{
    return open_at(whole_share(limits, store_max), limits->flash_reserve, rank);
}

uint64_t
node_space_bundles(const struct node_quota_limits *limits, uint8_t rank)
{
    return open_at(limits->bundles, limits->flash_reserve, rank);
}

uint64_t
node_space_store(
    const struct node_quota_limits *limits, uint64_t store_max, uint8_t rank)
{
    return open_at(
        store_max - store_max / NOBODYS_PARTS, limits->flash_reserve, rank);
}

uint64_t
node_space_disk(uint8_t rank)
{
    return DISK_STEP * (1 + (uint64_t)rank);
}

static bool
fits(uint64_t used, uint64_t most, uint64_t size)
{
    return used <= most && size <= most - used;
}

static bool
share_has_space(const struct node_space *space)
{
    const struct node_quota_limits *limits = &space->limits;
    uint64_t bytes = node_space_share(limits, space->store_max, space->rank);
    uint64_t bundles = node_space_bundles(limits, space->rank);

    if (space->kind != NODE_BRINGS) {
        bytes = whole_share(limits, space->store_max);
        bytes += percent_of(bytes, limits->flash_reserve);
        bundles = limits->bundles +
                  percent_of(limits->bundles, limits->flash_reserve);
    }
    return fits(space->usage.bytes, bytes, space->size) &&
           fits(space->usage.bundles, bundles, 1);
}

static bool
store_has_space(const struct node_space *space)
{
    uint8_t rank = space->kind == NODE_SETTLES ? 0 : space->rank;
    uint64_t most = node_space_store(&space->limits, space->store_max, rank);

    return fits(space->store_used, most, space->size) &&
           fits(node_space_disk(rank), space->disk_room, space->size);
}

uint32_t
node_space_judge(const struct node_space *space)
{
    if (!share_has_space(space)) {
        return ENT_REFUSAL_QUOTA;
    }
    return store_has_space(space) ? 0 : ENT_REFUSAL_STORE_FULL;
}
