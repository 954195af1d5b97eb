/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: how they come, how they go on, and what they end. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/revocations.h"
#include "node/signers.h"
#include "proto/base/log.h"

#define MONTH (30 * DAY)

/* A list of that office's state, with or without its present certificate. */
static struct ent_bytes
list_of(enum who who, uint64_t number, bool revoked)
{
    struct ent_secret *secret = authority_secret(states[who]);
    const struct ent_certificate *cert = &world.nodes[who]->certificate;
    struct ent_revocation entry = {
        .key_id = cert->signing_key_id,
        .address = cert->address,
        .serial = cert->serial,
        .revoked_at = world.now,
    };
    struct ent_signer root;
    struct ent_bytes wire = {0};

    expect_ok(ent_secret_signer(secret, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_revocation_list_make(states[who], number, world.now,
        world.now + MONTH, &entry, revoked ? 1 : 0, &root, &wire, &last_error));
    ent_secret_free(&secret);
    return wire;
}

/* Somebody carries a list to `whom`. */
static enum ent_status
carry(const struct ent_bytes *wire, const char *subject, enum who whom)
{
    struct node *node = world.nodes[whom];
    struct ent_object object = {
        .kind = NODE_KIND_REVOCATION, .wire = ent_bytes_view(wire)};
    enum ent_status rc;

    (void)snprintf(object.subject, sizeof object.subject, "%s", subject);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_peers_learn(node, &object, &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return rc;
}

/* The state of `who` withdraws its key, and `whom` hears of it. */
static void
revoke(enum who who, uint64_t number, enum who whom)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes wire = list_of(who, number, true);

    expect_ok(carry(&wire, states[who], whom));
}

static bool
is_revoked(enum who who, enum who at)
{
    struct node *node = world.nodes[at];
    bool revoked;

    expect_ok(node_store_begin(node->store, &last_error));
    revoked = node_revocations_has(node, &world.nodes[who]->certificate);
    node_store_abort(node->store);
    return revoked;
}

static void
refresh(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_refresh(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    drain();
}

static struct node_revocation_status
status_of(enum who at, const char *state)
{
    struct node *node = world.nodes[at];
    struct node_revocation_status status;
    size_t i = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    while (node_revocations_at(node, i, &status) &&
           strcmp(status.state, state) != 0) {
        i++;
    }
    node_store_abort(node->store);
    assert_string_equal(status.state, state);
    return status;
}

/* ---- how lists come ---- */

static void
lists_are_asked_for_by_the_clock(void **state)
{
    size_t before;

    (void)state;
    refresh(TACHILEIK);
    before = world.list_fetches;
    world.lists[MAESAI] = list_of(MAESAI, 1, true);
    world.now += HOUR / 2;
    refresh(TACHILEIK);
    assert_int_equal(world.list_fetches, before);
    assert_false(is_revoked(MAESAI, TACHILEIK));
    world.now += HOUR / 2;
    refresh(TACHILEIK);
    assert_true(is_revoked(MAESAI, TACHILEIK));
}

static void
an_overdue_list_is_asked_for_more_often_and_said(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = list_of(MAESAI, 1, false);
    size_t before;

    (void)state;
    expect_ok(carry(&wire, "th", TACHILEIK));
    assert_false(status_of(TACHILEIK, "th").overdue);
    world.now += MONTH + 1000;
    refresh(TACHILEIK);
    assert_true(status_of(TACHILEIK, "th").overdue);
    assert_false(status_of(TACHILEIK, "mm").overdue);
    before = world.list_fetches;
    world.now += HOUR / 6;
    refresh(TACHILEIK);
    assert_int_equal(world.list_fetches, before + 1);
    world.lists[MAESAI] = list_of(MAESAI, 2, false);
    world.now += HOUR / 6;
    refresh(TACHILEIK);
    assert_false(status_of(TACHILEIK, "th").overdue);
    assert_int_equal(status_of(TACHILEIK, "th").number, 2);
}

/* Who knows what the time is? */
static void
nothing_is_overdue_while_the_clock_is_in_doubt(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = list_of(MAESAI, 1, false);

    (void)state;
    expect_ok(carry(&wire, "th", TACHILEIK));
    world.nodes[TACHILEIK]->clock_doubt = true;
    world.now += 400 * DAY;
    refresh(TACHILEIK);
    assert_false(status_of(TACHILEIK, "th").overdue);
}

static void
a_list_outlives_the_process(void **state)
{
    (void)state;
    revoke(MAESAI, 4, TACHILEIK);
    crash(TACHILEIK);
    assert_true(is_revoked(MAESAI, TACHILEIK));
    assert_int_equal(status_of(TACHILEIK, "th").number, 4);
    assert_int_equal(status_of(TACHILEIK, "th").revoked, 1);
}

static void
an_older_list_or_a_foreign_one_changes_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes older = list_of(MAESAI, 3, false);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes foreign = list_of(TACHILEIK, 9, false);

    (void)state;
    revoke(MAESAI, 4, TACHILEIK);
    expect_ok(carry(&older, "th", TACHILEIK));
    expect_status(carry(&foreign, "th", TACHILEIK), ENT_REJECTED);
    foreign.data[foreign.len / 2] ^= 1;
    expect_status(carry(&foreign, "mm", TACHILEIK), ENT_REJECTED);
    assert_true(is_revoked(MAESAI, TACHILEIK));
    assert_int_equal(status_of(TACHILEIK, "th").number, 4);
}

static void
a_list_that_forgets_a_key_raises_an_alarm(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes less = list_of(MAESAI, 5, false);

    (void)state;
    revoke(MAESAI, 4, TACHILEIK);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_REVOCATION), 0);
    expect_ok(carry(&less, "th", TACHILEIK));
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_REVOCATION), 1);
}

