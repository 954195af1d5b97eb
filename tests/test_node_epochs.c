/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing keys over weeks of passed-in time: made by themselves, told to the
 * others, and destroyed when what was sealed for them can no longer come. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <string.h>

#include "node/manifest.h"
#include "node/slots.h"
#include "proto/base/file.h"
#include "proto/base/log.h"

#define LIFE (7 * DAY) /* of a bundle, and of a secret after its epoch */

/* What the node's loop does when it is due. */
static uint64_t
rotate(enum who who)
{
    struct node *node = world.nodes[who];
    uint64_t due = 0;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_manifest_rotate(node, &due, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return due;
}

static struct ent_manifest
manifest_of(enum who who)
{
    struct node *node = world.nodes[who];
    struct ent_manifest manifest;

    expect_ok(ent_manifest_open(ent_bytes_view(&node->manifest_wire),
        &node->certificate, &manifest, &last_error));
    return manifest;
}

static bool
opens(enum who who, const struct ent_key_id *key_id)
{
    struct ent_ecdh ecdh;

    return node_slots_ecdh(
               world.nodes[who]->slots, key_id, &ecdh, &last_error) == ENT_OK;
}

static size_t
secrets_held(enum who who)
{
    struct ent_sealing_key keys[64];

    return node_slots_epochs(world.nodes[who]->slots, keys, 64);
}

static bool
lies_on_disk(enum who who, const struct ent_sealing_key *key)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};
    char path[PATH_MAX];

    in_folder(who, "store/slots", path);
    expect_ok(ent_file_read(path, 1 << 20, &content, &last_error));
    return memmem(content.data, content.len, key->key, sizeof key->key) != NULL;
}

/* Let `days` pass, in steps of some hours, looking at both nodes when they ask
 * for it. */
static void
live(unsigned days)
{
    uint64_t until = world.now + days * DAY;
    uint64_t due[2] = {0, 0};

    while (world.now < until) {
        for (int who = 0; who < 2; who++) {
            if (world.now >= due[who]) {
                due[who] = rotate((enum who)who);
                assert_true(due[who] > world.now);
            }
        }
        pass(6 * HOUR);
    }
}

static void
every_day_has_its_key_and_the_next_is_known(void **state)
{
    (void)state;
    for (int day = 0; day < 40; day++) {
        struct ent_manifest manifest;
        const struct ent_sealing_key *now;
        struct ent_id id;

        live(1);
        (void)rotate(TACHILEIK);
        manifest = manifest_of(TACHILEIK);
        now = ent_manifest_key(&manifest, world.now);
        assert_true(now->not_before <= world.now);
        assert_true(now->not_after > world.now);
        assert_true(ent_manifest_key(&manifest, world.now + DAY)->not_after >
                    world.now + DAY);
        id = post(MAESAI, TACHILEIK, hotline);
        for (int i = 0; i < 3; i++) {
            pass(10000);
        }
        assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    }
}

static void
a_secret_is_destroyed_a_week_after_its_day(void **state)
{
    struct ent_manifest first = manifest_of(TACHILEIK);
    const struct ent_sealing_key *key = &first.keys[0];
    uint64_t over = key->not_after + LIFE;

    (void)state;
    assert_true(lies_on_disk(TACHILEIK, key));
    live(7);
    while (world.now < over) {
        assert_true(opens(TACHILEIK, &key->key_id));
        (void)rotate(TACHILEIK);
        pass(HOUR);
    }
    world.now = over + 1;
    (void)rotate(TACHILEIK);
    assert_false(opens(TACHILEIK, &key->key_id));
    assert_false(lies_on_disk(TACHILEIK, key));
    crash(TACHILEIK);
    assert_false(opens(TACHILEIK, &key->key_id));
}

static void
secrets_do_not_gather(void **state)
{
    (void)state;
    live(60);
    /* A week of ended days, one that ends, today's and tomorrow's. */
    assert_in_range(secrets_held(TACHILEIK), 9, 10);
}

