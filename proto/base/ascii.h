/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascii - the letters and digits of ASCII, as codes and names in protocols are
 * written. Unlike <ctype.h> it asks no locale, and takes char and uint8_t.
 */
#ifndef ENT_PROTO_BASE_ASCII_H
#define ENT_PROTO_BASE_ASCII_H

#include <stdbool.h>

static inline bool
ent_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool
ent_is_upper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool
ent_is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

#endif
