/* SPDX-License-Identifier: Apache-2.0 */
/* Lists hold what holds now, and remember for a day what passed. */
#include "tests/two_offices_lists.h"
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/api.h"
#include "node/found.h"
#include "node/passing.h"
#include "proto/base/time.h"

/* ---- the vocabulary ---- */

static int
setup_lists(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("conveyance_alert, lifecycle", NULL, 0);
    introduce();
    return 0;
}

/* An alert about a vehicle, in force for so long. */
static struct ent_id
alert(const char *plate, uint64_t span_ms)
{
    char json[768];
    char until[ENT_TIME_TEXT_MAX];

    ent_time_format(world.now + span_ms, until);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\","
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"%s\"},\"reason\":\"seen at a laboratory\",\"action\":"
        "\"WATCH\",\"expiresAt\":\"%s\"}}",
        plate, until);
    return post(MAESAI, TACHILEIK, json);
}

#define DEPARTURE ENTENTE__V1__ENCOUNTER__DEPARTURE

/* How many entries `who` finds for that; it passes when `encounter` is given.
 */
static size_t
look_by(enum who who, const char *kind, const char *value, uint32_t encounter)
{
    const struct sought sought = {
        .kind = kind, .value = value, .encounter = encounter};

    return found_on_list(who, &sought);
}

static size_t
look(enum who who, const char *plate, uint32_t encounter)
{
    return look_by(who, "plate", plate, encounter);
}

/* It passed at Mae Sai's crossing, on the way to there. */
static void
pass_on(const char *plate, const char *place, const char *next)
{
    const struct sought sought = {
        .kind = "plate",
        .value = plate,
        .encounter = DEPARTURE,
        .place = place,
        .next = next,
    };

    (void)found_on_list(MAESAI, &sought);
}

static size_t
late_hits(enum who who)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
    struct node *node = world.nodes[who];
    uint64_t number = 0;
    size_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    while (node_alarm_next(node, &number, &row, &last_error) == ENT_OK) {
        count += row->kind == NODE_ALARM_LATE_HIT ? row->count : 0;
        node_row_free(&row);
        number++;
    }
    node_store_abort(node->store);
    return count;
}

/* What the one that was raised last says. */
static const char *
last_alarm(enum who who)
{
    static char text[1024];
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
    struct node *node = world.nodes[who];
    uint64_t number = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    while (node_alarm_next(node, &number, &row, &last_error) == ENT_OK) {
        (void)snprintf(text, sizeof text, "%s", row->text);
        node_row_free(&row);
        number++;
    }
    node_store_abort(node->store);
    return text;
}

/* ---- tests ---- */

static void
an_entry_holds_until_it_expires(void **state)
{
    (void)state;
    (void)alert("1กก 1234", HOUR);
    exchange();
    for (int who = 0; who < 2; who++) {
        assert_int_equal(look((enum who)who, "1กก-1234", 0), 1);
        assert_int_equal(look((enum who)who, "1กก 1235", 0), 0);
    }
    world.now += HOUR + 1;
    for (int who = 0; who < 2; who++) {
        assert_int_equal(look((enum who)who, "1กก 1234", 0), 0);
    }
}

static void
an_alert_is_one_entry_and_two_are_two(void **state)
{
    (void)state;
    (void)alert("1กก 1234", HOUR);
    (void)alert("1กก 1234", HOUR);
    exchange();
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 2);
    assert_int_equal(look(MAESAI, "1กก 1234", 0), 2);
}

static void
what_is_no_alert_is_on_no_list(void **state)
{
    (void)state;
    (void)post(MAESAI, TACHILEIK,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\","
        "\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},"
        "\"when\":\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"pick-up\",\"conveyance\":{\"plate\":"
        "\"1กก 1234\"}}}");
    exchange();
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 0);
}

static void
an_alert_after_it_passed_is_a_late_hit(void **state)
{
    (void)state;
    assert_int_equal(look(TACHILEIK, "1กก 1234", DEPARTURE), 0);
    assert_int_equal(look(TACHILEIK, "9กก 9999", DEPARTURE), 0);
    world.now += HOUR;
    (void)alert("1กก 1234", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 1);
    (void)alert("1กก 1111", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 1);
}

/* Each is somebody's way on, whatever else was told of that office today. */
static void
every_alert_and_every_passing_is_told(void **state)
{
    (void)state;
    (void)look(TACHILEIK, "1กก 1111", DEPARTURE);
    (void)look(TACHILEIK, "1กก 2222", DEPARTURE);
    (void)look(TACHILEIK, "1กก 1111", DEPARTURE);
    (void)alert("1กก 1111", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 2);
    (void)alert("1กก 2222", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 3);
}

/* The newest tell where it is now. */
static void
of_many_passings_the_newest_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        (void)look(TACHILEIK, "1กก 1111", DEPARTURE);
        world.now += 60000;
    }
    (void)alert("1กก 1111", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), NODE_PASSINGS_TOLD);
    assert_non_null(strstr(last_alarm(TACHILEIK), "2026-08-15T10:11:0"));
}

