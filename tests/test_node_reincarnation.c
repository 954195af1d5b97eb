/* SPDX-License-Identifier: Apache-2.0 */
/* A store that was put back from a copy begins anew, a step at a time. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/manifest.h"
#include "node/reincarnation.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"

#define MANY 12

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

static struct ent_id urgent[MANY + 1];
static struct ent_id routine[MANY + 1];

/* ---- the vocabulary ---- */

/* Sealed, sent and lost: each in a bundle of its own. */
static void
leave_unsettled(void)
{
    world.lose = 100;
    for (int i = 0; i < MANY; i++) {
        urgent[i] = post(MAESAI, TACHILEIK, hotline);
        pass(10);
        routine[i] = post(MAESAI, TACHILEIK, radio_check);
        pass(10);
    }
}

static void
begin_anew(void)
{
    struct node *maesai = world.nodes[MAESAI];

    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_reincarnate(maesai, 0, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
}

/* Whether old streams are still being taken back. */
static bool
is_under_way(void)
{
    struct node *maesai = world.nodes[MAESAI];
    uint8_t rank;

    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_reincarnation_rank(maesai, &rank, &last_error));
    node_store_abort(maesai->store);
    return rank < 5;
}

/* The place of a message on Tachileik's desk; 0: none. */
static uint64_t
place_on_desk(const struct ent_id *id)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    uint64_t count = desk_count(TACHILEIK);
    uint64_t place = 0;

    expect_ok(node_store_begin(tachileik->store, &last_error));
    for (uint64_t i = 1; i <= count && place == 0; i++) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;

        expect_ok(node_desk_get(tachileik, i, &row, &last_error));
        if (memcmp(row->id.data, id->bytes, sizeof id->bytes) == 0) {
            place = i;
        }
    }
    node_store_abort(tachileik->store);
    return place;
}

/* Each once, delivered, and in the order in which they were accepted. */
static void
expect_all_in_order(const struct ent_id *ids, int count)
{
    uint64_t before = 0;

    for (int i = 0; i < count; i++) {
        uint64_t place = place_on_desk(&ids[i]);

        if (place <= before) {
            fail_msg("message %d lies at %u, behind %u", i, (unsigned)place,
                (unsigned)before);
        }
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
        before = place;
    }
}

static void
let_it_arrive(void)
{
    world.lose = 0;
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
}

/* ---- tests ---- */

static void
all_of_it_arrives_once_and_in_order(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
    expect_all_in_order(routine, MANY);
    journal_is_good(MAESAI);
}

static void
a_step_takes_back_no_more_than_it_is_allowed(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    unsigned steps = 0;
    bool more = true;

    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    while (more) {
        expect_ok(node_turn_begin(maesai, world.now, &last_error));
        expect_ok(node_reincarnation_run(maesai, 2, &more, &last_error));
        expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
        steps++;
    }
    assert_true(steps > MANY && steps < 2 * MANY);
    assert_false(is_under_way());
}

static void
a_crash_at_any_step_loses_and_doubles_nothing(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    world.old_messages = 1;
    for (int i = 0; is_under_way(); i++) {
        assert_true(i < 100);
        crash(MAESAI);
        turn(MAESAI, NULL);
    }
    crash(MAESAI);
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
    expect_all_in_order(routine, MANY);
    journal_is_good(MAESAI);
}

/* Nothing that is written meanwhile overtakes what was accepted before it. */
static void
what_is_new_waits_for_what_is_taken_back(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    world.old_messages = 1;
    world.lose = 0;
    urgent[MANY] = post(MAESAI, TACHILEIK, hotline);
    routine[MANY] = post(MAESAI, TACHILEIK, radio_check);
    for (int i = 0; i < 60; i++) {
        pass(2000);
    }
    assert_false(is_under_way());
    let_it_arrive();
    expect_all_in_order(urgent, MANY + 1);
    expect_all_in_order(routine, MANY + 1);
}

/* A bundle of the old life that became due behind the walk. */
static void
what_the_walk_has_passed_is_not_sent_in_the_old_stream(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct node_key key = node_key_meta("leftover");

    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_store_delete(
        maesai->store, NODE_META, node_key_view(&key), &last_error));
    expect_ok(node_store_commit(maesai->store, &last_error));
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
}

