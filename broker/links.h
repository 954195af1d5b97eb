/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - the connections that a broker makes to its neighbours, two to each:
 * one for FLASH and IMMEDIATE and one for all else. Those that it takes are the
 * listener's (broker/loop.h).
 */
#ifndef BROKER_LINKS_H
#define BROKER_LINKS_H

#include "broker/broker.h"
#include "broker/config.h"

#define BROKER_LINKS_MAX (2 * BROKER_NEIGHBOURS_MAX)

/* Where a neighbour listens; under another link key nobody answers there. */
struct broker_far_end {
    const char *endpoint;
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];
};

/* A place without a link is free. */
struct broker_links {
    struct {
        struct ent_link *link;
        char endpoint[ENT_ENDPOINT_MAX + 1];
        uint8_t link_key[ENT_PUBLIC_KEY_LEN];
        bool urgent;
    } list[BROKER_LINKS_MAX];
    size_t count; /* places in use are below it */
};

/* Begin to connect to those, in the background, unless that was done before;
 * what goes elsewhere is closed, and the broker told. */
enum ent_status broker_links_dial(struct broker_links *links, void *zmq,
    const struct broker_far_end *ends, size_t count,
    struct ent_secret *link_secret, struct broker *broker,
    struct ent_error *err) ENT_MUST_CHECK;
void broker_links_close(struct broker_links *links);

/* What to wait for. */
void broker_links_ears(struct broker_links *links, struct ent_ears *ears);

/* Tell the broker which connections came up or were lost. */
void broker_links_watch(struct broker_links *links, struct broker *broker);

/* As ent_link_receive; `index` below `count`. A free place is
 * ENT_BUSY, and so is one whose ear is not open. */
enum ent_status broker_links_receive(struct broker_links *links, size_t index,
    struct ent_frame *ret_frame, struct ent_error *err) ENT_MUST_CHECK;

/* As ent_link_send, on the connection that `route` names; ENT_NOT_FOUND: it was
 * closed. */
enum ent_status broker_links_send(struct broker_links *links,
    const struct ent_route *route, enum ent_frame_type type,
    struct ent_view payload, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
