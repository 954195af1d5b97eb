/* SPDX-License-Identifier: Apache-2.0 */
/* What a node does not answer by itself: people do, or it is refused. */
#include "tests/two_offices_queries.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/query.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

/* Nothing lets an answer pass. */
static int
setup_unanswered(void **state)
{
    return setup_with(state, "hit_query, conveyance_alert", NULL, 0);
}

/* Five a day, and a reply within eight hours. */
static int
setup_quota(void **state)
{
    static const struct amendment terms[] = {
        {"handling: {default: [H1, H2]}",
            "document_check: {answer: hit_or_no_hit, quota: {per_day: 5, "
            "per_officer_per_hour: 5}}\nhandling: {default: [H1, H2]}"},
    };

    return setup_with(state, FAMILIES, terms, 1);
}

static void
whose_day_of_birth_is_not_known_people_compare(void **state)
{
    struct ent_id query;

    (void)state;
    (void)person_alert("TRAN<<THI HOA", "1990-04");
    exchange();
    query = ask_person("TRAN<<THI HOA", "1990-04-17");
    assert_string_equal(outcome(&query), "");
}

static void
without_a_clause_for_answers_people_answer(void **state)
{
    struct ent_id query;

    (void)state;
    (void)alert(MAESAI, "1กก 1234", "");
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "");
    assert_int_equal(state_of(TACHILEIK, MAESAI, &query), DELIVERED);
    query = ask_plate("9กก 9999");
    assert_string_equal(outcome(&query), "");
    /* The node did not try in vain either. */
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_REFUSED_HERE), 0);
}

