/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles at rest, and the keys of the messages in them. */
#include "tests/vault_office.h"

#include "node/rest.pb-c.h"

#define TODAY UINT64_C(20000)
#define MESSAGES 3

/* The key of the nth message; no two are alike. */
static struct ent_message_key
key_of(uint32_t index)
{
    struct ent_message_key key;

    memset(key.bytes, (int)(index + 1), sizeof key.bytes);
    return key;
}

/* A bundle of three messages, the nth to be deleted n days from now. */
static uint64_t
put_bundle(void)
{
    struct ent_id ids[MESSAGES] = {{{1}}, {{2}}, {{3}}};
    struct node_vault_key keys[MESSAGES];
    struct node_vault_bundle bundle = {
        .head = view("head"),
        .body = view("body"),
        .at_ms = TODAY * NODE_DAY_MS,
        .ids = ids,
        .id_count = MESSAGES,
        .keys = keys,
        .key_count = MESSAGES,
    };
    uint64_t number = 0;

    for (uint32_t i = 0; i < MESSAGES; i++) {
        /* Not in the order of their days. */
        keys[i].index = MESSAGES - 1 - i;
        keys[i].day = TODAY + keys[i].index;
        keys[i].key = key_of(keys[i].index);
    }
    expect_ok(node_vault_put(
        office.store, office.slots, &bundle, &number, &last_error));
    return number;
}

static enum ent_status
get_key(uint64_t bundle, uint32_t index, struct ent_message_key *ret_key)
{
    return node_vault_key_get(office.store, office.slots, bundle, TODAY + index,
        index, ret_key, &last_error);
}

static void
a_body_may_be_taken_over(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct node_vault_bundle bundle = {.head = view("head"), .own = &body};
    uint64_t number = 0;

    (void)state;
    expect_ok(ent_bytes_copy(view("body"), &body, &last_error));
    bundle.body = ent_bytes_view(&body);
    expect_ok(node_vault_put(
        office.store, office.slots, &bundle, &number, &last_error));
    assert_null(body.data);
    expect_ok(node_vault_get(office.store, number, &kept, &last_error));
    assert_ptr_equal(kept->body.data, bundle.body.data);
    node_bundle_release(&kept);
    node_bundles_clear(node_store_bundles(office.store));
    expect_ok(node_vault_get(office.store, number, &kept, &last_error));
    expect_bytes(kept->body, "body");
}

static void
a_bundle_is_kept_as_it_travelled(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    uint64_t bundle = put_bundle();

    (void)state;
    expect_ok(node_vault_get(office.store, bundle, &kept, &last_error));
    expect_bytes(kept->head, "head");
    expect_bytes(kept->body, "body");
    assert_int_equal(kept->id_count, MESSAGES);
    assert_int_equal(kept->ids[2].bytes[0], 3);
    assert_false(kept->outgoing);
}

/* A bundle is there without a look into the store. */
static bool
is_in_memory(uint64_t number)
{
    ENT_AUTO(node_bundle_release)
    struct node_bundle *kept =
        node_bundles_find(node_store_bundles(office.store), number);

    return kept != NULL;
}

static void
begin_anew(bool commit)
{
    if (commit) {
        expect_ok(node_store_commit(office.store, &last_error));
    } else {
        node_store_abort(office.store);
    }
    expect_ok(node_store_begin(office.store, &last_error));
}

static void
a_bundle_stays_in_memory_over_turns(void **state)
{
    uint64_t bundle = put_bundle();

    (void)state;
    assert_true(is_in_memory(bundle));
    begin_anew(true);
    assert_true(is_in_memory(bundle));
    begin_anew(true); /* nothing was put */
    assert_true(is_in_memory(bundle));
    begin_anew(false);
    assert_true(is_in_memory(bundle));
}

