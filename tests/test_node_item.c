/* SPDX-License-Identifier: Apache-2.0 */
/* What entries of the desk have in common is packed once, to the same bytes. */
#include "tests/support.h"

#include "tests/random_message.h"

#include <stdlib.h>

#include "node/item.h"

#define ARENA_SIZE ((size_t)16 * 1024 * 1024)
#define ITEMS 5

typedef Entente__V1__InboxItem item;

static struct ent_arena arena;
static struct random_source source;

static int
setup(void **state)
{
    (void)state;
    source.state = 20261130;
    expect_ok(ent_arena_init(&arena, ARENA_SIZE, &last_error));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ent_arena_fini(&arena);
    return 0;
}

static void
random_id(struct ent_id *ret_id)
{
    for (size_t i = 0; i < sizeof ret_id->bytes; i++) {
        ret_id->bytes[i] = (uint8_t)random_below(&source, 256);
    }
}

/* The same with an id, sequence and message of its own, made by itself. */
static item *
make_other(const item *first, const struct ent_id *id)
{
    item *other = ent_arena_alloc(&arena, sizeof *other);
    char *text = ent_arena_alloc(&arena, ENT_ID_TEXT_LEN + 1);

    assert_non_null(other);
    assert_non_null(text);
    ent_id_format(id, text);
    *other = *first;
    other->id = text;
    other->sequence = random_below(&source, UINT64_C(1) << 40) + 1;
    other->message = (Entente__V1__Message *)random_message(
        &source, &entente__v1__message__descriptor, &arena);
    assert_non_null(other->message);
    return other;
}

static item *
fill(const struct node_item_form *form, const item *whole,
    const struct ent_id *id)
{
    struct ent_bytes wire = {0};
    uint8_t *kept;
    item *filled;

    expect_ok(ent_pb_pack(&whole->message->base, &wire, &last_error));
    kept = ent_arena_alloc(&arena, wire.len);
    assert_non_null(kept);
    if (wire.len > 0) {
        memcpy(kept, wire.data, wire.len);
    }
    filled = node_item_fill(
        form, whole->sequence, id, ent_view_of(kept, wire.len), &arena);
    ent_bytes_free(&wire);
    assert_non_null(filled);
    return filled;
}

/* In a reply: what protobuf-c packs of `whole` is what we pack of `filled`. */
static void
expect_same_reply(item **whole, item **filled, size_t count)
{
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    uint8_t *expected;
    size_t len;

    reply.n_items = count;
    reply.items = whole;
    reply.next = 77;
    len = protobuf_c_message_get_packed_size(&reply.base);
    expected = malloc(len);
    assert_non_null(expected);
    assert_int_equal(protobuf_c_message_pack(&reply.base, expected), len);
    reply.items = filled;
    expect_ok(ent_pb_pack(&reply.base, &wire, &last_error));
    assert_int_equal(wire.len, len);
    assert_memory_equal(wire.data, expected, len);
    free(expected);
}

/* Items that say the same as `first`. */
static void
expect_same_as_by_itself(const item *first)
{
    const struct node_item_form *form = node_item_form_new(first, &arena);
    item *whole[ITEMS];
    item *filled[ITEMS];

    assert_non_null(form);
    for (size_t i = 0; i < ITEMS; i++) {
        struct ent_id id;

        random_id(&id);
        whole[i] = make_other(first, &id);
        filled[i] = fill(form, whole[i], &id);
    }
    expect_same_reply(whole, filled, ITEMS);
}

static void
whatever_items_say_they_are_packed_as_protobuf_c_packs_each(void **state)
{
    (void)state;
    for (size_t round = 0; round < 300; round++) {
        ent_arena_reset(&arena);
        expect_same_as_by_itself((const item *)random_message(
            &source, &entente__v1__inbox_item__descriptor, &arena));
    }
}

static void
items_that_say_nothing_but_what_is_their_own_are_packed(void **state)
{
    static const item empty = ENTENTE__V1__INBOX_ITEM__INIT;

    (void)state;
    expect_same_as_by_itself(&empty);
}

static void
what_is_given_stays_to_be_looked_at(void **state)
{
    item first = ENTENTE__V1__INBOX_ITEM__INIT;
    struct ent_id id;
    char text[ENT_ID_TEXT_LEN + 1];
    const item *filled;

    (void)state;
    first.received_at = 12;
    first.restored = 7;
    first.from = (char *)"blo-maesai@th";
    random_id(&id);
    ent_id_format(&id, text);
    filled = node_item_fill(
        node_item_form_new(&first, &arena), 3, &id, view("\x0a\x00"), &arena);
    assert_int_equal(filled->sequence, 3);
    assert_int_equal(filled->received_at, 12);
    assert_int_equal(filled->restored, 7);
    assert_string_equal(filled->from, "blo-maesai@th");
    assert_string_equal(filled->id, text);
    assert_null(filled->message);
}

static void
no_memory_gives_no_form_and_no_item(void **state)
{
    item first = ENTENTE__V1__INBOX_ITEM__INIT;
    struct ent_arena little;
    const struct node_item_form *form;
    struct ent_id id;

    (void)state;
    first.from = (char *)"blo-maesai@th";
    random_id(&id);
    expect_ok(ent_arena_init(&little, sizeof *form, &last_error));
    assert_null(node_item_form_new(&first, &little));
    form = node_item_form_new(&first, &arena);
    assert_null(node_item_fill(form, 1, &id, view("\x0a\x00"), &little));
    ent_arena_fini(&little);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whatever_items_say_they_are_packed_as_protobuf_c_packs_each),
        TEST(items_that_say_nothing_but_what_is_their_own_are_packed),
        TEST(what_is_given_stays_to_be_looked_at),
        TEST(no_memory_gives_no_form_and_no_item),
    };

    return cmocka_run_group_tests_name("node_item", tests, NULL, NULL);
}
