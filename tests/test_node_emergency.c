/* SPDX-License-Identifier: Apache-2.0 */
/* An emergency between two offices, of which each holds the other to its word.
 */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/emergency.h"
#include "node/keeping.h"
#include "node/rest.pb-c.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED

/* Alerts are released by two officers, but for an emergency. */
static void
let_emergencies_relax(enum who who)
{
    static const char *const changes[][2] = {
        {"[threat_to_life, listed_crime], release: one_officer",
            "[threat_to_life, listed_crime], release: two_officers"},
        {"handling: {default: [H1, H2]}",
            "emergency: {trigger: imminent_threat_to_life, may_relax: "
            "[release], approve: supervisor, ends_after: PT12H, review_within: "
            "P3D}\nhandling: {default: [H1, H2]}"},
        {"version: 1", "version: 2"},
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct ent_bytes next =
            change(ent_bytes_view(&text), changes[i][0], changes[i][1]);

        ent_bytes_free(&text);
        text = next;
    }
    sign_agreement(who, ent_bytes_view(&text));
}

/* New ids never go back in time: each test begins later than the one before. */
static int
setup_emergencies(void **state)
{
    static uint64_t later;

    if (setup(state) != 0) {
        return -1;
    }
    later += DAY;
    world.now += later;
    introduce();
    let_emergencies_relax(MAESAI);
    let_emergencies_relax(TACHILEIK);
    exchange();
    return 0;
}

/* Declared by Mae Sai; or ended by `who`, when `of` is given. */
static struct ent_id
notice(enum who who, const char *mode, const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1] = "";
    char json[512];

    if (of != NULL) {
        ent_id_format(of, id);
    }
    (void)snprintf(json, sizeof json,
        "{\"mode\":\"%s\",\"purpose\":\"THREAT_TO_LIFE\",\"agreementControl\":{"
        "\"emergency\":{\"declarationId\":\"%s\",\"role\":\"supervisor\","
        "\"reason\":\"a landslide\"}}}",
        mode, id);
    return post(who, who == MAESAI ? TACHILEIK : MAESAI, json);
}

/* Mae Sai's alert that names it; why it is refused here, or 0. */
static uint32_t
alert_under(const struct ent_id *emergency, struct ent_id *ret_id)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(emergency, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"emergency\":{"
        "\"id\":\"%s\"},\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{"
        "\"country\":\"TH\"},\"when\":\"2026-08-15T09:59:00Z\",\"action\":"
        "\"STOP\",\"direction\":\"toward mm\"}}",
        id);
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    submit(MAESAI, TACHILEIK, json, &result, &arena);
    assert_string_equal(result->error, "");
    if (!result->copies[0]->accepted) {
        return result->copies[0]->reason;
    }
    expect_ok(ent_id_parse(ent_view_text(result->id), ret_id, &last_error));
    return 0;
}

/* Mae Sai's node is made to forget that it is over, or of which mode it is. */
static void
forge(const struct ent_id *emergency, uint32_t mode)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__EmergencyRow *row = NULL;
    struct node *node = world.nodes[MAESAI];
    struct node_key key = node_key_seen(&node->party, emergency);

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_row_get(node->store, NODE_EMERGENCY, node_key_view(&key),
        &entente__rest__v1__emergency_row__descriptor,
        (ProtobufCMessage **)&row, &last_error));
    row->until = world.now + DAY;
    row->mode = mode;
    expect_ok(node_row_put(node->store, NODE_EMERGENCY, node_key_view(&key),
        &row->base, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static enum ent_status
review(const struct ent_id *emergency)
{
    Entente__V1__ReviewRequest request = ENTENTE__V1__REVIEW_REQUEST__INIT;
    struct node *node = world.nodes[MAESAI];
    char id[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc;

    ent_id_format(emergency, id);
    request.id = id;
    request.role = (char *)(uintptr_t) "supervisor";
    request.finding = (char *)(uintptr_t) "all was needed";
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_emergency_review(node, &request, &last_error);
    expect_status(node_turn_end(node, rc, &last_error), rc);
    return rc;
}

/* ---- tests ---- */

static void
whoever_declares_one_owes_its_review_from_then_on(void **state)
{
    struct ent_id emergency = notice(MAESAI, "ACTUAL", NULL);

    (void)state;
    exchange();
    assert_int_equal(rows_in(MAESAI, NODE_DUTY), 1);
    assert_int_equal(rows_in(TACHILEIK, NODE_DUTY), 0);
    expect_status(review(&emergency), ENT_BAD_INPUT); /* it is not over */
    assert_int_equal(rows_in(MAESAI, NODE_DUTY), 1);
    world.now += 13 * HOUR;
    expect_ok(review(&emergency));
    assert_int_equal(rows_in(MAESAI, NODE_DUTY), 0);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_EMERGENCY), 2);
    journal_is_good(MAESAI);
}

static void
what_is_made_after_its_end_is_refused_by_who_heard_of_that(void **state)
{
    struct ent_id emergency = notice(MAESAI, "ACTUAL", NULL);
    struct ent_id id;

    (void)state;
    exchange();
    assert_int_equal(alert_under(&emergency, &id), 0);
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    (void)notice(MAESAI, "ACTUAL", &emergency);
    exchange();
    assert_int_equal(alert_under(&emergency, &id), ENT_REFUSAL_EMERGENCY);
    forge(&emergency, ENTENTE__V1__MODE__ACTUAL);
    assert_int_equal(alert_under(&emergency, &id), 0);
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static void
an_exercise_relaxes_nothing_that_is_real(void **state)
{
    struct ent_id emergency = notice(MAESAI, "EXERCISE", NULL);
    struct ent_id id;

    (void)state;
    exchange();
    assert_int_equal(alert_under(&emergency, &id), ENT_REFUSAL_EMERGENCY);
    forge(&emergency, ENTENTE__V1__MODE__ACTUAL);
    assert_int_equal(alert_under(&emergency, &id), 0);
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED);
}

static void
nobody_ends_anothers(void **state)
{
    struct ent_id emergency = notice(MAESAI, "ACTUAL", NULL);
    struct ent_id id;

    (void)state;
    exchange();
    (void)notice(TACHILEIK, "ACTUAL", &emergency);
    exchange();
    assert_int_equal(alert_under(&emergency, &id), 0);
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
it_is_forgotten_with_the_message_that_declared_it(void **state)
{
    (void)state;
    (void)notice(MAESAI, "ACTUAL", NULL);
    exchange();
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        assert_int_equal(rows_in(who, NODE_EMERGENCY), 1);
    }
    world.now += 20 * 366 * DAY;
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        for (uint64_t due = 0; due <= world.now;) {
            expect_ok(node_keeping_turn(world.nodes[who], world.now,
                NODE_KEEPING_ROWS, &due, &last_error));
        }
        assert_int_equal(rows_in(who, NODE_EMERGENCY), 0);
    }
}

#define EMERGENCY_TEST(name)                                                   \
    cmocka_unit_test_setup_teardown(name, setup_emergencies, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EMERGENCY_TEST(whoever_declares_one_owes_its_review_from_then_on),
        EMERGENCY_TEST(
            what_is_made_after_its_end_is_refused_by_who_heard_of_that),
        EMERGENCY_TEST(an_exercise_relaxes_nothing_that_is_real),
        EMERGENCY_TEST(nobody_ends_anothers),
        EMERGENCY_TEST(it_is_forgotten_with_the_message_that_declared_it),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_emergency", tests, NULL, NULL);
}
