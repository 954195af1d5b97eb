/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry_case - a broker's registry of offices, under the authorities of
 * tests/parties.h; nobody is in it yet.
 */
#ifndef ENT_TESTS_REGISTRY_CASE_H
#define ENT_TESTS_REGISTRY_CASE_H

#include "tests/support.h"

#include "broker/registry.h"
#include "tests/parties.h"

struct hall {
    struct parties all;
    struct ent_authorities authorities;
    struct broker_registry *registry;
    char folder[32]; /* an empty one */
};

int set_up(void **state);
int tear_down(void **state);

/* Its certificate comes; `new_office`: the operator names it. */
enum ent_status add(
    struct hall *hall, const struct party *party, bool new_office);

/* The same office a serial later, from `not_before` on. */
void renew(
    struct party *party, const struct party *authority, uint64_t not_before);

/* A state's list with one certificate, signed by `authority`; the caller frees
 * it. */
struct ent_bytes list_of(const struct party *authority, const char *state,
    uint64_t number, const struct party *revoked);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
