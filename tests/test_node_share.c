/* SPDX-License-Identifier: Apache-2.0 */
/* What one office has at another is counted, bounded, and let go again. */
#include "node/share.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/dispatch.h"
#include "node/intake_internal.h"
#include "proto/refusal.h"
#include "tests/two_offices_files.h"

#define NOT_YET_MS (UINT64_C(15) * 60 * 1000)
#define END (NOON / DAY * DAY + 31 * DAY) /* as in test_node_pruning */
#define SHARE 10                          /* bundles */

/* ---- the vocabulary ---- */

static uint64_t disk_room = UINT64_MAX;

/* The linker sends the nodes here instead of to their disk. */
uint64_t __wrap_node_store_disk_room(struct node_store *store);
uint64_t
__wrap_node_store_disk_room(struct node_store *store)
{
    (void)store;
    return disk_room;
}

/* What Mae Sai has at Tachileik. */
static struct node_usage
usage(void)
{
    struct node *node = world.nodes[TACHILEIK];
    struct ent_party party = world.nodes[MAESAI]->party;
    struct node_usage usage;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_share_get(node, &party, &usage, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return usage;
}

static void
limit_share(uint64_t bundles)
{
    world.configs[TACHILEIK].quota.bundles = bundles;
    world.configs[TACHILEIK].quota.flash_reserve = 50;
}

/* The reason that Mae Sai was given for it last. */
static uint32_t
reason_for(const struct ent_id *id)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    ENT_AUTO(node_row_free)
    node_copy_row *row = copy_row(MAESAI, TACHILEIK, id);
    struct node *node = world.nodes[MAESAI];
    struct ent_digest stream;

    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_dispatch_get(node, &stream, row->first, &dispatch, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return dispatch.row->answer;
}

/* FLASH alerts, each in its bundle, until one is not taken; it. */
static struct ent_id
fill_share(void)
{
    introduce();
    limit_share(SHARE);
    for (;;) {
        struct ent_id id = post(MAESAI, TACHILEIK, hotline);

        exchange();
        if (state_of(MAESAI, TACHILEIK, &id) != DELIVERED) {
            return id;
        }
        assert_true(usage().bundles <= SHARE);
    }
}

static struct ent_id
acknowledge_of(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"acknowledgement\":{\"messageId\":"
        "\"%s\",\"level\":\"ACKNOWLEDGED\",\"at\":\"2026-08-15T10:00:00Z\","
        "\"role\":\"duty officer\"}}",
        id);
    return post(MAESAI, TACHILEIK, json);
}

/* ---- tests ---- */

static void
what_is_more_than_a_share_is_put_off_and_comes_when_there_is_room(void **state)
{
    struct ent_id id;

    (void)state;
    id = fill_share();
    assert_int_equal(usage().bundles, SHARE);
    assert_int_equal(reason_for(&id), ENT_REFUSAL_QUOTA);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(entries_in(TACHILEIK, NODE_ENTRY_BUNDLE_IN), SHARE);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_SHARE), 1);
    limit_share(SHARE + 1);
    pass(NOT_YET_MS);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
what_acknowledges_or_recalls_does_not_wait(void **state)
{
    struct ent_id theirs;
    struct ent_id answer;
    struct ent_id recall;
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", NULL, 0);
    id = fill_share();
    theirs = post(TACHILEIK, MAESAI, hotline);
    exchange();
    answer = acknowledge_of(&theirs);
    recall = say_of(MAESAI, "RECALL", &id);
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &answer), DELIVERED);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &recall), DELIVERED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

/* Or whoever writes such messages without end had no bound. */
static void
but_not_without_end(void **state)
{
    struct ent_id last = {0};

    (void)state;
    (void)fill_share();
    for (int i = 0; i < SHARE; i++) {
        struct ent_id theirs = post(TACHILEIK, MAESAI, hotline);

        exchange();
        last = acknowledge_of(&theirs);
        exchange();
    }
    assert_int_equal(usage().bundles, SHARE + SHARE / 2);
    assert_int_equal(reason_for(&last), ENT_REFUSAL_QUOTA);
}

