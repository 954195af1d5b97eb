/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/passage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS_NS UINT64_C(1000000)

enum ent_status
bench_passages_init(
    struct bench_passages *passages, size_t room, struct ent_error *err)
{
    bool good;

    *passages = (struct bench_passages){.room = room,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .was_read = PTHREAD_COND_INITIALIZER};
    passages->starts = calloc(room, sizeof *passages->starts);
    good = passages->starts != NULL;
    for (size_t i = 0; i < BENCH_POINTS; i++) {
        passages->took_ns[i] = calloc(room, sizeof(uint64_t));
        good = good && passages->took_ns[i] != NULL;
    }
    if (!good) {
        bench_passages_fini(passages);
        return ent_fail(err, ENT_NO_MEMORY, "%zu messages to be timed", room);
    }
    return ENT_OK;
}

void
bench_passages_fini(struct bench_passages *passages)
{
    free(passages->starts);
    passages->starts = NULL;
    for (size_t i = 0; i < BENCH_POINTS; i++) {
        free(passages->took_ns[i]);
        passages->took_ns[i] = NULL;
    }
}

void
bench_passages_start(struct bench_passages *passages, const char *id,
    uint64_t now_ns, uint64_t now_ms)
{
    struct bench_start *start;

    (void)pthread_mutex_lock(&passages->mutex);
    assert(passages->started < passages->room);
    start = &passages->starts[passages->started++];
    (void)snprintf(start->id, sizeof start->id, "%s", id);
    start->at_ns = now_ns;
    start->at_ms = now_ms;
    (void)pthread_mutex_unlock(&passages->mutex);
}

static void
pass(struct bench_passages *passages, enum bench_point point, uint64_t took_ns)
{
    passages->took_ns[point][passages->passed[point]++] = took_ns;
}

void
bench_passages_pass(
    struct bench_passages *passages, enum bench_point point, uint64_t now_ns)
{
    size_t at;

    (void)pthread_mutex_lock(&passages->mutex);
    at = passages->passed[point];
    assert(at < passages->started);
    pass(passages, point, now_ns - passages->starts[at].at_ns);
    (void)pthread_mutex_unlock(&passages->mutex);
}

/* A node's clock may be set while it is under way. */
static uint64_t
since_ns(const struct bench_start *start, uint64_t at_ms)
{
    return at_ms > start->at_ms ? (at_ms - start->at_ms) * MS_NS : 0;
}

void
bench_passages_read(struct bench_passages *passages, const char *id,
    uint64_t received_at_ms, uint64_t now_ns)
{
    const struct bench_start *next;

    (void)pthread_mutex_lock(&passages->mutex);
    next = &passages->starts[passages->passed[BENCH_DESK]];
    if (passages->passed[BENCH_DESK] < passages->started &&
        strcmp(id, next->id) == 0) {
        pass(passages, BENCH_DESK, since_ns(next, received_at_ms));
        if (!passages->ended) {
            pass(passages, BENCH_READ, now_ns - next->at_ns);
        }
        (void)pthread_cond_signal(&passages->was_read);
    }
    (void)pthread_mutex_unlock(&passages->mutex);
}

bool
bench_passages_await_read(struct bench_passages *passages, unsigned give_up_s)
{
    struct timespec until;
    bool all;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += give_up_s;
    (void)pthread_mutex_lock(&passages->mutex);
    while (passages->passed[BENCH_DESK] < passages->started &&
           pthread_cond_timedwait(
               &passages->was_read, &passages->mutex, &until) == 0) {
    }
    all = passages->passed[BENCH_DESK] == passages->started;
    (void)pthread_mutex_unlock(&passages->mutex);
    return all;
}

void
bench_passages_end(struct bench_passages *passages)
{
    (void)pthread_mutex_lock(&passages->mutex);
    passages->ended = true;
    (void)pthread_mutex_unlock(&passages->mutex);
}
