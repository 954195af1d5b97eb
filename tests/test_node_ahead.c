/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that were received ahead of their turn, and bundles opened ahead. */
#include "tests/two_offices_rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/ahead.h"
#include "node/intake.h"

#define LARGE ((size_t)64 * 1024)

static const uint8_t nothing[LARGE];

static int
begin(void **state)
{
    int rc = setup(state);

    for (size_t i = 0; i < 2 && rc == 0; i++) {
        struct node *node = world.nodes[i];

        expect_ok(node_helper_start(&node->helper, &last_error));
        expect_ok(
            node_unsealer_new(node->helper, &node->unsealer, &last_error));
    }
    introduce();
    exchange(); /* nothing of that is under way */
    return rc;
}

#define AHEAD(test) cmocka_unit_test_setup_teardown(test, begin, teardown)

/* ---- the order of frames ---- */

static struct node_ahead ahead;

/* What lies in no socket any more: nothing is asked of the link for these. */
static void
came(char route, size_t len)
{
    struct node_ahead_frame *entry = &ahead.list[ahead.count++];

    *entry = (struct node_ahead_frame){.rc = ENT_OK};
    entry->frame.type = ENT_FRAME_BUNDLE;
    entry->frame.route.bytes[0] = (uint8_t)route;
    entry->frame.route.len = 1;
    entry->frame.body = ent_view_of(nothing, len);
}

static struct ent_frame
next_frame(enum ent_status expected)
{
    struct ent_frame frame = {0};

    expect_status(node_ahead_receive(world.nodes[TACHILEIK], &ahead, NULL,
                      &frame, &last_error),
        expected);
    return frame;
}

static void
expect_next(char route, size_t len)
{
    const struct ent_frame frame = next_frame(ENT_OK);

    assert_int_equal(frame.route.bytes[0], route);
    assert_int_equal(frame.body.len, len);
}

static void
frames_of_one_connection_keep_their_order(void **state)
{
    (void)state;
    came('a', LARGE);
    came('a', LARGE + 1);
    came('a', 100);
    expect_next('a', LARGE);
    expect_next('a', LARGE + 1);
    expect_next('a', 100);
    assert_int_equal(ahead.count, 0);
}

static void
what_is_short_goes_before_the_large_ones_of_others(void **state)
{
    (void)state;
    came('a', LARGE);
    came('b', LARGE + 1);
    came('c', 100);
    expect_next('c', 100);
    assert_int_equal(ahead.count, 2);
    assert_int_equal(ahead.list[0].frame.route.bytes[0], 'a');
    assert_int_equal(ahead.list[1].frame.route.bytes[0], 'b');
    node_ahead_drop(&ahead);
    assert_int_equal(ahead.count, 0);
}

static void
what_could_not_be_read_is_told_in_its_turn(void **state)
{
    (void)state;
    came('a', LARGE);
    came('a', 0);
    ahead.list[1].rc = ent_fail(&ahead.list[1].err, ENT_BAD_INPUT, "odd");
    expect_next('a', LARGE);
    assert_int_equal(next_frame(ENT_BAD_INPUT).route.bytes[0], 'a');
    assert_string_equal(last_error.text, "odd");
}

/* ---- bundles ---- */

/* What another thread makes of a frame that came from Mae Sai. */
static struct node_unsealer_job *
open_ahead(const struct flying *frame, unsigned wait_us)
{
    struct node *node = world.nodes[TACHILEIK];
    struct node_unsealer_job *job = node_unsealer_take(node->unsealer);
    struct ent_bundle_secrets secrets;
    bool gone;

    assert_non_null(job);
    expect_ok(ent_bundle_decode(ent_bytes_view(&frame->payload),
        ent_bytes_view(&frame->body), &job->bundle, &last_error));
    job->signer = world.nodes[MAESAI]->certificate;
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_intake_secrets(
        node, &job->bundle.label, &secrets, &gone, &last_error));
    node_store_abort(node->store);
    assert_false(gone);
    expect_ok(node_unsealed_begin(
        &job->unsealed, &job->bundle, &secrets, &last_error));
    node_unsealer_begin(node->unsealer, job);
    (void)usleep(wait_us);
    node_unsealer_finish(node->unsealer, job);
    return job;
}

/* Who asks soon may come before it was begun. */
static struct node_unsealer_job *
opened_ahead(const struct flying *frame, bool verified)
{
    struct node *node = world.nodes[TACHILEIK];
    struct node_unsealer_job *job = open_ahead(frame, 0);

    for (unsigned i = 0; !job->is_done && i < 1000; i++) {
        node_unsealer_release(node->unsealer, &job);
        job = open_ahead(frame, 100 * i);
    }
    assert_true(job->is_done);
    assert_true(job->is_verified == verified);
    return job;
}

