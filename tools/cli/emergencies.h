/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emergencies - those that a node knows of, as a table: who declared which, for
 * how long, what it relaxes, and whether it was reviewed.
 */
#ifndef TOOLS_CLI_EMERGENCIES_H
#define TOOLS_CLI_EMERGENCIES_H

#include <stdio.h>

#include "proto/base/error.h"
#include "proto/schema/api.pb-c.h"

enum ent_status cli_print_emergencies(FILE *out,
    const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
