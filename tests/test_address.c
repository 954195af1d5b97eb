/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/address.h"

#include <stdio.h>

static void
an_address_reads_back_as_written(void **state)
{
    static const char *const good[] = {
        "blo-maesai@th",
        "ilo-bangkok@kr",
        "ncc@vn",
        "broker-2@th",
        "desk@xpo",
        "a23456789012345678901234567890123456789012345678901234567890123@xom",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct ent_address address;

        expect_ok(ent_address_parse(view(good[i]), &address, &last_error));
        assert_string_equal(address.text, good[i]);
        assert_string_equal(
            ent_address_state(&address), strchr(good[i], '@') + 1);
    }
}

static void
everything_else_is_refused_and_nothing_written(void **state)
{
    static const char *const bad[] = {
        "",
        "@",
        "ncc",
        "ncc@",
        "@th",
        "ab@th",
        "blo-maesai@t",
        "blo-maesai@thai",
        "blo-maesai@TH",
        "Blo-maesai@th",
        "blo_maesai@th",
        "blo maesai@th",
        "-blo@th",
        "blo-@th",
        "blo@maesai@th",
        "blo-maesai@t1",
        "bl\xc3\xb6@th",
        "a234567890123456789012345678901234567890123456789012345678901234@th",
        "a2345678901234567890123456789012345678901234567890123456789012345@xom",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ent_address address = {.text = "untouched"};

        expect_status(ent_address_parse(view(bad[i]), &address, &last_error),
            ENT_BAD_INPUT);
        assert_string_equal(address.text, "untouched");
    }
    expect_status(
        ent_address_parse(ent_view_of("ncc\0@th", 7), NULL, &last_error),
        ENT_BAD_INPUT);
}

static void
no_address_has_no_state(void **state)
{
    static const struct ent_address nobody;

    (void)state;
    assert_string_equal(ent_address_state(&nobody), "");
}

static void
each_party_has_a_stand_in_of_its_own(void **state)
{
    struct ent_address a;
    struct ent_address b;
    struct ent_party first;
    struct ent_party second;

    (void)state;
    expect_ok(ent_address_parse(view("blo-maesai@th"), &a, &last_error));
    expect_ok(ent_address_parse(view("blo-maesai@mm"), &b, &last_error));
    assert_true(ent_address_equal(&a, &a));
    assert_false(ent_address_equal(&a, &b));

    first = ent_address_party(&a);
    second = ent_address_party(&b);
    assert_memory_not_equal(&first, &second, sizeof first);
    second = ent_address_party(&a);
    assert_memory_equal(&first, &second, sizeof first);
}

/* However many offices are asked for, in whatever order. */
static void
the_same_office_has_the_same_stand_in_every_time(void **state)
{
    static struct ent_party first[500];
    struct ent_address address;
    char text[32];

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 500; i++) {
            size_t number = round == 1 ? 499 - i : i * 7 % 500;
            struct ent_party party;

            (void)snprintf(text, sizeof text, "office-%zu@th", number);
            expect_ok(ent_address_parse(view(text), &address, &last_error));
            party = ent_address_party(&address);
            if (round == 0) {
                first[number] = party;
            }
            assert_memory_equal(&party, &first[number], sizeof party);
        }
    }
    for (size_t i = 1; i < 500; i++) {
        assert_memory_not_equal(&first[0], &first[i], sizeof first[0]);
    }
}

/* Whatever was read before it: shorter, longer, or none at all. */
static void
an_address_is_itself_whatever_was_read_before(void **state)
{
    static const char *const good[] = {"blo-maesai@th", "blo-maesai@mm",
        "blo-maesai@xpo", "bl-maesai@th", "lo-maesai@th"};
    static const char *const bad[] = {
        "", "blo-maesai@t", "blo-maesai@th ", "Blo-maesai@th", "blo-maesai@TH"};
    const size_t count = sizeof good / sizeof good[0];

    (void)state;
    for (size_t i = 0; i < count * count * count; i++) {
        const size_t numbers[] = {
            i % count, i / count % count, i / count / count};
        struct ent_address address;

        for (size_t j = 0; j < 3; j++) {
            expect_ok(ent_address_parse(
                view(good[numbers[j]]), &address, &last_error));
            assert_string_equal(address.text, good[numbers[j]]);
            expect_status(
                ent_address_parse(view(bad[numbers[j]]), &address, &last_error),
                ENT_BAD_INPUT);
            assert_string_equal(address.text, good[numbers[j]]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_reads_back_as_written),
        cmocka_unit_test(everything_else_is_refused_and_nothing_written),
        cmocka_unit_test(an_address_is_itself_whatever_was_read_before),
        cmocka_unit_test(no_address_has_no_state),
        cmocka_unit_test(each_party_has_a_stand_in_of_its_own),
        cmocka_unit_test(the_same_office_has_the_same_stand_in_every_time),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
