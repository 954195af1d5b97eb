/* SPDX-License-Identifier: Apache-2.0 */
/* Which of many agreements governs what passes between us and one state. */
#include "tests/support.h"

#include "node/agreements_internal.h"
#include "tools/bench/treaties.h"

/* One with each other state, and some regional ones that cover the first of
 * them once more, with others. */
#define MANY 300
#define FIRST "ad"
#define SECOND "ae"
#define OF_FIRST "treaty-0"

static struct node_agreements *agreements;

static int
load_many(void **state)
{
    struct ent_verify_key key;
    struct ent_rollover authority;

    if (make_folder(state) != 0) {
        return -1;
    }
    expect_ok(treaties_make(*state, MANY, &key, &last_error));
    ent_authority_know(TREATIES_STATE, &key, NULL, &authority);
    expect_ok(node_agreements_load(
        *state, TREATIES_STATE, &authority, &agreements, &last_error));
    assert_null(node_agreements_fault(agreements, 0));
    return 0;
}

static int
unload(void **state)
{
    node_agreements_free(&agreements);
    return remove_folder(state);
}

static size_t
parties_with(const char *state)
{
    const struct ent_agreement *agreement =
        node_agreements_with(agreements, state);

    return agreement == NULL ? 0 : ent_agreement_party_count(agreement);
}

static void
every_state_is_found(void)
{
    const char *partner;

    for (size_t i = 0; (partner = treaties_partner(MANY, i)) != NULL; i++) {
        const struct ent_agreement *agreement =
            node_agreements_with(agreements, partner);

        assert_non_null(agreement);
        assert_non_null(ent_agreement_authority(agreement, partner));
    }
}

static void
each_state_has_its_own_among_many(void **state)
{
    (void)state;
    assert_int_equal(node_agreements_count(agreements), MANY);
    every_state_is_found();
}

static void
a_bilateral_one_governs_before_a_regional_one(void **state)
{
    (void)state;
    assert_int_equal(parties_with(FIRST), 2);
    assert_int_equal(parties_with(SECOND), 2);
}

/* All behind it in the list have moved. */
static void
without_it_the_regional_one_governs(void **state)
{
    (void)state;
    node_agreements_drop(
        agreements, node_agreements_named(agreements, OF_FIRST));
    assert_int_equal(parties_with(FIRST), 3);
    assert_int_equal(parties_with(SECOND), 2);
    every_state_is_found();
}

static void
nothing_governs_what_nobody_agreed(void **state)
{
    (void)state;
    assert_null(node_agreements_with(agreements, TREATIES_STATE));
    assert_null(node_agreements_with(agreements, "xpo"));
    assert_null(node_agreements_with(agreements, ""));
    assert_null(node_agreements_declared(agreements, FIRST));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, load_many, unload)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_state_has_its_own_among_many),
        TEST(a_bilateral_one_governs_before_a_regional_one),
        TEST(without_it_the_regional_one_governs),
        TEST(nothing_governs_what_nobody_agreed),
    };

    return cmocka_run_group_tests_name("node_agreements", tests, NULL, NULL);
}
