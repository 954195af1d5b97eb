/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary - a message in one line, so that an officer sees in a list what it is
 * about: what is asked, what happened, where, how many, which way.
 *
 * Made of what strangers wrote: it goes through ent_text_neutral before a
 * terminal.
 */
#ifndef TOOLS_CLI_SUMMARY_H
#define TOOLS_CLI_SUMMARY_H

#include "proto/message.h"

/* The caller frees it; NULL: no memory. A family of a later version, or none,
 * says so. */
char *cli_summary(const ent_message *message);
void cli_summary_free(char **text);

#endif
