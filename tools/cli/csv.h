/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv - rows of comma-separated values (RFC 4180), from a file of any size or a
 * pipe, in bounded memory.
 *
 * Quotes, quotes in quotes, line breaks in quotes, CRLF or LF, and a byte order
 * mark at the very beginning are read; empty lines are passed over. What is in
 * a field is the reader's caller's to judge: it may be no UTF-8, and hold NUL.
 *
 * What is no CSV is handed on as it stands, one line of the file at a time,
 * with the reason: a quote that is never closed costs its own line and no
 * other.
 */
#ifndef TOOLS_CLI_CSV_H
#define TOOLS_CLI_CSV_H

#include "proto/base/bytes.h"

#define CLI_CSV_FIELDS_MAX 64
#define CLI_CSV_ROW_MAX ((size_t)64 * 1024) /* bytes, as in the file */

struct cli_csv_row {
    size_t line; /* where it begins, from 1 */
    struct ent_view fields[CLI_CSV_FIELDS_MAX];
    size_t count;
    struct ent_view raw; /* as in the file, without its line break */
    size_t last;         /* where the last field begins in `raw` */
    const char *fault;   /* why it is no row, or NULL */
    size_t fault_column; /* the field it is in, from 1 */
    bool more; /* the line is too long: the next rows hold the rest of it */
    bool rest; /* this is such a rest */
};

struct cli_csv {
    int fd;
    uint8_t *room;
    size_t begin; /* of what is not read yet */
    size_t end;
    uint8_t *fields; /* of the row at hand, without their quotes */
    size_t line;
    uint64_t offset; /* bytes of the file that have become rows */
    bool ended;
    bool cut; /* in the middle of a line that is too long */
};

/* Rows from `fd`, which stays the caller's. */
enum ent_status cli_csv_init(
    struct cli_csv *csv, int fd, struct ent_error *err) ENT_MUST_CHECK;
void cli_csv_fini(struct cli_csv *csv);

/* The next row, valid until the next call. ENT_NOT_FOUND at the end; ENT_BUSY:
 * a signal came while there was nothing to read yet, ask again; ENT_IO. */
enum ent_status cli_csv_next(struct cli_csv *csv, struct cli_csv_row *ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
