/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - what the node listed, on its way to a person or a program: a table
 * when all of it is known, or each message as it comes, one a line.
 */
#ifndef TOOLS_CLI_ROWS_H
#define TOOLS_CLI_ROWS_H

#include <jansson.h>

#include "proto/base/pb.h"
#include "tools/cli/output.h"

/* All but `json` is zero to begin with. */
struct cli_rows {
    bool json;     /* for a program */
    json_t *table; /* for a person; NULL: nothing yet */
};
void cli_rows_fini(struct cli_rows *rows);

/* One more: the message for a program, its row for a person. The row is taken
 * in any case; NULL: there was no memory for it. */
enum ent_status cli_rows_add(struct cli_rows *rows,
    const ProtobufCMessage *message, json_t *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* For a person: the table, or the sentence that says there is nothing. */
enum ent_status cli_rows_print(const struct cli_rows *rows,
    const struct cli_field *fields, size_t count, const char *nothing,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
