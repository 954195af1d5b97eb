/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random_message - a message of any type, filled at random over its descriptor,
 * the same for the same seed.
 */
#ifndef ENT_TESTS_RANDOM_MESSAGE_H
#define ENT_TESTS_RANDOM_MESSAGE_H

#include "proto/base/pb.h"

struct random_source {
    uint64_t state;
};

/* A number below `bound`, which is not 0. */
uint64_t random_below(struct random_source *random, uint64_t bound);

/* NULL: the arena is too small. Times are whole milliseconds from 1970 to
 * 2200, texts valid UTF-8 of many scripts. */
ProtobufCMessage *random_message(struct random_source *random,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena);

#endif
