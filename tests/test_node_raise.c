/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices, and a message that turns out to be about something graver. */
#include "tests/two_offices_lists.h"
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/api.h"
#include "node/consent.h"
#include "node/lifecycle.h"
#include "node/onward.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define TIP ENTENTE__V1__OFFENCE__TRAFFICKING_IN_PERSONS
#define H1_AND_H2                                                              \
    (1u << ENTENTE__V1__HANDLING__H1 | 1u << ENTENTE__V1__HANDLING__H2)

/* As `entente reclassify --as trafficking_in_persons` says it. */
static const char as_trafficking[] =
    "\"offence\":\"TRAFFICKING_IN_PERSONS\",\"handling\":[\"H1\",\"H2\"],"
    "\"tlp\":\"TLP_RED\",\"safeguards\":[\"PRESUMED_TIP_VICTIM\","
    "\"NON_PUNISHMENT\"],\"desk\":\"DESK_PROTECTION\"";
static const char as_drugs[] =
    "\"offence\":\"DRUGS\",\"handling\":[\"H0\"],\"tlp\":\"TLP_CLEAR\","
    "\"classification\":\"OPEN\"";

static int
setup_raise(void **state)
{
    static const struct amendment more[] = {{"handling: {default: [H1, H2]}",
        "handling: {default: [H1, H2]}\nonward: {rule: originator_consent, "
        "pre_authorised: [{to: la, families: [hotline_alert], by: any}]}"}};

    if (setup(state) != 0) {
        return -1;
    }
    agree_on("lifecycle, consent_request, consent_decision, person_alert, "
             "conveyance_alert",
        more, 1);
    introduce();
    return 0;
}

/* By a stream that what it is about does not go by. */
static struct ent_id
say_by(enum who from, const char *precedence, const struct ent_id *of,
    const char *as)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[1024];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{%s\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECLASSIFICATION\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"screening found a victim\","
        "\"reclassified\":{%s}}}",
        precedence, id, as);
    return post(from, from == MAESAI ? TACHILEIK : MAESAI, json);
}

static struct ent_id
say(enum who from, const struct ent_id *of, const char *as)
{
    return say_by(from, "", of, as);
}

static void
expect_trafficking(const Entente__Rest__V1__Raise *raise)
{
    assert_non_null(raise);
    assert_int_equal(raise->offence, TIP);
    assert_int_equal(raise->handling & H1_AND_H2, H1_AND_H2);
    assert_int_equal(raise->tlp, ENTENTE__V1__TLP__TLP_RED);
    assert_int_equal(raise->desk, ENT_DESK_PROTECTION);
    assert_true(
        (raise->safeguards >> ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM &
            1) != 0);
}

static void
expect_raised(enum who who, const struct ent_id *id)
{
    node_desk_row *row = desk_row(who, id);

    expect_trafficking(row->raised);
    assert_int_equal(row->desk, ENT_DESK_PROTECTION);
    assert_true(row->court_by_consent);
    node_row_free(&row);
}

/* Tachileik passes on what Mae Sai sent, back to it: as if to a third. */
static struct ent_id
pass_back(const struct ent_id *id)
{
    char text[ENT_ID_TEXT_LEN + 1];
    char json[768];

    ent_id_format(id, text);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"tlp\":"
        "\"TLP_AMBER\",\"origin\":{\"from\":\"%s\",\"messageId\":\"%s\"},"
        "\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},"
        "\"when\":\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"as we heard\"}}",
        addresses[MAESAI], text);
    return post(TACHILEIK, MAESAI, json);
}

