/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

unsigned long
bench_number(const char *text, unsigned long max, struct argp_state *state)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || value == 0 || value > max) {
        argp_error(state, "'%s' is not a number from 1 to %lu", text, max);
    }
    return value;
}

void
bench_must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
        exit(EX_UNAVAILABLE);
    }
}
