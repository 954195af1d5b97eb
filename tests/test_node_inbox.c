/* SPDX-License-Identifier: Apache-2.0 */
/* What a program reads from the desk, as it gets it. */
#include "tests/two_offices_files.h"

#include <string.h>

#include "node/api.h"
#include "node/vault.h"

#define FIELDS_MAX 100000

typedef Entente__V1__InboxItem item;

/* As programs of ours take it in: strictly. What packing wrote is unpacked. */
static const Entente__V1__InboxReply *
read_desk(const Entente__V1__InboxRequest *request, size_t room)
{
    static const struct ent_pb_limits limits = {
        .size_max = 8 << 20, .fields_max = FIELDS_MAX};
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];
    ProtobufCMessage *read;

    expect_ok(ent_arena_init(&own, room, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_inbox(node, request, &own, &reply, &last_error));
    expect_ok(node_api_done(node, request, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_ok(ent_pb_pack(&reply.base, &wire, &last_error));
    expect_ok(ent_pb_unpack(&entente__v1__inbox_reply__descriptor,
        ent_bytes_view(&wire), &limits, &arena, &read, &last_error));
    return (const Entente__V1__InboxReply *)read;
}

static const Entente__V1__InboxReply *
read_all(bool alike)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;

    request.from = 1;
    request.alike = alike;
    return read_desk(&request, 4 << 20);
}

/* What was encrypted for us. */
static struct ent_bytes
decrypted(const item *of)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct node *node = world.nodes[TACHILEIK];
    struct ent_bytes plain;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_desk_get(node, of->sequence, &row, &last_error));
    expect_ok(node_vault_open(node->store, node->slots, row->bundle, row->day,
        row->index, &plain, &last_error));
    node_store_abort(node->store);
    return plain;
}

static void
expect_as_decrypted(const item *read)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = decrypted(read);

    assert_non_null(read->message);
    expect_ok(ent_message_encode(read->message, &wire, &last_error));
    assert_int_equal(wire.len, plain.len);
    assert_memory_equal(wire.data, plain.data, wire.len);
}

static void
a_program_reads_a_message_byte_for_byte_as_it_was_sent(void **state)
{
    const Entente__V1__InboxReply *reply;
    size_t count = (size_t)desk_count(TACHILEIK) + 3;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    for (int alike = 0; alike < 2; alike++) {
        reply = read_all(alike != 0);
        assert_int_equal(reply->n_items, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(reply->items[i]->sequence, i + 1);
            assert_string_equal(
                reply->items[i]->id, reply->items[i]->message->id);
            expect_as_decrypted(reply->items[i]);
        }
        assert_int_equal(reply->next, count + 1);
    }
}

static void
of_a_file_a_program_reads_no_key_and_no_root(void **state)
{
    struct ent_id id = post_with_file();
    const Entente__V1__InboxReply *reply;
    const item *last;

    (void)state;
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    reply = read_all(false);
    last = reply->items[reply->n_items - 1];
    assert_int_equal(last->n_attachments, 1);
    assert_int_equal(last->message->n_attachments, 1);
    assert_int_equal(last->message->attachments[0]->size, SIZE);
    assert_int_equal(last->message->attachments[0]->key.len, 0);
    assert_int_equal(last->message->attachments[0]->root.len, 0);
    assert_int_equal(last->message->attachments[0]->header.len, 0);
    expect_as_decrypted(reply->items[0]); /* which has none */
}

static void
of_what_is_deleted_a_program_reads_no_message(void **state)
{
    const Entente__V1__InboxReply *reply;

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline);
    exchange();
    expect_as_decrypted(read_all(false)->items[1]);
    world.now += 32 * DAY; /* hotline alerts are kept for 30 days */
    tidy(TACHILEIK);
    reply = read_all(false);
    assert_int_equal(reply->n_items, 2);
    assert_true(reply->items[1]->deleted);
    assert_null(reply->items[1]->message);
}

