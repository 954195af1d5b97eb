/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a message is still needed, and what nobody says is needed. */
#include "tests/two_offices_duties.h"

#include <sodium.h>
#include <string.h>

#include "node/alarms.h"
#include "node/need.h"
#include "node/removal.h"
#include "node/vault.h"
#include "proto/base/log.h"

/* ---- until when ---- */

static void
nothing_lasts_beyond_its_end_whatever_is_said(void **state)
{
    node_desk_row row = ENTENTE__REST__V1__DESK_ROW__INIT;

    (void)state;
    row.keep_until = 30 * DAY;
    assert_true(node_need_until(&row, 0) == 30 * DAY); /* never asked */
    row.review_ms = 7 * DAY;
    assert_true(node_need_until(&row, 0) == 7 * DAY);
    assert_true(node_need_until(&row, 21 * DAY) == 28 * DAY);
    assert_true(node_need_until(&row, 28 * DAY) == 30 * DAY);
}

/* ---- what people are asked ---- */

/* The message that introduced them: it has number 1. */
static enum ent_status
say_needed(enum who who, const char *role, const char *reason)
{
    Entente__V1__KeepRequest request = ENTENTE__V1__KEEP_REQUEST__INIT;
    Entente__V1__KeepReply reply = ENTENTE__V1__KEEP_REPLY__INIT;
    struct node *node = world.nodes[who];
    enum ent_status rc;

    request.sequence = 1;
    request.role = (char *)(uintptr_t)role;
    request.reason = (char *)(uintptr_t)reason;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_turn_end(
        node, node_need_keep(node, &request, &reply, &last_error), &last_error);
    if (rc == ENT_OK) {
        node_desk_row *row = desk_row(who, &world.sent[0]);

        assert_true(reply.retain_until == row->retain_until);
        assert_true(reply.keep_until == row->keep_until);
        assert_string_equal(row->kept_by, role);
        assert_string_equal(row->kept_why, reason);
        assert_true(row->kept_at == world.now);
        node_row_free(&row);
    }
    return rc;
}

static enum ent_status
needed(enum who who)
{
    return say_needed(who, "officer", "The lorry is still sought.");
}

/* Days later everything that is over is gone. */
static void
days_later(uint64_t days)
{
    world.now += days * DAY;
    remind(TACHILEIK);
    tidy(TACHILEIK);
}

/* Whether its officer can still read it. */
static bool
is_readable(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    node_desk_row *row = desk_row(TACHILEIK, &world.sent[0]);
    struct node *node = world.nodes[TACHILEIK];
    enum ent_status rc = ENT_NOT_FOUND;

    expect_ok(node_store_begin(node->store, &last_error));
    if (row->deleted_at == 0) {
        rc = node_vault_open(node->store, node->slots, row->bundle, row->day,
            row->index, &plain, &last_error);
    }
    node_store_abort(node->store);
    node_row_free(&row);
    return rc == ENT_OK;
}

/* What programs are told of it; false: nobody need say so. */
static bool
tell_need(Entente__V1__Need *ret_need)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    node_desk_row *row = desk_row(TACHILEIK, &world.sent[0]);
    struct node *node = world.nodes[TACHILEIK];
    const Entente__V1__Need *need;

    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    node->now_ms = world.now;
    need = node_need_tell(node, row, &arena);
    if (need != NULL) {
        assert_string_equal(need->kept_by, row->kept_by);
        assert_string_equal(need->kept_why, row->kept_why);
        assert_true(need->kept_at == row->kept_at);
        assert_true(need->keep_until == row->keep_until);
        *ret_need = *need;
    }
    node_row_free(&row);
    return need != NULL;
}

static void
whether_a_message_is_still_needed_is_asked_in_time(void **state)
{
    struct owed owed;
    char text[512];

    (void)state;
    days_later(2);
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(reminders(TACHILEIK), 0);
    crash(TACHILEIK);
    days_later(1);
    owed = owed_by(TACHILEIK);
    assert_int_equal(owed.count, 1);
    assert_string_equal(owed.kind, "say_still_needed");
    assert_string_equal(owed.office, addresses[MAESAI]);
    assert_true(owed.due > world.now + DAY && owed.due <= world.now + 2 * DAY);
    assert_int_equal(reminders(TACHILEIK), 1);
    alarm_text(TACHILEIK, NODE_ALARM_DUTY, text);
    assert_non_null(strstr(text, "entente keep 1"));
    assert_non_null(strstr(text, "retention.review_every, line "));
    assert_int_equal(owed_by(MAESAI).count, 0);
}

