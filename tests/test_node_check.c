/* SPDX-License-Identifier: Apache-2.0 */
/* A check looks at everything, in slices, while the node goes on working. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/api.h"
#include "node/check.h"
#include "proto/base/log.h"
#include "proto/message.h"

/* ---- the vocabulary ---- */

/* One request of a checking program; 0 begins. */
static Entente__V1__JournalVerifyReply
ask(enum who who, uint64_t job, struct ent_arena *arena)
{
    Entente__V1__JournalVerifyRequest request =
        ENTENTE__V1__JOURNAL_VERIFY_REQUEST__INIT;
    Entente__V1__JournalVerifyReply reply =
        ENTENTE__V1__JOURNAL_VERIFY_REPLY__INIT;
    struct node *node = world.nodes[who];

    request.job = job;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_check(node, &request, arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return reply;
}

/* A whole check in slices of `rows`, with other turns in between. */
static struct node_check
check_in_slices(enum who who, size_t rows, unsigned *ret_slices)
{
    struct node *node = world.nodes[who];
    struct node_check check;

    *ret_slices = 0;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_check_begin(node, &check);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    while (check.stage != NODE_CHECK_DONE) {
        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(node_check_step(node, &check, rows, &last_error));
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
        (*ret_slices)++;
        if (rows < NODE_CHECK_ROWS && world.sent_count < 40) {
            (void)post(MAESAI, TACHILEIK, hotline);
            pass(1000);
        }
    }
    node_check_fini(&check);
    return check;
}

static void
is_good(enum who who)
{
    unsigned slices;
    struct node_check check = check_in_slices(who, NODE_CHECK_ROWS, &slices);

    if (!check.good) {
        fail_msg("%s: %s", addresses[who], check.fault);
    }
}

static void
expect_tally(enum who who, uint64_t desk, uint64_t open, uint64_t waiting,
    uint64_t settled, uint64_t refused)
{
    const struct node_tally *tally = &world.nodes[who]->tally;

    assert_int_equal(tally->desk, desk);
    assert_int_equal(tally->open, open);
    assert_int_equal(tally->waiting, waiting);
    assert_int_equal(tally->settled, settled);
    assert_int_equal(tally->refused, refused);
}

/* An officer at Tachileik has answered for it. */
static void
acknowledge(const struct ent_id *id)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_party sender = ent_address_party(&world.configs[MAESAI].address);

    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_desk_acknowledge(tachileik, &sender, id, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
}

/* Without telling the tally. */
static void
set_number(enum who who, const char *name, uint64_t number)
{
    struct node_store *store = world.nodes[who]->store;

    expect_ok(node_store_begin(store, &last_error));
    expect_ok(node_number_set(store, name, number, &last_error));
    expect_ok(node_store_commit(store, &last_error));
}

/* ---- tests ---- */

static void
what_happens_to_a_message_is_counted_at_both_offices(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id;

    (void)state;
    id = post(MAESAI, TACHILEIK, hotline);
    expect_tally(MAESAI, 0, 0, 1, 0, 0);
    pass(0);
    pass(6000);
    expect_tally(MAESAI, 0, 0, 0, 1, 0);
    expect_tally(TACHILEIK, 1, 1, 0, 0, 0);
    acknowledge(&id);
    expect_tally(TACHILEIK, 1, 0, 0, 0, 0);
    is_good(TACHILEIK);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, not_agreed, &result, &arena);
    expect_tally(MAESAI, 0, 0, 0, 1, 1);
    crash(MAESAI);
    crash(TACHILEIK);
    expect_tally(MAESAI, 0, 0, 0, 1, 1);
    expect_tally(TACHILEIK, 1, 0, 0, 0, 0);
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    expect_tally(TACHILEIK, 2, 1, 0, 0, 0);
    world.now += 32 * DAY;
    tidy(TACHILEIK);
    expect_tally(TACHILEIK, 2, 0, 0, 0, 0); /* a tombstone asks for nothing */
    world.now += 366 * DAY;
    tidy(TACHILEIK);
    expect_tally(TACHILEIK, 0, 0, 0, 0, 0);
}

