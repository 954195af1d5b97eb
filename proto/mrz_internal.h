/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mrz_internal - where the fields of each form lie, and what reading and
 * writing share: mrz_lines.c parts the lines and mrz.c reads them, mrz_write.c
 * writes, mrz_layout.c knows the forms, mrz_date.c centuries, mrz_name.c names.
 */
#ifndef ENT_PROTO_MRZ_INTERNAL_H
#define ENT_PROTO_MRZ_INTERNAL_H

#include "proto/mrz.h"

#define ENT_MRZ_LINES_MAX 3
#define ENT_MRZ_WIDTH_MAX 44
#define ENT_MRZ_PIECES_MAX 4

/* `len` characters of one line; line and start count from 0. A field that the
 * form does not have is of length 0. */
struct ent_mrz_span {
    unsigned line;
    unsigned start;
    unsigned len;
};

struct ent_mrz_layout {
    const char *name;
    const char *codes;  /* what the document code may begin with */
    const char *source; /* the part of Doc 9303 */
    unsigned lines;
    unsigned width;
    struct ent_mrz_span code, issuer, name_field, number, number_check,
        nationality, birth, birth_check, sex, expiry, expiry_check, optional,
        optional_check, optional2, composite_check;
    /* what the composite check digit is over */
    struct ent_mrz_span composite[ENT_MRZ_PIECES_MAX];
    bool long_numbers; /* a number may go on in the optional data */
};

/* The lines of one zone, padded with fillers, without newlines. */
struct ent_mrz_lines {
    const struct ent_mrz_layout *layout;
    uint8_t line[ENT_MRZ_LINES_MAX][ENT_MRZ_WIDTH_MAX];
};

const struct ent_mrz_layout *ent_mrz_layout_of(enum ent_mrz_form form);

/* What stands there. */
struct ent_view ent_mrz_at(
    const struct ent_mrz_lines *lines, struct ent_mrz_span span);

/* The digit over all of `layout->composite`. */
unsigned ent_mrz_composite_digit(const struct ent_mrz_lines *lines);

/* "line 2, column 10: ", then the complaint, then the source. `column` counts
 * from 0 in the span. */
enum ent_status ent_mrz_complain(struct ent_error *err,
    const struct ent_mrz_lines *lines, struct ent_mrz_span span,
    unsigned column, const char *source, const char *format, ...)
    ENT_PRINTF(6, 7);

/* ---- lines (mrz_lines.c) ---- */

/* What was written or pasted, as lines of the form whose shape it has. */
enum ent_status ent_mrz_lines_read(struct ent_view text,
    enum ent_mrz_form *ret_form, struct ent_mrz_lines *ret_lines,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- dates (mrz_date.c) ---- */

/* The last day that anywhere on Earth is today at `now_ms`. */
struct ent_mrz_date ent_mrz_today(uint64_t now_ms);

enum ent_mrz_century {
    ENT_MRZ_PAST,    /* not after today: births */
    ENT_MRZ_NEAREST, /* within 50 years of today: expiries */
};

/* Six characters, digits or pairs of fillers. 0: a date; or which of the pairs
 * (1 year, 2 month, 3 day) is not. */
unsigned ent_mrz_date_read(struct ent_view text, enum ent_mrz_century century,
    struct ent_mrz_date today, struct ent_mrz_date *ret_date);
/* Is it in the calendar, as far as it is known? */
bool ent_mrz_date_exists(struct ent_mrz_date date);
void ent_mrz_date_write(struct ent_mrz_date date, uint8_t out[static 6]);

/* ---- names (mrz_name.c) ---- */

/* NULL when `field` is a name, or what would be right at `*ret_column`. */
const char *ent_mrz_name_read(
    struct ent_view field, struct ent_mrz_name *ret_name, unsigned *ret_column);
/* Is it of words in capital letters, with single spaces between them? */
bool ent_mrz_name_is_writable(const struct ent_mrz_name *name);
/* Fill `out` with a writable name, cut where it must be. */
void ent_mrz_name_write(
    const struct ent_mrz_name *name, uint8_t *out, size_t width);

#endif
