/* SPDX-License-Identifier: Apache-2.0 */
/* What a node keeps, and for how long. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/api.h"
#include "node/counts.h"
#include "node/keeping.h"
#include "proto/base/log.h"
#include "proto/message.h"
#include "proto/refusal.h"

#define HOTLINE_FAMILY ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT

/* ---- the vocabulary ---- */

static void
tidy_both(uint64_t later_ms)
{
    world.now += later_ms;
    tidy(MAESAI);
    tidy(TACHILEIK);
}

/* The nth count that an office keeps; all zero: there is none. */
static struct node_count
count_at(enum who who, size_t n)
{
    struct node *node = world.nodes[who];
    struct node_count count = {0};
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ENT_OK;

    expect_ok(node_store_begin(node->store, &last_error));
    for (size_t i = 0; rc == ENT_OK && i <= n; i++) {
        count = (struct node_count){0};
        rc = node_counts_next(node, key, &count, &last_error);
    }
    node_store_abort(node->store);
    return count;
}

static void
expect_count(enum who who, size_t n, uint32_t month, bool outgoing,
    const char *state, uint64_t number)
{
    struct node_count count = count_at(who, n);

    assert_int_equal(count.year, 2026);
    assert_int_equal(count.month, month);
    assert_int_equal(count.family, HOTLINE_FAMILY);
    assert_int_equal(count.outgoing, outgoing);
    assert_string_equal(count.state, state);
    assert_int_equal(count.count, number);
}

