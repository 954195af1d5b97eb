/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/trace.h"

bool
ent_trace_is_last(Entente__V1__TraceState state)
{
    switch (state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED:
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE:
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
    case ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN:
    case ENTENTE__V1__TRACE_STATE__TRACE_RETURNED:
        return true;
    default:
        return false;
    }
}

bool
ent_trace_is_over(const Entente__V1__TraceItem *item)
{
    for (size_t i = 0; i < item->n_copies; i++) {
        if (!ent_trace_is_last(item->copies[i]->state)) {
            return false;
        }
    }
    return true;
}
