/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/ascii.h"

#define YEAR_MIN 1970
#define YEAR_MAX 2200
#define EPOCH_DAY 719162 /* 1970-01-01, counted from 0001-01-01 */
#define DIGITS_MAX 19    /* of a number that is sure to fit 64 bits */

#define SECOND_MS UINT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define DURATION_MAX_MS (100 * 365 * DAY_MS)

/* ---- clocks ---- */

static uint64_t
clock_ms(clockid_t clock)
{
    struct timespec now;
    int rc = clock_gettime(clock, &now);

    assert(rc == 0); /* both clocks are part of the kernel */
    (void)rc;
    return (uint64_t)now.tv_sec * SECOND_MS + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
ent_time_now_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

uint64_t
ent_time_boot_ms(void)
{
    return clock_ms(CLOCK_BOOTTIME);
}

/* ---- calendar ---- */

static bool
is_leap(uint64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint64_t
days_of_month(uint64_t year, uint64_t month)
{
    static const uint8_t days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to this one, which is not before it. */
static uint64_t
days_of_date(uint64_t year, uint64_t month, uint64_t day)
{
    const uint64_t past = year - 1;
    uint64_t days = past * 365 + past / 4 - past / 100 + past / 400;

    for (uint64_t m = 1; m < month; m++) {
        days += days_of_month(year, m);
    }
    return days + day - 1 - EPOCH_DAY;
}

struct date {
    uint64_t year;
    uint64_t month;
    uint64_t day;
};

/* The date so many days after 1970-01-01. Years of 400, 100, 4 and 1 are taken
 * off in turn; the last century and the last year of each cycle may have one
 * day more. */
static struct date
date_of_days(uint64_t days)
{
    struct date date = {.year = 1, .month = 1};
    uint64_t centuries, years;

    days += EPOCH_DAY;
    date.year += days / 146097 * 400;
    days %= 146097;
    centuries = days / 36524 < 3 ? days / 36524 : 3;
    date.year += centuries * 100;
    days -= centuries * 36524;
    date.year += days / 1461 * 4;
    days %= 1461;
    years = days / 365 < 3 ? days / 365 : 3;
    date.year += years;
    days -= years * 365;

    while (days >= days_of_month(date.year, date.month)) {
        days -= days_of_month(date.year, date.month);
        date.month++;
    }
    date.day = days + 1;
    return date;
}

void
ent_time_month(uint64_t ms, uint32_t *ret_year, uint32_t *ret_month)
{
    const struct date date = date_of_days(ms / DAY_MS);

    *ret_year = (uint32_t)date.year;
    *ret_month = (uint32_t)date.month;
}

void
ent_time_format(uint64_t ms, char out[static ENT_TIME_TEXT_MAX])
{
    const struct date date = date_of_days(ms / DAY_MS);
    const unsigned second = (unsigned)(ms % DAY_MS / SECOND_MS);
    const unsigned fraction = (unsigned)(ms % SECOND_MS);
    int len;

    len = snprintf(out, ENT_TIME_TEXT_MAX,
        "%04" PRIu64 "-%02" PRIu64 "-%02" PRIu64 "T%02u:%02u:%02u", date.year,
        date.month, date.day, second / 3600, second / 60 % 60, second % 60);
    assert(len > 0 && len + 6 <= ENT_TIME_TEXT_MAX);
    if (fraction > 0) {
        (void)sprintf(out + len, ".%03uZ", fraction);
    } else {
        (void)strcpy(out + len, "Z");
    }
}

/* ---- reading ---- */

/* Take exactly `count` digits off the front. */
static bool
take_digits(struct ent_view *text, size_t count, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (text->len < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!ent_is_digit(text->data[i])) {
            return false;
        }
        value = value * 10 + (uint64_t)(text->data[i] - '0');
    }
    text->data += count;
    text->len -= count;
    *ret_value = value;
    return true;
}

/* Take the front character when it is one of `any`; 0 when not. */
static char
take_char(struct ent_view *text, const char *any)
{
    char c;

    if (text->len == 0 || text->data[0] == 0 ||
        strchr(any, text->data[0]) == NULL) {
        return 0;
    }
    c = (char)text->data[0];
    text->data++;
    text->len--;
    return c;
}

static size_t
digits_ahead(struct ent_view text)
{
    size_t count = 0;

    while (count < text.len && ent_is_digit(text.data[count])) {
        count++;
    }
    return count;
}

/* Take "2026-01-01" off the front, as days since 1970. */
static enum ent_status
take_date(struct ent_view *text, uint64_t *ret_days, struct ent_error *err)
{
    struct date date;

    if (!take_digits(text, 4, &date.year) || !take_char(text, "-") ||
        !take_digits(text, 2, &date.month) || !take_char(text, "-") ||
        !take_digits(text, 2, &date.day)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "not a date; one looks like 2026-01-31");
    }
    if (date.year < YEAR_MIN || date.year > YEAR_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "year %" PRIu64 " is not between %d and %d%s", date.year, YEAR_MIN,
            YEAR_MAX,
            date.year > YEAR_MAX ? " (the Buddhist era is 543 ahead)" : "");
    }
    if (date.month < 1 || date.month > 12) {
        return ent_fail(
            err, ENT_BAD_INPUT, "there is no month %" PRIu64, date.month);
    }
    if (date.day < 1 || date.day > days_of_month(date.year, date.month)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "there is no day %" PRIu64 " in month %" PRIu64 " of %" PRIu64,
            date.day, date.month, date.year);
    }
    *ret_days = days_of_date(date.year, date.month, date.day);
    return ENT_OK;
}

