/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices, and whether one has met whom the other's alert is about. */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/hit.h"

static const char hit_notice[] =
    "{\"purpose\":\"ADMINISTRATION\",\"hitNotice\":{\"alertId\":"
    "\"01926b3e-7c00-7abc-8def-0123456789ab\",\"encounter\":\"ENTRY_PRIMARY\","
    "\"place\":{\"country\":\"MM\"},\"metAt\":\"2026-08-15T09:59:00Z\"}}";

static int
setup_hit(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("hit_notice", NULL, 0);
    introduce();
    return 0;
}

/* An answer to that message, and the office it is exchanged with. */
struct answer {
    ent_message message;
    struct ent_address other;
    char id[ENT_ID_TEXT_LEN + 1];
};

static void
answer_to(const struct ent_id *id, enum who other, struct answer *ret_answer)
{
    ent_id_format(id, ret_answer->id);
    ret_answer->message = (ent_message)ENTENTE__V1__MESSAGE__INIT;
    ret_answer->message.in_reply_to = ret_answer->id;
    expect_ok(ent_address_parse(
        view(addresses[other]), &ret_answer->other, &last_error));
}

/* What `who` knows of the message that the other office would answer. */
static bool
came(enum who who, const struct ent_id *id)
{
    struct answer answer;
    struct node *node = world.nodes[who];
    bool is;

    answer_to(id, !who, &answer);
    expect_ok(node_store_begin(node->store, &last_error));
    is = node_hit_came(node, &answer.message, &answer.other);
    node_store_abort(node->store);
    return is;
}

static bool
went(enum who who, const struct ent_id *id)
{
    struct answer answer;
    struct node *node = world.nodes[who];
    bool is;

    answer_to(id, !who, &answer);
    expect_ok(node_store_begin(node->store, &last_error));
    is = node_hit_went(node, &answer.message, &answer.other);
    node_store_abort(node->store);
    return is;
}

static void
a_hit_is_known_where_it_came_and_where_it_went(void **state)
{
    struct ent_id id = post(TACHILEIK, MAESAI, hit_notice);

    (void)state;
    assert_false(came(MAESAI, &id));
    assert_true(went(TACHILEIK, &id));
    exchange();
    assert_true(came(MAESAI, &id));
    assert_false(went(MAESAI, &id));
    assert_false(came(TACHILEIK, &id));
}

static void
another_message_is_no_hit(void **state)
{
    struct ent_id id = post(TACHILEIK, MAESAI, hotline);
    struct ent_id nobodys = {.bytes = {7}};

    (void)state;
    exchange();
    assert_int_equal(times_on_desk(MAESAI, &id), 1);
    assert_false(came(MAESAI, &id));
    assert_false(went(TACHILEIK, &id));
    assert_false(came(MAESAI, &nobodys));
    assert_false(went(TACHILEIK, &nobodys));
}

static void
what_answers_nothing_answers_no_hit(void **state)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_address from;

    (void)state;
    expect_ok(
        ent_address_parse(view(addresses[TACHILEIK]), &from, &last_error));
    assert_false(node_hit_came(world.nodes[MAESAI], &message, &from));
    assert_false(node_hit_went(world.nodes[MAESAI], &message, &from));
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_hit, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_hit_is_known_where_it_came_and_where_it_went),
        TEST(another_message_is_no_hit),
        TEST(what_answers_nothing_answers_no_hit),
    };

    return cmocka_run_group_tests_name("node_hit", tests, NULL, NULL);
}
