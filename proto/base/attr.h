/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr - the compiler attributes this project uses, under one name each.
 */
#ifndef ENT_PROTO_BASE_ATTR_H
#define ENT_PROTO_BASE_ATTR_H

/* The local declared after it is destroyed when its scope ends. */
#define ENT_AUTO(destroy) __attribute__((cleanup(destroy)))

/* Ignoring the result of this function is a bug. */
#define ENT_MUST_CHECK __attribute__((warn_unused_result))

/* Parameter `f` is a printf format whose arguments start at `a`. */
#define ENT_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Control never comes back. */
#define ENT_NORETURN __attribute__((noreturn))

#endif
