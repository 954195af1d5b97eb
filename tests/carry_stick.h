/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry_stick - a stick between two offices, instead of the wire or beside it.
 */
#ifndef ENT_TESTS_CARRY_STICK_H
#define ENT_TESTS_CARRY_STICK_H

#include "tests/two_offices_rows.h"

#include "node/carry.h"

#define FRAMES_MAX 1024
#define TAKEN ENTENTE__V1__CARRY_OUTCOME__CARRY_TAKEN
#define KNOWN ENTENTE__V1__CARRY_OUTCOME__CARRY_KNOWN
#define NOT_YET ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_YET
#define REFUSED ENTENTE__V1__CARRY_OUTCOME__CARRY_REFUSED
#define NOT_OURS ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_OURS

/* Frames on a stick, in a pocket. */
struct stick {
    struct flying frames[FRAMES_MAX];
    size_t count;
};

/* What the frames of a stick came to, each kind by its outcome. */
struct outcomes {
    unsigned of[ENT_FRAME_BYE + 1][NOT_OURS + 1];
    uint32_t reason; /* of the last NOT_YET */
};

/* In the pocket of a test. */
extern struct stick *carried;

void put_on(struct stick *stick, uint32_t type, struct ent_view payload,
    struct ent_view body);

void empty(struct stick *stick);

/* End a turn as the loop does. */
void seal_and_end(enum who who);

void write_stick(enum who who, enum who to, struct stick *stick);

/* Hand in frames `first` to `first` + `count` of a stick. */
void read_some(enum who who, const struct stick *stick, size_t first,
    size_t count, struct outcomes *outcomes);

void read_stick(
    enum who who, const struct stick *stick, struct outcomes *outcomes);

/* From one office to the other, with a stick of its own. */
struct outcomes carry(enum who from, enum who to);

/* Each knows who the other is, by stick alone. */
void introduce_by_stick(void);

int setup_stick(void **state);

int teardown_stick(void **state);

#define STICK_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_stick, teardown_stick)

#endif
