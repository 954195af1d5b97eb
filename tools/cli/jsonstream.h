/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonstream - messages out of a stream of text: JSON lines, or objects over
 * several lines, one after another.
 *
 * Only brackets and quotes are looked at, to find where an object ends; whether
 * it is one is for the reader of JSON. What is broken does not take the next
 * message with it: a line that begins with '{' always begins a message.
 */
#ifndef TOOLS_CLI_JSONSTREAM_H
#define TOOLS_CLI_JSONSTREAM_H

#include "proto/base/bytes.h"

struct cli_jsonstream {
    struct ent_bytes buffer;
    size_t start;      /* of what was not handed out yet */
    size_t end;        /* of what was fed */
    size_t at;         /* looked at up to here */
    size_t line;       /* of `at`, from 1 */
    size_t first_line; /* of the object that begins at `start` */
    unsigned depth;    /* brackets open; 0: between objects */
    bool in_string;
    bool escaped;
    bool skipping; /* up to a line that begins an object */
    bool ended;
};

enum ent_status cli_jsonstream_init(
    struct cli_jsonstream *stream, struct ent_error *err) ENT_MUST_CHECK;
void cli_jsonstream_fini(struct cli_jsonstream *stream);

/* Room for more input, at least a byte once ENT_BUSY was said; then how much of
 * it was used, or that there is no more. What was handed out is gone. */
uint8_t *cli_jsonstream_room(struct cli_jsonstream *stream, size_t *ret_len);
void cli_jsonstream_feed(struct cli_jsonstream *stream, size_t len);
void cli_jsonstream_end(struct cli_jsonstream *stream);

/* The next object, and the line it begins in. ENT_BUSY: it needs more input;
 * ENT_NOT_FOUND: that was all; ENT_BAD_INPUT: something else stands there,
 * which is skipped. */
enum ent_status cli_jsonstream_next(struct cli_jsonstream *stream,
    struct ent_view *ret_text, size_t *ret_line,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
