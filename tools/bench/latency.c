/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-latency - how long FLASH messages take: until they are accepted, until
 * they are on the recipient's desk (as that node's clock says, in ms), until a
 * program that reads the desk in its order has them in its hands, and until the
 * sender's program sees that the signed receipt is here.
 *
 *     bench-latency --from=a.sock --at=b.sock --to=blo-b@mm --count=1000
 *     ... --load       while ROUTINE is handed in as fast as the node takes it
 *
 * The next is handed in when the last was read and its receipt is here; under
 * load when its receipt is here, a random moment later, so that they do not
 * beat with the turns of the nodes. There it may be read seconds later, behind
 * all that lay before it: what is not yet read when the load ends is not
 * counted as read.
 *
 * Prints one JSON object with the spread of each, in microseconds, and of how
 * many it is. The receipt is asked for a question at a time, on an idle way
 * only after the message was read, so that no question stands in its way; a
 * question is answered in a turn of the node, so it costs up to one turn.
 */
#include <argp.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "proto/base/time.h"
#include "tools/bench/ends.h"
#include "tools/bench/load.h"
#include "tools/bench/passage.h"
#include "tools/bench/program.h"
#include "tools/bench/reader.h"
#include "tools/bench/spread.h"

#define GIVE_UP_S 300
#define WARM_UP_S 2       /* until the node is busy */
#define SIZE 256          /* an alert's text */
#define PAUSE_NS 10000000 /* between two under load, at most: about a turn */
#define SECOND_NS UINT64_C(1000000000)

static const char *const names[BENCH_POINTS] = {[BENCH_ACCEPTED] = "accepted",
    [BENCH_DESK] = "desk",
    [BENCH_READ] = "read",
    [BENCH_RECEIPT] = "receipt"};

struct latency {
    struct bench_load load; /* of ROUTINE */
    struct bench_kind kind; /* FLASH */
    struct bench_ends ends;
    unsigned long count;
    unsigned long seconds; /* at most, 0: as long as it takes */
    unsigned long size;    /* of ROUTINE */
    bool loaded;
    struct bench_passages passages;
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

    bench_passages_read(
        &latency->passages, item->id, item->received_at, bench_now_ns());
}

/* Under load until nothing lies there any more: who measures next at this desk
 * finds it empty, and each FLASH says when it came to it. */
static void *
consume(void *context)
{
    struct latency *latency = context;
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    uint64_t through = 0;
    size_t count = 0;
    int rc = bench_open(latency->ends.at, &client, &err);

    while (rc == EX_OK && (!latency->over || (latency->loaded && count > 0))) {
        rc = bench_read(client, &through, see, latency, &count, &err);
    }
    if (rc == EX_OK) {
        rc = bench_read_end(client, through, &err);
    }
    if (rc != EX_OK) {
        fail(latency, latency->ends.at, err.text);
    }
    return NULL;
}

/* ---- the sender's program ---- */

static int
await_reader(struct latency *latency, struct ent_error *err)
{
    if (!bench_passages_await_read(&latency->passages, GIVE_UP_S)) {
        (void)ent_fail(err, ENT_IO, "a message was never read");
        return EX_UNAVAILABLE;
    }
    return EX_OK;
}

static void
pause_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = randombytes_uniform(PAUSE_NS)};

    (void)nanosleep(&moment, NULL);
}

/* Until the next may be handed in. */
static int
await_passage(struct latency *latency, struct ent_client *client, char *id,
    struct ent_error *err)
{
    int rc = latency->loaded ? EX_OK : await_reader(latency, err);

    if (rc == EX_OK) {
        rc = bench_await_receipt(client, id, err);
    }
    if (rc == EX_OK) {
        bench_passages_pass(&latency->passages, BENCH_RECEIPT, bench_now_ns());
    }
    if (latency->loaded) {
        pause_a_moment();
    }
    return rc;
}

