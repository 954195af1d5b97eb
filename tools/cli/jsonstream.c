/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/jsonstream.h"

#include <assert.h>
#include <string.h>

#include "proto/message.h"

#define CHUNK ((size_t)64 * 1024) /* room beyond the longest object */

enum ent_status
cli_jsonstream_init(struct cli_jsonstream *stream, struct ent_error *err)
{
    *stream = (struct cli_jsonstream){.line = 1};
    return ent_bytes_alloc(ENT_JSON_MAX + CHUNK, &stream->buffer, err);
}

void
cli_jsonstream_fini(struct cli_jsonstream *stream)
{
    ent_bytes_free(&stream->buffer);
    *stream = (struct cli_jsonstream){0};
}

uint8_t *
cli_jsonstream_room(struct cli_jsonstream *stream, size_t *ret_len)
{
    memmove(stream->buffer.data, stream->buffer.data + stream->start,
        stream->end - stream->start);
    stream->end -= stream->start;
    stream->at -= stream->start;
    stream->start = 0;
    *ret_len = stream->buffer.len - stream->end;
    return stream->buffer.data + stream->end;
}

void
cli_jsonstream_feed(struct cli_jsonstream *stream, size_t len)
{
    assert(len <= stream->buffer.len - stream->end);
    stream->end += len;
}

void
cli_jsonstream_end(struct cli_jsonstream *stream)
{
    stream->ended = true;
}

/* ---- between objects ---- */

/* White space, and the mark that some editors put before a text (U+FEFF). */
static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xef ||
           c == 0xbb || c == 0xbf;
}

static uint8_t
take(struct cli_jsonstream *stream)
{
    uint8_t c = stream->buffer.data[stream->at++];

    stream->line += c == '\n';
    return c;
}

/* Go to the end of this line, and on until one begins with '{'. */
static void
skip(struct cli_jsonstream *stream)
{
    while (stream->at < stream->end && stream->skipping) {
        uint8_t c = stream->buffer.data[stream->at];

        if (c == '{' && stream->at > stream->start &&
            stream->buffer.data[stream->at - 1] == '\n') {
            stream->skipping = false;
        } else {
            (void)take(stream);
            /* One is kept back, to see a line end behind it. */
            stream->start = stream->at - 1;
        }
    }
    if (!stream->skipping || stream->ended) {
        stream->start = stream->at;
    }
}

/* Stand on the beginning of an object: false when there is none yet. */
static bool
skip_blanks(struct cli_jsonstream *stream)
{
    while (
        stream->at < stream->end && is_blank(stream->buffer.data[stream->at])) {
        (void)take(stream);
    }
    stream->start = stream->at;
    return stream->at < stream->end;
}

/* ---- inside an object ---- */

/* One character of an object. True: the object ends behind it. */
static bool
step(struct cli_jsonstream *stream, uint8_t c)
{
    if (stream->in_string) {
        if (stream->escaped) {
            stream->escaped = false;
        } else if (c == '\\') {
            stream->escaped = true;
        } else if (c == '"' || c == '\n') {
            stream->in_string = false; /* no text goes over a line end */
        }
        return false;
    }
    if (c == '"') {
        stream->in_string = true;
    } else if (c == '{' || c == '[') {
        stream->depth++;
    } else if (c == '}' || c == ']') {
        stream->depth--;
        return stream->depth == 0;
    }
    return false;
}

/* Go on to the end of the object, whole or broken; false: it is not here yet.
 */
static bool
find_end(struct cli_jsonstream *stream)
{
    while (stream->at < stream->end) {
        const uint8_t *c = stream->buffer.data + stream->at;

        if (*c == '{' && stream->at > stream->start && c[-1] == '\n') {
            return true;
        }
        if (step(stream, take(stream))) {
            return true;
        }
    }
    return stream->ended;
}

static void
leave_object(struct cli_jsonstream *stream)
{
    stream->start = stream->at;
    stream->depth = 0;
    stream->in_string = false;
    stream->escaped = false;
}

enum ent_status
cli_jsonstream_next(struct cli_jsonstream *stream, struct ent_view *ret_text,
    size_t *ret_line, struct ent_error *err)
{
    bool whole;

    if (stream->skipping) {
        skip(stream);
    }
    if (stream->skipping || (stream->depth == 0 && !skip_blanks(stream))) {
        return stream->ended ? ENT_NOT_FOUND : ENT_BUSY;
    }
    if (stream->depth == 0 && stream->buffer.data[stream->at] != '{') {
        stream->skipping = true;
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: a message begins with '{'", stream->line);
    }
    if (stream->depth == 0) {
        stream->first_line = stream->line;
    }
    whole = find_end(stream);
    if (stream->at - stream->start > ENT_JSON_MAX) {
        leave_object(stream);
        stream->skipping = true;
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: a message is longer than %zu bytes", stream->first_line,
            ENT_JSON_MAX);
    }
    if (!whole) {
        return ENT_BUSY;
    }
    *ret_line = stream->first_line;
    *ret_text = ent_view_of(
        stream->buffer.data + stream->start, stream->at - stream->start);
    leave_object(stream);
    return ENT_OK;
}
