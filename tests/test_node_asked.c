/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks the lists is counted, and stopped when it is too much. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/api.h"
#include "node/asked.h"
#include "node/keeping.h"
#include "proto/base/log.h"

#define ASKED_MAX 64 /* in one request */
#define OFFICER 1000 /* a user of the machine */

/* ---- the vocabulary ---- */

static int
setup_asked(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("conveyance_alert", NULL, 0);
    introduce();
    world.configs[MAESAI].checks =
        (struct node_checks_limits){.per_hour = 10, .per_day = 15};
    return 0;
}

static Entente__V1__LookupTerm terms[ASKED_MAX];
static Entente__V1__LookupTerm *term_list[ASKED_MAX];

static void
ask_for(Entente__V1__ListCheckRequest *request, const char *role, size_t count,
    const char *plate)
{
    entente__v1__list_check_request__init(request);
    for (size_t i = 0; i < count; i++) {
        entente__v1__lookup_term__init(&terms[i]);
        terms[i].kind = (char *)(uintptr_t) "plate";
        terms[i].value = (char *)(uintptr_t)plate;
        term_list[i] = &terms[i];
    }
    request->terms = term_list;
    request->n_terms = count;
    request->role = (char *)(uintptr_t)role;
    request->purpose = ENTENTE__V1__PURPOSE__BORDER_DECISION;
}

static enum ent_status
request_by(uint64_t user, const Entente__V1__ListCheckRequest *request)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ListCheckReply reply = ENTENTE__V1__LIST_CHECK_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];
    struct ent_error ignored;
    enum ent_status rc;

    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_api_list_check(node, user, request, &arena, &reply, &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &ignored));
    return rc;
}

/* So many things, none of which is on a list. */
static enum ent_status
ask(uint64_t user, const char *role, size_t count)
{
    Entente__V1__ListCheckRequest request;

    ask_for(&request, role, count, "9กก 9999");
    return request_by(user, &request);
}

static void
expect_denied(enum ent_status rc, const char *until)
{
    assert_int_equal(rc, ENT_DENIED);
    assert_non_null(strstr(last_error.text, until));
}

static void
keep(void)
{
    uint64_t due;

    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, 1000, &due, &last_error));
}

/* How often it says that was, in the first row there is. */
static uint64_t
told(uint64_t *ret_hits)
{
    ENT_AUTO(node_row_free) node_asked_row *row = NULL;
    struct node *node = world.nodes[MAESAI];
    uint8_t key[NODE_KEY_MAX] = {0};
    uint64_t hour;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_asked_next(node, key, &hour, &row, &last_error));
    node_store_abort(node->store);
    if (ret_hits != NULL) {
        *ret_hits = row->hits;
    }
    return row->asked;
}

/* Tachileik puts it on the list of both. */
static void
list(const char *plate)
{
    char json[512];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\","
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"%s\"},\"reason\":\"x\",\"action\":\"WATCH\","
        "\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
        plate);
    (void)post(TACHILEIK, MAESAI, json);
    exchange();
}

static size_t
alarms(void)
{
    return alarms_of(MAESAI, NODE_ALARM_PROBING);
}

/* ---- tests ---- */

static void
who_asks_has_an_hour_and_a_day(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        expect_ok(ask(OFFICER, "", 1));
    }
    expect_denied(ask(OFFICER, "", 1), "2026-08-15T11:00:00Z");
    world.now += HOUR;
    expect_ok(ask(OFFICER, "", 5));
    expect_denied(ask(OFFICER, "", 1), "2026-08-16T00:00:00Z");
    world.now += HOUR;
    expect_denied(ask(OFFICER, "", 1), "2026-08-16T00:00:00Z");
    world.now += DAY;
    expect_ok(ask(OFFICER, "", 10));
}

static void
what_is_too_much_is_refused_whole_and_not_counted(void **state)
{
    (void)state;
    expect_ok(ask(OFFICER, "", 8));
    expect_denied(ask(OFFICER, "", 3), "2026-08-15T11:00:00Z");
    expect_ok(ask(OFFICER, "", 2));
    assert_int_equal(told(NULL), 10);
}

