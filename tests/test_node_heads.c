/* SPDX-License-Identifier: Apache-2.0 */
/* What lies behind a bundle for which a broker had no room. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/dispatch.h"
#include "node/heads.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define BUNDLES 5
#define FAR (UINT64_C(10) * 60 * 1000) /* as long as any pause */

static struct ent_digest stream;
static uint64_t firsts[BUNDLES];

static struct node *
maesai(void)
{
    return world.nodes[MAESAI];
}

/* In a turn; to be closed. */
static struct node_dispatch
dispatch_of(size_t which)
{
    struct node_dispatch dispatch;

    expect_ok(node_dispatch_get(
        maesai(), &stream, firsts[which], &dispatch, &last_error));
    return dispatch;
}

/* Bundles of one message each in one stream, of which nobody has heard. */
static int
seal_bundles(void **state)
{
    int rc = setup(state);

    introduce();
    world.up = false;
    for (size_t i = 0; i < BUNDLES; i++) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        struct ent_id id;

        begin_turn(MAESAI);
        post_together(MAESAI, TACHILEIK, &id, 1);
        end_turn(MAESAI);
        row = copy_row(MAESAI, TACHILEIK, &id);
        assert_int_equal(row->stream.len, sizeof stream.bytes);
        memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
        firsts[i] = row->first;
        assert_true(i == 0 || firsts[i] > firsts[i - 1]);
    }
    return rc;
}

/* The broker had no room for that one. */
static void
refuse(size_t which)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};

    begin_turn(MAESAI);
    dispatch = dispatch_of(which);
    dispatch.row->answer = ENT_REFUSAL_QUOTA;
    expect_ok(node_dispatch_step(
        maesai(), &dispatch, ENT_EVENT_NOT_YET, &last_error));
    node_heads_put_off(&maesai()->heads, &dispatch);
    end_turn(MAESAI);
}

/* It was sent, and is in custody; what may go now is said. In a turn. */
static void
take_in_turn(size_t which)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};

    dispatch = dispatch_of(which);
    dispatch.state.state = ENT_DISPATCH_SENT;
    expect_ok(node_dispatch_step(
        maesai(), &dispatch, ENT_EVENT_CUSTODY, &last_error));
    assert_int_equal(dispatch.state.state, ENT_DISPATCH_CUSTODY);
    expect_ok(node_heads_hasten(maesai(), &stream, &last_error));
}

static void
take(size_t which)
{
    begin_turn(MAESAI);
    take_in_turn(which);
    end_turn(MAESAI);
}

static bool
is_behind(size_t which)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    bool behind = true;

    begin_turn(MAESAI);
    dispatch = dispatch_of(which);
    expect_ok(node_heads_is_behind(maesai(), &dispatch, &behind, &last_error));
    end_turn(MAESAI);
    return behind;
}

/* How long it is to wait yet, ms. */
static uint64_t
pause_of(size_t which)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};

    begin_turn(MAESAI);
    dispatch = dispatch_of(which);
    node_store_abort(maesai()->store);
    return dispatch.state.due <= world.now ? 0 : dispatch.state.due - world.now;
}

/* ---- tests ---- */

static void
nothing_waits_for_what_was_not_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUNDLES; i++) {
        assert_false(is_behind(i));
    }
    assert_int_equal(maesai()->heads.count, 0);
}

static void
what_is_behind_the_first_that_was_refused_waits_for_it(void **state)
{
    (void)state;
    refuse(2);
    refuse(3);
    refuse(1);
    assert_false(is_behind(0));
    assert_false(is_behind(1));
    for (size_t i = 2; i < BUNDLES; i++) {
        assert_true(is_behind(i));
    }
}

static void
it_is_found_again_after_a_restart(void **state)
{
    (void)state;
    refuse(1);
    refuse(2);
    refuse(3);
    crash(MAESAI);
    world.up = false;
    assert_int_equal(maesai()->heads.count, 0);
    assert_true(is_behind(3)); /* whichever is due first */
    assert_true(is_behind(2));
    assert_false(is_behind(1));
    assert_true(is_behind(4)); /* and what is new */
}

static void
when_it_was_taken_the_next_one_goes_at_once(void **state)
{
    (void)state;
    refuse(1);
    refuse(2);
    refuse(3);
    assert_true(is_behind(2));
    assert_true(pause_of(2) > 0);
    take(1);
    assert_int_equal(pause_of(2), 0);
    assert_false(is_behind(2));
    assert_true(pause_of(3) > 0);
    assert_true(is_behind(3));
    take(2);
    take(3);
    assert_int_equal(maesai()->heads.count, 0);
    assert_false(is_behind(4));
}

static void
what_a_turn_did_that_was_taken_back_did_not_happen(void **state)
{
    (void)state;
    refuse(1);
    refuse(2);
    begin_turn(MAESAI);
    take_in_turn(1);
    expect_status(node_turn_end(maesai(), ENT_FULL, &last_error), ENT_FULL);
    assert_true(is_behind(2));
    assert_false(is_behind(1));
}

/* However often it was refused. */
static void
when_the_recipient_settles_something_the_first_goes_at_once(void **state)
{
    (void)state;
    refuse(1);
    for (int i = 0; i < 10; i++) {
        world.now += FAR;
        refuse(1);
    }
    assert_int_equal(pause_of(1), FAR);
    begin_turn(MAESAI);
    expect_ok(node_heads_hasten(maesai(), &stream, &last_error));
    end_turn(MAESAI);
    assert_int_equal(pause_of(1), 0);
}

static void
without_a_place_a_stream_is_sent_as_before(void **state)
{
    struct node_heads *heads = &maesai()->heads;

    (void)state;
    for (size_t i = 0; i < NODE_HEADS_MAX; i++) {
        randombytes_buf(&heads->list[i].stream, sizeof heads->list[i].stream);
    }
    heads->count = NODE_HEADS_MAX;
    refuse(1);
    refuse(2);
    assert_int_equal(heads->count, NODE_HEADS_MAX);
    assert_false(is_behind(2));
    take(1);
}

#define HEADS_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, seal_bundles, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HEADS_TEST(nothing_waits_for_what_was_not_refused),
        HEADS_TEST(what_is_behind_the_first_that_was_refused_waits_for_it),
        HEADS_TEST(it_is_found_again_after_a_restart),
        HEADS_TEST(when_it_was_taken_the_next_one_goes_at_once),
        HEADS_TEST(what_a_turn_did_that_was_taken_back_did_not_happen),
        HEADS_TEST(when_the_recipient_settles_something_the_first_goes_at_once),
        HEADS_TEST(without_a_place_a_stream_is_sent_as_before),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_heads", tests, NULL, NULL);
}
