/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-steady - whether the machine goes at one speed. A virtual one may be
 * held up from outside, for tens of milliseconds, without a word of it in any
 * of its own statistics: one in a hundred of whatever is measured then tells of
 * that, and not of the program.
 *
 *     bench-steady --seconds=5
 *
 * Calls the kernel and writes to memory as fast as one processor can, counts
 * how often in each 5 ms, and prints one JSON object: how many such moments it
 * saw, the share of the time in which it went at less than a quarter of the
 * speed of the median, and how long that was at a stretch.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/bench/program.h"
#include "tools/bench/spread.h"

#define MOMENT_NS UINT64_C(5000000)
#define MOMENTS_A_SECOND (1000000000 / MOMENT_NS)
#define SECONDS_MAX 600
#define MEMORY ((size_t)8 * 1024 * 1024)
#define PAGE ((size_t)4096)
#define SLOW 4 /* times as slow as the median */

/* About 5 ms; longer, where nothing went at all. */
struct moment {
    uint64_t lasted_ns;
    uint64_t rate; /* calls in 5 ms */
};

static struct moment
see_moment(uint8_t *memory, size_t *at)
{
    const uint64_t began = bench_now_ns();
    struct moment moment = {.lasted_ns = 0};
    uint64_t count = 0;

    while (moment.lasted_ns < MOMENT_NS) {
        (void)syscall(SYS_getpid);
        memory[*at]++;
        *at = (*at + PAGE) % MEMORY;
        count++;
        moment.lasted_ns = bench_now_ns() - began;
    }
    moment.rate = count * MOMENT_NS / moment.lasted_ns;
    return moment;
}

static uint64_t
median_of(const struct moment *moments, size_t count)
{
    uint64_t *rates = calloc(count, sizeof *rates);
    uint64_t median;

    bench_must(rates != NULL, "no memory");
    for (size_t i = 0; i < count; i++) {
        rates[i] = moments[i].rate;
    }
    median = bench_spread_of(rates, count).p50;
    free(rates);
    return median;
}

static void
tell(const struct moment *moments, size_t count)
{
    const uint64_t median = median_of(moments, count);
    uint64_t all = 0;
    uint64_t slow = 0;
    uint64_t run = 0;
    uint64_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        const bool is_slow = moments[i].rate * SLOW < median;

        all += moments[i].lasted_ns;
        slow += is_slow ? moments[i].lasted_ns : 0;
        run = is_slow ? run + moments[i].lasted_ns : 0;
        longest = run > longest ? run : longest;
    }
    printf("{\"moments\":%zu,\"slow_share\":%.4f,\"longest_ms\":%.1f}\n", count,
        (double)slow / (double)all, (double)longest / 1e6);
}

static const struct argp_option options[] = {
    {"seconds", 't', "N", 0, "How long (5)", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    unsigned long *seconds = state->input;

    if (key != 't') {
        return ARGP_ERR_UNKNOWN;
    }
    *seconds = bench_number(argument, SECONDS_MAX, state);
    return 0;
}

int
main(int argc, char *argv[])
{
    static const struct argp argp = {.options = options,
        .parser = take_argument,
        .doc = "Whether the machine goes at one speed."};
    unsigned long seconds = 5;
    size_t at = 0;

    if (argp_parse(&argp, argc, argv, 0, NULL, &seconds) != 0) {
        return EX_USAGE;
    }
    const size_t count = seconds * MOMENTS_A_SECOND;
    struct moment *moments = calloc(count, sizeof *moments);
    uint8_t *memory = calloc(1, MEMORY);

    bench_must(moments != NULL && memory != NULL, "no memory");
    for (size_t i = 0; i < count; i++) {
        moments[i] = see_moment(memory, &at);
    }
    tell(moments, count);
    free(memory);
    free(moments);
    return EX_OK;
}
