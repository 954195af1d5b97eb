/* SPDX-License-Identifier: Apache-2.0 */
/* Files that change while two offices write to each other: what takes effect,
 * when, and what does not. */
#include "tests/two_offices_rules.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "node/alarms.h"
#include "node/rules.h"
#include "policy/notice.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/refusal.h"
#include "proto/rollover.h"
#include "proto/secret.h"

#define LISTED "purposes: [threat_to_life, listed_crime]"
#define NOT_FOR_LIFE "purposes: [listed_crime]"

static uint64_t
version_at(enum who who)
{
    const struct ent_agreement *agreement =
        node_agreements_with(world.nodes[who]->agreements, states[1 - who]);

    return agreement != NULL ? ent_agreement_version(agreement) : 0;
}

/* ---- versions ---- */

static void
a_newer_version_takes_effect_while_running(void **state)
{
    const struct node_rule_change *change;
    struct ent_id id;

    (void)state;
    introduce();
    write_agreement(MAESAI, "title: ", "title: Running ");
    write_agreement(TACHILEIK, "title: ", "title: Running ");
    reload(MAESAI);
    change = change_of("th-mm.yaml", NODE_RULE_NEWER);
    assert_int_equal(change->previous, 1);
    assert_true(change->version > 1);
    assert_int_equal(version_at(MAESAI), change->version);
    reload(TACHILEIK);
    reload(TACHILEIK);
    (void)change_of("th-mm.yaml", NODE_RULE_UNCHANGED);
    id = post(MAESAI, TACHILEIK, hotline);
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(MAESAI);
}

/* Sealed by the old rules, on no way yet: judged again before it goes. */
static void
what_was_sealed_and_not_sent_is_judged_by_the_new_rules(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(1000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    write_agreement(MAESAI, LISTED, NOT_FOR_LIFE);
    reload(MAESAI);
    world.up = true;
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED_HERE);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

#define OWN_RULES "overlay: blo-maesai@th\ndeny:\n  - {rule: none, way: send}\n"

/* Sealed in the very millisecond in which the office's own rules change. */
static struct ent_id
seal_and_forbid(void)
{
    struct ent_id id;

    introduce();
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    put_file(MAESAI, "local.overlay", view(OWN_RULES));
    reload(MAESAI);
    (void)change_of("local.overlay", NODE_RULE_OVERLAY);
    return id;
}

static void
own_rules_judge_what_was_sealed_before(void **state)
{
    struct ent_id id = seal_and_forbid();

    (void)state;
    world.up = true;
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED_HERE);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static void
own_rules_are_as_old_after_a_new_start(void **state)
{
    struct ent_id id = seal_and_forbid();

    (void)state;
    crash(MAESAI);
    world.up = true;
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED_HERE);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

/* What is still allowed goes, once, under the new text. */
static void
what_the_new_rules_still_allow_goes_all_the_same(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(1000);
    write_agreement(MAESAI, "title: ", "title: Same ");
    write_agreement(TACHILEIK, "title: ", "title: Same ");
    reload(MAESAI);
    reload(TACHILEIK);
    world.up = true;
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
what_comes_after_the_point_is_taken_in_by_the_new_rules(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    write_agreement(TACHILEIK, LISTED, NOT_FOR_LIFE);
    reload(TACHILEIK);
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static void
an_older_file_changes_nothing_running_or_started_anew(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free) struct ent_bytes sig = read_data("th-mm.yaml.sig");
    uint64_t newer;

    (void)state;
    introduce();
    write_agreement(MAESAI, "title: ", "title: Newest ");
    reload(MAESAI);
    newer = version_at(MAESAI);
    assert_true(newer > 1);
    put_file(MAESAI, "th-mm.yaml", ent_bytes_view(&old));
    put_file(MAESAI, "th-mm.yaml.sig", ent_bytes_view(&sig));
    reload(MAESAI);
    assert_int_equal(version_at(MAESAI), newer);
    assert_int_equal(change_of("th-mm.yaml", NODE_RULE_KEPT)->version, newer);
    assert_non_null(strstr(change_of("th-mm.yaml", NODE_RULE_REFUSED)->reason,
        "which was in use here"));
    crash(MAESAI);
    assert_int_equal(version_at(MAESAI), 0);
    assert_non_null(node_agreements_fault(world.nodes[MAESAI]->agreements, 0));
}

static void
a_broken_unsigned_or_half_written_file_changes_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes good = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes changed =
        change(ent_bytes_view(&good), "version: 1", "version: 9");
    const struct ent_view broken[] = {
        ent_view_text("exchange: ["), ent_view_of(good.data, good.len / 2),
        ent_view_of(good.data, 0),
        ent_bytes_view(&changed), /* not what was signed */
    };
    struct ent_id id;

    (void)state;
    introduce();
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        put_file(MAESAI, "th-mm.yaml", broken[i]);
        reload(MAESAI);
        (void)change_of("th-mm.yaml", NODE_RULE_KEPT);
        (void)change_of("th-mm.yaml", NODE_RULE_REFUSED);
        assert_int_equal(version_at(MAESAI), 1);
        assert_non_null(
            node_agreements_fault(world.nodes[MAESAI]->agreements, 0));
    }
    put_file(MAESAI, "th-mm.yaml", ent_bytes_view(&good));
    remove_file(MAESAI, "th-mm.yaml.sig");
    reload(MAESAI);
    assert_int_equal(version_at(MAESAI), 1);
    id = post(MAESAI, TACHILEIK, hotline);
    wait_long();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* The second agreement of the same two states: another name, no alerts. */
static struct ent_bytes
second(const char *name, const char *until)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes named =
        change(ent_bytes_view(&text), "th-mm-border-liaison", name);

    return change(ent_bytes_view(&named), "until: 2027-12-31", until);
}

