/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reclassified - what a message is about since its sender re-classified it, in
 * words: "trafficking in persons; at least TLP:RED, H1, H2,
 * presumed tip victim (since 10:00:05, by 01980000-...)".
 */
#ifndef TOOLS_CLI_RECLASSIFIED_H
#define TOOLS_CLI_RECLASSIFIED_H

#include <stdio.h>

#include "proto/schema/api.pb-c.h"

/* "trafficking in persons; at least ...", as a message says it. */
void cli_reclassification_print(
    FILE *out, const Entente__V1__Reclassification *as);

/* All of it; the caller frees it. NULL: no memory. */
char *cli_reclassified_text(
    const Entente__V1__Reclassified *reclassified, uint64_t now_ms);

#endif
