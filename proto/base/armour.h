/* SPDX-License-Identifier: Apache-2.0 */
/*
 * armour - bytes as text that survives mail and paper:
 *
 *     -----BEGIN ENTENTE CERTIFICATE-----
 *     base64, 64 characters a line
 *     -----END ENTENTE CERTIFICATE-----
 */
#ifndef ENT_PROTO_BASE_ARMOUR_H
#define ENT_PROTO_BASE_ARMOUR_H

#include "proto/base/bytes.h"

#define ENT_ARMOUR_CERTIFICATE "ENTENTE CERTIFICATE"
#define ENT_ARMOUR_OFFICER "ENTENTE OFFICER CERTIFICATE"
#define ENT_ARMOUR_REVOCATION_LIST "ENTENTE REVOCATION LIST"
#define ENT_ARMOUR_ROLLOVER "ENTENTE AUTHORITY ROLLOVER"

enum ent_status ent_armour_encode(const char *kind, struct ent_view data,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

/* Exactly one block of `kind`, nothing but white space around it. The error
 * says which line is wrong and what was expected there. */
enum ent_status ent_armour_decode(const char *kind, struct ent_view text,
    struct ent_bytes *ret_data, struct ent_error *err) ENT_MUST_CHECK;

#endif
