/* SPDX-License-Identifier: Apache-2.0 */
/* An office that lost its store is given again what it may still have. */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/keeping.h"
#include "node/lifecycle.h"
#include "node/restitution.h"

#define MANY (NODE_RESTITUTION_WINDOW + 40)

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

/* ---- the vocabulary ---- */

static int
setup_lifecycle(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("lifecycle", NULL, 0);
    return 0;
}

#define LIFECYCLE(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_lifecycle, teardown)

/* What Mae Sai sent has been delivered. */
static struct ent_id
arrived(struct ent_id id)
{
    pass(10);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    return id;
}

static struct ent_id
delivered(const char *json)
{
    return arrived(post(MAESAI, TACHILEIK, json));
}

static void
acknowledge(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"acknowledgement\":{\"messageId\":"
        "\"%s\",\"level\":\"ACKNOWLEDGED\",\"at\":\"2026-08-15T10:00:00Z\","
        "\"role\":\"duty officer\"}}",
        id);
    (void)post(TACHILEIK, MAESAI, json);
    pass(10);
}

static void
give_again(void)
{
    tell_manifest(TACHILEIK, MAESAI);
    for (int i = 0; i < 40; i++) {
        pass(1000);
    }
}

static void
lose_and_give_again(void)
{
    lose_store(TACHILEIK);
    give_again();
}

/* ---- tests ---- */

static void
all_of_it_comes_again_once_and_stays_delivered(void **state)
{
    struct ent_id ids[MANY];

    (void)state;
    introduce();
    for (int i = 0; i < MANY; i++) {
        ids[i] = post(MAESAI, TACHILEIK, radio_check);
    }
    pass(10);
    lose_and_give_again();
    assert_int_equal(desk_count(TACHILEIK), MANY + 1);
    for (int i = 0; i < MANY; i++) {
        node_copy_row *copy = copy_row(MAESAI, TACHILEIK, &ids[i]);

        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(copy->state, DELIVERED);
        assert_true(copy->given_again_at > copy->settled_at);
        node_row_free(&copy);
    }
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_RESTORE), 1);
}

static void
who_lost_nothing_is_given_nothing(void **state)
{
    (void)state;
    introduce();
    (void)delivered(radio_check);
    give_again();
    crash(TACHILEIK);
    give_again();
    assert_int_equal(desk_count(TACHILEIK), 2);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_RESTORE), 0);
}

static void
what_is_said_twice_is_heeded_once(void **state)
{
    struct ent_id id;
    node_copy_row *copy;
    uint64_t first;

    (void)state;
    introduce();
    id = delivered(radio_check);
    lose_and_give_again();
    copy = copy_row(MAESAI, TACHILEIK, &id);
    first = copy->given_again_at;
    node_row_free(&copy);
    world.now += 2 * DAY; /* another manifest, for other sealing keys */
    crash(TACHILEIK);
    give_again();
    copy = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(copy->given_again_at, first);
    node_row_free(&copy);
    assert_int_equal(desk_count(TACHILEIK), 2);
}

static void
whoever_loses_two_stores_is_given_twice(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(radio_check);
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI); /* and the next is lost on the way */
    turn(MAESAI, NULL);
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(desk_count(TACHILEIK), 2);
}

static void
what_was_deleted_or_recalled_is_not_given(void **state)
{
    struct ent_id gone;
    struct ent_id recalled;
    struct ent_id withdrawn;
    struct ent_id recall;
    uint64_t due;
    node_desk_row *row;

    (void)state;
    introduce();
    gone = delivered(hotline);
    world.now += 40 * DAY; /* its retention, and more */
    tell_manifest(TACHILEIK, MAESAI);
    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, 4096, &due, &last_error));
    recalled = delivered(radio_check);
    withdrawn = delivered(radio_check);
    recall = arrived(say_of(MAESAI, "RECALL", &recalled));
    (void)arrived(say_of(MAESAI, "WITHDRAWAL", &withdrawn));
    pass(1000);
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &gone), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &recalled), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &recall), 1);
    row = desk_row(TACHILEIK, &withdrawn);
    assert_int_equal(row->fate, NODE_FATE_WITHDRAWN);
    node_row_free(&row);
}

