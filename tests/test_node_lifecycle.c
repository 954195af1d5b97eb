/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices, and what becomes of messages after they were sent. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/lifecycle.h"
#include "node/removal.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/schema/delivery.pb-c.h"

#define WITHDRAWN ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN

/* The agreement of these tests lets M73 and M44 pass too. */
static int
setup_lifecycle(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("lifecycle, consent_request, consent_decision", NULL, 0);
    introduce();
    return 0;
}

static struct ent_id
correct(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[768];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"action\":"
        "\"CORRECT\",\"references\":[{\"id\":\"%s\"}],\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
        "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"a blue pick-up\"}}",
        id);
    return post(MAESAI, TACHILEIK, json);
}

static void
expect_fate(enum who who, const struct ent_id *id, enum node_fate fate,
    const struct ent_id *by)
{
    node_desk_row *row = desk_row(who, id);

    assert_int_equal(row->fate, fate);
    assert_int_equal(row->fate_by.len, sizeof by->bytes);
    assert_memory_equal(row->fate_by.data, by->bytes, sizeof by->bytes);
    if (fate >= NODE_FATE_WITHDRAWN) {
        assert_int_equal(row->acknowledge_by, 0);
    }
    assert_int_equal(row->deleted_at != 0, fate == NODE_FATE_RECALLED);
    node_row_free(&row);
}

/* Whether that office can still decrypt what lies on its desk. */
static enum ent_status
read_desk(enum who who, const struct ent_id *id)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    node_desk_row *row = desk_row(who, id);
    struct node *node = world.nodes[who];
    enum ent_status rc;

    expect_ok(node_store_begin(node->store, &last_error));
    rc = node_vault_open(node->store, node->slots, row->bundle, row->day,
        row->index, &plain, &last_error);
    node_store_abort(node->store);
    node_row_free(&row);
    return rc;
}

/* Tachileik takes in what that office says of a message, as if it had come. */
static struct ent_id
hear(const char *from, Entente__V1__LifecycleAct act, const struct ent_id *id)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    Entente__V1__Lifecycle body = ENTENTE__V1__LIFECYCLE__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_id by = ent_id_new(world.now);
    char text[ENT_ID_TEXT_LEN + 1];
    char by_text[ENT_ID_TEXT_LEN + 1];
    struct ent_address sender;

    expect_ok(ent_address_parse(view(from), &sender, &last_error));
    ent_id_format(id, text);
    ent_id_format(&by, by_text);
    body.message_id = text;
    body.act = act;
    message.id = by_text;
    message.mode = ENTENTE__V1__MODE__ACTUAL;
    message.precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE;
    message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    message.from = sender.text;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
    message.lifecycle = &body;
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(
        node_lifecycle_take(tachileik, &sender, &message, &by, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    return by;
}

/* ---- tests ---- */

static void
a_correction_marks_what_it_corrects(void **state)
{
    struct ent_id wrong = post(MAESAI, TACHILEIK, hotline);
    struct ent_id right;
    node_copy_row *copy;

    (void)state;
    exchange();
    right = correct(&wrong);
    exchange();
    expect_fate(TACHILEIK, &wrong, NODE_FATE_CORRECTED, &right);
    assert_int_equal(times_on_desk(TACHILEIK, &right), 1);
    copy = copy_row(MAESAI, TACHILEIK, &wrong);
    assert_int_equal(copy->fate, NODE_FATE_CORRECTED);
    assert_int_equal(copy->state, DELIVERED);
    node_row_free(&copy);
}

static void
a_withdrawn_message_need_not_be_answered_any_more(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id by;

    (void)state;
    exchange();
    by = say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    expect_fate(TACHILEIK, &id, NODE_FATE_WITHDRAWN, &by);
    expect_ok(read_desk(TACHILEIK, &id));
}

static void
a_recalled_message_cannot_be_read_and_its_sender_is_told(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);
    node_copy_row *copy;
    struct ent_id by;

    (void)state;
    exchange();
    by = say_of(MAESAI, "RECALL", &id);
    exchange();
    expect_fate(TACHILEIK, &id, NODE_FATE_RECALLED, &by);
    expect_status(read_desk(TACHILEIK, &id), ENT_NOT_FOUND);
    expect_ok(read_desk(TACHILEIK, &other));
    copy = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(copy->fate, NODE_FATE_RECALLED);
    assert_int_equal(copy->answer, ENTENTE__V1__LIFECYCLE_ACT__COMPLIED);
    assert_true(copy->final_at > world.now);
    assert_true(copy->final_at < world.now + 10 * DAY);
    node_row_free(&copy);
    journal_is_good(TACHILEIK);
}

