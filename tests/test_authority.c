/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/authority.h"
#include "tests/parties.h"

#define UNTIL (PARTIES_NOW + 30 * PARTIES_DAY)

/* Thailand's authority, and the keys that take its place. */
static struct parties all;
static struct party second;
static struct party third;
static struct party thief;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    party_key(&second, ENT_KEY_AUTHORITY, 101);
    party_key(&third, ENT_KEY_AUTHORITY, 102);
    party_key(&thief, ENT_KEY_AUTHORITY, 103);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

/* What is said when `to` takes the place of `from`, whose time is UNTIL. */
static void
say(const struct party *from, const struct party *to,
    const struct ent_bytes *previous, struct ent_bytes *ret_wire,
    struct ent_rollover *ret_said)
{
    expect_ok(ent_rollover_make("th",
        previous == NULL ? (struct ent_view){0} : ent_bytes_view(previous),
        &from->signer, &to->signer, PARTIES_NOW, UNTIL, ret_wire, &last_error));
    expect_ok(
        ent_rollover_read(ent_bytes_view(ret_wire), ret_said, &last_error));
}

static void
know(const struct party *pinned, const struct ent_rollover *said,
    struct ent_rollover *ret_keys)
{
    ent_authority_know("th", &pinned->signer.key, said, ret_keys);
}

static void
without_a_statement_the_pinned_key_is_the_authority_for_ever(void **state)
{
    struct ent_rollover keys;

    (void)state;
    know(&all.thailand, NULL, &keys);
    assert_true(
        ent_authority_is(&keys, &all.thailand.signer.key_id, UINT64_MAX - 1));
    assert_false(ent_authority_is(&keys, &second.signer.key_id, PARTIES_NOW));
    assert_int_equal(ent_rollover_number(&keys), 0);
}

static void
either_key_is_the_authority_until_the_older_ones_time_is_over(void **state)
{
    const struct party *pins[] = {&all.thailand, &second};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover said;
    struct ent_rollover keys;

    (void)state;
    say(&all.thailand, &second, NULL, &wire, &said);
    for (size_t i = 0; i < 2; i++) {
        know(pins[i], &said, &keys);
        assert_true(
            ent_authority_is(&keys, &all.thailand.signer.key_id, UNTIL - 1));
        assert_false(
            ent_authority_is(&keys, &all.thailand.signer.key_id, UNTIL));
        assert_true(ent_authority_is(&keys, &second.signer.key_id, 0));
        assert_true(
            ent_authority_is(&keys, &second.signer.key_id, UINT64_MAX - 1));
        assert_false(
            ent_authority_is(&keys, &thief.signer.key_id, PARTIES_NOW));
    }
}

static void
a_statement_about_other_keys_or_another_state_adds_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover said;
    struct ent_rollover keys;

    (void)state;
    say(&second, &third, NULL, &wire, &said);
    know(&all.thailand, &said, &keys);
    assert_int_equal(keys.key_count, 1);
    ent_authority_know("mm", &second.signer.key, &said, &keys);
    assert_int_equal(keys.key_count, 1);
    assert_string_equal(keys.state, "mm");
}

static enum ent_status
open_by(const struct party *authority, const struct ent_rollover *keys,
    struct ent_certificate *ret_certificate)
{
    party_certify(&all.maesai, authority);
    return ent_authority_open_certificate(
        keys, ent_bytes_view(&all.maesai.wire), ret_certificate, &last_error);
}

static void
a_certificate_ends_with_the_key_that_signed_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate certificate;
    struct ent_rollover said;
    struct ent_rollover keys;

    (void)state;
    say(&all.thailand, &second, NULL, &wire, &said);
    know(&all.thailand, &said, &keys);
    all.maesai.cert.not_after = UNTIL + PARTIES_DAY;
    expect_ok(open_by(&all.thailand, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL);
    expect_status(ent_certificate_check_time(&certificate, UNTIL, &last_error),
        ENT_EXPIRED);
    expect_ok(open_by(&second, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL + PARTIES_DAY);
    assert_memory_equal(ent_authority_key(&keys, &certificate.authority_key_id),
        &second.signer.key, sizeof second.signer.key);
    all.maesai.cert.not_after = UNTIL - PARTIES_DAY; /* it is over sooner */
    expect_ok(open_by(&all.thailand, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL - PARTIES_DAY);
    expect_status(open_by(&thief, &keys, &certificate), ENT_REJECTED);
}

static void
a_list_is_by_the_newest_key_that_spoke(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes list_wire = {0};
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    struct ent_rollover said;
    struct ent_rollover keys;
    size_t place = 0;

    (void)state;
    say(&all.thailand, &second, NULL, &wire, &said);
    know(&all.thailand, &said, &keys);
    expect_ok(ent_revocation_list_make("th", 1, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, NULL, 0, &second.signer, &list_wire,
        &last_error));
    expect_ok(ent_authority_open_list(
        &keys, ent_bytes_view(&list_wire), &list, &place, &last_error));
    assert_int_equal(place, 1);
    assert_true(ent_authority_takes_list(&keys, 0, SIZE_MAX, UNTIL - 1));
    assert_true(ent_authority_takes_list(&keys, 0, 0, UNTIL - 1));
    assert_false(ent_authority_takes_list(&keys, 0, 1, UNTIL - 1));
    assert_false(ent_authority_takes_list(&keys, 0, SIZE_MAX, UNTIL));
    assert_true(ent_authority_takes_list(&keys, 1, 0, UNTIL));
    assert_true(ent_authority_takes_list(&keys, 1, 1, UNTIL));
}

static void
two_statements_of_one_key_for_two_others_are_a_fork(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes first = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes longer = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};
    struct ent_rollover first_said;
    struct ent_rollover longer_said;
    struct ent_rollover other_said;

    (void)state;
    say(&all.thailand, &second, NULL, &first, &first_said);
    say(&second, &third, &first, &longer, &longer_said);
    say(&all.thailand, &thief, NULL, &other, &other_said);
    assert_int_equal(
        ent_authority_compare(NULL, &first_said), ENT_ROLLOVER_NEWER);
    assert_int_equal(
        ent_authority_compare(&first_said, &first_said), ENT_ROLLOVER_OLD);
    assert_int_equal(
        ent_authority_compare(&first_said, &longer_said), ENT_ROLLOVER_NEWER);
    assert_int_equal(
        ent_authority_compare(&longer_said, &first_said), ENT_ROLLOVER_OLD);
    assert_int_equal(
        ent_authority_compare(&first_said, &other_said), ENT_ROLLOVER_FORK);
    assert_int_equal(
        ent_authority_compare(&longer_said, &other_said), ENT_ROLLOVER_FORK);
    assert_int_equal(
        ent_authority_compare(&other_said, &longer_said), ENT_ROLLOVER_FORK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_statement_the_pinned_key_is_the_authority_for_ever),
        TEST(either_key_is_the_authority_until_the_older_ones_time_is_over),
        TEST(a_statement_about_other_keys_or_another_state_adds_nothing),
        TEST(a_certificate_ends_with_the_key_that_signed_it),
        TEST(a_list_is_by_the_newest_key_that_spoke),
        TEST(two_statements_of_one_key_for_two_others_are_a_fork),
    };

    return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
