/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-latency - how long one FLASH message takes, one after another: until it
 * is accepted, until it is on the recipient's desk (as that node's clock says,
 * in ms), until a program that reads the desk in its order has it in its hands,
 * and until the sender's program sees that the signed receipt is here.
 *
 *     bench-latency --from=a.sock --at=b.sock --to=blo-b@mm --count=1000
 *     ... --load       while ROUTINE is handed in as fast as the node takes it
 *
 * Prints one JSON object with the spread of each, in microseconds. The receipt
 * is asked for a question at a time, on an idle way only after the message was
 * read, so that no question stands in its way; a question is answered in a turn
 * of the node, so it costs up to one turn.
 */
#include <argp.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "proto/base/time.h"
#include "tools/bench/load.h"
#include "tools/bench/program.h"
#include "tools/bench/reader.h"
#include "tools/bench/spread.h"

#define TIMEOUT_MS 120000
#define GIVE_UP_S 300
#define WARM_UP_S 2 /* until the node is busy */
#define SIZE 256    /* an alert's text */
#define SECOND_NS UINT64_C(1000000000)

enum { ACCEPTED, DESK, READ, RECEIPT, POINTS };

static const char *const names[POINTS] = {[ACCEPTED] = "accepted",
    [DESK] = "desk",
    [READ] = "read",
    [RECEIPT] = "receipt"};

struct latency {
    struct bench_load load; /* of ROUTINE */
    struct bench_kind kind; /* FLASH */
    const char *at;
    unsigned long count;
    unsigned long seconds; /* at most, 0: as long as it takes */
    unsigned long size;    /* of ROUTINE */
    bool loaded;
    uint64_t *samples[POINTS];
    size_t taken;
    /* Between the two programs. */
    pthread_mutex_t mutex;
    pthread_cond_t seen_it;
    char awaited[ENT_ID_TEXT_LEN + 1];
    uint64_t seen_ns; /* 0: not yet */
    uint64_t desk_ms; /* when it came there, by the node's clock */
    unsigned long read;
    _Atomic bool over;
    _Atomic bool failed;
};

static void
fail(struct latency *latency, const char *who, const char *why)
{
    fprintf(stderr, "bench-latency: %s: %s\n", who, why);
    atomic_store(&latency->failed, true);
}

/* ---- the recipient's program ---- */

static void
see(void *context, const Entente__V1__InboxItem *item)
{
    struct latency *latency = context;

    (void)pthread_mutex_lock(&latency->mutex);
    latency->read++;
    if (strcmp(item->id, latency->awaited) == 0) {
        latency->seen_ns = bench_now_ns();
        latency->desk_ms = item->received_at;
        (void)pthread_cond_signal(&latency->seen_it);
    }
    (void)pthread_mutex_unlock(&latency->mutex);
}

static void *
consume(void *context)
{
    struct latency *latency = context;
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    uint64_t from = 0; /* the cursor's */
    size_t count;
    int rc = ent_client_open(latency->at, TIMEOUT_MS, true, &client, &err);

    while (rc == EX_OK && !latency->over) {
        rc = bench_read(client, &from, see, latency, &count, &err);
    }
    if (rc != EX_OK) {
        fail(latency, latency->at, err.text);
    }
    return NULL;
}

/* When the awaited message was read; 0: it was not in time. */
static uint64_t
await_reader(struct latency *latency)
{
    struct timespec until;
    uint64_t seen;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += GIVE_UP_S;
    (void)pthread_mutex_lock(&latency->mutex);
    while (latency->seen_ns == 0 && pthread_cond_timedwait(&latency->seen_it,
                                        &latency->mutex, &until) == 0) {
    }
    seen = latency->seen_ns;
    (void)pthread_mutex_unlock(&latency->mutex);
    return seen;
}

/* ---- the sender's program ---- */

