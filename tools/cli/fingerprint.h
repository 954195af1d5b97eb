/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint - what two people read to each other by telephone: a key's id in
 * eight groups of four hexadecimal digits (proto/keytext.h).
 */
#ifndef TOOLS_CLI_FINGERPRINT_H
#define TOOLS_CLI_FINGERPRINT_H

#include "proto/base/pb.h"
#include "proto/digest.h"
#include "proto/keytext.h"

/* Digits as they were heard, however they are grouped; false: not the id's. */
bool cli_fingerprint_matches(const char *text, const struct ent_key_id *id);

/* A key's id as the node says it; false: it says none. */
bool cli_key_id_read(
    const ProtobufCBinaryData *said, struct ent_key_id *ret_id);

/* Its fingerprint, or "". */
void cli_fingerprint_of(const ProtobufCBinaryData *said,
    char ret_text[static ENT_FINGERPRINT_LEN + 1]);

#endif