static void
a_duplicate_is_answered_as_it_was_whoever_has_its_share(void **state)
{
    struct ent_id id;
    size_t receipts;

    (void)state;
    introduce();
    limit_share(2);
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    receipts = entries_in(TACHILEIK, NODE_ENTRY_RECEIPT_OUT);
    world.lose = 0;
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    pass(NOT_YET_MS);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(entries_in(TACHILEIK, NODE_ENTRY_RECEIPT_OUT), receipts);
}

static void
a_crash_forgets_nothing_of_what_is_counted(void **state)
{
    struct node_usage before;
    struct node_usage after;

    (void)state;
    (void)fill_share();
    before = usage();
    crash(TACHILEIK);
    after = usage();
    assert_true(after.bytes == before.bytes && before.bytes > 0);
    assert_true(after.bundles == before.bundles);
}

static void
what_is_deleted_is_not_counted_any_more(void **state)
{
    (void)state;
    introduce();
    for (int i = 0; i < 5; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        exchange();
    }
    assert_int_equal(usage().bundles, rows_in(TACHILEIK, NODE_BUNDLE));
    world.now = END;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_BUNDLE), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_SHARE), 0);
}

/* It has so much here, whatever it sent. */
static void
have(uint64_t bytes, uint64_t bundles)
{
    struct node *node = world.nodes[TACHILEIK];
    struct ent_party party = world.nodes[MAESAI]->party;
    const struct node_usage had = usage();

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_share_subtract(
        node, &party, had.bytes, had.bundles + 1, &last_error));
    expect_ok(node_share_add(node, &party, bytes, bundles, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
nobody_has_less_than_nothing(void **state)
{
    (void)state;
    introduce();
    have(7, 3);
    assert_true(usage().bytes == 7 && usage().bundles == 3);
    have(0, 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_SHARE), 0);
}

static struct ent_id
post_routine(void)
{
    return post(MAESAI, TACHILEIK,
        "{\"purpose\":\"ADMINISTRATION\",\"precedence\":\"ROUTINE\","
        "\"test\":{\"text\":\"how do you read\"}}");
}

/* Of 20, half of them reserved, ROUTINE may use 14. */
static void
the_less_urgent_is_put_off_first(void **state)
{
    struct ent_id late;
    struct ent_id urgent;

    (void)state;
    introduce();
    limit_share(20);
    have(1, 14);
    late = post_routine();
    urgent = post(MAESAI, TACHILEIK, hotline);
    exchange();
    assert_int_equal(reason_for(&late), ENT_REFUSAL_QUOTA);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &urgent), DELIVERED);
    have(1, 13);
    pass(NOT_YET_MS);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &late), DELIVERED);
}

