/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pb_internal - what the parts of pb share.
 */
#ifndef ENT_PROTO_BASE_PB_INTERNAL_H
#define ENT_PROTO_BASE_PB_INTERNAL_H

#include "proto/base/pb.h"

/* Forget and wipe what was allocated after `used` was `mark`: beyond `used` the
 * block is always zero, so that allocating costs nothing. */
void ent_arena_rewind(struct ent_arena *arena, size_t mark);

/* Walk `wire` along `descriptor`, allocating nothing. What passes is safe to
 * hand to protobuf-c, but not yet known to be canonical. */
enum ent_status ent_pb_scan(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, const struct ent_pb_limits *limits,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
