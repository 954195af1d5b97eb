/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "broker/route.h"
#include "broker/session.h"
#include "proto/schema/common.pb-c.h"

#define MIB ((uint64_t)1024 * 1024)
#define SECOND UINT64_C(1000)

static const struct ent_route here = {.bytes = "here", .len = 4};
static const struct ent_route there = {.bytes = "there", .len = 5};
static const uint8_t key[ENT_PUBLIC_KEY_LEN] = "its link key";

/* ---- precedence ---- */

static void
flash_has_the_first_rank_and_every_rank_its_precedence(void **state)
{
    (void)state;
    assert_int_equal(broker_rank(ENTENTE__V1__PRECEDENCE__FLASH), 0);
    assert_int_equal(broker_rank(ENTENTE__V1__PRECEDENCE__DEFERRED), 4);
    for (uint8_t rank = 0; rank < BROKER_RANKS; rank++) {
        assert_int_equal(broker_rank(broker_rank_precedence(rank)), rank);
    }
}

/* ---- brokers on the way ---- */

static struct ent_address
broker_number(size_t number)
{
    struct ent_address address;
    char text[32];

    (void)snprintf(text, sizeof text, "broker-%zu@th", number);
    expect_ok(ent_address_parse(ent_view_text(text), &address, &last_error));
    return address;
}

/* It has been at brokers 1 to `count`. */
static struct ent_hop
hops(size_t count)
{
    struct ent_hop hop = {.count = count};

    for (size_t i = 0; i < count; i++) {
        hop.brokers[i] = broker_number(i + 1);
    }
    return hop;
}

static void
a_bundle_never_comes_to_a_broker_twice(void **state)
{
    const struct ent_address self = broker_number(3);
    const struct ent_address from = broker_number(4);
    const struct ent_hop hop = hops(4);

    (void)state;
    assert_int_equal(
        broker_route_judge_hops(&hop, &self, &from, NULL, &last_error),
        ENT_REFUSAL_BAD_FRAME);
    assert_non_null(strstr(last_error.text, "here before"));
}

static void
a_bundle_does_not_go_where_it_has_been(void **state)
{
    const struct ent_address self = broker_number(5);
    const struct ent_address from = broker_number(4);
    const struct ent_address next = broker_number(2);
    const struct ent_address other = broker_number(6);
    const struct ent_hop hop = hops(4);

    (void)state;
    assert_int_equal(
        broker_route_judge_hops(&hop, &self, &from, &next, &last_error),
        ENT_REFUSAL_BAD_FRAME);
    assert_int_equal(
        broker_route_judge_hops(&hop, &self, &from, &other, &last_error), 0);
}

static void
a_bundle_comes_through_eight_brokers_and_no_more(void **state)
{
    const struct ent_address self = broker_number(9);

    (void)state;
    for (size_t count = 1; count <= ENT_HOPS_MAX; count++) {
        const struct ent_hop hop = hops(count);
        const struct ent_address from = broker_number(count);
        uint32_t reason =
            broker_route_judge_hops(&hop, &self, &from, NULL, &last_error);

        assert_int_equal(
            reason, count < ENT_HOPS_MAX ? 0 : ENT_REFUSAL_BAD_FRAME);
    }
}

static void
a_neighbour_stands_last_among_the_hops_of_what_it_brings(void **state)
{
    const struct ent_address self = broker_number(5);
    const struct ent_address from = broker_number(2);
    const struct ent_hop none = hops(0);
    const struct ent_hop hidden = hops(1);
    const struct ent_hop honest = hops(2);

    (void)state;
    assert_int_equal(
        broker_route_judge_hops(&none, &self, &from, NULL, &last_error),
        ENT_REFUSAL_BAD_FRAME);
    assert_int_equal(
        broker_route_judge_hops(&hidden, &self, &from, NULL, &last_error),
        ENT_REFUSAL_BAD_FRAME);
    assert_int_equal(
        broker_route_judge_hops(&honest, &self, &from, NULL, &last_error), 0);
    assert_int_equal(
        broker_route_judge_hops(&none, &self, NULL, NULL, &last_error), 0);
}

/* ---- quota ---- */

static void
a_quota_counts_bytes_and_entries(void **state)
{
    const struct broker_quota quota = {.bytes = 1000, .entries = 10};
    struct broker_usage usage = {.bytes = 900, .entries = 9};

    (void)state;
    assert_true(broker_quota_allows(&quota, &usage, 4, 100));
    assert_false(broker_quota_allows(&quota, &usage, 4, 101));
    assert_false(broker_quota_allows(&quota, &usage, 4, UINT64_MAX));
    usage.entries = 10;
    assert_false(broker_quota_allows(&quota, &usage, 4, 1));
    usage = (struct broker_usage){.bytes = 2000}; /* of a larger quota before */
    assert_false(broker_quota_allows(&quota, &usage, 0, 1));
}

static void
only_flash_may_use_the_reserve(void **state)
{
    const struct broker_quota quota = {
        .bytes = 1000, .entries = 10, .flash_reserve = 10};
    const struct broker_usage usage = {.bytes = 900, .entries = 8};
    const struct broker_usage full = {.bytes = 0, .entries = 9};

    (void)state;
    assert_false(broker_quota_allows(&quota, &usage, 1, 1));
    assert_true(broker_quota_allows(&quota, &usage, 0, 100));
    assert_false(broker_quota_allows(&quota, &usage, 0, 101));
    assert_false(broker_quota_allows(&quota, &full, 1, 1));
    assert_true(broker_quota_allows(&quota, &full, 0, 1));
}