static int
measure_one(struct latency *latency, struct ent_client *client,
    struct bench_batch *batch, struct ent_error *err)
{
    int rc;

    bench_batch_fill(batch, &latency->kind, 1);
    bench_passages_start(
        &latency->passages, batch->ids[0], bench_now_ns(), ent_time_now_ms());
    rc = bench_batch_submit(client, batch, 1, err);
    if (rc != EX_OK) {
        return rc;
    }
    bench_passages_pass(&latency->passages, BENCH_ACCEPTED, bench_now_ns());
    return await_passage(latency, client, batch->ids[0], err);
}

static bool
goes_on(const struct latency *latency, uint64_t began_ns)
{
    return !latency->load.failed && !latency->failed &&
           (latency->seconds == 0 ||
               bench_now_ns() - began_ns <= latency->seconds * SECOND_NS);
}

static int
measure(
    struct latency *latency, struct bench_batch *batch, struct ent_error *err)
{
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    const uint64_t began = bench_now_ns();
    int rc = bench_open(latency->ends.from, &client, err);

    for (size_t i = 0;
         rc == EX_OK && i < latency->count && goes_on(latency, began); i++) {
        rc = measure_one(latency, client, batch, err);
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
        fail(latency, latency->ends.from, err.text);
    }
    bench_passages_end(&latency->passages);
    if (latency->loaded) {
        bench_load_stop(&latency->load);
        bench_load_join(&latency->load);
    }
    rc = bench_await_receipts(latency->ends.from, GIVE_UP_S, &err);
    if (rc != EX_OK) {
        fail(latency, latency->ends.from, err.text);
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

/* Of nothing there is none. */
static json_t *
spread_of(uint64_t *samples, size_t count)
{
    struct bench_spread spread;

    if (count == 0) {
        return json_pack("{s:i}", "messages", 0);
    }
    spread = bench_spread_of(samples, count);
    return json_pack("{s:I, s:f, s:f, s:f, s:f}", "messages", (json_int_t)count,
        "p50_us", (double)spread.p50 / 1e3, "p99_us", (double)spread.p99 / 1e3,
        "p999_us", (double)spread.p999 / 1e3, "max_us",
        (double)spread.max / 1e3);
}

static void
tell(struct latency *latency, double took_s)
{
    struct bench_passages *passages = &latency->passages;
    json_t *said = json_pack("{s:I, s:b, s:f, s:I}", "messages",
        (json_int_t)passages->started, "loaded", (int)latency->loaded,
        "seconds", took_s, "routine", (json_int_t)latency->load.accepted);

    for (size_t i = 0; i < BENCH_POINTS; i++) {
        (void)json_object_set_new(said, names[i],
            spread_of(passages->took_ns[i], passages->passed[i]));
    }
    if (json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) != 0) {
        exit(EX_OSERR);
    }
    printf("\n");
    json_decref(said);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
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
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &latency->ends;
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
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &bench_ends_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .children = children,
    .doc = "How long FLASH messages take."};

static enum ent_status
prepare(struct latency *latency, struct ent_error *err)
{
    const char *to = latency->ends.to;
    enum ent_status rc = bench_kind_make(
        &latency->kind, to, SIZE, ENTENTE__V1__PRECEDENCE__FLASH, err);

    latency->load.socket = latency->ends.from;
    if (rc == ENT_OK) {
        rc = bench_kind_make(&latency->load.kind, to, latency->size,
            ENTENTE__V1__PRECEDENCE__ROUTINE, err);
    }
    if (rc == ENT_OK) {
        rc = bench_passages_init(&latency->passages, latency->count, err);
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
        .size = 1024};
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
    if (latency.failed || latency.load.failed ||
        latency.passages.started == 0) {
        return EX_UNAVAILABLE;
    }
    tell(&latency, (double)(bench_now_ns() - began) / 1e9);
    bench_passages_fini(&latency.passages);
    return EX_OK;
}
