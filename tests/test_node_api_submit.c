/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in by hundreds lets what is urgent pass. */
#include "tests/two_offices_rows.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "node/api_internal.h"
#include "node/outbox.h"
#include "node/sealer.h"

#define MANY 100
#define SLICE 32
#define SLICES 4 /* of MANY */
#define ID "%08u-7c00-7abc-8def-0123456789ab"
#define PATIENCE_MS 20000

/* Two programs of Mae Sai's, A and B. */
static void *context;
static void *programs[2];
static struct ent_arena replies; /* that were read */
static int text_len;             /* of each message, at least */

static struct node *
maesai(void)
{
    return world.nodes[MAESAI];
}

/* ---- programs ---- */

static void *
open_program(void)
{
    char endpoint[PATH_MAX + 8];
    int linger = 0;
    void *program = zmq_socket(context, ZMQ_DEALER);

    assert_non_null(program);
    (void)snprintf(
        endpoint, sizeof endpoint, "ipc://%s", world.configs[MAESAI].api);
    (void)zmq_setsockopt(program, ZMQ_LINGER, &linger, sizeof linger);
    assert_int_equal(zmq_connect(program, endpoint), 0);
    return program;
}

/* Until what was handed in is at the node. */
static void
until_it_came(void)
{
    struct ent_ear *ear = node_api_ear(maesai()->api);
    zmq_pollitem_t item = {.socket = ear->socket, .events = ZMQ_POLLIN};

    assert_int_equal(zmq_poll(&item, 1, PATIENCE_MS), 1);
    ear->state = ENT_EAR_OPEN;
}

static void
ask(void *program, const Entente__V1__ApiRequest *request)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    expect_ok(ent_pb_pack(&request->base, &wire, &last_error));
    assert_true(zmq_send(program, wire.data, wire.len, 0) >= 0);
    until_it_came();
}

/* `count` messages, from the number `from` on; without ids from `bare` on. */
static void
hand_in(void *program, unsigned from, unsigned count, unsigned bare)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    Entente__V1__Submission submissions[NODE_API_BATCH_MAX];
    Entente__V1__Submission *list[NODE_API_BATCH_MAX];
    char *to = (char *)(uintptr_t)addresses[TACHILEIK];

    expect_ok(ent_arena_init(&arena, 1 << 24, &last_error));
    for (unsigned i = 0; i < count; i++) {
        ProtobufCMessage *message;
        char json[800];

        char id[64] = "";

        if (i < bare) {
            (void)snprintf(id, sizeof id, "\"id\":\"" ID "\",", from + i);
        }
        (void)snprintf(json, sizeof json,
            "{%s\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\","
            "\"precedence\":\"ROUTINE\",\"test\":{\"text\":\"%0*u\"}}",
            id, text_len, from + i);
        expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
            &arena, &message, &last_error));
        entente__v1__submission__init(&submissions[i]);
        submissions[i].message = (ent_message *)message;
        submissions[i].to = &to;
        submissions[i].n_to = 1;
        list[i] = &submissions[i];
    }
    submit.submissions = list;
    submit.n_submissions = count;
    request.number = from;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &submit;
    ask(program, &request);
}

/* No time is enough to prove it, but this one mostly is. */
static bool
is_unanswered(void *program)
{
    zmq_pollitem_t item = {.socket = program, .events = ZMQ_POLLIN};

    return zmq_poll(&item, 1, 50) == 0;
}

/* The next reply; there must be one. */
static const Entente__V1__ApiReply *
reply_to(void *program)
{
    static const struct ent_pb_limits limits = {
        .size_max = 8 << 20, .fields_max = 100000};
    ProtobufCMessage *reply = NULL;
    zmq_pollitem_t item = {.socket = program, .events = ZMQ_POLLIN};
    zmq_msg_t wire;

    assert_int_equal(zmq_poll(&item, 1, PATIENCE_MS), 1);
    zmq_msg_init(&wire);
    assert_true(zmq_msg_recv(&wire, program, 0) >= 0);
    expect_ok(ent_pb_unpack(&entente__v1__api_reply__descriptor,
        ent_view_of(zmq_msg_data(&wire), zmq_msg_size(&wire)), &limits,
        &replies, &reply, &last_error));
    zmq_msg_close(&wire);
    return (const Entente__V1__ApiReply *)reply;
}

