/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices that ask each other about documents, and how often they may. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "proto/base/log.h"
#include "proto/refusal.h"

#define DAY_CLAUSE "document_check.quota.per_day"
#define HOUR_CLAUSE "document_check.quota.per_officer_per_hour"

/* Four a day, three an hour by one officer. */
static const struct amendment terms[] = {
    {"purposes: [administration]",
        "purposes: [administration, verify_document]"},
    {"threat_to_life, administration]\n",
        "threat_to_life, administration, verify_document]\n"},
    {"handling: {default: [H1, H2]}",
        "document_check: {answer: hit_or_no_hit, quota: {per_day: 4, "
        "per_officer_per_hour: 3}}\nhandling: {default: [H1, H2]}"},
};

static int
setup_checks(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("document_check", terms, sizeof terms / sizeof terms[0]);
    introduce();
    return 0;
}

/* A question by an officer of Mae Sai, or the answer to one; its clause when it
 * is refused, else its id. */
static const char *
ask(const char *officer, const char *result, struct ent_id *ret_id)
{
    static char clause[ENT_CLAUSE_MAX + 1];
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *answer;
    char json[512];

    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"VERIFY_DOCUMENT\",\"authorRole\":\"%s\",\"inReplyTo\":"
        "\"01926b3e-7c00-7abc-8def-0123456789ab\",\"documentCheck\":{"
        "\"issuer\":\"UTO\",\"type\":\"PASSPORT\",\"number\":\"L898902C3\"%s}}",
        officer, result);
    submit(MAESAI, TACHILEIK, json, &answer, &arena);
    assert_string_equal(answer->error, "");
    if (!answer->copies[0]->accepted) {
        assert_int_equal(answer->copies[0]->reason, ENT_REFUSAL_CHECK_QUOTA);
        assert_true(answer->copies[0]->line > 0);
        (void)snprintf(clause, sizeof clause, "%s", answer->copies[0]->clause);
        return clause;
    }
    if (ret_id != NULL) {
        expect_ok(ent_id_parse(ent_view_text(answer->id), ret_id, &last_error));
    }
    return NULL;
}

/* What the sender counted is gone, as if its node did not count. */
static void
forget_counts(enum who who)
{
    struct node *node = world.nodes[who];
    struct node_key key = {.len = node_key_len(NODE_QUOTA)};

    expect_ok(node_turn_begin(node, world.now, &last_error));
    while (node_store_seek(node->store, NODE_QUOTA, node_key_view(&key), 0,
               key.bytes, NULL, &last_error) == ENT_OK) {
        expect_ok(node_store_delete(
            node->store, NODE_QUOTA, node_key_view(&key), &last_error));
        key = (struct node_key){.len = key.len};
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* ---- tests ---- */

static void
an_officer_has_an_hour_and_an_office_a_day(void **state)
{
    struct ent_id last;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("clerk 7", "", NULL));
    }
    assert_string_equal(ask("clerk 7", "", NULL), HOUR_CLAUSE);
    world.now += HOUR;
    assert_null(ask("clerk 7", "", &last));
    assert_string_equal(ask("clerk 8", "", NULL), DAY_CLAUSE);
    exchange(); /* judged once more before it leaves, and not counted again */
    assert_int_equal(state_of(MAESAI, TACHILEIK, &last), DELIVERED);
    world.now += HOUR;
    assert_string_equal(ask("clerk 7", "", NULL), DAY_CLAUSE);
    world.now += DAY;
    assert_null(ask("clerk 7", "", NULL));
}

static void
who_names_no_officer_is_one(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("", "", NULL));
    }
    assert_string_equal(ask("", "", NULL), HOUR_CLAUSE);
}

static void
answers_are_not_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        assert_null(ask("clerk 7", ",\"result\":\"NO_HIT\"", NULL));
    }
    exchange();
    assert_int_equal(rows_in(MAESAI, NODE_QUOTA), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_QUOTA), 0);
}

