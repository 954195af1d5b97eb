/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named - a message by the number it has on the desk, or by its id, whether it
 * came or was sent from here.
 */
#ifndef TOOLS_CLI_NAMED_H
#define TOOLS_CLI_NAMED_H

#include "proto/id.h"
#include "tools/cli/client.h"

struct cli_named {
    uint64_t sequence; /* at the desk; 0: it was sent */
    char id[ENT_ID_TEXT_LEN + 1];
};

/* EX_USAGE: `name` is neither; EX_NOINPUT: no such number is on the desk. An
 * id that is not on the desk may be of one that was sent. */
int cli_named_find(struct cli_client *client, const char *name,
    struct cli_named *ret_named, struct ent_error *err) ENT_MUST_CHECK;

#endif
