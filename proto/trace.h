/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace - what is known of a copy of a message that was sent.
 */
#ifndef ENT_PROTO_TRACE_H
#define ENT_PROTO_TRACE_H

#include <stdbool.h>

#include "proto/schema/api.pb-c.h"

/* It will have no other: delivered, or it is certain that it does not come. An
 * unconfirmed expiry is not: the recipient's word may still come. */
bool ent_trace_is_last(Entente__V1__TraceState state);

/* So it is with every copy of the message. */
bool ent_trace_is_over(const Entente__V1__TraceItem *item);

#endif
