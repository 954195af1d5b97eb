/* SPDX-License-Identifier: Apache-2.0 */
/* Property: what reads as a time or a date is written as text that reads as the
 * same; and no duration is longer than a century. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"

#define CENTURY_MS (UINT64_C(36500) * 86400 * 1000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ent_view input = ent_view_of(data, len);
    char text[ENT_TIME_TEXT_MAX];
    struct ent_error err;
    uint64_t ms, again;

    if (ent_time_parse(input, &ms, &err) == ENT_OK) {
        ent_time_format(ms, text);
        if (ent_time_parse(ent_view_text(text), &again, NULL) != ENT_OK ||
            again != ms) {
            abort();
        }
    }
    if (ent_date_parse(input, &ms, &err) == ENT_OK) {
        ent_time_format(ms, text);
        if (len != 10 || memcmp(text, data, len) != 0) {
            abort();
        }
    }
    if (ent_duration_parse(input, &ms, &err) == ENT_OK) {
        ent_duration_format(ms, text);
        if (ms > CENTURY_MS || strlen(text) == 0) {
            abort();
        }
    }
    return 0;
}
