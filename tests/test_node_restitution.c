/* SPDX-License-Identifier: Apache-2.0 */
/* An office that lost its store is given again what it may still have. */
#include "tests/two_offices.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/keeping.h"
#include "node/lifecycle.h"
#include "node/restitution.h"

#define MANY (NODE_RESTITUTION_WINDOW + 40)

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

/* ---- the vocabulary ---- */

static void
let_lifecycle_pass(enum who who)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes once = change(ent_bytes_view(&old),
        "families: [acknowledgement, test], direction",
        "families: [acknowledgement, lifecycle, test], direction");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes twice =
        change(ent_bytes_view(&once), "families: [acknowledgement, test], keep",
            "families: [acknowledgement, lifecycle, test], keep");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes newer =
        change(ent_bytes_view(&twice), "version: 1", "version: 2");

    sign_agreement(who, ent_bytes_view(&newer));
}

static int
setup_lifecycle(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    let_lifecycle_pass(MAESAI);
    let_lifecycle_pass(TACHILEIK);
    return 0;
}

#define LIFECYCLE(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_lifecycle, teardown)

static struct ent_id
delivered(const char *json)
{
    struct ent_id id = post(MAESAI, TACHILEIK, json);

    pass(10);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    return id;
}

static struct ent_id
say_of(const struct ent_id *of, const char *act)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"%s\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"sent in error\"}}",
        id, act);
    return delivered(json);
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

/* The row of a message on Tachileik's desk; the caller frees it. */
static node_desk_row *
desk_row(const struct ent_id *id)
{
    struct node *node = world.nodes[TACHILEIK];
    uint64_t count = desk_count(TACHILEIK);
    node_desk_row *found = NULL;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= count && found == NULL; i++) {
        expect_ok(node_desk_get(node, i, &found, &last_error));
        if (memcmp(found->id.data, id->bytes, sizeof id->bytes) != 0) {
            node_row_free(&found);
        }
    }
    node_store_abort(node->store);
    assert_non_null(found);
    return found;
}

static node_copy_row *
copy_row(const struct ent_id *id)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_party party =
        ent_address_party(&world.configs[TACHILEIK].address);
    node_copy_row *row = NULL;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, id, &party, &row, &last_error));
    node_store_abort(node->store);
    return row;
}

static size_t
alarms(void)
{
    struct node *node = world.nodes[MAESAI];
    uint64_t number = 0;
    size_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (;; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
        enum ent_status rc = node_alarm_next(node, &number, &row, &last_error);

        if (rc == ENT_NOT_FOUND) {
            break;
        }
        expect_ok(rc);
        count += row->kind == NODE_ALARM_RESTORE;
    }
    node_store_abort(node->store);
    return count;
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
        node_copy_row *copy = copy_row(&ids[i]);

        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(copy->state, DELIVERED);
        assert_true(copy->given_again_at > copy->settled_at);
        node_row_free(&copy);
    }
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
    assert_int_equal(alarms(), 1);
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
    assert_int_equal(alarms(), 0);
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
    copy = copy_row(&id);
    first = copy->given_again_at;
    node_row_free(&copy);
    world.now += 2 * DAY; /* another manifest, for other sealing keys */
    crash(TACHILEIK);
    give_again();
    copy = copy_row(&id);
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
    recall = say_of(&recalled, "RECALL");
    (void)say_of(&withdrawn, "WITHDRAWAL");
    pass(1000);
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &gone), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &recalled), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &recall), 1);
    row = desk_row(&withdrawn);
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
    (void)say_of(&recalled, "RECALL");
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
    row = desk_row(&open);
    deadline = row->acknowledge_by;
    node_row_free(&row);
    lose_and_give_again();
    row = desk_row(&answered);
    assert_int_equal(row->acknowledge_by, 0);
    assert_int_not_equal(row->acknowledged_at, 0);
    node_row_free(&row);
    row = desk_row(&late);
    assert_int_equal(row->acknowledge_by, 0);
    node_row_free(&row);
    row = desk_row(&open);
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
    row = desk_row(&id);
    retain_until = row->retain_until;
    node_row_free(&row);
    world.now += 20 * DAY;
    lose_and_give_again();
    row = desk_row(&id);
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
