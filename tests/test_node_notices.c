/* SPDX-License-Identifier: Apache-2.0 */
/* What one state says alone: it suspends, and resumes. */
#include "tests/two_offices_rules.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/notice.h"
#include "proto/base/armour.h"
#include "proto/refusal.h"
#include "proto/rollover.h"
#include "proto/secret.h"

/* A notice beside the agreement, signed for `signer` with that key. */
static void
give_notice_by(enum who who, const char *name, const char *text, int signer,
    const struct ent_signer *key, const struct ent_rollover *keys)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    char sig[NAME_MAX + 1];

    expect_ok(ent_notice_sign(agreement, view(text), states[signer], key, keys,
        &signatures, &last_error));
    (void)snprintf(sig, sizeof sig, "%s.sig", name);
    put_file(who, name, view(text));
    put_file(who, sig, ent_bytes_view(&signatures));
}

static void
give_notice(enum who who, const char *name, const char *text, int signer)
{
    ENT_AUTO(ent_secret_free)
    struct ent_secret *secret = authority_secret(states[signer]);
    struct ent_signer key;

    expect_ok(ent_secret_signer(secret, ENT_KEY_AUTHORITY, &key, &last_error));
    give_notice_by(who, name, text, signer, &key, NULL);
}

#define NOTICE(kind, state, number, more)                                      \
    "notice: " kind "\nagreement: th-mm-border-liaison\nstate: " state         \
    "\nnumber: " number "\nfrom: 2026-08-15T00:00:00Z\n" more

static const char suspension[] = NOTICE("suspension", "mm", "1", "");
static const char resumption[] = NOTICE("resumption", "mm", "2", "");

static uint32_t
reason_of(const struct ent_id *id)
{
    ENT_AUTO(node_row_free)
    node_copy_row *row = copy_row(MAESAI, TACHILEIK, id);

    return row->reason;
}

/* Submit an alert; whether it may go. */
static bool
may_go(enum who from, enum who to)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    submit(from, to, hotline, &result, &arena);
    assert_int_equal(result->n_copies, 1);
    if (!result->copies[0]->accepted) {
        assert_int_equal(result->copies[0]->reason, ENT_REFUSAL_SUSPENDED);
    }
    return result->copies[0]->accepted;
}

static void
a_state_suspends_alone_and_at_once(void **state)
{
    struct ent_id waiting;

    (void)state;
    introduce();
    world.up = false;
    waiting = post(MAESAI, TACHILEIK, hotline);
    pass(1000);
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK);
    reload(MAESAI);
    (void)change_of("th-mm.mm-1.suspension", NODE_RULE_NOTICE);
    assert_false(may_go(MAESAI, TACHILEIK));
    world.up = true;
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &waiting), REFUSED_HERE);
    assert_int_equal(reason_of(&waiting), ENT_REFUSAL_SUSPENDED);
    /* The other side has not heard of it, and is refused here. */
    waiting = post(TACHILEIK, MAESAI, hotline);
    wait_long();
    assert_int_equal(state_of(TACHILEIK, MAESAI, &waiting), REFUSED);
    assert_int_equal(times_on_desk(MAESAI, &waiting), 0);
}

/* The other side has not heard of the suspension. */
static uint32_t
state_of_correction(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];
    struct ent_id correction;

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"action\":"
        "\"CORRECT\",\"references\":[{\"id\":\"%s\"}],\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
        "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"a blue pick-up\"}}",
        id);
    correction = post(TACHILEIK, MAESAI, json);
    wait_long();
    return state_of(TACHILEIK, MAESAI, &correction);
}

static void
under_a_suspension_only_what_is_here_is_corrected(void **state)
{
    struct ent_id here;
    struct ent_id refused;

    (void)state;
    introduce();
    here = post(TACHILEIK, MAESAI, hotline);
    wait_long();
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK);
    reload(MAESAI);
    refused = post(TACHILEIK, MAESAI, hotline);
    wait_long();
    assert_int_equal(state_of(TACHILEIK, MAESAI, &refused), REFUSED);
    assert_int_equal(state_of_correction(&here), DELIVERED);
    assert_int_equal(state_of_correction(&refused), REFUSED);
}

static void
a_suspension_outlives_its_file_and_a_new_start(void **state)
{
    (void)state;
    introduce();
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK);
    reload(MAESAI);
    remove_file(MAESAI, "th-mm.mm-1.suspension");
    reload(MAESAI);
    assert_false(may_go(MAESAI, TACHILEIK));
    crash(MAESAI);
    assert_false(may_go(MAESAI, TACHILEIK));
    give_notice(MAESAI, "th-mm.mm-2.resumption", resumption, TACHILEIK);
    reload(MAESAI);
    assert_true(may_go(MAESAI, TACHILEIK));
    crash(MAESAI);
    assert_true(may_go(MAESAI, TACHILEIK));
    journal_is_good(MAESAI);
}

