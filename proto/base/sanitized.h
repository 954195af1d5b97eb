/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sanitized - whether this is a build with the address sanitizer, which has an
 * allocator of its own and reserves much.
 */
#ifndef ENT_PROTO_BASE_SANITIZED_H
#define ENT_PROTO_BASE_SANITIZED_H

#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__)
#define ENT_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ENT_SANITIZED true
#endif
#endif
#ifndef ENT_SANITIZED
#define ENT_SANITIZED false
#endif

#endif