/* Its number is given to another one then. */
static void
a_bundle_of_a_turn_that_is_taken_back_is_forgotten(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    uint64_t first = put_bundle();
    uint64_t second;

    (void)state;
    begin_anew(true);
    second = put_bundle();
    assert_int_not_equal(first, second);
    begin_anew(false);
    assert_false(is_in_memory(second));
    expect_status(
        node_vault_get(office.store, second, &kept, &last_error), ENT_IO);
    expect_ok(node_vault_get(office.store, first, &kept, &last_error));
    assert_int_equal(put_bundle(), second);
}

static void
a_bundle_that_is_emptied_or_deleted_is_not_in_memory_either(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *before = NULL;
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    uint64_t bundle = put_bundle();
    struct node_key key = node_key_u64(bundle);

    (void)state;
    expect_ok(node_vault_get(office.store, bundle, &before, &last_error));
    expect_ok(node_vault_empty(office.store, bundle, &last_error));
    expect_ok(node_vault_get(office.store, bundle, &kept, &last_error));
    assert_int_equal(kept->body.len, 0);
    expect_bytes(kept->head, "head");
    assert_int_equal(kept->id_count, MESSAGES);
    expect_bytes(before->body, "body"); /* who has it has it */
    node_bundle_release(&kept);
    begin_anew(false);
    expect_status(
        node_vault_get(office.store, bundle, &kept, &last_error), ENT_IO);
    assert_int_equal(put_bundle(), bundle);
    expect_ok(node_store_delete(
        office.store, NODE_BUNDLE, node_key_view(&key), &last_error));
    assert_false(is_in_memory(bundle));
    expect_status(
        node_vault_get(office.store, bundle, &kept, &last_error), ENT_IO);
}

static void
each_message_has_its_own_key(void **state)
{
    uint64_t first = put_bundle();
    uint64_t second = put_bundle();

    (void)state;
    assert_int_not_equal(first, second);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct ent_message_key want = key_of(i);
        struct ent_message_key key;

        expect_ok(get_key(first, i, &key));
        assert_memory_equal(key.bytes, want.bytes, sizeof key.bytes);
        expect_ok(get_key(second, i, &key));
        assert_memory_equal(key.bytes, want.bytes, sizeof key.bytes);
    }
}

static void
a_key_is_looked_for_on_its_own_day_alone(void **state)
{
    uint64_t bundle = put_bundle();
    struct ent_message_key key;

    (void)state;
    expect_status(node_vault_key_get(office.store, office.slots, bundle,
                      TODAY + 9, 0, &key, &last_error),
        ENT_NOT_FOUND);
    expect_status(node_vault_key_get(office.store, office.slots, bundle + 1,
                      TODAY, 0, &key, &last_error),
        ENT_NOT_FOUND);
}

static void
with_its_day_a_key_goes_and_the_others_stay(void **state)
{
    uint64_t bundle = put_bundle();
    struct ent_message_key key;
    size_t count;

    (void)state;
    expect_ok(
        node_slots_destroy(office.slots, TODAY + 1, 0, &count, &last_error));
    assert_int_equal(count, 1);
    expect_status(get_key(bundle, 0, &key), ENT_NOT_FOUND);
    expect_ok(get_key(bundle, 1, &key));
    expect_ok(get_key(bundle, 2, &key));
}

static void
a_lone_key_opens_in_its_own_place_alone(void **state)
{
    struct ent_message_key key = key_of(0);
    struct ent_message_key back;
    uint8_t nonce[24];
    uint8_t wrapped[48];
    struct ent_view sealed = ent_view_of(wrapped, sizeof wrapped);

    (void)state;
    expect_ok(node_vault_wrap(
        office.slots, TODAY, view("here"), &key, nonce, wrapped, &last_error));
    expect_ok(node_vault_unwrap(office.slots, TODAY, view("here"),
        ent_view_of(nonce, sizeof nonce), sealed, &back, &last_error));
    assert_memory_equal(back.bytes, key.bytes, sizeof key.bytes);
    assert_int_not_equal(
        node_vault_unwrap(office.slots, TODAY, view("there"),
            ent_view_of(nonce, sizeof nonce), sealed, &back, &last_error),
        ENT_OK);
    wrapped[0] ^= 1;
    assert_int_not_equal(
        node_vault_unwrap(office.slots, TODAY, view("here"),
            ent_view_of(nonce, sizeof nonce), sealed, &back, &last_error),
        ENT_OK);
}

