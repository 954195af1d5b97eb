/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/armour.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define LINE_CHARS 64 /* of base64 */
#define LINE_BYTES 48
#define FRAME_MAX 80 /* "-----BEGIN kind-----" and its NUL */
#define BASE64 sodium_base64_VARIANT_ORIGINAL

/* The line that begins or ends a block. */
static void
frame_write(const char *word, const char *kind, char out[static FRAME_MAX])
{
    int len = snprintf(out, FRAME_MAX, "-----%s %s-----", word, kind);

    assert(len > 0 && len < FRAME_MAX);
    (void)len;
}

enum ent_status
ent_armour_encode(const char *kind, struct ent_view data,
    struct ent_bytes *ret_text, struct ent_error *err)
{
    const size_t line_count = (data.len + LINE_BYTES - 1) / LINE_BYTES;
    char begin[FRAME_MAX];
    char end[FRAME_MAX];
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;
    char *out;

    assert(kind != NULL && ret_text != NULL);

    frame_write("BEGIN", kind, begin);
    frame_write("END", kind, end);
    rc = ent_bytes_alloc(
        strlen(begin) + strlen(end) + 2 + line_count * (LINE_CHARS + 1) + 1,
        &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    out = (char *)text.data;
    out += sprintf(out, "%s\n", begin);
    for (size_t at = 0; at < data.len; at += LINE_BYTES) {
        const size_t left = data.len - at;

        (void)sodium_bin2base64(out, LINE_CHARS + 1, data.data + at,
            left < LINE_BYTES ? left : LINE_BYTES, BASE64);
        out += strlen(out);
        *out++ = '\n';
    }
    out += sprintf(out, "%s\n", end);

    text.len = (size_t)(out - (char *)text.data);
    *ret_text = text;
    text = (struct ent_bytes){0};
    return ENT_OK;
}

struct lines {
    struct ent_view rest;
    size_t number; /* of the line last taken, from 1 */
};

static bool
is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Take the next line without the white space around it, as mail may add some.
 * False at the end. */
static bool
take_line(struct lines *lines, struct ent_view *ret_line)
{
    struct ent_view line = lines->rest;
    const uint8_t *newline;

    lines->number++;
    if (line.len == 0) {
        return false;
    }
    newline = memchr(line.data, '\n', line.len);
    if (newline != NULL) {
        line.len = (size_t)(newline - line.data);
        lines->rest.data += line.len + 1;
        lines->rest.len -= line.len + 1;
    } else {
        lines->rest = (struct ent_view){0};
    }
    while (line.len > 0 && is_space(line.data[line.len - 1])) {
        line.len--;
    }
    while (line.len > 0 && is_space(line.data[0])) {
        line.data++;
        line.len--;
    }
    *ret_line = line;
    return true;
}

/* As take_line(), past empty ones. */
static bool
take_full_line(struct lines *lines, struct ent_view *ret_line)
{
    do {
        if (!take_line(lines, ret_line)) {
            return false;
        }
    } while (ret_line->len == 0);
    return true;
}

static enum ent_status
take_begin(struct lines *lines, const char *begin, struct ent_error *err)
{
    struct ent_view line;

    if (!take_full_line(lines, &line) ||
        !ent_view_equal(line, ent_view_text(begin))) {
        return ent_fail(err, ENT_BAD_INPUT, "line %zu: expected \"%s\"",
            lines->number, begin);
    }
    return ENT_OK;
}

/* Decode one line of base64 to the end of `data`, which has the room. */
static enum ent_status
decode_line(struct ent_view line, size_t number, struct ent_bytes *data,
    struct ent_error *err)
{
    const char *text = (const char *)line.data;
    const char *stop = text;
    size_t len;
    int rc;

    if (line.len == 0 || line.len > LINE_CHARS || line.len % 4 != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: %zu characters, expected %d, or in the last line a "
            "smaller multiple of 4",
            number, line.len, LINE_CHARS);
    }
    rc = sodium_base642bin(data->data + data->len, LINE_BYTES, text, line.len,
        NULL, &len, &stop, BASE64);
    if (rc != 0 || stop != text + line.len) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: expected base64, which ends at character %zu", number,
            (size_t)(stop - text) + 1);
    }
    data->len += len;
    return ENT_OK;
}

/* Everything from the line after the first to the last one of the block. */
static enum ent_status
take_body(struct lines *lines, const char *end, struct ent_bytes *data,
    struct ent_error *err)
{
    struct ent_view line;
    enum ent_status rc;

    while (take_line(lines, &line)) {
        if (ent_view_equal(line, ent_view_text(end))) {
            return ENT_OK;
        }
        if (data->len % LINE_BYTES != 0 ||
            (line.len > 0 && line.data[0] == '-')) {
            break; /* a line that was not full is the last */
        }
        rc = decode_line(line, lines->number, data, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ent_fail(
        err, ENT_BAD_INPUT, "line %zu: expected \"%s\"", lines->number, end);
}

enum ent_status
ent_armour_decode(const char *kind, struct ent_view text,
    struct ent_bytes *ret_data, struct ent_error *err)
{
    struct lines lines = {.rest = text};
    char begin[FRAME_MAX];
    char end[FRAME_MAX];
    ENT_AUTO(ent_bytes_free) struct ent_bytes data = {0};
    struct ent_view line;
    enum ent_status rc;

    assert(kind != NULL && ret_data != NULL);

    frame_write("BEGIN", kind, begin);
    frame_write("END", kind, end);
    rc = take_begin(&lines, begin, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_alloc(lines.rest.len / 4 * 3 + LINE_BYTES, &data, err);
    if (rc != ENT_OK) {
        return rc;
    }
    data.len = 0; /* grows line by line */
    rc = take_body(&lines, end, &data, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (take_full_line(&lines, &line)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: expected nothing after the block", lines.number);
    }
    if (data.len > 0) {
        *ret_data = data;
        data = (struct ent_bytes){0};
    } else {
        *ret_data = (struct ent_bytes){0};
    }
    return ENT_OK;
}
