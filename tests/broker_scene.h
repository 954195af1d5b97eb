/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_scene - a broker between two offices, without a socket: a spool in a
 * temporary folder, and a wire that remembers what was sent. Or between Mae Sai
 * and a neighbouring broker, Yangon, that Tachileik is behind. What is said is
 * in broker_talk.h, what it is said about in broker_made.h.
 */
#ifndef ENT_TESTS_BROKER_SCENE_H
#define ENT_TESTS_BROKER_SCENE_H

#include "tests/support.h"

#include "tests/parties.h"

#include "broker/broker.h"
#include "proto/frame.h"

/* MAESAI sends, TACHILEIK receives. */
#define MAESAI (&scene->all.maesai)
#define TACHILEIK (&scene->all.tachileik)
#define YANGON (&scene->all.yangon)
#define MANDALAY (&scene->all.mandalay)

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)
#define RELAY_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_open_relay, scene_close)

#define SENT_MAX 8192
#define STORE_SIZE ((uint64_t)64 * 1024 * 1024)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* A frame that the broker sent. */
struct sent {
    struct ent_route route;
    enum ent_frame_type type;
    struct ent_bytes payload;
    struct ent_bytes body;
};

struct scene {
    struct parties all;
    char folder[64]; /* of the spool and everything else */
    char path[80];   /* of the spool */
    uint64_t store_size;
    struct broker_registry *registry;
    struct broker_spool *spool;
    struct broker *broker;
    struct broker_quota quota;
    struct broker_now now;
    struct sent sent[SENT_MAX];
    size_t sent_count;
    size_t read_count;   /* of `sent`, that the test has looked at */
    bool relays;         /* to a neighbour, Yangon */
    bool busy;           /* connections take nothing */
    bool gone;           /* connections are no more */
    unsigned connection; /* grows with each hang-up: routes are new */
};

/* Set up and tear down of a test: `*state` is the scene. */
int scene_open(void **state);
int scene_open_relay(void **state);
int scene_close(void **state);

/* What a folder with the certificates of these says; NULL: nobody. */
struct broker_registry *make_registry(
    struct scene *scene, const struct party *one, const struct party *other);

/* Stop the broker as kill -9 would, and start it on the same spool. */
void scene_restart(struct scene *scene);
/* Turn over one bit on the disk, in a run of 64 of that byte, and restart. */
void scene_damage(struct scene *scene, uint8_t byte);
/* Everybody's connections are lost: the next ones are others. */
void scene_hang_up(struct scene *scene);

/* Forget everything sent so far. */
void scene_forget(struct scene *scene);

/* Handle frames in one turn. */
void turn(struct scene *scene, const struct ent_frame *frames, size_t count);

#endif
