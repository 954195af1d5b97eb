/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - another broker, driven as its own C library does it best: one program
 * publishes without waiting, so many messages ahead of what the broker has
 * confirmed, another takes them and acknowledges. bench-peer runs both at once.
 *
 * A peer that cannot go on ends the program: there is nothing to say then.
 */
#ifndef TOOLS_BENCH_PEER_H
#define TOOLS_BENCH_PEER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define PEER_HOST "127.0.0.1"
#define PEER_QUEUE "bench"
#define PEER_ACKNOWLEDGE                                                       \
    256 /* at once, where a peer can; as our own reader                        \
         */

struct peer_run {
    int port;
    unsigned long messages;
    unsigned long size;
    unsigned long window; /* published and not confirmed, at most */
    char *payload;
    _Atomic unsigned long arrived; /* consumed */
};

struct peer {
    const char *name;
    /* Make the queue, durable, if it is not there yet. */
    void (*make)(const struct peer_run *run);
    /* All messages; until the last is confirmed. */
    void (*publish)(const struct peer_run *run);
    /* All messages; until the last is in this program's hands. Those of them
     * that nobody acknowledged yet are acknowledged afterwards. */
    void (*consume)(struct peer_run *run);
};

extern const struct peer peer_nats;
extern const struct peer peer_rabbitmq;
extern const struct peer peer_mosquitto;
extern const struct peer peer_redis;

#endif
