/* SPDX-License-Identifier: Apache-2.0 */
/* The command entente-bench: measurements, for docs/PERFORMANCE.md. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tools/bench/bench.h"

static const struct {
    const char *name;
    const char *about;
    int (*run)(int argc, char *argv[]);
} commands[] = {
    {"lists", "how long a look into the lists takes", bench_lists},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void
usage(FILE *out)
{
    fputs("Usage: entente-bench COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].about);
    }
    fputs("\nentente-bench COMMAND --help says more.\n", out);
}

int
main(int argc, char *argv[])
{
    for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return EX_OK;
    }
    usage(stderr);
    return EX_USAGE;
}