static void
a_recall_that_was_answered_is_not_answered_again(void **state)
{
    struct ent_id recalled;
    uint64_t answers;

    (void)state;
    introduce();
    recalled = delivered(radio_check);
    (void)arrived(say_of(MAESAI, "RECALL", &recalled));
    pass(1000);
    answers = desk_count(MAESAI);
    assert_int_equal(answers, 1);
    lose_and_give_again();
    assert_int_equal(desk_count(MAESAI), answers);
}

static void
nothing_rings_again(void **state)
{
    struct ent_id answered;
    struct ent_id late;
    struct ent_id open;
    uint64_t deadline;
    node_desk_row *row;

    (void)state;
    introduce();
    answered = delivered(hotline);
    acknowledge(&answered);
    late = delivered(hotline);
    world.now += HOUR;
    open = delivered(hotline);
    row = desk_row(TACHILEIK, &open);
    deadline = row->acknowledge_by;
    node_row_free(&row);
    lose_and_give_again();
    row = desk_row(TACHILEIK, &answered);
    assert_int_equal(row->acknowledge_by, 0);
    assert_int_not_equal(row->acknowledged_at, 0);
    node_row_free(&row);
    row = desk_row(TACHILEIK, &late);
    assert_int_equal(row->acknowledge_by, 0);
    node_row_free(&row);
    row = desk_row(TACHILEIK, &open);
    assert_in_range(row->acknowledge_by, deadline, deadline + 1000);
    node_row_free(&row);
}

/* Valid or not: as long as it is kept, from when it was sent. */
static void
what_is_no_longer_valid_comes_and_ends_when_it_would_have(void **state)
{
    struct ent_id id;
    uint64_t retain_until;
    node_desk_row *row;

    (void)state;
    introduce();
    id = delivered(hotline);
    row = desk_row(TACHILEIK, &id);
    retain_until = row->retain_until;
    node_row_free(&row);
    world.now += 20 * DAY;
    lose_and_give_again();
    row = desk_row(TACHILEIK, &id);
    assert_in_range(row->retain_until, retain_until - 1000, retain_until);
    node_row_free(&row);
}

static void
what_may_not_pass_now_is_not_given(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(radio_check);
    give_agreement(MAESAI, "families: [acknowledgement, test], direction",
        "families: [acknowledgement], direction");
    give_agreement(TACHILEIK, "families: [acknowledgement, test], direction",
        "families: [acknowledgement], direction");
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_expires_on_its_way_goes_again(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(radio_check);
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI);
    world.up = false;
    pass(1000);
    pass(8 * DAY);
    world.up = true;
    crash(TACHILEIK);
    for (int i = 0; i < 60; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
on_a_bad_wire_with_crashes_nothing_is_lost_and_nothing_doubled(void **state)
{
    struct ent_id ids[MANY];

    (void)state;
    introduce();
    for (int i = 0; i < MANY; i++) {
        ids[i] = delivered(radio_check);
    }
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI);
    world.lose = 20;
    world.repeat = 20;
    for (int i = 0; i < 30; i++) {
        pass(2000);
        crash(i % 2 == 0 ? MAESAI : TACHILEIK);
    }
    world.lose = 0;
    for (int i = 0; i < 60; i++) {
        pass(60000);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
    }
    assert_int_equal(desk_count(TACHILEIK), MANY + 1);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it_comes_again_once_and_stays_delivered),
        TEST(who_lost_nothing_is_given_nothing),
        TEST(what_is_said_twice_is_heeded_once),
        TEST(whoever_loses_two_stores_is_given_twice),
        LIFECYCLE(what_was_deleted_or_recalled_is_not_given),
        LIFECYCLE(a_recall_that_was_answered_is_not_answered_again),
        TEST(nothing_rings_again),
        TEST(what_is_no_longer_valid_comes_and_ends_when_it_would_have),
        TEST(what_may_not_pass_now_is_not_given),
        TEST(what_expires_on_its_way_goes_again),
        TEST(on_a_bad_wire_with_crashes_nothing_is_lost_and_nothing_doubled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
