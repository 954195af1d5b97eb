/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route - which way a bundle goes now: to its recipient over a direct link, or
 * by a broker that stores and forwards.
 *
 * One way at a time, so that a bundle is not carried twice for nothing: the
 * direct one first, then the brokers in their configured order. The next way is
 * tried when a connection is down or takes no more now, when two sendings on
 * one were not answered, when a broker says that it does not take the bundle,
 * and when the pause after a custody receipt is over. FLASH goes on all ways at
 * once. Whatever comes by two ways arrives once (proto/stream.h).
 *
 * Pure: no socket, no disk, no clock.
 */
#ifndef NODE_ROUTE_H
#define NODE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Unanswered sendings on one way before the next one is tried. */
#define NODE_ROUTE_TRIES 2

/* One way that leads to the recipient, and what the bundle has been through on
 * it. */
struct node_route {
    const char *via; /* the neighbour's address */
    bool is_ready;   /* greeted, on the connection of the bundle's precedence */
    bool is_direct;  /* the neighbour is the recipient */
    bool has_refused; /* it said that it does not take the bundle */
    bool in_custody;  /* it signed that it holds the bundle */
    uint32_t tries;   /* how often it was given the bundle */
};

/* One bit for each of at most 64 `routes` that the bundle takes now; 0: it
 * waits. */
uint64_t node_route_choose(
    const struct node_route *routes, size_t count, uint32_t precedence);

#endif
