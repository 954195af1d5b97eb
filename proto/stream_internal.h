/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_internal - what the three files of proto/stream.h share.
 */
#ifndef ENT_PROTO_STREAM_INTERNAL_H
#define ENT_PROTO_STREAM_INTERNAL_H

#include "proto/stream.h"

/* `now_ms` plus `ms`, or the end of time. */
static inline uint64_t
time_after(uint64_t now_ms, uint64_t ms)
{
    return ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + ms;
}

/* Sequence numbers from `first` for `count` messages, with a number left for
 * what comes next. */
static inline bool
span_is_valid(uint64_t first, uint64_t count)
{
    return first >= 1 && count >= 1 && count <= ENT_BUNDLE_MESSAGES_MAX &&
           count <= UINT64_MAX - first;
}

#endif
