/* SPDX-License-Identifier: Apache-2.0 */
/* Which bundle came for a place before another came for it. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/bundle.h"

#define PLACES 4

/* Tachileik has those that Mae Sai sealed for places 1 to 4, each with one
 * message; its store is open. */
static struct node_store *store;
static struct ent_label labels[PLACES];
static uint64_t numbers[PLACES];

static int
setup_places(void **state)
{
    struct node *node;

    if (setup(state) != 0) {
        return -1;
    }
    introduce();
    for (size_t i = 1; i < PLACES; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
        exchange();
    }
    node = world.nodes[TACHILEIK];
    store = node->store;
    expect_ok(node_store_begin(store, &last_error));
    for (size_t i = 0; i < PLACES; i++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
        node_desk_row *desk;
        struct ent_bundle bundle;

        node_store_abort(store);
        desk = desk_row(TACHILEIK, &world.sent[i]);
        numbers[i] = desk->bundle;
        node_row_free(&desk);
        expect_ok(node_store_begin(store, &last_error));
        expect_ok(node_vault_get(store, numbers[i], &row, &last_error));
        expect_ok(ent_bundle_decode_head(
            ent_view_of(row->head.data, row->head.len), &bundle, &last_error));
        labels[i] = bundle.label;
        assert_int_equal(labels[i].count, 1);
        assert_int_equal(labels[i].first, i + 1);
    }
    return 0;
}

static int
teardown_places(void **state)
{
    node_store_abort(store);
    return teardown(state);
}

/* Of the bundle that stands against that label; 0: none does. */
static uint64_t
place_against(const struct ent_label *label, struct ent_view wire)
{
    struct ent_bundle bundle;
    struct ent_view head;
    enum ent_status rc =
        node_vault_rival(store, label, wire, &head, &last_error);

    if (rc == ENT_NOT_FOUND) {
        return 0;
    }
    expect_ok(rc);
    expect_ok(ent_bundle_decode_head(head, &bundle, &last_error));
    return bundle.label.first;
}

static void
the_one_that_holds_the_place_is_found_and_no_neighbour(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        struct ent_label label = labels[i];

        assert_int_equal(place_against(&label, view("another")), i + 1);
    }
}

static void
one_that_covers_several_places_meets_the_newest_of_them(void **state)
{
    struct ent_label label = labels[0];

    (void)state;
    label.count = 3;
    assert_int_equal(place_against(&label, view("another")), 3);
}

static void
behind_the_last_place_and_in_another_stream_there_is_none(void **state)
{
    struct ent_label label = labels[PLACES - 1];

    (void)state;
    label.first++;
    assert_int_equal(place_against(&label, view("another")), 0);
    label = labels[0];
    label.stream.sender_incarnation++;
    assert_int_equal(place_against(&label, view("another")), 0);
}

/* A repeated bundle is no contradiction. */
static void
the_same_label_is_no_rival_of_itself(void **state)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
    struct ent_bundle bundle;

    (void)state;
    expect_ok(node_vault_get(store, numbers[1], &row, &last_error));
    expect_ok(ent_bundle_decode_head(
        ent_view_of(row->head.data, row->head.len), &bundle, &last_error));
    assert_int_equal(place_against(&bundle.label, bundle.label_wire), 0);
}

static void
what_was_deleted_meanwhile_hides_nothing_behind_it(void **state)
{
    struct node_key key = node_key_u64(numbers[2]);

    (void)state;
    expect_ok(node_store_delete(
        store, NODE_BUNDLE, node_key_view(&key), &last_error));
    assert_int_equal(place_against(&labels[2], view("another")), 0);
    assert_int_equal(place_against(&labels[0], view("another")), 1);
}

#define PLACE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_places, teardown_places)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(the_one_that_holds_the_place_is_found_and_no_neighbour),
        PLACE_TEST(one_that_covers_several_places_meets_the_newest_of_them),
        PLACE_TEST(behind_the_last_place_and_in_another_stream_there_is_none),
        PLACE_TEST(the_same_label_is_no_rival_of_itself),
        PLACE_TEST(what_was_deleted_meanwhile_hides_nothing_behind_it),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_rival", tests, NULL, NULL);
}