/* Weeks of epochs are destroyed when they are due, not with the next key. */
static void
the_end_of_a_long_epoch_does_not_wait_for_the_next(void **state)
{
    struct ent_manifest first;
    uint64_t due;

    (void)state;
    world.configs[TACHILEIK].epoch_ms = 5 * DAY;
    live(10);
    first = manifest_of(TACHILEIK);
    while (opens(TACHILEIK, &first.keys[0].key_id)) {
        due = rotate(TACHILEIK);
        assert_true(due <= first.keys[0].not_after + LIFE + 1);
        world.now = due;
        (void)rotate(TACHILEIK);
    }
    assert_int_equal(world.now, first.keys[0].not_after + LIFE + 1);
}

static void
a_node_that_was_off_for_weeks_has_todays_key_at_once(void **state)
{
    struct ent_manifest before = manifest_of(TACHILEIK);
    struct ent_manifest after;

    (void)state;
    world.now += 23 * DAY;
    crash(TACHILEIK);
    assert_true(rotate(TACHILEIK) > world.now);
    assert_int_equal(secrets_held(TACHILEIK), 2);
    assert_false(opens(TACHILEIK, &before.keys[0].key_id));
    after = manifest_of(TACHILEIK);
    assert_true(after.sequence > before.sequence);
    assert_int_equal(after.key_count, 2);
    assert_int_equal(after.keys[0].not_before, world.now);
}

/* Who has waited for weeks has an old key only, and gets the new one. */
static void
a_peer_that_was_silent_for_weeks_is_not_locked_out(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.up = false;
    live(20);
    world.up = true;
    (void)rotate(TACHILEIK);
    id = post(MAESAI, TACHILEIK, hotline);
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_clock_in_doubt_neither_makes_nor_destroys_a_key(void **state)
{
    struct ent_manifest before = manifest_of(TACHILEIK);

    (void)state;
    world.nodes[TACHILEIK]->clock_doubt = true;
    world.now += 400 * DAY;
    assert_true(rotate(TACHILEIK) > world.now);
    assert_int_equal(secrets_held(TACHILEIK), 2);
    assert_true(opens(TACHILEIK, &before.keys[0].key_id));
    world.now -= 400 * DAY;
    world.nodes[TACHILEIK]->clock_doubt = false;
    (void)rotate(TACHILEIK);
    assert_int_equal(manifest_of(TACHILEIK).sequence, before.sequence);
}

/* A month ahead is not noticed at a start; a key of that month would serve
 * whoever does not hear of a newer one for a month. */
static void
keys_that_a_fast_clock_made_are_undone(void **state)
{
    struct ent_manifest ahead;
    struct ent_manifest after;

    (void)state;
    introduce();
    world.now += 29 * DAY;
    (void)rotate(TACHILEIK);
    ahead = manifest_of(TACHILEIK);
    world.now -= 29 * DAY;
    assert_true(rotate(TACHILEIK) <= world.now + DAY);
    after = manifest_of(TACHILEIK);
    for (size_t i = 0; i < after.key_count; i++) {
        assert_true(after.keys[i].not_before <= world.now + DAY);
    }
    assert_false(opens(TACHILEIK, &ahead.keys[0].key_id));
    assert_true(after.sequence > ahead.sequence);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_day_has_its_key_and_the_next_is_known),
        TEST(a_secret_is_destroyed_a_week_after_its_day),
        TEST(secrets_do_not_gather),
        TEST(the_end_of_a_long_epoch_does_not_wait_for_the_next),
        TEST(a_node_that_was_off_for_weeks_has_todays_key_at_once),
        TEST(a_peer_that_was_silent_for_weeks_is_not_locked_out),
        TEST(a_clock_in_doubt_neither_makes_nor_destroys_a_key),
        TEST(keys_that_a_fast_clock_made_are_undone),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_epochs", tests, NULL, NULL);
}
