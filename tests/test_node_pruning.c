/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that have no more use leave, and nothing that still has one. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/api.h"
#include "node/keeping.h"
#include "node/lifetime.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

/* ---- the vocabulary ---- */

/* Steps of `rows` each, until there is nothing more to do; how many. */
static unsigned
tidy_in_steps(enum who who, size_t rows, bool crashing)
{
    uint64_t due = 0;
    unsigned steps = 0;

    while (due <= world.now) {
        expect_ok(node_keeping_turn(
            world.nodes[who], world.now, rows, &due, &last_error));
        steps++;
        if (crashing) {
            crash(who);
        }
    }
    return steps;
}

/* Everything that a message leaves behind, but for its tombstone. */
static const enum node_table traces[] = {NODE_BUNDLE, NODE_KEYS, NODE_DISPATCH,
    NODE_DUE, NODE_ANSWER, NODE_RECEIPT, NODE_PROOF, NODE_HEARD, NODE_SEEN,
    NODE_SEEN_BLOCK, NODE_HELD, NODE_PENDING, NODE_LIFE};

static void
expect_no_trace(enum who who)
{
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        unsigned rows = rows_in(who, traces[i]);

        if (rows != 0) {
            fail_msg("%s: table %d has %u rows", addresses[who], (int)traces[i],
                rows);
        }
    }
}

/* In all blocks (node/seen_block.h). */
static unsigned
messages_known(enum who who)
{
    struct node *node = world.nodes[who];
    struct node_key key = {.len = node_key_len(NODE_SEEN_BLOCK)};
    struct ent_view value;
    unsigned count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    while (node_store_seek(node->store, NODE_SEEN_BLOCK, node_key_view(&key), 0,
               key.bytes, &value, &last_error) == ENT_OK) {
        ENT_AUTO(node_row_free) node_seen_block_row *row = NULL;

        expect_ok(node_row_unpack(value,
            &entente__rest__v1__seen_block_row__descriptor,
            (ProtobufCMessage **)&row, &last_error));
        for (size_t i = 0; i < row->n_together; i++) {
            count += (unsigned)(row->together[i]->messages.len /
                                (NODE_SEEN_REST_LEN + sizeof(uint64_t)));
        }
        assert_true(node_key_after(key.bytes, key.len));
    }
    node_store_abort(node->store);
    return count;
}

/* A copy of the bundle that is on the wire now, to be sent again later. */
static struct flying
keep_bundle(void)
{
    struct flying kept = {.type = ENT_FRAME_BUNDLE};

    for (size_t i = 0; i < world.flying; i++) {
        const struct flying *frame = &world.wire[i];

        if (frame->type == ENT_FRAME_BUNDLE) {
            kept.to = frame->to;
            expect_ok(ent_bytes_copy(
                ent_bytes_view(&frame->payload), &kept.payload, &last_error));
            expect_ok(ent_bytes_copy(
                ent_bytes_view(&frame->body), &kept.body, &last_error));
        }
    }
    assert_true(kept.payload.len > 0);
    return kept;
}

static void
forget(struct flying *kept)
{
    ent_bytes_free(&kept->payload);
    ent_bytes_free(&kept->body);
}

/* It comes once more; how many receipts leave. */
static size_t
answers_to(const struct flying *frame)
{
    size_t count = 0;

    turn(frame->to, frame);
    for (size_t i = 0; i < world.flying; i++) {
        count += world.wire[i].type == ENT_FRAME_RECEIPT;
    }
    forget_wire();
    return count;
}

/* Delivered, receipted, and its bundle as it travelled. */
static struct ent_id
deliver(const char *json, struct flying *ret_kept)
{
    struct ent_id id;

    introduce();
    id = post(MAESAI, TACHILEIK, json);
    turn(MAESAI, NULL);
    *ret_kept = keep_bundle();
    drain();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    return id;
}

static const char aggregate[] = "keep: P30D, then: aggregate";
static const char an_hour[] = "keep: PT1H, then: delete";

/* When the last row of what was delivered at NOON ends, if it is kept for 30
 * days: it is deleted on the day after. */
#define END (NOON / DAY * DAY + 31 * DAY)

/* ---- tests ---- */

