/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in and sealed in one turn, and what is not. */
#include "node/outbox.h"

#include <stdio.h>
#include <string.h>

#include "node/rules.h"
#include "node/sealer.h"
#include "tests/two_offices_rows.h"

#define MANY 5
#define MANY_BUNDLES 40
#define LARGE 120 /* of 10,000 bytes: more than two chunks */

static void
hand_in_json(enum who to, const char *json, struct ent_id *ret_id)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit_one(MAESAI, to, json, &result, &arena);
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
    expect_ok(ent_id_parse(ent_view_text(result->id), ret_id, &last_error));
}

/* An alert; `more` are further fields of its header. */
static struct ent_id
hand_in_with(enum who to, const char *more, unsigned number)
{
    struct ent_id id;
    char json[640];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",%s,"
        "\"hotlineAlert\":{\"what\":\"DRUGS\",\"where\":{\"country\":"
        "\"TH\"},\"when\":\"2026-08-15T09:59:00Z\",\"action\":\"STOP\","
        "\"direction\":\"toward mm\",\"description\":\"%u\"}}",
        more, number);
    hand_in_json(to, json, &id);
    return id;
}

static struct ent_id
hand_in(enum who to, const char *precedence, unsigned number)
{
    char more[64];

    (void)snprintf(more, sizeof more, "\"precedence\":\"%s\"", precedence);
    return hand_in_with(to, more, number);
}

/* A test with a text of about 10,000 bytes. */
static struct ent_id
hand_in_large(unsigned number)
{
    struct ent_id id;
    char json[11000];
    int len = snprintf(json, sizeof json,
        "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
        "\"ROUTINE\",\"test\":{\"text\":\"%05u",
        number);

    memset(json + len, 'a' + (int)(number % 26), 10000);
    (void)snprintf(
        json + len + 10000, sizeof json - (size_t)len - 10000, "\"}}");
    hand_in_json(TACHILEIK, json, &id);
    return id;
}

static void
begin(void)
{
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    node_outbox_open(world.nodes[MAESAI]);
}

static void
end(void)
{
    node_outbox_close(world.nodes[MAESAI]);
    expect_ok(node_sealer_fresh(world.nodes[MAESAI], &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
}

static void
what_is_handed_in_is_sealed_at_once_as_one_bundle(void **state)
{
    struct ent_id ids[MANY];
    unsigned bundles;

    (void)state;
    introduce();
    bundles = rows_in(MAESAI, NODE_BUNDLE);
    begin();
    for (unsigned i = 0; i < MANY; i++) {
        ids[i] = hand_in(TACHILEIK, "FLASH", i);
    }
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), bundles + 1);
    pass(0);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
    }
    journal_is_good(MAESAI);
}

/* That need not be hashed once more (node/keeper.h). */
static void
of_what_ends_as_it_was_given_it_says_how_much_does(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(node_batch_free)
    struct node_batch *batch =
        node_batch_new(NULL, ENTENTE__V1__PRECEDENCE__FLASH);
    struct node_outbox *outbox = world.nodes[MAESAI]->outbox;
    const struct node_given_end *as_given = &batch->list[0].end;
    const struct ent_view *wire = &batch->list[0].message;
    struct node_outbox_group group;
    ent_message *message;

    (void)state;
    introduce();
    begin();
    (void)hand_in(TACHILEIK, "FLASH", 1);
    assert_true(node_outbox_first(outbox, &group));
    node_outbox_fill(outbox, batch);
    assert_int_equal(batch->count, 1);
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_message_decode(*wire, &arena, &message, &last_error));
    expect_ok(ent_pb_pack(&message->hotline_alert->base, &body, &last_error));
    assert_in_range(as_given->len, body.len, wire->len - 1);
    assert_memory_equal(wire->data + wire->len - body.len, body.data, body.len);
    end();
}

/* Whatever fits what is left, whether what was encoded is put or not. */
static void
what_is_encoded_stays_until_the_next_one_is(void **state)
{
    ENT_AUTO(node_outbox_free) struct node_outbox *outbox = node_outbox_new();
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_view wire = {0};
    const uint8_t *end;

    (void)state;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    expect_ok(ent_bytes_alloc(ENT_MESSAGE_MAX + 1, &text, &last_error));
    test.text = (char *)text.data;
    for (size_t len = 1; len <= ENT_MESSAGE_MAX; len = len * 5 / 2 + 1) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes expected = {0};

        memset(text.data, 'x', len);
        text.data[len] = '\0';
        for (int i = 0; i < 7; i++) {
            enum ent_status rc =
                ent_message_encode(&message, &expected, &last_error);

            expect_status(
                node_outbox_encode(outbox, &message, &wire, &last_error), rc);
            if (rc == ENT_OK) {
                assert_int_equal(wire.len, expected.len);
                assert_memory_equal(wire.data, expected.data, wire.len);
            }
            ent_bytes_free(&expected);
        }
    }
    memset(text.data, 'x', ENT_MESSAGE_MAX); /* and its field: too long */
    expect_status(node_outbox_encode(outbox, &message, &wire, &last_error),
        ENT_BAD_INPUT);
    text.data[10] = '\0';
    expect_ok(node_outbox_encode(outbox, &message, &wire, &last_error));
    assert_memory_equal(wire.data + wire.len - 10, text.data, 10);
    end = wire.data + wire.len; /* nobody put it: the next one lies there */
    expect_ok(node_outbox_encode(outbox, &message, &wire, &last_error));
    assert_ptr_equal(wire.data + wire.len, end);
}

