/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of a bundle, opened and read; and those that came a moment ago. */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/opened.h"

#define MESSAGES 3
#define NOW UINT64_C(1000000)

static const struct ent_bundle_secrets secrets = {{1}, {2}};

/* A bundle of test messages, each with its number as its text. An officer has
 * signed the last one. */
struct scene {
    struct ent_bytes body;
    struct ent_bundle bundle;
    struct node_unsealed unsealed;
    struct node_opened opened;
};

static struct scene scene;

static struct ent_bytes
message_of(uint32_t number)
{
    char id[ENT_ID_TEXT_LEN + 1];
    ent_message message;
    Entente__V1__Test test;
    Entente__V1__OfficerSignature signature =
        ENTENTE__V1__OFFICER_SIGNATURE__INIT;
    Entente__V1__OfficerSignature *signatures[] = {&signature};
    struct ent_bytes wire = {0};

    (void)snprintf(
        id, sizeof id, "01926b3e-7c00-7abc-8def-0123456789%02x", number);
    entente__v1__message__init(&message);
    entente__v1__test__init(&test);
    message.id = id;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    message.officer_signatures = signatures;
    message.n_officer_signatures = number == MESSAGES - 1 ? 1 : 0;
    expect_ok(ent_message_encode(&message, &wire, &last_error));
    return wire;
}

/* Seal `count` of them into the body. */
static void
seal(uint32_t count)
{
    const size_t len = ent_seal_envelope_len(64);
    const struct ent_id id = {{3}};

    expect_ok(ent_bytes_alloc(count * (4 + len), &scene.body, &last_error));
    for (uint32_t i = 0; i < count; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes message = message_of(i);
        const struct ent_message_key key = ent_seal_message_key(&secrets, i);
        uint8_t *at = scene.body.data + i * (4 + len);

        ent_put_be(at, len, 4);
        expect_ok(ent_seal_envelope(
            &key, &id, i, ent_bytes_view(&message), at + 4, &last_error));
    }
    scene.bundle.body = ent_bytes_view(&scene.body);
    scene.bundle.label.count = count;
}

static int
setup(void **state)
{
    (void)state;
    memset(&scene, 0, sizeof scene);
    assert_true(sodium_init() >= 0);
    seal(MESSAGES);
    expect_ok(node_unsealed_begin(
        &scene.unsealed, &scene.bundle, &secrets, &last_error));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    node_unsealed_fini(&scene.unsealed);
    node_opened_clear(&scene.opened);
    ent_bytes_free(&scene.body);
    return 0;
}

static void
expect_message(uint32_t number)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = message_of(number);
    struct node_unsealed_message *message;

    expect_ok(
        node_unsealed_get(&scene.unsealed, number, &message, &last_error));
    assert_int_equal(message->plain.len, wire.len);
    assert_memory_equal(message->plain.data, wire.data, wire.len);
    assert_int_equal(
        message->message->body_case, ENTENTE__V1__MESSAGE__BODY_TEST);
}

static struct ent_message_key
key_of(uint32_t number)
{
    return ent_seal_message_key(&secrets, number);
}

/* ---- unsealed ---- */

static void
what_was_read_ahead_is_what_is_read_in_time(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        expect_message(i);
    }
    node_unsealed_end(&scene.unsealed);
    expect_ok(node_unsealed_begin(
        &scene.unsealed, &scene.bundle, &secrets, &last_error));
    node_unsealed_run(&scene.unsealed);
    assert_int_equal(scene.unsealed.ahead, MESSAGES);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        expect_message(i);
    }
}

/* These have no sender, no purpose and no times. */
static void
what_the_catalogue_finds_fault_with_is_not_said_to_be_valid(void **state)
{
    struct node_unsealed_message *message;

    (void)state;
    node_unsealed_run(&scene.unsealed);
    expect_ok(node_unsealed_get(&scene.unsealed, 0, &message, &last_error));
    assert_false(message->is_valid);
}

static void
reading_ahead_ends_before_one_that_does_not_open(void **state)
{
    struct node_unsealed_message *message;

    (void)state;
    scene.body.data[scene.body.len / MESSAGES * 2 - 1] ^= 1; /* of the second */
    node_unsealed_run(&scene.unsealed);
    assert_int_equal(scene.unsealed.ahead, 1);
    expect_message(0);
    assert_int_equal(
        node_unsealed_get(&scene.unsealed, 1, &message, &last_error),
        ENT_REJECTED);
    expect_message(2);
}

/* ---- opened ---- */

