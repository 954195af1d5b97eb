/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/base/nearest.h"

static const char *
hint_for(const char *word)
{
    static const char *const known[] = {
        "METHAMPHETAMINE", "METH_CRYSTAL", "METH_TABLET", "HEROIN", "LSD"};
    struct ent_nearest nearest = ent_nearest_to(view(word));

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        ent_nearest_try(&nearest, known[i]);
    }
    return nearest.best;
}

static void
a_slip_of_the_pen_is_recognised(void **state)
{
    (void)state;
    assert_string_equal(hint_for("HEROINE"), "HEROIN");
    assert_string_equal(hint_for("METH_CRISTAL"), "METH_CRYSTAL");
    assert_string_equal(hint_for("heroin"), "HEROIN");
    assert_string_equal(hint_for("LDS"), "LSD");
    assert_string_equal(hint_for("EHROIN"), "HEROIN");
}

static void
a_word_cut_short_means_the_shortest_that_begins_so(void **state)
{
    (void)state;
    assert_string_equal(hint_for("METH"), "METH_TABLET");
    assert_string_equal(hint_for("methamph"), "METHAMPHETAMINE");
}

static void
what_resembles_nothing_gets_no_hint(void **state)
{
    char long_word[200];

    (void)state;
    memset(long_word, 'H', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    assert_null(hint_for("GOLD"));
    assert_null(hint_for("H"));
    assert_null(hint_for(""));
    assert_null(hint_for(long_word));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_pen_is_recognised),
        cmocka_unit_test(a_word_cut_short_means_the_shortest_that_begins_so),
        cmocka_unit_test(what_resembles_nothing_gets_no_hint),
    };

    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
