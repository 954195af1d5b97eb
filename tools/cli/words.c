/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/time.h"

#define SECOND_MS 1000
#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

void
cli_code(const ProtobufCEnumDescriptor *descriptor, int value,
    char out[static CLI_WORDS_MAX])
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(descriptor, value);

    if (value == 0) {
        out[0] = '\0';
    } else if (known == NULL) {
        (void)snprintf(out, CLI_WORDS_MAX, "code %d", value);
    } else {
        (void)snprintf(out, CLI_WORDS_MAX, "%s", known->name);
    }
}

void
cli_words(const ProtobufCEnumDescriptor *descriptor, int value,
    char out[static CLI_WORDS_MAX])
{
    cli_code(descriptor, value, out);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
    }
}

/* ---- times ---- */

static struct tm
local(uint64_t ms)
{
    const time_t seconds = (time_t)(ms / SECOND_MS);
    struct tm here = {0};

    (void)localtime_r(&seconds, &here);
    return here;
}

static struct tm
universal(uint64_t ms)
{
    const time_t seconds = (time_t)(ms / SECOND_MS);
    struct tm there = {0};

    (void)gmtime_r(&seconds, &there);
    return there;
}

static bool
is_same_day(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

void
cli_time_short(uint64_t ms, uint64_t now_ms, char out[static CLI_WORDS_MAX])
{
    const struct tm then = local(ms);
    const struct tm now = local(now_ms);

    if (ms == 0) {
        out[0] = '\0';
    } else if (is_same_day(&then, &now)) {
        (void)strftime(out, CLI_WORDS_MAX, "%H:%M:%S", &then);
    } else {
        (void)strftime(out, CLI_WORDS_MAX, "%Y-%m-%d %H:%M", &then);
    }
}

void
cli_time_long(uint64_t ms, char out[static CLI_WORDS_MAX])
{
    const struct tm here = local(ms);
    const struct tm there = universal(ms);
    size_t len;

    if (ms == 0) {
        out[0] = '\0';
        return;
    }
    len = strftime(out, CLI_WORDS_MAX, "%Y-%m-%d %H:%M:%S %z", &here);
    if (here.tm_gmtoff == 0) {
        return;
    }
    (void)strftime(out + len, CLI_WORDS_MAX - len,
        is_same_day(&here, &there) ? " (%H:%M:%SZ)" : " (%Y-%m-%d %H:%M:%SZ)",
        &there);
}

/* Whole seconds in the last minutes, then minutes, then hours: what is read at
 * a glance must not flicker. */
static uint64_t
coarse(uint64_t ms)
{
    uint64_t unit = ms < 10 * MINUTE_MS ? SECOND_MS
                    : ms < 10 * HOUR_MS ? MINUTE_MS
                                        : HOUR_MS;

    return ms / unit * unit;
}

void
cli_time_left(uint64_t by_ms, uint64_t acknowledged_ms, uint64_t now_ms,
    char out[static CLI_WORDS_MAX])
{
    char length[ENT_TIME_TEXT_MAX];

    if (acknowledged_ms != 0) {
        (void)snprintf(out, CLI_WORDS_MAX, "acknowledged");
    } else if (by_ms == 0) {
        out[0] = '\0';
    } else if (by_ms > now_ms) {
        ent_duration_format(coarse(by_ms - now_ms), length);
        (void)snprintf(out, CLI_WORDS_MAX, "%s", length);
    } else {
        ent_duration_format(coarse(now_ms - by_ms), length);
        (void)snprintf(out, CLI_WORDS_MAX, CLI_OVERDUE " %s", length);
    }
}