/* Take `frame` with what was done of `opened`. */
static void
take(const struct flying *frame, const struct flying *opened, bool verified)
{
    struct node *node = world.nodes[TACHILEIK];

    node->ahead = opened_ahead(opened, verified);
    turn(TACHILEIK, frame);
    node_ahead_done(node);
    assert_null(node->ahead);
}

/* The bundle that Mae Sai sends now, off the wire. */
static struct flying
sealed(unsigned messages, struct ent_id *ret_ids)
{
    size_t place = 0;
    struct flying frame;

    for (unsigned i = 0; i < messages; i++) {
        ret_ids[i] = post(MAESAI, TACHILEIK, hotline);
    }
    turn(MAESAI, NULL);
    while (world.wire[place].type != ENT_FRAME_BUNDLE) {
        place++;
        assert_true(place < world.flying);
    }
    frame = world.wire[place];
    world.wire[place] = world.wire[--world.flying];
    return frame;
}

static void
let_go(struct flying *frame)
{
    ent_bytes_free(&frame->payload);
    ent_bytes_free(&frame->body);
}

static void
a_bundle_opened_ahead_arrives_like_any_other(void **state)
{
    struct ent_id ids[3];
    struct flying frame = sealed(3, ids);
    const uint64_t before = desk_count(TACHILEIK);

    (void)state;
    take(&frame, &frame, true);
    assert_int_equal(times_on_desk(TACHILEIK, &ids[2]), 1);
    turn(TACHILEIK, &frame); /* it is known again */
    assert_int_equal(desk_count(TACHILEIK), before + 3);
    drain();
    let_go(&frame);
}

static void
what_was_opened_of_another_bundle_is_not_used(void **state)
{
    struct ent_id ids[3];
    struct flying first = sealed(2, &ids[0]);
    struct flying second = sealed(1, &ids[2]);

    (void)state;
    take(&second, &first, true);
    assert_int_equal(times_on_desk(TACHILEIK, &ids[0]), 0);
    take(&first, &second, true);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
    }
    drain();
    let_go(&first);
    let_go(&second);
}

static void
nothing_is_decrypted_of_a_bundle_that_is_not_authentic(void **state)
{
    struct ent_id ids[3];
    struct flying frame = sealed(2, ids);
    const uint64_t before = desk_count(TACHILEIK);
    struct node_unsealer_job *job;

    (void)state;
    frame.body.data[frame.body.len - 1] ^= 1;
    job = opened_ahead(&frame, false);
    assert_int_equal(job->unsealed.ahead, 0);
    assert_int_equal(job->unsealed.plain_used, 0);
    node_unsealer_release(world.nodes[TACHILEIK]->unsealer, &job);
    take(&frame, &frame, false);
    assert_int_equal(desk_count(TACHILEIK), before);
    let_go(&frame);
}

/* The signer was authentic when it was opened, and is withdrawn now. */
static void
who_is_no_signer_any_more_is_not_believed_for_what_was_opened(void **state)
{
    struct ent_id ids[3];
    struct flying frame = sealed(1, ids);
    const uint64_t before = desk_count(TACHILEIK);
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    node->ahead = opened_ahead(&frame, true);
    node->ahead->signer.signing_key_id.bytes[0] ^= 1; /* it was another key */
    frame.payload.data[frame.payload.len - 1] ^= 1;   /* of its signature */
    turn(TACHILEIK, &frame);
    node_ahead_done(node);
    assert_int_equal(desk_count(TACHILEIK), before);
    let_go(&frame);
}

/* ---- jobs ---- */

static void
there_are_a_few_jobs_and_they_come_back(void **state)
{
    struct node_unsealer *unsealer = world.nodes[TACHILEIK]->unsealer;
    struct node_unsealer_job *jobs[NODE_UNSEALER_JOBS];

    (void)state;
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        jobs[i] = node_unsealer_take(unsealer);
        assert_non_null(jobs[i]);
    }
    assert_null(node_unsealer_take(unsealer));
    node_unsealer_release(unsealer, &jobs[1]);
    assert_null(jobs[1]);
    jobs[1] = node_unsealer_take(unsealer);
    assert_non_null(jobs[1]);
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        node_unsealer_release(unsealer, &jobs[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AHEAD(frames_of_one_connection_keep_their_order),
        AHEAD(what_is_short_goes_before_the_large_ones_of_others),
        AHEAD(what_could_not_be_read_is_told_in_its_turn),
        AHEAD(a_bundle_opened_ahead_arrives_like_any_other),
        AHEAD(what_was_opened_of_another_bundle_is_not_used),
        AHEAD(nothing_is_decrypted_of_a_bundle_that_is_not_authentic),
        AHEAD(who_is_no_signer_any_more_is_not_believed_for_what_was_opened),
        AHEAD(there_are_a_few_jobs_and_they_come_back),
    };

    return cmocka_run_group_tests_name("node_ahead", tests, NULL, NULL);
}
