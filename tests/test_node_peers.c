/* SPDX-License-Identifier: Apache-2.0 */
/* When a node asks for what it lacks of another office. */
#include "tests/two_offices.h"

#include <sodium.h>

#include "node/peers.h"
#include "proto/base/log.h"

/* What the node does by itself; how often it asked for a manifest. */
static size_t
asked_by_itself(void)
{
    struct node *node = world.nodes[TACHILEIK];
    const size_t before = world.manifest_fetches[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_refresh(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    drain();
    return world.manifest_fetches[MAESAI] - before;
}

/* Something shows that there is a newer one; how often it asked at once. */
static size_t
asked_on_demand(void)
{
    struct node *node = world.nodes[TACHILEIK];
    const size_t before = world.manifest_fetches[MAESAI];
    struct node_peer *peer;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_peers_get(node, &world.nodes[MAESAI]->self, &peer, &last_error));
    expect_ok(node_peers_fetch(node, peer, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    drain();
    return world.manifest_fetches[MAESAI] - before;
}

/* Until nothing is asked for by itself. */
static void
settle(void)
{
    do {
        world.now += 61000;
    } while (asked_by_itself() > 0);
}

static void
what_is_wanted_too_soon_is_asked_for_when_it_is_time(void **state)
{
    (void)state;
    settle();
    assert_int_equal(asked_on_demand(), 1);
    assert_int_equal(asked_on_demand(), 0); /* it was asked just now */
    assert_int_equal(asked_by_itself(), 0);
    assert_true(node_peers_due(world.nodes[TACHILEIK]) <= world.now + 60000);
    world.now += 60000;
    assert_int_equal(asked_by_itself(), 1);
    world.now += 60000;
    assert_int_equal(asked_by_itself(), 0); /* and once */
}

static void
what_nobody_wants_again_is_not_asked_for(void **state)
{
    (void)state;
    settle();
    assert_int_equal(asked_on_demand(), 1);
    world.now += 60000;
    assert_int_equal(asked_by_itself(), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_wanted_too_soon_is_asked_for_when_it_is_time),
        TEST(what_nobody_wants_again_is_not_asked_for),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_peers", tests, NULL, NULL);
}
