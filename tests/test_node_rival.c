/* SPDX-License-Identifier: Apache-2.0 */
/* Two labels for one place: which came before the other, and who is told. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/alarms.h"
#include "node/keeper.h"
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
        ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
        node_desk_row *desk;
        struct ent_bundle bundle;

        node_store_abort(store);
        desk = desk_row(TACHILEIK, &world.sent[i]);
        numbers[i] = desk->bundle;
        node_row_free(&desk);
        expect_ok(node_store_begin(store, &last_error));
        expect_ok(node_vault_get(store, numbers[i], &kept, &last_error));
        expect_ok(ent_bundle_decode_head(kept->head, &bundle, &last_error));
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
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    struct ent_bundle bundle;

    (void)state;
    expect_ok(node_vault_get(store, numbers[1], &kept, &last_error));
    expect_ok(ent_bundle_decode_head(kept->head, &bundle, &last_error));
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

/* ---- told, and kept ---- */

/* What Mae Sai sealed last, before and after Tachileik has it. */
static struct flying sealed;

static void
seal_one(void)
{
    introduce();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    for (size_t i = 0; i < world.flying; i++) {
        const struct flying *frame = &world.wire[i];

        if (frame->type == ENT_FRAME_BUNDLE) {
            sealed = (struct flying){.to = TACHILEIK, .type = frame->type};
            expect_ok(ent_bytes_copy(
                ent_bytes_view(&frame->payload), &sealed.payload, &last_error));
            expect_ok(ent_bytes_copy(
                ent_bytes_view(&frame->body), &sealed.body, &last_error));
        }
    }
    assert_int_equal(sealed.to, TACHILEIK);
    drain();
}

/* The same in its place with a label of which that many ms are less. */
static void
seal_another(uint64_t less_ms)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes label_wire = {0};
    struct flying other = {.to = TACHILEIK, .type = ENT_FRAME_BUNDLE};
    struct ent_signatures signatures = {.count = 1};
    const struct ent_hop hop = {0};
    struct ent_bundle bundle;

    expect_ok(ent_bundle_decode(ent_bytes_view(&sealed.payload),
        ent_bytes_view(&sealed.body), &bundle, &last_error));
    bundle.label.expires_at -= less_ms;
    expect_ok(ent_label_encode(&bundle.label, &label_wire, &last_error));
    expect_ok(ent_signing_sign(node_keeper_signer(world.nodes[MAESAI]->keeper),
        ENT_TYPE_LABEL, ent_bytes_view(&label_wire), &signatures.list[0],
        &last_error));
    expect_ok(ent_bundle_encode_head(&hop, ent_bytes_view(&label_wire),
        &signatures, &other.payload, &last_error));
    other.body = sealed.body;
    turn(TACHILEIK, &other);
    ent_bytes_free(&other.payload);
}

static int
teardown_sealed(void **state)
{
    ent_bytes_free(&sealed.payload);
    ent_bytes_free(&sealed.body);
    return teardown(state);
}

/* Or repeating it fills the disk. */
static void
it_is_journalled_once_for_a_stream(void **state)
{
    char text[512];

    (void)state;
    seal_one();
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_FORK), 0);
    seal_another(1000);
    assert_int_equal(entries_in(TACHILEIK, NODE_ENTRY_FORK), 1);
    alarm_text(TACHILEIK, NODE_ALARM_FORK, text);
    assert_non_null(strstr(text, addresses[MAESAI]));
    assert_non_null(strstr(text, "writes both"));
    seal_another(2000);
    assert_int_equal(entries_in(TACHILEIK, NODE_ENTRY_FORK), 1);
    crash(TACHILEIK);
    seal_another(3000);
    assert_int_equal(entries_in(TACHILEIK, NODE_ENTRY_FORK), 1);
    journal_is_good(TACHILEIK);
}

static void
where_the_first_is_gone_nothing_is_promised(void **state)
{
    struct node *node;
    char text[512];
    uint64_t newest;

    (void)state;
    seal_one();
    node = world.nodes[TACHILEIK];
    newest = number_of(TACHILEIK, "bundle");
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint64_t number = 1; number <= newest; number++) {
        struct node_key key = node_key_u64(number);

        expect_ok(node_store_delete(
            node->store, NODE_BUNDLE, node_key_view(&key), &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    seal_another(1000);
    alarm_text(TACHILEIK, NODE_ALARM_FORK, text);
    assert_non_null(strstr(text, "no longer kept here"));
}

#define SEALED_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, setup, teardown_sealed)
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
        SEALED_TEST(it_is_journalled_once_for_a_stream),
        SEALED_TEST(where_the_first_is_gone_nothing_is_promised),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_rival", tests, NULL, NULL);
}
