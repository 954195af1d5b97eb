/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace - how many signatures a peer may have us check in a second.
 *
 * Whatever a peer sends that is signed costs us a check before we know whether
 * it is any good: forged or not, it costs the same. Credit bounds the bytes of
 * bundles under way, not how many small ones come one after another, and all
 * else costs no credit. So each check is counted. Who is ahead of its pace is
 * given no credit back until it is not, which slows an honest sender down; who
 * goes on all the same, with what needs no credit, is beyond it.
 *
 * A plain value, all zero for who has checked nothing yet; monotonic time and
 * the pace itself are arguments. docs/PROTOCOL.md, section 15.2.
 */
#ifndef ENT_PROTO_PACE_H
#define ENT_PROTO_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds' worth of checks that may come at once. */
#define ENT_PACE_BURST_S UINT64_C(2)
/* So many bursts and a peer is beyond its pace: at the usual pace that is more
 * than an honest one can have under way on the credit it was given. */
#define ENT_PACE_BURSTS_MAX UINT64_C(8)

struct ent_pace {
    uint64_t spent; /* thousandths of a check that time has not made good */
    uint64_t at_ms; /* when that was reckoned */
};

/* Something that costs a check came. */
void ent_pace_count(
    struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms);

/* More came than a burst allows: give no credit back yet. */
bool ent_pace_is_ahead(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms);
/* ENT_PACE_BURSTS_MAX came: whoever sends that looks at no credit. */
bool ent_pace_is_beyond(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms);

/* When it will not be ahead any more; not before `now_ms`. */
uint64_t ent_pace_due(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms);

#endif