/* All are accepted, in the order in which they were handed in. */
static void
expect_accepted(
    const Entente__V1__ApiReply *reply, unsigned from, unsigned count)
{
    char id[ENT_ID_TEXT_LEN + 1];

    assert_string_equal(reply->error, "");
    assert_int_equal(reply->number, from);
    assert_int_equal(reply->submit->n_results, count);
    for (unsigned i = 0; i < count; i++) {
        const Entente__V1__SubmitResult *result = reply->submit->results[i];

        (void)snprintf(id, sizeof id, ID, from + i);
        assert_string_equal(result->id, id);
        assert_string_equal(result->error, "");
        assert_true(result->copies[0]->accepted);
    }
}

/* ---- the node ---- */

/* How many messages it has accepted. */
static uint64_t
accepted(void)
{
    const struct node_tally *tally = &maesai()->tally;

    return tally->waiting + tally->settled;
}

/* A turn in which programs are heard, and how it ends. */
static void
serve_and_end(enum ent_status rc)
{
    struct node *node = maesai();

    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_outbox_open(node);
    expect_ok(node_api_serve(node, &last_error));
    node_outbox_close(node);
    expect_ok(node_sealer_fresh(node, &last_error));
    (void)snprintf(last_error.text, sizeof last_error.text, "the test says so");
    expect_status(node_turn_end(node, rc, &last_error), rc);
}

static void
serve(void)
{
    serve_and_end(ENT_OK);
}

/* An alert passes. */
static void
alert(void)
{
    (void)post(MAESAI, TACHILEIK, hotline);
    assert_true(node_is_urgent(maesai()));
}

static int
open_programs(void **state)
{
    int rc = setup(state);

    expect_ok(ent_arena_init(&replies, 1 << 24, &last_error));
    introduce();
    world.now += 2 * NODE_URGENT_MS;
    text_len = 1;
    context = zmq_ctx_new();
    programs[0] = open_program();
    programs[1] = open_program();
    return rc;
}

static int
close_programs(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        if (programs[i] != NULL) {
            (void)zmq_close(programs[i]);
        }
    }
    (void)zmq_ctx_term(context);
    ent_arena_fini(&replies);
    return teardown(state);
}

/* ---- tests ---- */