/* Does Mae Sai's node answer that query for a plate by itself? */
static bool
is_answered(Entente__V1__Restored *restored, Entente__V1__Origin *origin)
{
    Entente__V1__HitQuery body = ENTENTE__V1__HIT_QUERY__INIT;
    Entente__V1__Conveyance conveyance = ENTENTE__V1__CONVEYANCE__INIT;
    ent_message query = ENTENTE__V1__MESSAGE__INIT;
    struct node *node = world.nodes[MAESAI];
    struct ent_address asker;
    bool answered = false;

    conveyance.plate = (char *)(uintptr_t) "9กก 9999";
    body.conveyance = &conveyance;
    body.encounter = ENTENTE__V1__ENCOUNTER__TRANSIT;
    query.id = (char *)(uintptr_t) "01926b3e-7c00-7abc-8def-0123456789ab";
    query.mode = ENTENTE__V1__MODE__ACTUAL;
    query.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    query.precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE;
    query.restored = restored;
    query.origin = origin;
    query.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_QUERY;
    query.hit_query = &body;
    expect_ok(
        ent_address_parse(view(addresses[TACHILEIK]), &asker, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_query_take(node, &asker, &query, &answered, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return answered;
}

/* It was answered when it came first; the store that knew of it was lost. */
static void
a_query_that_is_given_again_is_not_answered_anew(void **state)
{
    Entente__V1__Restored restored = ENTENTE__V1__RESTORED__INIT;

    (void)state;
    assert_true(is_answered(NULL, NULL));
    assert_false(is_answered(&restored, NULL));
}

/* The agreement with who passes it on is not one with who wants to know. */
static void
what_is_asked_for_a_third_office_people_answer(void **state)
{
    Entente__V1__Origin origin = ENTENTE__V1__ORIGIN__INIT;

    (void)state;
    origin.from = (char *)(uintptr_t) "ncc@la";
    assert_false(is_answered(NULL, &origin));
}

/* Nobody has looked for what has no letter and no digit. */
static void
what_cannot_be_looked_up_is_no_miss(void **state)
{
    static const char *const nothing[] = {
        "\"conveyance\":{\"plate\":\"- -\"}",
        "\"person\":{\"nativeName\":{\"text\":\"- -\"},\"birthDate\":"
        "\"1990-04-17\"}",
        "\"person\":{\"name\":\"TRAN<<THI HOA\",\"birthDate\":\"1990-04-17\"}"
        ",\"conveyance\":{\"plate\":\"- -\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        struct ent_id query = ask(nothing[i], "ACTUAL");

        assert_string_equal(outcome(&query), "");
    }
}

/* A wrong digit is found where it is written, and never asked for. */
static void
numbers_are_checked_before_they_are_asked_for(void **state)
{
    static const struct {
        const char *of;
        const char *fault;
    } rows[] = {
        {"\"conveyance\":{\"container\":\"CSQU3054384\"}", "container"},
        {"\"conveyance\":{\"imo\":\"9074728\"}", "imo"},
        {"\"conveyance\":{\"vin\":\"SHORT\"}", "vin"},
        {"\"cargo\":{\"airwayBill\":\"217-12345676\"}", "airwayBill"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
        Entente__V1__SubmitResult *result;
        char json[512];

        expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
        (void)snprintf(json, sizeof json,
            "{\"purpose\":\"ADMINISTRATION\",\"hitQuery\":{%s,\"encounter\":"
            "\"TRANSIT\"}}",
            rows[i].of);
        submit(TACHILEIK, MAESAI, json, &result, &arena);
        assert_non_null(strstr(result->error, rows[i].fault));
    }
}

/* What turned out to be graver since, people speak of. */
static void
of_what_was_reclassified_the_node_says_nothing(void **state)
{
    struct ent_id on = alert(MAESAI, "1กก 1234", "");
    struct ent_id query;
    char json[1024];
    char text[ENT_ID_TEXT_LEN + 1];

    (void)state;
    exchange();
    ent_id_format(&on, text);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECLASSIFICATION\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"a victim\",\"reclassified\":{\"offence\":"
        "\"TRAFFICKING_IN_PERSONS\",\"handling\":[\"H1\",\"H2\"],\"tlp\":"
        "\"TLP_RED\",\"safeguards\":[\"PRESUMED_TIP_VICTIM\","
        "\"NON_PUNISHMENT\"],\"desk\":\"DESK_PROTECTION\"}}}",
        text);
    (void)post(MAESAI, TACHILEIK, json);
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "");
}

static void
who_asks_more_than_agreed_is_refused_and_noticed(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct node *node = world.nodes[TACHILEIK];
    struct node_key key = {.len = node_key_len(NODE_QUOTA)};
    struct ent_id query;

    (void)state;
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    for (int i = 0; i < 5; i++) {
        query = ask_plate("9กก 9999");
    }
    assert_string_equal(outcome(&query), "NO_HIT");
    submit(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"hitQuery\":{\"conveyance\":{"
        "\"plate\":\"9กก 9999\"},\"encounter\":\"TRANSIT\"}}",
        &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_int_equal(result->copies[0]->reason, ENT_REFUSAL_CHECK_QUOTA);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_PROBING), 0);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    while (node_store_seek(node->store, NODE_QUOTA, node_key_view(&key), 0,
               key.bytes, NULL, &last_error) == ENT_OK) {
        expect_ok(node_store_delete(
            node->store, NODE_QUOTA, node_key_view(&key), &last_error));
        key = (struct node_key){.len = key.len};
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    query = ask_plate("9กก 9999"); /* as if its node did not count */
    assert_string_equal(outcome(&query), "");
    assert_int_equal(state_of(TACHILEIK, MAESAI, &query),
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_PROBING), 1);
}

#define QUERY(name, setup)                                                     \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUERY(whose_day_of_birth_is_not_known_people_compare, setup_query),
        QUERY(without_a_clause_for_answers_people_answer, setup_unanswered),
        QUERY(a_query_that_is_given_again_is_not_answered_anew, setup_query),
        QUERY(what_is_asked_for_a_third_office_people_answer, setup_query),
        QUERY(what_cannot_be_looked_up_is_no_miss, setup_query),
        QUERY(numbers_are_checked_before_they_are_asked_for, setup_query),
        QUERY(of_what_was_reclassified_the_node_says_nothing, setup_query),
        QUERY(who_asks_more_than_agreed_is_refused_and_noticed, setup_quota),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name(
        "node_query_unanswered", tests, NULL, NULL);
}
