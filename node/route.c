/* SPDX-License-Identifier: Apache-2.0 */
#include "node/route.h"

#include "proto/schema/common.pb-c.h"

/* Who said no is asked again only when nobody else is there. */
static bool
may_go(const struct node_route *route, bool refused_too)
{
    return route->is_ready && (refused_too || !route->has_refused);
}

/* True when `a` is to be taken rather than `b`, which stands before it. */
static bool
is_better(const struct node_route *a, const struct node_route *b)
{
    uint32_t turns_a = a->tries / NODE_ROUTE_TRIES;
    uint32_t turns_b = b->tries / NODE_ROUTE_TRIES;

    if (a->in_custody != b->in_custody) {
        return b->in_custody;
    }
    if (turns_a != turns_b) {
        return turns_a < turns_b;
    }
    return a->is_direct && !b->is_direct;
}

static uint64_t
all_of(const struct node_route *routes, size_t count, bool refused_too)
{
    uint64_t chosen = 0;

    for (size_t i = 0; i < count; i++) {
        if (may_go(&routes[i], refused_too)) {
            chosen |= UINT64_C(1) << i;
        }
    }
    return chosen;
}

static uint64_t
best_of(const struct node_route *routes, size_t count, bool refused_too)
{
    const struct node_route *best = NULL;

    for (size_t i = 0; i < count; i++) {
        if (may_go(&routes[i], refused_too) &&
            (best == NULL || is_better(&routes[i], best))) {
            best = &routes[i];
        }
    }
    return best == NULL ? 0 : UINT64_C(1) << (best - routes);
}

uint64_t
node_route_choose(
    const struct node_route *routes, size_t count, uint32_t precedence)
{
    bool refused_too = all_of(routes, count, false) == 0;

    return precedence == ENTENTE__V1__PRECEDENCE__FLASH
               ? all_of(routes, count, refused_too)
               : best_of(routes, count, refused_too);
}
