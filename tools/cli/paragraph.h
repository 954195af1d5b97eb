/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paragraph - a long text from outside on a terminal, folded so that every line
 * of it shows that it belongs to it: no text can look like a line of ours.
 */
#ifndef TOOLS_CLI_PARAGRAPH_H
#define TOOLS_CLI_PARAGRAPH_H

#include <stdio.h>

#include "proto/base/bytes.h"

/* How many bytes of `text`, which is one line and safe, fit `columns`: all, or
 * up to a space, or as many characters as there is room for; at least one
 * character. */
size_t cli_paragraph_fold(struct ent_view text, size_t columns);

/* `text`, one safe line, as lines of at most so many columns. The caller frees
 * it; NULL: no memory. */
char *cli_paragraph_folded(struct ent_view text, size_t columns);

/* Print `text`, made safe. `head` (ASCII) stands before its first line, and
 * before each further one as many columns that end in "| ". `width` is that of
 * the terminal; 0: fold at line ends only. */
enum ent_status cli_print_paragraph(FILE *out, const char *head,
    struct ent_view text, size_t width, struct ent_error *err) ENT_MUST_CHECK;

#endif
