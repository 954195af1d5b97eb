/* SPDX-License-Identifier: Apache-2.0 */
/*
 * obligations - what the agreement asks of who reads a message, in words: which
 * desk it is for, what its classification is called here, whether it may be
 * used in court, and what nothing in it is meant to settle.
 */
#ifndef TOOLS_CLI_OBLIGATIONS_H
#define TOOLS_CLI_OBLIGATIONS_H

#include "proto/schema/api.pb-c.h"

#define CLI_OBLIGATIONS_MAX 8
#define CLI_OBLIGATION_LEN 160

struct cli_obligation {
    const char *name;
    char text[CLI_OBLIGATION_LEN];
};

/* How many; `owed` may be NULL. */
size_t cli_obligations_list(const Entente__V1__Obligations *owed,
    struct cli_obligation ret_list[static CLI_OBLIGATIONS_MAX]);

#endif