/* Myanmar's authority takes a new key; the statement lies with `who`. */
static void
give_rollover(enum who who, struct ent_secret *secret,
    struct ent_signer *ret_key, struct ent_rollover *ret_keys)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *was = authority_secret("mm");
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_signer old;

    expect_ok(ent_secret_signer(was, ENT_KEY_AUTHORITY, &old, &last_error));
    expect_ok(
        ent_secret_signer(secret, ENT_KEY_AUTHORITY, ret_key, &last_error));
    expect_ok(ent_rollover_make("mm", (struct ent_view){0}, &old, ret_key,
        world.now, world.now + NODE_DAY_MS, &wire, &last_error));
    expect_ok(ent_rollover_read(ent_bytes_view(&wire), ret_keys, &last_error));
    expect_ok(ent_armour_encode(
        ENT_ARMOUR_ROLLOVER, ent_bytes_view(&wire), &text, &last_error));
    put_file(who, "mm.rollover", ent_bytes_view(&text));
}

static void
a_state_whose_authority_has_a_new_key_suspends_with_it(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_rollover keys;
    struct ent_signer key;

    (void)state;
    expect_ok(ent_secret_new(&secret, &last_error));
    introduce();
    give_rollover(TACHILEIK, secret, &key, &keys);
    give_notice_by(
        MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK, &key, &keys);
    reload(MAESAI);
    (void)change_of("th-mm.mm-1.suspension", NODE_RULE_REFUSED);
    assert_true(may_go(MAESAI, TACHILEIK)); /* of that key nobody said a word */
    give_rollover(MAESAI, secret, &key, &keys);
    reload(MAESAI);
    (void)change_of("mm.rollover", NODE_RULE_ROLLOVER);
    (void)change_of("th-mm.mm-1.suspension", NODE_RULE_NOTICE);
    assert_false(may_go(MAESAI, TACHILEIK));
}

static void
a_notice_that_its_state_did_not_sign_counts_nothing(void **state)
{
    (void)state;
    introduce();
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, MAESAI);
    reload(MAESAI);
    (void)change_of("th-mm.mm-1.suspension", NODE_RULE_REFUSED);
    assert_true(may_go(MAESAI, TACHILEIK));
}

static void
a_number_that_was_given_to_another_notice_is_refused(void **state)
{
    (void)state;
    introduce();
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK);
    reload(MAESAI);
    give_notice(MAESAI, "th-mm.mm-1.suspension",
        NOTICE("suspension", "mm", "1", "families: [test]\n"), TACHILEIK);
    reload(MAESAI);
    assert_non_null(
        strstr(change_of("th-mm.mm-1.suspension", NODE_RULE_REFUSED)->reason,
            "has given the number 1 to another notice"));
    assert_false(may_go(MAESAI, TACHILEIK));
}

static void
a_family_is_suspended_alone(void **state)
{
    (void)state;
    introduce();
    give_notice(MAESAI, "th-mm.th-1.suspension",
        NOTICE("suspension", "th", "1", "families: [test]\n"), MAESAI);
    reload(MAESAI);
    assert_true(may_go(MAESAI, TACHILEIK));
    give_notice(MAESAI, "th-mm.th-2.suspension",
        NOTICE("suspension", "th", "2", "families: [hotline_alert]\n"), MAESAI);
    reload(MAESAI);
    assert_false(may_go(MAESAI, TACHILEIK));
}

static void
a_notice_about_nothing_here_is_told(void **state)
{
    (void)state;
    introduce();
    remove_file(MAESAI, "th-mm.yaml");
    give_notice(MAESAI, "th-mm.mm-1.suspension", suspension, TACHILEIK);
    reload(MAESAI);
    assert_non_null(
        strstr(change_of("th-mm.mm-1.suspension", NODE_RULE_REFUSED)->reason,
            "which is not in use here"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_state_suspends_alone_and_at_once),
        TEST(under_a_suspension_only_what_is_here_is_corrected),
        TEST(a_suspension_outlives_its_file_and_a_new_start),
        TEST(a_state_whose_authority_has_a_new_key_suspends_with_it),
        TEST(a_notice_that_its_state_did_not_sign_counts_nothing),
        TEST(a_number_that_was_given_to_another_notice_is_refused),
        TEST(a_family_is_suspended_alone),
        TEST(a_notice_about_nothing_here_is_told),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_notices", tests, NULL, NULL);
}
