/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <string.h>

#include "proto/base/ascii.h"
#include "proto/country.h"

struct writing {
    struct ent_mrz_lines lines;
    const struct ent_mrz *mrz;
    struct ent_error *err;
};

/* Letters, digits and fillers, of which none stands at the end: it would not be
 * read again. */
static bool
is_field(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);

    for (size_t i = 0; i < len; i++) {
        if (!ent_is_upper(text[i]) && !ent_is_digit(text[i]) &&
            text[i] != '<') {
            return false;
        }
    }
    return len <= max && (len == 0 || text[len - 1] != '<');
}

static uint8_t *
place(struct writing *w, struct ent_mrz_span span)
{
    return w->lines.line[span.line] + span.start;
}

/* `text` is no longer than the field; fillers are there already. */
static void
put(struct writing *w, struct ent_mrz_span span, const char *text)
{
    memcpy(place(w, span), text, strlen(text));
}

static void
put_digit(struct writing *w, struct ent_mrz_span span, unsigned digit)
{
    if (span.len > 0) {
        *place(w, span) = (uint8_t)('0' + digit);
    }
}

/* The check digit of what stands in `field`. */
static void
put_check(
    struct writing *w, struct ent_mrz_span field, struct ent_mrz_span check)
{
    put_digit(w, check, ent_mrz_check_digit(ent_mrz_at(&w->lines, field)));
}

static enum ent_status
refuse(struct writing *w, const char *field, const char *right)
{
    return ent_fail(w->err, ENT_BAD_INPUT, "the %s must be %s (%s)", field,
        right, w->lines.layout->source);
}

static enum ent_status
write_code(struct writing *w)
{
    const struct ent_mrz_layout *layout = w->lines.layout;
    const char *code = w->mrz->code;

    if (code[0] == '\0' || strchr(layout->codes, code[0]) == NULL ||
        !is_field(code, layout->code.len) ||
        (code[1] != '\0' && !ent_is_upper(code[1])) ||
        (code[1] == 'V' && layout->codes[0] == 'A')) {
        return refuse(w, "document code",
            layout->codes[0] == 'P'   ? "P and perhaps another letter"
            : layout->codes[0] == 'V' ? "V and perhaps another letter"
                                      : "A, C or I and perhaps a letter but V");
    }
    put(w, layout->code, code);
    return ENT_OK;
}

static enum ent_status
write_countries(struct writing *w)
{
    static const char *const right = "a code of ISO 3166-1 or one of ICAO's";

    if (!is_field(w->mrz->issuer, 3) ||
        !ent_country_is_nationality(ent_view_text(w->mrz->issuer))) {
        return refuse(w, "issuing state", right);
    }
    if (!is_field(w->mrz->nationality, 3) ||
        !ent_country_is_nationality(ent_view_text(w->mrz->nationality))) {
        return refuse(w, "nationality", right);
    }
    put(w, w->lines.layout->issuer, w->mrz->issuer);
    put(w, w->lines.layout->nationality, w->mrz->nationality);
    return ENT_OK;
}

/* The optional data, after the rest of a long number if there is one. */
static enum ent_status
write_long_number(struct writing *w, const char *number)
{
    const struct ent_mrz_layout *layout = w->lines.layout;
    const char *rest = number + layout->number.len;
    size_t len = strlen(rest);
    uint8_t *out = place(w, layout->optional);

    if (!layout->long_numbers || rest[-1] == '<' || strchr(rest, '<') != NULL ||
        len + 2 + strlen(w->mrz->optional) > layout->optional.len) {
        return refuse(w, "document number",
            "of nine characters, or in a card of no more than fit in its "
            "optional data");
    }
    memcpy(place(w, layout->number), number, layout->number.len);
    memcpy(out, rest, len);
    out[len] = (uint8_t)('0' + ent_mrz_check_digit(ent_view_text(number)));
    memcpy(out + len + 2, w->mrz->optional, strlen(w->mrz->optional));
    return ENT_OK;
}

