/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/pace.h"

#define CHECK UINT64_C(1000) /* in thousandths: a second has as many ms */

static uint64_t
burst_of(uint64_t checks_per_s)
{
    return checks_per_s * ENT_PACE_BURST_S * CHECK;
}

/* What is left of `spent` by then: each ms makes good as many thousandths as
 * there are checks in a second. */
static uint64_t
spent_at(const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms)
{
    const uint64_t passed = now_ms > pace->at_ms ? now_ms - pace->at_ms : 0;

    if (checks_per_s == 0 || passed > pace->spent / checks_per_s) {
        return 0;
    }
    return pace->spent - passed * checks_per_s;
}

void
ent_pace_count(struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms)
{
    /* More is not held against it: it is heard again after one burst. */
    const uint64_t most = (ENT_PACE_BURSTS_MAX + 1) * burst_of(checks_per_s);
    const uint64_t spent = spent_at(pace, checks_per_s, now_ms) + CHECK;

    pace->spent = spent < most ? spent : most;
    pace->at_ms = now_ms;
}

bool
ent_pace_is_ahead(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms)
{
    return spent_at(pace, checks_per_s, now_ms) > burst_of(checks_per_s);
}

bool
ent_pace_is_beyond(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms)
{
    return spent_at(pace, checks_per_s, now_ms) >
           ENT_PACE_BURSTS_MAX * burst_of(checks_per_s);
}

uint64_t
ent_pace_due(
    const struct ent_pace *pace, uint64_t checks_per_s, uint64_t now_ms)
{
    const uint64_t spent = spent_at(pace, checks_per_s, now_ms);
    const uint64_t burst = burst_of(checks_per_s);

    return spent <= burst
               ? now_ms
               : now_ms + (spent - burst + checks_per_s - 1) / checks_per_s;
}
