/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uplink_stage - a real node, and in this process a broker and an office that
 * the test speaks for. Sockets are of the loopback; what waits is time of the
 * node, passed in.
 */
#ifndef ENT_TESTS_UPLINK_STAGE_H
#define ENT_TESTS_UPLINK_STAGE_H

#include "tests/policy_support.h"

#include "node/uplink.h"
#include "proto/frame.h"
#include "proto/link.h"
#include "proto/pace.h"
#include "proto/zap.h"

#define DAY NODE_DAY_MS
#define LANES 2
#define PATIENCE_MS 20000
#define MIB ((uint64_t)1024 * 1024)
#define PACE 10 /* signatures in a second */
#define JUNK (3 * PACE * (int)(ENT_PACE_BURST_S * ENT_PACE_BURSTS_MAX))

/* The broker of the test, and the node that connects to it. */
struct stage {
    char folder[64];
    struct node_config config;
    struct node *node;
    uint64_t now;
    void *zmq;
    struct ent_zap *zap;
    struct ent_link *link;
    struct ent_bytes certificate; /* the broker's */
    struct ent_route routes[LANES];
    bool greeted[LANES];    /* by the node */
    struct ent_link *guest; /* an office's, to the node */
    struct ent_bytes guest_certificate;
};
extern struct stage stage;

int setup(void **state);

/* The node has so little time for signatures. */
int setup_listening(void **state);

int teardown(void **state);

/* What has come to the node by now it notices, as between two turns. */
void listen_for_a_moment(void);

/* One turn of the node. */
void turn(void);

/* The broker's next frame of that type; others are noted and dropped. The node
 * goes on meanwhile. */
void hear(enum ent_frame_type type, struct ent_frame *ret_frame);

void say(size_t lane, enum ent_frame_type type, const struct ent_bytes *payload,
    struct ent_view body);

/* Hear both greetings of the node. */
void be_greeted(void);

void greet_back(size_t lane, struct ent_view certificate, uint64_t credit);

/* Turns of the node until it is so. */
void until_ready(bool urgent, bool ready);

void meet(uint64_t credit);

/* The node's next frame of that type to the office that connected to it. */
void guest_hears(enum ent_frame_type type, struct ent_frame *ret_frame);

void guest_says(
    enum ent_frame_type type, struct ent_view payload, struct ent_view body);

void guest_greets(uint32_t lane);

#endif
