/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/paragraph.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "proto/base/text.h"

#define ROOM_MIN 20 /* columns of text, on however narrow a terminal */
#define MARK "| "

static void
free_text(char **text)
{
    free(*text);
}

size_t
cli_paragraph_fold(struct ent_view text, size_t columns)
{
    size_t used = 0;
    size_t space = 0; /* after the last one that fits */
    size_t at = 0;

    while (at < text.len) {
        ucs4_t c;
        int len = u8_mbtouc(&c, text.data + at, text.len - at);
        int width = uc_width(c, "UTF-8");

        used += width > 0 ? (size_t)width : 0;
        if (used > columns && at > 0) {
            return space > 0 ? space : at;
        }
        at += (size_t)len;
        if (c == ' ') {
            space = at;
        }
    }
    return text.len;
}

/* Without the spaces where it was folded. */
static struct ent_view
trim(struct ent_view line)
{
    while (line.len > 0 && line.data[line.len - 1] == ' ') {
        line.len--;
    }
    return line;
}

char *
cli_paragraph_folded(struct ent_view text, size_t columns)
{
    /* At worst every character stands in a line of its own. */
    char *folded = calloc(2, text.len + 1);
    size_t used = 0;

    while (folded != NULL && text.len > 0) {
        size_t len = cli_paragraph_fold(text, columns);
        struct ent_view line = trim(ent_view_of(text.data, len));

        if (used > 0) {
            folded[used++] = '\n';
        }
        memcpy(folded + used, line.data, line.len);
        used += line.len;
        text = ent_view_of(text.data + len, text.len - len);
    }
    return folded;
}

static void
print_line(FILE *out, struct ent_view line)
{
    line = trim(line);
    (void)fwrite(line.data, 1, line.len, out);
    fputc('\n', out);
}

/* The next line of the text: up to a line end, without it. */
static struct ent_view
take_line(struct ent_view *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->data);
    struct ent_view line = ent_view_of(rest->data, len);

    len += end != NULL;
    *rest = ent_view_of(rest->data + len, rest->len - len);
    return line;
}

static void
flatten_tabs(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text == '\t' ? ' ' : *text;
    }
}

static void
print_folded(FILE *out, const char *head, struct ent_view rest, size_t width)
{
    const size_t indent = strlen(head);
    size_t room = width > indent + ROOM_MIN ? width - indent : ROOM_MIN;
    bool first = true;

    do {
        struct ent_view line = take_line(&rest);

        do {
            size_t len = width == 0 ? line.len : cli_paragraph_fold(line, room);

            if (!first) {
                fprintf(out, "%*.*s", (int)indent, (int)indent, MARK);
            }
            first = false;
            print_line(out, ent_view_of(line.data, len));
            line = ent_view_of(line.data + len, line.len - len);
        } while (line.len > 0);
    } while (rest.len > 0);
}

enum ent_status
cli_print_paragraph(FILE *out, const char *head, struct ent_view text,
    size_t width, struct ent_error *err)
{
    ENT_AUTO(free_text) char *safe = ent_text_neutral(text, true);

    if (safe == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a text");
    }
    flatten_tabs(safe);
    fputs(head, out);
    print_folded(out, head, ent_view_text(safe), width);
    return ferror(out) == 0 ? ENT_OK
                            : ent_fail(err, ENT_IO, "the output is closed");
}
