/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-peer - messages through another broker, published and consumed at once.
 *
 *     bench-peer nats --port=4222 --messages=100000 --size=1024 --window=256
 *     bench-peer --list
 *
 * Prints one JSON object: seconds from the first publication to the last
 * confirmation of the broker, and to the last message in the consumer's hands.
 */
#include "tools/bench/peer.h"

#include <argp.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/bytes.h"
#include "tools/bench/program.h"
#include "tools/bench/spread.h"
#include "tools/bench/words.h"

#define GIVE_UP_S 600

/* Those whose libraries were there when this was built. */
static const struct peer *const peers[] = {
#ifdef WITH_NATS
    &peer_nats,
#endif
#ifdef WITH_RABBITMQ
    &peer_rabbitmq,
#endif
#ifdef WITH_MOSQUITTO
    &peer_mosquitto,
#endif
#ifdef WITH_REDIS
    &peer_redis,
#endif
    NULL,
};

struct arguments {
    struct peer_run run;
    const struct peer *peer;
};

/* ---- both programs at once ---- */

static void *
consume(void *context)
{
    struct arguments *arguments = context;

    arguments->peer->consume(&arguments->run);
    return NULL;
}

/* The time of the last arrival is what the consumer's thread ends with, but for
 * the last acknowledgement. */
static void
run(struct arguments *arguments, double *ret_accepted_s, double *ret_arrived_s)
{
    uint64_t began = bench_now_ns();
    pthread_t consumer;

    bench_must(pthread_create(&consumer, NULL, consume, arguments) == 0,
        "no thread can be started");
    arguments->peer->publish(&arguments->run);
    *ret_accepted_s = (double)(bench_now_ns() - began) / 1e9;
    (void)pthread_join(consumer, NULL);
    *ret_arrived_s = (double)(bench_now_ns() - began) / 1e9;
    bench_must(arguments->run.arrived >= arguments->run.messages,
        "not every message was consumed");
}

static void
tell(const struct arguments *arguments, double accepted_s, double arrived_s)
{
    const struct peer_run *run = &arguments->run;
    json_t *said = json_pack("{s:s, s:I, s:I, s:I, s:f, s:f}", "peer",
        arguments->peer->name, "messages", (json_int_t)run->messages, "bytes",
        (json_int_t)run->size, "window", (json_int_t)run->window, "accepted_s",
        accepted_s, "arrived_s", arrived_s);

    bench_must(
        said != NULL && json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) == 0,
        "nothing can be said");
    printf("\n");
    json_decref(said);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"list", 'l', NULL, 0, "Print the peers that this was built with", 0},
    {"port", 'p', "PORT", 0, "Where it listens, on " PEER_HOST, 0},
    {"messages", 'n', "N", 0, "How many (10000)", 0},
    {"size", 's', "BYTES", 0, "Of each (1024)", 0},
    {"window", 'w', "N", 0, "Published and not confirmed, at most (256)", 0},
    {0},
};

static void
list(void)
{
    for (size_t i = 0; peers[i] != NULL; i++) {
        puts(peers[i]->name);
    }
    exit(EX_OK);
}

static const struct peer *
peer_named(const char *name, struct argp_state *state)
{
    for (size_t i = 0; peers[i] != NULL; i++) {
        if (strcmp(peers[i]->name, name) == 0) {
            return peers[i];
        }
    }
    argp_error(state, "this was built without the library of '%s'", name);
    return NULL;
}

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'l':
        list();
        return 0;
    case 'p':
        arguments->run.port = (int)bench_number(argument, 65535, state);
        return 0;
    case 'n':
        arguments->run.messages = bench_number(argument, 100000000, state);
        return 0;
    case 's':
        arguments->run.size = bench_number(argument, 1000000, state);
        return 0;
    case 'w':
        arguments->run.window = bench_number(argument, 60000, state);
        return 0;
    case ARGP_KEY_ARG:
        arguments->peer = peer_named(argument, state);
        return 0;
    case ARGP_KEY_END:
        if (arguments->peer == NULL || arguments->run.port == 0) {
            argp_error(state, "a peer and --port must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .args_doc = "PEER",
    .doc = "Messages through another broker, published and consumed at once; "
           "say how long it took."};

int
main(int argc, char *argv[])
{
    struct arguments arguments = {
        .run = {.messages = 10000, .size = 1024, .window = 256}};
    double accepted_s, arrived_s;

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0) {
        return EX_USAGE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GIVE_UP_S);
    arguments.run.payload = bench_words(arguments.run.size);
    bench_must(arguments.run.payload != NULL, "no memory");
    arguments.peer->make(&arguments.run);
    run(&arguments, &accepted_s, &arrived_s);
    tell(&arguments, accepted_s, arrived_s);
    free(arguments.run.payload);
    return EX_OK;
}