/* Take ".123456789" off the front, if there; what is finer than a millisecond
 * is cut off. */
static bool
take_fraction(struct ent_view *text, uint64_t *ret_ms)
{
    size_t count;
    uint64_t value;

    *ret_ms = 0;
    if (!take_char(text, ".")) {
        return true;
    }
    count = digits_ahead(*text);
    if (count < 1 || count > 9 || !take_digits(text, count, &value)) {
        return false;
    }
    for (; count < 9; count++) {
        value *= 10;
    }
    *ret_ms = value / 1000000;
    return true;
}

/* Take "T10:00:00.123" off the front, as milliseconds of the day. A leap second
 * has no place in a count of milliseconds that leaves them out. */
static enum ent_status
take_clock(struct ent_view *text, uint64_t *ret_ms, struct ent_error *err)
{
    uint64_t hour, minute, second, fraction;

    if (!take_char(text, "Tt") || !take_digits(text, 2, &hour) ||
        !take_char(text, ":") || !take_digits(text, 2, &minute) ||
        !take_char(text, ":") || !take_digits(text, 2, &second) ||
        !take_fraction(text, &fraction)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "not a time; one looks like 2026-01-31T10:00:00Z");
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return ent_fail(err, ENT_BAD_INPUT,
            "there is no %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " in a day",
            hour, minute, second);
    }
    *ret_ms =
        hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fraction;
    return ENT_OK;
}

/* Take "Z" or "+07:00" off the front; `ret_ms` is how far ahead of UTC. */
static enum ent_status
take_offset(struct ent_view *text, int64_t *ret_ms, struct ent_error *err)
{
    uint64_t hour, minute;
    char sign;

    if (take_char(text, "Zz")) {
        *ret_ms = 0;
        return ENT_OK;
    }
    sign = take_char(text, "+-");
    if (sign == 0 || !take_digits(text, 2, &hour) || !take_char(text, ":") ||
        !take_digits(text, 2, &minute) || hour > 23 || minute > 59) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a time ends in Z or in its distance from UTC, like +07:00");
    }
    *ret_ms = (int64_t)(hour * HOUR_MS + minute * MINUTE_MS);
    if (sign == '-') {
        *ret_ms = -*ret_ms;
    }
    return ENT_OK;
}

static enum ent_status
expect_end(struct ent_view rest, const char *what, struct ent_error *err)
{
    if (rest.len > 0) {
        return ent_fail(
            err, ENT_BAD_INPUT, "%zu bytes too many after %s", rest.len, what);
    }
    return ENT_OK;
}