static const char *
name_at(enum who who)
{
    const struct ent_agreement *agreement =
        node_agreements_with(world.nodes[who]->agreements, states[1 - who]);

    return agreement != NULL ? ent_agreement_name(agreement) : "";
}

/* Whatever their files are called, and in whatever order they came. */
static void
of_two_of_the_same_parties_the_first_named_counts(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes later = second("th-mm-trade", "until: 2027-12-31");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes earlier = second("th-mm-alerts", "until: 2027-12-31");
    const char *reason;

    (void)state;
    introduce();
    write_signed(MAESAI, "a-file.yaml", ent_bytes_view(&later));
    reload(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-border-liaison");
    reason = change_of("a-file.yaml", NODE_RULE_REFUSED)->reason;
    assert_non_null(strstr(reason, "'th-mm-trade' is not used"));
    assert_non_null(strstr(reason, "'th-mm-border-liaison' (th-mm.yaml)"));
    assert_string_equal(
        node_agreements_fault(world.nodes[MAESAI]->agreements, 0)->file,
        "a-file.yaml");
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_AGREEMENT), 1);
    reload(MAESAI);
    crash(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-border-liaison");
    /* One in use yields to it too: both states come to the same. */
    write_signed(MAESAI, "z-file.yaml", ent_bytes_view(&earlier));
    reload(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-alerts");
    (void)change_of("th-mm.yaml", NODE_RULE_REFUSED);
    (void)change_of("a-file.yaml", NODE_RULE_REFUSED);
    reload(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-alerts");
    write_signed(TACHILEIK, "0.yaml", ent_bytes_view(&earlier));
    reload(TACHILEIK);
    assert_string_equal(name_at(TACHILEIK), "th-mm-alerts");
    remove_file(MAESAI, "z-file.yaml");
    reload(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-border-liaison");
}

static void
what_is_not_in_force_yields_to_what_is(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes over = second("th-mm-alerts", "until: 2026-02-01");

    (void)state;
    introduce();
    write_signed(MAESAI, "a-file.yaml", ent_bytes_view(&over));
    reload(MAESAI);
    assert_string_equal(name_at(MAESAI), "th-mm-border-liaison");
    (void)change_of("a-file.yaml", NODE_RULE_REFUSED);
}

static void
an_agreement_whose_file_is_gone_ends(void **state)
{
    (void)state;
    introduce();
    remove_file(MAESAI, "th-mm.yaml");
    reload(MAESAI);
    (void)change_of("th-mm.yaml", NODE_RULE_REMOVED);
    assert_int_equal(version_at(MAESAI), 0);
}

/* A turn that fails takes the new rules back with it. */
static void
a_turn_that_is_taken_back_leaves_the_old_rules(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    introduce();
    write_agreement(MAESAI, "title: ", "title: Lost ");
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_rules_reload(node, &report, &last_error));
    assert_true(version_at(MAESAI) > 1);
    expect_status(node_turn_end(node,
                      ent_fail(&last_error, ENT_FULL, "the disk"), &last_error),
        ENT_FULL);
    assert_int_equal(version_at(MAESAI), 1);
    reload(MAESAI);
    (void)change_of("th-mm.yaml", NODE_RULE_NEWER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_newer_version_takes_effect_while_running),
        TEST(what_was_sealed_and_not_sent_is_judged_by_the_new_rules),
        TEST(own_rules_judge_what_was_sealed_before),
        TEST(own_rules_are_as_old_after_a_new_start),
        TEST(what_the_new_rules_still_allow_goes_all_the_same),
        TEST(what_comes_after_the_point_is_taken_in_by_the_new_rules),
        TEST(an_older_file_changes_nothing_running_or_started_anew),
        TEST(a_broken_unsigned_or_half_written_file_changes_nothing),
        TEST(of_two_of_the_same_parties_the_first_named_counts),
        TEST(what_is_not_in_force_yields_to_what_is),
        TEST(an_agreement_whose_file_is_gone_ends),
        TEST(a_turn_that_is_taken_back_leaves_the_old_rules),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_rules", tests, NULL, NULL);
}
