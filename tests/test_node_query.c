/* SPDX-License-Identifier: Apache-2.0 */
/* A node answers whether something is on its lists: hit or no hit, no more. */
#include "tests/two_offices_queries.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/log.h"

static void
hit_or_no_hit_is_answered_by_the_node(void **state)
{
    struct ent_id on = alert(MAESAI, "1กก 1234", "");
    struct ent_id first;
    struct ent_id second;

    (void)state;
    exchange();
    first = ask_plate("1กก-1234");
    second = ask_plate("9กก 9999");
    assert_string_equal(outcome(&first), hit_on(&on));
    assert_string_equal(outcome(&second), "NO_HIT");
    journal_is_good(MAESAI);
}

/* Which alert, whose, and how it is to be handled; and none of its words. */
static void
an_answer_says_which_alert_and_nothing_of_it(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const ent_message *answer;
    struct ent_id query;

    (void)state;
    (void)alert(MAESAI, "1กก 1234",
        "\"tlp\":\"TLP_RED\",\"handling\":[\"H3\"],\"offencePenaltyMonths\":"
        "36,");
    exchange();
    query = ask_plate("1กก 1234");
    exchange();
    answer = answer_to(&query, &arena);
    assert_non_null(answer);
    assert_string_equal(answer->hit_answer->owner, addresses[MAESAI]);
    assert_string_equal(answer->hit_answer->family, "conveyance_alert");
    assert_int_equal(answer->tlp, ENTENTE__V1__TLP__TLP_RED);
    assert_true(ent_message_time_ms(answer->hit_answer->as_of) <= world.now);
    expect_ok(ent_message_encode(answer, &wire, &last_error));
    assert_null(memmem(wire.data, wire.len, "laboratory", 10));
    assert_null(memmem(wire.data, wire.len, "1234", 4));
}

/* Who watches the wire learns nothing: both fit the smallest size. */
static void
a_hit_and_no_hit_have_one_size(void **state)
{
    (void)state;
    (void)alert(MAESAI, "1กก 1234", "");
    exchange();
    for (int i = 0; i < 2; i++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct ent_id query = ask_plate(i == 0 ? "1กก 1234" : "9กก 9999");

        exchange();
        expect_ok(
            ent_message_encode(answer_to(&query, &arena), &wire, &last_error));
        assert_true(wire.len + 4 <= 512);
    }
}

static void
what_no_longer_holds_is_no_hit(void **state)
{
    struct ent_id gone = alert(MAESAI, "1กก 1234", "");
    struct ent_id query;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "WITHDRAWAL", &gone);
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "NO_HIT");
}

/* What Tachileik gave is Myanmar's to answer for. */
static void
another_states_alert_is_not_answered_for(void **state)
{
    struct ent_id query;

    (void)state;
    (void)post(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"ARMS\","
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"1กก 1234\"},\"reason\":\"x\",\"action\":\"WATCH\","
        "\"expiresAt\":\"2026-09-15T00:00:00Z\"}}");
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "NO_HIT");
}

static void
an_exercise_asks_about_exercises(void **state)
{
    struct ent_id drill = alert(MAESAI, "1กก 1234", "\"mode\":\"EXERCISE\",");
    struct ent_id query;

    (void)state;
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "NO_HIT");
    query = ask("\"conveyance\":{\"mode\":\"LAND_ROAD\",\"plate\":\"1กก "
                "1234\"}",
        "EXERCISE");
    assert_string_equal(outcome(&query), hit_on(&drill));
}

/* A ship is known by her name here too, and by her number there. */
static void
a_vessel_is_asked_for_by_what_is_known_of_her(void **state)
{
    struct ent_id on = post(MAESAI, TACHILEIK,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\","
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"SEA\",\"vesselName\":"
        "\"GOLDEN STAR\",\"imo\":\"9074729\"},\"reason\":\"x\",\"action\":"
        "\"WATCH\",\"expiresAt\":\"2026-09-15T00:00:00Z\"}}");
    struct ent_id query;

    (void)state;
    exchange();
    query = ask("\"conveyance\":{\"vesselName\":\"Golden Star\"}", "ACTUAL");
    assert_string_equal(outcome(&query), hit_on(&on));
    query = ask("\"conveyance\":{\"imo\":\"9074729\"}", "ACTUAL");
    assert_string_equal(outcome(&query), hit_on(&on));
}

