/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capfile - CAP alerts from a file of any size or a pipe, one at a time, in
 * bounded memory.
 *
 * The document's outermost element is an alert, or holds alerts and nothing
 * else. Each of them is a row: its tree, and its bytes as they stood. What is
 * no alert, or too long, or no XML any more, is a row too, with its fault; all
 * bytes of it are handed on.
 *
 * Read with expat, and never anything but the file: a document type declaration
 * ends the reading, so there are no entities but XML's own five; the network is
 * unknown here. UTF-8 only.
 */
#ifndef TOOLS_CLI_CAPFILE_H
#define TOOLS_CLI_CAPFILE_H

#include "proto/base/bytes.h"
#include "tools/cli/cap.h"

#define CLI_CAP_ALERT_MAX ((size_t)256 * 1024) /* bytes, as in the file */
#define CLI_CAP_DEPTH_MAX 12
#define CLI_CAP_ELEMENTS_MAX 4096 /* of one alert */
#define CLI_CAP_FAULT_MAX 160

struct cli_cap_row {
    size_t line; /* where it begins, from 1 */
    size_t column;
    struct ent_view raw;                 /* as in the file */
    const char *said;                    /* the comment right before it; "" */
    const struct cli_cap_element *alert; /* NULL: `fault` says why */
    char fault[CLI_CAP_FAULT_MAX];
    size_t fault_line;
    size_t fault_column;
    bool more; /* the next rows hold the rest of it */
    bool rest; /* this is such a rest */
};

struct cli_capfile;

/* Alerts from `fd`, which stays the caller's. */
enum ent_status cli_capfile_new(int fd, struct cli_capfile **ret_file,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_capfile_free(struct cli_capfile **file);

/* The next row, valid until the next call. ENT_NOT_FOUND at the end; ENT_BUSY:
 * a signal came while there was nothing to read yet, ask again; ENT_IO. */
enum ent_status cli_capfile_next(struct cli_capfile *file,
    struct cli_cap_row *ret_row, struct ent_error *err) ENT_MUST_CHECK;

/* What alerts of this file must stand in, to be read again: the start of its
 * outermost element, and its end. */
const char *cli_capfile_head(const struct cli_capfile *file);
const char *cli_capfile_tail(const struct cli_capfile *file);

/* Bytes that were read. */
uint64_t cli_capfile_offset(const struct cli_capfile *file);

#endif
