/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/boarding_pass.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/base/time.h"
#include "proto/identifier.h"

/*
 *     M, legs, name (20), ticket           once
 *     leg, size, what is conditional       for each leg
 *         > version, size, of the pass     in the first leg
 *         size, of the leg
 *         the airline's own
 *     ^ type, size, signature              perhaps
 *
 * Sizes are two hexadecimal digits. Newer versions only add at the end of a
 * part, so what is beyond the items that we know is passed over.
 */

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

/* A run of items, and how far it goes. After the first complaint nothing more
 * is taken. */
struct run {
    const uint8_t *text;
    size_t at;
    size_t end;
    enum ent_status rc;
    struct ent_error *err;
};

static void
complain(struct run *run, size_t column, const char *item, const char *right)
{
    if (run->rc == ENT_OK) {
        run->rc = ent_fail(run->err, ENT_BAD_INPUT,
            "column %zu: the %s must be %s (IATA Resolution 792)", column + 1,
            item, right);
    }
}

/* The next `len` characters; false, and nothing, if they are not there. */
static bool
take(struct run *run, size_t len, const char *item, struct ent_view *ret_item)
{
    if (run->rc == ENT_OK && run->end - run->at < len) {
        run->rc = ent_fail(run->err, ENT_BAD_INPUT,
            "ends at column %zu, within the %s of %zu characters (IATA "
            "Resolution 792)",
            run->end, item, len);
    }
    if (run->rc != ENT_OK) {
        return false;
    }
    *ret_item = ent_view_of(run->text + run->at, len);
    run->at += len;
    return true;
}

/* Is there more, and nothing wrong so far? */
static bool
goes_on(const struct run *run)
{
    return run->rc == ENT_OK && run->at < run->end;
}

static struct ent_view
trimmed(struct ent_view item)
{
    while (item.len > 0 && item.data[item.len - 1] == ' ') {
        item.len--;
    }
    while (item.len > 0 && item.data[0] == ' ') {
        item.data++;
        item.len--;
    }
    return item;
}

static void
keep(struct ent_view item, char *out)
{
    item = trimmed(item);
    memcpy(out, item.data, item.len);
    out[item.len] = '\0';
}

/* An item in `out`, which has room for it. */
static void
take_text(struct run *run, size_t len, const char *item, char *out)
{
    struct ent_view taken;

    if (take(run, len, item, &taken)) {
        keep(taken, out);
    }
}

static void
take_char(struct run *run, const char *item, char *out)
{
    char text[2] = "";

    take_text(run, 1, item, text);
    *out = text[0];
}

static unsigned
hex_value(uint8_t c)
{
    return ent_is_digit(c)        ? (unsigned)(c - '0')
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                  : 16;
}

/* From here to its end a part is all there is; it begins with its size. Returns
 * where the whole ends. */
static size_t
part_enter(struct run *run, const char *item)
{
    size_t outer = run->end;
    struct ent_view size;

    if (take(run, 2, item, &size)) {
        unsigned high = hex_value(size.data[0]);
        unsigned low = hex_value(size.data[1]);

        if (high > 15 || low > 15) {
            complain(run, run->at - 2, item, "two hexadecimal digits");
        } else if (high * 16 + low > run->end - run->at) {
            complain(run, run->at - 2, item, "no more than what follows it");
        } else {
            run->end = run->at + high * 16 + low;
        }
    }
    return outer;
}

/* Past what was not taken of it. */
static void
part_leave(struct run *run, size_t outer)
{
    run->at = run->end;
    run->end = outer;
}

/* ---- whose ---- */

static bool
is_name(struct ent_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];

        if ((c < 'A' || c > 'Z') && memchr(" -'./", c, 5) == NULL) {
            return false;
        }
    }
    return name.len > 0 && ent_is_upper(name.data[0]);
}