/* It was noted by its number here, and by its plate there. */
static void
an_alert_with_two_keys_meets_by_both(void **state)
{
    (void)state;
    (void)look_by(TACHILEIK, "vin", "1M8GDM9AXKP042788", DEPARTURE);
    (void)look(TACHILEIK, "1กก 1111", DEPARTURE);
    (void)post(MAESAI, TACHILEIK,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\","
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"1กก 1111\",\"vin\":\"1M8GDM9AXKP042788\"},\"reason\":"
        "\"a courier\",\"action\":\"WATCH\",\"expiresAt\":"
        "\"2026-09-15T00:00:00Z\"}}");
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 2);
}

/* The alarm says what to type, and to whom it goes: where it went on to. */
static void
a_late_hit_says_which_command_tells_whom(void **state)
{
    static const struct {
        const char *place;
        const char *next;
        const char *told;
    } ways[] = {
        {"MM-TH:THL-MSA", "MMRGN",
            "--encounter departure --place MM-TH:THL-MSA --met-at "
            "2026-08-15T10:00:06Z --also ncc@mm"},
        {"THMSA", "MM-TH:THL-MSA", "Z --also ncc@mm"},
        {"THMSA", "MMTCL", "Z --also ncc@mm"},
        {"THMSA", "ncc@kr", "Z --also ncc@kr"},
        {"THMSA", "blo-tachileik@mm",
            "tell its owner: e"}, /* the owner itself */
        {"THMSA", "KRICN", "with --also whom you know"},
        {"", "", "--place PLACE --met-at"},
    };
    char json[512];

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char plate[16];
        const char *command;

        (void)snprintf(plate, sizeof plate, "%zuK 1111", i + 1);
        pass_on(plate, ways[i].place, ways[i].next);
        (void)snprintf(json, sizeof json,
            "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\","
            "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
            "\"plate\":\"%s\"},\"reason\":\"a courier\",\"action\":\"WATCH\","
            "\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
            plate);
        (void)post(TACHILEIK, MAESAI, json);
        exchange();
        assert_non_null(strstr(last_alarm(MAESAI), ways[i].told));
        command = strstr(last_alarm(MAESAI), ": entente hit ");
        assert_non_null(command);
        assert_int_equal(strstr(command, "--also") != NULL, i < 4);
    }
}

/* What the answer says is wrong; "": nothing, and it was looked up. */
static const char *
fault_of(const char *kind, const char *of, const char *value)
{
    static struct looked last;
    const struct sought sought = {.kind = kind, .of = of, .value = value};

    last = look_up(MAESAI, &sought);
    return last.fault;
}

/* A slip of the pen is no miss: no list could have it. */
static void
what_no_list_could_have_is_no_miss(void **state)
{
    (void)state;
    assert_string_equal(fault_of("container", "", "csqu 305438-3"), "");
    assert_non_null(strstr(fault_of("container", "", "CSQU3054384"), "digit"));
    assert_string_equal(fault_of("imo", "", "9074729"), "");
    assert_string_not_equal(fault_of("imo", "", "9074728"), "");
    assert_string_not_equal(fault_of("mmsi", "", "5670012"), "");
    assert_string_not_equal(fault_of("vin", "", "WVWZZZ1JZ3W38675"), "");
    assert_string_equal(fault_of("document", "D", "c01x00t47"), "");
    assert_string_not_equal(fault_of("document", "THX", "AA1234567"), "");
    assert_string_not_equal(fault_of("document", "THA", "AA#1234567"), "");
}

static void
expect_no_way(const char *place, const char *next, const char *fault)
{
    const struct node_passing passing = {.place = place, .next = next};

    assert_int_equal(node_passing_check(&passing, &last_error), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, fault));
}

