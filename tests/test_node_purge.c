/* SPDX-License-Identifier: Apache-2.0 */
/* Who recalls something is told when nobody confirms that it is gone. */
#include "tests/two_offices_duties.h"

#include <sodium.h>
#include <string.h>

#include "node/alarms.h"
#include "node/lifecycle.h"
#include "node/purge.h"
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
only_who_answers_the_recall_itself_confirms_it(void **state)
{
    static const char other[] = "01926b3e-7c00-7abc-8def-0123456789ac";
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_id recall;

    (void)state;
    expect_ok(ent_id_parse(view(MESSAGE_ID), &recall, &last_error));
    row.purge_by = world.now;
    node_purge_answered(&row, MESSAGE_ID); /* nothing was recalled */
    assert_true(row.purge_by != 0);
    row.fate_by.data = recall.bytes;
    row.fate_by.len = sizeof recall.bytes;
    node_purge_answered(&row, other);
    node_purge_answered(&row, "");
    assert_true(row.purge_by != 0);
    node_purge_answered(&row, MESSAGE_ID);
    assert_true(row.purge_by == 0);
}

/* What is owed of a copy that ended in that state. */
static size_t
owed_of(uint32_t state, uint64_t bundle)
{
    struct node *node = world.nodes[MAESAI];
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_id id;
    size_t count;

    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    row.to = (char *)(uintptr_t)addresses[TACHILEIK];
    row.number = 77;
    row.state = state;
    row.bundle = bundle;
    row.fate = NODE_FATE_RECALLED;
    row.purge_by = world.now + HOUR;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_purge_follow_copy(node, &id, NULL, &row, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    count = owed_by(MAESAI).count;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_purge_follow_copy(node, &id, &row, NULL, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(owed_by(MAESAI).count, 0);
    return count;
}

/* What was taken back may have come before it was, once it was sealed. */
static void
it_is_owed_by_whoever_may_have_it(void **state)
{
    (void)state;
    assert_int_equal(owed_of(0, 0), 1);
    assert_int_equal(owed_of(DELIVERED, 1), 1);
    assert_int_equal(
        owed_of(ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED, 1), 1);
    assert_int_equal(owed_of(ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN, 1), 1);
    assert_int_equal(owed_of(ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN, 0), 0);
    assert_int_equal(
        owed_of(ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE, 0), 0);
}

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
        DUTY_TEST(only_who_answers_the_recall_itself_confirms_it),
        DUTY_TEST(it_is_owed_by_whoever_may_have_it),
        DUTY_TEST(an_answer_to_something_else_confirms_no_recall),
        DUTY_TEST(what_never_left_need_not_be_confirmed),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_purge", tests, NULL, NULL);
}