/* A message lives a year at most; whoever is still to hear of it has by then.
 */
static void
what_was_said_is_forgotten_when_nothing_it_means_can_come(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    exchange();
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    world.now += 10 * DAY;
    (void)hear(addresses[MAESAI], ENTENTE__V1__LIFECYCLE_ACT__RECALL, &id);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE), 1);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE_END), 2);
    world.now += 366 * DAY; /* after the withdrawal it was said again */
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE), 1);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE_END), 1);
    world.now += 2 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_FATE_END), 0);
}

static struct ent_id
ask(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"consentRequest\":{\"messageId\":"
        "\"%s\",\"use\":\"PASS_ON\",\"to\":\"la\",\"role\":\"officer\","
        "\"reason\":\"they ask\"}}",
        id);
    return post(TACHILEIK, MAESAI, json);
}

static void
consents_go_with_the_message_they_are_about(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id recalled = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    exchange();
    (void)ask(&id);
    (void)ask(&recalled);
    exchange();
    assert_int_equal(rows_in(MAESAI, NODE_CONSENT), 2);
    assert_int_equal(rows_in(TACHILEIK, NODE_CONSENT), 2);
    (void)say_of(MAESAI, "RECALL", &recalled);
    exchange();
    assert_int_equal(rows_in(TACHILEIK, NODE_CONSENT), 1);
    world.now += 29 * DAY;
    tidy(MAESAI);
    tidy(TACHILEIK);
    assert_int_equal(rows_in(MAESAI, NODE_CONSENT), 2);
    assert_int_equal(rows_in(TACHILEIK, NODE_CONSENT), 1);
    world.now += 3 * DAY; /* alerts are kept for 30 */
    tidy(MAESAI);
    tidy(TACHILEIK);
    assert_int_equal(rows_in(MAESAI, NODE_CONSENT), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_CONSENT), 0);
}

/* By its print an office would know a body again. */
static void
what_is_recalled_or_deleted_is_not_known_again(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline);
    exchange();
    assert_int_equal(
        rows_in(TACHILEIK, NODE_ORIGIN), 3); /* one introduced us */
    (void)say_of(MAESAI, "RECALL", &id);
    exchange();
    assert_int_equal(rows_in(TACHILEIK, NODE_ORIGIN), 2);
    world.now += 32 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_ORIGIN), 0);
}

/* On disk, too: the key that wrapped the old block is another one soon. */
static void
the_bucket_of_a_recalled_message_is_renewed(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);
    node_desk_row *row;
    const uint8_t *key;
    uint8_t old[32];
    uint64_t generation = UINT64_MAX;

    (void)state;
    exchange();
    row = desk_row(TACHILEIK, &id);
    expect_ok(node_slots_bucket(
        tachileik->slots, row->day, false, &key, &last_error));
    memcpy(old, key, sizeof old);
    (void)say_of(MAESAI, "RECALL", &id);
    exchange();
    assert_true(tachileik->removal_due);
    expect_ok(node_removal_run(tachileik, &last_error));
    expect_ok(node_removal_run(tachileik, &last_error));
    assert_false(tachileik->removal_due);
    while (node_slots_bucket_older(
               tachileik->slots, row->day, &generation, &key) == ENT_OK) {
        assert_memory_not_equal(key, old, sizeof old);
    }
    node_row_free(&row);
    expect_ok(read_desk(TACHILEIK, &other));
    crash(TACHILEIK);
    expect_ok(read_desk(TACHILEIK, &other));
    expect_status(read_desk(TACHILEIK, &id), ENT_NOT_FOUND);
}

