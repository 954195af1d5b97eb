/* SPDX-License-Identifier: Apache-2.0 */
/* What peers.c, peers_fetch.c and peers_learn.c share. */
#ifndef NODE_PEERS_INTERNAL_H
#define NODE_PEERS_INTERNAL_H

#include "node/peers.h"
#include "proto/schema/link.pb-c.h"

#define FETCH_PAUSE_MIN_MS 1000
#define FETCH_PAUSE_URGENT_MS 2000
#define FETCH_PAUSE_MAX_MS 60000

#define KIND_CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define KIND_MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define KIND_REVOCATION ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

struct node_peers {
    struct node_peer **list; /* each lives as long as the node */
    size_t count;
    size_t room;
};

#endif
