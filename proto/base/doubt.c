/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/doubt.h"

#define STEP_MS (UINT64_C(5) * 60 * 1000)

enum ent_doubt
ent_doubt_since(uint64_t now_ms, uint64_t last_ms, uint64_t away_max_ms)
{
    if (last_ms == 0) {
        return ENT_DOUBT_NONE;
    }
    if (now_ms < last_ms) {
        return last_ms - now_ms > STEP_MS ? ENT_DOUBT_BEHIND : ENT_DOUBT_NONE;
    }
    return now_ms - last_ms > away_max_ms ? ENT_DOUBT_AHEAD : ENT_DOUBT_NONE;
}

enum ent_doubt
ent_doubt_step(uint64_t wall_ms, uint64_t expected_ms)
{
    if (wall_ms > expected_ms) {
        return wall_ms - expected_ms > STEP_MS ? ENT_DOUBT_AHEAD
                                               : ENT_DOUBT_NONE;
    }
    return expected_ms - wall_ms > STEP_MS ? ENT_DOUBT_BEHIND : ENT_DOUBT_NONE;
}
