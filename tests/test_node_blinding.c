/* SPDX-License-Identifier: Apache-2.0 */
/* What keys of the store say, and to whom. */
#include "node/blinding.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/file.h"
#include "tests/fresh_store.h"

#define ROWS 300

static struct ent_party
party_of(uint64_t number)
{
    struct ent_address address;
    char text[32];

    (void)snprintf(text, sizeof text, "office-%d@th", (int)number);
    expect_ok(ent_address_parse(ent_view_text(text), &address, &last_error));
    return ent_address_party(&address);
}

static struct ent_id
id_of(uint64_t number)
{
    struct ent_id id = {{1, 0x92, 0x6b, 0x3e, 0x7c}};

    ent_put_be(id.bytes + 8, number * UINT64_C(0x9e3779b97f4a7c15) + 1, 8);
    return id;
}

static void
put(struct node_store *store, enum node_table table, const struct node_key *key)
{
    expect_ok(node_store_put(
        store, table, node_key_view(key), node_key_view(key), &last_error));
}

/* How many rows a walk finds, each with its own key as its value. */
static size_t
walk(struct node_store *store, enum node_table table, struct node_key from,
    size_t prefix_len, bool deleting)
{
    struct node_key key = from;
    struct ent_view value;
    size_t count = 0;

    while (node_store_seek(store, table, node_key_view(&key), prefix_len,
               key.bytes, &value, &last_error) == ENT_OK) {
        assert_true(ent_view_equal(value, node_key_view(&key)));
        assert_memory_equal(key.bytes, from.bytes, prefix_len);
        count++;
        if (count > 10 * ROWS) {
            return SIZE_MAX; /* it goes round */
        }
        if (deleting) {
            expect_ok(node_store_delete(
                store, table, node_key_view(&key), &last_error));
        }
        assert_true(node_key_after(key.bytes, key.len));
    }
    return count;
}

static struct ent_id
id_next(uint64_t number)
{
    struct ent_id id = {{1, 0x92, 0x6b, 0x3e, 0x7c}};

    ent_put_be(id.bytes + 8, number, 8);
    return id;
}

static void
put_link_row(struct node_store *store, uint64_t one, uint64_t other)
{
    struct node_key key = {.len = node_key_len(NODE_LINK)};

    memcpy(key.bytes, id_next(one).bytes, ENT_ID_LEN);
    memcpy(key.bytes + ENT_ID_LEN, id_next(other).bytes, ENT_ID_LEN);
    put(store, NODE_LINK, &key);
}

/* ---- tests ---- */

static void
what_is_hidden_is_shown_again_and_never_the_same(void **state)
{
    static const enum node_table tables[] = {NODE_COPY, NODE_COPY_PLACE,
        NODE_SEEN, NODE_DUE, NODE_COUNT, NODE_CENSUS, NODE_QUOTA, NODE_CONSENT,
        NODE_OBJECT, NODE_PENDING, NODE_SEEN_BLOCK};
    struct node_blinding blinding;
    struct node_blinding other;
    uint8_t other_key[ENT_KV_STORE_KEY_LEN] = {1};

    (void)state;
    node_blinding_init(&blinding, store_key);
    node_blinding_init(&other, other_key);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct node_key key = {.len = node_key_len(tables[i])};
        uint8_t hidden[NODE_KEY_MAX];
        uint8_t again[NODE_KEY_MAX];

        memset(key.bytes, 0x5a, key.len);
        node_blinding_hide(&blinding, tables[i], node_key_view(&key), hidden);
        node_blinding_show(
            &blinding, tables[i], ent_view_of(hidden, key.len), again);
        assert_memory_equal(again, key.bytes, key.len);
        assert_memory_not_equal(hidden, key.bytes, key.len);
        node_blinding_hide(&other, tables[i], node_key_view(&key), again);
        assert_memory_not_equal(again, hidden, key.len);
    }
}

static void
the_same_office_is_another_one_in_each_table(void **state)
{
    struct node_blinding blinding;
    struct ent_party party = party_of(1);
    uint8_t a[NODE_KEY_MAX];
    uint8_t b[NODE_KEY_MAX];
    struct node_key key = node_key_party(&party);

    (void)state;
    node_blinding_init(&blinding, store_key);
    node_blinding_hide(&blinding, NODE_PEER, node_key_view(&key), a);
    node_blinding_hide(&blinding, NODE_SHARE, node_key_view(&key), b);
    assert_memory_not_equal(a, b, 16);
    node_blinding_hide(&blinding, NODE_PEER, node_key_view(&key), b);
    assert_memory_equal(a, b, 16);
}

