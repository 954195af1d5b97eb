/* SPDX-License-Identifier: Apache-2.0 */
/* What shares a bundle. */
#include "node/batch.h"

#include <stdlib.h>

#include "proto/label.h"
#include "proto/seal.h"
#include "tests/support.h"

#define ACTUAL 1
#define EXERCISE 2

static struct node_batch *batch;

static int
set_up(void **state)
{
    (void)state;
    batch = node_batch_new(NULL, 1);
    return batch == NULL;
}

static int
tear_down(void **state)
{
    (void)state;
    node_batch_free(&batch);
    return 0;
}

static void
add(uint32_t mode, bool chunk, size_t len, uint64_t arrives_by)
{
    struct node_chosen chosen = {0};

    expect_ok(ent_bytes_alloc(len, &chosen.own, &last_error));
    chosen.message = ent_bytes_view(&chosen.own);
    node_batch_add(batch, &chosen, mode, chunk, arrives_by);
    assert_null(chosen.own.data); /* taken over */
}

static void
an_empty_one_takes_anything(void **state)
{
    (void)state;
    assert_true(node_batch_has_room(batch, EXERCISE, true, 100));
    assert_true(node_batch_has_room(batch, ACTUAL, false, 100));
}

static void
modes_and_chunks_of_files_go_apart(void **state)
{
    (void)state;
    add(ACTUAL, false, 100, 1);
    assert_true(node_batch_has_room(batch, ACTUAL, false, 100));
    assert_false(node_batch_has_room(batch, EXERCISE, false, 100));
    assert_false(node_batch_has_room(batch, ACTUAL, true, 100));
}

static void
it_holds_so_many_messages(void **state)
{
    (void)state;
    while (node_batch_has_room(batch, ACTUAL, false, 1)) {
        add(ACTUAL, false, 1, 1);
    }
    assert_int_equal(batch->count, ENT_BUNDLE_MESSAGES_MAX);
}

static void
it_holds_as_many_as_it_is_told_and_one_at_least(void **state)
{
    (void)state;
    batch->most = 0;
    assert_true(node_batch_has_room(batch, ACTUAL, false, 1));
    batch->most = 3;
    for (int i = 0; i < 3; i++) {
        assert_true(node_batch_has_room(batch, ACTUAL, false, 1));
        add(ACTUAL, false, 1, 1);
    }
    assert_false(node_batch_has_room(batch, ACTUAL, false, 1));
}

static void
its_body_has_an_end(void **state)
{
    const size_t len = 100000;

    (void)state;
    while (node_batch_has_room(batch, ACTUAL, false, len)) {
        add(ACTUAL, false, len, 1);
    }
    assert_int_equal(
        batch->body_len, batch->count * (4 + ent_seal_envelope_len(len)));
    assert_true(batch->body_len <= ENT_BODY_MAX);
    assert_true(
        batch->body_len + 4 + ent_seal_envelope_len(len) > ENT_BODY_MAX);
}

static void
it_lives_as_long_as_the_last_of_them(void **state)
{
    (void)state;
    add(ACTUAL, false, 1, 50);
    add(ACTUAL, false, 1, 70);
    add(ACTUAL, false, 1, 60);
    assert_int_equal(batch->expires_at, 70);
}

#define BATCH_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(an_empty_one_takes_anything),
        BATCH_TEST(modes_and_chunks_of_files_go_apart),
        BATCH_TEST(it_holds_so_many_messages),
        BATCH_TEST(it_holds_as_many_as_it_is_told_and_one_at_least),
        BATCH_TEST(its_body_has_an_end),
        BATCH_TEST(it_lives_as_long_as_the_last_of_them),
    };

    return cmocka_run_group_tests_name("node_batch", tests, NULL, NULL);
}
