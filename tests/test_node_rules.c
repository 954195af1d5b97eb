/* SPDX-License-Identifier: Apache-2.0 */
/* Files that change while two offices write to each other: what takes effect,
 * when, and what does not. */
#include "tests/two_offices_rows.h"

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

#define REFUSED_HERE ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE
#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED

#define LISTED "purposes: [threat_to_life, listed_crime]"
#define NOT_FOR_LIFE "purposes: [listed_crime]"

static struct node_rules_report report;

/* The folder is read again, in a turn of its own. */
static void
reload(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_turn_end(
        node, node_rules_reload(node, &report, &last_error), &last_error));
}

static const struct node_rule_change *
change_of(const char *file, enum node_rule_outcome outcome)
{
    for (size_t i = 0; i < report.count; i++) {
        if (strcmp(report.list[i].file, file) == 0 &&
            report.list[i].outcome == outcome) {
            return &report.list[i];
        }
    }
    for (size_t i = 0; i < report.count; i++) {
        print_error("  %s: %s %s\n", report.list[i].file,
            node_rule_outcome_name(report.list[i].outcome),
            report.list[i].reason);
    }
    fail_msg("%s is not %s", file, node_rule_outcome_name(outcome));
    return NULL;
}

static void
put_file(enum who who, const char *name, struct ent_view content)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_file_replace(path, 0600, content, &last_error));
}

static void
remove_file(enum who who, const char *name)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    assert_int_equal(unlink(path), 0);
}

static uint64_t
version_at(enum who who)
{
    const struct ent_agreement *agreement =
        node_agreements_with(world.nodes[who]->agreements, states[1 - who]);

    return agreement != NULL ? ent_agreement_version(agreement) : 0;
}

static void
wait_long(void)
{
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
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

/* ---- notices ---- */

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
    return cmocka_run_group_tests_name("node_rules", tests, NULL, NULL);
}