/* Each lies where it was while others are encoded. */
static void
more_than_a_chunk_of_them_is_sealed_as_it_was_given(void **state)
{
    struct ent_id ids[LARGE];

    (void)state;
    introduce();
    begin();
    for (unsigned i = 0; i < LARGE; i++) {
        ids[i] = hand_in_large(i);
    }
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    pass(0);
    for (unsigned i = 0; i < LARGE; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
    }
    journal_is_good(MAESAI);
}

static void
each_precedence_has_its_own_bundle(void **state)
{
    unsigned bundles;

    (void)state;
    introduce();
    bundles = rows_in(MAESAI, NODE_BUNDLE);
    begin();
    (void)hand_in(TACHILEIK, "IMMEDIATE", 1);
    (void)hand_in(TACHILEIK, "FLASH", 2);
    (void)hand_in(TACHILEIK, "IMMEDIATE", 3);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), bundles + 2);
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 4);
}

static void
for_whom_no_key_is_known_it_waits(void **state)
{
    struct ent_id id;

    (void)state;
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 1);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), 0);
    pass(0);
    pass(6000);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* In the order in which they were accepted. */
static void
it_goes_behind_what_waits_already(void **state)
{
    node_copy_row *first;
    node_copy_row *second;
    struct ent_id ids[2];

    (void)state;
    introduce();
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    ids[0] = hand_in(TACHILEIK, "FLASH", 1);
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 1);
    begin();
    ids[1] = hand_in(TACHILEIK, "FLASH", 2);
    end();
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 2);
    pass(0);
    first = copy_row(MAESAI, TACHILEIK, &ids[0]);
    second = copy_row(MAESAI, TACHILEIK, &ids[1]);
    assert_int_equal(first->bundle, second->bundle);
    assert_int_equal(first->index, 0);
    assert_int_equal(second->index, 1);
    node_row_free(&first);
    node_row_free(&second);
}

static void
of_a_turn_that_is_taken_back_nothing_leaves(void **state)
{
    (void)state;
    introduce();
    begin();
    (void)hand_in(TACHILEIK, "FLASH", 1);
    assert_int_equal(
        node_turn_end(world.nodes[MAESAI], ENT_FULL, &last_error), ENT_FULL);
    pass(0);
    begin();
    end();
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 1);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(rows_in(MAESAI, NODE_BUNDLE), 1);
}

static void
recall_in_the_same_turn(const char *format)
{
    char text[ENT_ID_TEXT_LEN + 1];
    char json[640];
    struct ent_id recall;
    struct ent_id id;

    agree_on("lifecycle", NULL, 0);
    introduce();
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json, format, text);
    hand_in_json(TACHILEIK, json, &recall);
    end();
    pass(0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_not_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_is_recalled_in_the_same_turn_never_leaves(void **state)
{
    (void)state;
    recall_in_the_same_turn(
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\",\"act\":\"RECALL\",\"at\":"
        "\"2026-08-15T10:00:00Z\",\"role\":\"supervisor\",\"reason\":"
        "\"sent in error\"}}");
}

static void
what_is_withdrawn_in_the_same_turn_never_leaves(void **state)
{
    (void)state;
    recall_in_the_same_turn(
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"action\":"
        "\"WITHDRAW\",\"references\":[{\"id\":\"%s\"}],\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
        "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"not so\"}}");
}

/* Judged by the old ones, it is judged again. */
static void
what_is_sealed_after_other_rules_came_is_judged_by_those(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    write_agreement(MAESAI, "purposes: [threat_to_life, listed_crime]",
        "purposes: [listed_crime]");
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    expect_ok(node_rules_reload(world.nodes[MAESAI], NULL, &last_error));
    end();
    pass(0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE);
}

/* Its purpose, under which lifecycle may not pass, and nothing is missing. */
static void
what_is_said_of_a_message_takes_over_from_it_in_the_same_turn(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    char text[ENT_ID_TEXT_LEN + 1];
    char json[640];
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", NULL, 0);
    introduce();
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json,
        "{\"lifecycle\":{\"messageId\":\"%s\",\"act\":\"RECALL\",\"at\":"
        "\"2026-08-15T10:00:00Z\",\"role\":\"supervisor\",\"reason\":"
        "\"sent in error\"}}",
        text);
    submit_one(MAESAI, TACHILEIK, json, &result, &arena);
    end();
    assert_string_equal(result->error, "");
    assert_string_equal(result->copies[0]->reason_name, "PURPOSE_NOT_AGREED");
    assert_non_null(
        strstr(result->copies[0]->sentence, "not for purpose threat_to_life"));
}

