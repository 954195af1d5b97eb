/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_place - a place that listens on the loopback device, with its keys and
 * its list of those that are let in, and callers.
 *
 * Nothing here waits for a length of time: each wait ends with an event, or
 * fails after WAIT_MAX_MS.
 */
#ifndef ENT_TESTS_LINK_PLACE_H
#define ENT_TESTS_LINK_PLACE_H

#include "proto/link.h"
#include "proto/zap.h"
#include "tests/support.h"

#define WAIT_MAX_MS 10000
#define KEYS_MAX 4

struct place {
    void *context;
    struct ent_zap *zap;
    struct ent_link *listener;
    void *monitor; /* what the library says about the listener */
    struct ent_secret *secret;
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    char endpoint[64];
    uint8_t admitted[KEYS_MAX][ENT_PUBLIC_KEY_LEN];
    size_t admitted_count;
    unsigned refused; /* times that somebody was not let in */
};

struct caller {
    struct ent_secret *secret;
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    struct ent_link *link;
};

/* Set up and tear down: `*state` is a place that listens and lets nobody in. */
int place_open(void **state);
int place_close(void **state);

#define PLACE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, place_open, place_close)

void listen_at(struct place *place, const char *endpoint);
void stop_listening(struct place *place);

/* What the place's handler answers for a key; `context` is the place. */
bool admit(void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN]);
void let_in(struct place *place, const struct caller *caller);

/* Somebody with a key; it has to call before it can say anything. */
void caller_init(struct caller *caller);
void caller_fini(struct caller *caller);
void call(struct place *place, struct caller *caller);

/* ---- waiting ---- */

int64_t now_ms(void);
void wait_until_up(struct place *place, struct caller *caller);
void wait_until_down(struct place *place, struct caller *caller);

/* The next thing that the library reports about the listener. */
unsigned wait_for_event(struct place *place);
bool is_refusal(unsigned event);

/* ---- talking ---- */

/* The next frame at one end, and what is wrong with it. */
enum ent_status receive(
    struct place *place, struct ent_link *link, struct ent_frame *frame);

/* FETCH with that payload, and that the place hears it under that key. */
void say(struct caller *caller, const char *text);
void expect_to_hear(
    struct place *place, const struct caller *caller, const char *text);

#endif