static bool
is_told_after_a_look(uint32_t alarm)
{
    struct node *node = world.nodes[TACHILEIK];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_share_watch(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return alarms_of(TACHILEIK, alarm) != 0;
}

static void
raise_alarm_of(uint32_t refusal)
{
    struct node *node = world.nodes[TACHILEIK];
    struct node_space space;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_share_look(
        node, &world.nodes[MAESAI]->party, &space, &last_error));
    expect_ok(node_share_alarm(
        node, &world.nodes[MAESAI]->self, &space, refusal, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Or it came and went with each bundle. */
static void
it_goes_only_when_there_is_some_room_to_spare(void **state)
{
    (void)state;
    introduce();
    limit_share(256);
    world.configs[TACHILEIK].quota.bytes = 25600;
    raise_alarm_of(ENT_REFUSAL_QUOTA);
    have(0, 128); /* all that DEFERRED may have */
    assert_true(is_told_after_a_look(NODE_ALARM_SHARE));
    have(0, 127);
    assert_true(is_told_after_a_look(NODE_ALARM_SHARE));
    have(12700, 0);
    assert_true(is_told_after_a_look(NODE_ALARM_SHARE));
    have(12600, 126);
    assert_false(is_told_after_a_look(NODE_ALARM_SHARE));
}

static void
a_full_store_is_told_until_there_is_room_in_it_and_on_its_disk(void **state)
{
    (void)state;
    introduce();
    world.configs[TACHILEIK].quota.flash_reserve = 100; /* it is full */
    raise_alarm_of(ENT_REFUSAL_STORE_FULL);
    assert_true(is_told_after_a_look(NODE_ALARM_STORE));
    world.configs[TACHILEIK].quota.flash_reserve = 10;
    disk_room = UINT64_C(5) * 1024 * 1024;
    assert_true(is_told_after_a_look(NODE_ALARM_STORE));
    disk_room = UINT64_MAX;
    assert_false(is_told_after_a_look(NODE_ALARM_STORE));
}

static void
an_alarm_goes_when_its_cause_is_gone(void **state)
{
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    (void)fill_share();
    for (uint64_t bundles = SHARE; bundles <= 4 * SHARE; bundles += 3 * SHARE) {
        limit_share(bundles);
        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(node_share_watch(node, &last_error));
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
        assert_int_equal(
            alarms_of(TACHILEIK, NODE_ALARM_SHARE), bundles == SHARE ? 1 : 0);
    }
}

static void
a_file_is_counted_as_long_as_it_is_here(void **state)
{
    struct ent_id id;

    (void)state;
    id = post_with_file();
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_true(usage().bytes > SIZE && usage().bytes < 2 * SIZE);
    world.now = END;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_SHARE), 0);
}

static void
what_ends_something_here_or_is_owed_may_go_beyond_a_share(void **state)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Restored restored = ENTENTE__V1__RESTORED__INIT;
    Entente__V1__AttachmentChunk chunk = ENTENTE__V1__ATTACHMENT_CHUNK__INIT;
    const Entente__V1__Message__BodyCase settles[] = {
        ENTENTE__V1__MESSAGE__BODY_LIFECYCLE,
        ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT,
        ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION,
        ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL};

    (void)state;
    for (size_t i = 0; i < sizeof settles / sizeof settles[0]; i++) {
        message.body_case = settles[i];
        assert_int_equal(node_intake_kind(&message), NODE_SETTLES);
    }
    message.restored = &restored; /* given back, whatever it was */
    assert_int_equal(node_intake_kind(&message), NODE_OWED);
    message.restored = NULL;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT;
    assert_int_equal(node_intake_kind(&message), NODE_BRINGS);
    message.attachment_chunk = &chunk;
    assert_int_equal(node_intake_kind(&message), NODE_OWED);
}

static void
a_file_that_is_more_than_a_share_is_not_taken_and_its_message_is(void **state)
{
    struct ent_id id;

    (void)state;
    world.configs[TACHILEIK].quota.bytes = SIZE;
    id = post_with_file();
    let_it_move();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(file_of(TACHILEIK, &id).state, STOPPED);
    assert_int_equal(file_of(TACHILEIK, &id).reason, ENT_REFUSAL_QUOTA);
    assert_true(usage().bytes < SIZE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_more_than_a_share_is_put_off_and_comes_when_there_is_room),
        TEST(what_acknowledges_or_recalls_does_not_wait),
        TEST(but_not_without_end),
        TEST(a_duplicate_is_answered_as_it_was_whoever_has_its_share),
        TEST(a_crash_forgets_nothing_of_what_is_counted),
        TEST(what_is_deleted_is_not_counted_any_more),
        TEST(nobody_has_less_than_nothing),
        TEST(the_less_urgent_is_put_off_first),
        TEST(it_goes_only_when_there_is_some_room_to_spare),
        TEST(a_full_store_is_told_until_there_is_room_in_it_and_on_its_disk),
        cmocka_unit_test(
            what_ends_something_here_or_is_owed_may_go_beyond_a_share),
        TEST(an_alarm_goes_when_its_cause_is_gone),
        FILES(a_file_is_counted_as_long_as_it_is_here),
        FILES(a_file_that_is_more_than_a_share_is_not_taken_and_its_message_is),
    };

    return cmocka_run_group_tests_name("node_share", tests, NULL, NULL);
}