/* Killed after the new key was made, before anything was wrapped under it. */
static void
a_renewal_that_was_cut_off_is_done_at_the_next_start(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);
    node_desk_row *row;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "RECALL", &id);
    exchange();
    row = desk_row(TACHILEIK, &id);
    expect_ok(node_slots_bucket_renew(
        world.nodes[TACHILEIK]->slots, row->day, &last_error));
    node_row_free(&row);
    crash(TACHILEIK);
    expect_ok(read_desk(TACHILEIK, &other));
    expect_ok(node_removal_run(world.nodes[TACHILEIK], &last_error));
    expect_ok(read_desk(TACHILEIK, &other));
    expect_status(read_desk(TACHILEIK, &id), ENT_NOT_FOUND);
}

/* What is said comes first, and then what it is said of. */
static void
a_late_original_is_never_shown_as_if_nothing_had_been_said(void **state)
{
    struct ent_id withdrawn = post(MAESAI, TACHILEIK, hotline);
    struct ent_id recalled = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);
    struct ent_id withdrawal = hear(
        addresses[MAESAI], ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL, &withdrawn);
    struct ent_id recall =
        hear(addresses[MAESAI], ENTENTE__V1__LIFECYCLE_ACT__RECALL, &recalled);

    (void)state;
    crash(TACHILEIK);
    exchange();
    expect_fate(TACHILEIK, &withdrawn, NODE_FATE_WITHDRAWN, &withdrawal);
    expect_fate(TACHILEIK, &recalled, NODE_FATE_RECALLED, &recall);
    expect_status(read_desk(TACHILEIK, &recalled), ENT_NOT_FOUND);
    expect_ok(read_desk(TACHILEIK, &withdrawn));
    expect_ok(read_desk(TACHILEIK, &other));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &recalled), DELIVERED);
    journal_is_good(TACHILEIK);
}

/* The same when it waits for a gap before it. */
static void
what_is_held_for_its_turn_is_settled_when_it_is_shown(void **state)
{
    struct flying first;
    struct ent_id gap = post(MAESAI, TACHILEIK, hotline);
    struct ent_id held;
    struct ent_id recall;

    (void)state;
    turn(MAESAI, NULL);
    assert_int_equal(world.flying, 1);
    first = world.wire[0];
    world.flying = 0;
    held = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one();
    assert_int_equal(times_on_desk(TACHILEIK, &held), 0);
    recall = hear(addresses[MAESAI], ENTENTE__V1__LIFECYCLE_ACT__RECALL, &held);
    turn(TACHILEIK, &first);
    ent_bytes_free(&first.payload);
    ent_bytes_free(&first.body);
    assert_int_equal(times_on_desk(TACHILEIK, &gap), 1);
    expect_fate(TACHILEIK, &held, NODE_FATE_RECALLED, &recall);
    expect_status(read_desk(TACHILEIK, &held), ENT_NOT_FOUND);
    forget_wire();
}

static void
what_weighs_more_stays_whatever_comes_first(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id recall;

    (void)state;
    exchange();
    recall = say_of(MAESAI, "RECALL", &id);
    exchange();
    (void)correct(&id);
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    expect_fate(TACHILEIK, &id, NODE_FATE_RECALLED, &recall);
}

