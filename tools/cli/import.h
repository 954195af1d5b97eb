/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import - the rows of files on their way: of each a message is made, which is
 * sent, printed or only counted, or the row goes to the rejects with the
 * reason. Memory does not grow with the files.
 *
 * What a row is, the kind of file says: a line of CSV (import_seizures.c), an
 * alert (import_alerts.c).
 */
#ifndef TOOLS_CLI_IMPORT_H
#define TOOLS_CLI_IMPORT_H

#include "proto/base/yaml.h"
#include "proto/message.h"
#include "tools/cli/sending.h"

struct cli_import;

struct cli_import_kind {
    const char *table; /* the table of codes that is built in */
    enum ent_status (*read_codes)(struct ent_view text, void **ret_codes,
        struct ent_complaints *complaints, struct ent_error *err);
    void (*free_codes)(void **codes);

    size_t arena; /* bytes for the message of a row */
    /* Begin and end with the file that is open as `fd`, and its rejects. */
    enum ent_status (*begin)(struct cli_import *import,
        const char *rejects_path, struct ent_error *err);
    void (*end)(struct cli_import *import);
    /* The next row. ENT_NOT_FOUND: there is none; ENT_BUSY: ask again. */
    enum ent_status (*take)(struct cli_import *import, struct ent_error *err);
    uint64_t (*offset)(const struct cli_import *import); /* bytes read */
};

extern const struct cli_import_kind cli_import_seizures;
extern const struct cli_import_kind cli_import_alerts;

struct cli_import {
    const struct cli_import_kind *kind;
    const char *path; /* "-": standard input */
    const void *codes;
    struct cli_sending *sending; /* NULL: a dry run */
    FILE *print;                 /* where messages are printed, or NULL */
    uint64_t now_ms;

    /* the rest is zero to begin with */
    struct cli_rejects rejects;
    uint64_t rows; /* of all files */
    uint64_t mapped;
    uint64_t rejected;
    size_t line;            /* of the last row that was read */
    int fd;                 /* -1: none is open */
    uint64_t size;          /* of the file; 0: not known */
    uint64_t told_ms;       /* when progress was shown */
    struct ent_arena arena; /* of one row */
    void *state;            /* the kind's own */
};

/* Open the file at `path`, and its rejects. Codes of sysexits.h. */
int cli_import_open(struct cli_import *import, const char *rejects_path,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_import_close(struct cli_import *import);

/* Take all rows, until the end or an interrupt (interrupt.h). ENT_BAD_INPUT,
 * ENT_IO: the file, the output or the rejects failed. */
enum ent_status cli_import_run(
    struct cli_import *import, struct ent_error *err) ENT_MUST_CHECK;

/* "seizures.csv", "standard input" */
const char *cli_import_name(const struct cli_import *import);

/* ---- for a kind ---- */

/* A row that begins in `line` has become a message. */
enum ent_status cli_import_pass(struct cli_import *import,
    const ent_message *message, size_t line, const struct cli_origin *origin,
    struct ent_error *err) ENT_MUST_CHECK;

/* A row has become none: tell why, "line 7, column 9: no unit is given". It
 * goes to the rejects as the kind has them. */
void cli_import_tell_reject(struct cli_import *import, const char *reason);

/* The same text, cut to what a reason may be. */
void cli_import_reason(size_t line, const char *column, const char *why,
    char out[static CLI_REASON_MAX]);

#endif