/* Would Tachileik let it go on to Laos? */
static struct ent_decision
judge_onward(const struct ent_id *id)
{
    struct node *node = world.nodes[TACHILEIK];
    Entente__V1__Origin origin = ENTENTE__V1__ORIGIN__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_decision decision = {.permit = true};
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_address to;

    ent_id_format(id, text);
    origin.from = (char *)(uintptr_t)addresses[MAESAI];
    origin.message_id = text;
    message.origin = &origin;
    expect_ok(ent_address_parse(view("ncc@la"), &to, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_onward_judge(node, &message, &to, &decision);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return decision;
}

static void
consent(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"consentDecision\":{\"messageId\":"
        "\"%s\",\"use\":\"PASS_ON\",\"to\":\"la\",\"role\":\"officer\","
        "\"given\":true}}",
        id);
    (void)post(MAESAI, TACHILEIK, json);
    exchange();
}

/* Alerts about somebody by a document, and about a vehicle. */
static const char person[] =
    "{\"precedence\":\"IMMEDIATE\",\"purpose\":\"ADMINISTRATION\",\"offence\":\"SMUGGLING_OF_MIGRANTS\","
    "\"offencePenaltyMonths\":120,\"reviewAt\":\"2026-10-20T00:00:00Z\",\"tlp\":\"TLP_AMBER_STRICT\","
    "\"personAlert\":{\"person\":{\"name\":\"TRAN<<THI HOA\"},\"action\":"
    "\"DISCREET_CHECK\",\"documents\":[{\"issuer\":\"UTO\",\"type\":"
    "\"PASSPORT\",\"number\":\"L898902C3\"}],\"grounds\":\"three "
    "journeys\",\"expiresAt\":\"2026-10-22T00:00:00Z\"}}";
static const char vehicle[] =
    "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"SMUGGLING_OF_MIGRANTS\","
    "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\",\"plate\":"
    "\"ABC 1234\"},\"reason\":\"seen\",\"action\":\"WATCH\",\"expiresAt\":"
    "\"2026-10-22T00:00:00Z\"}}";

/* What `who` finds on its lists when that passes. */
static size_t
found_by(enum who who, const char *kind, const char *of, const char *value)
{
    const struct sought sought = {
        .kind = kind,
        .of = of,
        .value = value,
        .encounter = ENTENTE__V1__ENCOUNTER__DEPARTURE,
    };

    return found_on_list(who, &sought);
}

static size_t
listed_person(enum who who)
{
    return found_by(who, "document", "UTO", "L898902C3");
}

static size_t
listed_vehicle(enum who who)
{
    return found_by(who, "plate", "", "ABC 1234");
}

/* ---- tests ---- */

static void
every_copy_is_raised_and_both_journals_say_so(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);
    struct ent_id by;
    node_copy_row *copy;
    node_desk_row *row;

    (void)state;
    exchange();
    by = say(MAESAI, &id, as_trafficking);
    exchange();
    expect_raised(TACHILEIK, &id);
    row = desk_row(TACHILEIK, &id);
    assert_memory_equal(row->raised->by.data, by.bytes, sizeof by.bytes);
    assert_int_equal(row->fate, NODE_FATE_NONE);
    node_row_free(&row);
    copy = copy_row(MAESAI, TACHILEIK, &id);
    expect_trafficking(copy->raised);
    node_row_free(&copy);
    row = desk_row(TACHILEIK, &other);
    assert_null(row->raised);
    assert_int_equal(row->desk, 0);
    node_row_free(&row);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_RECLASSIFIED), 1);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_RECLASSIFIED), 1);
    journal_is_good(TACHILEIK);
}

/* How often that message is found at Mae Sai, by a reader who is on `desk`. */
static size_t
times_found(const struct ent_id *id, const char *desk)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena found = {0};
    Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
    Entente__V1__SearchReply reply = ENTENTE__V1__SEARCH_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];
    char text[ENT_ID_TEXT_LEN + 1];
    size_t times = 0;

    ent_id_format(id, text);
    request.desk = (char *)(uintptr_t)desk;
    request.exercises = true;
    expect_ok(ent_arena_init(&found, 1u << 18, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_search(node, &request, &found, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    for (size_t i = 0; i < reply.n_items; i++) {
        times += strcmp(reply.items[i]->id, text) == 0;
    }
    return times;
}

/* At its sender too: who searches for the victim's name is told nothing. */
static void
what_is_raised_for_one_desk_is_found_by_it_alone(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id other = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    exchange();
    assert_int_equal(times_found(&id, ""), 1);
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    assert_int_equal(times_found(&id, ""), 0);
    assert_int_equal(times_found(&id, "protection"), 1);
    assert_int_equal(times_found(&other, ""), 1);
}

/* This office has no such desk. */
static void
whoever_has_no_protection_desk_is_alarmed(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    char text[512];

    (void)state;
    exchange();
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_DESK), 0);
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_DESK), 1);
    alarm_text(TACHILEIK, NODE_ALARM_DESK, text);
    assert_non_null(strstr(text, "for the desk 'protection' alone"));
}

