/* SPDX-License-Identifier: Apache-2.0 */
/* Files that went are kept while there is room, for who loses its store. */
#include <sodium.h>

#include "node/errands.h"
#include "node/room.h"
#include "node/shelf.h"
#include "proto/refusal.h"
#include "tests/two_offices_files.h"

#define MIB (UINT64_C(1024) * 1024)
#define STILL_HERE (SIZE - 2 * ENT_CHUNK_LEN) /* of a file that is leaving */

/* ---- the vocabulary ---- */

static uint64_t
usage(enum who who)
{
    uint64_t used = 0;

    expect_ok(node_store_begin(world.nodes[who]->store, &last_error));
    expect_ok(node_store_usage(world.nodes[who]->store, &used, &last_error));
    node_store_abort(world.nodes[who]->store);
    return used;
}

/* What it may take is little more, or less, than what it takes. */
static void
limit_store(enum who who, int64_t more)
{
    world.configs[who].store_limit =
        (uint64_t)((int64_t)usage(who) * 8 / 7 + more);
}

static enum ent_status
ask_room(enum who who, uint64_t size)
{
    struct node *node = world.nodes[who];
    enum ent_status rc;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_room_for(node, size, &last_error);
    if (rc == ENT_OK) {
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
        return ENT_OK;
    }
    expect_status(node_turn_end(node, ENT_BUSY, &last_error), ENT_BUSY);
    return rc;
}

static struct ent_id
sent_and_there(void)
{
    struct ent_id id = post_with_file();

    let_it_move();
    assert_int_equal(file_of(MAESAI, &id).state, COMPLETE);
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    return id;
}

/* Tachileik has nothing any more, and says so. */
static void
lose_and_give_again(void)
{
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI);
    for (int i = 0; i < 40; i++) {
        pass(1000);
    }
}

/* ---- tests ---- */

static void
what_everybody_has_is_kept(void **state)
{
    (void)state;
    (void)sent_and_there();
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 4 + 4 + 2 + 1);
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    assert_int_equal(number_of(MAESAI, "leaving"), 0);
}

static void
who_lost_its_store_is_given_the_file_again(void **state)
{
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id id = sent_and_there();

    (void)state;
    lose_and_give_again();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    expect_ok(read_file(&id, out, &len));
    assert_int_equal(len, SIZE);
    assert_memory_equal(out, file, SIZE);
    assert_int_equal(file_of(MAESAI, &id).state, COMPLETE);
    assert_int_equal(file_of(MAESAI, &id).size, SIZE);
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    lose_and_give_again(); /* and once more */
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_int_equal(number_of(TACHILEIK, "promised"), 0);
}

static void
the_oldest_makes_room_for_another(void **state)
{
    struct ent_id old = sent_and_there();
    struct ent_id young = sent_and_there();

    (void)state;
    limit_store(MAESAI, 0);
    expect_status(ask_room(MAESAI, 4 * MIB), ENT_BUSY);
    assert_int_equal(number_of(MAESAI, "kept"), 2 * SIZE); /* nothing went */
    limit_store(MAESAI, (int64_t)(2 * MIB) * 8 / 7);
    expect_ok(ask_room(MAESAI, SIZE / 2));
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    assert_int_equal(number_of(MAESAI, "leaving"), STILL_HERE);
    pass(0);
    assert_int_equal(number_of(MAESAI, "leaving"), 0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 4 + 4 + 2 + 1);
    lose_and_give_again();
    assert_int_equal(file_of(TACHILEIK, &young).state, COMPLETE);
    assert_int_equal(file_of(TACHILEIK, &old).state, STOPPED);
    assert_int_equal(file_of(MAESAI, &old).state, COMPLETE); /* it had it */
}

static void
what_is_leaving_already_is_counted(void **state)
{
    (void)state;
    (void)sent_and_there();
    (void)sent_and_there();
    limit_store(MAESAI, (int64_t)(2 * MIB) * 8 / 7);
    expect_ok(ask_room(MAESAI, SIZE / 2));
    expect_ok(ask_room(MAESAI, SIZE / 2)); /* the same place once more */
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    assert_int_equal(number_of(MAESAI, "leaving"), STILL_HERE);
    world.configs[MAESAI].store_limit =
        (usage(MAESAI) - STILL_HERE / 2) * 4 / 3;
    tidy(MAESAI); /* too full, and soon not any more */
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    world.configs[MAESAI].store_limit =
        (usage(MAESAI) - 2 * STILL_HERE) * 4 / 3;
    tidy(MAESAI);
    assert_int_equal(number_of(MAESAI, "kept"), 0);
    assert_int_equal(number_of(MAESAI, "leaving"), 2 * STILL_HERE);
    pass(0);
    assert_int_equal(number_of(MAESAI, "leaving"), 0);
}