/* ---- what was taken in under a withdrawn key ---- */

static struct node_signer
signer_of(enum who who, enum who at)
{
    struct node *node = world.nodes[at];
    struct node_signer signer;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_signers_get(node,
        &world.nodes[who]->certificate.signing_key_id, &signer, &last_error));
    node_store_abort(node->store);
    return signer;
}

static void
what_came_under_a_withdrawn_key_is_counted_and_told(void **state)
{
    uint64_t before;

    (void)state;
    assert_int_equal(signer_of(MAESAI, TACHILEIK).messages, 0);
    introduce();
    before = signer_of(MAESAI, TACHILEIK).messages;
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(2000);
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(2000);
    assert_int_equal(signer_of(MAESAI, TACHILEIK).messages, before + 2);
    assert_true(signer_of(MAESAI, TACHILEIK).last_at >
                signer_of(MAESAI, TACHILEIK).first_at);
    revoke(MAESAI, 4, TACHILEIK);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_WITHDRAWN), 1);
    crash(TACHILEIK);
    assert_int_equal(signer_of(MAESAI, TACHILEIK).messages, before + 2);
}

static void
a_withdrawn_key_under_which_nothing_came_is_no_alarm(void **state)
{
    (void)state;
    revoke(MAESAI, 4, TACHILEIK);
    assert_true(is_revoked(MAESAI, TACHILEIK));
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_WITHDRAWN), 0);
}

static void
a_key_that_an_older_list_had_is_not_told_again(void **state)
{
    uint64_t number = 0;
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    introduce();
    revoke(MAESAI, 4, TACHILEIK);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_alarm_next(node, &number, &row, &last_error));
    while (row->kind != NODE_ALARM_WITHDRAWN) {
        node_row_free(&row);
        number++;
        expect_ok(node_alarm_next(node, &number, &row, &last_error));
    }
    expect_ok(node_alarm_clear(node, number, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    revoke(MAESAI, 5, TACHILEIK);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_WITHDRAWN), 0);
}

/* ---- how they go on ---- */

static struct ent_view
ask(enum who at, const char *state, uint64_t newer_than)
{
    struct node *node = world.nodes[at];
    struct ent_fetch fetch = {
        .kind = NODE_KIND_REVOCATION, .newer_than = newer_than};
    static struct ent_object object;

    (void)snprintf(fetch.subject, sizeof fetch.subject, "%s", state);
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_object_answer(node, &fetch, &object, &last_error));
    node_store_abort(node->store);
    assert_string_equal(object.subject, state);
    return object.wire;
}

