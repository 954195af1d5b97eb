/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capfile_internal - a file of alerts while it is read: what is in the room of
 * it, the row at hand, and its tree (capfile.c reads the file, capfile_tree.c
 * makes the tree).
 */
#ifndef TOOLS_CLI_CAPFILE_INTERNAL_H
#define TOOLS_CLI_CAPFILE_INTERNAL_H

#include <expat.h>

#include "proto/base/pb.h"
#include "tools/cli/capfile.h"

#define HEAD_MAX 4096
#define SAID_MAX 1024
#define PARTED '\n' /* namespace and name in what expat tells */

/* Of the file the room has [base, base + len); all before `done_at` was handed
 * on, and stays in the room only for the row that has it. */
struct cli_capfile {
    int fd;
    XML_Parser parser;
    uint8_t *room;
    uint64_t base;
    size_t len;
    uint64_t done_at;
    bool ended;     /* all of the file is in the room, or was */
    bool suspended; /* behind an alert; the parser goes on from there */
    bool broken;    /* the parser does not; what comes is handed on as it is */
    bool drained;

    unsigned depth;     /* elements that are open */
    unsigned row_depth; /* where alerts are: 1 or 2 */
    uint64_t rows;
    bool inside; /* of an alert, which began at `row_at` */
    bool cut;    /* its beginning was handed on, for it is too long */
    bool whole;  /* it has ended */
    uint64_t row_at;
    struct cli_cap_row row;
    char said[SAID_MAX];

    struct ent_arena arena; /* of its tree */
    struct cli_cap_element *at;
    size_t elements;
    char *text; /* since the last tag */
    size_t text_len;

    char stop[CLI_CAP_FAULT_MAX]; /* why the parser does not go on, and where */
    size_t stop_line;
    size_t stop_column;
    char head[HEAD_MAX];
    char tail[HEAD_MAX];
};

/* The first fault of the row at hand counts. */
void cli_capfile_fault(struct cli_capfile *file, const char *why);

/* Nothing but blanks. */
bool cli_capfile_is_blank(const char *text, size_t len);

/* A name without its namespace. */
const char *cli_capfile_name_of(const char *full);

/* The tree of the row at hand still grows. */
bool cli_capfile_is_building(const struct cli_capfile *file);

/* An element begins in the one that is open. */
void cli_capfile_open(
    struct cli_capfile *file, const char *full, const char *const *attributes);

/* What stands before a tag belongs to the element that is open there. */
void cli_capfile_take_text(struct cli_capfile *file, bool closing);

#endif