/* ---- credit ---- */

static void
a_boundless_grant_is_bounded_here(void **state)
{
    struct broker_session session;

    (void)state;
    broker_session_begin(&session, &here, key, UINT64_MAX);
    assert_int_equal(session.window.credit, BROKER_WINDOW_MAX);
}

/* ---- walks ---- */

static void
a_walk_calls_a_round_only_after_something_was_sent(void **state)
{
    struct broker_walk walk;

    (void)state;
    broker_walk_begin(&walk);
    assert_true(walk.stirred);
    broker_walk_idle(&walk, 1000);
    assert_false(walk.stirred);
    assert_true(broker_walk_due(&walk) == UINT64_MAX);

    broker_walk_stir(&walk);
    broker_walk_sent(&walk, 5);
    broker_walk_idle(&walk, 1000);
    assert_int_equal(broker_walk_due(&walk), 1000 + 30 * SECOND);
    assert_int_equal(walk.unanswered.end, 6);
}

static void
what_is_sent_during_a_round_waits_for_the_next(void **state)
{
    struct broker_walk walk;

    (void)state;
    broker_walk_begin(&walk);
    broker_walk_sent(&walk, 5);
    broker_walk_idle(&walk, 0);
    broker_walk_sent(&walk, 9);
    broker_walk_idle(&walk, 20 * SECOND);
    assert_int_equal(walk.unanswered.end, 6);
    assert_true(broker_round_is_due(&walk.unanswered, 30 * SECOND));
    broker_walk_unanswered_done(&walk, 30 * SECOND); /* 5 was settled */
    assert_int_equal(walk.unanswered.end, 10);
    assert_int_equal(broker_walk_due(&walk), 60 * SECOND);
}

static void
an_answer_makes_pauses_short_again(void **state)
{
    struct broker_walk walk;

    (void)state;
    broker_walk_begin(&walk);
    for (unsigned i = 0; i < 20; i++) {
        broker_walk_put_off(&walk, 0);
        broker_walk_put_off_done(&walk);
    }
    broker_walk_put_off(&walk, 0);
    assert_int_equal(broker_walk_due(&walk), 300 * SECOND);
    broker_walk_put_off_done(&walk);
    broker_walk_settled(&walk);
    broker_walk_put_off(&walk, 0);
    assert_int_equal(broker_walk_due(&walk), 2 * SECOND);
}

/* ---- lanes ---- */

static void
urgent_things_take_the_bulk_lane_when_theirs_is_down(void **state)
{
    struct broker_peer peer;

    (void)state;
    broker_peer_init(&peer);
    assert_null(broker_peer_session(&peer, 0));
    broker_peer_begin(&peer, BROKER_BULK, &here, key, MIB);
    assert_ptr_equal(broker_peer_session(&peer, 0), &peer.lanes[BROKER_BULK]);
    broker_peer_begin(&peer, BROKER_URGENT, &there, key, MIB);
    assert_ptr_equal(broker_peer_session(&peer, 1), &peer.lanes[BROKER_URGENT]);
    assert_ptr_equal(broker_peer_session(&peer, 2), &peer.lanes[BROKER_BULK]);
    broker_peer_end(&peer, BROKER_BULK);
    assert_null(broker_peer_session(&peer, 2));
    assert_ptr_equal(
        broker_peer_find(&peer, &there), &peer.lanes[BROKER_URGENT]);
    assert_null(broker_peer_find(&peer, &here));
}

static void
only_what_a_lost_connection_carried_begins_anew(void **state)
{
    struct broker_peer peer;

    (void)state;
    broker_peer_init(&peer);
    broker_peer_begin(&peer, BROKER_BULK, &here, key, MIB);
    broker_walk_sent(&peer.bundles[0], 5); /* FLASH, over the bulk lane */
    broker_walk_sent(&peer.bundles[3], 6);
    broker_peer_begin(&peer, BROKER_URGENT, &there, key, MIB);
    assert_int_equal(peer.bundles[0].fresh, 6); /* it is still under way */
    broker_peer_end(&peer, BROKER_URGENT);
    assert_int_equal(peer.bundles[0].fresh, 0);
    assert_int_equal(peer.bundles[3].fresh, 7);
    broker_peer_end(&peer, BROKER_BULK);
    assert_int_equal(peer.bundles[3].fresh, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            flash_has_the_first_rank_and_every_rank_its_precedence),
        cmocka_unit_test(a_bundle_never_comes_to_a_broker_twice),
        cmocka_unit_test(a_bundle_does_not_go_where_it_has_been),
        cmocka_unit_test(a_bundle_comes_through_eight_brokers_and_no_more),
        cmocka_unit_test(
            a_neighbour_stands_last_among_the_hops_of_what_it_brings),
        cmocka_unit_test(a_quota_counts_bytes_and_entries),
        cmocka_unit_test(only_flash_may_use_the_reserve),
        cmocka_unit_test(a_boundless_grant_is_bounded_here),
        cmocka_unit_test(a_walk_calls_a_round_only_after_something_was_sent),
        cmocka_unit_test(what_is_sent_during_a_round_waits_for_the_next),
        cmocka_unit_test(an_answer_makes_pauses_short_again),
        cmocka_unit_test(urgent_things_take_the_bulk_lane_when_theirs_is_down),
        cmocka_unit_test(only_what_a_lost_connection_carried_begins_anew),
    };

    return cmocka_run_group_tests_name("broker_session", tests, NULL, NULL);
}
