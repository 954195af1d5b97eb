/* SPDX-License-Identifier: Apache-2.0 */
/* What two offices do for each other, whatever the wire does. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/batch.h"
#include "node/dispatch.h"
#include "node/keeping.h"
#include "node/manifest.h"
#include "node/peers.h"
#include "node/proof.h"
#include "node/pump.h"
#include "node/reincarnation.h"
#include "node/settle.h"
#include "node/vault.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/message.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"

static void
an_alert_arrives_and_its_sender_knows(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);

    (void)state;
    pass(0);
    pass(6000); /* it had to ask who Mae Sai is */
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

/* What Tachileik signed, as Mae Sai keeps it. */
static void
the_receipt_that_settled_it_is_kept_and_still_verifies(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_party party =
        ent_address_party(&world.configs[TACHILEIK].address);
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    node_copy_row *row = NULL;
    struct ent_digest stream;
    struct ent_view wire;
    struct ent_id id;

    (void)state;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_copy_get(maesai, &id, &party, &row, &last_error));
    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    expect_ok(node_proof_get(
        maesai, NODE_PROOF_RECEIPT, &stream, row->first, &wire, &last_error));
    expect_ok(ent_receipt_open(
        wire, &world.nodes[TACHILEIK]->certificate, receipt, &last_error));
    node_store_abort(maesai->store);
    assert_true(receipt->settled_up_to >= row->first);
    node_row_free(&row);
    free(receipt);
}

static void
a_purpose_that_is_not_agreed_never_leaves(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, not_agreed, &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_string_equal(result->copies[0]->reason_name, "PURPOSE_NOT_AGREED");
    assert_true(result->copies[0]->line > 0);
    pass(0);
    pass(2000);
    assert_int_equal(desk_count(TACHILEIK), 0);
}

/* Whether it would go from Mae Sai to Tachileik, and why not. */
static bool
explain(const char *json, struct ent_arena *arena,
    Entente__V1__ExplainReply **ret_reply)
{
    Entente__V1__ExplainRequest request = ENTENTE__V1__EXPLAIN_REQUEST__INIT;
    ProtobufCMessage *message;

    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    request.message = (ent_message *)message;
    request.to = (char *)(uintptr_t)addresses[TACHILEIK];
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_explain(
        world.nodes[MAESAI], &request, arena, ret_reply, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    return (*ret_reply)->result->accepted;
}

static void
explaining_says_why_and_changes_nothing(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ExplainReply *reply;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    assert_true(explain(hotline, &arena, &reply));
    assert_false(explain(not_agreed, &arena, &reply));
    assert_string_equal(reply->result->reason_name, "PURPOSE_NOT_AGREED");
    assert_string_equal(reply->agreement, "th-mm-border-liaison");
    assert_int_equal(number_of(MAESAI, "submission"), 0);
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 0);
}

static void
what_was_accepted_while_cut_off_arrives_in_order(void **state)
{
    struct ent_id ids[20];

    (void)state;
    pass(0);
    world.up = false;
    for (int i = 0; i < 20; i++) {
        ids[i] = post(MAESAI, TACHILEIK, hotline);
        pass(100);
    }
    assert_int_equal(desk_count(TACHILEIK), 0);
    world.up = true;
    for (int i = 0; i < 10; i++) {
        pass(3000);
    }
    assert_int_equal(desk_count(TACHILEIK), 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
    }
}

static void
a_repeated_submit_is_one_message(void **state)
{
    static const char once[] =
        "{\"id\":\"0198a8a0-0000-7000-8000-000000000001\",\"purpose\":"
        "\"THREAT_TO_LIFE\",\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{"
        "\"country\":\"TH\"},\"when\":\"2026-08-15T09:59:00Z\",\"action\":"
        "\"STOP\"}}";
    struct ent_id id = post(MAESAI, TACHILEIK, once);

    (void)state;
    crash(MAESAI);
    (void)post(MAESAI, TACHILEIK, once);
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
    assert_int_equal(number_of(MAESAI, "submission"), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
an_expired_message_ends_as_expired_and_blocks_nothing(void **state)
{
    struct ent_id dead;
    struct ent_id alive;

    (void)state;
    pass(0);
    pass(2000);
    world.up = false;
    dead = post(MAESAI, TACHILEIK, hotline);
    pass(25 * 60 * 60 * 1000);
    world.up = true;
    alive = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 10; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &dead), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &dead),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &alive), 1);
}