/* Whatever order its keys have now. */
static void
a_walk_finds_every_row_once(void **state)
{
    ENT_AUTO(node_store_close) struct node_store *store = new_store(state);
    struct node_key none = {0};

    for (uint64_t i = 0; i < ROWS; i++) {
        struct ent_party party = party_of(i % 7);
        struct ent_id id = id_of(i / 7);
        struct node_key copy = node_key_copy(&id, &party);
        struct node_key peer;
        struct ent_party alone = party_of(i);
        struct node_key pending =
            node_key_pending((uint32_t)(1 + i % 5), &party, i);

        peer = node_key_party(&alone);
        put(store, NODE_COPY, &copy);
        put(store, NODE_PEER, &peer);
        put(store, NODE_PENDING, &pending);
    }
    for (int deleting = 0; deleting < 2; deleting++) {
        struct ent_party nobody = {{0}};
        struct ent_id id = id_of(3);

        none.len = node_key_len(NODE_COPY);
        assert_int_equal(walk(store, NODE_COPY, node_key_copy(&id, &nobody),
                             sizeof id.bytes, false),
            7);
        assert_int_equal(walk(store, NODE_COPY, none, 0, deleting), ROWS);
        none.len = node_key_len(NODE_PEER);
        assert_int_equal(walk(store, NODE_PEER, none, 0, deleting), ROWS);
        none.len = node_key_len(NODE_PENDING);
        assert_int_equal(walk(store, NODE_PENDING, none, 0, deleting), ROWS);
    }
    assert_int_equal(walk(store, NODE_PENDING, none, 0, false), 0);
}

/* Ids are their senders' choice: one may be the next of another. */
static void
a_walk_of_ids_that_follow_each_other_ends(void **state)
{
    ENT_AUTO(node_store_close) struct node_store *store = new_store(state);
    struct node_key all = {.len = node_key_len(NODE_LINK)};
    struct node_key of_one = all;

    put_link_row(store, 1, 1000);
    put_link_row(store, 2, 1000);
    for (uint64_t i = 0; i < 40; i++) {
        put_link_row(store, 3, i);
    }
    memcpy(of_one.bytes, id_next(3).bytes, ENT_ID_LEN);
    for (int deleting = 0; deleting < 2; deleting++) {
        assert_int_equal(walk(store, NODE_LINK, all, 0, false), 42);
        assert_int_equal(
            walk(store, NODE_LINK, of_one, ENT_ID_LEN, deleting), 40);
    }
    assert_int_equal(walk(store, NODE_LINK, all, 0, true), 2);
    assert_int_equal(walk(store, NODE_LINK, all, 0, false), 0);
}

/* To the last of a group, and behind it, while keys begin as the first did. */
static size_t
count_groups(struct node_store *store, struct node_key key, size_t prefix_len)
{
    size_t groups = 0;

    while (node_store_seek(store, NODE_PENDING, node_key_view(&key), prefix_len,
               key.bytes, NULL, &last_error) == ENT_OK) {
        groups++;
        memset(key.bytes + 17, 0xff, 8);
        assert_true(node_key_after(key.bytes, key.len));
    }
    return groups;
}

static void
a_group_can_be_skipped(void **state)
{
    ENT_AUTO(node_store_close) struct node_store *store = new_store(state);
    struct node_key key = {.len = node_key_len(NODE_PENDING)};

    for (uint64_t i = 0; i < ROWS; i++) {
        struct ent_party party = party_of(i % 50);
        struct node_key pending =
            node_key_pending((uint32_t)(1 + i % 5), &party, i + 1);

        put(store, NODE_PENDING, &pending);
    }
    assert_int_equal(count_groups(store, key, 0), 50);
    for (uint8_t rank = 0; rank < 5; rank++) {
        key.bytes[0] = rank;
        assert_int_equal(count_groups(store, key, 1), 10);
    }
}

static void
what_is_not_there_is_not_found(void **state)
{
    ENT_AUTO(node_store_close) struct node_store *store = new_store(state);
    struct ent_party party = party_of(1);
    struct ent_party other = party_of(2);
    struct ent_party nobody = {{0}};
    struct ent_id id = id_of(1);
    struct ent_id another = id_of(2);
    struct node_key key = node_key_copy(&id, &party);
    struct node_key found = {0};

    put(store, NODE_COPY, &key);
    key = node_key_copy(&id, &other);
    expect_status(node_store_get(store, NODE_COPY, node_key_view(&key),
                      &(struct ent_view){0}, &last_error),
        ENT_NOT_FOUND);
    key = node_key_copy(&another, &nobody);
    expect_status(node_store_seek(store, NODE_COPY, node_key_view(&key),
                      sizeof id.bytes, found.bytes, NULL, &last_error),
        ENT_NOT_FOUND);
}

static void
hide_id(struct node_blinding *blinding, uint64_t ms, uint8_t *ret_hidden)
{
    struct ent_party party = party_of(1);
    struct ent_id id = id_of(ms);
    struct node_key key;
    uint8_t again[NODE_KEY_MAX];

    ent_put_be(id.bytes, ms, 6);
    key = node_key_copy(&id, &party);
    node_blinding_hide(blinding, NODE_COPY, node_key_view(&key), ret_hidden);
    assert_memory_not_equal(ret_hidden + 6, id.bytes + 6, 10);
    node_blinding_show(
        blinding, NODE_COPY, ent_view_of(ret_hidden, key.len), again);
    assert_memory_equal(again, key.bytes, key.len);
}