static void
what_is_handed_in_at_once_is_accepted_at_once(void **state)
{
    const uint64_t before = accepted();

    (void)state;
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    assert_int_equal(accepted(), before + MANY);
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
while_something_is_urgent_it_is_accepted_in_slices_and_answered_once(
    void **state)
{
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
        assert_true(node_api_has_more(maesai()->api));
        assert_int_equal(accepted(), before + i * SLICE);
        assert_true(is_unanswered(programs[0]));
    }
    serve();
    assert_false(node_api_has_more(maesai()->api));
    assert_int_equal(accepted(), before + MANY);
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
once_nothing_is_urgent_the_rest_is_accepted_at_once(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    world.now += NODE_URGENT_MS;
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
between_slices_another_program_is_served(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    hand_in(programs[1], 500, 1, 1);
    serve();
    expect_accepted(reply_to(programs[1]), 500, 1);
    assert_true(is_unanswered(programs[0]));
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
what_its_program_asks_next_waits_for_all_of_it(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    hand_in(programs[0], 500, 1, 1);
    for (unsigned i = 0; i <= SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
    expect_accepted(reply_to(programs[0]), 500, 1);
}

static void
two_large_ones_are_served_in_slices_side_by_side(void **state)
{
    const uint64_t before = accepted() + 1;

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    node_api_fill(maesai()->api);
    hand_in(programs[1], 500, MANY, MANY);
    for (unsigned i = 0; i < 2 * SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
    expect_accepted(reply_to(programs[1]), 500, MANY);
    assert_int_equal(accepted(), before + 2 * MANY);
}

/* The first alert: nobody knew of it when the turn began. */
static void
a_small_one_that_comes_meanwhile_shares_the_turn_of_the_first_slice(
    void **state)
{
    const uint64_t before = accepted();

    (void)state;
    hand_in(programs[0], 1, MANY, MANY);
    node_api_fill(maesai()->api);
    hand_in(programs[1], 500, 1, 1);
    node_api_ear(maesai()->api)->state = ENT_EAR_QUIET;
    serve();
    expect_accepted(reply_to(programs[1]), 500, 1);
    assert_int_equal(accepted(), before + SLICE + 1);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

/* Or a repetition would be a second message. */
static void
messages_without_ids_are_accepted_at_once_whatever_is_urgent(void **state)
{
    uint64_t before;
    const Entente__V1__ApiReply *reply;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY - 1);
    serve();
    assert_int_equal(accepted(), before + MANY);
    reply = reply_to(programs[0]);
    assert_int_equal(reply->submit->n_results, MANY);
}

static void
when_a_slice_cannot_be_kept_its_program_is_told_and_can_repeat_all(void **state)
{
    const Entente__V1__ApiReply *reply;
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    serve_and_end(ENT_FULL);
    reply = reply_to(programs[0]);
    assert_int_equal(reply->number, 1);
    assert_int_equal(reply->exit_code, EX_TEMPFAIL);
    assert_false(node_api_has_more(maesai()->api));
    assert_int_equal(accepted(), before + SLICE); /* that stays */
    world.now += NODE_URGENT_MS;
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
    assert_int_equal(accepted(), before + MANY);
}

static void
a_turn_that_fails_without_it_takes_nothing_of_it_back(void **state)
{
    struct node *node = maesai();

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_true(is_unanswered(programs[0]));
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
what_a_program_handed_in_that_is_gone_is_accepted_all_the_same(void **state)
{
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    (void)zmq_close(programs[0]);
    programs[0] = NULL;
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    assert_int_equal(accepted(), before + MANY);
    assert_false(node_api_has_more(maesai()->api));
}

static void
what_a_node_that_stops_leaves_undone_is_done_when_it_is_asked_again(
    void **state)
{
    const uint64_t before = accepted() + 1;

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    crash(MAESAI);
    (void)zmq_close(programs[0]);
    programs[0] = open_program();
    assert_int_equal(accepted(), before + SLICE);
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
    assert_int_equal(accepted(), before + MANY);
    exchange();
    assert_int_equal(desk_count(TACHILEIK), before + MANY);
    journal_is_good(MAESAI);
}

/* Whoever takes the print of a message takes the same. */
static void
what_was_laid_out_ahead_is_known_when_it_is_handed_in_again(void **state)
{
    struct node *node = maesai();
    struct node_helper *helper = NULL;
    uint64_t before = accepted();

    (void)state;
    text_len = 500;
    expect_ok(node_helper_start(&helper, &last_error));
    expect_ok(node_api_lay_out_ahead(
        node->api, helper, node->given_key, &last_error));
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    node_api_fill(node->api);
    assert_non_null(node->api->queue.list[0].laid);
    (void)usleep(100000);
    serve();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
    node_laids_free(&node->api->laids);
    node_helper_stop(&helper);
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    serve();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
}

#define SUBMIT_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, open_programs, close_programs)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SUBMIT_TEST(what_is_handed_in_at_once_is_accepted_at_once),
        SUBMIT_TEST(
            while_something_is_urgent_it_is_accepted_in_slices_and_answered_once),
        SUBMIT_TEST(once_nothing_is_urgent_the_rest_is_accepted_at_once),
        SUBMIT_TEST(between_slices_another_program_is_served),
        SUBMIT_TEST(what_its_program_asks_next_waits_for_all_of_it),
        SUBMIT_TEST(two_large_ones_are_served_in_slices_side_by_side),
        SUBMIT_TEST(
            a_small_one_that_comes_meanwhile_shares_the_turn_of_the_first_slice),
        SUBMIT_TEST(
            messages_without_ids_are_accepted_at_once_whatever_is_urgent),
        SUBMIT_TEST(
            when_a_slice_cannot_be_kept_its_program_is_told_and_can_repeat_all),
        SUBMIT_TEST(a_turn_that_fails_without_it_takes_nothing_of_it_back),
        SUBMIT_TEST(
            what_a_program_handed_in_that_is_gone_is_accepted_all_the_same),
        SUBMIT_TEST(
            what_was_laid_out_ahead_is_known_when_it_is_handed_in_again),
        SUBMIT_TEST(
            what_a_node_that_stops_leaves_undone_is_done_when_it_is_asked_again),
    };

    return cmocka_run_group_tests_name("node_api_submit", tests, NULL, NULL);
}
