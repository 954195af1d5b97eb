/* SPDX-License-Identifier: Apache-2.0 */
/* What people owe under an agreement, and that they are reminded of it. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/drills.h"
#include "node/duties.h"
#include "node/need.h"
#include "node/removal.h"
#include "node/vault.h"
#include "proto/base/log.h"

#define ID "01926b3e-7c00-7abc-8def-0123456789ab"
#define NCC "ncc@mm"

/* A day to tell who has it, half a day to apply it. */
static const struct amendment terms[] = {
    {"handling: {default: [H1, H2]}",
        "hotline: {ladder: [{after: PT5M, to: supervisor}], drill_every: "
        "P30D}\nhandling: {default: [H1, H2]}"},
    {"handling: {default: [H1, H2]}",
        "correction: {notify_within: PT24H, apply_within: PT12H}\n"
        "handling: {default: [H1, H2]}"},
    {"handling: {default: [H1, H2]}",
        "recall: {purge_within: PT1H, certificate: required}\n"
        "handling: {default: [H1, H2]}"},
    {"flash: {acknowledge: PT5M}", "flash: {acknowledge: PT5M, reply: PT30M}"},
    {"[hotline_alert, hub_alert], keep: P30D",
        "[hotline_alert, hub_alert], keep: P30D, review_every: P5D"},
};

#define TERMS (sizeof terms / sizeof terms[0])
#define PLAIN (TERMS - 1) /* without the last: nothing is looked at again */

static int
setup_with(void **state, size_t count)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("lifecycle", terms, count);
    introduce();
    return 0;
}

static int
setup_duties(void **state)
{
    return setup_with(state, PLAIN);
}

static int
setup_reviews(void **state)
{
    return setup_with(state, TERMS);
}

/* Whatever is due now is reminded of. */
static void
remind(enum who who)
{
    uint64_t due;

    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(node_duties_run(world.nodes[who], &due, &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
}

/* What is owed, to anybody or to one office: the first of it is copied, when
 * there is any. */
struct owed {
    size_t count;
    char kind[32];
    char office[64];
    uint64_t due;
    bool overdue;
};

static struct owed
owes_to(enum who who, const char *office)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[who];
    Entente__V1__Duty **list;
    struct owed owed = {0};

    node->now_ms = world.now;
    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_duties_list(node, &arena, &list, &owed.count, &last_error));
    node_store_abort(node->store);
    for (size_t i = owed.count; i-- > 0;) {
        if (office == NULL || strcmp(list[i]->office, office) == 0) {
            (void)snprintf(owed.kind, sizeof owed.kind, "%s", list[i]->kind);
            (void)snprintf(
                owed.office, sizeof owed.office, "%s", list[i]->office);
            owed.due = list[i]->due;
            owed.overdue = list[i]->overdue;
        }
    }
    return owed;
}

static struct owed
owed_by(enum who who)
{
    return owes_to(who, NULL);
}

/* How often an alarm about a duty was raised. */
static uint64_t
reminders(enum who who)
{
    struct node *node = world.nodes[who];
    uint64_t number = 1;
    uint64_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (;;) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;

        if (node_alarm_next(node, &number, &row, &last_error) != ENT_OK) {
            break;
        }
        count += row->kind == NODE_ALARM_DUTY || row->kind == NODE_ALARM_OVERDUE
                     ? row->count
                     : 0;
        number++;
    }
    node_store_abort(node->store);
    return count;
}

/* What Mae Sai writes, to an office of its choice. */
static void
send_json(const char *office, const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result;
    ProtobufCMessage *message;
    char *recipient = (char *)(uintptr_t)office;

    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit(
        world.nodes[MAESAI], &submission, &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
}

/* Its alert. */
static void
send_to(const char *office, const char *more)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{%s\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\","
        "\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},"
        "\"when\":\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\"}}",
        more);
    send_json(office, json);
}

#define CORRECTION                                                             \
    "\"action\":\"CORRECT\",\"references\":[{\"id\":\"" ID "\"}],"

static void
answer(const char *act)
{
    char json[512];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"" ID
        "\",\"act\":\"%s\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\"}}",
        act);
    (void)post(TACHILEIK, MAESAI, json);
}

/* ---- tests ---- */

static void
who_hears_of_a_correction_owes_to_apply_it(void **state)
{
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    owed = owed_by(TACHILEIK);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "apply_correction");
    assert_string_equal(owed.office, addresses[MAESAI]);
    assert_true(owed.due > world.now + 11 * HOUR);
    assert_true(owed.due <= world.now + 12 * HOUR);
    assert_int_equal(owed_by(MAESAI).count, 0);
    crash(TACHILEIK);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    answer("COMPLIED");
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_REMIND), 0);
    world.now += 2 * DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 0);
}

