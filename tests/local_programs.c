/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/local_programs.h"

#include <stdio.h>

#include "node/outbox.h"
#include "node/sealer.h"

#define PATIENCE_MS 20000

void *programs[2];
int text_len;
bool bare_first;

static void *context;
static struct ent_arena replies; /* that were read */

struct node *
maesai(void)
{
    return world.nodes[MAESAI];
}

void *
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
void
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
        char json[LONG_TEXT + 300];

        char id[64] = "";

        if ((i < bare) != bare_first) {
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
bool
is_unanswered(void *program)
{
    zmq_pollitem_t item = {.socket = program, .events = ZMQ_POLLIN};

    return zmq_poll(&item, 1, 50) == 0;
}

/* The next reply; there must be one. */
const Entente__V1__ApiReply *
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
void
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

/* How many messages it has accepted. */
uint64_t
accepted(void)
{
    const struct node_tally *tally = &maesai()->tally;

    return tally->waiting + tally->settled;
}

/* A turn in which programs are heard, and how it ends. */
void
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

void
serve(void)
{
    serve_and_end(ENT_OK);
}

/* An alert passes. */
void
alert(void)
{
    (void)post(MAESAI, TACHILEIK, hotline);
    assert_true(node_is_urgent(maesai()));
}

int
open_programs(void **state)
{
    int rc = setup(state);

    expect_ok(ent_arena_init(&replies, 1 << 24, &last_error));
    introduce();
    world.now += 2 * NODE_URGENT_MS;
    text_len = 1;
    bare_first = false;
    context = zmq_ctx_new();
    programs[0] = open_program();
    programs[1] = open_program();
    return rc;
}

int
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
