/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - what became of one copy of a message, in words: where it is, since
 * when, who signed for it, who acknowledged it, or why it does not go.
 */
#ifndef TOOLS_CLI_STATE_H
#define TOOLS_CLI_STATE_H

#include <jansson.h>

#include "proto/schema/api.pb-c.h"
#include "tools/cli/words.h"

struct cli_state_text {
    const char *state; /* "in custody"; capitals for what is bad */
    char since[CLI_WORDS_MAX];
    json_t *acknowledged; /* "duty officer, 17:00:05" */
    json_t *why;          /* who holds it, or the clause and its line */
};

/* The caller gets both values. False: no memory, and there is nothing to give
 * back. */
bool cli_state_describe(const Entente__V1__TraceCopy *copy, uint64_t now_ms,
    struct cli_state_text *ret_text);

/* The words for a state. Never NULL. */
const char *cli_state_name(Entente__V1__TraceState state);

/* "CORRECTED", "WITHDRAWN", "RECALLED"; "" for none. */
const char *cli_fate_name(Entente__V1__Fate fate);

/* For cli_field. */
const char *cli_colour_of_state(const char *text);

#endif
