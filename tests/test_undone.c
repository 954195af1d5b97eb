/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include "policy/undone.h"

/* What is asked for and not done, in the order of the example's lines. A key
 * leaves this list together with the code that does what it says. */
static const struct {
    const char *key;
    size_t line;
} expected[] = {
    {"'correction'", 42},
    {"'hotline.drill_every'", 54},
};

#define EXPECTED (sizeof expected / sizeof expected[0])

static void
what_nobody_would_do_is_named_where_it_is_asked(void **state)
{
    struct ent_agreement *agreement = load_data("th-kh-example.yaml");
    struct ent_complaints complaints;

    (void)state;
    ent_agreement_undone(agreement, &complaints);
    assert_int_equal(complaints.count, EXPECTED);
    for (size_t i = 0; i < EXPECTED; i++) {
        assert_int_equal(complaints.list[i].line, expected[i].line);
        assert_int_equal(strncmp(complaints.list[i].text, expected[i].key,
                             strlen(expected[i].key)),
            0);
    }
    ent_agreement_free(&agreement);
}

static void
an_agreement_that_asks_for_no_act_is_whole(void **state)
{
    static const char *const names[] = {
        "th-mm.yaml", "th-kh.yaml", "kr-th.yaml", "th.yaml"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct ent_agreement *agreement = load_data(names[i]);
        struct ent_complaints complaints;

        ent_agreement_undone(agreement, &complaints);
        assert_int_equal(complaints.count, 0);
        ent_agreement_free(&agreement);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_would_do_is_named_where_it_is_asked),
        cmocka_unit_test(an_agreement_that_asks_for_no_act_is_whole),
    };

    return cmocka_run_group_tests_name("undone", tests, NULL, NULL);
}
