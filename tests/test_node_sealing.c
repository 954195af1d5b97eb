/* SPDX-License-Identifier: Apache-2.0 */
/* What was sealed or signed with keys that are others by now. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "node/batch.h"
#include "node/manifest.h"
#include "node/reincarnation.h"
#include "node/settle.h"
#include "node/vault.h"
#include "proto/base/log.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_opened_any_more_is_sealed_anew),
        TEST(what_is_sealed_anew_after_it_arrived_is_not_doubled),
        TEST(a_key_that_is_gone_for_good_makes_no_endless_bundles),
        TEST(what_waits_for_a_key_that_never_comes_expires),
        TEST(a_new_sealing_key_is_announced_in_the_end),
        TEST(what_was_signed_under_an_older_key_is_sealed_anew),
        TEST(a_receipt_that_was_lost_is_given_again_under_the_newer_key),
        TEST(key_slots_that_were_cut_short_are_not_taken),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_sealing", tests, NULL, NULL);
}
