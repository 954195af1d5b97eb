/* SPDX-License-Identifier: Apache-2.0 */
/* What a broker keeps, and for how long. */
#include "tests/spool_scene.h"

#include <stdio.h>

#include "broker/spool_recent.h"
#include "tests/envelopes.h"

static void
an_entry_reads_back_with_its_bytes(void **state)
{
    struct scene *scene = *state;
    struct broker_entry entry;
    struct broker_entry found;
    struct ent_view head;
    struct ent_view body;

    begin(scene);
    entry = put(scene, 1, 2, 1000);
    commit(scene);
    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_ok(broker_spool_find(
        scene->spool, &stream, 1, BROKER_BUNDLE, &found, &last_error));
    assert_int_equal(found.arrival, entry.arrival);
    assert_int_equal(found.rank, 2);
    assert_int_equal(found.first, 1);
    assert_int_equal(found.last, 10);
    assert_int_equal(found.size, ENTRY_SIZE);
    assert_int_equal(found.drop_at, 1000);
    assert_int_equal(found.recipient_incarnation, 2);
    assert_true(ent_digest_equal(&found.hash, &entry.hash));
    assert_memory_equal(found.from.bytes, sender.bytes, ENT_PARTY_LEN);
    assert_memory_equal(found.to.bytes, recipient.bytes, ENT_PARTY_LEN);
    expect_ok(
        broker_spool_read(scene->spool, &found, &head, &body, &last_error));
    expect_bytes(head, "head");
    expect_envelopes(body, 'b');
    expect_status(broker_spool_find(scene->spool, &stream, 1, BROKER_SKIP,
                      &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

/* Some of them lie in memory, and later none. */
static void
each_of_many_reads_back_now_and_later(void **state)
{
    struct scene *scene = *state;
    struct broker_entry entries[BROKER_RECENT_FRAMES_MAX + 2];
    const size_t count = sizeof entries / sizeof entries[0];

    begin(scene);
    for (size_t i = 0; i < count; i++) {
        entries[i] = entry_at(10 * i + 1, 2, 1000);
        put_entry(scene, &entries[i], (uint8_t)i);
    }
    commit(scene);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            expect_body(scene, &entries[i], (uint8_t)i);
        }
        begin(scene);
        commit(scene);
    }
}

/* Numbers that were not committed are given again. */
static void
what_was_taken_back_is_not_read_under_its_number(void **state)
{
    struct scene *scene = *state;
    struct broker_entry undone = entry_at(1, 2, 1000);
    struct broker_entry entry = entry_at(1, 2, 1000);

    begin(scene);
    put_entry(scene, &undone, 'o');
    broker_spool_abort(scene->spool);
    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_status(
        broker_spool_read(scene->spool, &undone, &(struct ent_view){0},
            &(struct ent_view){0}, &last_error),
        ENT_IO);
    broker_spool_abort(scene->spool);
    begin(scene);
    put_entry(scene, &entry, 'n');
    commit(scene);
    assert_int_equal(entry.arrival, undone.arrival);
    expect_body(scene, &entry, 'n');
}

static void
a_queue_is_walked_by_rank_and_arrival(void **state)
{
    struct scene *scene = *state;
    struct broker_entry found;

    begin(scene);
    (void)put(scene, 1, 3, 1000);
    (void)put(scene, 11, 0, 1000);
    (void)put(scene, 21, 3, 1000);
    expect_ok(broker_spool_next_for(
        scene->spool, &recipient, 3, 0, &found, &last_error));
    assert_int_equal(found.first, 1);
    expect_ok(broker_spool_next_for(
        scene->spool, &recipient, 3, found.arrival + 1, &found, &last_error));
    assert_int_equal(found.first, 21);
    expect_status(broker_spool_next_for(scene->spool, &recipient, 3,
                      found.arrival + 1, &found, &last_error),
        ENT_NOT_FOUND);
    expect_status(
        broker_spool_next_for(scene->spool, &sender, 3, 0, &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

static void
usage_follows_what_is_put_and_dropped(void **state)
{
    struct scene *scene = *state;
    struct broker_usage usage;
    struct broker_entry entry;

    begin(scene);
    entry = put(scene, 1, 2, 1000);
    (void)put(scene, 11, 2, 1000);
    expect_ok(broker_spool_usage(
        scene->spool, &sender, &recipient, &usage, &last_error));
    assert_int_equal(usage.entries, 2);
    assert_int_equal(usage.bytes, 2 * ENTRY_SIZE);
    expect_ok(broker_spool_drop(scene->spool, &entry, &last_error));
    expect_ok(broker_spool_usage(
        scene->spool, &sender, &recipient, &usage, &last_error));
    assert_int_equal(usage.entries, 1);
    assert_int_equal(usage.bytes, ENTRY_SIZE);
    broker_spool_abort(scene->spool);
}

static void
what_was_not_committed_never_was(void **state)
{
    struct scene *scene = *state;
    struct broker_entry undone;
    struct broker_entry found;

    begin(scene);
    undone = put(scene, 1, 2, 1000);
    broker_spool_abort(scene->spool);
    begin(scene);
    expect_status(broker_spool_find(scene->spool, &stream, 1, BROKER_BUNDLE,
                      &found, &last_error),
        ENT_NOT_FOUND);
    assert_int_equal(put(scene, 1, 2, 1000).arrival, undone.arrival);
    commit(scene);
}

static void
arrivals_go_on_after_a_restart(void **state)
{
    struct scene *scene = *state;
    struct broker_entry entry;

    begin(scene);
    entry = put(scene, 1, 2, 1000);
    expect_ok(broker_spool_drop(scene->spool, &entry, &last_error));
    commit(scene);
    scene_restart(scene);
    begin(scene);
    assert_true(put(scene, 1, 2, 1000).arrival > entry.arrival);
    broker_spool_abort(scene->spool);
}

static void
entries_of_a_stream_are_walked_by_place_and_kind(void **state)
{
    struct scene *scene = *state;
    struct broker_entry fork = entry_at(1, 2, 1000);
    struct broker_entry found;

    fork.kind = BROKER_FORK;
    begin(scene);
    (void)put(scene, 11, 2, 1000);
    (void)put(scene, 1, 2, 1000);
    expect_ok(broker_spool_put(
        scene->spool, &fork, view("h"), (struct ent_view){0}, &last_error));
    expect_ok(broker_spool_next_of_stream(
        scene->spool, &stream, 0, 0, &found, &last_error));
    assert_int_equal(found.kind, BROKER_BUNDLE);
    expect_ok(broker_spool_next_of_stream(
        scene->spool, &stream, 1, BROKER_BUNDLE + 1, &found, &last_error));
    assert_int_equal(found.kind, BROKER_FORK);
    expect_ok(broker_spool_next_of_stream(
        scene->spool, &stream, 1, BROKER_FORK + 1, &found, &last_error));
    assert_int_equal(found.first, 11);
    expect_status(broker_spool_next_of_stream(
                      scene->spool, &stream, 12, 0, &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

static void
what_is_over_is_dropped_in_time_order(void **state)
{
    struct scene *scene = *state;
    struct broker_entry late;
    struct broker_entry found;
    size_t dropped;

    begin(scene);
    late = put(scene, 1, 2, 3000);
    (void)put(scene, 11, 2, 1000);
    (void)put(scene, 21, 2, 2000);
    assert_false(broker_spool_has_expired(scene->spool, 999));
    assert_true(broker_spool_has_expired(scene->spool, 1000));
    expect_ok(
        broker_spool_expire(scene->spool, 2500, 1, &dropped, &last_error));
    assert_int_equal(dropped, 1);
    expect_ok(
        broker_spool_expire(scene->spool, 2500, 9, &dropped, &last_error));
    assert_int_equal(dropped, 1);
    expect_ok(broker_spool_hasten(scene->spool, &late, 2500, &last_error));
    expect_ok(broker_spool_hasten(scene->spool, &late, 9999, &last_error));
    expect_ok(
        broker_spool_expire(scene->spool, 2500, 9, &dropped, &last_error));
    assert_int_equal(dropped, 1);
    expect_status(broker_spool_next_of_stream(
                      scene->spool, &stream, 0, 0, &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

/* ---- receipts ---- */

static void
the_answer_of_a_place_is_in_the_newest_receipt_about_it(void **state)
{
    struct scene *scene = *state;
    struct broker_receipt older = receipt_of("older");
    struct broker_receipt newer = receipt_of("newer");
    struct broker_receipt found;
    struct ent_answer answers[] = {
        {.first = 1, .count = 1, .code = ENTENTE__V1__ANSWER_CODE__SETTLED},
        {.first = 2, .count = 1, .code = ENTENTE__V1__ANSWER_CODE__NOT_YET},
    };
    const struct ent_digest other = {.bytes = "another label"};

    answers[0].label_hash = stream;
    begin(scene);
    expect_ok(broker_spool_put_receipt(
        scene->spool, &older, answers, 2, 1000000, &last_error));
    expect_ok(broker_spool_put_receipt(
        scene->spool, &newer, answers, 1, 1000000, &last_error));
    expect_ok(broker_spool_find_answer(
        scene->spool, &stream, 1, &stream, &found, &last_error));
    expect_bytes(found.wire, "newer");
    expect_status(broker_spool_find_answer(
                      scene->spool, &stream, 1, &other, &found, &last_error),
        ENT_NOT_FOUND);
    expect_status(broker_spool_find_answer(
                      scene->spool, &stream, 2, &stream, &found, &last_error),
        ENT_NOT_FOUND); /* that was not final */

    expect_ok(broker_spool_drop_receipt(
        scene->spool, &sender, &older.hash, &last_error));
    expect_ok(broker_spool_find_answer(
        scene->spool, &stream, 1, &stream, &found, &last_error));
    expect_ok(broker_spool_drop_receipt(
        scene->spool, &sender, &newer.hash, &last_error));
    expect_status(broker_spool_find_answer(
                      scene->spool, &stream, 1, &stream, &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

static void
a_receipt_is_kept_once_and_dropped_by_its_own_sender_only(void **state)
{
    struct scene *scene = *state;
    struct broker_receipt receipt = receipt_of("receipt");
    struct broker_receipt found;

    begin(scene);
    expect_ok(broker_spool_put_receipt(
        scene->spool, &receipt, NULL, 0, 1000000, &last_error));
    expect_status(broker_spool_put_receipt(
                      scene->spool, &receipt, NULL, 0, 1000000, &last_error),
        ENT_EXISTS);
    expect_status(broker_spool_drop_receipt(
                      scene->spool, &recipient, &receipt.hash, &last_error),
        ENT_NOT_FOUND);
    expect_ok(broker_spool_next_receipt(
        scene->spool, &sender, 1, 0, &found, &last_error));
    expect_bytes(found.wire, "receipt");
    expect_ok(broker_spool_drop_receipt(
        scene->spool, &sender, &receipt.hash, &last_error));
    expect_status(broker_spool_next_receipt(
                      scene->spool, &sender, 1, 0, &found, &last_error),
        ENT_NOT_FOUND);
    broker_spool_abort(scene->spool);
}

static void
there_is_a_limit_to_receipts(void **state)
{
    struct scene *scene = *state;
    struct broker_receipt receipt;
    char wire[16];
    enum ent_status rc = ENT_OK;
    size_t count;

    begin(scene);
    for (count = 0; rc == ENT_OK; count++) {
        (void)snprintf(wire, sizeof wire, "%zu", count);
        receipt = receipt_of(wire);
        rc = broker_spool_put_receipt(
            scene->spool, &receipt, NULL, 0, 1000000, &last_error);
    }
    expect_status(rc, ENT_BUSY);
    assert_int_equal(count, SPOOL_RECEIPTS_MAX + 1);
    broker_spool_abort(scene->spool);
}

/* ---- objects ---- */

static void
objects_are_kept_by_kind_and_subject(void **state)
{
    struct scene *scene = *state;
    struct ent_view wire;
    uint64_t number;

    begin(scene);
    expect_ok(broker_spool_put_object(
        scene->spool, 2, "ncc@th", 7, view("manifest"), &last_error));
    expect_status(broker_spool_get_object(
                      scene->spool, 1, "ncc@th", &number, &wire, &last_error),
        ENT_NOT_FOUND);
    expect_status(broker_spool_get_object(
                      scene->spool, 2, "ncc@kh", &number, &wire, &last_error),
        ENT_NOT_FOUND);
    expect_ok(broker_spool_get_object(
        scene->spool, 2, "ncc@th", &number, &wire, &last_error));
    assert_int_equal(number, 7);
    expect_bytes(wire, "manifest");
    broker_spool_abort(scene->spool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_entry_reads_back_with_its_bytes),
        SCENE_TEST(each_of_many_reads_back_now_and_later),
        SCENE_TEST(what_was_taken_back_is_not_read_under_its_number),
        SCENE_TEST(a_queue_is_walked_by_rank_and_arrival),
        SCENE_TEST(usage_follows_what_is_put_and_dropped),
        SCENE_TEST(what_was_not_committed_never_was),
        SCENE_TEST(arrivals_go_on_after_a_restart),
        SCENE_TEST(entries_of_a_stream_are_walked_by_place_and_kind),
        SCENE_TEST(what_is_over_is_dropped_in_time_order),
        SCENE_TEST(the_answer_of_a_place_is_in_the_newest_receipt_about_it),
        SCENE_TEST(a_receipt_is_kept_once_and_dropped_by_its_own_sender_only),
        SCENE_TEST(there_is_a_limit_to_receipts),
        SCENE_TEST(objects_are_kept_by_kind_and_subject),
    };

    return cmocka_run_group_tests_name("broker_spool", tests, NULL, NULL);
}
