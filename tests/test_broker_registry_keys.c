/* SPDX-License-Identifier: Apache-2.0 */
/* What a state's authority signs when its key was given up for another. */
#include "tests/registry_case.h"

/* Thailand's authority gives way to `to`; its time is over a day from now. */
static enum ent_status
roll(struct hall *hall, const struct party *to)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    uint64_t number = 0;

    expect_ok(ent_rollover_make("th", (struct ent_view){0},
        &hall->all.thailand.signer, &to->signer, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, &wire, &last_error));
    return broker_registry_follow(
        hall->registry, "th", ent_bytes_view(&wire), &number, &last_error);
}

static void
an_authoritys_new_key_certifies_and_the_old_one_in_its_time(void **state)
{
    const uint64_t later = PARTIES_NOW + 2 * PARTIES_DAY;
    struct hall *hall = *state;
    struct party *maesai = &hall->all.maesai;
    struct party second;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(add(hall, maesai, true));
    expect_ok(roll(hall, &second));
    expect_status(roll(hall, &second), ENT_EXISTS);
    assert_true(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));
    assert_false(broker_registry_trusts(hall->registry, 0, later));
    renew(maesai, &second, PARTIES_NOW);
    expect_ok(add(hall, maesai, false));
    assert_true(broker_registry_trusts(hall->registry, 0, later));
    renew(maesai, &hall->all.thailand, PARTIES_NOW);
    expect_status(broker_registry_add(hall->registry,
                      ent_bytes_view(&maesai->wire), false, later, &last_error),
        ENT_EXPIRED);
    assert_true(broker_registry_trusts(hall->registry, 0, later));
}

/* Made by who found the key: a greater serial, and an old date. */
static void
what_a_given_up_key_signed_gives_way_whatever_its_serial(void **state)
{
    const uint64_t later = PARTIES_NOW + 2 * PARTIES_DAY;
    struct hall *hall = *state;
    struct party *maesai = &hall->all.maesai;
    struct party second;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(roll(hall, &second));
    maesai->cert.serial += 10;
    renew(maesai, &hall->all.thailand, PARTIES_NOW);
    expect_ok(add(hall, maesai, true));
    maesai->cert.serial -= 5;
    renew(maesai, &second, PARTIES_NOW);
    expect_status(add(hall, maesai, false), ENT_EXISTS);
    expect_ok(broker_registry_add(hall->registry, ent_bytes_view(&maesai->wire),
        false, later, &last_error));
    assert_true(broker_registry_trusts(hall->registry, 0, later));
}

static void
of_two_statements_the_first_stays_and_nothing_newer_is_followed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes longer = {0};
    struct hall *hall = *state;
    struct party second;
    struct party third;
    uint64_t number;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    party_key(&third, ENT_KEY_AUTHORITY, 102);
    expect_ok(roll(hall, &second));
    expect_ok(ent_rollover_make("th",
        broker_registry_rollover(hall->registry, "th"), &second.signer,
        &third.signer, PARTIES_NOW, PARTIES_NOW, &longer, &last_error));
    assert_int_equal(broker_registry_rival(hall->registry, "th").len, 0);
    expect_status(roll(hall, &third), ENT_REJECTED);
    assert_true(broker_registry_rival(hall->registry, "th").len > 0);
    expect_status(broker_registry_follow(hall->registry, "th",
                      ent_bytes_view(&longer), &number, &last_error),
        ENT_REJECTED);
    assert_int_equal(
        broker_registry_authority(hall->registry, "th")->key_count, 2);
    assert_memory_equal(
        ent_rollover_newest(broker_registry_authority(hall->registry, "th")),
        &second.signer.key, sizeof second.signer.key);
}

static void
a_statement_about_another_state_is_not_followed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct hall *hall = *state;
    struct party second;
    uint64_t number;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(ent_rollover_make("mm", (struct ent_view){0},
        &hall->all.thailand.signer, &second.signer, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, &wire, &last_error));
    expect_status(broker_registry_follow(hall->registry, "th",
                      ent_bytes_view(&wire), &number, &last_error),
        ENT_REJECTED);
    assert_int_equal(broker_registry_rollover(hall->registry, "th").len, 0);
}

static enum ent_status
revoke_by(struct hall *hall, const struct party *authority, uint64_t number,
    uint64_t now_ms)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes list = list_of(authority, "th", number, &hall->all.broker);
    uint64_t ignored;

    return broker_registry_revoke(hall->registry, "th", ent_bytes_view(&list),
        now_ms, &ignored, &last_error);
}

static void
a_list_by_a_key_that_was_given_up_is_not_taken(void **state)
{
    const uint64_t later = PARTIES_NOW + 2 * PARTIES_DAY;
    struct hall *hall = *state;
    struct party second;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(roll(hall, &second));
    expect_ok(revoke_by(hall, &hall->all.thailand, 1, PARTIES_NOW));
    expect_status(revoke_by(hall, &hall->all.thailand, 2, later), ENT_REJECTED);
    expect_ok(revoke_by(hall, &second, 2, PARTIES_NOW));
    expect_status(
        revoke_by(hall, &hall->all.thailand, 3, PARTIES_NOW), ENT_REJECTED);
    assert_int_equal(broker_registry_list_number(hall->registry, "th"), 2);
}

/* The one before it too, under which something may still come. */
static void
the_certificate_before_ends_with_its_key(void **state)
{
    const uint64_t later = PARTIES_NOW + 2 * PARTIES_DAY;
    struct hall *hall = *state;
    struct party *maesai = &hall->all.maesai;
    struct ent_key_id before = maesai->signer.key_id;
    struct party second;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(add(hall, maesai, true));
    party_key(maesai, ENT_KEY_OFFICE, 44);
    maesai->cert.signing_key = maesai->signer.key;
    renew(maesai, &hall->all.thailand, PARTIES_NOW);
    expect_ok(add(hall, maesai, false));
    assert_non_null(broker_registry_signer(hall->registry, 0, &before, later));
    expect_ok(roll(hall, &second));
    assert_non_null(
        broker_registry_signer(hall->registry, 0, &before, PARTIES_NOW));
    assert_null(broker_registry_signer(hall->registry, 0, &before, later));
}

static void
a_folder_read_again_forgets_no_rollover(void **state)
{
    struct hall *hall = *state;
    struct broker_registry *fresh = NULL;
    struct party second;

    party_key(&second, ENT_KEY_AUTHORITY, 101);
    expect_ok(roll(hall, &second));
    expect_ok(broker_registry_new(&hall->authorities, &fresh, &last_error));
    expect_ok(broker_registry_inherit(
        fresh, hall->registry, PARTIES_NOW, &last_error));
    broker_registry_replace(hall->registry, &fresh);
    assert_int_equal(
        broker_registry_authority(hall->registry, "th")->key_count, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_authoritys_new_key_certifies_and_the_old_one_in_its_time),
        TEST(what_a_given_up_key_signed_gives_way_whatever_its_serial),
        TEST(a_statement_about_another_state_is_not_followed),
        TEST(a_list_by_a_key_that_was_given_up_is_not_taken),
        TEST(the_certificate_before_ends_with_its_key),
        TEST(a_folder_read_again_forgets_no_rollover),
        TEST(of_two_statements_the_first_stays_and_nothing_newer_is_followed),
    };

    return cmocka_run_group_tests_name(
        "broker_registry_keys", tests, NULL, NULL);
}
