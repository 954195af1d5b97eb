/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices - two real nodes with real stores, Mae Sai and Tachileik, and
 * between them a wire that the test holds: it loses, repeats and reorders
 * frames as told, and the clock stands where the test puts it. The linker sends
 * the nodes' calls to their uplink and clock here (see meson.build).
 * two_offices_rows.h looks into their stores.
 */
#ifndef ENT_TESTS_TWO_OFFICES_H
#define ENT_TESTS_TWO_OFFICES_H

#include "tests/policy_support.h"

#include "node/copy.h"
#include "node/desk.h"
#include "node/submit.h"
#include "proto/frame.h"

#define DAY NODE_DAY_MS
#define HOUR NODE_HOUR_MS
#define WIRE_MAX 4096
#define SENT_MAX 256
#define DELIVERED ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED

enum who {
    MAESAI,
    TACHILEIK,
};

extern const char *const addresses[2];
extern const char *const states[2];

/* What officers write: an alert that may pass, and one that may not. */
extern const char hotline[];
extern const char not_agreed[];

/* A frame on its way. */
struct flying {
    enum who to;
    enum ent_frame_type type;
    struct ent_bytes payload;
    struct ent_bytes body;
};

/* The world of a test. */
struct world {
    struct node_config configs[2];
    struct node *nodes[2];
    uint64_t now;
    struct flying wire[WIRE_MAX];
    size_t flying;
    bool up;                       /* the wire carries anything at all */
    unsigned lose;                 /* percent */
    unsigned repeat;               /* percent */
    struct ent_bytes manifests[2]; /* what the broker holds */
    struct ent_bytes witnesses[2]; /* what each told the other of journals */
    struct ent_bytes lists[2];     /* of each state's revocations */
    size_t list_fetches;           /* how often a list was asked for */
    size_t manifest_fetches[2];    /* and the manifest of one of them */
    struct ent_id sent[SENT_MAX];
    size_t sent_count;
    uint64_t seed;
    uint64_t serial;     /* of the last certificate */
    bool at_once;        /* the last message was handed in by a program */
    unsigned agreed;     /* how often they agreed on something */
    size_t old_messages; /* that a new incarnation takes back in a turn */
};

extern struct world world;

uint32_t dice(uint32_t sides);

/* ---- the wire, and turns ---- */

/* One turn of `who`, with at most one frame; its own storage never fails. */
void turn(enum who who, const struct flying *frame);

/* Deliver one frame of the wire, any of them; or all. */
void deliver_one(void);
void drain(void);
void forget_wire(void);

/* Let time pass, and everything that it brings. */
void pass(uint64_t ms);

/* Time for what is said now to arrive and to be answered. */
void exchange(void);

/* ---- the scene ---- */

int setup(void **state);
int teardown(void **state);

/* A file of that office; "" is its folder. `ret_path` holds PATH_MAX. */
void in_folder(enum who who, const char *name, char *ret_path);

/* The process dies: what was not committed is gone, and what was on the wire to
 * it too. It starts again. */
void crash(enum who who);

/* Its store is gone, and made anew; the keys are the same. */
void lose_store(enum who who);

/* An agreement in an office's folder, signed by both states; or by those two.
 */
void write_signed(enum who who, const char *file, struct ent_view text);
void write_signed_by(enum who who, const char *file, struct ent_view text,
    const char *const parties[static 2]);

/* An agreement at one office, signed by both states; or th-mm.yaml, changed, as
 * another version: in its folder, or in use after a new start. */
void sign_agreement(enum who who, struct ent_view text);
void write_agreement(enum who who, const char *from, const char *to);
void give_agreement(enum who who, const char *from, const char *to);

/* Both offices agree on th-mm.yaml as its next version (2, then 3), in which
 * these families (with commas between them) pass too, and with `count` changes
 * more. */
struct amendment {
    const char *from;
    const char *to;
};
void agree_on(const char *families, const struct amendment *more, size_t count);

/* The office has a new key and a certificate for it: in its folder, or in use
 * after a new start; the other hears of it. */
void give_new_keys(enum who who);
void renew(enum who who);
void tell_certificate(enum who whose, enum who whom);
void tell_manifest(enum who whose, enum who whom);

/* A turn of that office, in which a test does something. */
void begin_turn(enum who who);
void end_turn(enum who who);

/* ---- what officers do ---- */

/* One message, in a turn that the caller has begun. */
void submit_one(enum who from, enum who to, const char *json,
    Entente__V1__SubmitResult **ret_result, struct ent_arena *arena);

void submit(enum who from, enum who to, const char *json,
    Entente__V1__SubmitResult **ret_result, struct ent_arena *arena);

/* Submit it and remember its id; it must be accepted. */
struct ent_id post(enum who from, enum who to, const char *json);

/* Why its only copy is refused; 0: it is not. */
uint32_t refusal_of(const Entente__V1__SubmitResult *result);

/* So many alerts, sealed as one bundle, in a turn that the caller has begun. */
void post_together(
    enum who from, enum who to, struct ent_id *ids, size_t count);

/* That message with an id of the test's; good until the next call. */
const char *with_id(const char *json, const struct ent_id *id);

/* `act` about a message of theirs, as that office's officer says it to the
 * other office. */
struct ent_id say_of(enum who from, const char *act, const struct ent_id *of);

/* A first message, so that each knows the other's keys. */
void introduce(void);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