/* Its row may change meanwhile: who was reminded is not again. */
static void
one_reminder_is_enough_whatever_else_is_done_with_it(void **state)
{
    node_desk_row *row;
    node_desk_row changed;
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    days_later(3);
    assert_int_equal(reminders(TACHILEIK), 1);
    row = desk_row(TACHILEIK, &world.sent[0]);
    changed = *row;
    changed.acknowledged_at = world.now;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_desk_set(node, 1, row, &changed, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    node_row_free(&row);
    remind(TACHILEIK);
    assert_int_equal(reminders(TACHILEIK), 1);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
}

static void
programs_are_told_when_it_is_asked_and_who_has_said_it(void **state)
{
    Entente__V1__Need need;

    (void)state;
    days_later(2);
    assert_true(tell_need(&need));
    assert_false(need.asked);
    assert_true(need.ask_from > world.now && need.ask_from < world.now + DAY);
    days_later(1);
    assert_true(tell_need(&need));
    assert_true(need.asked);
    expect_ok(needed(TACHILEIK));
    assert_true(tell_need(&need));
    assert_false(need.asked);
    assert_true(need.kept_at == world.now);
    world.now += 8 * DAY; /* over, and not deleted yet */
    assert_true(tell_need(&need));
    assert_false(need.asked);
    world.nodes[TACHILEIK]->clock_doubt = true; /* it can still be said */
    assert_true(tell_need(&need));
    assert_true(need.asked);
    world.nodes[TACHILEIK]->clock_doubt = false;
    days_later(1);
    assert_false(tell_need(&need));
}

static void
what_nobody_says_is_needed_is_deleted_and_nothing_is_late(void **state)
{
    (void)state;
    days_later(4);
    assert_true(is_readable());
    days_later(2);
    assert_false(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_OVERDUE), 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_REMIND), 0);
    assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
}

static void
what_is_still_needed_is_kept_until_it_is_asked_again(void **state)
{
    (void)state;
    days_later(3);
    expect_ok(needed(TACHILEIK));
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_KEPT), 1);
    /* What wrapped its key before is not found on disk either. */
    assert_int_equal(rows_in(TACHILEIK, NODE_REMOVAL), 1);
    crash(TACHILEIK);
    expect_ok(node_removal_run(world.nodes[TACHILEIK], &last_error));
    assert_int_equal(rows_in(TACHILEIK, NODE_REMOVAL), 0);
    assert_true(is_readable());
    days_later(4);
    assert_true(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    days_later(1);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    days_later(3);
    assert_false(is_readable());
    journal_is_good(TACHILEIK);
}

/* Not in advance, not twice, not without a reason, and never beyond `keep`. */
static void
nothing_is_kept_longer_than_agreed_whatever_is_said(void **state)
{
    size_t said = 0;

    (void)state;
    assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
    days_later(3);
    assert_int_equal(say_needed(TACHILEIK, "officer", ""), ENT_BAD_INPUT);
    assert_int_equal(say_needed(TACHILEIK, "", "It is."), ENT_BAD_INPUT);
    for (unsigned day = 3; day < 35; day++) {
        said += needed(TACHILEIK) == ENT_OK;
        assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
        assert_true(is_readable() || day > 29);
        days_later(1);
    }
    assert_int_equal(said, 5); /* 5, 10, 15, 20, 25 days, and 30 is the end */
    assert_false(is_readable());
    assert_int_equal(owed_by(TACHILEIK).count, 0);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_KEPT), 5);
}

/* A clock that may be ahead takes nobody's answer away. */
static void
while_the_clock_is_in_doubt_it_can_still_be_said(void **state)
{
    (void)state;
    days_later(3);
    world.nodes[TACHILEIK]->clock_doubt = true;
    world.now += 40 * DAY;
    remind(TACHILEIK);
    assert_int_equal(owed_by(TACHILEIK).count, 1);
    expect_ok(needed(TACHILEIK));
    world.now -= 40 * DAY;
    world.nodes[TACHILEIK]->clock_doubt = false;
    days_later(4);
    assert_true(is_readable());
}

/* What was moved goes with a recall too. */
static void
what_is_kept_is_recalled_all_the_same(void **state)
{
    (void)state;
    days_later(3);
    expect_ok(needed(TACHILEIK));
    (void)say_of(MAESAI, "RECALL", &world.sent[0]);
    exchange();
    assert_false(is_readable());
    assert_int_equal(needed(TACHILEIK), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "is over"));
    days_later(6);
    assert_int_equal(rows_in(TACHILEIK, NODE_DUTY), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_lasts_beyond_its_end_whatever_is_said),
        REVIEW_TEST(one_reminder_is_enough_whatever_else_is_done_with_it),
        REVIEW_TEST(programs_are_told_when_it_is_asked_and_who_has_said_it),
        REVIEW_TEST(whether_a_message_is_still_needed_is_asked_in_time),
        REVIEW_TEST(what_nobody_says_is_needed_is_deleted_and_nothing_is_late),
        REVIEW_TEST(what_is_still_needed_is_kept_until_it_is_asked_again),
        REVIEW_TEST(nothing_is_kept_longer_than_agreed_whatever_is_said),
        REVIEW_TEST(while_the_clock_is_in_doubt_it_can_still_be_said),
        REVIEW_TEST(what_is_kept_is_recalled_all_the_same),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_need", tests, NULL, NULL);
}