static void
what_comes_late_comes_raised(void **state)
{
    struct ent_id early;
    struct ent_id late;

    (void)state;
    world.up = false;
    late = post(MAESAI, TACHILEIK, hotline);
    early = say(MAESAI, &late, as_trafficking);
    forget_wire();
    world.up = true;
    exchange(); /* each in its own stream: FLASH is not the first of them */
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &early), 1);
    expect_raised(TACHILEIK, &late);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_DESK), 1);
}

static void
nothing_lowers_what_was_raised(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    node_desk_row *row;

    (void)state;
    exchange();
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    (void)say(MAESAI, &id, as_drugs);
    exchange();
    expect_raised(TACHILEIK, &id);
    (void)say(MAESAI, &id, as_drugs); /* and nothing new is no news */
    exchange();
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_RECLASSIFIED), 2);
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    expect_raised(TACHILEIK, &id);
    row = desk_row(TACHILEIK, &id);
    assert_int_equal(row->fate, NODE_FATE_WITHDRAWN);
    node_row_free(&row);
}

static void
less_than_a_referral_is_no_reclassification_as_trafficking(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    char text[ENT_ID_TEXT_LEN + 1];
    char json[768];

    (void)state;
    exchange();
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECLASSIFICATION\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"a victim\",\"reclassified\":{\"offence\":"
        "\"TRAFFICKING_IN_PERSONS\",\"handling\":[\"H2\"],\"tlp\":"
        "\"TLP_RED\",\"safeguards\":[\"PRESUMED_TIP_VICTIM\"],\"desk\":"
        "\"DESK_PROTECTION\"}}}",
        text);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, json, &result, &arena);
    assert_string_equal(result->error,
        "lifecycle.reclassified.handling: must have H1 and H2 (catalogue: "
        "trafficking_referral)");
}

static void
whoever_passed_it_on_tells_those_who_have_it(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id passed[2];
    node_copy_row *copy;

    (void)state;
    exchange();
    passed[0] = pass_back(&id);
    passed[1] = pass_back(&id);
    exchange();
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    exchange();
    for (size_t i = 0; i < 2; i++) {
        expect_raised(MAESAI, &passed[i]);
        copy = copy_row(TACHILEIK, MAESAI, &passed[i]);
        expect_trafficking(copy->raised);
        node_row_free(&copy);
    }
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_OVERDUE), 0);
}

static void
further_use_is_judged_by_what_it_is_raised_to(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_decision decision;

    (void)state;
    exchange();
    assert_true(judge_onward(&id).permit); /* pre-authorised */
    consent(&id);
    world.now += 1000;
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    decision = judge_onward(&id); /* what was said before counts no more */
    assert_false(decision.permit);
    assert_int_equal(decision.reason, ENT_REFUSAL_ONWARD);
    assert_non_null(strstr(decision.sentence,
        "'th' has re-classified it, and has not consented since"));
    world.now += 1000;
    consent(&id);
    assert_true(judge_onward(&id).permit);
}

