/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/number.h"

#include <inttypes.h>
#include <stdlib.h>

uint64_t
cli_number(struct argp_state *state, const char *option, const char *text,
    uint64_t most)
{
    char *end = NULL;
    unsigned long long number = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || number == 0 ||
        number > most) {
        argp_error(state, "%s '%s': a number from 1 to %" PRIu64 " is needed",
            option, text, most);
    }
    return number;
}