static void
a_bundle_lives_as_long_as_the_last_of_its_messages(void **state)
{
    node_copy_row *first;
    node_copy_row *second;
    struct ent_id ids[2];

    (void)state;
    introduce();
    begin();
    ids[0] =
        hand_in_with(TACHILEIK, "\"validUntil\":\"2026-08-15T10:30:00Z\"", 1);
    ids[1] =
        hand_in_with(TACHILEIK, "\"validUntil\":\"2026-08-15T10:50:00Z\"", 2);
    end();
    first = copy_row(MAESAI, TACHILEIK, &ids[0]);
    second = copy_row(MAESAI, TACHILEIK, &ids[1]);
    assert_int_equal(first->bundle, second->bundle);
    assert_true(first->valid_until < second->valid_until);
    assert_int_equal(first->expires_at, second->valid_until);
    node_row_free(&first);
    node_row_free(&second);
}

/* Exercises lie in bundles of their own, so that these are many; what the turn
 * has no budget for waits, and arrives too. */
static void
more_bundles_than_a_turn_seals_go_in_the_next_ones(void **state)
{
    unsigned bundles;

    (void)state;
    introduce();
    bundles = rows_in(MAESAI, NODE_BUNDLE);
    begin();
    for (unsigned i = 0; i < MANY_BUNDLES; i++) {
        (void)hand_in_with(TACHILEIK,
            i % 2 == 0 ? "\"mode\":\"EXERCISE\"" : "\"mode\":\"ACTUAL\"", i);
    }
    end();
    assert_true(rows_in(MAESAI, NODE_BUNDLE) < bundles + MANY_BUNDLES);
    assert_int_equal(
        rows_in(MAESAI, NODE_BUNDLE) + rows_in(MAESAI, NODE_PENDING),
        bundles + MANY_BUNDLES);
    pass(0);
    pass(6000);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    assert_int_equal(desk_count(TACHILEIK), 1 + MANY_BUNDLES);
}

/* Neither here nor at its recipient a turn of it is long. */
static void
what_waits_is_sealed_little_by_little_while_something_is_urgent(void **state)
{
    (void)state;
    introduce();
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    for (unsigned i = 0; i < 150; i++) {
        (void)hand_in(TACHILEIK, "FLASH", i);
    }
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 150);
    turn(MAESAI, NULL);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 150 - 64);
    world.now += NODE_URGENT_MS;
    turn(MAESAI, NULL);
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 0);
    pass(0);
    assert_int_equal(desk_count(TACHILEIK), 1 + 150);
}

static void
what_nobody_seals_waits(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    begin();
    id = hand_in(TACHILEIK, "FLASH", 1);
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_PENDING), 1);
    pass(0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_handed_in_is_sealed_at_once_as_one_bundle),
        TEST(of_what_ends_as_it_was_given_it_says_how_much_does),
        cmocka_unit_test(what_is_encoded_stays_until_the_next_one_is),
        TEST(more_than_a_chunk_of_them_is_sealed_as_it_was_given),
        TEST(each_precedence_has_its_own_bundle),
        TEST(for_whom_no_key_is_known_it_waits),
        TEST(it_goes_behind_what_waits_already),
        TEST(of_a_turn_that_is_taken_back_nothing_leaves),
        TEST(what_is_recalled_in_the_same_turn_never_leaves),
        TEST(what_is_withdrawn_in_the_same_turn_never_leaves),
        TEST(what_is_said_of_a_message_takes_over_from_it_in_the_same_turn),
        TEST(a_bundle_lives_as_long_as_the_last_of_its_messages),
        TEST(more_bundles_than_a_turn_seals_go_in_the_next_ones),
        TEST(what_waits_is_sealed_little_by_little_while_something_is_urgent),
        TEST(what_nobody_seals_waits),
        TEST(what_is_sealed_after_other_rules_came_is_judged_by_those),
    };

    return cmocka_run_group_tests_name("node_outbox", tests, NULL, NULL);
}
