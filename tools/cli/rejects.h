/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejects - the file of rows that could not be imported, each as it stood, byte
 * for byte, with the reason: of CSV in one column more, REASON, of XML in a
 * comment before it. A person corrects it, and it is imported in its turn.
 */
#ifndef TOOLS_CLI_REJECTS_H
#define TOOLS_CLI_REJECTS_H

#include <limits.h>
#include <stdio.h>

#include "proto/base/bytes.h"

#define CLI_REASON_MAX 512

enum cli_rejects_form {
    CLI_REJECTS_CSV,
    CLI_REJECTS_XML,
};

struct cli_rejects {
    FILE *file;
    enum cli_rejects_form form;
    const char *head; /* what rows stand behind and before; the caller's, set */
    const char *tail; /* before the first row comes; NULL: nothing */
    size_t rows;
    char path[PATH_MAX];
};

/* `path` NULL: the name of `input` with .rejects.csv or .xml, in this folder.
 * What was there is replaced, but never the input (open as `input_fd`) itself:
 * ENT_EXISTS. */
enum ent_status cli_rejects_open(struct cli_rejects *rejects,
    enum cli_rejects_form form, const char *path, const char *input,
    int input_fd, struct ent_error *err) ENT_MUST_CHECK;

/* A row, as it stood, and the reason; NULL: it has one already. */
enum ent_status cli_rejects_add(struct cli_rejects *rejects,
    struct ent_view raw, const char *reason,
    struct ent_error *err) ENT_MUST_CHECK;
/* The beginning of a row that is too long to come at once; its reason comes now
 * where it stands before the row, else with its end. */
enum ent_status cli_rejects_begin(struct cli_rejects *rejects,
    struct ent_view raw, const char *reason,
    struct ent_error *err) ENT_MUST_CHECK;

/* Safe on the disk; or gone again when there are no rows in it. Does nothing to
 * one that is not open. */
enum ent_status cli_rejects_close(
    struct cli_rejects *rejects, struct ent_error *err) ENT_MUST_CHECK;

#endif