/* A name alone is nobody; with a date of birth it is somebody. */
static void
a_person_is_a_name_and_a_day_of_birth(void **state)
{
    struct ent_id on = person_alert("TRAN<<THI HOA", "1990-04-17");
    struct ent_id query;

    (void)state;
    exchange();
    query = ask_person("TRAN<<THI HOA", "1990-04-17");
    assert_string_equal(outcome(&query), hit_on(&on));
    query = ask_person("TRAN<<THI HOA", "1990-04-18");
    assert_string_equal(outcome(&query), "NO_HIT");
    query = ask_person("TRAN<<THI LAN", "1990-04-17");
    assert_string_equal(outcome(&query), "NO_HIT");
    query = ask_person("TRAN<<THI HOA", "1990");
    assert_string_equal(outcome(&query), "");
}

/* What they may not be given any more they may not hear of: as if it were not
 * there. */
static void
an_alert_that_might_not_go_there_is_no_hit(void **state)
{
    struct ent_id query;

    (void)state;
    (void)alert(MAESAI, "1กก 1234", "");
    exchange();
    agree_on("hit_query, hit_answer", NULL, 0);
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "NO_HIT");
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_REFUSED_HERE), 0);
}

/* The answer to it bears the alert's offence where it may, else the query's. */
static void
an_answer_bears_the_offence_that_may_be_told(void **state)
{
    static const char *const offences[] = {"DRUGS", "ARMS"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
        const ent_message *answer;
        struct ent_id query;
        char plate[16];
        char json[512];

        (void)snprintf(plate, sizeof plate, "%zuK 1234", i + 1);
        (void)snprintf(json, sizeof json,
            "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"%s\","
            "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
            "\"plate\":\"%s\"},\"reason\":\"x\",\"action\":\"WATCH\","
            "\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
            offences[i], plate);
        (void)post(MAESAI, TACHILEIK, json);
        exchange();
        query = ask_plate(plate);
        exchange();
        answer = answer_to(&query, &arena);
        assert_non_null(answer);
        assert_int_equal(
            answer->hit_answer->result, ENTENTE__V1__CHECK_RESULT__HIT);
        assert_int_equal(answer->offence,
            i == 0 ? 0 : ENTENTE__V1__OFFENCE__ARMS); /* drugs: death */
    }
}

/* Tachileik's alert that Mae Sai passed on is Tachileik's to answer for. */
static void
an_alert_that_was_passed_on_is_not_answered_for(void **state)
{
    struct ent_id theirs = alert(TACHILEIK, "1กก 1234", "");
    char more[128];
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id query;

    (void)state;
    exchange();
    ent_id_format(&theirs, text);
    (void)snprintf(more, sizeof more,
        "\"origin\":{\"from\":\"%s\",\"messageId\":\"%s\"},",
        addresses[TACHILEIK], text);
    (void)alert(MAESAI, "1กก 1234", more);
    exchange();
    query = ask_plate("1กก 1234");
    assert_string_equal(outcome(&query), "NO_HIT");
}

/* A question is answered once, whatever the wire does. */
static void
a_query_that_comes_twice_is_answered_once(void **state)
{
    struct ent_id on = alert(MAESAI, "1กก 1234", "");
    struct ent_id query;

    (void)state;
    exchange();
    world.repeat = 60;
    query = ask_plate("1กก 1234");
    exchange();
    crash(MAESAI);
    assert_string_equal(outcome(&query), hit_on(&on)); /* asserts one */
}

#define QUERY(name, setup)                                                     \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUERY(hit_or_no_hit_is_answered_by_the_node, setup_query),
        QUERY(an_answer_says_which_alert_and_nothing_of_it, setup_query),
        QUERY(a_hit_and_no_hit_have_one_size, setup_query),
        QUERY(what_no_longer_holds_is_no_hit, setup_query),
        QUERY(another_states_alert_is_not_answered_for, setup_query),
        QUERY(an_exercise_asks_about_exercises, setup_query),
        QUERY(a_vessel_is_asked_for_by_what_is_known_of_her, setup_query),
        QUERY(a_person_is_a_name_and_a_day_of_birth, setup_query),
        QUERY(an_alert_that_might_not_go_there_is_no_hit, setup_query),
        QUERY(an_answer_bears_the_offence_that_may_be_told, setup_query),
        QUERY(an_alert_that_was_passed_on_is_not_answered_for, setup_query),
        QUERY(a_query_that_comes_twice_is_answered_once, setup_query),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_query", tests, NULL, NULL);
}