static void
a_way_goes_by_places_that_there_are(void **state)
{
    Entente__V1__ListCheckRequest request =
        ENTENTE__V1__LIST_CHECK_REQUEST__INIT;

    (void)state;
    expect_no_way("the pier", "", "where it passes");
    expect_no_way("ncc@kr", "", "where it passes");
    expect_no_way("XQABC", "", "where it passes");
    expect_no_way("THMSA", "to Seoul", "goes on to");
    expect_no_way("THMSA", "ncc@", "goes on to");
    request.encounter = DEPARTURE;
    request.next = (char *)(uintptr_t) "--also ncc@la";
    assert_int_equal(node_api_list_check(world.nodes[MAESAI], 0, &request, NULL,
                         NULL, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(rows_in(MAESAI, NODE_PASSING), 0);
}

/* As a program wrote it that did not look at places. */
static enum ent_status
note_oddly(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    static const struct node_passing odd = {
        .encounter = DEPARTURE, .place = "pier; really", .next = "$(reboot)"};
    struct node *node = context;
    struct node_blind blind = node_index_blind(node, false, kind, key);

    return node_passing_note(node, &odd, &blind, 1, err);
}

static void
what_is_no_place_is_not_shown(void **state)
{
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(ent_lookup_ask(ENT_LOOKUP_PLATE, (struct ent_view){0},
        view("1กก 1234"), note_oddly, node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    (void)alert("1กก 1234", HOUR);
    exchange();
    assert_non_null(strstr(last_alarm(TACHILEIK), "--place PLACE --met-at"));
    assert_null(strstr(last_alarm(TACHILEIK), "pier"));
    assert_null(strstr(last_alarm(TACHILEIK), "reboot"));
    assert_null(strstr(last_alarm(TACHILEIK), "on the way"));
}

static void
what_was_corrected_or_withdrawn_is_on_no_list(void **state)
{
    struct ent_id id;

    (void)state;
    id = alert("1กก 1234", HOUR);
    exchange();
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 1);
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    for (int who = 0; who < 2; who++) {
        assert_int_equal(look((enum who)who, "1กก 1234", 0), 0);
    }
}

static void
what_was_only_asked_did_not_pass(void **state)
{
    (void)state;
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_PASSING), 0);
    (void)alert("1กก 1234", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 0);
}

static void
after_a_day_nothing_is_left_of_what_passed(void **state)
{
    (void)state;
    (void)look(TACHILEIK, "1กก 1234", DEPARTURE);
    assert_int_equal(rows_in(TACHILEIK, NODE_PASSED), 1);
    world.now += NODE_PASSING_MS + 1;
    (void)alert("1กก 1234", HOUR);
    exchange();
    assert_int_equal(late_hits(TACHILEIK), 0);
    world.now += HOUR; /* in which it ended */
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_PASSING), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_PASSED), 0);
}

/* Another office says the same of it, under the same id: an office can choose
 * ids, but not hide another's entry by that. */
static void
put_twin(const struct ent_id *id, const char *from)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes blinds = {0};
    ENT_AUTO(node_row_free) node_desk_row *row = desk_row(TACHILEIK, id);
    struct node *node = world.nodes[TACHILEIK];
    node_desk_row twin = *row;
    node_seen_row seen = ENTENTE__REST__V1__SEEN_ROW__INIT;
    struct node_found found;
    struct ent_address sender;
    struct ent_party party;
    ent_message *message;
    const uint64_t number = desk_count(TACHILEIK);

    expect_ok(ent_address_parse(view(from), &sender, &last_error));
    party = ent_address_party(&sender);
    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_found_get(node, NODE_CAME, number, &found, &last_error));
    expect_ok(node_found_open(node, &found, &arena, &message, &last_error));
    expect_ok(node_index_of(node, message, from, &blinds, &last_error));
    twin.from = (char *)(uintptr_t)from;
    twin.blinds.data = blinds.data;
    twin.blinds.len = blinds.len;
    expect_ok(node_seen_put(node, &party, id, &seen, &last_error));
    expect_ok(node_desk_put(node, &twin, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
one_office_hides_no_entry_of_another(void **state)
{
    struct ent_id id = alert("1กก 1234", HOUR);

    (void)state;
    exchange();
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 1);
    put_twin(&id, "ncc@th");
    assert_int_equal(look(TACHILEIK, "1กก 1234", 0), 2);
}

/* What could not be looked up missed nothing. */
static void
what_cannot_be_read_is_no_miss(void **state)
{
    static const struct sought unreadable = {.kind = "plate", .value = "--"};

    (void)state;
    world.configs[MAESAI].checks = (struct node_checks_limits){.misses = 2};
    for (unsigned i = 0; i < 4; i++) {
        struct looked looked = look_up(MAESAI, &unreadable);

        assert_string_not_equal(looked.fault, "");
        assert_int_equal(looked.found, 0);
    }
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_PROBING), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(look(MAESAI, "9กก 9999", 0), 0);
    }
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_PROBING), 1);
}

#define LIST(name) cmocka_unit_test_setup_teardown(name, setup_lists, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIST(an_entry_holds_until_it_expires),
        LIST(an_alert_is_one_entry_and_two_are_two),
        LIST(what_is_no_alert_is_on_no_list),
        LIST(an_alert_after_it_passed_is_a_late_hit),
        LIST(every_alert_and_every_passing_is_told),
        LIST(of_many_passings_the_newest_are_told),
        LIST(an_alert_with_two_keys_meets_by_both),
        LIST(a_late_hit_says_which_command_tells_whom),
        LIST(what_no_list_could_have_is_no_miss),
        LIST(a_way_goes_by_places_that_there_are),
        LIST(what_is_no_place_is_not_shown),
        LIST(what_was_corrected_or_withdrawn_is_on_no_list),
        LIST(what_was_only_asked_did_not_pass),
        LIST(after_a_day_nothing_is_left_of_what_passed),
        LIST(one_office_hides_no_entry_of_another),
        LIST(what_cannot_be_read_is_no_miss),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