static enum ent_status
write_number(struct writing *w)
{
    const struct ent_mrz_layout *layout = w->lines.layout;
    const char *number = w->mrz->number;

    if (number[0] == '\0' || number[0] == '<' ||
        !is_field(number, ENT_MRZ_NUMBER_MAX)) {
        return refuse(
            w, "document number", "of letters A-Z and digits, < inside");
    }
    if (!is_field(w->mrz->optional, layout->optional.len)) {
        return refuse(w, "optional data",
            "of letters A-Z, digits and <, and no longer than its field");
    }
    if (strlen(number) > layout->number.len) {
        return write_long_number(w, number);
    }
    put(w, layout->number, number);
    put_check(w, layout->number, layout->number_check);
    put(w, layout->optional, w->mrz->optional);
    put_check(w, layout->optional, layout->optional_check);
    return ENT_OK;
}

static enum ent_status
write_dates(struct writing *w)
{
    static const char *const right = "one of the calendar; what is not known 0";
    const struct ent_mrz_layout *layout = w->lines.layout;

    if (!ent_mrz_date_exists(w->mrz->birth)) {
        return refuse(w, "date of birth", right);
    }
    if (!ent_mrz_date_exists(w->mrz->expiry)) {
        return refuse(w, "date of expiry", right);
    }
    ent_mrz_date_write(w->mrz->birth, place(w, layout->birth));
    put_check(w, layout->birth, layout->birth_check);
    ent_mrz_date_write(w->mrz->expiry, place(w, layout->expiry));
    put_check(w, layout->expiry, layout->expiry_check);
    return ENT_OK;
}

static enum ent_status
write_sex(struct writing *w)
{
    if (memchr("MF<", w->mrz->sex, 3) == NULL) {
        return refuse(w, "sex", "M, F or <");
    }
    *place(w, w->lines.layout->sex) = (uint8_t)w->mrz->sex;
    return ENT_OK;
}

static enum ent_status
write_optional2(struct writing *w)
{
    if (!is_field(w->mrz->optional2, w->lines.layout->optional2.len)) {
        return refuse(w, "second optional data",
            "of letters A-Z, digits and <, at most 11, and only in a TD1");
    }
    put(w, w->lines.layout->optional2, w->mrz->optional2);
    return ENT_OK;
}

static enum ent_status
write_name(struct writing *w)
{
    struct ent_mrz_span span = w->lines.layout->name_field;

    if (!ent_mrz_name_is_writable(&w->mrz->name)) {
        return refuse(w, "name",
            "of words in letters A-Z with single spaces, at least one in the "
            "primary identifier");
    }
    ent_mrz_name_write(&w->mrz->name, place(w, span), span.len);
    return ENT_OK;
}

static void
join_lines(
    const struct ent_mrz_lines *lines, char ret_text[static ENT_MRZ_TEXT_MAX])
{
    size_t width = lines->layout->width;
    char *out = ret_text;

    for (size_t i = 0; i < lines->layout->lines; i++) {
        memcpy(out, lines->line[i], width);
        out += width;
        *out++ = '\n';
    }
    out[-1] = '\0';
}

enum ent_status
ent_mrz_format(const struct ent_mrz *mrz,
    char ret_text[static ENT_MRZ_TEXT_MAX], struct ent_error *err)
{
    static enum ent_status (*const fields[])(struct writing *) = {write_code,
        write_countries, write_number, write_dates, write_sex, write_optional2,
        write_name};
    struct writing w = {.mrz = mrz, .err = err};
    enum ent_status rc;

    w.lines.layout = ent_mrz_layout_of(mrz->form);
    memset(w.lines.line, '<', sizeof w.lines.line);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        rc = fields[i](&w);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    put_digit(
        &w, w.lines.layout->composite_check, ent_mrz_composite_digit(&w.lines));
    join_lines(&w.lines, ret_text);
    return ENT_OK;
}