enum ent_status
ent_time_parse(struct ent_view text, uint64_t *ret_ms, struct ent_error *err)
{
    const int64_t end = (int64_t)(days_of_date(YEAR_MAX + 1, 1, 1) * DAY_MS);
    uint64_t days = 0, clock = 0;
    int64_t offset = 0, ms;
    enum ent_status rc;

    assert(ret_ms != NULL);

    rc = take_date(&text, &days, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = take_clock(&text, &clock, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = take_offset(&text, &offset, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = expect_end(text, "the time", err);
    if (rc != ENT_OK) {
        return rc;
    }

    ms = (int64_t)(days * DAY_MS + clock) - offset;
    if (ms < 0 || ms >= end) {
        return ent_fail(err, ENT_BAD_INPUT,
            "in UTC this is not between %d and %d", YEAR_MIN, YEAR_MAX);
    }
    *ret_ms = (uint64_t)ms;
    return ENT_OK;
}

enum ent_status
ent_date_parse(struct ent_view text, uint64_t *ret_ms, struct ent_error *err)
{
    uint64_t days = 0;
    enum ent_status rc;

    assert(ret_ms != NULL);

    rc = take_date(&text, &days, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = expect_end(text, "the date", err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_ms = days * DAY_MS;
    return ENT_OK;
}

/* ---- durations ---- */

struct unit {
    char letter;
    uint64_t ms;
};

/* Take "2D" or the like off the front and add it to `sum`. The unit must stand
 * in `units` (ends with 0) at or after `next`, which then moves behind it. */
static enum ent_status
take_part(struct ent_view *text, const struct unit **next, uint64_t *sum,
    struct ent_error *err)
{
    const size_t count = digits_ahead(*text);
    const struct unit *unit = *next;
    uint64_t value;

    if (count < 1 || count > DIGITS_MAX || !take_digits(text, count, &value)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "not a duration; one looks like P2DT12H, PT5M or P3W");
    }
    while (unit->letter != 0 &&
           (text->len == 0 || (uint8_t)unit->letter != text->data[0])) {
        unit++;
    }
    if (unit->letter == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a number without its unit, or units out of order; a duration "
            "looks like P1Y2M3DT4H5M6S or P3W");
    }
    if (value > (DURATION_MAX_MS - *sum) / unit->ms) {
        return ent_fail(err, ENT_BAD_INPUT, "longer than 100 years");
    }
    *sum += value * unit->ms;
    *next = unit + 1;
    text->data++;
    text->len--;
    return ENT_OK;
}

/* Take all parts up to "T" or the end; at least one. */
static enum ent_status
take_parts(struct ent_view *text, const struct unit *units, uint64_t *sum,
    struct ent_error *err)
{
    do {
        enum ent_status rc = take_part(text, &units, sum, err);

        if (rc != ENT_OK) {
            return rc;
        }
    } while (text->len > 0 && text->data[0] != 'T');
    return ENT_OK;
}

enum ent_status
ent_duration_parse(
    struct ent_view text, uint64_t *ret_ms, struct ent_error *err)
{
    static const struct unit weeks[] = {{'W', 7 * DAY_MS}, {0}};
    static const struct unit days[] = {
        {'Y', 365 * DAY_MS}, {'M', 30 * DAY_MS}, {'D', DAY_MS}, {0}};
    static const struct unit hours[] = {
        {'H', HOUR_MS}, {'M', MINUTE_MS}, {'S', SECOND_MS}, {0}};
    uint64_t sum = 0;
    enum ent_status rc = ENT_OK;

    assert(ret_ms != NULL);

    if (!take_char(&text, "P")) {
        return ent_fail(err, ENT_BAD_INPUT, "a duration begins with P");
    }
    if (text.len > 0 && text.data[text.len - 1] == 'W') {
        rc = take_parts(&text, weeks, &sum, err);
    } else if (text.len == 0 || text.data[0] != 'T') {
        rc = take_parts(&text, days, &sum, err);
    }
    if (rc == ENT_OK && take_char(&text, "T")) {
        rc = take_parts(&text, hours, &sum, err);
    }
    if (rc == ENT_OK) {
        rc = expect_end(text, "the duration", err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_ms = sum;
    return ENT_OK;
}

void
ent_duration_format(uint64_t ms, char out[static ENT_TIME_TEXT_MAX])
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {
        {"d", DAY_MS},
        {"h", HOUR_MS},
        {"min", MINUTE_MS},
        {"s", SECOND_MS},
        {"ms", 1},
    };
    const size_t last = sizeof units / sizeof units[0] - 1;
    size_t i = 0;
    uint64_t more;
    int len;

    if (ms == 0) {
        (void)strcpy(out, "0 s");
        return;
    }
    while (ms < units[i].ms) {
        i++;
    }
    len = snprintf(out, ENT_TIME_TEXT_MAX, "%" PRIu64 " %s", ms / units[i].ms,
        units[i].name);
    more = i < last ? ms % units[i].ms / units[i + 1].ms : 0;
    if (more > 0) {
        (void)snprintf(out + len, ENT_TIME_TEXT_MAX - (size_t)len,
            " %" PRIu64 " %s", more, units[i + 1].name);
    }
}