static void
keep(uint64_t number, uint64_t now_ms)
{
    node_unsealed_end(&scene.unsealed);
    expect_ok(node_unsealed_begin(
        &scene.unsealed, &scene.bundle, &secrets, &last_error));
    node_unsealed_run(&scene.unsealed);
    node_opened_keep(&scene.opened, number, now_ms, &scene.unsealed);
}

static bool
is_here(uint64_t number, uint32_t index)
{
    const struct ent_message_key key = key_of(index);
    struct node_plain plain;

    return node_opened_find(&scene.opened, number, index, &key, &plain);
}

static void
what_came_is_there_as_it_was_decrypted(void **state)
{
    (void)state;
    keep(7, NOW);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = message_of(i);
        const struct ent_message_key key = key_of(i);
        struct node_plain plain;

        assert_true(node_opened_find(&scene.opened, 7, i, &key, &plain));
        assert_int_equal(plain.wire.len, wire.len);
        assert_memory_equal(plain.wire.data, wire.data, wire.len);
        assert_true(plain.is_bare == (i != MESSAGES - 1));
        assert_true(plain.is_bare == ent_message_is_bare(plain.wire));
    }
    assert_false(is_here(8, 0));
    assert_false(is_here(7, MESSAGES));
}

static void
who_has_not_its_key_does_not_get_it(void **state)
{
    const struct ent_message_key other = key_of(1);
    struct node_plain plain;

    (void)state;
    keep(7, NOW);
    assert_false(node_opened_find(&scene.opened, 7, 0, &other, &plain));
}

static void
what_was_refused_is_not_kept(void **state)
{
    (void)state;
    node_unsealed_run(&scene.unsealed);
    node_unsealed_forget(&scene.unsealed, 1);
    node_opened_keep(&scene.opened, 7, NOW, &scene.unsealed);
    assert_true(is_here(7, 0));
    assert_false(is_here(7, 1));
    assert_true(is_here(7, 2));
}

static void
it_is_gone_after_its_time_or_when_one_of_it_is_deleted(void **state)
{
    (void)state;
    assert_true(node_opened_due(&scene.opened) == UINT64_MAX);
    keep(7, NOW);
    keep(8, NOW + 10);
    assert_true(node_opened_due(&scene.opened) == NOW + NODE_OPENED_MS);
    node_opened_expire(&scene.opened, NOW + NODE_OPENED_MS - 1);
    assert_true(is_here(7, 0));
    node_opened_expire(&scene.opened, NOW + NODE_OPENED_MS);
    assert_false(is_here(7, 0));
    assert_true(is_here(8, 0));
    node_opened_forget(&scene.opened, 8);
    assert_false(is_here(8, 0));
    assert_int_equal(scene.opened.bytes, 0);
}

static void
a_clock_that_was_put_back_does_not_keep_it(void **state)
{
    (void)state;
    keep(7, NOW);
    node_opened_expire(&scene.opened, NOW - 1);
    assert_false(is_here(7, 0));
}

static void
the_oldest_goes_when_there_are_too_many(void **state)
{
    (void)state;
    for (uint64_t i = 0; i <= NODE_OPENED_MAX; i++) {
        keep(i, NOW);
    }
    assert_int_equal(scene.opened.count, NODE_OPENED_MAX);
    assert_false(is_here(0, 0));
    assert_true(is_here(1, 0));
    assert_true(is_here(NODE_OPENED_MAX, 0));
}

static void
the_oldest_goes_when_they_are_too_large(void **state)
{
    const size_t count = ENT_BODY_MAX / (4 + ent_seal_envelope_len(64));

    (void)state;
    node_unsealed_end(&scene.unsealed);
    ent_bytes_free(&scene.body);
    seal((uint32_t)count);
    for (uint64_t i = 0; i < 9; i++) {
        keep(i, NOW);
    }
    assert_true(scene.opened.bytes <= NODE_OPENED_BYTES);
    assert_false(is_here(0, 0));
    assert_true(is_here(8, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_read_ahead_is_what_is_read_in_time, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_the_catalogue_finds_fault_with_is_not_said_to_be_valid, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            reading_ahead_ends_before_one_that_does_not_open, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_came_is_there_as_it_was_decrypted, setup, teardown),
        cmocka_unit_test_setup_teardown(
            who_has_not_its_key_does_not_get_it, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_was_refused_is_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(
            it_is_gone_after_its_time_or_when_one_of_it_is_deleted, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            a_clock_that_was_put_back_does_not_keep_it, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_oldest_goes_when_there_are_too_many, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_oldest_goes_when_they_are_too_large, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
