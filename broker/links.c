/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/links.h"

#include <assert.h>
#include <string.h>

enum ent_status
broker_links_dial(struct broker_links *links, void *zmq, const char *endpoint,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_error *err)
{
    assert(links->count + 2 <= BROKER_LINKS_MAX);

    for (size_t i = 0; i < 2; i++) {
        enum ent_status rc = ent_link_connect(zmq, endpoint, link_key,
            link_secret, &links->list[links->count].link, err);

        if (rc != ENT_OK) {
            return rc;
        }
        memcpy(
            links->list[links->count].link_key, link_key, ENT_PUBLIC_KEY_LEN);
        links->list[links->count].urgent = i == 0;
        links->count++;
    }
    return ENT_OK;
}

void
broker_links_close(struct broker_links *links)
{
    for (size_t i = 0; i < links->count; i++) {
        ent_link_close(&links->list[i].link);
    }
    links->count = 0;
}

size_t
broker_links_poll(
    struct broker_links *links, zmq_pollitem_t items[static BROKER_LINK_ITEMS])
{
    for (size_t i = 0; i < links->count; i++) {
        struct ent_link *link = links->list[i].link;

        items[2 * i] = (zmq_pollitem_t){
            .socket = ent_link_socket(link), .events = ZMQ_POLLIN};
        items[2 * i + 1] = (zmq_pollitem_t){
            .socket = ent_link_monitor(link), .events = ZMQ_POLLIN};
    }
    return 2 * links->count;
}

/* The broker's name for a connection. */
static struct ent_route
route_of(size_t index)
{
    return (struct ent_route){.dialled = (unsigned)index + 1};
}

void
broker_links_watch(struct broker_links *links, struct broker *broker)
{
    for (size_t i = 0; i < links->count; i++) {
        const struct ent_route route = route_of(i);
        bool up = false;
        bool down = false;

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
    enum ent_status rc =
        ent_link_receive(links->list[index].link, ret_frame, err);

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
    assert(route->dialled > 0 && route->dialled <= links->count);

    return ent_link_send(
        links->list[route->dialled - 1].link, NULL, type, payload, body, err);
}
