/* SPDX-License-Identifier: Apache-2.0 */
/* What of a message is found out before its turn, and what is left to it. */
#include "tests/support.h"

#include "node/submit.h"
#include "proto/message.h"

#define NOW UINT64_C(1786752000000) /* 2026-08-15 */
#define ID "01926b3e-7c00-7abc-8def-0123456789ab"

static struct ent_address self;
static struct ent_arena arena;
static char *to = (char *)(uintptr_t) "blo-tachileik@mm";

/* A radio check that goes, and what it lies in. */
struct given {
    Entente__V1__Test test;
    ent_message message;
    Entente__V1__Submission submission;
};

static struct given
radio_check(void)
{
    struct given given;

    entente__v1__test__init(&given.test);
    entente__v1__message__init(&given.message);
    entente__v1__submission__init(&given.submission);
    given.test.text = (char *)(uintptr_t) "How do you read?";
    given.message.id = (char *)(uintptr_t)ID;
    given.message.mode = ENTENTE__V1__MODE__TEST;
    given.message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    given.message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    given.submission.to = &to;
    given.submission.n_to = 1;
    return given;
}

static struct node_foreseen
foresee(struct given *given)
{
    const struct node_foresight foresight = {
        .given_key = "a key of prints", .self = &self, .now_ms = NOW};
    struct node_foreseen foreseen;

    given->message.test = &given->test;
    given->submission.message = &given->message;
    node_submit_foresee(
        &foresight, &given->submission, view("as packed"), &arena, &foreseen);
    return foreseen;
}

static void
a_message_that_is_right_is_filled_in_and_known_to_be_valid(void **state)
{
    struct given given = radio_check();

    (void)state;
    assert_true(foresee(&given).is_valid);
    assert_string_equal(given.message.from, self.text);
    assert_int_equal(ent_message_time_ms(given.message.created_at), NOW);
    assert_true(ent_message_time_ms(given.message.valid_until) > NOW);
    assert_int_equal(
        given.message.precedence, ENTENTE__V1__PRECEDENCE__ROUTINE);
    assert_string_equal(given.message.to, ""); /* it is told in its turn */
}

static void
its_print_is_that_of_what_was_given(void **state)
{
    const uint8_t key[16] = "a key of prints";
    struct given given = radio_check();
    struct node_foreseen foreseen = foresee(&given);
    uint8_t want[NODE_PRINT_LEN];

    (void)state;
    node_submit_print(key, view("as packed"), want);
    assert_memory_equal(foreseen.print, want, sizeof want);
}

static void
what_is_wrong_is_left_to_its_turn(void **state)
{
    struct given given = radio_check();

    (void)state;
    given.message.id = (char *)(uintptr_t) "no id";
    assert_false(foresee(&given).is_valid);
    given = radio_check();
    given.test.text = (char *)(uintptr_t) "a \xff";
    assert_false(foresee(&given).is_valid);
    given = radio_check();
    given.message.body_case = ENTENTE__V1__MESSAGE__BODY__NOT_SET;
    assert_false(foresee(&given).is_valid);
    given = radio_check();
    to = (char *)(uintptr_t) "nowhere";
    assert_false(foresee(&given).is_valid);
    to = (char *)(uintptr_t) "blo-tachileik@mm";
}

/* It is as it was given then: nothing is filled in. */
static void
expect_left(struct given given)
{
    assert_false(foresee(&given).is_valid);
    assert_string_equal(given.message.from, "");
    assert_null(given.message.created_at);
}

static void
what_the_node_has_something_to_say_in_is_left_to_its_turn(void **state)
{
    Entente__V1__Emergency emergency = ENTENTE__V1__EMERGENCY__INIT;
    Entente__V1__Origin origin = ENTENTE__V1__ORIGIN__INIT;
    Entente__V1__Lifecycle lifecycle = ENTENTE__V1__LIFECYCLE__INIT;
    struct given given = radio_check();

    (void)state;
    given.message.emergency = &emergency;
    expect_left(given);
    given = radio_check();
    given.message.origin = &origin;
    expect_left(given);
    given = radio_check();
    given.message.body_case = ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
    given.message.lifecycle = &lifecycle;
    expect_left(given);
}

static void
what_is_encoded_anew_or_gets_an_id_is_left_to_its_turn(void **state)
{
    struct given given = radio_check();

    (void)state;
    given.message.to = to;
    expect_left(given);
    given = radio_check();
    given.submission.n_enclosures = 1;
    expect_left(given);
    given = radio_check();
    given.message.id = (char *)(uintptr_t) "";
    expect_left(given);
    given = radio_check();
    given.submission.n_to = 0;
    expect_left(given);
}

static void
no_message_is_nothing_to_foresee(void **state)
{
    const struct node_foresight foresight = {.self = &self};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    struct node_foreseen foreseen;

    (void)state;
    node_submit_foresee(&foresight, &submission, view(""), &arena, &foreseen);
    assert_false(foreseen.is_valid);
}

static int
setup(void **state)
{
    (void)state;
    expect_ok(ent_address_parse(view("blo-maesai@th"), &self, &last_error));
    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ent_arena_fini(&arena);
    return 0;
}

#define FORESEE_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FORESEE_TEST(
            a_message_that_is_right_is_filled_in_and_known_to_be_valid),
        FORESEE_TEST(its_print_is_that_of_what_was_given),
        FORESEE_TEST(what_is_wrong_is_left_to_its_turn),
        FORESEE_TEST(what_the_node_has_something_to_say_in_is_left_to_its_turn),
        FORESEE_TEST(what_is_encoded_anew_or_gets_an_id_is_left_to_its_turn),
        FORESEE_TEST(no_message_is_nothing_to_foresee),
    };

    return cmocka_run_group_tests_name(
        "node_submit_foresee", tests, NULL, NULL);
}
