/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/refusal.h"

static const uint32_t numbers[] = {
#define NUMBER(number, name, fault, retry, remedy) number,
    ENT_REFUSAL_TABLE(NUMBER)
#undef NUMBER
};

static void
every_refusal_says_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct ent_refusal_info *info = ent_refusal_info(numbers[i]);

        assert_non_null(info);
        assert_int_equal(info->number, numbers[i]);
        assert_true(info->remedy[strlen(info->remedy) - 1] == '.');
        assert_string_equal(ent_refusal_name(numbers[i]), info->name);
    }
}

static void
numbers_are_given_once_and_ascend(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_true(numbers[i - 1] < numbers[i]);
    }
}

static void
a_number_of_another_version_has_a_name_too(void **state)
{
    (void)state;
    assert_null(ent_refusal_info(0));
    assert_null(ent_refusal_info(99999));
    assert_string_equal(ent_refusal_name(99999), "UNKNOWN");
    assert_string_equal(
        ent_refusal_name(ENT_REFUSAL_NOT_AUTHENTIC), "NOT_AUTHENTIC");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_says_what_to_do),
        cmocka_unit_test(numbers_are_given_once_and_ascend),
        cmocka_unit_test(a_number_of_another_version_has_a_name_too),
    };

    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
