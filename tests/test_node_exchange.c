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

/* A node that lost its store begins anew; its peer sends again what it may. */
static void
a_new_store_gets_what_was_unsettled(void **state)
{
    char path[PATH_MAX + 16];
    struct ent_id id;

    (void)state;
    pass(0);
    pass(2000);
    id = post(MAESAI, TACHILEIK, hotline);
    world.lose = 100;
    pass(10);
    world.lose = 0;
    node_close(&world.nodes[TACHILEIK]);
    forget_wire();
    (void)snprintf(
        path, sizeof path, "rm -r '%s'", world.configs[TACHILEIK].store);
    assert_int_equal(system(path), 0);
    world.now += 1000;
    expect_ok(node_init(&world.configs[TACHILEIK], &last_error));
    expect_ok(node_open(
        &world.configs[TACHILEIK], &world.nodes[TACHILEIK], &last_error));
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_cannot_be_opened_any_more_is_sealed_anew(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct ent_id id;
    uint64_t due;
    size_t count;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    expect_ok(node_slots_destroy(
        tachileik->slots, 0, world.now + 3 * DAY, &count, &last_error));
    assert_int_equal(count, 2);
    world.lose = 0;
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_manifest_rotate(tachileik, &due, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(TACHILEIK);
}

/* Delivered, but its sender never heard so and begins anew. */
static void
what_is_sealed_anew_after_it_arrived_is_not_doubled(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_id id;

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline); /* they get to know each other */
    pass(0);
    pass(6000);
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.lose = 100; /* the receipt */
    drain();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    world.lose = 0;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_reincarnate(maesai, 0, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
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

/* Its clock was wrong when its store was made: nobody follows it yet, and what
 * it sent is not held to be delivered when its time has come. */
static void
a_store_from_the_future_loses_nothing(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_id id;

    (void)state;
    pass(0);
    maesai->incarnation = (world.now + 25 * HOUR) * 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_number_set(
        maesai->store, "incarnation", maesai->incarnation, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    id = post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    for (int i = 0; i < 10; i++) {
        pass(HOUR / 4);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* As long as no newer key is announced, sealing anew would help nothing: the
 * bundle waits, and the store does not fill up with its likes. */
static void
a_key_that_is_gone_for_good_makes_no_endless_bundles(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t bundles;
    size_t count;

    (void)state;
    introduce();
    expect_ok(node_slots_destroy(world.nodes[TACHILEIK]->slots, 0,
        world.now + 3 * DAY, &count, &last_error));
    (void)post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_number_get(maesai->store, "bundle", &bundles, &last_error));
    node_store_abort(maesai->store);
    assert_int_equal(bundles, 2);
}

/* Nobody ever says who Tachileik is: the officer is told in the end. */
static void
what_waits_for_a_key_that_never_comes_expires(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint8_t place[NODE_KEY_MAX] = {0};
    struct ent_id id;

    (void)state;
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(25 * HOUR);
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_batch_expire(maesai, place, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
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

/* The key lies in its slot, but the turn that was to tell of it failed. */
static void
a_new_sealing_key_is_announced_in_the_end(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_sealing_key keys[8];
    struct ent_manifest manifest;
    uint64_t due;
    size_t count;

    (void)state;
    pass(DAY + HOUR);
    for (int i = 0; i < 2; i++) {
        expect_ok(node_turn_begin(maesai, world.now, &last_error));
        expect_ok(node_manifest_rotate(maesai, &due, &last_error));
        expect_status(
            node_turn_end(maesai, i == 0 ? ENT_FULL : ENT_OK, &last_error),
            i == 0 ? ENT_FULL : ENT_OK);
    }
    count = node_slots_epochs(maesai->slots, keys, 8);
    assert_int_equal(count, 3);
    expect_ok(ent_manifest_open(ent_bytes_view(&maesai->manifest_wire),
        &maesai->certificate, &manifest, &last_error));
    assert_memory_equal(&manifest.keys[manifest.key_count - 1].key_id,
        &keys[count - 1].key_id, sizeof keys[0].key_id);
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

static void
what_was_signed_under_an_older_key_is_sealed_anew(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_receipt_that_was_lost_is_given_again_under_the_newer_key(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one();
    forget_wire();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    renew(TACHILEIK);
    tell_certificate(TACHILEIK, MAESAI);
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* A turn that ends badly has not happened, in memory neither. */
static void
a_turn_that_is_taken_back_leaves_us_who_we_were(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t incarnation = maesai->incarnation;
    uint64_t sequence = maesai->manifest_sequence;
    struct ent_digest manifest =
        ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    struct ent_digest now;

    (void)state;
    world.now += 1000;
    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_reincarnate(maesai, 0, &last_error));
    expect_ok(node_manifest_renew(maesai, &last_error));
    expect_status(node_turn_end(maesai, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(maesai->incarnation, incarnation);
    assert_int_equal(maesai->manifest_sequence, sequence);
    now = ent_digest_of(ent_bytes_view(&maesai->manifest_wire));
    assert_memory_equal(&now, &manifest, sizeof now);
    introduce();
    journal_is_good(MAESAI);
}

/* The recipient's signed word that a store of ours is known that began at
 * `highest`, about the second message of FLASH in that incarnation of ours. */
static void
say_stale(uint64_t incarnation, uint64_t highest)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct node *maesai = world.nodes[MAESAI];
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_stream_id *stream = &receipt->stream;
    struct flying frame = {.to = MAESAI, .type = ENT_FRAME_RECEIPT};
    struct ent_digest genesis;

    stream->sender = maesai->self;
    stream->recipient = world.nodes[TACHILEIK]->self;
    stream->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    stream->sender_incarnation = incarnation;
    stream->recipient_incarnation = world.nodes[TACHILEIK]->incarnation;
    genesis = ent_chain_genesis(stream);
    receipt->chain = genesis;
    receipt->issued_at = world.now;
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_dispatch_get(maesai, &genesis, 2, &dispatch, &last_error));
    node_store_abort(maesai->store);
    receipt->answer_count = 1;
    receipt->answers[0] = (struct ent_answer){
        .first = 2,
        .count = 1,
        .code = ENTENTE__V1__ANSWER_CODE__STALE,
        .label_hash = dispatch.state.label_hash,
        .reason = ENT_REFUSAL_WRONG_INCARNATION,
        .highest = highest,
    };
    expect_ok(ent_receipt_make(receipt,
        node_keeper_signer(world.nodes[TACHILEIK]->keeper), &wire,
        &last_error));
    free(receipt);
    frame.payload = wire;
    turn(MAESAI, &frame);
}

static void
a_newer_store_of_ours_is_believed_once_and_not_from_the_future(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    uint64_t first = maesai->incarnation;
    uint64_t second;
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    say_stale(first, UINT64_MAX);
    say_stale(first, (world.now + 2 * DAY) * 1000);
    assert_int_equal(maesai->incarnation, first);
    say_stale(first, first + 5);
    second = maesai->incarnation;
    assert_true(second > first + 5);
    say_stale(first, second); /* about what was still on its way */
    assert_int_equal(maesai->incarnation, second);
    world.lose = 0;
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
key_slots_that_were_cut_short_are_not_taken(void **state)
{
    struct node_config *config = &world.configs[TACHILEIK];
    char path[PATH_MAX + 16];

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    node_close(&world.nodes[TACHILEIK]);
    (void)snprintf(path, sizeof path, "%s/slots", config->store);
    assert_int_equal(truncate(path, 128), 0);
    expect_status(
        node_open(config, &world.nodes[TACHILEIK], &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, "cut short"));
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
        TEST(a_new_store_gets_what_was_unsettled),
        TEST(what_cannot_be_opened_any_more_is_sealed_anew),
        TEST(what_is_sealed_anew_after_it_arrived_is_not_doubled),
        TEST(an_agreement_the_recipient_does_not_have_waits_for_it),
        TEST(what_comes_while_our_agreement_is_broken_waits_for_it),
        TEST(what_the_newer_agreement_forbids_is_refused_with_its_clause),
        TEST(a_gap_is_given_up_in_time_and_what_follows_is_marked),
        TEST(deleted_means_that_nobody_can_read_it_and_the_journal_is_whole),
        TEST(a_store_from_the_future_loses_nothing),
        TEST(a_key_that_is_gone_for_good_makes_no_endless_bundles),
        TEST(what_waits_for_a_key_that_never_comes_expires),
        TEST(a_new_connection_has_each_bundle_sent_once),
        TEST(a_new_sealing_key_is_announced_in_the_end),
        TEST(nothing_expires_while_the_clock_is_in_doubt),
        TEST(what_was_signed_under_an_older_key_is_sealed_anew),
        TEST(a_receipt_that_was_lost_is_given_again_under_the_newer_key),
        TEST(a_turn_that_is_taken_back_leaves_us_who_we_were),
        TEST(a_newer_store_of_ours_is_believed_once_and_not_from_the_future),
        TEST(key_slots_that_were_cut_short_are_not_taken),
        TEST(nothing_is_lost_and_nothing_doubled_on_a_bad_wire),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_exchange", tests, NULL, NULL);
}
