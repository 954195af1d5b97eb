/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/examples.h"
#include "tools/cli/leaving.h"

static struct ent_arena arena;
static Entente__V1__InboxItem item;
static Entente__V1__Obligations owed;

static int
set_up(void **state)
{
    (void)state;
    return ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error) == ENT_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    ent_arena_fini(&arena);
    return 0;
}

/* What leaves the office, with a change. */
static void
begin(const char *change)
{
    ent_arena_reset(&arena);
    entente__v1__inbox_item__init(&item);
    entente__v1__obligations__init(&owed);
    item.message = example(&arena, "border_status", change);
    item.obligations = &owed;
}

static void
expect_rule(enum cli_leaving outside, enum cli_leaving within)
{
    assert_string_equal(cli_leaving_words(cli_leaving_decide(&item, false)),
        cli_leaving_words(outside));
    assert_string_equal(cli_leaving_words(cli_leaving_decide(&item, true)),
        cli_leaving_words(within));
}

static void
what_is_green_and_open_leaves(void **state)
{
    (void)state;
    begin("{}");
    expect_rule(CLI_LEAVING_LEAVES, CLI_LEAVING_LEAVES);
    begin("{'tlp': 'TLP_CLEAR', 'classification': 'OPEN', 'handling': ['H1']}");
    expect_rule(CLI_LEAVING_LEAVES, CLI_LEAVING_LEAVES);
    begin("{'tlp': null}"); /* the family is GREEN */
    expect_rule(CLI_LEAVING_LEAVES, CLI_LEAVING_LEAVES);
}