static void
in_the_end_only_tombstones_and_the_journal_are_left(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        pass(6000);
    }
    world.now = END - 1;
    tidy(MAESAI);
    tidy(TACHILEIK);
    assert_int_equal(messages_known(TACHILEIK), 5);
    assert_true(rows_in(TACHILEIK, NODE_RECEIPT) > 0);
    assert_true(rows_in(MAESAI, NODE_PROOF) > 0);
    world.now = END;
    tidy(MAESAI);
    tidy(TACHILEIK);
    expect_no_trace(MAESAI);
    expect_no_trace(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK), 5);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 5);
    world.now += 366 * DAY;
    tidy(MAESAI);
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 0);
    assert_int_equal(rows_in(MAESAI, NODE_NUMBER), 0);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

static void
a_duplicate_is_answered_to_the_last_moment_and_never_taken_twice(void **state)
{
    struct flying kept;
    struct ent_id id;

    (void)state;
    id = deliver(hotline, &kept);
    assert_int_equal(answers_to(&kept), 1);
    world.now = END - 1;
    tidy(TACHILEIK);
    assert_int_equal(answers_to(&kept), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    world.now = END;
    tidy(TACHILEIK);
    assert_int_equal(answers_to(&kept), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(rows_in(TACHILEIK, NODE_BUNDLE), 0);
    journal_is_good(TACHILEIK);
    forget(&kept);
}

/* However short its retention: its id is known until a day after it could
 * count, and its answer for a week after its bundle expired. */
static void
what_is_deleted_early_is_still_known(void **state)
{
    struct flying kept;
    uint64_t expires_at = NOON + DAY; /* FLASH lives a day */
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, aggregate, an_hour);
    give_agreement(TACHILEIK, aggregate, an_hour);
    id = deliver(hotline, &kept);
    world.now = NOON + DAY - HOUR;
    tidy(TACHILEIK);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 2);
    assert_int_equal(answers_to(&kept), 1);
    world.now = expires_at + 6 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(answers_to(&kept), 1);
    world.now = expires_at + 8 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(answers_to(&kept), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    expect_no_trace(TACHILEIK);
    forget(&kept);
}

/* The same message in a new bundle, after it was deleted here. */
static void
what_is_sealed_anew_after_its_deletion_is_not_shown_again(void **state)
{
    struct ent_id id;

    (void)state;
    give_agreement(TACHILEIK, aggregate, an_hour);
    give_agreement(MAESAI, "title: ", "title: Newer ");
    give_agreement(TACHILEIK, "title: ", "title: Newer ");
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    world.now = NOON + DAY - HOUR;
    tidy(TACHILEIK);
    world.lose = 0;
    renew(MAESAI); /* what was signed under the old key is sealed anew */
    tell_certificate(MAESAI, TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Refused, and sealed anew because its sender never heard so: the second bundle
 * ends long before the message could not come again. */
static void
what_was_refused_twice_is_known_as_long_as_it_can_come(void **state)
{
    static const char lasting[] =
        "{\"purpose\":\"THREAT_TO_LIFE\",\"validUntil\":"
        "\"2026-09-10T00:00:00Z\",\"hotlineAlert\":{\"what\":\"DRUGS\","
        "\"where\":{\"country\":\"TH\"},\"when\":\"2026-08-15T09:59:00Z\","
        "\"action\":\"STOP\"}}";
    struct ent_id id;

    (void)state;
    introduce();
    give_agreement(TACHILEIK, "purposes: [threat_to_life, listed_crime]",
        "purposes: [listed_crime]");
    id = post(MAESAI, TACHILEIK, lasting);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    world.lose = 0;
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED);
    world.now = NOON + 10 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_BUNDLE), 2); /* of three */
    assert_int_equal(messages_known(TACHILEIK), 2);
}

/* Delivered, and sealed anew because its sender never heard so: when the second
 * bundle has ended the first is still found. */
static void
what_came_twice_is_deleted_when_its_time_is_over(void **state)
{
    (void)state;
    introduce();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    world.lose = 0;
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    world.now = NOON + 10 * DAY;
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_BUNDLE), 2); /* of three */
    world.now = END;
    tidy(TACHILEIK);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 2);
    expect_no_trace(TACHILEIK);
}

