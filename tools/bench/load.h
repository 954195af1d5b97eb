/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load - several programs that hand messages in at one node, as fast as it
 * takes them, until so many are accepted or they are told to stop.
 */
#ifndef TOOLS_BENCH_LOAD_H
#define TOOLS_BENCH_LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tools/bench/submission.h"

#define BENCH_PRODUCERS_MAX 16

struct bench_load {
    const char *socket; /* of the node */
    struct bench_kind kind;
    unsigned long messages;
    unsigned long batch; /* in one request */
    unsigned long producers;
    _Atomic unsigned long taken; /* by producers, to be handed in */
    _Atomic unsigned long accepted;
    _Atomic bool failed; /* stderr says why */
    pthread_t threads[BENCH_PRODUCERS_MAX];
};

/* What stands above the counters is given. A thread that cannot be started ends
 * the program. */
void bench_load_start(struct bench_load *load);
/* No new request. */
void bench_load_stop(struct bench_load *load);
/* Until what was asked for is answered. */
void bench_load_join(struct bench_load *load);

#endif
