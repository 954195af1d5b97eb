/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/number.h"

#include <stdlib.h>

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
