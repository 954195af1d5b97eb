/* SPDX-License-Identifier: Apache-2.0 */
/* By what an office knows again what its officer handed in. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/journal.h"
#include "proto/base/log.h"
#include "proto/message.h"
#include "proto/refusal.h"

#define ID "0198a8a0-0000-7000-8000-000000000001"

static const char given[] =
    "{\"id\":\"" ID "\",\"purpose\":\"THREAT_TO_LIFE\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\"}}";
static const char other[] =
    "{\"id\":\"" ID "\",\"purpose\":\"THREAT_TO_LIFE\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"WATCH\"}}";

/* The answer to it, as a program gets it: was it accepted? */
static bool
hand_in(enum who from, enum who to, const char *json, unsigned *ret_reason)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(from, to, json, &result, &arena);
    assert_string_equal(result->error, "");
    *ret_reason = (unsigned)result->copies[0]->reason;
    return result->copies[0]->accepted;
}

static struct ent_digest
digest_of(const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ProtobufCMessage *message;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    expect_ok(ent_message_encode((ent_message *)message, &wire, &last_error));
    return ent_digest_of(ent_bytes_view(&wire));
}

static node_copy_row *
row_of(enum who from, enum who to)
{
    struct ent_id id;

    expect_ok(ent_id_parse(view(ID), &id, &last_error));
    return copy_row(from, to, &id);
}

static void
the_same_content_gets_the_same_answer(void **state)
{
    unsigned reason;

    (void)state;
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    crash(MAESAI);
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    assert_int_equal(number_of(MAESAI, "submission"), 1);
}

static void
the_same_id_with_another_content_is_refused(void **state)
{
    unsigned reason;

    (void)state;
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    assert_false(hand_in(MAESAI, TACHILEIK, other, &reason));
    assert_int_equal(reason, ENT_REFUSAL_ID_REUSED);
    assert_int_equal(number_of(MAESAI, "submission"), 1);
}

/* Handed in by a program: there is what its message was unpacked from. `to` is
 * what the message says itself. */
static bool
hand_in_packed(const char *json, const char *to, unsigned *ret_reason)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes packed = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result;
    ProtobufCMessage *message;
    char *recipient = (char *)(uintptr_t)addresses[TACHILEIK];

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    ((ent_message *)message)->to = (char *)(uintptr_t)to;
    expect_ok(ent_pb_pack(message, &packed, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit(world.nodes[MAESAI], &submission,
        ent_bytes_view(&packed), &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    *ret_reason = (unsigned)result->copies[0]->reason;
    return result->copies[0]->accepted;
}

static void
a_message_is_known_again_whether_it_came_packed_or_not(void **state)
{
    unsigned reason;

    (void)state;
    assert_true(hand_in_packed(given, "", &reason));
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    assert_true(hand_in_packed(given, addresses[TACHILEIK], &reason));
    assert_true(hand_in_packed(given, addresses[MAESAI], &reason));
    assert_int_equal(number_of(MAESAI, "submission"), 1);
    assert_false(hand_in_packed(other, "", &reason));
    assert_int_equal(reason, ENT_REFUSAL_ID_REUSED);
}

/* And not its request's, of which others may be accepted. */
static void
that_a_message_is_too_long_is_its_own_fault(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__SubmitResult *result;
    char *recipient = (char *)(uintptr_t)addresses[TACHILEIK];

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_bytes_alloc(ENT_MESSAGE_MAX + 1, &text, &last_error));
    memset(text.data, 'a', ENT_MESSAGE_MAX);
    test.text = (char *)text.data;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    submission.message = &message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit(world.nodes[MAESAI], &submission,
        ent_view_of(NULL, 0), &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_non_null(strstr(result->error, "at most"));
    assert_int_equal(result->n_copies, 0);
    assert_int_equal(number_of(MAESAI, "submission"), 0);
}

/* Where it came from was not known when it was foreseen. */
static void
what_has_an_origin_is_checked_whatever_was_foreseen(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;
    Entente__V1__Origin origin = ENTENTE__V1__ORIGIN__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    const struct node_foreseen foreseen = {.is_valid = true};
    Entente__V1__SubmitResult *result;
    char *recipient = (char *)(uintptr_t)addresses[TACHILEIK];

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    test.text = (char *)(uintptr_t) "a \xff";
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    message.origin = &origin;
    submission.message = &message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit_foreseen(world.nodes[MAESAI], &submission,
        ent_view_of(NULL, 0), &foreseen, &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    assert_string_not_equal(result->error, "");
    assert_int_equal(number_of(MAESAI, "submission"), 0);
}

/* Nor are they what anybody could make of the content without it. */
static void
prints_of_offices_with_other_storage_keys_are_others(void **state)
{
    ENT_AUTO(node_row_free) node_copy_row *here = NULL;
    ENT_AUTO(node_row_free) node_copy_row *there = NULL;
    struct ent_digest digest = digest_of(given);
    unsigned reason;

    (void)state;
    assert_true(hand_in(MAESAI, TACHILEIK, given, &reason));
    assert_true(hand_in(TACHILEIK, MAESAI, given, &reason));
    here = row_of(MAESAI, TACHILEIK);
    there = row_of(TACHILEIK, MAESAI);
    assert_int_equal(here->content.len, NODE_PRINT_LEN);
    assert_int_equal(there->content.len, NODE_PRINT_LEN);
    assert_memory_not_equal(
        here->content.data, there->content.data, NODE_PRINT_LEN);
    assert_memory_not_equal(here->content.data, digest.bytes, NODE_PRINT_LEN);
}

/* Whoever has the message can show that it is the one. */
static void
the_journal_has_a_digest_of_what_was_refused(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct ent_digest digest = digest_of(not_agreed);
    struct ent_entry entry;
    struct node_key key;
    struct ent_view wire;
    unsigned reason;

    (void)state;
    assert_false(hand_in(MAESAI, TACHILEIK, not_agreed, &reason));
    key = node_key_u64(node_journal_size(maesai->journal) - 1);
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_store_get(
        maesai->store, NODE_JOURNAL, node_key_view(&key), &wire, &last_error));
    expect_ok(ent_entry_decode(wire, &entry, &last_error));
    node_store_abort(maesai->store);
    assert_int_equal(entry.kind, ENT_ENTRY_REFUSED_HERE);
    assert_true(ent_digest_equal(&entry.subject, &digest));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_content_gets_the_same_answer),
        TEST(a_message_is_known_again_whether_it_came_packed_or_not),
        TEST(the_same_id_with_another_content_is_refused),
        TEST(that_a_message_is_too_long_is_its_own_fault),
        TEST(what_has_an_origin_is_checked_whatever_was_foreseen),
        TEST(prints_of_offices_with_other_storage_keys_are_others),
        TEST(the_journal_has_a_digest_of_what_was_refused),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_submit", tests, NULL, NULL);
}
