/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "broker/links.h"
#include "proto/base/daemon.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/zap.h"

#define COMPONENT "loop"

/* Bytes that one group may hold in memory, one frame more or less. */
#define GROUP_BYTES_MAX ((size_t)32 * 1024 * 1024)

#define MEMORY_LOOK_MS 50   /* a fast peer sends 50 MB meanwhile */
#define QUIET_MS 200        /* after which space is written ahead, */
#define PREPARE_PAUSE_MS 50 /* a step and a pause */
#define LISTEN_TRIES 500    /* while the closed one gives back its address */
#define LISTEN_PAUSE_MS 10

struct broker_loop {
    void *zmq;
    struct ent_zap *zap;
    struct ent_link *link; /* the listener */
    char endpoint[ENT_ENDPOINT_MAX + 1];
    uint64_t memory;     /* that the process may have */
    uint64_t look_at;    /* boot_ms of the next look at memory */
    uint64_t prepare_at; /* of the next quiet moment, if none comes before */
    struct broker_links links;
    struct ent_secret *link_secret;
    struct broker *broker;
    size_t next; /* connection to receive on first */
    int signals;
    bool stopping;
    bool reloading;
    bool dialling;        /* connections to neighbours are due */
    uint64_t watchdog_ms; /* half of what systemd waits; 0: nobody watches */
    uint64_t watchdog_at;
    struct ent_frame frames[BROKER_GROUP_MAX];
};

enum ent_status
broker_loop_new(
    uint64_t memory, struct broker_loop **ret_loop, struct ent_error *err)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP, 0};
    ENT_AUTO(broker_loop_free) struct broker_loop *loop = NULL;
    uint64_t watchdog_us = 0;
    enum ent_status rc;

    loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the loop");
    }
    loop->memory = memory;
    loop->signals = -1;
    rc = ent_daemon_signals(handled, &loop->signals, err);
    if (rc != ENT_OK) {
        return rc;
    }
    loop->zmq = zmq_ctx_new();
    if (loop->zmq == NULL) {
        return ent_fail(err, ENT_IO, "ZeroMQ: %s", zmq_strerror(errno));
    }
    if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
        loop->watchdog_ms = watchdog_us / 2000;
    }
    *ret_loop = loop;
    loop = NULL;
    return ENT_OK;
}

void
broker_loop_free(struct broker_loop **loop)
{
    if (*loop == NULL) {
        return;
    }
    ent_link_close(&(*loop)->link);
    broker_links_close(&(*loop)->links);
    ent_zap_close(&(*loop)->zap);
    if ((*loop)->zmq != NULL) {
        (void)zmq_ctx_term((*loop)->zmq);
    }
    if ((*loop)->signals >= 0) {
        (void)close((*loop)->signals);
    }
    free(*loop);
    *loop = NULL;
}

static enum ent_status
send_on_link(void *context, const struct ent_route *route,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err)
{
    struct broker_loop *loop = context;

    return route->dialled != 0
               ? broker_links_send(
                     &loop->links, route, type, payload, body, err)
               : ent_link_send(loop->link, route, type, payload, body, err);
}

struct broker_port
broker_loop_port(struct broker_loop *loop)
{
    return (struct broker_port){.send = send_on_link, .context = loop};
}

