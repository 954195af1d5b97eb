/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <string.h>

#include "proto/base/ascii.h"

#define COMMON "ICAO Doc 9303-3"

struct split {
    struct ent_view line[ENT_MRZ_LINES_MAX + 1];
    size_t count;
};

/* Lines end in LF or CR LF; the last needs no end. What is beyond a fourth line
 * belongs to it. */
static struct split
text_split(struct ent_view text)
{
    struct split split = {.count = 0};
    size_t start = 0;

    while (start < text.len || split.count == 0) {
        const uint8_t *end =
            text.len == 0 ? NULL
                          : memchr(text.data + start, '\n', text.len - start);
        size_t stop = end == NULL ? text.len : (size_t)(end - text.data);
        size_t len = stop - start;

        if (end != NULL && len > 0 && text.data[stop - 1] == '\r') {
            len--;
        }
        if (split.count == ENT_MRZ_LINES_MAX) {
            len = text.len - start;
            stop = text.len;
        }
        split.line[split.count++] = ent_view_of(text.data + start, len);
        start = stop + 1;
    }
    return split;
}

/* How wide the lines are that were pasted into one; 0 when they were not. */
static size_t
pasted_width(const struct split *split)
{
    switch (split->count == 1 ? split->line[0].len : 0) {
    case 90:
        return 30;
    case 72:
        return 36;
    case 88:
        return 44;
    default:
        return 0;
    }
}

static enum ent_status
complain_character(size_t line, size_t column, uint8_t c, struct ent_error *err)
{
#define AT "line %zu, column %zu: "
    if (ent_is_lower(c)) {
        return ent_fail(err, ENT_BAD_INPUT,
            AT "%c must be the capital letter %c (" COMMON ")", line, column, c,
            c - 'a' + 'A');
    }
    if (c == ' ' || c == '\t') {
        return ent_fail(err, ENT_BAD_INPUT,
            AT "a space; where the document has a gap, write < (" COMMON ")",
            line, column);
    }
    return ent_fail(err, ENT_BAD_INPUT,
        AT "must be a letter A-Z, a digit or < (" COMMON ")", line, column);
#undef AT
}

static enum ent_status
check_alphabet(const struct split *split, struct ent_error *err)
{
    size_t width = pasted_width(split);

    for (size_t i = 0; i < split->count && i < ENT_MRZ_LINES_MAX; i++) {
        for (size_t j = 0; j < split->line[i].len; j++) {
            uint8_t c = split->line[i].data[j];

            if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '<') {
                return width == 0 ? complain_character(i + 1, j + 1, c, err)
                                  : complain_character(
                                        j / width + 1, j % width + 1, c, err);
            }
        }
    }
    return ENT_OK;
}

/* Pasted lines become what they were. */
static void
unpaste(struct split *split)
{
    size_t width = pasted_width(split);
    struct ent_view all = split->line[0];

    if (width > 0) {
        split->count = all.len / width;
        for (size_t i = 0; i < split->count; i++) {
            split->line[i] = ent_view_of(all.data + i * width, width);
        }
    }
}

static bool
has_length(const struct split *split, size_t width)
{
    return split->line[0].len == width ||
           (split->count == 2 && split->line[1].len == width);
}

/* The form that has so many lines, and one of them of its length. */
static bool
form_find(const struct split *split, enum ent_mrz_form *ret_form)
{
    bool visa = split->line[0].len > 0 && split->line[0].data[0] == 'V';

    if (split->count == 3) {
        *ret_form = ENT_MRZ_TD1;
        return true;
    }
    if (split->count == 2 && has_length(split, 44)) {
        *ret_form = visa ? ENT_MRZ_MRV_A : ENT_MRZ_TD3;
        return true;
    }
    if (split->count == 2 && has_length(split, 36)) {
        *ret_form = visa ? ENT_MRZ_MRV_B : ENT_MRZ_TD2;
        return true;
    }
    return false;
}

static enum ent_status
complain_shape(const struct split *split, struct ent_error *err)
{
#define SHAPES "must be 2 lines of 44 or 36, or 3 of 30 (" COMMON ")"
    if (split->count == 1) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%zu characters in one line: " SHAPES, split->line[0].len);
    }
    if (split->count == 2) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line 1 has %zu characters: must be 44 in a passport or large "
            "visa, 36 in a card or small visa (" COMMON ")",
            split->line[0].len);
    }
    return ent_fail(err, ENT_BAD_INPUT, "line 4: " SHAPES);
#undef SHAPES
}

enum ent_status
ent_mrz_lines_read(struct ent_view text, enum ent_mrz_form *ret_form,
    struct ent_mrz_lines *ret_lines, struct ent_error *err)
{
    struct split split = text_split(text);
    const struct ent_mrz_layout *layout;
    enum ent_mrz_form form;
    enum ent_status rc;

    rc = check_alphabet(&split, err);
    if (rc != ENT_OK) {
        return rc;
    }
    unpaste(&split);
    if (!form_find(&split, &form)) {
        return complain_shape(&split, err);
    }
    layout = ent_mrz_layout_of(form);
    for (size_t i = 0; i < split.count; i++) {
        if (split.line[i].len != layout->width) {
            return ent_fail(err, ENT_BAD_INPUT,
                "line %zu has %zu characters: must be %u in a %s (%s)", i + 1,
                split.line[i].len, layout->width, layout->name, layout->source);
        }
    }
    for (size_t i = 0; i < split.count; i++) {
        memcpy(ret_lines->line[i], split.line[i].data, layout->width);
    }
    ret_lines->layout = layout;
    *ret_form = form;
    return ENT_OK;
}
