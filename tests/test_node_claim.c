/* SPDX-License-Identifier: Apache-2.0 */
/* A recipient that signs for another history than its sender's is noticed. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdlib.h>

#include "node/alarms.h"
#include "node/claim.h"
#include "node/keeper.h"
#include "node/streams.h"
#include "proto/base/log.h"
#include "proto/delivery.h"
#include "proto/stream.h"

/* What Tachileik says instead of the truth. */
typedef void lie(struct ent_receipt *receipt);

static void
more_than_was_sealed(struct ent_receipt *receipt)
{
    receipt->settled_up_to++;
}

static void
another_chain(struct ent_receipt *receipt)
{
    receipt->chain.bytes[0] ^= 1;
}

static void
less_than_there_is(struct ent_receipt *receipt)
{
    receipt->settled_up_to = 0;
    receipt->chain = ent_chain_genesis(&receipt->stream);
}

/* Mae Sai is another store by now. */
static void
more_than_an_older_one_sealed(struct ent_receipt *receipt)
{
    receipt->settled_up_to++;
    world.nodes[MAESAI]->incarnation++;
}

static void
the_truth(struct ent_receipt *receipt)
{
    (void)receipt;
}

static struct ent_receipt last_told;

/* An alert is on Tachileik's desk, and its receipt on the wire says that. */
static struct ent_id
answer_with(lie *tell)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct flying *frame = NULL;
    struct ent_bytes wire = {0};

    assert_non_null(receipt);
    turn(MAESAI, NULL);
    deliver_one();
    for (size_t i = 0; i < world.flying; i++) {
        if (world.wire[i].type == ENT_FRAME_RECEIPT) {
            frame = &world.wire[i];
        }
    }
    assert_non_null(frame);
    expect_ok(ent_receipt_peek(
        ent_bytes_view(&frame->payload), receipt, &last_error));
    tell(receipt);
    last_told = *receipt;
    expect_ok(ent_receipt_make(receipt,
        node_keeper_signer(world.nodes[TACHILEIK]->keeper), &wire,
        &last_error));
    ent_bytes_free(&frame->payload);
    frame->payload = wire;
    free(receipt);
    drain();
    return id;
}

static void
expect_frozen(bool frozen)
{
    struct ent_id id;

    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_FORK), frozen ? 1 : 0);
    id = post(MAESAI, TACHILEIK, hotline);
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), frozen ? 0 : 1);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_FORK), frozen ? 1 : 0);
    journal_is_good(MAESAI);
}

static int
setup_met(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    introduce();
    return 0;
}

static void
who_signs_for_more_than_was_sealed_is_noticed(void **state)
{
    (void)state;
    (void)answer_with(more_than_was_sealed);
    expect_frozen(true);
}

static void
who_signs_for_another_history_is_noticed(void **state)
{
    (void)state;
    (void)answer_with(another_chain);
    expect_frozen(true);
}

/* The row of what an older store sealed may be behind what it did seal. */
static void
of_an_older_store_nothing_is_said(void **state)
{
    (void)state;
    (void)answer_with(more_than_an_older_one_sealed);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_FORK), 0);
    assert_int_equal(entries_in(MAESAI, NODE_ENTRY_FORK), 0);
}

/* Or whoever repeats it fills the disk. */
static void
it_is_journalled_once_however_often_it_is_said(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_receipt *lied = &last_told;

    (void)state;
    (void)answer_with(more_than_was_sealed);
    assert_int_equal(entries_in(MAESAI, NODE_ENTRY_FORK), 1);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_claim_check(node, lied, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(entries_in(MAESAI, NODE_ENTRY_FORK), 1);
}

static void
who_signs_for_less_is_only_late(void **state)
{
    struct ent_id id;

    (void)state;
    id = answer_with(less_than_there_is);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    expect_frozen(false);
}

static void
the_same_history_freezes_nothing(void **state)
{
    struct ent_id id;

    (void)state;
    id = answer_with(the_truth);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    expect_frozen(false);
}

#define CLAIM_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_met, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM_TEST(who_signs_for_more_than_was_sealed_is_noticed),
        CLAIM_TEST(who_signs_for_another_history_is_noticed),
        CLAIM_TEST(of_an_older_store_nothing_is_said),
        CLAIM_TEST(it_is_journalled_once_however_often_it_is_said),
        CLAIM_TEST(who_signs_for_less_is_only_late),
        CLAIM_TEST(the_same_history_freezes_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_claim", tests, NULL, NULL);
}
