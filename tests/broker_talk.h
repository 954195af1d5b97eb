/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_talk - what the broker of a scene is told, and what it says.
 */
#ifndef ENT_TESTS_BROKER_TALK_H
#define ENT_TESTS_BROKER_TALK_H

#include "tests/broker_made.h"

#define NOTHING ((struct ent_view){0})
#define GENEROUS ((uint64_t)8 * 1024 * 1024) /* credit */

enum lane {
    URGENT,
    BULK,
};

/* A frame as that office would send it, for a turn of several. */
struct ent_frame frame_from(struct scene *scene, const struct party *party,
    enum lane lane, enum ent_frame_type type, struct ent_view payload,
    struct ent_view body);
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

/* BUNDLE from its sender, in a turn of its own. */
void send_made(struct scene *scene, const struct party *party, enum lane lane,
    const struct made *made);

/* What the broker sent next that was not looked at: it must be of that type,
 * to that office and lane. */
const struct sent *expect_sent(struct scene *scene, const struct party *party,
    enum lane lane, enum ent_frame_type type);
void expect_silence(struct scene *scene);
/* Look away from everything sent so far. */
void forget_sent(struct scene *scene);

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

/* An object comes. */
void expect_object(struct scene *scene, const struct party *to, enum lane lane,
    struct ent_view wire);
/* The certificate of somebody comes, as an object. */
void expect_certificate(struct scene *scene, const struct party *to,
    enum lane lane, const struct party *whose);
/* Yangon brings it. */
void bring_certificate(struct scene *scene, const struct party *whose);

/* What is spooled from one for the other. */
struct broker_usage usage_of(
    struct scene *scene, const struct party *from, const struct party *to);

#endif
