/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program - what measuring programs have in common: arguments that are numbers,
 * and an end in words.
 */
#ifndef TOOLS_BENCH_PROGRAM_H
#define TOOLS_BENCH_PROGRAM_H

#include <argp.h>
#include <stdbool.h>

/* From 1 to `max`; anything else is told, and ends the program. */
unsigned long bench_number(
    const char *text, unsigned long max, struct argp_state *state);

/* A bench that cannot go on has nothing to measure: it says so, and ends. */
void bench_must(bool good, const char *what);

#endif
