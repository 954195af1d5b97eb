/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in and sealed in one turn, and what is not. */
#include "node/outbox.h"

#include <stdio.h>

#include "node/rules.h"
#include "node/sealer.h"
#include "tests/two_offices_rows.h"

#define MANY 5

/* An alert of that precedence; its description is that number. */
static struct ent_id
hand_in(enum who to, const char *precedence, unsigned number)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id;
    char json[512];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\","
        "\"precedence\":\"%s\",\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
        "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":\"toward mm\","
        "\"description\":\"%u\"}}",
        precedence, number);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit_one(MAESAI, to, json, &result, &arena);
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
    expect_ok(ent_id_parse(ent_view_text(result->id), &id, &last_error));
    return id;
}

static void
begin(void)
{
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    node_outbox_open(world.nodes[MAESAI]);
}

static void
end(void)
{
    node_outbox_close(world.nodes[MAESAI]);
    expect_ok(node_sealer_fresh(world.nodes[MAESAI], &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
}

static void
what_is_handed_in_is_sealed_at_once_as_one_bundle(void **state)
{
    struct ent_id ids[MANY];
    unsigned bundles;

    (void)state;
    introduce();
    bundles = rows_in(MAESAI, NODE_BUNDLE);
    begin();
    for (unsigned i = 0; i < MANY; i++) {
        ids[i] = hand_in(TACHILEIK, "FLASH", i);
    }
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), bundles + 1);
    pass(0);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
    }
    journal_is_good(MAESAI);
}

static void
each_precedence_has_its_own_bundle(void **state)
{
    unsigned bundles;

    (void)state;
    introduce();
    bundles = rows_in(MAESAI, NODE_BUNDLE);
    begin();
    (void)hand_in(TACHILEIK, "IMMEDIATE", 1);
    (void)hand_in(TACHILEIK, "FLASH", 2);
    (void)hand_in(TACHILEIK, "IMMEDIATE", 3);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), bundles + 2);
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 4);
}

static void
for_whom_no_key_is_known_it_waits(void **state)
{
    struct ent_id id;

    (void)state;
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 1);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), 0);
    pass(0);
    pass(6000);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* In the order in which they were accepted. */
static void
it_goes_behind_what_waits_already(void **state)
{
    node_copy_row *first;
    node_copy_row *second;
    struct ent_id ids[2];

    (void)state;
    introduce();
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    ids[0] = hand_in(TACHILEIK, "FLASH", 1);
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 1);
    begin();
    ids[1] = hand_in(TACHILEIK, "FLASH", 2);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 2);
    pass(0);
    first = copy_row(MAESAI, TACHILEIK, &ids[0]);
    second = copy_row(MAESAI, TACHILEIK, &ids[1]);
    assert_int_equal(first->bundle, second->bundle);
    assert_int_equal(first->index, 0);
    assert_int_equal(second->index, 1);
    node_row_free(&first);
    node_row_free(&second);
}

static void
of_a_turn_that_is_taken_back_nothing_leaves(void **state)
{
    (void)state;
    introduce();
    begin();
    (void)hand_in(TACHILEIK, "FLASH", 1);
    assert_int_equal(
        node_turn_end(world.nodes[MAESAI], ENT_FULL, &last_error), ENT_FULL);
    pass(0);
    begin();
    end();
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 1);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), 1);
}

static void
what_is_withdrawn_in_the_same_turn_never_leaves(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    char text[ENT_ID_TEXT_LEN + 1];
    char json[512];
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", NULL, 0);
    introduce();
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECALL\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"sent in error\"}}",
        text);
    submit_one(MAESAI, TACHILEIK, json, &result, &arena);
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
    end();
    pass(0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_not_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Judged by the old ones, it is judged again. */
static void
what_is_sealed_after_other_rules_came_is_judged_by_those(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    write_agreement(MAESAI, "purposes: [threat_to_life, listed_crime]",
        "purposes: [listed_crime]");
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    expect_ok(node_rules_reload(world.nodes[MAESAI], NULL, &last_error));
    end();
    pass(0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_handed_in_is_sealed_at_once_as_one_bundle),
        TEST(each_precedence_has_its_own_bundle),
        TEST(for_whom_no_key_is_known_it_waits),
        TEST(it_goes_behind_what_waits_already),
        TEST(of_a_turn_that_is_taken_back_nothing_leaves),
        TEST(what_is_withdrawn_in_the_same_turn_never_leaves),
        TEST(what_is_sealed_after_other_rules_came_is_judged_by_those),
    };

    return cmocka_run_group_tests_name("node_outbox", tests, NULL, NULL);
}