enum ent_status
broker_loop_bind(struct broker_loop *loop, struct broker *broker,
    const char *endpoint, struct ent_secret *link_secret, struct ent_error *err)
{
    enum ent_status rc;

    loop->broker = broker;
    loop->link_secret = link_secret;
    (void)snprintf(loop->endpoint, sizeof loop->endpoint, "%s", endpoint);
    rc = ent_zap_open(loop->zmq, broker_admit, broker, &loop->zap, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_link_listen(loop->zmq, endpoint, link_secret, &loop->link, err);
}

enum ent_status
broker_loop_dial(struct broker_loop *loop, const struct broker_far_end *ends,
    size_t count, struct ent_error *err)
{
    return broker_links_dial(&loop->links, loop->zmq, ends, count,
        loop->link_secret, loop->broker, err);
}

/* ---- memory ---- */

static enum ent_status
listen_anew(struct broker_loop *loop, struct ent_error *err)
{
    const struct timespec pause = {.tv_nsec = LISTEN_PAUSE_MS * 1000000L};
    enum ent_status rc = ENT_IO;

    for (unsigned i = 0; rc == ENT_IO && i < LISTEN_TRIES; i++) {
        (void)nanosleep(&pause, NULL);
        rc = ent_link_listen(
            loop->zmq, loop->endpoint, loop->link_secret, &loop->link, err);
    }
    return rc;
}

/* Whoever is honest greets again, and loses nothing. */
static enum ent_status
make_room(struct broker_loop *loop, struct ent_error *err)
{
    const uint64_t now_ms = ent_time_boot_ms();
    enum ent_status rc;

    if (now_ms < loop->look_at) {
        return ENT_OK;
    }
    loop->look_at = now_ms + MEMORY_LOOK_MS;
    if (!ent_daemon_is_full(loop->memory)) {
        return ENT_OK;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "messages that do not end fill the memory, closing all connections");
    loop->dialling = true; /* again, once the listener is there */
    rc = broker_loop_dial(loop, NULL, 0, err);
    ent_link_close(&loop->link);
    return rc != ENT_OK ? rc : listen_anew(loop, err);
}

/* ---- waiting ---- */

static void
read_signals(struct broker_loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            loop->reloading = true;
        } else {
            ent_log(
                ENT_LOG_INFO, COMPONENT, "stopping signal=%u", info.ssi_signo);
            loop->stopping = true;
        }
    }
}

/* Wait for something to happen, no longer than until a turn is due. */
static enum ent_status
wait_for(struct broker_loop *loop, bool more, struct ent_error *err)
{
    struct ent_ears ears = {0};
    bool signalled = false;
    const uint64_t now_ms = ent_time_boot_ms();
    const uint64_t turn_at = broker_due(loop->broker);
    uint64_t due = turn_at < loop->look_at ? turn_at : loop->look_at;
    enum ent_status rc;

    due = loop->prepare_at < due ? loop->prepare_at : due;
    ent_ears_add(&ears, ent_zap_ear(loop->zap));
    ent_ears_add(&ears, ent_link_ear(loop->link));
    broker_links_ears(&loop->links, &ears);
    rc = ent_ears_wait(&ears, loop->signals,
        more || due <= now_ms ? 0 : (long)(due - now_ms), &signalled, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_ear_is_open(ent_zap_ear(loop->zap))) {
        ent_zap_serve(loop->zap);
    }
    if (signalled) {
        read_signals(loop);
    }
    broker_links_watch(&loop->links, loop->broker);
    return ENT_OK;
}

/* What one turn takes. */
struct group {
    size_t count;
    size_t bytes;
    bool more; /* some connection has more */
};

static bool
is_full(const struct group *group)
{
    return group->count == BROKER_GROUP_MAX || group->bytes >= GROUP_BYTES_MAX;
}

static enum ent_status
receive_as_listener(
    struct broker_loop *loop, struct ent_frame *frame, struct ent_error *err)
{
    return ent_ear_is_open(ent_link_ear(loop->link))
               ? ent_link_receive(loop->link, frame, err)
               : ENT_BUSY;
}

/* On connection 0, the listener, or on one that we made. What follows a HELLO
 * there belongs to the next turn: it is charged to the conversation that the
 * HELLO begins. */
static enum ent_status
receive_on(struct broker_loop *loop, size_t connection, struct group *group,
    struct ent_error *err)
{
    while (!is_full(group)) {
        struct ent_frame *frame = &loop->frames[group->count];
        enum ent_status rc = connection == 0
                                 ? receive_as_listener(loop, frame, err)
                                 : broker_links_receive(&loop->links,
                                       connection - 1, frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
            return rc;
        }
        if (rc == ENT_OK || frame->route.len > 0 || connection > 0) {
            group->bytes += frame->payload.len + frame->body.len;
            group->count++;
        }
        if (connection > 0 && frame->type == ENT_FRAME_HELLO) {
            break;
        }
    }
    group->more = true;
    return ENT_OK;
}

