/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <string.h>

#include "proto/country.h"

#define COMMON "ICAO Doc 9303-3"

struct reading {
    struct ent_mrz_lines lines;
    struct ent_mrz_date today;
    struct ent_mrz mrz;
    struct ent_error *err;
};

#define complain(r, span, column, ...)                                         \
    ent_mrz_complain((r)->err, &(r)->lines, span, column, __VA_ARGS__)

static struct ent_view
at(const struct reading *r, struct ent_mrz_span span)
{
    return ent_mrz_at(&r->lines, span);
}

static struct ent_view
without_fillers(struct ent_view field)
{
    while (field.len > 0 && field.data[field.len - 1] == '<') {
        field.len--;
    }
    return field;
}

/* The field in `out`, which has room for it. */
static void
keep(struct ent_view field, char *out)
{
    field = without_fillers(field);
    memcpy(out, field.data, field.len);
    out[field.len] = '\0';
}

static enum ent_status
read_code(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    struct ent_view code = at(r, layout->code);

    if (strchr(layout->codes, code.data[0]) == NULL) {
        return complain(r, layout->code, 0, NULL,
            "the document code must begin with %s, not with %c",
            layout->width == 44   ? "P in a passport, V in a visa"
            : layout->width == 36 ? "A, C or I in a card, V in a visa"
                                  : "A, C or I",
            code.data[0]);
    }
    if (code.data[1] != '<' && (code.data[1] < 'A' || code.data[1] > 'Z')) {
        return complain(r, layout->code, 1, NULL,
            "the document code goes on with a letter or <, not with %c",
            code.data[1]);
    }
    if (code.data[1] == 'V' && layout->codes[0] == 'A') {
        return complain(r, layout->code, 1, NULL,
            "the document code of a card has no V in the second place");
    }
    keep(code, r->mrz.code);
    return ENT_OK;
}

static enum ent_status
read_country(struct reading *r, struct ent_mrz_span span, const char *field,
    char out[static 4])
{
    struct ent_view code = without_fillers(at(r, span));

    if (!ent_country_is_nationality(code)) {
        return complain(r, span, 0, COMMON,
            "the %s must be a code of ISO 3166-1, as THA, or one of ICAO's, as "
            "D<<",
            field);
    }
    keep(code, out);
    return ENT_OK;
}

static enum ent_status
expect_digit(struct reading *r, struct ent_mrz_span span, unsigned column,
    unsigned digit, const char *field)
{
    uint8_t written = at(r, span).data[column];

    if (written != '0' + digit) {
        return complain(r, span, column, NULL,
            "the check digit of the %s must be %u, not %c", field, digit,
            written);
    }
    return ENT_OK;
}

/* Both ways of reckoning are in use: with the filler that stands for the check
 * digit in the first place, and without it. */
static enum ent_status
expect_long_digit(struct reading *r, struct ent_view rest)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    struct ent_view number = at(r, layout->number);
    uint8_t joined[ENT_MRZ_NUMBER_MAX + 1];
    uint8_t written = rest.data[rest.len];
    unsigned digit;

    memcpy(joined, number.data, number.len);
    joined[number.len] = '<';
    memcpy(joined + number.len + 1, rest.data, rest.len);
    digit = ent_mrz_check_digit(ent_view_of(joined, number.len + 1 + rest.len));
    if (written == '0' + digit) {
        return ENT_OK;
    }
    memcpy(joined + number.len, rest.data, rest.len);
    digit = ent_mrz_check_digit(ent_view_of(joined, number.len + rest.len));
    return expect_digit(
        r, layout->optional, (unsigned)rest.len, digit, "document number");
}

/* Nine characters, a filler; in the optional data the rest, the check digit and
 * another filler. ICAO Doc 9303-5, note j; 9303-6, note j. */
static enum ent_status
read_long_number(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    struct ent_view number = at(r, layout->number);
    struct ent_view optional = at(r, layout->optional);
    const uint8_t *end = memchr(optional.data, '<', optional.len);
    size_t len = end == NULL ? optional.len : (size_t)(end - optional.data);
    enum ent_status rc;

    if (end == NULL || len < 2) {
        return complain(r, layout->optional, 0, NULL,
            "must begin with the rest of the document number, its check digit "
            "and <");
    }
    rc = expect_long_digit(r, ent_view_of(optional.data, len - 1));
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(r->mrz.number, number.data, number.len);
    memcpy(r->mrz.number + number.len, optional.data, len - 1);
    keep(ent_view_of(end + 1, optional.len - len - 1), r->mrz.optional);
    return ENT_OK;
}

