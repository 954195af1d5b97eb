/* SPDX-License-Identifier: Apache-2.0 */
/* Which offices a node talks to without a broker between. */
#include "tests/two_offices.h"

#include <string.h>

#include "node/revocations.h"
#include "node/welcome.h"

/* What `who` says of the holder of the other's link key, at that time. */
static bool
lets_in(enum who who, const uint8_t *link_key, uint64_t now_ms)
{
    struct node *node = world.nodes[who];
    bool welcome;

    expect_ok(node_turn_begin(node, now_ms, &last_error));
    welcome = node_welcome_key(node, link_key) != NULL;
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return welcome;
}

static const uint8_t *
link_of(enum who who)
{
    return world.nodes[who]->certificate.link_key;
}

static void
revoke(enum who who, enum who at)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_certificate *certificate = &world.nodes[who]->certificate;
    struct ent_secret *authority = authority_secret(states[who]);
    struct ent_revocation revoked = {
        .key_id = certificate->signing_key_id,
        .address = certificate->address,
        .serial = certificate->serial,
        .revoked_at = world.now,
    };
    struct node *node = world.nodes[at];
    struct ent_signer root;

    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_revocation_list_make(states[who], 1, world.now,
        world.now + DAY, &revoked, 1, &root, &wire, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_revocations_learn(
        node, states[who], ent_bytes_view(&wire), &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    ent_secret_free(&authority);
}

static void
an_office_of_the_agreement_is_welcome_under_its_own_key(void **state)
{
    (void)state;
    introduce();
    assert_true(lets_in(MAESAI, link_of(TACHILEIK), world.now));
    assert_true(lets_in(TACHILEIK, link_of(MAESAI), world.now));
}

static void
a_key_that_no_certificate_has_is_not(void **state)
{
    uint8_t stranger[ENT_PUBLIC_KEY_LEN];

    (void)state;
    introduce();
    memcpy(stranger, link_of(TACHILEIK), sizeof stranger);
    stranger[0] ^= 1;
    assert_false(lets_in(MAESAI, stranger, world.now));
    assert_false(lets_in(MAESAI, link_of(MAESAI), world.now)); /* its own */
}

static void
who_is_not_known_yet_is_not(void **state)
{
    (void)state;
    assert_false(lets_in(MAESAI, link_of(TACHILEIK), world.now));
}

static void
who_is_revoked_is_not_any_more(void **state)
{
    (void)state;
    introduce();
    revoke(TACHILEIK, MAESAI);
    assert_false(lets_in(MAESAI, link_of(TACHILEIK), world.now));
}

static void
who_has_no_valid_certificate_is_not_any_more(void **state)
{
    uint64_t end;

    (void)state;
    introduce();
    end = world.nodes[TACHILEIK]->certificate.not_after;
    assert_false(lets_in(MAESAI, link_of(TACHILEIK), end));
}

static void
whom_no_agreement_in_force_names_is_not(void **state)
{
    (void)state;
    introduce();
    give_agreement(MAESAI, "from: 2026-01-01, until: 2027-12-31",
        "from: 2026-01-01, until: 2026-03-31");
    crash(MAESAI);
    assert_false(lets_in(MAESAI, link_of(TACHILEIK), world.now));
    assert_true(lets_in(TACHILEIK, link_of(MAESAI), world.now));
}

/* By what it showed before, an agreement or a certificate was over. */
static void
a_clock_that_is_set_back_lets_nobody_in_again(void **state)
{
    struct node *maesai;

    (void)state;
    introduce();
    maesai = world.nodes[MAESAI];
    maesai->clock_doubt = true;
    maesai->clock.why = ENT_DOUBT_BEHIND;
    maesai->clock.floor_ms = world.now + HOUR;
    assert_true(lets_in(MAESAI, link_of(TACHILEIK), world.now));
    maesai->clock.floor_ms = world.nodes[TACHILEIK]->certificate.not_after;
    assert_false(lets_in(MAESAI, link_of(TACHILEIK), world.now));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_office_of_the_agreement_is_welcome_under_its_own_key),
        TEST(a_key_that_no_certificate_has_is_not),
        TEST(who_is_not_known_yet_is_not),
        TEST(who_is_revoked_is_not_any_more),
        TEST(who_has_no_valid_certificate_is_not_any_more),
        TEST(whom_no_agreement_in_force_names_is_not),
        TEST(a_clock_that_is_set_back_lets_nobody_in_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