/* Take what has come, up to one group. Each turn begins with another
 * connection, so that none of them shuts the others out. */
static enum ent_status
receive_group(
    struct broker_loop *loop, struct group *group, struct ent_error *err)
{
    const size_t connections = 1 + loop->links.count;
    enum ent_status rc = ENT_OK;

    group->more = false;
    loop->next = (loop->next + 1) % connections;
    for (size_t i = 0; rc == ENT_OK && i < connections; i++) {
        rc = receive_on(loop, (loop->next + i) % connections, group, err);
    }
    return rc;
}

static enum ent_status
turn(struct broker_loop *loop, const struct ent_frame *frames, size_t count,
    struct ent_error *err)
{
    const struct broker_now now = {
        .wall_ms = ent_time_now_ms(),
        .boot_ms = ent_time_boot_ms(),
    };
    enum ent_status rc = broker_turn(loop->broker, frames, count, &now, err);

    if (loop->watchdog_ms > 0 && now.boot_ms >= loop->watchdog_at) {
        (void)sd_notify(0, "WATCHDOG=1");
        loop->watchdog_at = now.boot_ms + loop->watchdog_ms;
    }
    return rc;
}

/* What came: what is urgent by itself, if there is anything else. */
static enum ent_status
take_group(
    struct broker_loop *loop, const struct group *group, struct ent_error *err)
{
    const size_t urgent =
        broker_urgent_first(loop->broker, loop->frames, group->count);
    const size_t first =
        urgent > 0 && urgent < group->count ? urgent : group->count;
    enum ent_status rc = turn(loop, loop->frames, first, err);

    return rc != ENT_OK || first == group->count
               ? rc
               : turn(loop, loop->frames + first, group->count - first, err);
}

static void
prepare(struct broker_loop *loop, bool quiet)
{
    const uint64_t now_ms = ent_time_boot_ms();

    if (!quiet) {
        loop->prepare_at = now_ms + QUIET_MS;
    } else if (now_ms >= loop->prepare_at) {
        loop->prepare_at = broker_prepare(loop->broker)
                               ? now_ms + PREPARE_PAUSE_MS
                               : UINT64_MAX;
    }
}

static void
free_frames(struct broker_loop *loop, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ent_frame_free(&loop->frames[i]);
    }
}

/* A folder that cannot be read leaves everything as it was. */
static void
reload_now(struct broker_loop *loop, broker_loop_reload *reload, void *context)
{
    struct ent_error err = {0};

    loop->reloading = false;
    (void)sd_notify(0, "RELOADING=1");
    if (reload(context, &err) == ENT_OK) {
        ent_log(
            ENT_LOG_INFO, COMPONENT, "certificates and neighbours read again");
    } else {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "certificates and neighbours were not taken, everything stays as "
            "it was: %s",
            err.text);
    }
    (void)sd_notify(0, "READY=1");
}

enum ent_status
broker_loop_run(struct broker_loop *loop, broker_loop_reload *reload,
    broker_loop_redial *redial, void *context, struct ent_error *err)
{
    struct group group = {0};
    enum ent_status rc = turn(loop, loop->frames, 0, err);

    while (rc == ENT_OK && !loop->stopping) {
        rc = wait_for(loop, group.more, err);
        if (rc == ENT_OK) {
            rc = make_room(loop, err);
        }
        if (rc == ENT_OK && loop->reloading) {
            reload_now(loop, reload, context);
        }
        if (rc == ENT_OK) {
            rc = receive_group(loop, &group, err);
        }
        if (rc == ENT_OK) {
            rc = take_group(loop, &group, err);
        }
        if (rc == ENT_OK) {
            loop->dialling |= broker_neighbours_changed(loop->broker);
        }
        if (rc == ENT_OK && loop->dialling) {
            loop->dialling = false;
            rc = redial(context, err);
        }
        prepare(loop, group.count == 0);
        free_frames(loop, group.count);
        group.count = 0;
        group.bytes = 0;
    }
    if (rc == ENT_OK) {
        broker_stop(loop->broker);
    }
    return rc;
}
