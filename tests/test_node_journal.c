/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/journal.h"
#include "proto/secret.h"

#define NOW UINT64_C(1790000000000)

static const uint8_t store_key[ENT_KV_STORE_KEY_LEN] = "a key of the tests";

/* A journal in a store of its own. */
struct office {
    char path[64];
    struct node_store *store;
    struct node_journal *journal;
};

static void
open_office(struct office *office)
{
    expect_ok(node_store_open(
        office->path, store_key, 1 << 24, &office->store, &last_error));
    expect_ok(node_store_begin(office->store, &last_error));
    expect_ok(node_journal_open(office->store, &office->journal, &last_error));
    node_store_abort(office->store);
}

static int
setup(void **state)
{
    static struct office office;
    void *folder;

    if (make_folder(&folder) != 0) {
        return -1;
    }
    (void)snprintf(office.path, sizeof office.path, "%s/store", (char *)folder);
    expect_ok(node_store_create(office.path, store_key, 1 << 24, &last_error));
    open_office(&office);
    *state = &office;
    return 0;
}

static int
teardown(void **state)
{
    struct office *office = *state;
    void *folder = office->path;

    node_journal_close(&office->journal);
    node_store_close(&office->store);
    if (remove_folder(&folder) != 0) {
        return -1;
    }
    *strrchr(office->path, '/') = '\0';
    return remove_folder(&folder);
}

static void
append(struct office *office, uint32_t count)
{
    struct ent_entry entry = {
        .kind = NODE_ENTRY_BUNDLE_IN, .count = count, .at_ms = NOW};

    expect_ok(node_journal_append(
        office->journal, office->store, &entry, &last_error));
}

/* A turn that writes `entries` entries and commits them. */
static void
write_turn(struct office *office, uint32_t entries)
{
    expect_ok(node_store_begin(office->store, &last_error));
    for (uint32_t i = 0; i < entries; i++) {
        append(office, i + 1);
    }
    expect_ok(node_store_commit(office->store, &last_error));
    node_journal_keep(office->journal);
}

static enum ent_status
verify(struct office *office)
{
    enum ent_status rc;

    expect_ok(node_store_begin(office->store, &last_error));
    rc = node_journal_verify(office->journal, office->store, &last_error);
    node_store_abort(office->store);
    return rc;
}

static void
reopening_finds_the_same_tree(void **state)
{
    struct office *office = *state;
    struct ent_digest before;
    struct ent_digest after;

    for (uint32_t turns = 0; turns < 9; turns++) {
        write_turn(office, turns);
        before = node_journal_root(office->journal);
        node_journal_close(&office->journal);
        node_store_close(&office->store);
        open_office(office);
        after = node_journal_root(office->journal);
        assert_memory_equal(&before, &after, sizeof before);
        expect_ok(verify(office));
    }
    assert_int_equal(node_journal_size(office->journal), 36);
}

static void
a_turn_taken_back_leaves_nothing(void **state)
{
    struct office *office = *state;
    struct ent_digest before;
    struct ent_digest after;

    write_turn(office, 5);
    before = node_journal_root(office->journal);
    expect_ok(node_store_begin(office->store, &last_error));
    append(office, 99);
    node_store_abort(office->store);
    node_journal_take_back(office->journal);
    after = node_journal_root(office->journal);
    assert_memory_equal(&before, &after, sizeof before);
    write_turn(office, 3);
    expect_ok(verify(office));
    assert_int_equal(node_journal_size(office->journal), 8);
}

/* Put another entry at `sequence`, with a MAC that is good. */
static void
forge(struct office *office, uint64_t sequence, uint64_t claimed)
{
    struct ent_entry entry = {
        .kind = NODE_ENTRY_RECEIPT_OUT, .sequence = claimed, .at_ms = NOW - 1};
    uint8_t wire[ENT_ENTRY_LEN];
    struct node_key key = node_key_u64(sequence);

    ent_entry_encode(&entry, wire);
    expect_ok(node_store_begin(office->store, &last_error));
    expect_ok(node_store_put(office->store, NODE_JOURNAL, node_key_view(&key),
        ent_view_of(wire, sizeof wire), &last_error));
    expect_ok(node_store_commit(office->store, &last_error));
}

static void
an_altered_entry_is_noticed(void **state)
{
    struct office *office = *state;

    write_turn(office, 20);
    expect_ok(verify(office));
    forge(office, 7, 7);
    expect_status(verify(office), ENT_IO);
}

static void
an_entry_in_anothers_place_is_named(void **state)
{
    struct office *office = *state;

    write_turn(office, 20);
    forge(office, 7, 8);
    expect_status(verify(office), ENT_IO);
    assert_string_equal(
        last_error.text, "journal entry 7: it says it is entry 8");
}

static void
a_missing_entry_is_named(void **state)
{
    struct office *office = *state;
    struct node_key key = node_key_u64(3);

    write_turn(office, 20);
    expect_ok(node_store_begin(office->store, &last_error));
    expect_ok(node_store_delete(
        office->store, NODE_JOURNAL, node_key_view(&key), &last_error));
    expect_ok(node_store_commit(office->store, &last_error));
    expect_status(verify(office), ENT_IO);
    assert_string_equal(last_error.text, "journal entry 3: it is missing");
}

static void
a_checkpoint_speaks_of_what_was_committed(void **state)
{
    struct office *office = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    struct ent_checkpoint checkpoint;
    struct ent_address ncc = {{0}};
    struct ent_secret *secret = NULL;
    struct ent_signer signer;
    struct ent_digest root;

    write_turn(office, 4);
    expect_ok(ent_address_parse(view("ncc@th"), &ncc, &last_error));
    expect_ok(ent_secret_new(&secret, &last_error));
    expect_ok(ent_secret_signer(secret, ENT_KEY_OFFICE, &signer, &last_error));
    expect_ok(node_journal_checkpoint(
        office->journal, &ncc, 7, &signer, &note, &last_error));
    expect_ok(ent_checkpoint_open(
        ent_bytes_view(&note), &signer.key, &checkpoint, &last_error));
    root = node_journal_root(office->journal);
    assert_string_equal(checkpoint.origin.text, "ncc@th");
    assert_true(checkpoint.size == 4);
    assert_true(checkpoint.incarnation == 7);
    assert_memory_equal(&checkpoint.root, &root, sizeof root);
    ent_secret_free(&secret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reopening_finds_the_same_tree),
        TEST(a_turn_taken_back_leaves_nothing),
        TEST(an_altered_entry_is_noticed),
        TEST(an_entry_in_anothers_place_is_named),
        TEST(a_missing_entry_is_named),
        TEST(a_checkpoint_speaks_of_what_was_committed),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_journal", tests, NULL, NULL);
}
