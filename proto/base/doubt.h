/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doubt - whether a clock can be believed, set against two others: when a store
 * was last written by it, and a clock that never steps. Pure; what is done and
 * left undone meanwhile is for who asks (node/clock.h, broker/broker_clock.c).
 */
#ifndef ENT_PROTO_BASE_DOUBT_H
#define ENT_PROTO_BASE_DOUBT_H

#include <stdint.h>

enum ent_doubt {
    ENT_DOUBT_NONE = 0,
    ENT_DOUBT_AHEAD = 1,  /* it is ahead, or we were away for long */
    ENT_DOUBT_BEHIND = 2, /* it was set back */
};

/* At a start; `last_ms` 0: never written. Away for longer than `away_max_ms` is
 * a doubt too. */
enum ent_doubt ent_doubt_since(
    uint64_t now_ms, uint64_t last_ms, uint64_t away_max_ms);

/* While running: the time of day now, and what it should be by the other
 * clock. */
enum ent_doubt ent_doubt_step(uint64_t wall_ms, uint64_t expected_ms);

#endif
