/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-decide - may this message go to that office? One decision of the policy
 * gate, among so many agreements: which of them governs, what its parties have
 * declared, and what it says of a radio check or of a hotline alert.
 *
 *     bench-decide --folder=/tmp/x --agreements=10000
 *
 * The agreements are signed files in a folder that is made, read as a node
 * reads them. Prints one JSON object. Decisions are timed a hundred at once:
 * one alone is about as quick as the clock.
 */
#include <argp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "node/agreements.h"
#include "policy/decide.h"
#include "proto/base/time.h"
#include "tools/bench/program.h"
#include "tools/bench/spread.h"
#include "tools/bench/treaties.h"

#define OFFICES_MAX 512
#define AT_ONCE 100
#define OWN "ncc@" TREATIES_STATE

struct arguments {
    const char *folder;
    unsigned long agreements;
    unsigned long decisions;
};

struct decide {
    struct node_agreements *agreements;
    struct ent_address own;
    struct ent_address others[OFFICES_MAX];
    size_t other_count;
    Entente__V1__Message message;
    Entente__V1__Test body;
    uint64_t now_ms;
    size_t permitted;
};

static enum ent_status
make_facts(
    struct decide *decide, unsigned long agreements, struct ent_error *err)
{
    enum ent_status rc =
        ent_address_parse(ent_view_text(OWN), &decide->own, err);
    const char *state;

    while (
        rc == ENT_OK && decide->other_count < OFFICES_MAX &&
        (state = treaties_partner(agreements, decide->other_count)) != NULL) {
        char address[32];

        (void)snprintf(address, sizeof address, "ncc@%s", state);
        rc = ent_address_parse(ent_view_text(address),
            &decide->others[decide->other_count++], err);
    }
    entente__v1__message__init(&decide->message);
    entente__v1__test__init(&decide->body);
    decide->body.text = (char *)(uintptr_t) "How do you read?";
    decide->message.mode = ENTENTE__V1__MODE__TEST;
    decide->message.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    decide->message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    decide->message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    decide->message.test = &decide->body;
    decide->now_ms = ent_time_now_ms();
    return rc;
}

/* As node/gate.c does. */
static void
decide_one(struct decide *decide, const struct ent_address *recipient)
{
    static const struct ent_release released = {
        .authored = true, .released = true};
    const char *state = ent_address_state(recipient);
    struct ent_decision decision;
    const struct ent_facts facts = {
        .sender = &decide->own,
        .recipient = recipient,
        .message = &decide->message,
        .precedence = (uint32_t)decide->message.precedence,
        .declarations = node_agreements_declared(decide->agreements, state),
        .release = &released,
    };

    ent_decide(node_agreements_with(decide->agreements, state), &facts,
        decide->now_ms, &decision);
    decide->permitted += decision.permit ? 1 : 0;
}

/* Nanoseconds of one, of each hundred. */
static void
measure(struct decide *decide, uint64_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t began = bench_now_ns();

        for (size_t k = 0; k < AT_ONCE; k++) {
            decide_one(decide,
                &decide->others[(i * AT_ONCE + k * 7) % decide->other_count]);
        }
        samples[i] = (bench_now_ns() - began) / AT_ONCE;
    }
}

static size_t
count_of(const struct node_agreements *agreements)
{
    size_t count = 0;

    while (node_agreements_at(agreements, count, NULL) != NULL) {
        count++;
    }
    return count;
}

static void
tell(const struct decide *decide, const struct arguments *arguments,
    struct bench_spread spread, uint64_t load_ns)
{
    printf("{\"agreements\":%lu,\"in_use\":%zu,\"load_s\":%.3f,"
           "\"p50_ns\":%llu,\"p99_ns\":%llu}\n",
        arguments->agreements, count_of(decide->agreements),
        (double)load_ns / 1e9, (unsigned long long)spread.p50,
        (unsigned long long)spread.p99);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"folder", 'f', "FOLDER", 0, "For the agreements; it is made", 0},
    {"agreements", 'a', "N", 0, "How many (10000)", 0},
    {"decisions", 'n', "N", 0, "How many, in hundreds (1000)", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'f':
        arguments->folder = argument;
        return 0;
    case 'a':
        arguments->agreements = bench_number(argument, 30000, state);
        return 0;
    case 'n':
        arguments->decisions = bench_number(argument, 1000000, state);
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL) {
            argp_error(state, "--folder must be given");
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
        .doc = "One decision among many agreements."};
    static struct decide decide;
    struct arguments arguments = {.agreements = 10000, .decisions = 1000};
    struct ent_error err = {0};
    struct ent_verify_key key;
    struct ent_rollover authority;
    uint64_t *samples, began, load_ns;

    if (sodium_init() < 0 ||
        argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0) {
        return EX_USAGE;
    }
    samples = calloc(arguments.decisions, sizeof *samples);
    if (samples == NULL) {
        return EX_OSERR;
    }
    bench_must(treaties_make(arguments.folder, arguments.agreements, &key,
                   &err) == ENT_OK,
        err.text);
    ent_authority_know(TREATIES_STATE, &key, NULL, &authority);
    began = bench_now_ns();
    bench_must(node_agreements_load(arguments.folder, TREATIES_STATE,
                   &authority, &decide.agreements, &err) == ENT_OK,
        err.text);
    load_ns = bench_now_ns() - began;
    bench_must(
        make_facts(&decide, arguments.agreements, &err) == ENT_OK, err.text);
    measure(&decide, samples, arguments.decisions);
    if (decide.permitted != arguments.decisions * AT_ONCE) {
        fprintf(stderr, "bench-decide: not all of it was permitted\n");
        return EX_SOFTWARE;
    }
    tell(&decide, &arguments, bench_spread_of(samples, arguments.decisions),
        load_ns);
    free(samples);
    node_agreements_free(&decide.agreements);
    return EX_OK;
}