static void
take_name(struct run *run, struct ent_boarding_pass *pass)
{
    struct ent_view name;
    const uint8_t *stroke;

    if (!take(run, ENT_BOARDING_NAME_MAX, "name", &name)) {
        return;
    }
    if (!is_name(name)) {
        complain(run, run->at - name.len, "name",
            "a surname, / and given names in capital letters");
    }
    pass->name_may_be_cut = name.data[name.len - 1] != ' ';
    stroke = memchr(name.data, '/', name.len);
    if (stroke != NULL) {
        size_t len = (size_t)(stroke - name.data);

        keep(ent_view_of(stroke + 1, name.len - len - 1), pass->given);
        name.len = len;
    }
    keep(name, pass->surname);
}

/* ---- on which flight ---- */

static void
take_airport(struct run *run, const char *item, char out[static 4])
{
    take_text(run, 3, item, out);
    if (ent_identifier_check(
            ENT_IDENTIFIER_AIRPORT, ent_view_text(out), NULL) != ENT_OK) {
        complain(run, run->at - 3, item, "three capital letters, as BKK");
    }
}

/* Carrier (3) and number (4 digits and perhaps a letter), as people write it:
 * "TG " and "0660 " are TG660. */
static void
take_flight(struct run *run, char out[static 9])
{
    struct ent_view carrier, number;

    if (!take(run, 3, "carrier", &carrier) ||
        !take(run, 5, "flight number", &number)) {
        return;
    }
    number = trimmed(number);
    while (number.len > 1 && number.data[0] == '0' &&
           ent_is_digit(number.data[1])) {
        number.data++;
        number.len--;
    }
    keep(carrier, out);
    keep(number, out + strlen(out));
    if (number.len == 0 || !ent_is_digit(number.data[0]) ||
        ent_identifier_check(ENT_IDENTIFIER_FLIGHT, ent_view_text(out), NULL) !=
            ENT_OK) {
        complain(run, run->at - 8, "flight",
            "a carrier's two or three characters in three places and a number "
            "in five, as TG 0660");
    }
}

/* The day of that year as text; false when the year has no such day. */
static bool
day_of_year(unsigned year, unsigned day, char out[static 11], uint64_t *ret_ms)
{
    char text[ENT_TIME_TEXT_MAX];
    uint64_t ms;

    (void)snprintf(text, sizeof text, "%04u-01-01", year);
    if (ent_date_parse(ent_view_text(text), &ms, NULL) != ENT_OK) {
        return false;
    }
    memcpy(out, text, 4);
    ms += (day - 1) * DAY_MS;
    ent_time_format(ms, text);
    if (memcmp(out, text, 4) != 0) {
        return false;
    }
    memcpy(out, text, 10);
    out[10] = '\0';
    *ret_ms = ms;
    return true;
}

/* In the year before, this or the next, whichever is nearest to now. */
static bool
nearest_day(unsigned day, uint64_t now_ms, char out[static 11])
{
    uint32_t year, month;
    uint64_t least = UINT64_MAX;

    ent_time_month(now_ms, &year, &month);
    for (unsigned i = year - 1; i <= year + 1; i++) {
        char text[11];
        uint64_t ms;

        if (day_of_year(i, day, text, &ms)) {
            uint64_t apart = ms > now_ms ? ms - now_ms : now_ms - ms;

            if (apart < least) {
                least = apart;
                memcpy(out, text, sizeof text);
            }
        }
    }
    return least != UINT64_MAX;
}

/* 001 to 366, or spaces on an open ticket. */
static void
take_date(struct run *run, uint64_t now_ms, char out[static 11])
{
    struct ent_view taken;
    unsigned day = 0;

    if (!take(run, 3, "date of flight", &taken) || trimmed(taken).len == 0) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        day = ent_is_digit(taken.data[i])
                  ? day * 10 + (unsigned)(taken.data[i] - '0')
                  : 9999;
    }
    if (day < 1 || day > 366 || !nearest_day(day, now_ms, out)) {
        complain(run, run->at - 3, "date of flight",
            "a day of the year, 001 to 366");
    }
}

static void
take_leg(struct run *run, uint64_t now_ms, struct ent_boarding_leg *leg)
{
    take_text(run, 7, "booking reference", leg->booking);
    take_airport(run, "airport of departure", leg->from);
    take_airport(run, "airport of arrival", leg->to);
    take_flight(run, leg->flight);
    take_date(run, now_ms, leg->date);
    take_char(run, "compartment", &leg->compartment);
    take_text(run, 4, "seat", leg->seat);
    take_text(run, 5, "check-in number", leg->sequence);
    take_char(run, "passenger's status", &leg->status);
}

