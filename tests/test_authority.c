/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/succession.h"

#include "proto/authority.h"

#define UNTIL (PARTIES_NOW + 30 * PARTIES_DAY)

/* Thailand's authority, and the keys that take its place. */
enum { FIRST, SECOND, THIRD, THIEF };

/* What is said when `to` takes the place of `from`; FIRST's time is UNTIL. */
static void
say(size_t from, size_t to, const struct ent_bytes *previous,
    struct ent_bytes *ret_wire, struct ent_rollover *ret_said)
{
    expect_ok(succession_say(from, to, previous, ret_wire));
    expect_ok(
        ent_rollover_read(ent_bytes_view(ret_wire), ret_said, &last_error));
}

static void
know(size_t pinned, const struct ent_rollover *said,
    struct ent_rollover *ret_keys)
{
    ent_authority_know("th", &heirs[pinned].signer.key, said, ret_keys);
}

static void
without_a_statement_the_pinned_key_is_the_authority_for_ever(void **state)
{
    struct ent_rollover keys;

    (void)state;
    know(FIRST, NULL, &keys);
    assert_true(
        ent_authority_is(&keys, &heirs[FIRST].signer.key_id, UINT64_MAX - 1));
    assert_false(
        ent_authority_is(&keys, &heirs[SECOND].signer.key_id, PARTIES_NOW));
    assert_int_equal(ent_rollover_number(&keys), 0);
}

static void
either_key_is_the_authority_until_the_older_ones_time_is_over(void **state)
{
    const size_t pins[] = {FIRST, SECOND};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover said;
    struct ent_rollover keys;

    (void)state;
    say(FIRST, SECOND, NULL, &wire, &said);
    for (size_t i = 0; i < 2; i++) {
        know(pins[i], &said, &keys);
        assert_true(
            ent_authority_is(&keys, &heirs[FIRST].signer.key_id, UNTIL - 1));
        assert_false(
            ent_authority_is(&keys, &heirs[FIRST].signer.key_id, UNTIL));
        assert_true(ent_authority_is(&keys, &heirs[SECOND].signer.key_id, 0));
        assert_true(ent_authority_is(
            &keys, &heirs[SECOND].signer.key_id, UINT64_MAX - 1));
        assert_false(
            ent_authority_is(&keys, &heirs[THIEF].signer.key_id, PARTIES_NOW));
    }
}

static void
a_statement_about_other_keys_or_another_state_adds_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover said;
    struct ent_rollover keys;

    (void)state;
    say(SECOND, THIRD, NULL, &wire, &said);
    know(FIRST, &said, &keys);
    assert_int_equal(keys.key_count, 1);
    ent_authority_know("mm", &heirs[SECOND].signer.key, &said, &keys);
    assert_int_equal(keys.key_count, 1);
    assert_string_equal(keys.state, "mm");
}

static enum ent_status
open_by(size_t authority, const struct ent_rollover *keys,
    struct ent_certificate *ret_certificate)
{
    party_certify(&all.maesai, &heirs[authority]);
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
    say(FIRST, SECOND, NULL, &wire, &said);
    know(FIRST, &said, &keys);
    all.maesai.cert.not_after = UNTIL + PARTIES_DAY;
    expect_ok(open_by(FIRST, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL);
    expect_status(ent_certificate_check_time(&certificate, UNTIL, &last_error),
        ENT_EXPIRED);
    expect_ok(open_by(SECOND, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL + PARTIES_DAY);
    assert_memory_equal(ent_authority_key(&keys, &certificate.authority_key_id),
        &heirs[SECOND].signer.key, sizeof heirs[SECOND].signer.key);
    all.maesai.cert.not_after = UNTIL - PARTIES_DAY; /* it is over sooner */
    expect_ok(open_by(FIRST, &keys, &certificate));
    assert_true(certificate.not_after == UNTIL - PARTIES_DAY);
    expect_status(open_by(THIEF, &keys, &certificate), ENT_REJECTED);
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
    say(FIRST, SECOND, NULL, &wire, &said);
    know(FIRST, &said, &keys);
    expect_ok(ent_revocation_list_make("th", 1, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, NULL, 0, &heirs[SECOND].signer, &list_wire,
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
    say(FIRST, SECOND, NULL, &first, &first_said);
    say(SECOND, THIRD, &first, &longer, &longer_said);
    say(FIRST, THIEF, NULL, &other, &other_said);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SUCCESSION_TEST(
            without_a_statement_the_pinned_key_is_the_authority_for_ever),
        SUCCESSION_TEST(
            either_key_is_the_authority_until_the_older_ones_time_is_over),
        SUCCESSION_TEST(
            a_statement_about_other_keys_or_another_state_adds_nothing),
        SUCCESSION_TEST(a_certificate_ends_with_the_key_that_signed_it),
        SUCCESSION_TEST(a_list_is_by_the_newest_key_that_spoke),
        SUCCESSION_TEST(two_statements_of_one_key_for_two_others_are_a_fork),
    };

    return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
