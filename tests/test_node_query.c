/* SPDX-License-Identifier: Apache-2.0 */
/* A node answers whether something is on its lists: hit or no hit, no more. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/found.h"
#include "node/query.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/refusal.h"

#define FAMILIES                                                               \
    "hit_query, hit_answer, conveyance_alert, person_alert, lifecycle"

/* ---- the vocabulary ---- */

static int
setup_with(
    void **state, const char *families, const struct amendment *more, size_t n)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on(families, more, n);
    introduce();
    return 0;
}

static int
setup_query(void **state)
{
    return setup_with(state, FAMILIES, NULL, 0);
}

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

static struct ent_id
alert(enum who from, const char *plate, const char *more)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\",%s"
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"%s\"},\"reason\":\"seen at a laboratory\",\"action\":"
        "\"WATCH\",\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
        more, plate);
    return post(from, !from, json);
}

static struct ent_id
person_alert(const char *name, const char *born)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"SMUGGLING_OF_MIGRANTS\","
        "\"reviewAt\":"
        "\"2026-09-01T00:00:00Z\",\"personAlert\":{\"person\":{\"name\":\"%s\","
        "\"birthDate\":\"%s\"},\"action\":\"DISCREET_CHECK\",\"grounds\":"
        "\"a courier\",\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
        name, born);
    return post(MAESAI, TACHILEIK, json);
}

/* Tachileik asks Mae Sai; `of` is the body without its encounter. */
static struct ent_id
ask(const char *of, const char *mode)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"mode\":\"%s\",\"hitQuery\":{%s,"
        "\"encounter\":\"ENTRY_PRIMARY\"}}",
        mode, of);
    return post(TACHILEIK, MAESAI, json);
}

static struct ent_id
ask_plate(const char *plate)
{
    char of[256];

    (void)snprintf(of, sizeof of,
        "\"conveyance\":{\"mode\":\"LAND_ROAD\",\"plate\":\"%s\"}", plate);
    return ask(of, "ACTUAL");
}

static struct ent_id
ask_person(const char *name, const char *born)
{
    char of[256];

    (void)snprintf(of, sizeof of,
        "\"person\":{\"name\":\"%s\",\"birthDate\":\"%s\"}", name, born);
    return ask(of, "ACTUAL");
}

/* What is on Tachileik's desk as an answer to that query; NULL: nothing. */
static const ent_message *
answer_to(const struct ent_id *query, struct ent_arena *arena)
{
    struct node *node = world.nodes[TACHILEIK];
    uint64_t newest = number_of(TACHILEIK, "desk");
    const ent_message *answer = NULL;
    char text[ENT_ID_TEXT_LEN + 1];

    ent_id_format(query, text);
    expect_ok(ent_arena_init(arena, 8 * NODE_MESSAGE_ARENA, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= newest; i++) {
        struct node_found found;
        ent_message *message;

        expect_ok(node_found_get(node, NODE_CAME, i, &found, &last_error));
        expect_ok(node_found_open(node, &found, arena, &message, &last_error));
        if (strcmp(message->in_reply_to, text) == 0) {
            assert_null(answer);
            answer = message;
        }
    }
    node_store_abort(node->store);
    return answer;
}

/* "HIT <id>", "NO_HIT", or "" when the node does not answer. */
static const char *
outcome(const struct ent_id *query)
{
    static char told[64];
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const ent_message *answer;

    exchange();
    answer = answer_to(query, &arena);
    if (answer == NULL) {
        return "";
    }
    if (answer->hit_answer->result == ENTENTE__V1__CHECK_RESULT__NO_HIT) {
        assert_string_equal(answer->hit_answer->owner, "");
        assert_string_equal(answer->hit_answer->alert_id, "");
        assert_string_equal(answer->hit_answer->family, "");
        return "NO_HIT";
    }
    assert_int_equal(
        answer->hit_answer->result, ENTENTE__V1__CHECK_RESULT__HIT);
    (void)snprintf(told, sizeof told, "HIT %s", answer->hit_answer->alert_id);
    return told;
}

static const char *
hit_on(const struct ent_id *id)
{
    static char text[64] = "HIT ";

    ent_id_format(id, text + 4);
    return text;
}

/* ---- tests ---- */

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
        QUERY(hit_or_no_hit_is_answered_by_the_node, setup_query),
        QUERY(an_answer_says_which_alert_and_nothing_of_it, setup_query),
        QUERY(a_hit_and_no_hit_have_one_size, setup_query),
        QUERY(what_no_longer_holds_is_no_hit, setup_query),
        QUERY(another_states_alert_is_not_answered_for, setup_query),
        QUERY(an_exercise_asks_about_exercises, setup_query),
        QUERY(a_vessel_is_asked_for_by_what_is_known_of_her, setup_query),
        QUERY(a_person_is_a_name_and_a_day_of_birth, setup_query),
        QUERY(whose_day_of_birth_is_not_known_people_compare, setup_query),
        QUERY(without_a_clause_for_answers_people_answer, setup_unanswered),
        QUERY(an_alert_that_might_not_go_there_is_no_hit, setup_query),
        QUERY(an_answer_bears_the_offence_that_may_be_told, setup_query),
        QUERY(an_alert_that_was_passed_on_is_not_answered_for, setup_query),
        QUERY(a_query_that_is_given_again_is_not_answered_anew, setup_query),
        QUERY(what_is_asked_for_a_third_office_people_answer, setup_query),
        QUERY(what_cannot_be_looked_up_is_no_miss, setup_query),
        QUERY(numbers_are_checked_before_they_are_asked_for, setup_query),
        QUERY(of_what_was_reclassified_the_node_says_nothing, setup_query),
        QUERY(a_query_that_comes_twice_is_answered_once, setup_query),
        QUERY(who_asks_more_than_agreed_is_refused_and_noticed, setup_quota),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_query", tests, NULL, NULL);
}