/* ---- rows that are looked at ---- */

/* The time in a row at a place of bundles; 0: there is none. */
static uint64_t
look_at(uint64_t number)
{
    struct node_key key = node_key_u64(number);
    const ProtobufCMessage *row = NULL;
    enum ent_status rc =
        node_row_look(office.store, NODE_BUNDLE, node_key_view(&key),
            &entente__rest__v1__bundle_row__descriptor, &row, &last_error);

    assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    return rc == ENT_OK ? ((const Entente__Rest__V1__BundleRow *)row)->at : 0;
}

static void
put_at(uint64_t number, uint64_t at)
{
    Entente__Rest__V1__BundleRow row = ENTENTE__REST__V1__BUNDLE_ROW__INIT;
    struct node_key key = node_key_u64(number);

    row.at = at;
    expect_ok(node_row_put(office.store, NODE_BUNDLE, node_key_view(&key),
        &row.base, &last_error));
}

/* ... however short ago it was read. */
static void
a_key_that_goes_is_not_in_memory_either(void **state)
{
    const struct node_slots_opened *opened = node_slots_opened(office.slots);
    uint64_t bundle = put_bundle();
    struct ent_message_key key;
    size_t count;

    (void)state;
    expect_ok(get_key(bundle, 0, &key));
    assert_non_null(opened->plain.data);
    expect_ok(
        node_slots_destroy(office.slots, TODAY + 1, 0, &count, &last_error));
    assert_null(opened->plain.data);
    expect_status(get_key(bundle, 0, &key), ENT_NOT_FOUND);
    expect_ok(get_key(bundle, 1, &key));
    assert_non_null(opened->plain.data);
    expect_ok(node_vault_forget(
        office.store, office.slots, bundle, TODAY + 1, 1, &last_error));
    assert_null(opened->plain.data);
    expect_status(get_key(bundle, 1, &key), ENT_NOT_FOUND);
    expect_ok(get_key(bundle, 2, &key));
}

static void
a_row_that_is_looked_at_is_never_an_old_one(void **state)
{
    struct node_key one = node_key_u64(1);

    (void)state;
    assert_int_equal(look_at(1), 0);
    put_at(1, 10);
    put_at(2, 20);
    assert_int_equal(look_at(1), 10);
    assert_int_equal(look_at(1), 10);
    assert_int_equal(look_at(2), 20);
    assert_int_equal(look_at(1), 10);
    put_at(1, 11);
    assert_int_equal(look_at(1), 11);
    expect_ok(node_store_commit(office.store, &last_error));
    expect_ok(node_store_begin(office.store, &last_error));
    put_at(1, 12);
    assert_int_equal(look_at(1), 12);
    node_store_abort(office.store);
    expect_ok(node_store_begin(office.store, &last_error));
    assert_int_equal(look_at(1), 11);
    expect_ok(node_store_delete(
        office.store, NODE_BUNDLE, node_key_view(&one), &last_error));
    assert_int_equal(look_at(1), 0);
    assert_int_equal(look_at(2), 20);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(                                           \
        name, vault_office_setup, vault_office_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_is_kept_as_it_travelled),
        TEST(a_body_may_be_taken_over),
        TEST(a_bundle_stays_in_memory_over_turns),
        TEST(a_bundle_of_a_turn_that_is_taken_back_is_forgotten),
        TEST(a_bundle_that_is_emptied_or_deleted_is_not_in_memory_either),
        TEST(each_message_has_its_own_key),
        TEST(a_key_is_looked_for_on_its_own_day_alone),
        TEST(with_its_day_a_key_goes_and_the_others_stay),
        TEST(a_lone_key_opens_in_its_own_place_alone),
        TEST(a_key_that_goes_is_not_in_memory_either),
        TEST(a_row_that_is_looked_at_is_never_an_old_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
