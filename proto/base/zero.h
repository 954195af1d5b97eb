/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zero - whether bytes are all zero. Not for secrets: how long it looks says
 * how many of them are; sodium_is_zero looks at each of them.
 */
#ifndef ENT_PROTO_BASE_ZERO_H
#define ENT_PROTO_BASE_ZERO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* True of no bytes. */
static inline bool
ent_is_zero(const uint8_t *bytes, size_t len)
{
    return len == 0 ||
           (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

#endif
