/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks for a reply, and who was asked. */
#include "tests/two_offices_duties.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/lifecycle.h"
#include "node/reply.h"
#include "proto/base/log.h"

#define ASKS                                                                   \
    "\"id\":\"" MESSAGE_ID "\",\"precedence\":\"FLASH\",\"replyBy\":"          \
    "\"2026-08-15T10:05:00Z\","

static void
reply_with(const char *rest)
{
    char json[768];

    (void)snprintf(
        json, sizeof json, "{\"inReplyTo\":\"" MESSAGE_ID "\",%s}", rest);
    (void)post(TACHILEIK, MAESAI, json);
}

#define ALERT                                                                  \
    "\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"hotlineAlert\":{"  \
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"MM\"},\"when\":"              \
    "\"2026-08-15T10:00:00Z\",\"action\":\"STOP\",\"direction\":\"toward th\"}"

static void
who_asks_for_a_reply_is_owed_it_at_both_ends(void **state)
{
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], ASKS);
    assert_int_equal(owed_by(MAESAI).count, 0); /* it counts from delivery */
    exchange();
    owed = owed_by(TACHILEIK);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "reply");
    assert_string_equal(owed.office, addresses[MAESAI]);
    assert_true(owed.due > world.now + HOUR / 2 - 60000);
    assert_true(owed.due <= world.now + HOUR / 2);
    owed = owed_by(MAESAI);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "await_reply");
    assert_string_equal(owed.office, addresses[TACHILEIK]);
    crash(TACHILEIK);
    crash(MAESAI);
    /* That it was read is no reply. */
    reply_with(
        "\"purpose\":\"ADMINISTRATION\",\"acknowledgement\":{"
        "\"messageId\":\"" MESSAGE_ID "\",\"level\":\"ACKNOWLEDGED\",\"at\":"
        "\"2026-08-15T10:00:00Z\",\"role\":\"officer\"}");
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    assert_int_equal(owed_by(MAESAI).count, 1);
    reply_with(ALERT);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
    assert_int_equal(rows_in(MAESAI, NODE_REMIND), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_REMIND), 0);
}

static void
a_reply_that_does_not_come_is_an_alarm_at_both_ends(void **state)
{
    char text[512];

    (void)state;
    send_to(addresses[TACHILEIK], ASKS);
    exchange();
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        world.now += HOUR / 2;
        remind(who);
        assert_true(owed_by(who).overdue);
        assert_int_equal(reminders(who), 1);
        assert_int_equal(entries_in(who, ENT_ENTRY_OVERDUE), 1);
        alarm_text(who, NODE_ALARM_OVERDUE, text);
        assert_non_null(strstr(text, MESSAGE_ID));
        assert_non_null(strstr(text, addresses[1 - who]));
        assert_non_null(strstr(text, "service_levels.flash.reply, line "));
    }
    reply_with(ALERT);
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(owed_by(MAESAI).count, 0);
}

static void
what_asks_for_no_reply_or_is_withdrawn_needs_none(void **state)
{
    struct ent_id id;

    (void)state;
    send_to(addresses[TACHILEIK], "\"precedence\":\"FLASH\",");
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(owed_by(MAESAI).count, 0);
    send_to(addresses[TACHILEIK], ASKS);
    exchange();
    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    assert_int_equal(owed_by(MAESAI).count, 0);
    exchange();
    assert_string_equal(owed_by(TACHILEIK).kind, "apply_correction");
    assert_int_equal(owed_by(TACHILEIK).count, 1);
}

/* Of a copy: delivered, and waited for since. */
static void
only_what_was_delivered_and_still_counts_is_waited_for(void **state)
{
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    node_copy_row changed;

    (void)state;
    row.reply_ms = HOUR;
    row.state = DELIVERED;
    row.settled_at = 5 * DAY;
    assert_true(node_reply_due(&row) == 5 * DAY + HOUR);
    changed = row;
    changed.reply_after = 6 * DAY;
    assert_true(node_reply_due(&changed) == 6 * DAY);
    changed = row;
    changed.fate = NODE_FATE_CORRECTED;
    assert_true(node_reply_due(&changed) != 0);
    changed.fate = NODE_FATE_WITHDRAWN;
    assert_true(node_reply_due(&changed) == 0);
    changed = row;
    changed.state = 0;
    assert_true(node_reply_due(&changed) == 0);
    changed = row;
    changed.replied_at = 5 * DAY;
    assert_true(node_reply_due(&changed) == 0);
    changed = row;
    changed.deleted_at = 5 * DAY;
    assert_true(node_reply_due(&changed) == 0);
}

/* Where something is given again to a store that was lost the time counts from
 * when it came first, and what is over by then rings no more. */
static void
what_is_given_again_has_no_new_time(void **state)
{
    struct node *node = world.nodes[TACHILEIK];
    struct ent_decision decision = {.reply_ms = 2 * HOUR};
    Google__Protobuf__Timestamp by = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Google__Protobuf__Timestamp delivered = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Entente__V1__Restored restored = ENTENTE__V1__RESTORED__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    (void)state;
    node->now_ms = world.now - world.now % 1000;
    by.seconds = (int64_t)(node->now_ms / 1000) - 7200;
    message.reply_by = &by;
    assert_true(
        node_reply_by(node, &message, &decision) == node->now_ms + 2 * HOUR);
    message.restored = &restored;
    restored.delivered_at = &delivered;
    delivered.seconds = (int64_t)(node->now_ms / 1000) - 3600;
    assert_true(
        node_reply_by(node, &message, &decision) == node->now_ms + HOUR);
    delivered.seconds -= 3600;
    assert_true(node_reply_by(node, &message, &decision) == 0);
    delivered.seconds += 2 * 3600 + 60; /* their clock is ahead of ours */
    assert_true(
        node_reply_by(node, &message, &decision) == node->now_ms + 2 * HOUR);
}

