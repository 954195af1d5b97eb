/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_scene - a broker between two offices, without a socket: a spool in a
 * temporary folder, and a wire that remembers what was sent. Or between Mae Sai
 * and a neighbouring broker, Yangon, that Tachileik is behind.
 */
#ifndef ENT_TESTS_BROKER_SCENE_H
#define ENT_TESTS_BROKER_SCENE_H

#include "tests/support.h"

#include "tests/parties.h"

#include "broker/broker.h"
#include "proto/frame.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/link.pb-c.h"

/* Words that the tests speak in; MAESAI sends, TACHILEIK receives. */
#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE
#define SETTLED ENTENTE__V1__ANSWER_CODE__SETTLED
#define NOT_YET ENTENTE__V1__ANSWER_CODE__NOT_YET
#define RESEAL ENTENTE__V1__ANSWER_CODE__RESEAL
#define SKIPPED ENTENTE__V1__ANSWER_CODE__SKIPPED
#define MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define REVOCATIONS ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

#define NOTHING ((struct ent_view){0})
#define MAESAI (&scene->all.maesai)
#define TACHILEIK (&scene->all.tachileik)
#define YANGON (&scene->all.yangon)

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)
#define RELAY_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_open_relay, scene_close)

#define SENT_MAX 8192
#define STORE_SIZE ((uint64_t)64 * 1024 * 1024)
#define GENEROUS ((uint64_t)8 * 1024 * 1024) /* credit */
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

/* A bundle as a sender has it. */
struct made {
    struct ent_label label;
    struct ent_bytes label_wire;
    struct ent_bytes head;
    struct ent_bytes body;
    struct ent_digest hash;
};

enum lane {
    URGENT,
    BULK,
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

/* Handle frames in one turn. */
struct ent_frame frame_from(struct scene *scene, const struct party *party,
    enum lane lane, enum ent_frame_type type, struct ent_view payload,
    struct ent_view body);
void turn(struct scene *scene, const struct ent_frame *frames, size_t count);
/* One frame, one turn. */
void say(struct scene *scene, const struct party *party, enum lane lane,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body);
/* Let time pass, and then a turn without frames. */
void pass(struct scene *scene, uint64_t ms);

/* Say HELLO. */
void greet(struct scene *scene, const struct party *party, enum lane lane,
    uint64_t credit);
/* Both lanes, with generous credit; what is answered is thrown away. */
void connect_both(struct scene *scene, const struct party *party);

/* What the broker sent next that was not looked at: it must be of that type,
 * to that office and lane. */
const struct sent *expect_sent(struct scene *scene, const struct party *party,
    enum lane lane, enum ent_frame_type type);
void expect_silence(struct scene *scene);
/* Look away from everything sent so far, or even forget it. */
void forget_sent(struct scene *scene);
void scene_forget(struct scene *scene);

/* The next frame is a BYE with that reason: about `made`, or about all. */
void expect_bye(struct scene *scene, const struct party *party, enum lane lane,
    uint32_t reason, const struct made *made);
/* A CUSTODY, properly signed, of `made`. */
void expect_custody(struct scene *scene, const struct party *party,
    enum lane lane, const struct made *made);
/* A BUNDLE with the label of `made`. */
void expect_bundle(struct scene *scene, const struct party *party,
    enum lane lane, const struct made *made);
/* A CREDIT of that many bytes. */
void expect_credit(struct scene *scene, const struct party *party,
    enum lane lane, uint64_t bytes);

/* A stream from one to the other. */
struct ent_stream_id stream_of(
    const struct party *from, const struct party *to, uint32_t precedence);
/* Seal-less bundle of `count` envelopes of `size` bytes each. */
struct made make_bundle(struct scene *scene, const struct party *from,
    const struct party *to, uint32_t precedence, uint64_t first, uint32_t count,
    size_t size);
/* Sign the label again after it was changed. */
void make_again(struct made *made, const struct party *from);
void made_free(struct made *made);
uint64_t made_size(const struct made *made);
/* BUNDLE from its sender, in a turn of its own. */
void send_made(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made);

/* A receipt by the recipient that answers bundles; `answers` get their place
 * and label hash from `made`. */
struct ent_bytes make_receipt(struct scene *scene, const struct party *by,
    const struct made *made, size_t count, uint32_t code,
    uint64_t settled_up_to);
struct ent_bytes make_custody(
    struct scene *scene, const struct party *by, const struct made *made);
struct ent_bytes make_skip(
    struct scene *scene, const struct party *by, const struct made *made);
struct ent_bytes make_manifest(
    struct scene *scene, const struct party *by, uint64_t sequence);
struct ent_bytes make_revocation(struct scene *scene, const char *state,
    const struct party *authority, uint64_t number,
    const struct party *revoked);
/* STATE that names the receipt. */
struct ent_bytes make_state(
    const struct ent_stream_id *stream, struct ent_view receipt);

/* A bundle of one message from Mae Sai to Tachileik. */
struct made from_maesai(
    struct scene *scene, uint32_t precedence, uint64_t first);
/* Mae Sai leaves a bundle and is told so. */
void leave(struct scene *scene, enum lane lane, const struct made *made);
/* Tachileik answers, and is told that the broker holds its receipt. */
struct ent_bytes answer(struct scene *scene, enum lane lane,
    const struct made *made, uint32_t code, uint64_t settled_up_to);
/* Mae Sai is sent this receipt. */
void expect_receipt(
    struct scene *scene, enum lane lane, struct ent_view receipt);

/* OBJECT, on the bulk lane. */
void say_object(struct scene *scene, const struct party *by, uint32_t kind,
    const char *subject, struct ent_view wire);
/* FETCH there; what comes back looks into `sent`. */
struct ent_view fetch(struct scene *scene, const struct party *by,
    uint32_t kind, const char *subject, uint64_t newer_than);

/* What is spooled from one for the other. */
struct broker_usage usage_of(
    struct scene *scene, const struct party *from, const struct party *to);

#endif