/* The first entry of a desk, as its officers get it. `arena` holds it. */
static const Entente__V1__InboxItem *
first_item(enum who who, struct ent_arena *arena)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;

    request.from = 1;
    expect_ok(ent_arena_init(arena, 1 << 22, &last_error));
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(
        node_api_inbox(world.nodes[who], &request, arena, &reply, &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
    assert_true(reply.n_items >= 1);
    return reply.items[0];
}

/* What became of the one copy of a message. `arena` holds it. */
static const Entente__V1__TraceCopy *
trace(enum who who, const struct ent_id *id, struct ent_arena *arena)
{
    Entente__V1__TraceRequest request = ENTENTE__V1__TRACE_REQUEST__INIT;
    Entente__V1__TraceReply reply = ENTENTE__V1__TRACE_REPLY__INIT;
    char text[ENT_ID_TEXT_LEN + 1];

    ent_id_format(id, text);
    request.id = text;
    expect_ok(ent_arena_init(arena, 1 << 22, &last_error));
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(
        node_api_trace(world.nodes[who], &request, arena, &reply, &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
    assert_int_equal(reply.n_items, 1);
    assert_int_equal(reply.items[0]->n_copies, 1);
    return reply.items[0]->copies[0];
}

/* Delivered, and both know. */
static struct ent_id
deliver(const char *json)
{
    struct ent_id id = post(MAESAI, TACHILEIK, json);

    pass(0);
    pass(6000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    return id;
}

static const char exercise[] =
    "{\"mode\":\"EXERCISE\",\"purpose\":\"THREAT_TO_LIFE\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\"}}";

static const char aggregate[] = "keep: P30D, then: aggregate";
static const char delete_it[] = "keep: P30D, then: delete";

/* ---- aggregate and delete ---- */

static void
aggregate_keeps_a_count_a_month_at_both_offices(void **state)
{
    (void)state;
    (void)deliver(hotline);
    (void)deliver(hotline);
    world.now += 20 * DAY; /* into September */
    (void)deliver(hotline);
    assert_int_equal(count_at(TACHILEIK, 0).count, 0);
    tidy_both(12 * DAY);
    expect_count(TACHILEIK, 0, 8, false, "th", 2);
    expect_count(MAESAI, 0, 8, true, "mm", 2);
    assert_int_equal(count_at(TACHILEIK, 1).count, 0);
    tidy_both(20 * DAY);
    expect_count(TACHILEIK, 0, 8, false, "th", 2);
    expect_count(TACHILEIK, 1, 9, false, "th", 1);
    expect_count(MAESAI, 1, 9, true, "mm", 1);
    tidy_both(20 * DAY);
    expect_count(TACHILEIK, 1, 9, false, "th", 1);
    journal_is_good(TACHILEIK);
}

static void
delete_keeps_no_count(void **state)
{
    (void)state;
    give_agreement(MAESAI, aggregate, delete_it);
    give_agreement(TACHILEIK, aggregate, delete_it);
    (void)deliver(hotline);
    tidy_both(32 * DAY);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 1);
    assert_int_equal(number_of(MAESAI, "deleted"), 1);
    assert_int_equal(count_at(TACHILEIK, 0).count, 0);
    assert_int_equal(count_at(MAESAI, 0).count, 0);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

static void
an_exercise_is_never_counted(void **state)
{
    (void)state;
    (void)deliver(exercise);
    tidy_both(32 * DAY);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 1);
    assert_int_equal(count_at(TACHILEIK, 0).count, 0);
    assert_int_equal(count_at(MAESAI, 0).count, 0);
}

static void
what_never_arrived_is_not_counted_at_its_sender(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    tidy_both(32 * DAY);
    assert_int_equal(number_of(MAESAI, "deleted"), 2);
    expect_count(MAESAI, 0, 8, true, "mm", 1); /* the introduction */
    assert_int_not_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* ---- tombstones ---- */

static void
a_desk_says_when_and_by_which_clause_it_was_deleted(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__InboxItem *item;
    struct ent_id id;
    char text[ENT_ID_TEXT_LEN + 1];

    (void)state;
    id = deliver(hotline);
    tidy_both(32 * DAY);
    item = first_item(TACHILEIK, &arena);
    ent_id_format(&id, text);
    assert_true(item->deleted);
    assert_true(item->deleted_at == world.now);
    assert_string_equal(item->clause, "3(1)");
    assert_int_equal(item->deleted_line, 41);
    assert_true(item->counted);
    assert_string_equal(item->id, text);
    assert_string_equal(item->from, addresses[MAESAI]);
    assert_null(item->message);
    assert_string_equal(item->family, "");
    assert_int_equal(item->precedence, 0);
    assert_int_equal(item->acknowledge_by, 0);
}

static void
a_trace_says_that_it_arrived_and_was_deleted_since(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__TraceCopy *copy;
    node_copy_row *row = NULL;
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, aggregate, delete_it);
    give_agreement(TACHILEIK, aggregate, delete_it);
    id = deliver(hotline);
    tidy_both(32 * DAY);
    copy = trace(MAESAI, &id, &arena);
    assert_int_equal(copy->state, DELIVERED);
    assert_true(copy->deleted_at == world.now);
    assert_string_equal(copy->deleted_clause, "3(1)");
    assert_int_equal(copy->deleted_line, 41);
    assert_false(copy->counted);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->family, 0);
    assert_int_equal(row->content.len, 0); /* guesses could be tried */
    node_row_free(&row);
}

/* Only the row that says so is left, so an answer could be a lie. */
static void
a_deleted_message_submitted_again_needs_a_new_id(void **state)
{
    static const char once[] =
        "{\"id\":\"0198a8a0-0000-7000-8000-000000000001\",\"purpose\":"
        "\"THREAT_TO_LIFE\",\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{"
        "\"country\":\"TH\"},\"when\":\"2026-08-15T09:59:00Z\",\"action\":"
        "\"STOP\"}}";
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    (void)deliver(once);
    tidy_both(32 * DAY);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, once, &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_int_equal(result->copies[0]->reason, ENT_REFUSAL_ID_REUSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(aggregate_keeps_a_count_a_month_at_both_offices),
        TEST(delete_keeps_no_count),
        TEST(an_exercise_is_never_counted),
        TEST(what_never_arrived_is_not_counted_at_its_sender),
        TEST(a_desk_says_when_and_by_which_clause_it_was_deleted),
        TEST(a_trace_says_that_it_arrived_and_was_deleted_since),
        TEST(a_deleted_message_submitted_again_needs_a_new_id),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_keeping", tests, NULL, NULL);
}