static void
a_crash_or_a_clock_set_back_gives_nothing_anew(void **state)
{
    (void)state;
    world.now += 5 * DAY;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("clerk 7", "", NULL));
    }
    exchange();
    crash(MAESAI);
    assert_string_equal(ask("clerk 7", "", NULL), HOUR_CLAUSE);
    assert_null(ask("clerk 8", "", NULL));
    world.now -= 2 * DAY;
    assert_string_equal(ask("clerk 7", "", NULL), DAY_CLAUSE);
    crash(MAESAI);
    assert_string_equal(ask("clerk 9", "", NULL), DAY_CLAUSE);
}

static void
a_clock_set_back_and_right_again_gives_nothing_anew(void **state)
{
    (void)state;
    world.now += 5 * DAY;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("clerk 7", "", NULL));
    }
    world.now -= 2 * DAY;
    assert_null(ask("clerk 8", "", NULL));
    world.now += 2 * DAY;
    assert_string_equal(ask("clerk 8", "", NULL), DAY_CLAUSE);
}

static void
while_the_clock_is_in_doubt_no_new_day_begins(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("clerk 7", "", NULL));
    }
    world.now += 2 * DAY;
    world.nodes[MAESAI]->clock_doubt = true;
    assert_null(ask("clerk 8", "", NULL));
    assert_string_equal(ask("clerk 8", "", NULL), DAY_CLAUSE);
    world.nodes[MAESAI]->clock_doubt = false;
    assert_null(ask("clerk 8", "", NULL));
}

static void
a_count_that_cannot_be_read_lets_nothing_pass(void **state)
{
    static const uint8_t torn[] = {0xff};
    struct node *node = world.nodes[MAESAI];
    struct node_key key = {.len = node_key_len(NODE_QUOTA)};

    (void)state;
    assert_null(ask("clerk 7", "", NULL));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    while (node_store_seek(node->store, NODE_QUOTA, node_key_view(&key), 0,
               key.bytes, NULL, &last_error) == ENT_OK) {
        expect_ok(node_store_put(node->store, NODE_QUOTA, node_key_view(&key),
            ent_view_of(torn, sizeof torn), &last_error));
        assert_true(node_key_after(key.bytes, key.len));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_string_equal(ask("clerk 7", "", NULL), DAY_CLAUSE);
}

static void
who_is_asked_counts_too(void **state)
{
    struct ent_id id;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(ask("clerk 7", "", NULL));
    }
    forget_counts(MAESAI);
    assert_null(ask("clerk 7", "", &id));
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    crash(TACHILEIK);
    forget_counts(MAESAI);
    assert_null(ask("clerk 7", "", &id));
    exchange();
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED);
    journal_is_good(TACHILEIK);
}

static void
an_officer_who_does_not_ask_is_forgotten(void **state)
{
    (void)state;
    assert_null(ask("clerk 7", "", NULL));
    assert_null(ask("clerk 8", "", NULL));
    assert_int_equal(rows_in(MAESAI, NODE_QUOTA), 3);
    world.now += 20 * DAY;
    assert_null(ask("clerk 8", "", NULL));
    world.now += 20 * DAY;
    tidy(MAESAI);
    assert_int_equal(
        rows_in(MAESAI, NODE_QUOTA), 2); /* clerk 8, and the office */
}

#define CHECK_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_checks, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(an_officer_has_an_hour_and_an_office_a_day),
        CHECK_TEST(who_names_no_officer_is_one),
        CHECK_TEST(answers_are_not_counted),
        CHECK_TEST(a_crash_or_a_clock_set_back_gives_nothing_anew),
        CHECK_TEST(a_clock_set_back_and_right_again_gives_nothing_anew),
        CHECK_TEST(while_the_clock_is_in_doubt_no_new_day_begins),
        CHECK_TEST(a_count_that_cannot_be_read_lets_nothing_pass),
        CHECK_TEST(who_is_asked_counts_too),
        CHECK_TEST(an_officer_who_does_not_ask_is_forgotten),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_quota", tests, NULL, NULL);
}
