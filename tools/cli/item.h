/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item - one message on the desk, as an officer sees it in a list: how urgent
 * it is, how long there is to answer, who it is from and what it says.
 *
 * What is marked stands in words first: [EXERCISE], OVERDUE, [out of order, 3
 * missing]. Colour only repeats it.
 */
#ifndef TOOLS_CLI_ITEM_H
#define TOOLS_CLI_ITEM_H

#include <jansson.h>
#include <stdio.h>

#include "proto/schema/api.pb-c.h"
#include "tools/cli/output.h"

/* The columns of a list. */
extern const struct cli_field cli_item_fields[];
extern const size_t cli_item_field_count;

/* A row for them. NULL: no memory. */
json_t *cli_item_row(const Entente__V1__InboxItem *item, uint64_t now_ms);

/* The same as two lines, for a list that never ends. */
enum ent_status cli_item_print(FILE *out, const Entente__V1__InboxItem *item,
    uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* "[EXERCISE] [replayed] [out of order, 3 missing] ", or "". The caller frees
 * it; NULL: no memory. */
char *cli_item_marks(const Entente__V1__InboxItem *item);

/* Nobody has answered, and somebody should. */
bool cli_item_is_open(const Entente__V1__InboxItem *item);

/* Red for what is overdue, FLASH or refused; NULL: as it is. */
const char *cli_colour_of_time_left(const char *text);
const char *cli_colour_of_precedence(const char *text);

#endif
