/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incoming_case - a stream as its recipient has it, and what its sender sent.
 */
#ifndef ENT_TESTS_INCOMING_CASE_H
#define ENT_TESTS_INCOMING_CASE_H

#include "tests/support.h"

#include "proto/schema/common.pb-c.h"
#include "proto/stream.h"

#define NOW UINT64_C(1700000000000)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define PRIORITY ENTENTE__V1__PRECEDENCE__PRIORITY
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE

#define HISTORY_LEN 80

extern const struct ent_stream_id stream;

/* A bundle as far as a stream can see it. */
struct letter {
    struct ent_label label;
    char wire[24];
    struct ent_digest after;
};

/* The sender's bundles, each of two messages: history[i] has the numbers
 * 2i + 1 and 2i + 2. */
extern struct letter history[HISTORY_LEN];

/* The recipient, and what its last step handed out. */
extern struct ent_incoming incoming;
extern struct ent_early handed[ENT_RANGES_MAX];
extern size_t handed_count;

struct letter make_letter(const struct ent_digest *previous, uint64_t first,
    uint32_t count, const char *text);

int setup(void **state);

enum ent_arrival receive_at(const struct letter *letter, uint64_t now);

enum ent_arrival receive(const struct letter *letter);

struct ent_skip skip_of(const struct letter *letter);

enum ent_arrival receive_skip(const struct ent_skip *skip);

void expect_settled(uint64_t settled_up_to, const struct letter *last);

/* The last step handed out exactly these early bundles. */
void expect_handed(const size_t *numbers, size_t count);

#define EXPECT_HANDED(...)                                                     \
    expect_handed((const size_t[]){__VA_ARGS__},                               \
        sizeof(const size_t[]){__VA_ARGS__} / sizeof(size_t))

#define TEST(name) cmocka_unit_test_setup(name, setup)

#endif