static void
they_are_reminded_at_half_the_time_at_its_end_and_each_day(void **state)
{
    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    world.now += 5 * HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 0);
    world.now += HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 1);
    assert_false(owed_by(TACHILEIK).overdue);
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 1);
    world.now += 6 * HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 2);
    assert_true(owed_by(TACHILEIK).overdue);
    world.now += DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 3);
    answer("COMPLIED");
    world.now += DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 3);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_OVERDUE), 1);
    journal_is_good(TACHILEIK);
}

static void
who_corrects_to_one_owes_it_to_all_who_have_it(void **state)
{
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    send_to(NCC, "\"id\":\"" ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    owed = owed_by(MAESAI);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "tell_correction");
    assert_string_equal(owed.office, NCC);
    assert_true(owed.due == world.now + DAY);
    send_to(NCC, CORRECTION);
    assert_int_equal(owed_by(MAESAI).count, 0);
}

/* The text of the last alarm of that kind; "": there is none. */
static void
alarm_text(enum who who, uint32_t kind, char text[static 512])
{
    struct node *node = world.nodes[who];
    uint64_t number = 1;

    text[0] = '\0';
    expect_ok(node_store_begin(node->store, &last_error));
    for (;; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;

        if (node_alarm_next(node, &number, &row, &last_error) != ENT_OK) {
            break;
        }
        if (row->kind == kind) {
            (void)snprintf(text, 512, "%s: %s", row->subject, row->text);
        }
    }
    node_store_abort(node->store);
}

static void
who_recalls_is_owed_the_answer_until_it_comes(void **state)
{
    struct ent_id id;
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    expect_ok(ent_id_parse(view(ID), &id, &last_error));
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
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    expect_ok(ent_id_parse(view(ID), &id, &last_error));
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
    assert_non_null(strstr(text, ID));
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
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    answer("COMPLIED");
    exchange();
    expect_ok(ent_id_parse(view(ID), &id, &last_error));
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
    send_to(NCC, "\"id\":\"" ID "\","); /* its keys are not known here */
    send_json(NCC,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"" ID
        "\",\"act\":\"RECALL\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"sent in error\"}}");
    assert_int_equal(owed_by(MAESAI).count, 0);
}

/* ---- replies ---- */

#define ASKS                                                                   \
    "\"id\":\"" ID "\",\"precedence\":\"FLASH\",\"replyBy\":"                  \
    "\"2026-08-15T10:05:00Z\","

static void
reply_with(const char *rest)
{
    char json[768];

    (void)snprintf(json, sizeof json, "{\"inReplyTo\":\"" ID "\",%s}", rest);
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
    reply_with("\"purpose\":\"ADMINISTRATION\",\"acknowledgement\":{"
               "\"messageId\":\"" ID "\",\"level\":\"ACKNOWLEDGED\",\"at\":"
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
        assert_non_null(strstr(text, ID));
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
    expect_ok(ent_id_parse(view(ID), &id, &last_error));
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    assert_int_equal(owed_by(MAESAI).count, 0);
    exchange();
    assert_string_equal(owed_by(TACHILEIK).kind, "apply_correction");
    assert_int_equal(owed_by(TACHILEIK).count, 1);
}

/* A header may give more time than the agreement, and not less. */
static void
a_later_time_of_the_header_counts(void **state)
{
    (void)state;
    send_to(addresses[TACHILEIK],
        "\"id\":\"" ID "\",\"precedence\":\"FLASH\",\"replyBy\":"
        "\"2026-08-16T10:00:00Z\",");
    exchange();
    assert_true(owed_by(MAESAI).due > world.now + 23 * HOUR);
    assert_true(owed_by(TACHILEIK).due == owed_by(MAESAI).due);
}

/* ---- what is still needed ---- */

/* The message that introduced them: it has number 1. */
static enum ent_status
say_needed(enum who who, const char *role, const char *reason)
{
    Entente__V1__KeepRequest request = ENTENTE__V1__KEEP_REQUEST__INIT;
    Entente__V1__KeepReply reply = ENTENTE__V1__KEEP_REPLY__INIT;
    struct node *node = world.nodes[who];

    request.sequence = 1;
    request.role = (char *)(uintptr_t)role;
    request.reason = (char *)(uintptr_t)reason;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    return node_turn_end(
        node, node_need_keep(node, &request, &reply, &last_error), &last_error);
}

static enum ent_status
needed(enum who who)
{
    return say_needed(who, "officer", "The lorry is still sought.");
}

/* Days later everything that is over is gone. */
static void
days_later(uint64_t days)
{
    world.now += days * DAY;
    remind(TACHILEIK);
    tidy(TACHILEIK);
}

/* Whether its officer can still read it. */
static bool
is_readable(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    node_desk_row *row = desk_row(TACHILEIK, &world.sent[0]);
    struct node *node = world.nodes[TACHILEIK];
    enum ent_status rc = ENT_NOT_FOUND;

    expect_ok(node_store_begin(node->store, &last_error));
    if (row->deleted_at == 0) {
        rc = node_vault_open(node->store, node->slots, row->bundle, row->day,
            row->index, &plain, &last_error);
    }
    node_store_abort(node->store);
    node_row_free(&row);
    return rc == ENT_OK;
}

static void
whether_a_message_is_still_needed_is_asked_in_time(void **state)
{
    struct owed owed;
    char text[512];

    (void)state;
    days_later(2);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(reminders(TACHILEIK), 0);
    crash(TACHILEIK);
    days_later(1);
    owed = owed_by(TACHILEIK);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "say_still_needed");
    assert_string_equal(owed.office, addresses[MAESAI]);
    assert_true(owed.due > world.now + DAY && owed.due <= world.now + 2 * DAY);
    assert_int_equal(reminders(TACHILEIK), 1);
    alarm_text(TACHILEIK, NODE_ALARM_DUTY, text);
    assert_non_null(strstr(text, "entente keep 1"));
    assert_non_null(strstr(text, "retention.review_every, line "));
    assert_int_equal(owed_by(MAESAI).count, 0);
}

