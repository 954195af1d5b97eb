/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-crowd - many offices at one broker, which say who they are and then
 * nothing: what does it cost the broker that they are there?
 *
 *     bench-crowd --authority=th/authority.key --state=th --count=1000
 *         --broker=broker.cert --port=7100 --certificates=broker/offices
 *
 * Makes keys and certificates for all of them, puts the certificates where the
 * broker reads them, and says "made". Then it reads numbers from its input: so
 * many are to be connected. When they are, both their lanes greeted, it prints
 * one JSON object, and stays connected until the next number or the end.
 */
#include <argp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile.h"
#include "tools/bench/crowd_office.h"
#include "tools/bench/program.h"
#include "tools/bench/spread.h"

#define COUNT_MAX 100000
#define CERTIFICATE_MAX ((size_t)64 * 1024)
#define TICK_MS 20
#define GIVE_UP_NS (UINT64_C(120) * 1000000000)

struct crowd {
    const char *authority;
    const char *state;
    const char *broker;
    const char *certificates;
    unsigned long count;
    char endpoint[64];
    uint8_t broker_key[ENT_PUBLIC_KEY_LEN];
    void *zmq;
    struct crowd_office *offices;
    size_t connected;
};

/* ---- who they are ---- */

static enum ent_status
make_offices(struct crowd *crowd, struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_signer authority;
    enum ent_status rc = ent_keyfile_read(
        crowd->authority, ENT_KEY_AUTHORITY, NULL, &secret, err);

    if (rc == ENT_OK) {
        rc = ent_secret_signer(secret, ENT_KEY_AUTHORITY, &authority, err);
    }
    crowd->offices = calloc(crowd->count, sizeof *crowd->offices);
    if (rc == ENT_OK && crowd->offices == NULL) {
        rc = ent_fail(err, ENT_NO_MEMORY, "so many offices");
    }
    for (size_t i = 0; rc == ENT_OK && i < crowd->count; i++) {
        char address[64];

        (void)snprintf(
            address, sizeof address, "blo-crowd%zu@%s", i, crowd->state);
        rc = crowd_office_make(
            &crowd->offices[i], address, &authority, crowd->certificates, err);
    }
    return rc;
}

static enum ent_status
read_broker(struct crowd *crowd, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate certificate;
    enum ent_status rc =
        ent_file_read(crowd->broker, CERTIFICATE_MAX, &text, err);

    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_certificate_peek(ent_bytes_view(&wire), &certificate, err);
    }
    if (rc == ENT_OK) {
        memcpy(
            crowd->broker_key, certificate.link_key, sizeof crowd->broker_key);
    }
    return rc;
}

/* ---- their connections ---- */

/* All that are connected; how many are in conversation. */
static size_t
serve(struct crowd *crowd)
{
    struct ent_error err = {0};
    size_t greeted = 0;

    for (size_t i = 0; i < crowd->connected; i++) {
        bool is_greeted = false;

        bench_must(
            crowd_office_serve(&crowd->offices[i], &is_greeted, &err) == ENT_OK,
            err.text);
        greeted += is_greeted ? 1 : 0;
    }
    return greeted;
}

static void
connect_up_to(struct crowd *crowd, size_t count)
{
    const uint64_t began = bench_now_ns();
    struct ent_error err = {0};

    while (crowd->connected < count) {
        bench_must(
            crowd_office_connect(&crowd->offices[crowd->connected++],
                crowd->zmq, crowd->endpoint, crowd->broker_key, &err) == ENT_OK,
            err.text);
        (void)serve(crowd);
    }
    while (serve(crowd) < count) {
        bench_must(bench_now_ns() - began < GIVE_UP_NS,
            "the broker does not greet all of them");
        (void)poll(NULL, 0, 1);
    }
    printf("{\"offices\":%zu,\"connected_s\":%.3f}\n", count,
        (double)(bench_now_ns() - began) / 1e9);
    (void)fflush(stdout);
}

/* Until the input ends. */
static void
obey(struct crowd *crowd)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[32];

    for (;;) {
        (void)serve(crowd);
        if (poll(&input, 1, TICK_MS) <= 0) {
            continue;
        }
        if (fgets(line, sizeof line, stdin) == NULL) {
            return;
        }
        size_t count = strtoul(line, NULL, 10);

        connect_up_to(crowd, count < crowd->count ? count : crowd->count);
    }
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"authority", 'a', "FILE", 0, "Key of the state's authority", 0},
    {"state", 's', "STATE", 0, "Whose offices they are", 0},
    {"broker", 'b', "FILE", 0, "The broker's certificate", 0},
    {"certificates", 'c', "FOLDER", 0, "Where the broker reads theirs", 0},
    {"port", 'p', "PORT", 0, "Where the broker listens", 0},
    {"count", 'n', "N", 0, "How many are made (1000)", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct crowd *crowd = state->input;

    switch (key) {
    case 'a':
        crowd->authority = argument;
        return 0;
    case 's':
        crowd->state = argument;
        return 0;
    case 'b':
        crowd->broker = argument;
        return 0;
    case 'c':
        crowd->certificates = argument;
        return 0;
    case 'p':
        (void)snprintf(crowd->endpoint, sizeof crowd->endpoint,
            "tcp://127.0.0.1:%lu", bench_number(argument, 65535, state));
        return 0;
    case 'n':
        crowd->count = bench_number(argument, COUNT_MAX, state);
        return 0;
    case ARGP_KEY_END:
        if (crowd->authority == NULL || crowd->state == NULL ||
            crowd->broker == NULL || crowd->certificates == NULL ||
            crowd->endpoint[0] == '\0') {
            argp_error(state, "everything but --count must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
main(int argc, char *argv[])
{
    static const struct argp argp = {.options = options,
        .parser = take_argument,
        .doc = "Many offices at one broker, which say nothing."};
    struct crowd crowd = {.count = 1000};
    struct ent_error err = {0};

    if (sodium_init() < 0 ||
        argp_parse(&argp, argc, argv, 0, NULL, &crowd) != 0) {
        return EX_USAGE;
    }
    bench_must(read_broker(&crowd, &err) == ENT_OK, err.text);
    bench_must(make_offices(&crowd, &err) == ENT_OK, err.text);
    crowd.zmq = zmq_ctx_new();
    if (crowd.zmq == NULL ||
        zmq_ctx_set(crowd.zmq, ZMQ_MAX_SOCKETS,
            (int)(crowd.count * CROWD_LANES * 3 + 16)) != 0) {
        return EX_OSERR;
    }
    puts("made");
    (void)fflush(stdout);
    obey(&crowd);
    return EX_OK; /* the kernel closes it all */
}