/* A node that lost its store begins anew; its peer sends again what it may. */
static void
a_new_store_gets_what_was_unsettled(void **state)
{
    char path[PATH_MAX + 16];
    struct ent_id id;

    (void)state;
    pass(0);
    pass(2000);
    id = post(MAESAI, TACHILEIK, hotline);
    world.lose = 100;
    pass(10);
    world.lose = 0;
    node_close(&world.nodes[TACHILEIK]);
    forget_wire();
    (void)snprintf(
        path, sizeof path, "rm -r '%s'", world.configs[TACHILEIK].store);
    assert_int_equal(system(path), 0);
    world.now += 1000;
    expect_ok(node_init(&world.configs[TACHILEIK], &last_error));
    expect_ok(node_open(
        &world.configs[TACHILEIK], &world.nodes[TACHILEIK], &last_error));
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Its clock was wrong when its store was made: nobody follows it yet, and what
 * it sent is not held to be delivered when its time has come. */
static void
a_store_from_the_future_loses_nothing(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_id id;

    (void)state;
    pass(0);
    maesai->incarnation = (world.now + 25 * HOUR) * 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_number_set(
        maesai->store, "incarnation", maesai->incarnation, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    id = post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    for (int i = 0; i < 10; i++) {
        pass(HOUR / 4);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* A turn that ends badly has not happened, in memory neither. */
static void
a_turn_that_is_taken_back_leaves_us_who_we_were(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t incarnation = maesai->incarnation;
    uint64_t sequence = maesai->manifest_sequence;
    struct ent_digest manifest =
        ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    struct ent_digest now;

    (void)state;
    world.now += 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_reincarnate(maesai, 0, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_status(node_turn_end(maesai, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(maesai->incarnation, incarnation);
    assert_int_equal(maesai->manifest_sequence, sequence);
    now = ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    assert_memory_equal(&now, &manifest, sizeof now);
    introduce();
    journal_is_good(MAESAI);
}

/* The recipient's signed word that a store of ours is known that began at
 * `highest`, about the second message of FLASH in that incarnation of ours. */
static void
say_stale(uint64_t incarnation, uint64_t highest)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct node *maesai = world.nodes[MAESAI];
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_stream_id *stream = &receipt->stream;
    struct flying frame = {.to = MAESAI, .type = ENT_FRAME_RECEIPT};
    struct ent_digest genesis;

    stream->sender = maesai->self;
    stream->recipient = world.nodes[TACHILEIK]->self;
    stream->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    stream->sender_incarnation = incarnation;
    stream->recipient_incarnation = world.nodes[TACHILEIK]->incarnation;
    genesis = ent_chain_genesis(stream);
    receipt->chain = genesis;
    receipt->issued_at = world.now;
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_dispatch_get(maesai, &genesis, 2, &dispatch, &last_error));
    node_store_abort(maesai->store);
    receipt->answer_count = 1;
    receipt->answers[0] = (struct ent_answer){
        .first = 2,
        .count = 1,
        .code = ENTENTE__V1__ANSWER_CODE__STALE,
        .label_hash = dispatch.state.label_hash,
        .reason = ENT_REFUSAL_WRONG_INCARNATION,
        .highest = highest,
    };
    expect_ok(ent_receipt_make(receipt,
        node_keeper_signer(world.nodes[TACHILEIK]->keeper), &wire,
        &last_error));
    free(receipt);
    frame.payload = wire;
    turn(MAESAI, &frame);
}

static void
a_newer_store_of_ours_is_believed_once_and_not_from_the_future(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t first = maesai->incarnation;
    uint64_t second;
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    say_stale(first, UINT64_MAX);
    say_stale(first, (world.now + 2 * DAY) * 1000);
    assert_int_equal(maesai->incarnation, first);
    say_stale(first, first + 5);
    second = maesai->incarnation;
    assert_true(second > first + 5);
    say_stale(first, second); /* about what was still on its way */
    assert_int_equal(maesai->incarnation, second);
    world.lose = 0;
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it_arrives_once_and_in_order),
        TEST(a_step_takes_back_no_more_than_it_is_allowed),
        TEST(a_crash_at_any_step_loses_and_doubles_nothing),
        TEST(what_is_new_waits_for_what_is_taken_back),
        TEST(what_the_walk_has_passed_is_not_sent_in_the_old_stream),
        TEST(a_new_store_gets_what_was_unsettled),
        TEST(a_store_from_the_future_loses_nothing),
        TEST(a_turn_that_is_taken_back_leaves_us_who_we_were),
        TEST(a_newer_store_of_ours_is_believed_once_and_not_from_the_future),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_reincarnation", tests, NULL, NULL);
}