static void
a_node_gives_away_the_lists_it_has(void **state)
{
    (void)state;
    assert_int_equal(ask(TACHILEIK, "th", 0).len, 0);
    revoke(MAESAI, 4, TACHILEIK);
    assert_true(ask(TACHILEIK, "th", 0).len > 0);
    assert_true(ask(TACHILEIK, "th", 3).len > 0);
    assert_int_equal(ask(TACHILEIK, "th", 4).len, 0);
    assert_int_equal(ask(TACHILEIK, "mm", 0).len, 0);
}

static void
a_node_tells_the_number_of_its_own_states_list(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes own = list_of(TACHILEIK, 6, false);
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    expect_ok(carry(&own, "mm", TACHILEIK));
    expect_ok(node_store_begin(node->store, &last_error));
    assert_int_equal(node_revocations_number(node, "mm"), 6);
    assert_int_equal(node_revocations_number(node, "th"), 0);
    node_store_abort(node->store);
}

/* ---- what they end ---- */

/* Sealed before the key was withdrawn, says its label; but it comes after. */
static void
a_back_dated_message_is_refused_by_its_arrival(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL); /* it is on its way */
    world.now += 1000;
    revoke(MAESAI, 1, TACHILEIK);
    for (int i = 0; i < 10; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_not_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(TACHILEIK);
}

static void
with_a_new_key_the_office_is_heard_again(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    revoke(MAESAI, 1, TACHILEIK);
    drain();
    renew(MAESAI);
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
nothing_is_sealed_for_an_office_whose_key_was_withdrawn(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    revoke(TACHILEIK, 1, MAESAI);
    id = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 5; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(number_of(MAESAI, "bundle"), 1);
}

/* Whoever has the key could say that all was delivered. */
static void
a_receipt_under_a_withdrawn_key_is_not_believed(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one(); /* the receipt is on its way back */
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    revoke(TACHILEIK, 1, MAESAI);
    drain();
    assert_int_not_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_skip_under_a_withdrawn_key_moves_nothing(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    pass(25 * HOUR);
    revoke(MAESAI, 1, TACHILEIK);
    world.up = true;
    for (int i = 0; i < 10; i++) {
        pass(60000);
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED);
}

/* Certified again under the same key: what is on its way was sealed before the
 * time of the new certificate. */
static void
what_is_older_than_our_certificate_is_sealed_anew(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    world.lose = 0;
    world.nodes[MAESAI]->certificate.not_before = world.now + HOUR;
    world.now += HOUR;
    for (int i = 0; i < 20; i++) {
        pass(30000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(number_of(MAESAI, "bundle"), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_are_asked_for_by_the_clock),
        TEST(an_overdue_list_is_asked_for_more_often_and_said),
        TEST(nothing_is_overdue_while_the_clock_is_in_doubt),
        TEST(a_list_outlives_the_process),
        TEST(an_older_list_or_a_foreign_one_changes_nothing),
        TEST(a_list_that_forgets_a_key_raises_an_alarm),
        TEST(what_came_under_a_withdrawn_key_is_counted_and_told),
        TEST(a_withdrawn_key_under_which_nothing_came_is_no_alarm),
        TEST(a_key_that_an_older_list_had_is_not_told_again),
        TEST(a_node_gives_away_the_lists_it_has),
        TEST(a_node_tells_the_number_of_its_own_states_list),
        TEST(a_back_dated_message_is_refused_by_its_arrival),
        TEST(with_a_new_key_the_office_is_heard_again),
        TEST(nothing_is_sealed_for_an_office_whose_key_was_withdrawn),
        TEST(a_receipt_under_a_withdrawn_key_is_not_believed),
        TEST(a_skip_under_a_withdrawn_key_moves_nothing),
        TEST(what_is_older_than_our_certificate_is_sealed_anew),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_revocations", tests, NULL, NULL);
}
