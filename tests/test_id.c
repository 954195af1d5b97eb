/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sys/wait.h>
#include <unistd.h>

#include "proto/id.h"

#define NOW UINT64_C(0x017f22e279b0) /* the time in RFC 9562, appendix A.6 */

static void
the_example_of_the_rfc_reads_and_writes(void **state)
{
    static const char text[] = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    char again[ENT_ID_TEXT_LEN + 1];
    struct ent_id id;

    (void)state;
    expect_ok(ent_id_parse(view(text), &id, &last_error));
    assert_true(ent_get_be(id.bytes, 6) == NOW);
    assert_int_equal(id.bytes[15], 0x8f);
    ent_id_format(&id, again);
    assert_string_equal(again, text);
}

static void
capital_digits_mean_the_same(void **state)
{
    struct ent_id lower;
    struct ent_id upper;

    (void)state;
    expect_ok(ent_id_parse(
        view("c232ab00-9414-11ec-b3c8-9f6bdeced846"), &lower, &last_error));
    expect_ok(ent_id_parse(
        view("C232AB00-9414-11EC-B3C8-9F6BDECED846"), &upper, &last_error));
    assert_true(ent_id_equal(&lower, &upper));
}

static void
any_other_form_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
        "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398 ",
        "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ent_id id = {{1}};

        expect_status(
            ent_id_parse(view(bad[i]), &id, &last_error), ENT_BAD_INPUT);
        assert_int_equal(id.bytes[0], 1);
    }
}

/* Of zeros too, as what was read before is when nothing was. */
static void
an_id_is_itself_whatever_was_read_before(void **state)
{
    char text[ENT_ID_TEXT_LEN + 1] = "017f22e2-79b0-7cc3-98c4-dc0c0c073980";
    const char zeros[ENT_ID_TEXT_LEN] = {0};
    struct ent_id id;

    (void)state;
    expect_status(ent_id_parse(ent_view_of(zeros, sizeof zeros), &id, NULL),
        ENT_BAD_INPUT);
    for (int i = 0; i < 64; i++) {
        text[ENT_ID_TEXT_LEN - 1] = (char)('0' + i / 2 % 8);
        expect_ok(ent_id_parse(view(text), &id, &last_error));
        assert_int_equal(id.bytes[15], 0x80 + i / 2 % 8);
        text[ENT_ID_TEXT_LEN - 1] = 'g';
        expect_status(ent_id_parse(view(text), &id, NULL), ENT_BAD_INPUT);
        assert_int_equal(id.bytes[15], 0x80 + i / 2 % 8);
    }
}

static void
a_new_id_is_of_version_seven_and_tells_its_time(void **state)
{
    struct ent_id id = ent_id_new(NOW);

    (void)state;
    assert_true(ent_get_be(id.bytes, 6) == NOW);
    assert_int_equal(id.bytes[6] >> 4, 7);
    assert_int_equal(id.bytes[8] >> 6, 2);
}

static void
a_thing_has_one_id_of_version_eight_that_tells_its_time(void **state)
{
    const uint8_t own[ENT_ID_OWN_LEN] = {0xff, 1, 0xff, 3, 4, 5, 6, 7, 8, 9};
    struct ent_id id = ent_id_of_thing(NOW, own);
    struct ent_id again = ent_id_of_thing(NOW, own);

    (void)state;
    assert_true(ent_id_equal(&id, &again));
    assert_true(ent_get_be(id.bytes, 6) == NOW);
    assert_memory_equal(id.bytes + 6, "\x8f\x01\xbf\x03\4\5\6\7\x08\x09", 10);
}

static void
later_ids_sort_later_whatever_the_clock_does(void **state)
{
    struct ent_id before = ent_id_new(NOW);

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        /* Mostly the same millisecond, now and then an hour back. */
        struct ent_id id = ent_id_new(i % 1000 == 0 ? NOW - 3600000 : NOW);

        assert_true(memcmp(&before, &id, sizeof id) < 0);
        before = id;
    }
    /* A full counter borrowed only the milliseconds it needed. */
    assert_in_range(ent_get_be(before.bytes, 6), NOW, NOW + 10);
}

/* Random bytes are drawn in advance; a child does not have its parent's. */
static void
a_child_makes_other_ids_than_its_parent(void **state)
{
    struct ent_id ours;
    struct ent_id theirs;
    int ends[2];
    int status;
    pid_t child;

    (void)state;
    (void)ent_id_new(NOW);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        theirs = ent_id_new(NOW + 1);
        _exit(write(ends[1], &theirs, sizeof theirs) == sizeof theirs ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &theirs, sizeof theirs), sizeof theirs);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    ours = ent_id_new(NOW + 1);
    assert_memory_not_equal(ours.bytes + 8, theirs.bytes + 8, 8);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void
no_two_of_many_ids_have_the_same_random_bytes(void **state)
{
    static uint8_t seen[1 << 16];
    size_t twice = 0;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        struct ent_id id = ent_id_new(NOW);
        size_t place = (size_t)ent_get_be(id.bytes + 9, 2);

        twice += seen[place] == UINT8_MAX;
        seen[place]++;
    }
    assert_int_equal(twice, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_itself_whatever_was_read_before),
        cmocka_unit_test(the_example_of_the_rfc_reads_and_writes),
        cmocka_unit_test(capital_digits_mean_the_same),
        cmocka_unit_test(any_other_form_is_refused),
        cmocka_unit_test(a_new_id_is_of_version_seven_and_tells_its_time),
        cmocka_unit_test(
            a_thing_has_one_id_of_version_eight_that_tells_its_time),
        cmocka_unit_test(later_ids_sort_later_whatever_the_clock_does),
        cmocka_unit_test(a_child_makes_other_ids_than_its_parent),
        cmocka_unit_test(no_two_of_many_ids_have_the_same_random_bytes),
    };

    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
