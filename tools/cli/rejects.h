/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejects - the file of rows that could not be imported: the first line of the
 * input and each row as it stood there, byte for byte, with one column more,
 * REASON. A person corrects it, and it is imported in its turn.
 */
#ifndef TOOLS_CLI_REJECTS_H
#define TOOLS_CLI_REJECTS_H

#include <limits.h>
#include <stdio.h>

#include "tools/cli/csv.h"

#define CLI_REASON_MAX 512

struct cli_rejects {
    FILE *file;
    char path[PATH_MAX];
};

/* `path` NULL: the name of `input` with .rejects.csv, in this folder. What was
 * there is replaced, but never the input (open as `input_fd`) itself:
 * ENT_EXISTS. */
enum ent_status cli_rejects_open(struct cli_rejects *rejects, const char *path,
    const char *input, int input_fd, const struct cli_csv_row *heads,
    struct ent_error *err) ENT_MUST_CHECK;

/* A row, as it stood, and the reason; NULL: it has one already. */
enum ent_status cli_rejects_add(struct cli_rejects *rejects,
    struct ent_view raw, const char *reason,
    struct ent_error *err) ENT_MUST_CHECK;
/* The beginning of a row that is too long to come at once. */
enum ent_status cli_rejects_begin(struct cli_rejects *rejects,
    struct ent_view raw, struct ent_error *err) ENT_MUST_CHECK;

/* Safe on the disk; or gone again when it is not `used`. Does nothing to one
 * that is not open. */
enum ent_status cli_rejects_close(struct cli_rejects *rejects, bool used,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