static enum ent_status
read_number(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    struct ent_view number = at(r, layout->number);
    enum ent_status rc;

    if (number.data[0] == '<') {
        return complain(r, layout->number, 0, NULL,
            "the document number must be given, from the first place on");
    }
    if (layout->long_numbers && at(r, layout->number_check).data[0] == '<' &&
        number.data[number.len - 1] != '<' &&
        at(r, layout->optional).data[0] != '<') {
        return read_long_number(r);
    }
    rc = expect_digit(r, layout->number_check, 0, ent_mrz_check_digit(number),
        "document number");
    if (rc != ENT_OK) {
        return rc;
    }
    keep(number, r->mrz.number);
    keep(at(r, layout->optional), r->mrz.optional);
    return ENT_OK;
}

static enum ent_status
read_date(struct reading *r, struct ent_mrz_span span,
    struct ent_mrz_span check, const char *field, enum ent_mrz_century century,
    struct ent_mrz_date *ret_date)
{
    static const char *const parts[] = {"year", "month", "day"};
    static const char *const right[] = {
        "two digits", "01 to 12", "a day of that month"};
    unsigned wrong =
        ent_mrz_date_read(at(r, span), century, r->today, ret_date);

    if (wrong != 0) {
        return complain(r, span, 2 * (wrong - 1), COMMON,
            "the %s of the %s must be %s, or << if it is not known",
            parts[wrong - 1], field, right[wrong - 1]);
    }
    return expect_digit(r, check, 0, ent_mrz_check_digit(at(r, span)), field);
}

static enum ent_status
read_sex(struct reading *r)
{
    struct ent_mrz_span span = r->lines.layout->sex;
    uint8_t sex = at(r, span).data[0];

    if (memchr("MF<", sex, 3) == NULL) {
        return complain(r, span, 0, NULL,
            "the sex must be M, F, or < for X or not given, not %c", sex);
    }
    r->mrz.sex = (char)sex;
    return ENT_OK;
}

/* Where there is no personal number its check digit may be a filler. */
static enum ent_status
read_optional_check(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;

    if (layout->optional_check.len == 0 ||
        (r->mrz.optional[0] == '\0' &&
            at(r, layout->optional_check).data[0] == '<')) {
        return ENT_OK;
    }
    return expect_digit(r, layout->optional_check, 0,
        ent_mrz_check_digit(at(r, layout->optional)), "personal number");
}

static enum ent_status
read_name(struct reading *r)
{
    struct ent_mrz_span span = r->lines.layout->name_field;
    unsigned column = 0;
    const char *complaint =
        ent_mrz_name_read(at(r, span), &r->mrz.name, &column);

    return complaint == NULL
               ? ENT_OK
               : complain(r, span, column, COMMON, "%s", complaint);
}

static enum ent_status
read_composite(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;

    if (layout->composite_check.len == 0) {
        return ENT_OK;
    }
    return expect_digit(r, layout->composite_check, 0,
        ent_mrz_composite_digit(&r->lines), "whole (composite)");
}

static enum ent_status
read_dates(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    enum ent_status rc;

    rc = read_date(r, layout->birth, layout->birth_check, "date of birth",
        ENT_MRZ_PAST, &r->mrz.birth);
    if (rc != ENT_OK) {
        return rc;
    }
    return read_date(r, layout->expiry, layout->expiry_check, "date of expiry",
        ENT_MRZ_NEAREST, &r->mrz.expiry);
}

static enum ent_status
read_countries(struct reading *r)
{
    const struct ent_mrz_layout *layout = r->lines.layout;
    enum ent_status rc;

    rc = read_country(r, layout->issuer, "issuing state", r->mrz.issuer);
    if (rc != ENT_OK) {
        return rc;
    }
    return read_country(
        r, layout->nationality, "nationality", r->mrz.nationality);
}

enum ent_status
ent_mrz_parse(struct ent_view text, uint64_t now_ms, struct ent_mrz *ret_mrz,
    struct ent_error *err)
{
    static enum ent_status (*const fields[])(struct reading *) = {read_code,
        read_countries, read_number, read_dates, read_sex, read_optional_check,
        read_name, read_composite};
    struct reading r = {.today = ent_mrz_today(now_ms), .err = err};
    enum ent_status rc;

    rc = ent_mrz_lines_read(text, &r.mrz.form, &r.lines, err);
    for (size_t i = 0; rc == ENT_OK && i < sizeof fields / sizeof fields[0];
         i++) {
        rc = fields[i](&r);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    keep(r.lines.layout->optional2.len > 0 ? at(&r, r.lines.layout->optional2)
                                           : ent_view_of("", 0),
        r.mrz.optional2);
    *ret_mrz = r.mrz;
    return ENT_OK;
}
