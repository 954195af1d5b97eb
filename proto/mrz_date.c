/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <string.h>

#include "proto/base/time.h"

/* Where it is latest, at UTC+14: a child born there today has no birth in the
 * future. */
#define LATEST_ZONE_MS (UINT64_C(14) * 60 * 60 * 1000)

static unsigned
number_of(const char *text, size_t len)
{
    unsigned number = 0;

    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    return number;
}

struct ent_mrz_date
ent_mrz_today(uint64_t now_ms)
{
    char text[ENT_TIME_TEXT_MAX];

    ent_time_format(now_ms + LATEST_ZONE_MS, text);
    return (struct ent_mrz_date){
        .year = number_of(text, 4),
        .month = number_of(text + 5, 2),
        .day = number_of(text + 8, 2),
    };
}

/* A pair of digits, or -1 for fillers, or -2 for anything else. */
static int
pair(const uint8_t *text)
{
    if (text[0] == '<' && text[1] == '<') {
        return -1;
    }
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -2;
    }
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* Begins `date` after `today`, by what is known of it? What is not is 0. */
static bool
is_future(struct ent_mrz_date date, struct ent_mrz_date today)
{
    if (date.year != today.year) {
        return date.year > today.year;
    }
    if (date.month != today.month) {
        return date.month > today.month;
    }
    return date.day > today.day;
}

static unsigned
year_of(struct ent_mrz_date date, unsigned two_digits,
    enum ent_mrz_century century, struct ent_mrz_date today)
{
    date.year = today.year - today.year % 100 + two_digits;
    if (century == ENT_MRZ_PAST) {
        return is_future(date, today) ? date.year - 100 : date.year;
    }
    if (date.year > today.year + 50) {
        return date.year - 100;
    }
    return date.year + 50 <= today.year ? date.year + 100 : date.year;
}

bool
ent_mrz_date_exists(struct ent_mrz_date date)
{
    static const unsigned days[] = {
        31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap =
        date.year == 0 ||
        (date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0));

    if (date.month > 12 || date.day > days[date.month]) {
        return false;
    }
    return leap || date.month != 2 || date.day != 29;
}

unsigned
ent_mrz_date_read(struct ent_view text, enum ent_mrz_century century,
    struct ent_mrz_date today, struct ent_mrz_date *ret_date)
{
    int parts[3];
    struct ent_mrz_date date = {0, 0, 0};

    for (unsigned i = 0; i < 3; i++) {
        parts[i] = pair(text.data + 2 * i);
        if (parts[i] == -2 || (i > 0 && parts[i] == 0)) {
            return i + 1;
        }
    }
    if (parts[1] > 12) {
        return 2;
    }
    date.month = parts[1] > 0 ? (unsigned)parts[1] : 0;
    date.day = parts[2] > 0 ? (unsigned)parts[2] : 0;
    if (parts[0] >= 0) {
        date.year = year_of(date, (unsigned)parts[0], century, today);
    }
    if (!ent_mrz_date_exists(date)) {
        return 3;
    }
    *ret_date = date;
    return 0;
}

static void
pair_write(unsigned value, bool known, uint8_t out[static 2])
{
    out[0] = known ? (uint8_t)('0' + value / 10 % 10) : '<';
    out[1] = known ? (uint8_t)('0' + value % 10) : '<';
}

void
ent_mrz_date_write(struct ent_mrz_date date, uint8_t out[static 6])
{
    pair_write(date.year, date.year != 0, out);
    pair_write(date.month, date.month != 0, out + 2);
    pair_write(date.day, date.day != 0, out + 4);
}
