/* SPDX-License-Identifier: Apache-2.0 */
/* What people owe under an agreement, and that they are reminded of it:
 * corrections, and drills of the hotline. */
#include "tests/two_offices_duties.h"

#include <sodium.h>

#include "node/drills.h"
#include "proto/base/log.h"

static void
who_hears_of_a_correction_owes_to_apply_it(void **state)
{
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    owed = owed_by(TACHILEIK);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "apply_correction");
    assert_string_equal(owed.office, addresses[MAESAI]);
    assert_true(owed.due > world.now + 11 * HOUR);
    assert_true(owed.due <= world.now + 12 * HOUR);
    assert_int_equal(owed_by(MAESAI).count, 0);
    crash(TACHILEIK);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    answer("COMPLIED");
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_REMIND), 0);
    world.now += 2 * DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 0);
}

static void
they_are_reminded_at_half_the_time_at_its_end_and_each_day(void **state)
{
    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    exchange();
    world.now += 5 * HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 0);
    world.now += HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 1);
    assert_false(owed_by(TACHILEIK).overdue);
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 1);
    world.now += 6 * HOUR;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 2);
    assert_true(owed_by(TACHILEIK).overdue);
    world.now += DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 3);
    answer("COMPLIED");
    world.now += DAY;
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 3);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_OVERDUE), 1);
    journal_is_good(TACHILEIK);
}

static void
who_corrects_to_one_owes_it_to_all_who_have_it(void **state)
{
    struct owed owed;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    send_to(NCC, "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    send_to(addresses[TACHILEIK], CORRECTION);
    owed = owed_by(MAESAI);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "tell_correction");
    assert_string_equal(owed.office, NCC);
    assert_true(owed.due == world.now + DAY);
    send_to(NCC, CORRECTION);
    assert_int_equal(owed_by(MAESAI).count, 0);
}

/* ---- drills ---- */

/* What the agreements in use ask for is looked at now and then. */
static void
look_at_drills(enum who who)
{
    expect_ok(node_turn_begin(world.nodes[who], world.now, &last_error));
    expect_ok(node_drills_watch(world.nodes[who], &last_error));
    expect_ok(node_turn_end(world.nodes[who], ENT_OK, &last_error));
}

/* The drill with Tachileik that Mae Sai has told; false: none was. */
static bool
drill_of(Entente__V1__Drill *ret_drill)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[MAESAI];
    Entente__V1__Drill **list;
    size_t count;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_drills_list(node, &arena, &list, &count, &last_error));
    node_store_abort(node->store);
    if (count > 0) {
        assert_int_equal(count, 1);
        assert_string_equal(list[0]->office, addresses[TACHILEIK]);
        *ret_drill = *list[0];
    }
    return count > 0;
}

static void
acknowledge(void)
{
    (void)post(TACHILEIK, MAESAI,
        "{\"purpose\":\"ADMINISTRATION\",\"mode\":\"EXERCISE\","
        "\"acknowledgement\":{\"messageId\":\"" MESSAGE_ID "\",\"level\":"
        "\"ACKNOWLEDGED\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"officer\"}}");
}

static void
a_drill_is_owed_until_an_exercise_is_answered(void **state)
{
    Entente__V1__Drill drill;

    (void)state;
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2); /* the ncc too */
    world.now += 31 * DAY;
    remind(MAESAI);
    assert_true(owed_by(MAESAI).overdue);
    send_to(addresses[TACHILEIK],
        "\"id\":\"" MESSAGE_ID "\",\"mode\":\"EXERCISE\",");
    exchange();
    assert_true(drill_of(&drill));
    assert_true(drill.answered_at == 0);
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2);
    world.now += 90000;
    acknowledge();
    exchange();
    assert_true(drill_of(&drill));
    assert_true(drill.answered_at > 0);
    assert_true(drill.answer_ms >= 90000 && drill.answer_ms < 200000);
    assert_int_equal(owed_by(MAESAI).count, 1);
    look_at_drills(MAESAI); /* the next one */
    assert_int_equal(owed_by(MAESAI).count, 2);
    world.now += 29 * DAY; /* it counts from the answer */
    assert_false(owes_to(MAESAI, addresses[TACHILEIK]).overdue);
    world.now += 2 * DAY;
    assert_true(owes_to(MAESAI, addresses[TACHILEIK]).overdue);
    journal_is_good(MAESAI);
}

static void
what_is_agreed_no_more_is_owed_no_more(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes agreed = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text =
        change(ent_bytes_view(&agreed), "version: 1", "version: 3");

    (void)state;
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 2);
    sign_agreement(MAESAI, ent_bytes_view(&text));
    assert_non_null(
        node_agreements_with(world.nodes[MAESAI]->agreements, "mm"));
    look_at_drills(MAESAI);
    assert_int_equal(owed_by(MAESAI).count, 0);
}

static void
what_is_real_is_no_drill(void **state)
{
    Entente__V1__Drill drill;

    (void)state;
    send_to(addresses[TACHILEIK], "\"id\":\"" MESSAGE_ID "\",");
    exchange();
    assert_false(drill_of(&drill));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DUTY_TEST(who_hears_of_a_correction_owes_to_apply_it),
        DUTY_TEST(they_are_reminded_at_half_the_time_at_its_end_and_each_day),
        DUTY_TEST(who_corrects_to_one_owes_it_to_all_who_have_it),
        DUTY_TEST(a_drill_is_owed_until_an_exercise_is_answered),
        DUTY_TEST(what_is_agreed_no_more_is_owed_no_more),
        DUTY_TEST(what_is_real_is_no_drill),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_duties", tests, NULL, NULL);
}