static void
what_its_sender_keeps_stays_in_the_office(void **state)
{
    static const struct {
        const char *change;
        enum cli_leaving rule;
    } kept[] = {
        {"{'tlp': 'TLP_AMBER'}", CLI_LEAVING_TLP},
        {"{'tlp': 'TLP_AMBER_STRICT'}", CLI_LEAVING_TLP},
        {"{'handling': ['H1', 'H2']}", CLI_LEAVING_HANDLING},
        {"{'handling': ['H3']}", CLI_LEAVING_HANDLING},
        {"{'classification': 'RESTRICTED'}", CLI_LEAVING_CLASSIFIED},
        {"{'classification': null}", CLI_LEAVING_CLASSIFIED},
        {"{'origin': {'from': 'ncc@la', 'messageId': "
         "'01926b3e-7c00-7abc-8def-0123456789ab'}}",
            CLI_LEAVING_THIRD},
        {"{'safeguards': ['PRESUMED_TIP_VICTIM']}", CLI_LEAVING_SAFEGUARD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        begin(kept[i].change);
        expect_rule(kept[i].rule, CLI_LEAVING_LEAVES);
    }
}

/* Of a family that is under H2 when nothing is said. */
static void
what_its_family_keeps_stays_in_the_office(void **state)
{
    (void)state;
    begin("{}");
    item.message = example(
        &arena, "trafficking_referral", "{'tlp': 'TLP_GREEN', 'handling': []}");
    expect_rule(CLI_LEAVING_HANDLING, CLI_LEAVING_LEAVES);
    begin("{}");
    item.message = example(&arena, "trafficking_referral", "{'tlp': null}");
    expect_rule(CLI_LEAVING_RED, CLI_LEAVING_RED);
    begin("{'tlp': null}");
    item.message->body_case = ENTENTE__V1__MESSAGE__BODY__NOT_SET;
    expect_rule(CLI_LEAVING_RED, CLI_LEAVING_RED);
}

static void
what_the_node_says_of_it_counts_too(void **state)
{
    Entente__V1__Reclassified raised = ENTENTE__V1__RECLASSIFIED__INIT;

    (void)state;
    begin("{}");
    item.onward_by_consent = true;
    expect_rule(CLI_LEAVING_ONWARD, CLI_LEAVING_LEAVES);
    begin("{}");
    item.reclassified = &raised;
    expect_rule(CLI_LEAVING_RAISED, CLI_LEAVING_LEAVES);
}

static void
some_is_never_a_file(void **state)
{
    static Entente__V1__Reclassification as =
        ENTENTE__V1__RECLASSIFICATION__INIT;
    static Entente__V1__Reclassified raised = ENTENTE__V1__RECLASSIFIED__INIT;
    static char desk[] = "protection";

    (void)state;
    begin("{'tlp': 'TLP_RED'}");
    expect_rule(CLI_LEAVING_RED, CLI_LEAVING_RED);
    begin("{}");
    owed.desk = desk;
    expect_rule(CLI_LEAVING_DESK, CLI_LEAVING_DESK);
    begin("{}");
    as.tlp = ENTENTE__V1__TLP__TLP_RED;
    raised.as = &as;
    item.reclassified = &raised;
    expect_rule(CLI_LEAVING_RAISED, CLI_LEAVING_RAISED);
    begin("{}");
    item.message = NULL;
    expect_rule(CLI_LEAVING_DESK, CLI_LEAVING_DESK);
    item.deleted = true;
    expect_rule(CLI_LEAVING_GONE, CLI_LEAVING_GONE);
    for (int fate = 1; fate <= ENTENTE__V1__FATE__FATE_RECALLED; fate++) {
        begin("{}");
        item.fate = (Entente__V1__Fate)fate;
        expect_rule(CLI_LEAVING_REVOKED, CLI_LEAVING_REVOKED);
    }
}

static void
expect_sent(const Entente__V1__TraceCopy *copy, enum cli_leaving rule)
{
    assert_string_equal(
        cli_leaving_words(cli_leaving_decide_sent(copy, &item, true)),
        cli_leaving_words(rule));
}

static void
what_was_sent_must_have_gone_to_somebody(void **state)
{
    static const enum cli_leaving rules[] = {
        [ENTENTE__V1__TRACE_STATE__TRACE_WAITING] = CLI_LEAVING_WAITING,
        [ENTENTE__V1__TRACE_STATE__TRACE_SENT] = CLI_LEAVING_LEAVES,
        [ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY] = CLI_LEAVING_LEAVES,
        [ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED] = CLI_LEAVING_LEAVES,
        [ENTENTE__V1__TRACE_STATE__TRACE_REFUSED] = CLI_LEAVING_REFUSED,
        [ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE] = CLI_LEAVING_REFUSED,
        [ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET] = CLI_LEAVING_LEAVES,
        [ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED] =
            CLI_LEAVING_EXPIRED,
        [ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED] = CLI_LEAVING_EXPIRED,
        [ENTENTE__V1__TRACE_STATE__TRACE_HELD] = CLI_LEAVING_WAITING,
        [ENTENTE__V1__TRACE_STATE__TRACE_RETURNED] = CLI_LEAVING_REFUSED,
        [ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN] = CLI_LEAVING_REVOKED,
    };
    Entente__V1__TraceCopy copy = ENTENTE__V1__TRACE_COPY__INIT;

    (void)state;
    begin("{}");
    copy.message = item.message;
    for (unsigned i = 0; i < entente__v1__trace_state__descriptor.n_values;
         i++) {
        const int code = entente__v1__trace_state__descriptor.values[i].value;

        if (code != 0) {
            copy.state = (Entente__V1__TraceState)code;
            expect_sent(&copy, rules[code]);
        }
    }
}

static void
what_was_sent_is_under_its_marking_and_what_was_said_later(void **state)
{
    Entente__V1__Reclassification as = ENTENTE__V1__RECLASSIFICATION__INIT;
    Entente__V1__Reclassified raised = ENTENTE__V1__RECLASSIFIED__INIT;
    Entente__V1__TraceCopy copy = ENTENTE__V1__TRACE_COPY__INIT;

    (void)state;
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    begin("{'tlp': 'TLP_RED'}");
    copy.message = item.message;
    expect_sent(&copy, CLI_LEAVING_RED);
    begin("{'tlp': 'TLP_AMBER'}");
    copy.message = item.message;
    assert_int_equal(
        cli_leaving_decide_sent(&copy, &item, false), CLI_LEAVING_TLP);
    raised.as = &as;
    as.desk = ENTENTE__V1__DESK__DESK_PROTECTION;
    copy.reclassified = &raised;
    expect_sent(&copy, CLI_LEAVING_DESK);
    copy.reclassified = NULL;
    copy.message = item.message = NULL;
    expect_sent(&copy, CLI_LEAVING_WAITING);
    copy.fate = ENTENTE__V1__FATE__FATE_RECALLED;
    expect_sent(&copy, CLI_LEAVING_REVOKED);
    copy.deleted_at = 1;
    item.deleted = true;
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED;
    expect_sent(&copy, CLI_LEAVING_GONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_green_and_open_leaves),
        cmocka_unit_test(what_its_sender_keeps_stays_in_the_office),
        cmocka_unit_test(what_its_family_keeps_stays_in_the_office),
        cmocka_unit_test(what_the_node_says_of_it_counts_too),
        cmocka_unit_test(some_is_never_a_file),
        cmocka_unit_test(what_was_sent_must_have_gone_to_somebody),
        cmocka_unit_test(
            what_was_sent_is_under_its_marking_and_what_was_said_later),
    };

    return cmocka_run_group_tests_name("leaving", tests, set_up, tear_down);
}
