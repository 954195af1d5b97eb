/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/number.h"

#include <inttypes.h>
#include <stdlib.h>

uint64_t
cli_number(struct argp_state *state, const char *option, const char *text,
    uint64_t least, uint64_t most)
{
    char *end = NULL;
    unsigned long long number = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || number < least ||
        number > most) {
        argp_error(state,
            "%s '%s': a number from %" PRIu64 " to %" PRIu64 " is needed",
            option, text, least, most);
    }
    return number;
}
