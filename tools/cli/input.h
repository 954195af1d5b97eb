/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input - a file or standard input, read as it comes: what is there is handed
 * on at once, so that a program that writes slowly is not kept waiting.
 */
#ifndef TOOLS_CLI_INPUT_H
#define TOOLS_CLI_INPUT_H

#include "tools/cli/jsonstream.h"

struct cli_input {
    int fd;
    const char *name; /* for words to people: "standard input" */
    struct cli_jsonstream stream;
};

/* `path` NULL or "-": standard input. ENT_NOT_FOUND, ENT_IO. */
enum ent_status cli_input_open(struct cli_input *input, const char *path,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_input_close(struct cli_input *input);

/* The next message's text and its line, valid until the next call. ENT_BUSY:
 * none is there and `wait` is false; else as cli_jsonstream_next, or ENT_IO. */
enum ent_status cli_input_next(struct cli_input *input, bool wait,
    struct ent_view *ret_text, size_t *ret_line,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
