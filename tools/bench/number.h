/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number - an argument of a measuring program that is a number.
 */
#ifndef TOOLS_BENCH_NUMBER_H
#define TOOLS_BENCH_NUMBER_H

#include <argp.h>

/* From 1 to `max`; anything else is told, and ends the program. */
unsigned long bench_number(
    const char *text, unsigned long max, struct argp_state *state);

#endif
