/* SPDX-License-Identifier: Apache-2.0 */
/* choice - a code of the schema among the arguments of a verb. */
#ifndef TOOLS_CLI_CHOICE_H
#define TOOLS_CLI_CHOICE_H

#include <argp.h>
#include <protobuf-c/protobuf-c.h>

/* The value that a person means: any case, `-` for `_`, never the 0 that says
 * nothing. Anything else is bad usage of `option`, which names the nearest. */
int cli_choice(struct argp_state *state, const char *option, const char *text,
    const ProtobufCEnumDescriptor *descriptor);

#endif
