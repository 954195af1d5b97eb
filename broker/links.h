/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - the connections that a broker makes to its neighbours, two to each:
 * one for FLASH and IMMEDIATE and one for all else. Those that it takes are the
 * listener's (broker/loop.h).
 */
#ifndef BROKER_LINKS_H
#define BROKER_LINKS_H

#include <zmq.h>

#include "broker/broker.h"
#include "broker/config.h"

#define BROKER_LINKS_MAX (2 * BROKER_NEIGHBOURS_MAX)
/* Frames and events of each. */
#define BROKER_LINK_ITEMS (2 * BROKER_LINKS_MAX)

/* `link_key` is the neighbour's: where we connect to nobody else answers. */
struct broker_links {
    struct {
        struct ent_link *link;
        uint8_t link_key[ENT_PUBLIC_KEY_LEN];
        bool urgent;
    } list[BROKER_LINKS_MAX];
    size_t count;
};

/* Begin to connect, in the background. */
enum ent_status broker_links_dial(struct broker_links *links, void *zmq,
    const char *endpoint, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_error *err) ENT_MUST_CHECK;
void broker_links_close(struct broker_links *links);

/* Sockets to poll; how many. */
size_t broker_links_poll(
    struct broker_links *links, zmq_pollitem_t items[static BROKER_LINK_ITEMS]);

/* Tell the broker which connections came up or were lost. */
void broker_links_watch(struct broker_links *links, struct broker *broker);

/* As ent_link_receive; `index` below `count`. */
enum ent_status broker_links_receive(struct broker_links *links, size_t index,
    struct ent_frame *ret_frame, struct ent_error *err) ENT_MUST_CHECK;

/* As ent_link_send, on the connection that `route` names. */
enum ent_status broker_links_send(struct broker_links *links,
    const struct ent_route *route, enum ent_frame_type type,
    struct ent_view payload, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