/* That a correction was applied is no reply either, whatever it names. */
static void
an_answer_to_a_correction_is_no_reply(void **state)
{
    (void)state;
    send_to(addresses[TACHILEIK], ASKS);
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    reply_with("\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":"
               "\"" MESSAGE_ID "\",\"act\":\"COMPLIED\",\"at\":"
               "\"2026-08-15T10:00:00Z\",\"role\":\"supervisor\"}");
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    assert_string_equal(owed_by(TACHILEIK).kind, "reply");
    assert_string_equal(owed_by(MAESAI).kind, "await_reply");
}

/* Of two replies the first is when it was replied to. */
static void
the_first_reply_counts(void **state)
{
    node_copy_row *row;
    struct ent_id id;
    uint64_t first;

    (void)state;
    send_to(addresses[TACHILEIK], ASKS);
    exchange();
    reply_with(ALERT);
    exchange();
    expect_ok(ent_id_parse(view(MESSAGE_ID), &id, &last_error));
    row = copy_row(MAESAI, TACHILEIK, &id);
    first = row->replied_at;
    assert_true(first != 0);
    node_row_free(&row);
    world.now += HOUR;
    reply_with(ALERT);
    exchange();
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_true(row->replied_at == first);
    node_row_free(&row);
}

/* A header may give more time than the agreement, and not less. */
static void
a_later_time_of_the_header_counts(void **state)
{
    (void)state;
    send_to(addresses[TACHILEIK],
        "\"id\":\"" MESSAGE_ID "\",\"precedence\":\"FLASH\",\"replyBy\":"
        "\"2026-08-16T10:00:00Z\",");
    exchange();
    assert_true(owed_by(MAESAI).due > world.now + 23 * HOUR);
    assert_true(owed_by(TACHILEIK).due == owed_by(MAESAI).due);
}

/* Its owner confirms a hit, and nobody confirms the confirmation. */
static void
a_hit_is_confirmed_and_then_nothing_is_owed(void **state)
{
    static const char hit[] =
        "\"purpose\":\"ADMINISTRATION\",\"precedence\":\"FLASH\","
        "\"hitNotice\":{\"alertId\":\"01926b3e-7c00-7abc-8def-0123456789ac\","
        "\"encounter\":\"ENTRY_PRIMARY\",\"place\":{\"country\":\"MM\"},"
        "\"metAt\":\"2026-08-15T09:59:00Z\"";
    char json[768];

    (void)state;
    (void)snprintf(json, sizeof json, "{\"id\":\"" MESSAGE_ID "\",%s}}", hit);
    (void)post(TACHILEIK, MAESAI, json);
    exchange();
    assert_string_equal(owed_by(MAESAI).kind, "reply");
    assert_string_equal(owed_by(TACHILEIK).kind, "await_reply");
    (void)snprintf(json, sizeof json,
        "{\"inReplyTo\":\"" MESSAGE_ID "\",%s,\"confirmation\":\"CONFIRMED\"}}",
        hit);
    (void)post(MAESAI, TACHILEIK, json);
    assert_int_equal(owed_by(MAESAI).count, 0);
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
}

/* What the node cannot answer, people do. */
static void
a_query_that_the_node_answers_is_nobodys_duty(void **state)
{
    (void)state;
    (void)post(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"precedence\":\"FLASH\","
        "\"hitQuery\":{\"conveyance\":{\"plate\":\"9กก 9999\"},"
        "\"encounter\":\"ENTRY_PRIMARY\"}}");
    exchange();
    assert_int_equal(owed_by(MAESAI).count, 0);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    (void)post(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"precedence\":\"FLASH\","
        "\"hitQuery\":{\"person\":{\"name\":\"TRAN<<THI HOA\"},"
        "\"encounter\":\"ENTRY_PRIMARY\"}}");
    exchange();
    assert_string_equal(owed_by(MAESAI).kind, "reply");
    assert_string_equal(owed_by(TACHILEIK).kind, "await_reply");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DUTY_TEST(who_asks_for_a_reply_is_owed_it_at_both_ends),
        DUTY_TEST(a_reply_that_does_not_come_is_an_alarm_at_both_ends),
        DUTY_TEST(what_asks_for_no_reply_or_is_withdrawn_needs_none),
        cmocka_unit_test(
            only_what_was_delivered_and_still_counts_is_waited_for),
        DUTY_TEST(what_is_given_again_has_no_new_time),
        DUTY_TEST(an_answer_to_a_correction_is_no_reply),
        DUTY_TEST(the_first_reply_counts),
        DUTY_TEST(a_later_time_of_the_header_counts),
        DUTY_TEST(a_hit_is_confirmed_and_then_nothing_is_owed),
        DUTY_TEST(a_query_that_the_node_answers_is_nobodys_duty),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_reply", tests, NULL, NULL);
}
