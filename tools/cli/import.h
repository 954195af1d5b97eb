/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import - the rows of a file on their way: of each a message is made, which is
 * sent, printed or only counted, or the row goes to the rejects with the
 * reason. Memory does not grow with the file.
 */
#ifndef TOOLS_CLI_IMPORT_H
#define TOOLS_CLI_IMPORT_H

#include "tools/cli/sending.h"

struct cli_import {
    const char *path; /* "-": standard input */
    const struct cli_drugcodes *codes;
    struct cli_sending *sending; /* NULL: a dry run */
    FILE *print;                 /* where messages are printed, or NULL */
    uint64_t now_ms;
    struct cli_rejects rejects;

    /* the rest is zero to begin with */
    uint64_t rows;
    uint64_t mapped;
    uint64_t rejected;
    size_t line; /* of the last row that was read */
    int fd;
    uint64_t size;    /* of the file; 0: not known */
    uint64_t told_ms; /* when progress was shown */
    struct cli_csv csv;
    bool reasoned;               /* rows have a column REASON */
    char reason[CLI_REASON_MAX]; /* of a row that goes on */
    struct ent_arena arena;      /* of one row */
};

/* Open the file and read its first line, and open the rejects. Codes of
 * sysexits.h. */
int cli_import_open(struct cli_import *import, const char *rejects_path,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_import_close(struct cli_import *import);

/* Take all rows, until the end or an interrupt (interrupt.h). ENT_BAD_INPUT,
 * ENT_IO: the file, the output or the rejects failed. */
enum ent_status cli_import_run(
    struct cli_import *import, struct ent_error *err) ENT_MUST_CHECK;

/* "seizures.csv", "standard input" */
const char *cli_import_name(const struct cli_import *import);

#endif
