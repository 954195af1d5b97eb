/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capprint - the tree of an alert of CAP 1.2 as XML, such as capfile.h reads.
 */
#ifndef TOOLS_CLI_CAPPRINT_H
#define TOOLS_CLI_CAPPRINT_H

#include <stdio.h>

#include "proto/base/error.h"
#include "tools/cli/cap.h"

/* ENT_UNSUPPORTED: it holds a character that XML does not have; nothing is
 * written then. ENT_IO. */
enum ent_status cli_capprint(FILE *out, const struct cli_cap_element *alert,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
