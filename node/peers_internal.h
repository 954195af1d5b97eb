/* SPDX-License-Identifier: Apache-2.0 */
/* What peers.c, peers_fetch.c and peers_learn.c share. */
#ifndef NODE_PEERS_INTERNAL_H
#define NODE_PEERS_INTERNAL_H

#include "node/objects.h"
#include "node/peers.h"

#define FETCH_PAUSE_MIN_MS 1000
#define FETCH_PAUSE_URGENT_MS 2000
#define FETCH_PAUSE_MAX_MS 60000
#define REFRESH_MS NODE_HOUR_MS
#define LOOK_MS UINT64_C(600000)

struct node_peers {
    struct node_peer **list; /* each lives as long as the node */
    size_t count;
    size_t room;
    uint64_t refreshed_at; /* when everybody was asked by the clock */
    uint64_t looked_at;    /* and for a newer manifest alone */
    uint64_t missing_due;  /* when to ask again for who has not come */
};

#endif
