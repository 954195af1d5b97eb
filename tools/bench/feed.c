/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-feed - two agencies' programs at once: one hands messages in at its
 * office's node as fast as that takes them, the other takes them from the desk
 * of the recipient's. What `entente-bench direct` and `relay` measure with.
 *
 *     bench-feed --from=a.sock --at=b.sock --to=blo-b@mm --messages=100000
 *
 * Prints one JSON object: seconds from the first request to the last answer
 * (accepted: on the sender's disk), to the last message that the recipient's
 * program has in its hands, and to the last receipt at the sender. With
 * --only=send it is over when all are accepted; with --only=receive nothing is
 * handed in, and what was before is waited for.
 */
#include <argp.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "tools/bench/ends.h"
#include "tools/bench/load.h"
#include "tools/bench/program.h"
#include "tools/bench/reader.h"
#include "tools/bench/spread.h"

#define GIVE_UP_S 900

struct feed {
    struct bench_load load;
    struct bench_ends ends;
    unsigned long size;
    bool sending;
    bool receiving;
    _Atomic unsigned long arrived;
    _Atomic bool failed;
    uint64_t began;
    double accepted_s;
    double arrived_s;
    double receipts_s;
};

static double
since_s(uint64_t began)
{
    return (double)(bench_now_ns() - began) / 1e9;
}

static void *
fail(struct feed *feed, const char *who, const char *why)
{
    fprintf(stderr, "bench-feed: %s: %s\n", who, why);
    atomic_store(&feed->failed, true);
    return NULL;
}

/* ---- the recipient's program ---- */

static void *
consume(void *context)
{
    struct feed *feed = context;
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    uint64_t through = 0;
    int rc = bench_open(feed->ends.at, &client, &err);

    while (rc == EX_OK && atomic_load(&feed->arrived) < feed->load.messages &&
           !feed->load.failed && since_s(feed->began) < GIVE_UP_S) {
        size_t count = 0;

        rc = bench_read(client, &through, NULL, NULL, &count, &err);
        atomic_fetch_add(&feed->arrived, count);
    }
    if (rc == EX_OK) {
        rc = bench_read_end(client, through, &err);
    }
    if (rc != EX_OK) {
        return fail(feed, feed->ends.at, err.text);
    }
    if (atomic_load(&feed->arrived) < feed->load.messages) {
        return fail(feed, feed->ends.at, "messages are missing");
    }
    feed->arrived_s = since_s(feed->began);
    return NULL;
}

/* ---- both ---- */

static void
run(struct feed *feed)
{
    pthread_t consumer;
    struct ent_error err = {0};
    bool consuming;

    feed->began = bench_now_ns();
    consuming =
        feed->receiving && pthread_create(&consumer, NULL, consume, feed) == 0;
    if (feed->sending) {
        bench_load_start(&feed->load);
        bench_load_join(&feed->load);
        feed->accepted_s = since_s(feed->began);
    }
    if (consuming) {
        (void)pthread_join(consumer, NULL);
    }
    if (feed->load.failed) {
        feed->failed = true;
    }
    if (feed->receiving && !feed->failed) {
        int rc = bench_await_receipts(feed->load.socket, GIVE_UP_S, &err);

        if (rc != EX_OK) {
            (void)fail(feed, feed->load.socket, err.text);
        }
        feed->receipts_s = since_s(feed->began);
    }
}

static void
tell(const struct feed *feed)
{
    json_t *said = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f}",
        "messages", (json_int_t)feed->load.messages, "bytes",
        (json_int_t)feed->size, "batch", (json_int_t)feed->load.batch,
        "producers", (json_int_t)feed->load.producers, "began_ns",
        (json_int_t)feed->began, "accepted_s", feed->accepted_s, "arrived_s",
        feed->arrived_s, "receipts_s", feed->receipts_s);

    if (said == NULL || json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) != 0) {
        exit(EX_OSERR);
    }
    printf("\n");
    json_decref(said);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"messages", 'n', "N", 0, "How many (10000)", 0},
    {"size", 's', "BYTES", 0, "Of text in each, at most 24000 (1024)", 0},
    {"batch", 'b', "N", 0, "Messages in one request, at most 256 (256)", 0},
    {"producers", 'p', "N", 0, "Programs that hand in, at most 16 (4)", 0},
    {"only", 'o', "send|receive", 0, "Half of it", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct feed *feed = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &feed->ends;
        return 0;
    case 'n':
        feed->load.messages = bench_number(argument, 100000000, state);
        return 0;
    case 's':
        feed->size = bench_number(argument, BENCH_SIZE_MAX, state);
        return 0;
    case 'b':
        feed->load.batch = bench_number(argument, BENCH_BATCH_MAX, state);
        return 0;
    case 'p':
        feed->load.producers =
            bench_number(argument, BENCH_PRODUCERS_MAX, state);
        return 0;
    case 'o':
        feed->sending = strcmp(argument, "receive") != 0;
        feed->receiving = strcmp(argument, "send") != 0;
        if (feed->sending && feed->receiving) {
            argp_error(state, "--only is 'send' or 'receive'");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &bench_ends_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .children = children,
    .doc = "Hand messages in at one node and take them from another's desk; "
           "say how long it took."};

int
main(int argc, char *argv[])
{
    struct feed feed = {
        .load = {.messages = 10000, .batch = BENCH_BATCH_MAX, .producers = 4},
        .size = 1024,
        .sending = true,
        .receiving = true};
    struct ent_error err = {0};

    if (sodium_init() < 0 ||
        argp_parse(&argp, argc, argv, 0, NULL, &feed) != 0) {
        return EX_USAGE;
    }
    feed.load.socket = feed.ends.from;
    if (bench_kind_make(&feed.load.kind, feed.ends.to, feed.size,
            ENTENTE__V1__PRECEDENCE__PRECEDENCE_UNSPECIFIED, &err) != ENT_OK) {
        fprintf(stderr, "bench-feed: %s\n", err.text);
        return EX_OSERR;
    }
    run(&feed);
    bench_kind_free(&feed.load.kind);
    if (feed.failed) {
        return EX_UNAVAILABLE;
    }
    tell(&feed);
    return EX_OK;
}