static void
a_desk_is_read_over_what_is_gone(void **state)
{
    static const uint64_t left[] = {1, 3, 5};
    struct node *node = world.nodes[TACHILEIK];
    const Entente__V1__InboxReply *reply;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (uint64_t gone = 2; gone <= 6; gone += 2) {
        struct node_key key = node_key_u64(gone);

        expect_ok(node_store_delete(
            node->store, NODE_DESK, node_key_view(&key), &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    reply = read_all(false);
    assert_int_equal(reply->n_items, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(reply->items[i]->sequence, left[i]);
        expect_as_decrypted(reply->items[i]);
    }
    assert_int_equal(reply->next, 7); /* nothing is left before it */
}

/* That an officer here asks whether `of` may go to a third state. */
static void
ask_to_pass_on(const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"consentRequest\":{\"messageId\":"
        "\"%s\",\"use\":\"PASS_ON\",\"to\":\"la\",\"role\":\"officer\","
        "\"reason\":\"they ask\"}}",
        id);
    (void)post(TACHILEIK, MAESAI, json);
    exchange();
}

static void
each_message_comes_with_what_was_said_of_passing_it_on(void **state)
{
    struct ent_id ids[4];
    const Entente__V1__InboxReply *reply;

    (void)state;
    agree_on("consent_request, consent_decision", NULL, 0);
    for (size_t i = 0; i < 4; i++) {
        ids[i] = post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    reply = read_all(false);
    for (size_t i = 0; i < reply->n_items; i++) {
        assert_int_equal(reply->items[i]->n_consents, 0);
    }
    ask_to_pass_on(&ids[1]);
    ask_to_pass_on(&ids[3]);
    reply = read_all(false);
    assert_int_equal(reply->n_items, 5); /* one introduced us */
    for (size_t i = 0; i < 4; i++) {
        const item *read = reply->items[i + 1];

        assert_int_equal(read->n_consents, i % 2);
        assert_true(i % 2 == 0 || strcmp(read->consents[0]->to, "la") == 0);
    }
}

/* However little room a reply has: nothing is missed, nothing comes twice. */
static void
what_a_reply_has_no_room_for_is_in_the_next(void **state)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__InboxReply *reply;
    uint64_t sequence = 0;
    unsigned replies = 0;

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    request.from = 1;
    do {
        reply = read_desk(&request, 16 << 10);
        for (size_t i = 0; i < reply->n_items; i++) {
            assert_int_equal(reply->items[i]->sequence, ++sequence);
            expect_as_decrypted(reply->items[i]);
        }
        request.from = reply->next;
        replies += reply->n_items > 0;
    } while (reply->n_items > 0);
    assert_int_equal(sequence, desk_count(TACHILEIK));
    assert_true(replies > 1);
}

/* One question says what was dealt with and asks for the next. */
static void
who_reads_on_says_what_he_has_dealt_with(void **state)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__InboxReply *reply;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    request.consumer = (char *)"register";
    request.limit = 2;
    reply = read_desk(&request, 1 << 20);
    assert_int_equal(reply->items[0]->sequence, 1);
    reply = read_desk(&request, 1 << 20);
    assert_int_equal(reply->items[0]->sequence, 1); /* he said nothing yet */
    request.through = 2;
    reply = read_desk(&request, 1 << 20);
    assert_int_equal(reply->items[0]->sequence, 3);
    request.through = 0;
    reply = read_desk(&request, 1 << 20);
    assert_int_equal(reply->items[0]->sequence, 3); /* and it stays so */
}

static void
a_reader_gets_little_at_a_time_while_something_is_urgent(void **state)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    const unsigned many = NODE_API_INBOX_SHORT + 5;

    (void)state;
    for (unsigned i = 0; i < many; i++) {
        (void)post(MAESAI, TACHILEIK, hotline);
    }
    exchange();
    request.from = desk_count(TACHILEIK) - many + 1;
    request.limit = NODE_API_INBOX_MAX;
    world.nodes[TACHILEIK]->urgent_at = world.now;
    assert_int_equal(
        read_desk(&request, 4 << 20)->n_items, NODE_API_INBOX_SHORT);
    world.now += NODE_URGENT_MS;
    assert_int_equal(read_desk(&request, 4 << 20)->n_items, many);
}