/* So that rows of one bundle lie together. */
static void
what_was_written_in_one_second_lies_together_in_its_order(void **state)
{
    const uint64_t second = UINT64_C(1790000000000) >> 10;
    struct node_blinding blinding;
    uint8_t before[NODE_KEY_MAX];
    uint8_t hidden[NODE_KEY_MAX];

    (void)state;
    node_blinding_init(&blinding, store_key);
    hide_id(&blinding, second << 10, before);
    for (uint64_t ms = 1; ms < 1024; ms++) {
        hide_id(&blinding, second << 10 | ms, hidden);
        assert_true(memcmp(hidden, before, 6) > 0);
        assert_int_equal(ent_get_be(hidden, 6) - ent_get_be(before, 6), 1);
        memcpy(before, hidden, sizeof before);
    }
}

/* A walk of both finds them in one order. */
static void
the_place_of_a_copy_lies_where_its_row_would(void **state)
{
    struct ent_party party = party_of(1);
    struct ent_id id = id_of(7);
    struct node_key key = node_key_copy(&id, &party);
    struct node_blinding blinding;
    struct node_blinding other;
    uint8_t row[NODE_KEY_MAX];
    uint8_t place[NODE_KEY_MAX];
    uint8_t shown[NODE_KEY_MAX];

    (void)state;
    node_blinding_init(&blinding, store_key);
    node_blinding_init(&other, store_key);
    node_blinding_hide(&blinding, NODE_COPY, node_key_view(&key), row);
    node_blinding_hide(&other, NODE_COPY_PLACE, node_key_view(&key), place);
    assert_memory_equal(row, place, key.len);
    node_blinding_show(
        &blinding, NODE_COPY_PLACE, ent_view_of(place, key.len), shown);
    assert_memory_equal(shown, key.bytes, key.len);
    assert_true(node_blinding_hides(NODE_COPY_PLACE));
}

/* Neither the order of seconds nor how far they are apart is seen. */
static void
when_it_was_is_not_seen(void **state)
{
    struct node_blinding blinding;
    uint64_t before = 0;
    size_t rising = 0;

    (void)state;
    node_blinding_init(&blinding, store_key);
    for (uint64_t second = 1; second <= 1000; second++) {
        uint64_t ms = UINT64_C(1790000000000) + second * 1024;
        uint8_t hidden[NODE_KEY_MAX];

        hide_id(&blinding, ms, hidden);
        assert_true(ent_get_be(hidden, 6) >> 10 != ms >> 10);
        rising += ent_get_be(hidden, 6) > before;
        before = ent_get_be(hidden, 6);
    }
    assert_in_range(rising, 400, 600);
}

static void
expect_hidden(void **state, const char *name, const struct ent_party *party,
    const struct ent_id *id, const struct node_key *number)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes held = {0};
    char path[80];

    (void)snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    expect_ok(ent_file_read(path, 1 << 24, &held, &last_error));
    assert_non_null(memmem(held.data, held.len, number->bytes, 8));
    for (size_t at = 0; at + 8 <= sizeof party->bytes; at++) {
        assert_null(memmem(held.data, held.len, party->bytes + at, 8));
        assert_null(memmem(held.data, held.len, id->bytes + at, 8));
    }
}

/* Nor does what is left of them when they are deleted. */
static void
no_address_and_no_id_is_in_the_files(void **state)
{
    ENT_AUTO(node_store_close) struct node_store *store = new_store(state);
    struct ent_party party = party_of(1);
    struct ent_id id = id_of(1);
    struct node_key copy = node_key_copy(&id, &party);
    struct node_key seen = node_key_seen(&party, &id);
    struct node_key block = {.len = seen.len};
    struct node_key number = node_key_u64(UINT64_C(0x1122334455667788));

    memcpy(block.bytes, seen.bytes, sizeof party.bytes + 6);
    put(store, NODE_COPY, &copy);
    expect_ok(node_store_put(store, NODE_COPY_PLACE, node_key_view(&copy),
        ent_view_text("a place"), &last_error));
    put(store, NODE_SEEN, &seen);
    put(store, NODE_SEEN_BLOCK, &block);
    put(store, NODE_DESK, &number);
    put(store, NODE_BODY, &number);
    expect_ok(node_store_commit(store, &last_error));
    expect_hidden(state, "redo.log", &party, &id, &number);
    node_store_close(&store);
    expect_hidden(state, "data.mdb", &party, &id, &number);
    expect_hidden(state, "long.mdb", &party, &id, &number);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_hidden_is_shown_again_and_never_the_same),
        cmocka_unit_test(the_same_office_is_another_one_in_each_table),
        cmocka_unit_test(
            what_was_written_in_one_second_lies_together_in_its_order),
        cmocka_unit_test(the_place_of_a_copy_lies_where_its_row_would),
        cmocka_unit_test(when_it_was_is_not_seen),
        STORE_TEST(a_walk_finds_every_row_once),
        STORE_TEST(a_walk_of_ids_that_follow_each_other_ends),
        STORE_TEST(a_group_can_be_skipped),
        STORE_TEST(what_is_not_there_is_not_found),
        STORE_TEST(no_address_and_no_id_is_in_the_files),
    };

    return cmocka_run_group_tests_name("node_blinding", tests, NULL, NULL);
}
