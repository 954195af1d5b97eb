/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carryfile - a carriage file (proto/carriage.h) on a disk or a stick: written
 * whole or not at all, and read in bounded memory, whatever is wrong with it.
 */
#ifndef TOOLS_CLI_CARRYFILE_H
#define TOOLS_CLI_CARRYFILE_H

#include <limits.h>
#include <stdio.h>

#include "proto/carriage.h"

/* ---- writing ---- */

struct cli_carrywriter {
    FILE *out;
    char path[PATH_MAX];
    char partial[PATH_MAX]; /* its name until it is whole */
    uint64_t records;
    uint64_t bytes;
};

/* ENT_EXISTS: a file is not overwritten. All zero needs no abandoning. */
enum ent_status cli_carrywriter_open(struct cli_carrywriter *writer,
    const char *path, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status cli_carrywriter_add(struct cli_carrywriter *writer,
    const struct ent_carried *frame, struct ent_error *err) ENT_MUST_CHECK;

/* Its end, on the disk, under its name. Afterwards a stick may be pulled out.
 */
enum ent_status cli_carrywriter_finish(
    struct cli_carrywriter *writer, struct ent_error *err) ENT_MUST_CHECK;

/* What was not finished leaves nothing behind. */
void cli_carrywriter_abandon(struct cli_carrywriter *writer);

/* ---- reading ---- */

struct cli_carryreader {
    int fd;
    const char *path;
    uint64_t size; /* of the file, when it was opened */
    uint8_t *buffer;
    size_t start; /* of what is not used yet */
    size_t len;
    bool last; /* the buffer ends where the file does */
    struct ent_carriage state;
};

/* ENT_NOT_FOUND, ENT_IO; a folder is ENT_BAD_INPUT. */
enum ent_status cli_carryreader_open(struct cli_carryreader *reader,
    const char *path, struct ent_error *err) ENT_MUST_CHECK;
void cli_carryreader_close(struct cli_carryreader *reader);

/* The next record, damage or end of the file, as ent_carriage_next, and where
 * it was; `ret_frame` lives until the next call. ENT_IO: it cannot be read. */
enum ent_status cli_carryreader_next(struct cli_carryreader *reader,
    enum ent_carriage_found *ret_found, struct ent_carried *ret_frame,
    uint64_t *ret_offset, struct ent_error *err) ENT_MUST_CHECK;

#endif
