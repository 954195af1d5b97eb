/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns - how the columns of a terminal are shared among those of a table:
 * each as much as it needs, and those that may wrap what is left.
 */
#ifndef TOOLS_CLI_COLUMNS_H
#define TOOLS_CLI_COLUMNS_H

#include "tools/cli/output.h"

#define CLI_COLUMNS_MAX 16

/* Is it shown on a terminal so many columns wide (0: none)? */
bool cli_column_is_shown(const struct cli_field *field, size_t width);

/* How wide the texts of each wrapping column may be, in `ret_rooms`; 0: as they
 * are. */
void cli_columns_share(const json_t *rows, const struct cli_field *fields,
    size_t count, size_t width, size_t ret_rooms[static CLI_COLUMNS_MAX]);

#endif
