/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/spread.h"

#include <stdlib.h>
#include <time.h>

uint64_t
bench_now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
compare(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

/* The smallest that `permille` of all do not exceed. */
static uint64_t
at(const uint64_t *sorted, size_t count, size_t permille)
{
    size_t place = (count * permille + 999) / 1000;

    return sorted[place == 0 ? 0 : place - 1];
}

struct bench_spread
bench_spread_of(uint64_t *samples_ns, size_t count)
{
    qsort(samples_ns, count, sizeof *samples_ns, compare);
    return (struct bench_spread){
        .p50 = at(samples_ns, count, 500),
        .p99 = at(samples_ns, count, 990),
        .p999 = at(samples_ns, count, 999),
        .max = samples_ns[count - 1],
    };
}