static void
what_nobody_says_is_needed_is_deleted_and_nothing_is_late(void **state)
{
    (void)state;
    days_later(4);
    assert_true(is_readable());
    days_later(2);
    assert_false(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_OVERDUE), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_REMIND), 0);
    assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
}

static void
what_is_still_needed_is_kept_until_it_is_asked_again(void **state)
{
    (void)state;
    days_later(3);
    expect_ok(needed(TACHILEIK));
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_KEPT), 1);
    /* What wrapped its key before is not found on disk either. */
    assert_int_equal(rows_in(TACHILEIK, NODE_REMOVAL), 1);
    crash(TACHILEIK);
    expect_ok(node_removal_run(world.nodes[TACHILEIK], &last_error));
    assert_int_equal(rows_in(TACHILEIK, NODE_REMOVAL), 0);
    assert_true(is_readable());
    days_later(4);
    assert_true(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    days_later(1);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    days_later(3);
    assert_false(is_readable());
    journal_is_good(TACHILEIK);
}

/* Not in advance, not twice, not without a reason, and never beyond `keep`. */
static void
nothing_is_kept_longer_than_agreed_whatever_is_said(void **state)
{
    size_t said = 0;

    (void)state;
    assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
    days_later(3);
    assert_int_equal(say_needed(TACHILEIK, "officer", ""), ENT_BAD_INPUT);
    assert_int_equal(say_needed(TACHILEIK, "", "It is."), ENT_BAD_INPUT);
    for (unsigned day = 3; day < 35; day++) {
        said += needed(TACHILEIK) == ENT_OK;
        assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
        assert_true(is_readable() || day > 29);
        days_later(1);
    }
    assert_int_equal(said, 5); /* 5, 10, 15, 20, 25 days, and 30 is the end */
    assert_false(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_KEPT), 5);
}

/* A clock that may be ahead takes nobody's answer away. */
static void
while_the_clock_is_in_doubt_it_can_still_be_said(void **state)
{
    (void)state;
    days_later(3);
    world.nodes[TACHILEIK]->clock_doubt = true;
    world.now += 40 * DAY;
    remind(TACHILEIK);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    expect_ok(needed(TACHILEIK));
    world.now -= 40 * DAY;
    world.nodes[TACHILEIK]->clock_doubt = false;
    days_later(4);
    assert_true(is_readable());
}

/* What was moved goes with a recall too. */
static void
what_is_kept_is_recalled_all_the_same(void **state)
{
    (void)state;
    days_later(3);
    expect_ok(needed(TACHILEIK));
    (void)say_of(MAESAI, "RECALL", &world.sent[0]);
    exchange();
    assert_false(is_readable());
    days_later(6);
    assert_int_equal(rows_in(TACHILEIK, NODE_DUTY), 0);
}