static void
an_agreement_the_recipient_does_not_have_waits_for_it(void **state)
{
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, "title: ", "title: Newer ");
    id = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    give_agreement(TACHILEIK, "title: ", "title: Newer ");
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* A file that somebody broke is not the end of an agreement: what comes under
 * it waits until there is one again. */
static void
what_comes_while_our_agreement_is_broken_waits_for_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes whole = read_data("th-mm.yaml");
    struct node_config *config = &world.configs[TACHILEIK];
    char path[PATH_MAX];
    struct ent_id id;

    (void)state;
    config->authorities.list[1] = world.configs[MAESAI].authorities.list[0];
    config->authorities.count = 2;
    introduce();
    in_folder(TACHILEIK, "th-mm.yaml", path);
    expect_ok(ent_file_replace(path, 0600, view("broken"), &last_error));
    crash(TACHILEIK);
    id = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    expect_ok(
        ent_file_replace(path, 0600, ent_bytes_view(&whole), &last_error));
    crash(TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_the_newer_agreement_forbids_is_refused_with_its_clause(void **state)
{
    node_copy_row *row = NULL;
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    give_agreement(TACHILEIK, "purposes: [threat_to_life, listed_crime]",
        "purposes: [listed_crime]");
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->state, ENTENTE__V1__TRACE_STATE__TRACE_REFUSED);
    assert_int_equal(row->reason, ENT_REFUSAL_PURPOSE_NOT_AGREED);
    assert_true(row->line > 0);
    assert_string_not_equal(row->clause, "");
    node_row_free(&row);
}

static void
a_gap_is_given_up_in_time_and_what_follows_is_marked(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    node_desk_row *row = NULL;
    struct ent_id lost;
    struct ent_id later;

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline); /* they get to know each other */
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
    world.lose = 100;
    lost = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 0;
    later = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    while (world.flying > 0) {
        deliver_one();
    }
    assert_int_equal(times_on_desk(TACHILEIK, &later), 0);
    world.now += ent_gap_wait_ms(ENTENTE__V1__PRECEDENCE__FLASH);
    turn(TACHILEIK, NULL);
    assert_int_equal(times_on_desk(TACHILEIK, &later), 1);
    expect_ok(node_store_begin(tachileik->store, &last_error));
    expect_ok(node_desk_get(tachileik, 2, &row, &last_error));
    node_store_abort(tachileik->store);
    assert_int_equal(row->missing, 1);
    node_row_free(&row);
    pass(60000);
    pass(60000);
    assert_int_equal(times_on_desk(TACHILEIK, &lost), 1);
    assert_int_equal(desk_count(TACHILEIK), 3);
}

static void
deleted_means_that_nobody_can_read_it_and_the_journal_is_whole(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_bytes plain = {0};
    node_desk_row *row = NULL;
    const uint8_t *bucket;
    uint64_t due;
    enum ent_status rc;

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    world.now += 32 * DAY; /* hotline alerts are kept for 30 days */
    expect_ok(node_store_begin(tachileik->store, &last_error));
    expect_ok(node_desk_get(tachileik, 1, &row, &last_error));
    expect_ok(node_vault_open(tachileik->store, tachileik->slots, row->bundle,
        row->day, row->index, &plain, &last_error));
    ent_bytes_free(&plain);
    node_store_abort(tachileik->store);
    expect_ok(node_keeping_turn(
        tachileik, world.now, NODE_KEEPING_ROWS, &due, &last_error));
    expect_ok(node_store_begin(tachileik->store, &last_error));
    rc = node_vault_open(tachileik->store, tachileik->slots, row->bundle,
        row->day, row->index, &plain, &last_error);
    expect_status(rc, ENT_NOT_FOUND);
    expect_status(node_slots_bucket(
                      tachileik->slots, row->day, false, &bucket, &last_error),
        ENT_NOT_FOUND);
    node_row_free(&row);
    expect_ok(node_desk_get(tachileik, 1, &row, &last_error));
    node_store_abort(tachileik->store);
    assert_true(row->deleted_at == world.now);
    node_row_free(&row);
    journal_is_good(TACHILEIK);
}