/* Who says another role each time has no other quota for it. */
static void
a_quota_is_a_users_in_whichever_roles(void **state)
{
    (void)state;
    expect_ok(ask(OFFICER, "", 6));
    expect_ok(ask(OFFICER, "clerk 7", 4));
    expect_denied(ask(OFFICER, "clerk 8", 1), "2026-08-15T11:00:00Z");
    expect_denied(ask(OFFICER, "clerk 9", 1), "2026-08-15T11:00:00Z");
    assert_int_equal(alarms(), 1);
    world.now += HOUR;
    expect_ok(ask(OFFICER, "clerk 9", 5));
    expect_denied(ask(OFFICER, "clerk 10", 1), "2026-08-16T00:00:00Z");
    crash(MAESAI);
    expect_denied(ask(OFFICER, "clerk 11", 1), "2026-08-16T00:00:00Z");
    expect_ok(ask(OFFICER + 1, "clerk 11", 10));
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), 4);
}

static void
users_are_told_apart_and_bounded_together(void **state)
{
    (void)state;
    world.configs[MAESAI].checks.office_per_day = 25;
    expect_ok(ask(OFFICER, "", 10));
    expect_ok(ask(OFFICER + 1, "", 10));
    expect_denied(ask(OFFICER, "", 1), "11:00:00Z");
    expect_ok(ask(OFFICER + 2, "", 5));
    expect_denied(ask(OFFICER + 2, "", 1), "2026-08-16T00:00:00Z");
    crash(MAESAI);
    expect_denied(ask(OFFICER + 3, "", 1), "2026-08-16T00:00:00Z");
}

static void
a_crash_gives_nothing_anew(void **state)
{
    (void)state;
    expect_ok(ask(OFFICER, "", 10));
    crash(MAESAI);
    expect_denied(ask(OFFICER, "", 1), "2026-08-15T11:00:00Z");
    world.now += HOUR;
    expect_denied(ask(OFFICER, "", 10), "2026-08-16T00:00:00Z");
}

/* The process ends cleanly. */
static void
write_down(void)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_turn_end(node, node_asked_write(node, &last_error), &last_error));
}

/* A request in a turn that fails. */
static void
ask_in_vain(size_t count)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ListCheckReply reply = ENTENTE__V1__LIST_CHECK_REPLY__INIT;
    Entente__V1__ListCheckRequest request;
    struct node *node = world.nodes[MAESAI];

    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    ask_for(&request, "", count, "9กก 9999");
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_list_check(
        node, OFFICER, &request, &arena, &reply, &last_error));
    assert_int_equal(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
}

/* Nobody got an answer of it. */
static void
a_turn_that_is_taken_back_counts_for_nothing(void **state)
{
    (void)state;
    expect_ok(ask(OFFICER, "", 4));
    ask_in_vain(6);
    assert_int_equal(told(NULL), 4);
    expect_ok(ask(OFFICER, "", 6));
    expect_denied(ask(OFFICER, "", 1), "2026-08-15T11:00:00Z");
}

/* What was answered before it stays counted, on disk or not. */
static void
a_turn_that_is_taken_back_takes_nothing_else_along(void **state)
{
    Entente__V1__ListCheckRequest request;
    uint64_t hits;

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){0};
    list("1กก 1234");
    expect_ok(ask(OFFICER, "", 1));
    ask_for(&request, "", 2, "1กก 1234");
    expect_ok(request_by(OFFICER, &request));
    ask_in_vain(3);
    assert_int_equal(told(&hits), 3);
    assert_int_equal(hits, 2);
}

/* So that the next process need not think the worst of an hour. */
static void
what_ends_cleanly_is_written_as_it_was(void **state)
{
    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){0};
    expect_ok(ask(OFFICER, "", 1));
    expect_ok(ask(OFFICER, "", 4));
    write_down();
    crash(MAESAI);
    assert_int_equal(told(NULL), 5);
    expect_ok(ask(OFFICER, "", 1));
    assert_int_equal(told(NULL), 6);
}

