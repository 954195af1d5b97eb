/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint - which node is spoken to: the path of its local socket.
 *
 * In this order: --api PATH; --node FILE, the node's configuration, of which
 * only the key `api` is read; the environment's ENTENTE_API; the socket of this
 * user ($XDG_RUNTIME_DIR/entente/api.sock) when there is one; that of the
 * machine (/run/entente/api.sock).
 */
#ifndef TOOLS_CLI_ENDPOINT_H
#define TOOLS_CLI_ENDPOINT_H

#include <limits.h>

#include "proto/base/bytes.h"

#define CLI_API_MACHINE "/run/entente/api.sock"
#define CLI_API_PATH_MAX 107 /* what a Unix address has room for */

struct cli_endpoint {
    char path[CLI_API_PATH_MAX + 1];
};

/* Either may be NULL. ENT_NOT_FOUND and ENT_BAD_INPUT are about the
 * configuration file; ENT_FULL: no socket can have so long a path. */
enum ent_status cli_endpoint_find(const char *node_file, const char *api,
    struct cli_endpoint *ret_endpoint, struct ent_error *err) ENT_MUST_CHECK;

#endif
