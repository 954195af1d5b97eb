/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capform - is a tree an alert as CAP 1.2 has it: its elements, how many there
 * are of each, and the words and times that they may hold (OASIS CAP 1.2,
 * sections 3.2.1 to 3.2.4 and its schema).
 *
 * More is refused than the standard does: what CAP does not know has no meaning
 * here either, so it is told and not passed over.
 */
#ifndef TOOLS_CLI_CAPFORM_H
#define TOOLS_CLI_CAPFORM_H

#include "proto/base/error.h"
#include "tools/cli/cap.h"

/* Where an alert is not as it should be, and why. */
struct cli_cap_fault {
    size_t line;
    size_t column;
    char reason[ENT_ERROR_TEXT_MAX];
};

void cli_cap_fault_at(struct cli_cap_fault *fault,
    const struct cli_cap_element *element, const char *format, ...)
    ENT_PRINTF(3, 4);

/* ENT_BAD_INPUT: `fault` says where and why. */
enum ent_status cli_capform_check(const struct cli_cap_element *alert,
    struct cli_cap_fault *fault) ENT_MUST_CHECK;

#endif
