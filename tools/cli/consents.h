/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consents - whether a message may go further, in words: "to pass on to la:
 * asked 10:00:05, GIVEN 10:04:00 until 2027-01-31 00:00, passed on 10:05:30".
 */
#ifndef TOOLS_CLI_CONSENTS_H
#define TOOLS_CLI_CONSENTS_H

#include <stdio.h>

#include "proto/schema/api.pb-c.h"

void cli_consent_print(
    FILE *out, const Entente__V1__Consent *consent, uint64_t now_ms);

/* The same; the caller frees it. NULL: no memory. */
char *cli_consent_text(const Entente__V1__Consent *consent, uint64_t now_ms);

#endif
