/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_duties.h"

#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/duties.h"

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
    agree_on("lifecycle, hit_notice, hit_query, hit_answer", terms, count);
    introduce();
    return 0;
}

int
setup_duties(void **state)
{
    return setup_with(state, PLAIN);
}

int
setup_reviews(void **state)
{
    return setup_with(state, TERMS);
}

void
remind(enum who who)
{
    uint64_t due;

    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(node_duties_run(world.nodes[who], &due, &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
}

struct owed
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

struct owed
owed_by(enum who who)
{
    return owes_to(who, NULL);
}

uint64_t
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

void
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
    expect_ok(node_submit(world.nodes[MAESAI], &submission,
        (struct ent_view){0}, &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
}

void
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

void
answer(const char *act)
{
    char json[512];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"" MESSAGE_ID
        "\",\"act\":\"%s\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\"}}",
        act);
    (void)post(TACHILEIK, MAESAI, json);
}