/* Refused here, before anything leaves. */
static void
only_what_was_sent_from_here_can_be_recalled(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_id theirs = post(TACHILEIK, MAESAI, hotline);
    Entente__V1__SubmitResult *result;
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    (void)state;
    exchange();
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    ent_id_format(&theirs, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECALL\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"not ours\"}}",
        id);
    submit(MAESAI, TACHILEIK, json, &result, &arena);
    assert_non_null(strstr(result->error, "only its sender"));
}

/* And where a program does not ask: it is written down under its own name. */
static void
what_another_office_says_of_a_message_means_nothing(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    node_desk_row *row;

    (void)state;
    exchange();
    (void)hear("ncc@th", ENTENTE__V1__LIFECYCLE_ACT__RECALL, &id);
    row = desk_row(TACHILEIK, &id);
    assert_int_equal(row->fate, NODE_FATE_NONE);
    node_row_free(&row);
    expect_ok(read_desk(TACHILEIK, &id));
}

static void
what_was_not_sealed_yet_never_leaves(void **state)
{
    struct ent_id id;
    struct ent_id first;

    (void)state;
    first = post(MAESAI, TACHILEIK, hotline);
    id = post(MAESAI, TACHILEIK, hotline);
    (void)say_of(MAESAI, "WITHDRAWAL", &id); /* nothing was sealed yet */
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), WITHDRAWN);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &first), 1);
}

static void
what_is_under_way_is_skipped_and_its_neighbours_arrive(void **state)
{
    struct ent_id id;
    struct ent_id other;

    (void)state;
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    other = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL); /* one bundle, and it is lost */
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    world.lose = 0;
    for (int i = 0; i < 10; i++) {
        exchange();
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), WITHDRAWN);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &other), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &other), DELIVERED);
}

/* It had arrived, and only the receipt was late: the truth wins. */
static void
what_had_arrived_before_it_was_withdrawn_is_told_as_delivered(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id by;

    (void)state;
    turn(MAESAI, NULL);
    deliver_one();
    forget_wire(); /* the receipt is lost */
    by = say_of(MAESAI, "WITHDRAWAL", &id);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), WITHDRAWN);
    for (int i = 0; i < 10; i++) {
        exchange();
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    expect_fate(TACHILEIK, &id, NODE_FATE_WITHDRAWN, &by);
}

#define LIFECYCLE_TEST(name)                                                   \
    cmocka_unit_test_setup_teardown(name, setup_lifecycle, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIFECYCLE_TEST(a_correction_marks_what_it_corrects),
        LIFECYCLE_TEST(a_withdrawn_message_need_not_be_answered_any_more),
        LIFECYCLE_TEST(
            a_recalled_message_cannot_be_read_and_its_sender_is_told),
        LIFECYCLE_TEST(what_is_recalled_or_deleted_is_not_known_again),
        LIFECYCLE_TEST(
            what_was_said_is_forgotten_when_nothing_it_means_can_come),
        LIFECYCLE_TEST(consents_go_with_the_message_they_are_about),
        LIFECYCLE_TEST(the_bucket_of_a_recalled_message_is_renewed),
        LIFECYCLE_TEST(a_renewal_that_was_cut_off_is_done_at_the_next_start),
        LIFECYCLE_TEST(
            a_late_original_is_never_shown_as_if_nothing_had_been_said),
        LIFECYCLE_TEST(what_is_held_for_its_turn_is_settled_when_it_is_shown),
        LIFECYCLE_TEST(what_weighs_more_stays_whatever_comes_first),
        LIFECYCLE_TEST(only_what_was_sent_from_here_can_be_recalled),
        LIFECYCLE_TEST(what_another_office_says_of_a_message_means_nothing),
        LIFECYCLE_TEST(what_was_not_sealed_yet_never_leaves),
        LIFECYCLE_TEST(what_is_under_way_is_skipped_and_its_neighbours_arrive),
        LIFECYCLE_TEST(
            what_had_arrived_before_it_was_withdrawn_is_told_as_delivered),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_lifecycle", tests, NULL, NULL);
}
