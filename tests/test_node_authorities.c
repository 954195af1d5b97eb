/* SPDX-License-Identifier: Apache-2.0 */
/* What a node follows of an authority that takes a new key. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/authorities.h"
#include "proto/base/log.h"

#define UNTIL (world.now + 30 * DAY)

enum { FIRST, SECOND, THIRD, FOURTH, KEYS };

static struct ent_secret *secrets[KEYS];
static struct ent_signer keys[KEYS];

static int
setup_keys(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    secrets[FIRST] = authority_secret("th");
    for (int i = 0; i < KEYS; i++) {
        if (i != FIRST) {
            expect_ok(ent_secret_new(&secrets[i], &last_error));
        }
        expect_ok(ent_secret_signer(
            secrets[i], ENT_KEY_AUTHORITY, &keys[i], &last_error));
    }
    return 0;
}

static int
teardown_keys(void **state)
{
    for (int i = 0; i < KEYS; i++) {
        ent_secret_free(&secrets[i]);
    }
    return teardown(state);
}

/* That office hears, as one about `subject`, that a key of `state` gives way to
 * another. */
static enum ent_status
hear(enum who who, const char *subject, const char *state, int from, int to)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node *node = world.nodes[who];
    enum ent_status rc;

    expect_ok(ent_rollover_make(state, (struct ent_view){0}, &keys[from],
        &keys[to], world.now, UNTIL, &wire, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_authorities_learn(
        node, subject, ent_bytes_view(&wire), &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return rc;
}

static void
expect_newest(enum who who, const char *state, int newest)
{
    struct node *node = world.nodes[who];
    struct ent_rollover known;

    expect_ok(node_store_begin(node->store, &last_error));
    assert_true(node_authorities_get(node, state, &known));
    node_store_abort(node->store);
    assert_memory_equal(ent_rollover_newest(&known), &keys[newest].key,
        sizeof keys[newest].key);
}

/* ---- tests ---- */

static void
whoever_pins_the_old_key_knows_the_new_one(void **state)
{
    (void)state;
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        expect_newest(who, "th", FIRST);
        expect_ok(hear(who, "th", "th", FIRST, SECOND));
        expect_newest(who, "th", SECOND);
        crash(who);
        expect_newest(who, "th", SECOND);
        assert_int_equal(entries_in(who, ENT_ENTRY_ROLLOVER), 1);
    }
}

static void
our_own_certificate_ends_with_the_key_that_signed_it(void **state)
{
    (void)state;
    assert_true(world.nodes[MAESAI]->certificate.not_after > UNTIL);
    expect_ok(hear(MAESAI, "th", "th", FIRST, SECOND));
    assert_true(world.nodes[MAESAI]->certificate.not_after == UNTIL);
    crash(MAESAI);
    assert_true(world.nodes[MAESAI]->certificate.not_after == UNTIL);
}

static void
what_was_refused_before_is_looked_at_again(void **state)
{
    (void)state;
    world.nodes[TACHILEIK]->recheck_due = false;
    expect_ok(hear(TACHILEIK, "th", "th", FIRST, SECOND));
    assert_true(world.nodes[TACHILEIK]->recheck_due);
}

static void
a_statement_about_another_state_is_refused(void **state)
{
    (void)state;
    expect_status(hear(TACHILEIK, "th", "la", FIRST, SECOND), ENT_REJECTED);
    expect_status(hear(TACHILEIK, "la", "la", FIRST, SECOND), ENT_REJECTED);
    expect_newest(TACHILEIK, "th", FIRST);
}

static void
of_two_that_contradict_each_other_the_first_stays(void **state)
{
    (void)state;
    expect_ok(hear(TACHILEIK, "th", "th", FIRST, SECOND));
    expect_status(hear(TACHILEIK, "th", "th", FIRST, THIRD), ENT_REJECTED);
    expect_newest(TACHILEIK, "th", SECOND);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_ROLLOVER_FORK), 1);
}

/* Then what the one before it said is no contradiction either. */
static void
whoever_pins_another_key_begins_anew(void **state)
{
    struct ent_authorities *pinned = &world.configs[TACHILEIK].authorities;
    struct ent_authority *laos = &pinned->list[pinned->count++];

    (void)state;
    strcpy(laos->state, "la");
    laos->key = keys[FIRST].key;
    expect_ok(hear(TACHILEIK, "la", "la", FIRST, SECOND));
    expect_newest(TACHILEIK, "la", SECOND);
    laos->key = keys[THIRD].key;
    expect_newest(TACHILEIK, "la", THIRD);
    expect_ok(hear(TACHILEIK, "la", "la", THIRD, FOURTH));
    expect_newest(TACHILEIK, "la", FOURTH);
}

#define KEYS_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_keys, teardown_keys)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS_TEST(whoever_pins_the_old_key_knows_the_new_one),
        KEYS_TEST(our_own_certificate_ends_with_the_key_that_signed_it),
        KEYS_TEST(what_was_refused_before_is_looked_at_again),
        KEYS_TEST(a_statement_about_another_state_is_refused),
        KEYS_TEST(of_two_that_contradict_each_other_the_first_stays),
        KEYS_TEST(whoever_pins_another_key_begins_anew),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_authorities", tests, NULL, NULL);
}