static void
expect(struct latency *latency, const char *id)
{
    (void)pthread_mutex_lock(&latency->mutex);
    (void)snprintf(latency->awaited, sizeof latency->awaited, "%s", id);
    latency->seen_ns = 0;
    (void)pthread_mutex_unlock(&latency->mutex);
}

/* Until both have it: under load the reader may be far behind. */
static int
await_both(struct latency *latency, struct ent_client *client, char *id,
    uint64_t at[static POINTS], struct ent_error *err)
{
    int rc = EX_OK;

    if (latency->loaded) {
        rc = bench_await_receipt(client, id, err);
        at[RECEIPT] = bench_now_ns();
    }
    at[READ] = await_reader(latency);
    if (rc == EX_OK && at[READ] == 0) {
        (void)ent_fail(err, ENT_IO, "a message was never read");
        rc = EX_UNAVAILABLE;
    }
    if (rc == EX_OK && !latency->loaded) {
        rc = bench_await_receipt(client, id, err);
        at[RECEIPT] = bench_now_ns();
    }
    return rc;
}

static int
measure_one(struct latency *latency, struct ent_client *client,
    struct bench_batch *batch, struct ent_error *err)
{
    uint64_t at[POINTS], began, began_ms;
    int rc;

    bench_batch_fill(batch, &latency->kind, 1);
    expect(latency, batch->ids[0]);
    began_ms = ent_time_now_ms();
    began = bench_now_ns();
    rc = bench_batch_submit(client, batch, 1, err);
    at[ACCEPTED] = bench_now_ns();
    if (rc == EX_OK) {
        rc = await_both(latency, client, batch->ids[0], at, err);
    }
    at[DESK] = began + (latency->desk_ms - began_ms) * UINT64_C(1000000);
    for (size_t i = 0; rc == EX_OK && i < POINTS; i++) {
        latency->samples[i][latency->taken] = at[i] - began;
    }
    return rc;
}

static int
measure(
    struct latency *latency, struct bench_batch *batch, struct ent_error *err)
{
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    const uint64_t began = bench_now_ns();
    int rc =
        ent_client_open(latency->load.socket, TIMEOUT_MS, true, &client, err);

    while (rc == EX_OK && latency->taken < latency->count &&
           !latency->load.failed && !latency->failed) {
        rc = measure_one(latency, client, batch, err);
        latency->taken += rc == EX_OK ? 1 : 0;
        if (latency->seconds > 0 &&
            bench_now_ns() - began > latency->seconds * SECOND_NS) {
            break;
        }
    }
    return rc;
}

/* ---- both, and the load ---- */

static void
measure_under_load(struct latency *latency, struct bench_batch *batch)
{
    static const struct timespec warm_up = {.tv_sec = WARM_UP_S};
    struct ent_error err = {0};
    int rc;

    if (latency->loaded) {
        bench_load_start(&latency->load);
        (void)nanosleep(&warm_up, NULL);
    }
    rc = measure(latency, batch, &err);
    if (rc != EX_OK) {
        fail(latency, latency->load.socket, err.text);
    }
    if (latency->loaded) {
        bench_load_stop(&latency->load);
        bench_load_join(&latency->load);
    }
    rc = bench_await_receipts(latency->load.socket, GIVE_UP_S, &err);
    if (rc != EX_OK) {
        fail(latency, latency->load.socket, err.text);
    }
}

static void
run(struct latency *latency)
{
    struct bench_batch *batch = calloc(1, sizeof *batch);
    pthread_t consumer;

    if (batch == NULL ||
        pthread_create(&consumer, NULL, consume, latency) != 0) {
        fail(latency, "starting", "no memory");
        free(batch);
        return;
    }
    measure_under_load(latency, batch);
    latency->over = true;
    (void)pthread_join(consumer, NULL);
    free(batch);
}

/* ---- what came of it ---- */

