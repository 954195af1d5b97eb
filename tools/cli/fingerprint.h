/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint - what two people read to each other by telephone: a key's id in
 * eight groups of four hexadecimal digits (proto/keytext.h).
 */
#ifndef TOOLS_CLI_FINGERPRINT_H
#define TOOLS_CLI_FINGERPRINT_H

#include "proto/digest.h"

/* Digits as they were heard, however they are grouped; false: not the id's. */
bool cli_fingerprint_matches(const char *text, const struct ent_key_id *id);

#endif