/* An answer does not wait for the disk each time. */
static void
not_every_question_is_a_commit(void **state)
{
    uint64_t commits;

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){0};
    expect_ok(ask(OFFICER, "", 1));
    commits = node_store_commits(world.nodes[MAESAI]->store);
    for (int i = 0; i < NODE_ASKED_AHEAD; i++) {
        expect_ok(ask(OFFICER, "", 1));
    }
    assert_int_equal(node_store_commits(world.nodes[MAESAI]->store), commits);
    expect_ok(ask(OFFICER, "", 1));
    assert_int_equal(
        node_store_commits(world.nodes[MAESAI]->store), commits + 1);
    assert_int_equal(told(NULL), NODE_ASKED_AHEAD + 2);
}

static void
an_hour_that_is_over_is_journalled_once_as_it_was(void **state)
{
    Entente__V1__ListCheckRequest request;
    uint64_t hits;

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){0};
    list("1กก 1234");
    ask_for(&request, "", 2, "1กก 1234");
    expect_ok(request_by(OFFICER, &request));
    expect_ok(ask(OFFICER, "", 3));
    keep();
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_LISTS_ASKED), 0);
    world.now += HOUR;
    keep();
    keep();
    crash(MAESAI);
    keep();
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_LISTS_ASKED), 1);
    assert_int_equal(told(&hits), 5);
    assert_int_equal(hits, 2);
    journal_is_good(MAESAI);
}

static void
a_year_later_nothing_is_left_of_who_asked(void **state)
{
    (void)state;
    expect_ok(ask(OFFICER, "", 5));
    expect_ok(ask(OFFICER, "duty officer", 5));
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), 2);
    world.now += NODE_ASKED_KEEP_MS;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), 2);
    world.now += HOUR;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), 0);
}

static void
who_may_no_more_is_an_alarm(void **state)
{
    char text[512];

    (void)state;
    expect_ok(ask(OFFICER, "duty officer", 10));
    assert_int_equal(alarms(), 0);
    assert_int_equal(ask(OFFICER, "duty officer", 1), ENT_DENIED);
    assert_int_equal(ask(OFFICER, "duty officer", 1), ENT_DENIED);
    assert_int_equal(alarms(), 1);
    alarm_text(MAESAI, NODE_ALARM_PROBING, text);
    assert_non_null(strstr(text, "user 1000, duty officer"));
}

static void
many_misses_of_what_does_not_pass_are_an_alarm(void **state)
{
    Entente__V1__ListCheckRequest request;

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){.misses = 20};
    ask_for(&request, "", 60, "9กก 9999");
    request.encounter = ENTENTE__V1__ENCOUNTER__DEPARTURE;
    expect_ok(request_by(OFFICER, &request));
    assert_int_equal(alarms(), 0);
    expect_ok(ask(OFFICER, "", 19));
    assert_int_equal(alarms(), 0);
    expect_ok(ask(OFFICER, "", 1));
    assert_int_equal(alarms(), 1);
}

static void
misses_in_a_row_are_a_users_in_whichever_roles(void **state)
{
    Entente__V1__ListCheckRequest request;

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){.misses = 20};
    list("1กก 1234");
    expect_ok(ask(OFFICER, "clerk 1", 19));
    ask_for(&request, "clerk 2", 1, "1กก 1234");
    world.now += 1000;
    expect_ok(request_by(OFFICER, &request)); /* a hit: they begin anew */
    expect_ok(ask(OFFICER, "clerk 1", 10));
    world.now += 1000;
    expect_ok(ask(OFFICER, "clerk 3", 9));
    write_down();
    crash(MAESAI);
    assert_int_equal(alarms(), 0);
    expect_ok(ask(OFFICER, "clerk 4", 1));
    assert_int_equal(alarms(), 1);
}

/* More than memory has room for: what goes is written as it was. */
static void
of_many_askers_none_is_forgotten(void **state)
{
    (void)state;
    for (uint64_t user = 1; user <= 100; user++) {
        expect_ok(ask(user, "", 6));
    }
    for (uint64_t user = 1; user <= 100; user++) {
        expect_ok(ask(user, "", 4));
    }
    assert_int_equal(ask(1, "", 1), ENT_DENIED);
    assert_int_equal(ask(100, "", 1), ENT_DENIED);
}

