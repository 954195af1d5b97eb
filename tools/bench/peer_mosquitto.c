/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mosquitto: QoS 1, a session that stays (clean session off), a client that
 * publishes ahead of the broker's PUBACK; its library acknowledges what comes,
 * one message at a time, as MQTT does.
 */
#include <mosquitto.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/bench/peer.h"
#include "tools/bench/program.h"

#define KEEPALIVE_S 60
#define QOS 1

/* One client, driven by a thread of the library. */
struct link {
    struct mosquitto *client;
    struct peer_run *run; /* the consumer's */
    sem_t moved;          /* connected, subscribed, all there; or room again */
};

static void
on_connect(struct mosquitto *client, void *context, int rc)
{
    struct link *link = context;

    (void)client;
    bench_must(rc == 0, "mosquitto: it does not let us in");
    (void)sem_post(&link->moved);
}

static void
wait_for(struct link *link)
{
    while (sem_wait(&link->moved) != 0) {
    }
}

static void
link_open(struct link *link, const char *id, bool clean)
{
    link->client = mosquitto_new(id, clean, link);
    bench_must(link->client != NULL && sem_init(&link->moved, 0, 0) == 0,
        "mosquitto: no client");
    mosquitto_connect_callback_set(link->client, on_connect);
}

static void
link_start(struct link *link, int port)
{
    (void)mosquitto_int_option(link->client, MOSQ_OPT_TCP_NODELAY, 1);
    bench_must(mosquitto_connect(link->client, PEER_HOST, port, KEEPALIVE_S) ==
                       MOSQ_ERR_SUCCESS &&
                   mosquitto_loop_start(link->client) == MOSQ_ERR_SUCCESS,
        "mosquitto: it does not answer");
    wait_for(link);
}

static void
link_close(struct link *link)
{
    (void)mosquitto_disconnect(link->client);
    (void)mosquitto_loop_stop(link->client, false);
    mosquitto_destroy(link->client);
    (void)sem_destroy(&link->moved);
}

/* ---- the queue is a session with a subscription ---- */

static void
on_subscribe(struct mosquitto *client, void *context, int id, int count,
    const int *granted)
{
    struct link *link = context;

    (void)client;
    (void)id;
    bench_must(count == 1 && granted[0] == QOS, "mosquitto: no subscription");
    (void)sem_post(&link->moved);
}

static void
make(const struct peer_run *run)
{
    struct link link = {.run = NULL};

    (void)mosquitto_lib_init();
    link_open(&link, PEER_QUEUE, false);
    mosquitto_subscribe_callback_set(link.client, on_subscribe);
    link_start(&link, run->port);
    bench_must(mosquitto_subscribe(link.client, NULL, PEER_QUEUE, QOS) ==
                   MOSQ_ERR_SUCCESS,
        "mosquitto: no subscription");
    wait_for(&link);
    link_close(&link);
}

/* ---- the publisher ---- */

static void
on_publish(struct mosquitto *client, void *context, int id)
{
    struct link *link = context;

    (void)client;
    (void)id;
    (void)sem_post(&link->moved);
}

static void
publish(const struct peer_run *run)
{
    struct link link = {.run = NULL};

    link_open(&link, NULL, true);
    mosquitto_publish_callback_set(link.client, on_publish);
    bench_must(mosquitto_int_option(link.client, MOSQ_OPT_SEND_MAXIMUM,
                   (int)run->window) == MOSQ_ERR_SUCCESS,
        "mosquitto: no such window");
    link_start(&link, run->port);
    for (unsigned long i = 0; i < run->messages + run->window; i++) {
        if (i >= run->window) {
            wait_for(&link); /* one is confirmed */
        }
        if (i < run->messages) {
            bench_must(
                mosquitto_publish(link.client, NULL, PEER_QUEUE, (int)run->size,
                    run->payload, QOS, false) == MOSQ_ERR_SUCCESS,
                "mosquitto: a message is not taken");
        }
    }
    link_close(&link);
}

/* ---- the consumer ---- */

static void
on_message(struct mosquitto *client, void *context,
    const struct mosquitto_message *message)
{
    struct link *link = context;

    (void)client;
    (void)message;
    if (++link->run->arrived == link->run->messages) {
        (void)sem_post(&link->moved);
    }
}

static void
consume(struct peer_run *run)
{
    struct link link = {.run = run};

    link_open(&link, PEER_QUEUE, false);
    mosquitto_message_callback_set(link.client, on_message);
    link_start(&link, run->port);
    wait_for(&link);
    link_close(&link);
}

const struct peer peer_mosquitto = {
    .name = "mosquitto", .make = make, .publish = publish, .consume = consume};