static void
a_crash_between_any_two_steps_loses_nothing(void **state)
{
    struct ent_id fresh;

    (void)state;
    for (int i = 0; i < 8; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        pass(6000);
    }
    world.now = END;
    assert_true(tidy_in_steps(TACHILEIK, 1, true) > 16);
    assert_true(tidy_in_steps(MAESAI, 1, true) > 16);
    expect_no_trace(MAESAI);
    expect_no_trace(TACHILEIK);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 8);
    assert_int_equal(number_of(MAESAI, "deleted"), 8);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
    fresh = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &fresh), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &fresh), DELIVERED);
}

/* What others do in between must not wait for all of it. */
static void
a_step_touches_no_more_than_it_is_allowed(void **state)
{
    size_t before;
    uint64_t due;

    (void)state;
    for (int i = 0; i < 8; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        pass(6000);
    }
    before = rows_in(TACHILEIK, NODE_KEYS);
    assert_int_equal(before, 8);
    world.now = END;
    expect_ok(node_keeping_turn(
        world.nodes[TACHILEIK], world.now, 3, &due, &last_error));
    assert_int_equal(rows_in(TACHILEIK, NODE_KEYS), 5);
    assert_true(due == world.now);
}

/* The recipient was away for two months: its stream still needs the skip. */
static void
an_unsettled_bundle_stays_until_its_recipient_knows(void **state)
{
    struct ent_id dead;
    struct ent_id alive;

    (void)state;
    introduce();
    world.up = false;
    dead = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    for (int i = 0; i < 60; i++) {
        pass(DAY);
        tidy(MAESAI);
    }
    assert_int_equal(rows_in(MAESAI, NODE_DISPATCH), 1);
    world.up = true;
    alive = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 30; i++) {
        pass(60000);
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &dead),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &alive), 1);
    pass(2 * DAY);
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_DISPATCH), 1); /* the live one's */
}

/* The receipt was lost for good, and the recipient no longer has it: its sender
 * hears that the place is passed, and does not ask for ever. */
static void
a_skip_whose_answer_is_gone_is_answered_all_the_same(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    world.now = END + DAY;
    tidy(TACHILEIK);
    expect_no_trace(TACHILEIK);
    world.lose = 0;
    for (int i = 0; i < 5; i++) {
        pass(60000);
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    world.now += 2 * DAY;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_DISPATCH), 0);
}

static void
a_copy_that_was_never_sealed_ends_like_all_others(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, not_agreed, &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 1);
    world.now += 800 * DAY;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_LIFE), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 1);
    world.now += 366 * DAY;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 0);
}

/* Desk numbers go on; what is gone is the oldest, and readers pass over it. */
static void
a_desk_is_read_where_its_beginning_is_gone(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    struct node *tachileik = world.nodes[TACHILEIK];

    (void)state;
    introduce();
    world.now = END;
    tidy(TACHILEIK);
    world.now = END + 250 * DAY;
    (void)post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(60000);
    }
    world.now = END + 366 * DAY;
    tidy(TACHILEIK);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(node_store_begin(tachileik->store, &last_error));
    request.from = 1;
    expect_ok(node_api_inbox(tachileik, &request, &arena, &reply, &last_error));
    assert_int_equal(reply.n_items, 1);
    assert_int_equal(reply.items[0]->sequence, 2);
    assert_int_equal(reply.next, 3);
    entente__v1__inbox_reply__init(&reply);
    request.from_time = NOON;
    expect_ok(node_api_inbox(tachileik, &request, &arena, &reply, &last_error));
    assert_int_equal(reply.n_items, 1);
    node_store_abort(tachileik->store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_the_end_only_tombstones_and_the_journal_are_left),
        TEST(a_duplicate_is_answered_to_the_last_moment_and_never_taken_twice),
        TEST(what_is_deleted_early_is_still_known),
        TEST(what_is_sealed_anew_after_its_deletion_is_not_shown_again),
        TEST(what_was_refused_twice_is_known_as_long_as_it_can_come),
        TEST(what_came_twice_is_deleted_when_its_time_is_over),
        TEST(a_crash_between_any_two_steps_loses_nothing),
        TEST(a_step_touches_no_more_than_it_is_allowed),
        TEST(an_unsettled_bundle_stays_until_its_recipient_knows),
        TEST(a_skip_whose_answer_is_gone_is_answered_all_the_same),
        TEST(a_copy_that_was_never_sealed_ends_like_all_others),
        TEST(a_desk_is_read_where_its_beginning_is_gone),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_pruning", tests, NULL, NULL);
}
