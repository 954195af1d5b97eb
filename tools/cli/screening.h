/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screening - the lines of a file on their way through the lists: each is
 * looked up, hits are shown with their line, and what cannot be looked up is
 * told. Memory does not grow with the file.
 */
#ifndef TOOLS_CLI_SCREENING_H
#define TOOLS_CLI_SCREENING_H

#include "proto/lookup.h"
#include "tools/cli/csv.h"
#include "tools/cli/lists.h"

#define CLI_SCREENING_BATCH 256 /* terms in a request */

/* What is asked for, and where it stands. */
struct cli_screening_term {
    Entente__V1__LookupTerm term;
    size_t line;
    size_t column; /* from 1 */
};

struct cli_screening {
    struct cli_client *client;
    const struct cli_lists_options *passing;
    bool json;
    bool progress;

    /* the rest is zero to begin with */
    uint64_t lines;
    uint64_t looked_up; /* lines of which something was asked for */
    uint64_t hits;      /* lines */
    uint64_t faults;    /* lines */
    const char *name;   /* of the file, for people */
    int fd;
    uint64_t told_ms; /* when progress was shown */
    struct cli_csv csv;
    enum ent_lookup columns[CLI_CSV_FIELDS_MAX];
    size_t column_count;
    size_t issuer; /* its column + 1 */
    size_t titled; /* columns that are read */
    struct cli_screening_term *terms;
    Entente__V1__LookupTerm *list[CLI_SCREENING_BATCH];
    size_t count;
    struct ent_arena arena; /* of their texts */
    size_t hit_line;        /* that was counted last, as a hit */
    size_t fault_line;      /* as a fault */
};

/* Open the file (`-`: standard input) and read its titles. EX_NOINPUT,
 * EX_DATAERR: none of them is one that is read. */
int cli_screening_open(struct cli_screening *screening, const char *path,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_screening_close(struct cli_screening *screening);

/* Take all lines, until the end or an interrupt. */
int cli_screening_run(
    struct cli_screening *screening, struct ent_error *err) ENT_MUST_CHECK;

#endif
