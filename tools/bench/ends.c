/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/ends.h"

#define TIMEOUT_MS 120000

static const struct argp_option options[] = {
    {"from", 'f', "SOCKET", 0, "Local socket of the sender's node", 0},
    {"at", 'a', "SOCKET", 0, "Local socket of the recipient's node", 0},
    {"to", 't', "ADDRESS", 0, "The recipient", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct bench_ends *ends = state->input;

    switch (key) {
    case 'f':
        ends->from = argument;
        return 0;
    case 'a':
        ends->at = argument;
        return 0;
    case 't':
        ends->to = argument;
        return 0;
    case ARGP_KEY_END:
        if (ends->from == NULL || ends->at == NULL || ends->to == NULL) {
            argp_error(state, "--from, --at and --to must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp bench_ends_argp = {
    .options = options, .parser = take_argument};

int
bench_open(
    const char *socket, struct ent_client **ret_client, struct ent_error *err)
{
    return ent_client_open(socket, TIMEOUT_MS, true, ret_client, err);
}
