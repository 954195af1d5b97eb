/* SPDX-License-Identifier: Apache-2.0 */
/* number - a number among the arguments of a verb: a count, seconds, a place.
 */
#ifndef TOOLS_CLI_NUMBER_H
#define TOOLS_CLI_NUMBER_H

#include <argp.h>
#include <stdint.h>

/* From `least` to `most`; anything else is bad usage of `option`. */
uint64_t cli_number(struct argp_state *state, const char *option,
    const char *text, uint64_t least, uint64_t most);

#endif
