/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/links.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The broker's name for a connection. */
static struct ent_route
route_of(size_t index)
{
    return (struct ent_route){.dialled = (unsigned)index + 1};
}

static bool
leads_to(const struct broker_links *links, size_t index,
    const struct broker_far_end *end)
{
    return links->list[index].link != NULL &&
           strcmp(links->list[index].endpoint, end->endpoint) == 0 &&
           memcmp(links->list[index].link_key, end->link_key,
               ENT_PUBLIC_KEY_LEN) == 0;
}

static size_t
free_place(const struct broker_links *links)
{
    size_t index = 0;

    while (index < links->count && links->list[index].link != NULL) {
        index++;
    }
    assert(index < BROKER_LINKS_MAX);
    return index;
}

/* One connection of the two to a neighbour. */
static enum ent_status
dial_one(struct broker_links *links, void *zmq,
    const struct broker_far_end *end, bool urgent,
    struct ent_secret *link_secret, struct ent_error *err)
{
    const size_t index = free_place(links);
    enum ent_status rc = ent_link_connect(zmq, end->endpoint, end->link_key,
        link_secret, &links->list[index].link, err);

    if (rc != ENT_OK) {
        return rc;
    }
    (void)snprintf(links->list[index].endpoint,
        sizeof links->list[index].endpoint, "%s", end->endpoint);
    memcpy(links->list[index].link_key, end->link_key, ENT_PUBLIC_KEY_LEN);
    links->list[index].urgent = urgent;
    links->count += index == links->count;
    return ENT_OK;
}

static bool
is_dialled(const struct broker_links *links, const struct broker_far_end *end)
{
    for (size_t i = 0; i < links->count; i++) {
        if (leads_to(links, i, end)) {
            return true;
        }
    }
    return false;
}

/* Close what leads to none of these. */
static void
close_others(struct broker_links *links, const struct broker_far_end *ends,
    size_t count, struct broker *broker)
{
    for (size_t i = 0; i < links->count; i++) {
        const struct ent_route route = route_of(i);
        bool wanted = links->list[i].link == NULL;

        for (size_t k = 0; k < count; k++) {
            wanted = wanted || leads_to(links, i, &ends[k]);
        }
        if (!wanted) {
            broker_undialled(broker, &route);
            ent_link_close(&links->list[i].link);
        }
    }
}

enum ent_status
broker_links_dial(struct broker_links *links, void *zmq,
    const struct broker_far_end *ends, size_t count,
    struct ent_secret *link_secret, struct broker *broker,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    close_others(links, ends, count, broker);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        if (!is_dialled(links, &ends[i])) {
            rc = dial_one(links, zmq, &ends[i], true, link_secret, err);
            if (rc == ENT_OK) {
                rc = dial_one(links, zmq, &ends[i], false, link_secret, err);
            }
        }
    }
    return rc;
}

void
broker_links_close(struct broker_links *links)
{
    for (size_t i = 0; i < links->count; i++) {
        ent_link_close(&links->list[i].link);
    }
    links->count = 0;
}

void
broker_links_ears(struct broker_links *links, struct ent_ears *ears)
{
    for (size_t i = 0; i < links->count; i++) {
        struct ent_link *link = links->list[i].link;

        if (link != NULL) {
            ent_ears_add(ears, ent_link_ear(link));
            ent_ears_add(ears, ent_link_monitor_ear(link));
        }
    }
}

void
broker_links_watch(struct broker_links *links, struct broker *broker)
{
    for (size_t i = 0; i < links->count; i++) {
        const struct ent_route route = route_of(i);
        bool up = false;
        bool down = false;

        if (links->list[i].link == NULL ||
            !ent_ear_is_open(ent_link_monitor_ear(links->list[i].link))) {
            continue;
        }
        ent_link_events(links->list[i].link, &up, &down);
        if (up || down) {
            broker_dialled(broker, &route, links->list[i].link_key,
                links->list[i].urgent, up);
        }
    }
}

enum ent_status
broker_links_receive(struct broker_links *links, size_t index,
    struct ent_frame *ret_frame, struct ent_error *err)
{
    enum ent_status rc;

    if (links->list[index].link == NULL ||
        !ent_ear_is_open(ent_link_ear(links->list[index].link))) {
        return ENT_BUSY;
    }
    rc = ent_link_receive(links->list[index].link, ret_frame, err);
    if (rc == ENT_OK || rc == ENT_BAD_INPUT) {
        ret_frame->route = route_of(index);
        memcpy(ret_frame->link_key, links->list[index].link_key,
            ENT_PUBLIC_KEY_LEN);
    }
    return rc;
}

enum ent_status
broker_links_send(struct broker_links *links, const struct ent_route *route,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err)
{
    struct ent_link *link;

    assert(route->dialled > 0 && route->dialled <= links->count);

    link = links->list[route->dialled - 1].link;
    return link == NULL
               ? ent_fail(err, ENT_NOT_FOUND, "that connection was closed")
               : ent_link_send(link, NULL, type, payload, body, err);
}
