/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/origin.h"

#include <string.h>

/* The line that "line 7: ..." names, and what is behind the number. 0: it says
 * nothing of the kind. */
static size_t
read_reason(struct ent_view reason, struct ent_view *ret_why)
{
    static const char word[] = "line ";
    size_t at = sizeof word - 1;
    size_t line = 0;

    if (reason.len < at || memcmp(reason.data, word, at) != 0) {
        return 0;
    }
    for (; at < reason.len && reason.data[at] >= '0' &&
           reason.data[at] <= '9' && line < SIZE_MAX / 100;
         at++) {
        line = line * 10 + (size_t)(reason.data[at] - '0');
    }
    *ret_why = ent_view_of(reason.data + at, reason.len - at);
    return line;
}

void
cli_origin_take_reason(struct cli_origin *origin, struct ent_view reason)
{
    struct ent_view why;
    size_t line = read_reason(reason, &why);

    origin->reason = reason;
    origin->line = line > 0 ? line : origin->line;
}

bool
cli_origin_was_refused(const struct cli_origin *origin)
{
    static const char refused[] = ": " CLI_REFUSED;
    struct ent_view why;

    return read_reason(origin->reason, &why) > 0 &&
           why.len >= sizeof refused - 1 &&
           memcmp(why.data, refused, sizeof refused - 1) == 0;
}
