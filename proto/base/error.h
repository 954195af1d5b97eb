/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error - how a function says what went wrong.
 *
 * A function that can fail returns `enum ent_status` and takes a last
 * parameter `struct ent_error *err`. The status is for programs: few values,
 * stable, and safe to send to a peer. The text is for the operator: it is
 * logged here and never leaves this machine. `err` may be NULL.
 *
 *     if (colour == BLUE) {
 *         return ent_fail(err, ENT_BAD_INPUT, "colour %d", colour);
 *     }
 */
#ifndef ENT_PROTO_BASE_ERROR_H
#define ENT_PROTO_BASE_ERROR_H

#include "proto/base/attr.h"

/* One row per status, so that names and values cannot drift apart. */
#define ENT_STATUS_TABLE(X)                                                    \
    X(ENT_OK, "ok")                                                            \
    X(ENT_NO_MEMORY, "out of memory")                                          \
    X(ENT_BAD_INPUT, "malformed input") /* the sender should not retry */      \
    X(ENT_REJECTED, "not authentic")                                           \
    X(ENT_DENIED, "not allowed by the agreement")                              \
    X(ENT_EXPIRED, "too late")                                                 \
    X(ENT_NOT_FOUND, "no such thing")                                          \
    X(ENT_EXISTS, "there is another one already")                              \
    X(ENT_BUSY, "try again later") /* the sender should retry */               \
    X(ENT_FULL, "no room left")                                                \
    X(ENT_UNSUPPORTED, "not supported by this version")                        \
    X(ENT_IO, "storage or network failure")

enum ent_status {
#define ENT_STATUS_ENUMERATOR(name, meaning) name,
    ENT_STATUS_TABLE(ENT_STATUS_ENUMERATOR)
#undef ENT_STATUS_ENUMERATOR
};

#define ENT_ERROR_TEXT_MAX 400

struct ent_error {
    enum ent_status status;
    char text[ENT_ERROR_TEXT_MAX]; /* one sentence, possibly truncated */
};

/* Record `status` and a sentence in `err`, and return `status`. */
enum ent_status ent_fail(struct ent_error *err, enum ent_status status,
    const char *format, ...) ENT_PRINTF(3, 4);

/* Put what we were doing in front of what went wrong: "context: text". */
void ent_error_wrap(struct ent_error *err, const char *format, ...)
    ENT_PRINTF(2, 3);

/* The status as a word, e.g. "ENT_EXPIRED". Never NULL. */
const char *ent_status_name(enum ent_status status);

/* The status as words for people, e.g. "too late". Never NULL. */
const char *ent_status_meaning(enum ent_status status);

#endif