static json_t *
spread_of(uint64_t *samples, size_t count)
{
    struct bench_spread spread = bench_spread_of(samples, count);

    return json_pack("{s:f, s:f, s:f, s:f}", "p50_us", (double)spread.p50 / 1e3,
        "p99_us", (double)spread.p99 / 1e3, "p999_us",
        (double)spread.p999 / 1e3, "max_us", (double)spread.max / 1e3);
}

static void
tell(struct latency *latency, double took_s)
{
    json_t *said = json_pack("{s:I, s:b, s:f, s:I}", "messages",
        (json_int_t)latency->taken, "loaded", (int)latency->loaded, "seconds",
        took_s, "routine", (json_int_t)latency->load.accepted);

    for (size_t i = 0; i < POINTS; i++) {
        (void)json_object_set_new(
            said, names[i], spread_of(latency->samples[i], latency->taken));
    }
    if (json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) != 0) {
        exit(EX_OSERR);
    }
    printf("\n");
    json_decref(said);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"from", 'f', "SOCKET", 0, "Local socket of the sender's node", 0},
    {"at", 'a', "SOCKET", 0, "Local socket of the recipient's node", 0},
    {"to", 't', "ADDRESS", 0, "The recipient", 0},
    {"count", 'n', "N", 0, "FLASH messages (1000)", 0},
    {"seconds", 'l', "S", 0, "No longer than about this", 0},
    {"load", 'r', NULL, 0, "While ROUTINE saturates the same path", 0},
    {"size", 's', "BYTES", 0, "Of text in each ROUTINE message (1024)", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct latency *latency = state->input;

    switch (key) {
    case 'f':
        latency->load.socket = argument;
        return 0;
    case 'a':
        latency->at = argument;
        return 0;
    case 't':
        latency->kind.to = argument;
        return 0;
    case 'n':
        latency->count = bench_number(argument, 10000000, state);
        return 0;
    case 'l':
        latency->seconds = bench_number(argument, 86400, state);
        return 0;
    case 'r':
        latency->loaded = true;
        return 0;
    case 's':
        latency->size = bench_number(argument, BENCH_SIZE_MAX, state);
        return 0;
    case ARGP_KEY_END:
        if (latency->load.socket == NULL || latency->at == NULL ||
            latency->kind.to == NULL) {
            argp_error(state, "--from, --at and --to must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .doc = "How long FLASH messages take, one after another."};

static enum ent_status
prepare(struct latency *latency, struct ent_error *err)
{
    const char *to = latency->kind.to;
    enum ent_status rc = bench_kind_make(
        &latency->kind, to, SIZE, ENTENTE__V1__PRECEDENCE__FLASH, err);

    if (rc == ENT_OK) {
        rc = bench_kind_make(&latency->load.kind, to, latency->size,
            ENTENTE__V1__PRECEDENCE__ROUTINE, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < POINTS; i++) {
        latency->samples[i] = calloc(latency->count, sizeof(uint64_t));
        if (latency->samples[i] == NULL) {
            rc = ent_fail(err, ENT_NO_MEMORY, "the samples");
        }
    }
    return rc;
}

int
main(int argc, char *argv[])
{
    static struct latency latency = {.load = {.messages = 100000000,
                                         .batch = BENCH_BATCH_MAX,
                                         .producers = 4},
        .count = 1000,
        .size = 1024,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .seen_it = PTHREAD_COND_INITIALIZER};
    struct ent_error err = {0};
    uint64_t began;

    if (sodium_init() < 0 ||
        argp_parse(&argp, argc, argv, 0, NULL, &latency) != 0) {
        return EX_USAGE;
    }
    if (prepare(&latency, &err) != ENT_OK) {
        fprintf(stderr, "bench-latency: %s\n", err.text);
        return EX_OSERR;
    }
    began = bench_now_ns();
    run(&latency);
    if (latency.failed || latency.load.failed || latency.taken == 0) {
        return EX_UNAVAILABLE;
    }
    tell(&latency, (double)(bench_now_ns() - began) / 1e9);
    return EX_OK;
}