/* A row for each would be a way to fill the store. */
static void
of_a_users_very_many_roles_the_last_are_one(void **state)
{
    struct node *node = world.nodes[MAESAI];
    char name[16];

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){.per_day = 300};
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (int i = 0; i < 280; i++) {
        const struct node_asker asker = {.user = OFFICER, .role = name};

        (void)snprintf(name, sizeof name, "clerk %d", i);
        expect_ok(node_asked_count(node, &asker, 1, &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), NODE_ASKED_ROLES + 1);
    write_down();
    crash(MAESAI);
    expect_ok(ask(OFFICER, "clerk 300", 20));
    assert_int_equal(rows_in(MAESAI, NODE_ASKED), NODE_ASKED_ROLES + 1);
    expect_denied(ask(OFFICER, "clerk 301", 1), "2026-08-16T00:00:00Z");
}

/* So many users each ask once, in one turn. */
static void
count_users(uint64_t count)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint64_t user = 1; user <= count; user++) {
        const struct node_asker asker = {.user = user, .role = ""};

        expect_ok(node_asked_count(node, &asker, 1, &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* As the command does: from where a reply ended. */
static void
all_who_asked_are_told_page_by_page(void **state)
{
    Entente__V1__ListUsesRequest request = ENTENTE__V1__LIST_USES_REQUEST__INIT;
    struct node *node = world.nodes[MAESAI];
    uint8_t place[NODE_KEY_MAX];
    uint64_t users = 0;
    size_t pages = 0;

    (void)state;
    count_users(1500);
    do {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
        Entente__V1__ListUsesReply reply = ENTENTE__V1__LIST_USES_REPLY__INIT;

        expect_ok(ent_arena_init(&arena, 1u << 20, &last_error));
        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(
            node_api_list_uses(node, &request, &arena, &reply, &last_error));
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
        for (size_t i = 0; i < reply.n_uses; i++) {
            users += reply.uses[i]->user;
            assert_int_equal(reply.uses[i]->asked, 1);
        }
        pages++;
        request.place.data = place;
        request.place.len = reply.next.len;
        if (reply.next.len > 0) {
            memcpy(place, reply.next.data, reply.next.len);
        }
    } while (request.place.len > 0);
    assert_int_equal(users, 1500 * 1501 / 2);
    assert_int_equal(pages, 2);
    request.place.data = place;
    request.place.len = 3;
    assert_int_equal(
        node_api_list_uses(node, &request, NULL, NULL, &last_error),
        ENT_BAD_INPUT);
}

#define ASKED(name) cmocka_unit_test_setup_teardown(name, setup_asked, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ASKED(who_asks_has_an_hour_and_a_day),
        ASKED(what_is_too_much_is_refused_whole_and_not_counted),
        ASKED(a_quota_is_a_users_in_whichever_roles),
        ASKED(users_are_told_apart_and_bounded_together),
        ASKED(a_crash_gives_nothing_anew),
        ASKED(a_turn_that_is_taken_back_counts_for_nothing),
        ASKED(a_turn_that_is_taken_back_takes_nothing_else_along),
        ASKED(what_ends_cleanly_is_written_as_it_was),
        ASKED(not_every_question_is_a_commit),
        ASKED(an_hour_that_is_over_is_journalled_once_as_it_was),
        ASKED(a_year_later_nothing_is_left_of_who_asked),
        ASKED(who_may_no_more_is_an_alarm),
        ASKED(many_misses_of_what_does_not_pass_are_an_alarm),
        ASKED(misses_in_a_row_are_a_users_in_whichever_roles),
        ASKED(of_many_askers_none_is_forgotten),
        ASKED(of_a_users_very_many_roles_the_last_are_one),
        ASKED(all_who_asked_are_told_page_by_page),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR + 1);
    return cmocka_run_group_tests_name("node_asked", tests, NULL, NULL);
}