static void
a_turn_that_is_taken_back_counts_nothing(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    Entente__V1__SubmitResult *result;
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    char *to = (char *)(uintptr_t)addresses[TACHILEIK];
    ProtobufCMessage *message;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_json_read(view(hotline), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &to;
    submission.n_to = 1;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_submit(maesai, &submission, (struct ent_view){0}, &arena,
        &result, &last_error));
    expect_tally(MAESAI, 0, 0, 1, 0, 0);
    expect_status(node_turn_end(maesai, ENT_FULL, &last_error), ENT_FULL);
    expect_tally(MAESAI, 0, 0, 0, 0, 0);
    is_good(MAESAI);
}

static void
a_check_in_slices_agrees_while_messages_come_and_go(void **state)
{
    unsigned slices = 0;
    struct node_check check;

    (void)state;
    for (int i = 0; i < 10; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        pass(6000);
    }
    check = check_in_slices(TACHILEIK, 3, &slices);
    assert_true(slices > 8);
    assert_true(check.good);
    assert_true(
        check.audit.size < node_journal_size(world.nodes[TACHILEIK]->journal));
    check = check_in_slices(MAESAI, 3, &slices);
    assert_true(check.good);
}

static void
an_altered_entry_is_found_in_the_slice_that_reads_it(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct node_key key = node_key_u64(2);
    struct ent_entry entry = {.kind = NODE_ENTRY_FORK, .sequence = 2};
    uint8_t wire[ENT_ENTRY_LEN];
    unsigned slices;
    struct node_check check;

    (void)state;
    introduce();
    ent_entry_encode(&entry, wire);
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_store_put(maesai->store, NODE_JOURNAL, node_key_view(&key),
        ent_view_of(wire, sizeof wire), &last_error));
    expect_ok(node_store_commit(maesai->store, &last_error));
    check = check_in_slices(MAESAI, 1, &slices);
    assert_false(check.good);
    assert_non_null(strstr(check.fault, "one was altered"));
    key = node_key_u64(3);
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_store_delete(
        maesai->store, NODE_JOURNAL, node_key_view(&key), &last_error));
    expect_ok(node_store_commit(maesai->store, &last_error));
    check = check_in_slices(MAESAI, 1, &slices);
    assert_false(check.good);
    assert_non_null(strstr(check.fault, "journal entry 3"));
}

static void
a_tally_that_does_not_agree_is_told_with_both_numbers(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    unsigned slices;
    struct node_check check;

    (void)state;
    introduce();
    is_good(TACHILEIK);
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    tachileik->tally.desk += 1000;
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    check = check_in_slices(TACHILEIK, NODE_CHECK_ROWS, &slices);
    assert_false(check.good);
    assert_non_null(strstr(check.fault, "desk 10"));
    set_number(TACHILEIK, "tally", 7);
    check = check_in_slices(TACHILEIK, NODE_CHECK_ROWS, &slices);
    assert_false(check.good);
}

static void
a_program_asks_on_and_gets_a_signed_checkpoint(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__JournalVerifyReply reply;

    (void)state;
    introduce();
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    reply = ask(TACHILEIK, 0, &arena);
    while (!reply.done) {
        reply = ask(TACHILEIK, reply.job, &arena);
    }
    assert_true(reply.good);
    assert_int_equal(
        reply.entries, node_journal_size(world.nodes[TACHILEIK]->journal));
    assert_int_equal(reply.checked, reply.total);
    assert_non_null(strstr(reply.checkpoint, addresses[TACHILEIK]));
}

/* A check that the node does not know of is one from before a restart. */
static void
after_a_restart_a_check_begins_anew(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__JournalVerifyReply reply;

    (void)state;
    introduce();
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    reply = ask(MAESAI, 77, &arena);
    assert_int_equal(reply.job, 1);
    while (!reply.done) {
        reply = ask(MAESAI, reply.job, &arena);
    }
    assert_true(reply.good);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_happens_to_a_message_is_counted_at_both_offices),
        TEST(a_turn_that_is_taken_back_counts_nothing),
        TEST(a_check_in_slices_agrees_while_messages_come_and_go),
        TEST(an_altered_entry_is_found_in_the_slice_that_reads_it),
        TEST(a_tally_that_does_not_agree_is_told_with_both_numbers),
        TEST(a_program_asks_on_and_gets_a_signed_checkpoint),
        TEST(after_a_restart_a_check_begins_anew),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_check", tests, NULL, NULL);
}
