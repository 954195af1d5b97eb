/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust - what `entente status` and `entente alarm` say about alarms and
 * revocation lists.
 */
#ifndef TOOLS_CLI_TRUST_H
#define TOOLS_CLI_TRUST_H

#include <stdio.h>

#include "proto/base/error.h"
#include "proto/schema/api.pb-c.h"

#define CLI_ATTENTION "ATTENTION: " /* somebody should act */

/* A table of the alarms; nothing when there are none. */
enum ent_status cli_print_alarms(FILE *out,
    const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* A table of the states' revocation lists. */
enum ent_status cli_print_revocations(FILE *out,
    const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
