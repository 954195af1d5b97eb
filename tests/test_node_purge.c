/* SPDX-License-Identifier: Apache-2.0 */
/* Who recalls something is told when nobody confirms that it is gone. */
#include "tests/two_offices_duties.h"

#include <sodium.h>
#include <string.h>

#include "node/alarms.h"
#include "proto/base/log.h"

static void
who_recalls_is_owed_the_answer_until_it_comes(void **state)
{
    struct ent_id id;
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    (void)say_of(MAESAI, "RECALL", &id);
    owed = owed_by(MAESAI);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "confirm_recall");
    assert_string_equal(owed.office, addresses[TACHILEIK]);
    assert_true(owed.due == world.now + HOUR);
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    world.now += 2 * HOUR;
    remind(MAESAI);
    assert_int_equal(reminders(MAESAI), 0);
    assert_int_equal(rows_in(MAESAI, NODE_REMIND), 0);
}

static void
a_recall_that_nobody_answers_is_an_alarm_at_its_sender(void **state)
{
    struct ent_id id;
    char text[512];

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    world.up = false;
    (void)say_of(MAESAI, "RECALL", &id);
    world.now += HOUR / 2;
    remind(MAESAI);
    assert_int_equal(reminders(MAESAI), 1);
    crash(MAESAI);
    world.now += HOUR / 2;
    remind(MAESAI);
    assert_int_equal(reminders(MAESAI), 2);
    assert_true(owed_by(MAESAI).overdue);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_OVERDUE), 1);
    alarm_text(MAESAI, NODE_ALARM_OVERDUE, text);
    assert_non_null(strstr(text, MESSAGE_ID));
    assert_non_null(strstr(text, addresses[TACHILEIK]));
    assert_non_null(strstr(text, "recall.purge_within, line "));
    assert_non_null(strstr(text, " of th-mm-border-liaison"));
    world.up = true;
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
    journal_is_good(MAESAI);
}

/* Only an answer to the recall itself: one to a correction that crossed it says
 * nothing of it. */
static void
an_answer_to_something_else_confirms_no_recall(void **state)
{
    struct ent_id id;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    answer("COMPLIED");
    exchange();
    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    world.up = false;
    (void)say_of(MAESAI, "RECALL", &id);
    assert_int_equal(owes_to(MAESAI, addresses[TACHILEIK]).count, 1);
    world.up = true;
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
}

static void
what_never_left_need_not_be_confirmed(void **state)
{
    (void)state;
    send_to(
        NCC, "\"id\":\"" MESSAGE_ID "\","); /* its keys are not known here */
    send_json(NCC,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"" MESSAGE_ID
        "\",\"act\":\"RECALL\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"sent in error\"}}");
    assert_int_equal(owed_by(MAESAI).count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DUTY_TEST(who_recalls_is_owed_the_answer_until_it_comes),
        DUTY_TEST(a_recall_that_nobody_answers_is_an_alarm_at_its_sender),
        DUTY_TEST(an_answer_to_something_else_confirms_no_recall),
        DUTY_TEST(what_never_left_need_not_be_confirmed),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_purge", tests, NULL, NULL);
}
