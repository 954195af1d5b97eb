/* SPDX-License-Identifier: Apache-2.0 */
/*
 * succession - keys of Thailand's authority that follow each other, and what is
 * said when one gives way to the next.
 */
#ifndef ENT_TESTS_SUCCESSION_H
#define ENT_TESTS_SUCCESSION_H

#include "proto/rollover.h"
#include "tests/parties.h"
#include "tests/support.h"

extern struct parties all;
extern struct party heirs[ENT_ROLLOVERS_MAX + 2]; /* the first is in `all` */

/* Set up and tear down of a test. */
int succession_open(void **state);
int succession_close(void **state);

#define SUCCESSION_TEST(name)                                                  \
    cmocka_unit_test_setup_teardown(name, succession_open, succession_close)

/* The statement that heirs[from] gives way to heirs[to], made `from` ms after
 * PARTIES_NOW, with 30 days for both; `previous` may be NULL. */
enum ent_status succession_say(size_t from, size_t to,
    const struct ent_bytes *previous, struct ent_bytes *ret_wire);

#endif
