/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spread - how long each of many things took, as one line of a table.
 */
#ifndef TOOLS_BENCH_SPREAD_H
#define TOOLS_BENCH_SPREAD_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds. */
struct bench_spread {
    uint64_t p50;
    uint64_t p99;
    uint64_t p999;
    uint64_t max;
};

/* A clock that is never set, ns. */
uint64_t bench_now_ns(void);

/* Of `count` samples, at least one, which are sorted. */
struct bench_spread bench_spread_of(uint64_t *samples_ns, size_t count);

#endif
