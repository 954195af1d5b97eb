/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alike - in words, what a message of the desk may be the same as, and what an
 * officer said is one incident with it. What is only alike is never called the
 * same.
 */
#ifndef TOOLS_CLI_ALIKE_H
#define TOOLS_CLI_ALIKE_H

#include <stdio.h>

#include "proto/schema/api.pb-c.h"

#define CLI_ALIKE_BASIS_MAX 96

/* "[linked with 12] [perhaps the same as 3, 7] [perhaps more] ", or nothing.
 * What was sent from here has no number: it is named by whom it went to. More:
 * `entente duplicates` looks further. */
void cli_alike_mark(FILE *out, const Entente__V1__InboxItem *item);

/* "case, plate, place, time and quantity"; "": nothing is alike. */
void cli_alike_basis(
    const Entente__V1__Like *like, char out[static CLI_ALIKE_BASIS_MAX]);

/* "3, drug_seizure from ncc@th (plate)". The caller frees it; NULL: no memory.
 */
char *cli_alike_text(const Entente__V1__Like *like);

#endif
