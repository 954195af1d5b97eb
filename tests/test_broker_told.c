/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "broker/told.h"

static struct ent_address
office(const char *text)
{
    struct ent_address address;

    expect_ok(ent_address_parse(view(text), &address, &last_error));
    return address;
}

static void
what_was_said_once_need_not_be_said_again(void **state)
{
    const struct ent_address maesai = office("blo-maesai@th");
    const uint64_t name = broker_told_certificate(&maesai, 7);
    struct broker_told *told = NULL;

    (void)state;
    assert_false(broker_told_has(told, name));
    broker_told_add(&told, name);
    assert_true(broker_told_has(told, name));
    broker_told_free(&told);
    assert_null(told);
    assert_false(broker_told_has(told, name));
}

static void
another_version_or_office_or_kind_is_another_thing(void **state)
{
    const struct ent_address maesai = office("blo-maesai@th");
    const struct ent_address tachileik = office("blo-tachileik@mm");
    struct broker_told *told = NULL;

    (void)state;
    broker_told_add(&told, broker_told_certificate(&maesai, 7));
    assert_false(broker_told_has(told, broker_told_certificate(&maesai, 8)));
    assert_false(broker_told_has(told, broker_told_certificate(&tachileik, 7)));
    assert_false(broker_told_has(told, broker_told_list("th", 7)));
    broker_told_add(&told, broker_told_list("th", 7));
    assert_true(broker_told_has(told, broker_told_list("th", 7)));
    assert_false(broker_told_has(told, broker_told_list("mm", 7)));
    assert_false(broker_told_has(told, broker_told_list("th", 8)));
    broker_told_free(&told);
}

/* It may forget, and never says that something was said which was not. */
static void
however_much_is_said_nothing_unsaid_counts_as_said(void **state)
{
    const struct ent_address maesai = office("blo-maesai@th");
    struct broker_told *told = NULL;
    size_t kept = 0;

    (void)state;
    for (uint64_t serial = 1; serial <= 1000; serial++) {
        broker_told_add(&told, broker_told_certificate(&maesai, serial));
    }
    for (uint64_t serial = 1; serial <= 1000; serial++) {
        kept += broker_told_has(told, broker_told_certificate(&maesai, serial));
    }
    assert_in_range(kept, 100, 256);
    for (uint64_t serial = 1001; serial <= 3000; serial++) {
        assert_false(
            broker_told_has(told, broker_told_certificate(&maesai, serial)));
    }
    broker_told_free(&told);
}

static void
without_memory_it_is_said_again(void **state)
{
    struct broker_told *told = NULL;

    (void)state;
    fail_allocation(1);
    broker_told_add(&told, broker_told_list("th", 1));
    fail_allocation(0);
    assert_null(told);
    assert_false(broker_told_has(told, broker_told_list("th", 1)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_said_once_need_not_be_said_again),
        cmocka_unit_test(another_version_or_office_or_kind_is_another_thing),
        cmocka_unit_test(however_much_is_said_nothing_unsaid_counts_as_said),
        cmocka_unit_test(without_memory_it_is_said_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