/* The file that went, as if it had been of so many chunks. */
static void
make_large(uint32_t chunks)
{
    struct node *node = world.nodes[MAESAI];
    node_attachment_row *row = NULL;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint32_t i = 0; i < chunks; i++) {
        expect_ok(node_chunk_put(node, 1, i, view("sealed"), &last_error));
    }
    expect_ok(node_attachment_get(node, 1, &row, &last_error));
    row->size = (uint64_t)chunks * ENT_CHUNK_LEN;
    row->chunks = chunks;
    expect_ok(node_attachment_put(node, 1, row, &last_error));
    node_row_free(&row);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static uint64_t
leaving_after_a_step(void)
{
    struct node *node = world.nodes[MAESAI];
    bool more;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_errands_run(node, &more, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return number_of(MAESAI, "leaving");
}

/* Else a file would come in for which there is no place yet. */
static void
what_is_leaving_is_counted_chunk_by_chunk(void **state)
{
    (void)state;
    (void)sent_and_there();
    make_large(300);
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_shelf_clear(world.nodes[MAESAI], 1, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_int_equal(number_of(MAESAI, "leaving"), (300 - 2) * ENT_CHUNK_LEN);
    assert_int_equal(leaving_after_a_step(), (300 - 2 - 256) * ENT_CHUNK_LEN);
    assert_int_equal(leaving_after_a_step(), 0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
}

static void
as_many_leave_as_are_in_the_way(void **state)
{
    (void)state;
    (void)sent_and_there();
    (void)sent_and_there();
    (void)sent_and_there();
    limit_store(MAESAI, (int64_t)(2 * MIB) * 8 / 7);
    expect_ok(ask_room(MAESAI, SIZE / 2 + SIZE));
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
}

static void
messages_are_not_kept_out_by_files(void **state)
{
    (void)state;
    (void)sent_and_there();
    world.configs[MAESAI].store_limit = usage(MAESAI) * 4 / 3 + MIB;
    tidy(MAESAI);
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    world.configs[MAESAI].store_limit = usage(MAESAI);
    tidy(MAESAI);
    assert_int_equal(number_of(MAESAI, "kept"), 0);
    pass(0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
    assert_int_equal(number_of(MAESAI, "leaving"), 0);
    world.configs[MAESAI].store_limit = 1024 * MIB;
    (void)post_with_file();
    world.configs[MAESAI].store_limit = usage(MAESAI);
    let_it_move(); /* while it is so full, nothing is kept */
    assert_int_equal(number_of(MAESAI, "kept"), 0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
}

static void
it_goes_with_another_message_while_it_is_kept(void **state)
{
    static const char one[] = "0198a000-0000-7000-8000-000000000001";
    static const char two[] = "0198a000-0000-7000-8000-000000000002";
    static const char three[] = "0198a000-0000-7000-8000-000000000003";
    uint8_t name[ENT_ID_LEN] = {9};
    uint64_t have;

    (void)state;
    expect_ok(hand_over(name, 0, SIZE, &have));
    assert_true(submit_with(name, one)->copies[0]->accepted);
    let_it_move();
    assert_true(submit_with(name, two)->copies[0]->accepted);
    assert_int_equal(number_of(MAESAI, "kept"), 0);
    let_it_move();
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 2 * 4);
    world.configs[MAESAI].store_limit = usage(MAESAI);
    tidy(MAESAI);
    pass(0);
    world.configs[MAESAI].store_limit = 1024 * MIB;
    assert_false(submit_with(name, three)->copies[0]->accepted);
}

static void
it_is_deleted_with_its_message(void **state)
{
    (void)state;
    (void)sent_and_there();
    world.now += 32 * DAY;
    tidy(MAESAI);
    pass(0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
    assert_int_equal(number_of(MAESAI, "kept"), 0);
    assert_int_equal(rows_in(MAESAI, NODE_ERRAND), 0);
}

static void
what_is_deleted_on_its_way_out_is_counted_once(void **state)
{
    (void)state;
    (void)sent_and_there();
    world.configs[MAESAI].store_limit = usage(MAESAI);
    tidy(MAESAI);
    assert_int_equal(number_of(MAESAI, "leaving"), STILL_HERE);
    world.now += 32 * DAY;
    tidy(MAESAI);
    pass(0);
    assert_int_equal(number_of(MAESAI, "leaving"), 0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
}

static void
it_lives_as_long_as_the_last_message_that_has_it(void **state)
{
    static const char one[] = "0198a000-0000-7000-8000-000000000011";
    static const char two[] = "0198a000-0000-7000-8000-000000000012";
    static const char three[] = "0198a000-0000-7000-8000-000000000013";
    uint8_t name[ENT_ID_LEN] = {11};
    uint64_t have;
    struct ent_id id;

    (void)state;
    expect_ok(hand_over(name, 0, SIZE, &have));
    assert_true(submit_with(name, one)->copies[0]->accepted);
    let_it_move();
    world.now += 10 * DAY;
    pass(0);
    assert_true(submit_with(name, two)->copies[0]->accepted);
    let_it_move();
    world.now += 23 * DAY;
    tidy(MAESAI);
    pass(0);
    expect_ok(ent_id_parse(view(one), &id, &last_error));
    assert_int_equal(file_of(MAESAI, &id).state, 0);
    lose_and_give_again();
    expect_ok(ent_id_parse(view(two), &id, &last_error));
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_true(submit_with(name, three)->copies[0]->accepted);
}

static void
what_found_no_room_may_find_some_later(void **state)
{
    uint64_t limit = world.configs[TACHILEIK].store_limit;
    struct ent_id id = post_with_file();

    (void)state;
    world.configs[TACHILEIK].store_limit = usage(TACHILEIK);
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, STOPPED);
    assert_int_equal(file_of(MAESAI, &id).state, STOPPED);
    assert_int_equal(file_of(MAESAI, &id).reason, ENT_REFUSAL_STORE_FULL);
    world.configs[TACHILEIK].store_limit = limit;
    lose_and_give_again();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_int_equal(file_of(MAESAI, &id).state, COMPLETE);
    assert_int_equal(file_of(MAESAI, &id).reason, 0);
}

static void
the_file_of_what_was_withdrawn_is_not_promised_again(void **state)
{
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", NULL, 0);
    id = sent_and_there();
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    let_it_move();
    lose_and_give_again();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(file_of(TACHILEIK, &id).state, STOPPED);
    assert_int_equal(number_of(TACHILEIK, "promised"), 0);
}

static void
what_was_under_way_to_a_lost_store_is_kept_once_it_came(void **state)
{
    struct ent_id id = post_with_file();

    (void)state;
    turn(MAESAI, NULL);
    while (file_of(MAESAI, &id).state == WAITING) {
        assert_true(world.flying > 0);
        deliver_one();
    }
    forget_wire();
    lose_and_give_again();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_int_equal(number_of(MAESAI, "kept"), SIZE);
}

/* While it is under way again nothing may take it away. */
static void
what_goes_again_is_needed_again(void **state)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    struct node *node = world.nodes[MAESAI];

    (void)state;
    (void)sent_and_there();
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI);
    for (int i = 0; number_of(MAESAI, "kept") > 0; i++) {
        assert_true(i < 40);
        turn(MAESAI, NULL);
    }
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_attachment_get(node, 1, &row, &last_error));
    node_store_abort(node->store);
    assert_int_equal(row->feeds, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(what_everybody_has_is_kept),
        FILES(who_lost_its_store_is_given_the_file_again),
        FILES(the_oldest_makes_room_for_another),
        FILES(what_is_leaving_already_is_counted),
        FILES(what_is_leaving_is_counted_chunk_by_chunk),
        FILES(as_many_leave_as_are_in_the_way),
        FILES(messages_are_not_kept_out_by_files),
        FILES(it_goes_with_another_message_while_it_is_kept),
        FILES(it_is_deleted_with_its_message),
        FILES(what_is_deleted_on_its_way_out_is_counted_once),
        FILES(it_lives_as_long_as_the_last_message_that_has_it),
        FILES(what_found_no_room_may_find_some_later),
        FILES(the_file_of_what_was_withdrawn_is_not_promised_again),
        FILES(what_was_under_way_to_a_lost_store_is_kept_once_it_came),
        FILES(what_goes_again_is_needed_again),
    };

    return cmocka_run_group_tests_name("node_shelf", tests, NULL, NULL);
}