/* What the agreements in use ask for is looked at now and then. */
static void
look_at_drills(enum who who)
{
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(node_drills_watch(world.nodes[who], &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
}

/* The drill with Tachileik that Mae Sai has told; false: none was. */
static bool
drill_of(Entente__V1__Drill *ret_drill)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[MAESAI];
    Entente__V1__Drill **list;
    size_t count;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_drills_list(node, &arena, &list, &count, &last_error));
    node_store_abort(node->store);
    if (count > 0) {
        assert_int_equal(count, 1);
        assert_string_equal(list[0]->office, addresses[TACHILEIK]);
        *ret_drill = *list[0];
    }
    return count > 0;
}

static void
acknowledge(void)
{
    (void)post(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"mode\":\"EXERCISE\","
        "\"acknowledgement\":{\"messageId\":\"" ID "\",\"level\":"
        "\"ACKNOWLEDGED\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"officer\"}}");
}

static void
a_drill_is_owed_until_an_exercise_is_answered(void **state)
{
    Entente__V1__Drill drill;

    (void)state;
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2); /* the ncc too */
    world.now += 31 * DAY;
    remind(MAESAI);
    assert_true(owed_by(MAESAI).overdue);
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",\"mode\":\"EXERCISE\",");
    exchange();
    assert_true(drill_of(&drill));
    assert_true(drill.answered_at == 0);
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2);
    world.now += 90000;
    acknowledge();
    exchange();
    assert_true(drill_of(&drill));
    assert_true(drill.answered_at > 0);
    assert_true(drill.answer_ms >= 90000 && drill.answer_ms < 200000);
    assert_int_equal(owed_by(MAESAI).count, 1);
    look_at_drills(MAESAI); /* the next one */
    assert_int_equal(owed_by(MAESAI).count, 2);
    world.now += 29 * DAY; /* it counts from the answer */
    assert_false(owes_to(MAESAI, addresses[TACHILEIK]).overdue);
    world.now += 2 * DAY;
    assert_true(owes_to(MAESAI, addresses[TACHILEIK]).overdue);
    journal_is_good(MAESAI);
}

static void
what_is_agreed_no_more_is_owed_no_more(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes agreed = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text =
        change(ent_bytes_view(&agreed), "version: 1", "version: 3");

    (void)state;
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2);
    sign_agreement(MAESAI, ent_bytes_view(&text));
    assert_non_null(
        node_agreements_with(world.nodes[MAESAI]->agreements, "mm"));
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 0);
}

static void
what_is_real_is_no_drill(void **state)
{
    Entente__V1__Drill drill;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" ID "\",");
    exchange();
    assert_false(drill_of(&drill));
}

#define REVIEW_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, setup_reviews, teardown)
#define DUTY_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_duties, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DUTY_TEST(who_hears_of_a_correction_owes_to_apply_it),
        DUTY_TEST(they_are_reminded_at_half_the_time_at_its_end_and_each_day),
        DUTY_TEST(who_corrects_to_one_owes_it_to_all_who_have_it),
        DUTY_TEST(who_recalls_is_owed_the_answer_until_it_comes),
        DUTY_TEST(a_recall_that_nobody_answers_is_an_alarm_at_its_sender),
        DUTY_TEST(an_answer_to_something_else_confirms_no_recall),
        DUTY_TEST(what_never_left_need_not_be_confirmed),
        DUTY_TEST(who_asks_for_a_reply_is_owed_it_at_both_ends),
        DUTY_TEST(a_reply_that_does_not_come_is_an_alarm_at_both_ends),
        DUTY_TEST(what_asks_for_no_reply_or_is_withdrawn_needs_none),
        DUTY_TEST(a_later_time_of_the_header_counts),
        REVIEW_TEST(whether_a_message_is_still_needed_is_asked_in_time),
        REVIEW_TEST(what_nobody_says_is_needed_is_deleted_and_nothing_is_late),
        REVIEW_TEST(what_is_still_needed_is_kept_until_it_is_asked_again),
        REVIEW_TEST(nothing_is_kept_longer_than_agreed_whatever_is_said),
        REVIEW_TEST(while_the_clock_is_in_doubt_it_can_still_be_said),
        REVIEW_TEST(what_is_kept_is_recalled_all_the_same),
        DUTY_TEST(a_drill_is_owed_until_an_exercise_is_answered),
        DUTY_TEST(what_is_agreed_no_more_is_owed_no_more),
        DUTY_TEST(what_is_real_is_no_drill),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_duties", tests, NULL, NULL);
}