static void
what_is_passed_on_bears_what_it_is_raised_to(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct node *node = world.nodes[TACHILEIK];
    Entente__V1__Origin origin = ENTENTE__V1__ORIGIN__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    char text[ENT_ID_TEXT_LEN + 1];

    (void)state;
    exchange();
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    ent_id_format(&id, text);
    origin.from = (char *)(uintptr_t)addresses[MAESAI];
    origin.message_id = text;
    message.origin = &origin;
    message.tlp = ENTENTE__V1__TLP__TLP_GREEN;
    message.classification = ENTENTE__V1__CLASSIFICATION__CONFIDENTIAL;
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_onward_raise(node, &message, &arena, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(message.tlp, ENTENTE__V1__TLP__TLP_RED);
    assert_int_equal(
        message.classification, ENTENTE__V1__CLASSIFICATION__CONFIDENTIAL);
    assert_int_equal(message.n_handling, 2);
    assert_int_equal(message.n_safeguards, 2);
}

static void
a_restored_store_has_it_raised(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    exchange();
    (void)say(MAESAI, &id, as_trafficking);
    exchange();
    lose_store(TACHILEIK);
    tell_manifest(TACHILEIK, MAESAI);
    for (int i = 0; i < 40; i++) {
        pass(1000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    expect_raised(TACHILEIK, &id);
}

static void
only_its_sender_can_reclassify_it(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    char text[ENT_ID_TEXT_LEN + 1];
    char json[1024];

    (void)state;
    exchange();
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"RECLASSIFICATION\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"ours\",\"reclassified\":{%s}}}",
        text, as_trafficking);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(TACHILEIK, MAESAI, json, &result, &arena);
    assert_non_null(strstr(result->error, "only its sender can correct"));
}

/* Victims and suspects share no list; a vehicle with victims in it is to be
 * found all the more. */
static void
who_turns_out_to_be_a_victim_is_on_no_list(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, person);
    struct ent_id car = post(MAESAI, TACHILEIK, vehicle);

    (void)state;
    exchange();
    for (int who = 0; who < 2; who++) {
        assert_int_equal(listed_person((enum who)who), 1);
        assert_int_equal(listed_vehicle((enum who)who), 1);
    }
    (void)say(MAESAI, &id, as_drugs); /* graver, and nobody is a victim */
    exchange();
    assert_int_equal(listed_person(TACHILEIK), 1);
    (void)say(MAESAI, &id, as_trafficking);
    (void)say(MAESAI, &car, as_trafficking);
    exchange();
    expect_raised(TACHILEIK, &id);
    expect_raised(TACHILEIK, &car);
    for (int who = 0; who < 2; who++) {
        assert_int_equal(listed_person((enum who)who), 0);
        assert_int_equal(listed_vehicle((enum who)who), 1);
    }
    (void)say(MAESAI, &id, as_drugs); /* once a victim, always one */
    exchange();
    assert_int_equal(listed_person(TACHILEIK), 0);
    assert_int_equal(listed_person(MAESAI), 0);
}

/* They passed here before the alert came. */
static void
a_late_alert_about_a_victim_alarms_nobody(void **state)
{
    struct ent_id id;

    (void)state;
    assert_int_equal(listed_person(TACHILEIK), 0);
    world.up = false;
    id = post(MAESAI, TACHILEIK, person);
    (void)say_by(MAESAI, "\"precedence\":\"IMMEDIATE\",", &id, as_trafficking);
    forget_wire();
    world.up = true;
    for (int i = 0; i < 4; i++) {
        exchange();
    }
    expect_raised(TACHILEIK, &id);
    assert_int_equal(listed_person(TACHILEIK), 0);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_LATE_HIT), 0);
}

#define RAISE(name) cmocka_unit_test_setup_teardown(name, setup_raise, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RAISE(every_copy_is_raised_and_both_journals_say_so),
        RAISE(what_is_raised_for_one_desk_is_found_by_it_alone),
        RAISE(whoever_has_no_protection_desk_is_alarmed),
        RAISE(what_comes_late_comes_raised),
        RAISE(nothing_lowers_what_was_raised),
        RAISE(less_than_a_referral_is_no_reclassification_as_trafficking),
        RAISE(whoever_passed_it_on_tells_those_who_have_it),
        RAISE(further_use_is_judged_by_what_it_is_raised_to),
        RAISE(what_is_passed_on_bears_what_it_is_raised_to),
        RAISE(a_restored_store_has_it_raised),
        RAISE(only_its_sender_can_reclassify_it),
        RAISE(who_turns_out_to_be_a_victim_is_on_no_list),
        RAISE(a_late_alert_about_a_victim_alarms_nobody),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_raise", tests, NULL, NULL);
}
