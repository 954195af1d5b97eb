/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs about alarms and trust, against something that answers as a node
 * would. */
#include <sysexits.h>

#include "tests/command.h"
#include "tests/fake_node.h"

/* One alarm, with a poisoned text, and two lists. */
static void
answer_status(Entente__V1__ApiReply *reply, size_t alarms)
{
    static Entente__V1__StatusReply status;
    static Entente__V1__Alarm alarm;
    static Entente__V1__Alarm *alarm_list[] = {&alarm};
    static Entente__V1__RevocationListStatus lists[2];
    static Entente__V1__RevocationListStatus *list_list[] = {
        &lists[0], &lists[1]};

    entente__v1__status_reply__init(&status);
    entente__v1__alarm__init(&alarm);
    alarm.number = 3;
    alarm.kind = (char *)"certificate";
    alarm.subject = (char *)"blo-tachileik@mm";
    alarm.text = (char *)"another key\033[2J";
    alarm.raised_at = UINT64_C(1795255200000);
    alarm.last_at = UINT64_C(1795258800000);
    alarm.count = 4;
    for (size_t i = 0; i < 2; i++) {
        entente__v1__revocation_list_status__init(&lists[i]);
    }
    lists[0].state = (char *)"mm";
    lists[0].number = 7;
    lists[0].next_update = UINT64_C(1795258800000);
    lists[0].overdue = true;
    lists[0].revoked = 2;
    lists[1].state = (char *)"th";
    status.alarms = alarm_list;
    status.n_alarms = alarms;
    status.revocation_lists = list_list;
    status.n_revocation_lists = 2;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_STATUS;
    reply->status = &status;
}

static enum fake_deed
alarmed(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)life;
    (void)nth;
    if (request->request_case == ENTENTE__V1__API_REQUEST__REQUEST_STATUS) {
        answer_status(reply, 1);
    } else if (request->clear_alarm->number == 3) {
        reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_CLEAR_ALARM;
        reply->clear_alarm = true;
    } else {
        reply->error = (char *)"there is no alarm 4";
        reply->exit_code = EX_NOINPUT;
    }
    return FAKE_ANSWER;
}

static enum fake_deed
calm(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)request;
    (void)life;
    (void)nth;
    answer_status(reply, 0);
    return FAKE_ANSWER;
}

static void
alarms_are_told_until_somebody_clears_them(void **state)
{
    fake_node_start(state, alarmed);
    expect_exit(state, "alarm list", 1);
    expect_output("ATTENTION: another key<U+001B>[2J (4 times");
    expect_output("blo-tachileik@mm");
    expect_exit(state, "alarm list --json", 1);
    assert_string_equal(printed("kind"), "certificate");
    expect_exit(state, "alarm clear 3", EX_OK);
    expect_exit(state, "alarm clear 3 4", EX_NOINPUT);
    expect_output("there is no alarm 4");
    expect_exit(state, "alarm clear three", EX_USAGE);
    expect_exit(state, "alarm clear", EX_USAGE);
}

static void
without_alarms_the_answer_is_yes(void **state)
{
    fake_node_start(state, calm);
    expect_exit(state, "alarm list", EX_OK);
    assert_string_equal(output, "");
}

static void
status_says_which_lists_are_overdue(void **state)
{
    fake_node_start(state, alarmed);
    expect_exit(state, "status", EX_OK);
    expect_output("ATTENTION: overdue since ");
    expect_output("none ever came");
    expect_output("ATTENTION: another key");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(alarms_are_told_until_somebody_clears_them),
        NODE_TEST(without_alarms_the_answer_is_yes),
        NODE_TEST(status_says_which_lists_are_overdue),
    };

    return cmocka_run_group_tests_name("cli_trust", tests, NULL, NULL);
}