/* ---- what is conditional ---- */

/* Description, sources, date of issue, kind and issuer are eleven characters;
 * then come tags, each the first of its run. */
static void
take_pass_part(struct run *run, struct ent_boarding_pass *pass)
{
    struct ent_view version, skipped;
    size_t outer;

    if (!take(run, 2, "version", &version)) {
        return;
    }
    if (version.data[0] != '>' || version.data[1] < '1' ||
        version.data[1] > '9') {
        complain(run, run->at - 2, "version", "> and a digit, as >6");
    }
    outer = part_enter(run, "size of what is about the pass");
    if (run->end - run->at > 11 && take(run, 11, "issue", &skipped)) {
        while (goes_on(run) && pass->bag_count < ENT_BOARDING_BAGS_MAX) {
            char *bag = pass->bags[pass->bag_count];

            take_text(run, 13, "baggage tag", bag);
            pass->bag_count += bag[0] != '\0';
        }
    }
    part_leave(run, outer);
}

static void
take_leg_part(struct run *run, struct ent_boarding_leg *leg)
{
    struct ent_view skipped;
    size_t outer = part_enter(run, "size of what is about the leg");

    if (goes_on(run)) {
        take_text(run, 13, "ticket", leg->ticket);
    }
    if (goes_on(run) && take(run, 1, "selectee indicator", &skipped) &&
        goes_on(run)) {
        take_char(run, "check of documents", &leg->documents);
    }
    part_leave(run, outer);
}

static void
take_conditional(struct run *run, struct ent_boarding_pass *pass, size_t index)
{
    size_t outer = part_enter(run, "size of what is conditional");

    if (index == 0 && goes_on(run)) {
        take_pass_part(run, pass);
    }
    if (goes_on(run)) {
        take_leg_part(run, &pass->legs[index]);
    }
    part_leave(run, outer);
}

static void
take_signature(struct run *run, struct ent_boarding_pass *pass)
{
    struct ent_view mark;
    size_t outer;

    if (!goes_on(run) || !take(run, 2, "beginning of the signature", &mark)) {
        return;
    }
    if (mark.data[0] != '^') {
        complain(
            run, run->at - 2, "end", "where the last leg ends, or ^ there");
    }
    outer = part_enter(run, "size of the signature");
    part_leave(run, outer);
    if (goes_on(run)) {
        complain(run, run->at, "end", "where the signature ends");
    }
    pass->has_signature = true;
}

/* ---- the whole ---- */

static void
check_characters(struct run *run)
{
    for (size_t i = 0; i < run->end; i++) {
        if (run->text[i] < ' ' || run->text[i] > '~') {
            complain(run, i, "code", "of letters, digits and signs of ASCII");
        }
    }
}

static void
take_head(struct run *run, struct ent_boarding_pass *pass)
{
    struct ent_view format, ticket;

    if (!take(run, 2, "format", &format)) {
        return;
    }
    if (format.data[0] != 'M' || format.data[1] < '1' ||
        format.data[1] > '0' + ENT_BOARDING_LEGS_MAX) {
        complain(run, 0, "format", "M and the number of legs, 1 to 4, as M1");
        return;
    }
    pass->leg_count = (size_t)(format.data[1] - '0');
    take_name(run, pass);
    (void)take(run, 1, "ticket indicator", &ticket);
}

enum ent_status
ent_boarding_pass_parse(struct ent_view text, uint64_t now_ms,
    struct ent_boarding_pass *ret_pass, struct ent_error *err)
{
    struct ent_boarding_pass pass = {.leg_count = 0};
    struct run run = {
        .text = text.data, .end = text.len, .rc = ENT_OK, .err = err};

    check_characters(&run);
    take_head(&run, &pass);
    for (size_t i = 0; i < pass.leg_count; i++) {
        take_leg(&run, now_ms, &pass.legs[i]);
        take_conditional(&run, &pass, i);
    }
    take_signature(&run, &pass);
    if (run.rc == ENT_OK) {
        *ret_pass = pass;
    }
    return run.rc;
}
