/* SPDX-License-Identifier: Apache-2.0 */
/* uses - who asked the lists how often, as a table or a line each. */
#ifndef TOOLS_CLI_USES_H
#define TOOLS_CLI_USES_H

#include "tools/cli/client.h"

/* All that the node knows of, page by page. A code of sysexits.h. */
int cli_uses_show(
    struct cli_client *client, bool json, struct ent_error *err) ENT_MUST_CHECK;

#endif
