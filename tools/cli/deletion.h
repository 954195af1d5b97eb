/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deletion - what an officer is told of a message that is no more: when it was
 * deleted, by which clause, and what stays.
 */
#ifndef TOOLS_CLI_DELETION_H
#define TOOLS_CLI_DELETION_H

#include "proto/schema/api.pb-c.h"

/* "deleted 2026-09-15 07:00 under clause 5.3 (its retention is in line 52); a
 * count of it stays". The caller frees it; NULL: no memory. */
char *cli_deletion_of_item(const Entente__V1__InboxItem *item, uint64_t now_ms);

/* The same of a copy that was sent. */
char *cli_deletion_of_copy(const Entente__V1__TraceCopy *copy, uint64_t now_ms);

#endif