static void
expect_same(const item *a, const item *b)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};

    expect_ok(ent_pb_pack(&a->base, &one, &last_error));
    expect_ok(ent_pb_pack(&b->base, &other, &last_error));
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.data, other.data, one.len);
}

static const char plain[] =
    "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
    "\"ROUTINE\",\"test\":{}}";

/* Some of them were read before, and one stands for itself. */
static void
messages_of_a_block_are_read_together_as_one_by_one(void **state)
{
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__InboxReply *all;
    const Entente__V1__InboxReply *one;
    uint64_t first;

    (void)state;
    exchange(); /* one introduced us */
    first = desk_count(TACHILEIK) + 1;
    for (size_t i = 0; i < 2 * NODE_DESK_BLOCK_MIN; i++) {
        (void)post(MAESAI, TACHILEIK, i == 7 ? hotline : plain);
    }
    exchange();
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK_BLOCK), 1);
    request.consumer = (char *)"register";
    request.through = first + 4;
    request.from = first;
    all = read_desk(&request, 4 << 20);
    assert_int_equal(all->n_items, 2 * NODE_DESK_BLOCK_MIN);
    request.limit = 1;
    for (size_t i = 0; i < all->n_items; i++) {
        request.from = first + i;
        one = read_desk(&request, 1 << 20);
        expect_same(all->items[i], one->items[0]);
        assert_int_equal(one->items[0]->sequence, first + i);
        assert_int_equal(all->items[i]->replayed, i <= 4);
        expect_as_decrypted(all->items[i]);
    }
}

/* A sync that nobody waits for is saved by it. */
static void
what_a_reader_has_dealt_with_is_written_when_he_is_answered(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    (void)post(MAESAI, TACHILEIK, hotline);
    exchange();
    request.consumer = (char *)"register";
    request.through = desk_count(TACHILEIK);
    expect_ok(ent_arena_init(&own, 1 << 16, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_inbox(node, &request, &own, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(reply.n_items, 0); /* so he waits */
    assert_int_equal(rows_in(TACHILEIK, NODE_CURSOR), 0);
    (void)read_desk(&request, 1 << 16);
    assert_int_equal(rows_in(TACHILEIK, NODE_CURSOR), 1);
}

static void
nobody_has_dealt_with_what_never_came(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    Entente__V1__InboxReply reply = ENTENTE__V1__INBOX_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];

    (void)state;
    request.consumer = (char *)"register";
    request.through = desk_count(TACHILEIK) + 1;
    expect_ok(ent_arena_init(&own, 1 << 16, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_status(node_api_inbox(node, &request, &own, &reply, &last_error),
        ENT_BAD_INPUT);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(a_program_reads_a_message_byte_for_byte_as_it_was_sent),
        FILES(of_a_file_a_program_reads_no_key_and_no_root),
        FILES(of_what_is_deleted_a_program_reads_no_message),
        FILES(a_desk_is_read_over_what_is_gone),
        FILES(each_message_comes_with_what_was_said_of_passing_it_on),
        FILES(what_a_reply_has_no_room_for_is_in_the_next),
        FILES(who_reads_on_says_what_he_has_dealt_with),
        FILES(messages_of_a_block_are_read_together_as_one_by_one),
        FILES(what_a_reader_has_dealt_with_is_written_when_he_is_answered),
        FILES(a_reader_gets_little_at_a_time_while_something_is_urgent),
        FILES(nobody_has_dealt_with_what_never_came),
    };

    return cmocka_run_group_tests_name("node_inbox", tests, NULL, NULL);
}
