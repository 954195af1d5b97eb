/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "node/slots.h"
#include "proto/base/file.h"

#define TODAY UINT64_C(20000)
#define NOON (TODAY * NODE_DAY_MS + NODE_DAY_MS / 2)

/* An office's key slots in a folder of their own. */
struct office {
    char path[64];
    struct ent_secret *storage;
    struct node_slots *slots;
};

static int
setup(void **state)
{
    static struct office office;
    void *folder;

    office = (struct office){.slots = NULL};
    if (make_folder(&folder) != 0) {
        return -1;
    }
    (void)snprintf(office.path, sizeof office.path, "%s/slots", (char *)folder);
    expect_ok(ent_secret_new(&office.storage, &last_error));
    expect_ok(node_slots_create(office.path, &last_error));
    expect_ok(node_slots_open(
        office.path, office.storage, &office.slots, &last_error));
    *state = &office;
    return 0;
}

static int
teardown(void **state)
{
    struct office *office = *state;
    void *folder = office->path;

    node_slots_close(&office->slots);
    ent_secret_free(&office->storage);
    *strrchr(office->path, '/') = '\0';
    return remove_folder(&folder);
}

static void
reopen(struct office *office)
{
    node_slots_close(&office->slots);
    expect_ok(node_slots_open(
        office->path, office->storage, &office->slots, &last_error));
}

static bool
file_holds(const char *path, const uint8_t *needle, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    expect_ok(ent_file_read(path, 1 << 20, &content, &last_error));
    return memmem(content.data, content.len, needle, len) != NULL;
}

static void
a_bucket_key_is_the_same_after_reopening(void **state)
{
    struct office *office = *state;
    uint8_t before[32];
    const uint8_t *key;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    memcpy(before, key, sizeof before);
    reopen(office);
    expect_ok(
        node_slots_bucket(office->slots, TODAY, false, &key, &last_error));
    assert_memory_equal(before, key, sizeof before);
}

static void
each_day_has_a_key_of_its_own(void **state)
{
    struct office *office = *state;
    uint8_t today[32];
    const uint8_t *key;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    memcpy(today, key, sizeof today);
    expect_ok(
        node_slots_bucket(office->slots, TODAY + 1, true, &key, &last_error));
    assert_memory_not_equal(today, key, sizeof today);
}

static void
a_destroyed_bucket_is_gone_from_memory_and_disk(void **state)
{
    struct office *office = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes before = {0};
    const uint8_t *key;
    size_t count;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    expect_ok(ent_file_read(office->path, 1 << 20, &before, &last_error));
    expect_ok(
        node_slots_destroy(office->slots, TODAY + 1, 0, &count, &last_error));
    assert_int_equal(count, 1);
    expect_status(
        node_slots_bucket(office->slots, TODAY, false, &key, &last_error),
        ENT_NOT_FOUND);
    /* The sealed key that stood in the slot: 48 bytes from its 80th on. */
    assert_false(file_holds(office->path, before.data + 80, 48));
    reopen(office);
    expect_status(
        node_slots_bucket(office->slots, TODAY, false, &key, &last_error),
        ENT_NOT_FOUND);
}

static void
destroying_spares_what_is_not_over(void **state)
{
    struct office *office = *state;
    struct ent_sealing_key keys[4];
    const uint8_t *key;
    size_t count;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    expect_ok(node_slots_epoch_new(
        office->slots, NOON, NOON + NODE_DAY_MS, &last_error));
    expect_ok(node_slots_destroy(
        office->slots, TODAY, NOON + NODE_DAY_MS, &count, &last_error));
    assert_int_equal(count, 0);
    assert_int_equal(node_slots_epochs(office->slots, keys, 4), 1);
}

static void
a_freed_slot_is_used_again(void **state)
{
    struct office *office = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    for (uint64_t day = TODAY; day < TODAY + 50; day++) {
        const uint8_t *key;
        size_t count;

        expect_ok(
            node_slots_bucket(office->slots, day, true, &key, &last_error));
        expect_ok(
            node_slots_destroy(office->slots, day, 0, &count, &last_error));
    }
    expect_ok(ent_file_read(office->path, 1 << 20, &content, &last_error));
    assert_int_equal(content.len, 2 * 128);
}

