/* SPDX-License-Identifier: Apache-2.0 */
/* An office that lost its store is given again what it may still have. */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/keeping.h"
#include "node/lifecycle.h"
#include "node/manifest.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/restitution.h"
#include "node/revocations.h"

#define MANY (NODE_RESTITUTION_WINDOW + 40)

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

static const char recall_json[] =
    "{\"lifecycle\":{\"messageId\":\"%s\",\"act\":\"RECALL\",\"reason\":"
    "\"wrong\",\"role\":\"supervisor\",\"at\":\"2026-08-15T10:00:00Z\"}}";

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

/* Its manifest comes, and is believed or not. */
static void
lost_is_said(void)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_object object = {.kind = NODE_KIND_MANIFEST,
        .wire = ent_bytes_view(&world.nodes[TACHILEIK]->manifest_wire)};

    (void)snprintf(
        object.subject, sizeof object.subject, "%s", addresses[TACHILEIK]);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    (void)!node_peers_learn(node, &object, &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    for (int i = 0; i < 10; i++) {
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
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_RESTORE_ASKED), 1);
}

/* Whoever has the key of an office could ask for all that it ever had. */
static void
whose_key_was_revoked_is_given_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    struct ent_secret *authority = authority_secret("mm");
    struct node *node = world.nodes[MAESAI];
    const struct ent_certificate *revoked =
        &world.nodes[TACHILEIK]->certificate;
    const struct ent_revocation entry = {.key_id = revoked->signing_key_id,
        .address = revoked->address,
        .serial = revoked->serial,
        .revoked_at = world.now};
    struct ent_signer root;

    (void)state;
    introduce();
    (void)delivered(radio_check);
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_revocation_list_make("mm", 1, world.now, world.now + 30 * DAY,
        &entry, 1, &root, &list, &last_error));
    ent_secret_free(&authority);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_revocations_learn(node, "mm", ent_bytes_view(&list), &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    lose_store(TACHILEIK);
    lost_is_said();
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_RESTORE), 0);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_RESTORE_ASKED), 0);
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
    assert_int_equal(rows_in(MAESAI, NODE_RESTITUTION), 0);
}

static void
what_is_said_twice_is_heeded_once(void **state)
{
    struct ent_id id;
    struct ent_digest said;
    struct ent_digest again;
    struct node *node;
    node_copy_row *copy;
    uint64_t first;
    uint64_t due;

    (void)state;
    introduce();
    id = delivered(radio_check);
    lose_and_give_again();
    node = world.nodes[TACHILEIK];
    copy = copy_row(MAESAI, TACHILEIK, &id);
    first = copy->given_again_at;
    node_row_free(&copy);
    world.now += 2 * DAY; /* another manifest, for other sealing keys */
    said = ent_digest_of(ent_bytes_view(&node->manifest_wire));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_manifest_rotate(node, &due, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    again = ent_digest_of(ent_bytes_view(&node->manifest_wire));
    assert_false(ent_digest_equal(&said, &again));
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

/* The other one's copy is its own affair, and no reason to give it twice. */
static void
what_went_to_two_offices_is_given_to_one_once(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result;
    ProtobufCMessage *message;
    char *to[] = {
        (char *)(uintptr_t)addresses[TACHILEIK], (char *)(uintptr_t) "ncc@mm"};

    (void)state;
    introduce();
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(ent_json_read(view(hotline), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = to;
    submission.n_to = 2;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit(world.nodes[MAESAI], &submission,
        (struct ent_view){0}, &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_true(result->copies[0]->accepted && result->copies[1]->accepted);
    pass(1000);
    lose_and_give_again();
    assert_int_equal(desk_count(TACHILEIK), 2);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_GIVEN_AGAIN), 2);
}

/* It is kept to the end of a day here, and by its recipient to the hour. */
static void
what_would_be_deleted_by_now_is_not_taken(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(hotline);
    world.now += 30 * DAY + 3 * HOUR;
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(
        alarms_of(MAESAI, NODE_ALARM_RESTORE), 1); /* it was given */
}

/* It waits: on that day it may not be kept any more. */
static void
while_the_clock_is_in_doubt_nothing_is_given(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(radio_check);
    world.nodes[MAESAI]->clock_doubt = true;
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    world.nodes[MAESAI]->clock_doubt = false;
    world.nodes[MAESAI]->errands_due = true;
    give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* Under no agreement it waits for one. */
static void
what_may_pass_later_is_given_then(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = delivered(radio_check);
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        give_agreement(who, "from: 2026-01-01, until: 2027-12-31",
            "from: 2026-08-17, until: 2027-12-31");
    }
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    world.now += 3 * DAY;
    for (int i = 0; i < 10; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
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

/* The office that sent it has lost all that it knew of it. */
static void
what_a_lost_store_had_sent_can_still_be_recalled(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena answers = {0};
    Entente__V1__SubmitResult *result = NULL;
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];
    struct ent_id sent;
    struct ent_id never;
    node_desk_row *row;

    (void)state;
    introduce();
    sent = delivered(radio_check);
    lose_store(MAESAI);
    tell_manifest(MAESAI, TACHILEIK);
    ent_id_format(&sent, id);
    (void)snprintf(json, sizeof json, recall_json, id);
    (void)post(MAESAI, TACHILEIK, json);
    for (int i = 0; i < 10; i++) {
        pass(1000);
    }
    row = desk_row(TACHILEIK, &sent);
    assert_int_equal(row->fate, NODE_FATE_RECALLED);
    node_row_free(&row);
    never = ent_id_new(world.now); /* made with the store of now: known */
    ent_id_format(&never, id);
    (void)snprintf(json, sizeof json, recall_json, id);
    expect_ok(ent_arena_init(&answers, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, json, &result, &answers);
    assert_non_null(strstr(result->error, "was sent from here"));
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
        /* first: ids of other tests may be of a later time */
        LIFECYCLE(what_a_lost_store_had_sent_can_still_be_recalled),
        TEST(all_of_it_comes_again_once_and_stays_delivered),
        TEST(whose_key_was_revoked_is_given_nothing),
        TEST(who_lost_nothing_is_given_nothing),
        TEST(what_is_said_twice_is_heeded_once),
        TEST(whoever_loses_two_stores_is_given_twice),
        LIFECYCLE(what_was_deleted_or_recalled_is_not_given),
        LIFECYCLE(a_recall_that_was_answered_is_not_answered_again),
        TEST(nothing_rings_again),
        TEST(what_is_no_longer_valid_comes_and_ends_when_it_would_have),
        TEST(what_may_not_pass_now_is_not_given),
        TEST(what_went_to_two_offices_is_given_to_one_once),
        TEST(what_would_be_deleted_by_now_is_not_taken),
        TEST(while_the_clock_is_in_doubt_nothing_is_given),
        TEST(what_may_pass_later_is_given_then),
        TEST(what_expires_on_its_way_goes_again),
        TEST(on_a_bad_wire_with_crashes_nothing_is_lost_and_nothing_doubled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
