/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declarations - what one party alone has declared about agreements, as a
 * table: who suspended what since when, and what was assured.
 */
#ifndef TOOLS_CLI_DECLARATIONS_H
#define TOOLS_CLI_DECLARATIONS_H

#include <stdio.h>

#include "proto/base/error.h"
#include "proto/schema/api.pb-c.h"

/* Nothing is printed when nobody has. */
enum ent_status cli_print_declarations(FILE *out,
    const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