static void
an_epoch_agrees_with_its_public_half(void **state)
{
    struct office *office = *state;
    struct ent_sealing_key key;
    struct ent_ecdh ecdh;
    uint8_t secret[32];
    uint8_t point[32];
    uint8_t ours[32];
    uint8_t theirs[32];

    expect_ok(node_slots_epoch_new(
        office->slots, NOON, NOON + NODE_DAY_MS, &last_error));
    assert_int_equal(node_slots_epochs(office->slots, &key, 1), 1);
    expect_ok(node_slots_ecdh(office->slots, &key.key_id, &ecdh, &last_error));
    randombytes_buf(secret, sizeof secret);
    crypto_scalarmult_base(point, secret);
    expect_ok(ecdh.agree(ecdh.context, point, ours, &last_error));
    assert_int_equal(crypto_scalarmult(theirs, secret, key.key), 0);
    assert_memory_equal(ours, theirs, sizeof ours);
}

static void
of_many_epochs_the_newest_are_given(void **state)
{
    struct office *office = *state;
    struct ent_sealing_key keys[4];

    for (uint64_t i = 0; i < 20; i++) {
        expect_ok(node_slots_epoch_new(office->slots, NOON + i * 60000,
            NOON + (i + 1) * 60000, &last_error));
    }
    assert_int_equal(node_slots_epochs(office->slots, keys, 4), 4);
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(keys[i].not_before, NOON + (16 + i) * 60000);
    }
}

static void
an_epoch_that_is_over_opens_nothing_more(void **state)
{
    struct office *office = *state;
    struct ent_sealing_key key;
    struct ent_ecdh ecdh;
    size_t count;

    expect_ok(node_slots_epoch_new(
        office->slots, NOON, NOON + NODE_DAY_MS, &last_error));
    assert_int_equal(node_slots_epochs(office->slots, &key, 1), 1);
    expect_ok(node_slots_destroy(
        office->slots, 0, NOON + NODE_DAY_MS + 1, &count, &last_error));
    expect_status(
        node_slots_ecdh(office->slots, &key.key_id, &ecdh, &last_error),
        ENT_NOT_FOUND);
}

static void
another_storage_key_is_told_from_a_good_one(void **state)
{
    struct office *office = *state;
    struct ent_secret *other = NULL;
    struct node_slots *slots = NULL;
    const uint8_t *key;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    expect_ok(ent_secret_new(&other, &last_error));
    expect_status(
        node_slots_open(office->path, other, &slots, &last_error), ENT_IO);
    assert_null(slots);
    ent_secret_free(&other);
}

static void
every_flipped_bit_of_a_used_slot_is_noticed(void **state)
{
    struct office *office = *state;
    const uint8_t *key;
    int file;

    expect_ok(node_slots_bucket(office->slots, TODAY, true, &key, &last_error));
    node_slots_close(&office->slots);
    file = open(office->path, O_RDWR | O_CLOEXEC);
    for (off_t bit = 8; bit < 128 * 8; bit += 7) {
        struct node_slots *slots = NULL;
        uint8_t byte;

        assert_int_equal(pread(file, &byte, 1, bit / 8), 1);
        byte ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pwrite(file, &byte, 1, bit / 8), 1);
        if (node_slots_open(
                office->path, office->storage, &slots, &last_error) != ENT_IO) {
            fail_msg("bit %lld went unnoticed", (long long)bit);
        }
        byte ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pwrite(file, &byte, 1, bit / 8), 1);
    }
    (void)close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bucket_key_is_the_same_after_reopening),
        TEST(each_day_has_a_key_of_its_own),
        TEST(a_destroyed_bucket_is_gone_from_memory_and_disk),
        TEST(destroying_spares_what_is_not_over),
        TEST(a_freed_slot_is_used_again),
        TEST(an_epoch_agrees_with_its_public_half),
        TEST(of_many_epochs_the_newest_are_given),
        TEST(an_epoch_that_is_over_opens_nothing_more),
        TEST(another_storage_key_is_told_from_a_good_one),
        TEST(every_flipped_bit_of_a_used_slot_is_noticed),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_slots", tests, NULL, NULL);
}
