/* SPDX-License-Identifier: Apache-2.0 */
/* What may be one incident is found where it is, however much else is there. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/api.h"
#include "node/like.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define BUSY 70  /* seizures at one crossing */
#define PAIRS 10 /* of one seizure each, over a month */

static int
setup_likes(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    introduce();
    return 0;
}

/* So many tablets, seized an hour ago at that crossing. */
static struct ent_id
seizure(unsigned tablets)
{
    char at[ENT_TIME_TEXT_MAX];
    char json[768];

    ent_time_format(world.now - HOUR - world.now % 1000, at);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"LISTED_CRIME\",\"offence\":\"DRUGS\",\"drugSeizure\":"
        "{\"place\":{\"crossing\":\"MM-TH:THL-MSA\"},\"seizedAt\":\"%s\","
        "\"items\":[{\"drug\":\"METH_TABLET\",\"quantity\":\"%u\",\"unit\":"
        "\"TABLET\"}]}}",
        at, tablets);
    return post(MAESAI, TACHILEIK, json);
}

/* What Mae Sai finds that is like one of its own. */
static struct node_likes *
likes_of(const struct ent_id *id, struct node_like_budget *budget)
{
    static struct node_likes likes;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[MAESAI];
    struct node_found found;
    ent_message *message;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_found_sent(node, id, &found, &last_error));
    expect_ok(node_found_open(node, &found, &arena, &message, &last_error));
    expect_ok(
        node_like_find(node, &found, message, budget, &likes, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return &likes;
}

static void
expect_one(const struct node_likes *likes, const struct ent_id *id)
{
    assert_int_equal(likes->count, 1);
    assert_memory_equal(&likes->list[0].found.id, id, sizeof *id);
    assert_int_equal(likes->list[0].likeness.bases, ENT_LIKE_EVENT);
    assert_false(likes->cut);
}

static struct node_like_budget
whole_budget(void)
{
    return (struct node_like_budget){
        .entries = NODE_LIKE_ENTRIES, .opened = NODE_LIKE_OPENED};
}

/* As much again, and where the last one began. */
static struct node_like_budget *
refill(struct node_like_budget *budget)
{
    budget->entries = NODE_LIKE_ENTRIES;
    budget->opened = NODE_LIKE_OPENED;
    return budget;
}

/* ---- tests ---- */

static void
an_old_one_is_found_past_all_that_came_since(void **state)
{
    struct node_like_budget budget = whole_budget();
    struct ent_id first = seizure(20000);
    struct ent_id same;

    (void)state;
    world.now += HOUR;
    same = seizure(20500);
    exchange();
    for (unsigned i = 0; i < BUSY; i++) {
        world.now += DAY / 2;
        (void)seizure(100 + 100 * i);
    }
    exchange();
    expect_one(likes_of(&first, &budget), &same);
    budget = whole_budget();
    expect_one(likes_of(&same, &budget), &first);
    /* hardly anything was looked at for it */
    assert_true(budget.opened > NODE_LIKE_OPENED - 40);
}

/* As a page of the desk asks. */
static void
one_budget_serves_one_after_the_other(void **state)
{
    struct node_like_budget budget = whole_budget();
    struct ent_id pairs[PAIRS][2];

    (void)state;
    for (unsigned i = 0; i < PAIRS; i++) {
        pairs[i][0] = seizure(1000 * (i + 1));
        world.now += HOUR;
        pairs[i][1] = seizure(1000 * (i + 1));
        world.now += i < 3 ? DAY / 4 : 3 * DAY;
        exchange();
    }
    for (unsigned i = 0; i < PAIRS; i++) {
        expect_one(likes_of(&pairs[i][0], refill(&budget)), &pairs[i][1]);
        expect_one(likes_of(&pairs[i][1], refill(&budget)), &pairs[i][0]);
    }
    for (unsigned i = PAIRS; i-- > 0;) { /* and back */
        expect_one(likes_of(&pairs[i][0], refill(&budget)), &pairs[i][1]);
    }
}

static void
what_was_not_looked_at_is_said(void **state)
{
    struct node_like_budget few = {.entries = 2, .opened = NODE_LIKE_OPENED};
    struct node_like_budget none = {.entries = NODE_LIKE_ENTRIES};
    struct ent_id first = seizure(1000);

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        world.now += HOUR;
        (void)seizure(5000 * (i + 1));
    }
    exchange();
    assert_true(likes_of(&first, &few)->cut);
    assert_int_equal(few.entries, 0);
    assert_true(likes_of(&first, &none)->cut);
    assert_int_equal(none.opened, 0);
}

/* ---- what is told of them ---- */

/* So many seizures at one time and place. */
static struct ent_id
seizures(unsigned count)
{
    struct ent_id last = {{0}};

    for (unsigned i = 0; i < count; i++) {
        world.now += 60 * 1000;
        last = seizure(20000);
        exchange();
    }
    return last;
}

/* Asked about the last on Tachileik's desk. */
static void
expect_told(size_t count, bool cut)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__LikeRequest request = ENTENTE__V1__LIKE_REQUEST__INIT;
    Entente__V1__LikeReply reply = ENTENTE__V1__LIKE_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];

    request.sequence = desk_count(TACHILEIK);
    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_like(node, &request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(reply.n_likes, count);
    assert_int_equal(reply.cut != 0, cut);
}

/* The marks of the same message, as a page of the desk has them. */
static void
expect_marks(size_t count, bool cut)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];

    request.from = desk_count(TACHILEIK);
    request.alike = true;
    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_inbox(node, &request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(reply.n_items, 1);
    assert_int_equal(reply.items[0]->n_alike, count);
    assert_int_equal(reply.items[0]->alike_cut != 0, cut);
}

static void
more_than_is_told_is_said_to_be_more(void **state)
{
    (void)state;
    (void)seizures(9);
    expect_told(8, false);
    expect_marks(8, false); /* all of them */
    (void)seizures(1);
    expect_told(9, false);
    expect_marks(8, true);
    (void)seizures(NODE_LIKES_MAX - 9);
    expect_told(NODE_LIKES_MAX, false);
    (void)seizures(1);
    expect_told(NODE_LIKES_MAX, true);
}

/* What is linked comes first, and may leave no room for what is alike. */
static void
what_is_linked_pushes_nothing_out_silently(void **state)
{
    Entente__V1__LinkRequest request = ENTENTE__V1__LINK_REQUEST__INIT;
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        world.now += 60 * 1000;
        (void)post(MAESAI, TACHILEIK, hotline);
        exchange();
    }
    (void)seizures(NODE_LIKES_MAX - 2);
    request.sequence = desk_count(TACHILEIK);
    request.role = (char *)"duty officer";
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint64_t i = 2; i <= 4; i++) {
        request.other_sequence = i;
        expect_ok(node_api_link(node, &request, &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_told(NODE_LIKES_MAX, false);
    (void)seizures(1);
    request.sequence = desk_count(TACHILEIK);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint64_t i = 2; i <= 4; i++) {
        request.other_sequence = i;
        expect_ok(node_api_link(node, &request, &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_told(NODE_LIKES_MAX, true);
}

#define LIKE(name) cmocka_unit_test_setup_teardown(name, setup_likes, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIKE(an_old_one_is_found_past_all_that_came_since),
        LIKE(one_budget_serves_one_after_the_other),
        LIKE(what_was_not_looked_at_is_said),
        LIKE(more_than_is_told_is_said_to_be_more),
        LIKE(what_is_linked_pushes_nothing_out_silently),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_like", tests, NULL, NULL);
}