/* The broker greets again: what was sent and not answered goes once more, and
 * not twice. */
static void
a_new_connection_has_each_bundle_sent_once(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    size_t bundles = 0;

    (void)state;
    introduce();
    for (int i = 0; i < 3; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        turn(MAESAI, NULL);
    }
    forget_wire();
    world.now += 500;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_pump_resume(maesai, "wire", true, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    turn(MAESAI, NULL);
    for (size_t i = 0; i < world.flying; i++) {
        bundles += world.wire[i].type == ENT_FRAME_BUNDLE;
    }
    assert_int_equal(bundles, 3);
    drain();
    assert_int_equal(desk_count(TACHILEIK), 4);
}

/* A clock that is in doubt may be wrong: nothing is given up by it. */
static void
nothing_expires_while_the_clock_is_in_doubt(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    bool more;
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.up = true;
    maesai->clock_doubt = true;
    world.now += 30 * DAY;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_pump_run(maesai, &more, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    world.now -= 30 * DAY;
    maesai->clock_doubt = false;
    pass(1000);
    pass(6000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* A wire that loses, repeats and reorders, and nodes that die. */
static void
nothing_is_lost_and_nothing_doubled_on_a_bad_wire(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        world.seed = seed;
        world.lose = dice(40);
        world.repeat = dice(30);
        for (int i = 0; i < 30; i++) {
            (void)post(MAESAI, TACHILEIK, hotline);
            world.now += dice(500);
            turn(MAESAI, NULL);
            for (unsigned k = dice(4); k > 0 && world.flying > 0; k--) {
                deliver_one();
            }
            if (dice(10) == 0) {
                crash(dice(2) == 0 ? MAESAI : TACHILEIK);
            }
        }
        world.lose = 0;
        for (int i = 0; i < 30; i++) {
            pass(60000);
        }
        for (size_t i = 0; i < world.sent_count; i++) {
            if (times_on_desk(TACHILEIK, &world.sent[i]) != 1 ||
                state_of(MAESAI, TACHILEIK, &world.sent[i]) != DELIVERED) {
                fail_msg("seed %u: message %zu lies %u times on the desk, "
                         "state %u",
                    (unsigned)seed, i, times_on_desk(TACHILEIK, &world.sent[i]),
                    state_of(MAESAI, TACHILEIK, &world.sent[i]));
            }
        }
        journal_is_good(MAESAI);
        journal_is_good(TACHILEIK);
    }
}

static const char routine[] =
    "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
    "\"ROUTINE\",\"test\":{}}";

static void
what_is_urgent_makes_turns_short_for_half_a_second(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    exchange();
    (void)post(MAESAI, TACHILEIK, routine);
    assert_false(node_is_urgent(node));
    (void)post(MAESAI, TACHILEIK, hotline);
    assert_true(node_is_urgent(node));
    world.now += NODE_URGENT_MS - 1;
    turn(MAESAI, NULL);
    assert_true(node_is_urgent(node));
    world.now++;
    turn(MAESAI, NULL);
    assert_false(node_is_urgent(node));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alert_arrives_and_its_sender_knows),
        TEST(the_receipt_that_settled_it_is_kept_and_still_verifies),
        TEST(a_purpose_that_is_not_agreed_never_leaves),
        TEST(explaining_says_why_and_changes_nothing),
        TEST(what_was_accepted_while_cut_off_arrives_in_order),
        TEST(a_repeated_submit_is_one_message),
        TEST(an_expired_message_ends_as_expired_and_blocks_nothing),
        TEST(an_agreement_the_recipient_does_not_have_waits_for_it),
        TEST(what_comes_while_our_agreement_is_broken_waits_for_it),
        TEST(what_the_newer_agreement_forbids_is_refused_with_its_clause),
        TEST(a_gap_is_given_up_in_time_and_what_follows_is_marked),
        TEST(deleted_means_that_nobody_can_read_it_and_the_journal_is_whole),
        TEST(a_new_connection_has_each_bundle_sent_once),
        TEST(nothing_expires_while_the_clock_is_in_doubt),
        TEST(what_is_urgent_makes_turns_short_for_half_a_second),
        TEST(nothing_is_lost_and_nothing_doubled_on_a_bad_wire),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_exchange", tests, NULL, NULL);
}
