/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/client/client.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#include "proto/base/pb.h"
#include "proto/base/time.h"

#define FIRST_CONTACT_MS 3000 /* for a node that is not there at all */
#define NOTICE_MS 2000        /* after this somebody should hear of it */
#define PAUSE_MS 500          /* before asking again a node that was busy */
#define RECONNECT_MS 50
#define RECONNECT_MAX_MS 1000
#define REPLY_MAX ((size_t)32 * 1024 * 1024)
#define REPLY_ARENA ((size_t)128 * 1024 * 1024) /* of addresses, not memory */
#define MONITOR "inproc://entente-client-monitor"

struct ent_client {
    char path[ENT_CLIENT_PATH_MAX + 1];
    void *context;
    void *socket;
    void *monitor; /* tells when the connection breaks */
    bool met;      /* a node was there once */
    bool patient;  /* the user said how long to wait */
    bool told;     /* that the node is away */
    ent_client_notice *notice;
    void *notice_context;
    unsigned timeout_ms;
    uint64_t number;
    unsigned sockets;       /* made so far */
    struct ent_arena arena; /* the last reply */
};

/* ---- life ---- */

static int
fail(struct ent_error *err, int code, enum ent_status status, const char *what)
{
    (void)ent_fail(err, status, "%s: %s", what, zmq_strerror(errno));
    return code;
}

static bool
set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* IMMEDIATE: nothing is queued for a node that is not there, so that "sent"
 * means sent to a node that was. */
static bool
set_options(void *socket)
{
    const int64_t reply_max = (int64_t)REPLY_MAX;

    return set_int(socket, ZMQ_LINGER, 0) &&
           set_int(socket, ZMQ_IMMEDIATE, 1) &&
           set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
           set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) &&
           zmq_setsockopt(
               socket, ZMQ_MAXMSGSIZE, &reply_max, sizeof reply_max) == 0;
}

/* A socket that hears when the connection of the other breaks. */
static bool
watch(struct ent_client *client)
{
    char address[64];

    (void)snprintf(address, sizeof address, MONITOR "-%u", client->sockets);
    client->monitor = zmq_socket(client->context, ZMQ_PAIR);
    return client->monitor != NULL && set_int(client->monitor, ZMQ_LINGER, 0) &&
           zmq_socket_monitor(
               client->socket, address, ZMQ_EVENT_DISCONNECTED) == 0 &&
           zmq_connect(client->monitor, address) == 0;
}

static void
hang_up(struct ent_client *client)
{
    if (client->monitor != NULL) {
        (void)zmq_close(client->monitor);
        client->monitor = NULL;
    }
    if (client->socket != NULL) {
        (void)zmq_close(client->socket);
        client->socket = NULL;
    }
}

static int
dial(struct ent_client *client, struct ent_error *err)
{
    char address[sizeof "ipc://" + ENT_CLIENT_PATH_MAX];

    client->sockets++;
    client->socket = zmq_socket(client->context, ZMQ_DEALER);
    if (client->socket == NULL || !set_options(client->socket) ||
        !watch(client)) {
        return fail(err, EX_OSERR, ENT_IO, "making a socket");
    }
    (void)snprintf(address, sizeof address, "ipc://%s", client->path);
    if (zmq_connect(client->socket, address) != 0) {
        return fail(err, EX_UNAVAILABLE, ENT_IO, client->path);
    }
    return EX_OK;
}

int
ent_client_open(const char *socket_path, unsigned timeout_ms, bool patient,
    struct ent_client **ret_client, struct ent_error *err)
{
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    int code;

    assert(socket_path != NULL && ret_client != NULL);

    if (strlen(socket_path) > ENT_CLIENT_PATH_MAX) {
        (void)ent_fail(err, ENT_FULL, "no socket can have so long a path: %s",
            socket_path);
        return EX_CONFIG;
    }
    client = calloc(1, sizeof *client);
    if (client == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return EX_OSERR;
    }
    (void)snprintf(client->path, sizeof client->path, "%s", socket_path);
    client->patient = patient;
    client->timeout_ms = timeout_ms;
    if (ent_arena_init(&client->arena, REPLY_ARENA, err) != ENT_OK) {
        return EX_OSERR;
    }
    client->context = zmq_ctx_new();
    if (client->context == NULL) {
        return fail(err, EX_OSERR, ENT_NO_MEMORY, "making a socket");
    }
    code = dial(client, err);
    if (code != EX_OK) {
        return code;
    }
    *ret_client = client;
    client = NULL;
    return EX_OK;
}

void
ent_client_close(struct ent_client **client)
{
    if (*client == NULL) {
        return;
    }
    hang_up(*client);
    if ((*client)->context != NULL) {
        (void)zmq_ctx_term((*client)->context);
    }
    ent_arena_fini(&(*client)->arena);
    free(*client);
    *client = NULL;
}

void
ent_client_on_notice(
    struct ent_client *client, ent_client_notice *told, void *context)
{
    client->notice = told;
    client->notice_context = context;
}

bool
ent_client_met(const struct ent_client *client)
{
    return client->met;
}

/* ---- one question ---- */

/* A request on its way. */
struct asking {
    struct ent_view wire;
    uint64_t number;
    uint64_t give_up_at; /* on the clock that never steps */
    uint64_t not_before; /* when to send it */
    uint64_t idle_since; /* while there is nobody to send it to */
    bool sent;
};

/* Read away what the monitor tells: true when a connection broke. */
static bool
has_broken(struct ent_client *client)
{
    bool broken = false;
    char skipped[256];

    while (
        zmq_recv(client->monitor, skipped, sizeof skipped, ZMQ_DONTWAIT) >= 0) {
        broken = true;
    }
    return broken;
}

/* Until when to wait: a node that was never there gets less time. */
static uint64_t
deadline(const struct ent_client *client, const struct asking *asking,
    uint64_t asked_at)
{
    uint64_t first = asked_at + FIRST_CONTACT_MS;

    return client->met || client->patient || first > asking->give_up_at
               ? asking->give_up_at
               : first;
}

/* Wait for something to do, at most until `until`. */
static void
wait_for_event(struct ent_client *client, const struct asking *asking,
    uint64_t now, uint64_t until)
{
    const bool early = !asking->sent && now < asking->not_before;
    short events = ZMQ_POLLIN;
    zmq_pollitem_t items[2];

    if (!asking->sent && !early) {
        events |= ZMQ_POLLOUT;
    }
    if (early && asking->not_before < until) {
        until = asking->not_before;
    }
    if (!asking->sent && !client->told && client->met &&
        asking->idle_since + NOTICE_MS < until) {
        until = asking->idle_since + NOTICE_MS;
    }
    items[0] = (zmq_pollitem_t){.socket = client->socket, .events = events};
    items[1] =
        (zmq_pollitem_t){.socket = client->monitor, .events = ZMQ_POLLIN};
    (void)zmq_poll(items, 2, until > now ? (long)(until - now) : 0);
}

/* Is this the reply? EX_OK, -1 for that of an earlier question, or why not. */
static int
decode(struct ent_client *client, struct ent_view wire, uint64_t number,
    const Entente__V1__ApiReply **ret_reply, struct ent_error *err)
{
    ProtobufCMessage *message;
    const Entente__V1__ApiReply *reply;
    enum ent_status rc;

    ent_arena_reset(&client->arena);
    /* Its node checked what it says: it is not looked through once more. */
    rc = ent_pb_unpack_own(&entente__v1__api_reply__descriptor, wire,
        &client->arena, &message, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "what answers at '%s' is no node of this version",
            client->path);
        return EX_PROTOCOL;
    }
    reply = (const Entente__V1__ApiReply *)message;
    if (reply->number != number) {
        return -1;
    }
    *ret_reply = reply;
    return EX_OK;
}

/* Take one part in, of a reply that has only one. */
static int
receive(struct ent_client *client, uint64_t number,
    const Entente__V1__ApiReply **ret_reply, struct ent_error *err)
{
    zmq_msg_t part;
    int code = -1;

    (void)zmq_msg_init(&part);
    if (zmq_msg_recv(&part, client->socket, ZMQ_DONTWAIT) >= 0) {
        code = decode(client,
            ent_view_of(zmq_msg_data(&part), zmq_msg_size(&part)), number,
            ret_reply, err);
    }
    (void)zmq_msg_close(&part);
    return code;
}

static int
no_answer(const struct ent_client *client, const struct asking *asking,
    struct ent_error *err)
{
    (void)ent_fail(err, ENT_BUSY,
        asking->sent ? "the node at '%s' does not answer"
                     : "no node answers at '%s'; is entente-node running?",
        client->path);
    return EX_UNAVAILABLE;
}

static void
notice(const struct ent_client *client, bool back)
{
    if (client->notice != NULL) {
        client->notice(client->notice_context, back);
    }
}

/* Who waits for a node that was there wants to know it. */
static void
tell(struct ent_client *client, const struct asking *asking, uint64_t now)
{
    if (asking->sent && client->told) {
        client->told = false;
        notice(client, true);
    }
    if (!asking->sent && !client->told && client->met &&
        now >= asking->idle_since + NOTICE_MS) {
        client->told = true;
        notice(client, false);
    }
}

/* After a break, a socket of libzmq still takes messages for a moment, for the
 * pipe that is no more, and says nothing about them. So it is not used again.
 */
static int
redial(struct ent_client *client, struct asking *asking, uint64_t now,
    struct ent_error *err)
{
    if (asking->sent) {
        asking->sent = false;
        asking->idle_since = now;
    }
    hang_up(client);
    (void)poll(NULL, 0, RECONNECT_MS); /* whatever broke, it may break again */
    return dial(client, err);
}

/* Send it as soon as that is possible, again after each broken connection. */
static int
push(struct ent_client *client, struct asking *asking, uint64_t now,
    struct ent_error *err)
{
    int code = EX_OK;

    if (has_broken(client)) {
        code = redial(client, asking, now, err);
    }
    if (code == EX_OK && !asking->sent && now >= asking->not_before &&
        zmq_send(client->socket, asking->wire.data, asking->wire.len,
            ZMQ_DONTWAIT) >= 0) {
        asking->sent = true;
        client->met = true;
    }
    tell(client, asking, now);
    return code;
}

static int
converse(struct ent_client *client, struct asking *asking,
    const Entente__V1__ApiReply **ret_reply, struct ent_error *err)
{
    const uint64_t asked_at = ent_time_boot_ms();
    uint64_t now = asked_at;

    asking->idle_since = asked_at;
    do {
        int code = push(client, asking, now, err);

        if (code != EX_OK) {
            return code;
        }
        wait_for_event(client, asking, now, deadline(client, asking, asked_at));
        now = ent_time_boot_ms();
        code = receive(client, asking->number, ret_reply, err);
        if (code >= 0) {
            return code;
        }
    } while (now < deadline(client, asking, asked_at));
    return no_answer(client, asking, err);
}

/* Does the reply hold what was asked for? The numbers of both oneofs agree. */
static int
judge(const struct ent_client *client, const Entente__V1__ApiRequest *request,
    const Entente__V1__ApiReply *reply, struct ent_error *err)
{
    if (reply->error[0] != '\0') {
        (void)ent_fail(err, ENT_BUSY, "%s", reply->error);
        return reply->exit_code > 0 && reply->exit_code < 256
                   ? (int)reply->exit_code
                   : EX_SOFTWARE;
    }
    if ((int)reply->reply_case != (int)request->request_case) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "what answers at '%s' answers another question", client->path);
        return EX_PROTOCOL;
    }
    return EX_OK;
}

int
ent_client_ask(struct ent_client *client, Entente__V1__ApiRequest *request,
    unsigned patience_ms, const Entente__V1__ApiReply **ret_reply,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const Entente__V1__ApiReply *reply = NULL;
    struct asking asking = {.number = ++client->number};
    int code;

    assert(client != NULL && request != NULL && ret_reply != NULL);

    request->number = asking.number;
    if (ent_pb_pack(&request->base, &wire, err) != ENT_OK) {
        return EX_OSERR;
    }
    asking.wire = ent_bytes_view(&wire);
    asking.give_up_at = ent_time_boot_ms() + client->timeout_ms + patience_ms;
    for (;;) {
        code = converse(client, &asking, &reply, err);
        if (code == EX_OK) {
            code = judge(client, request, reply, err);
        }
        if (code != EX_TEMPFAIL ||
            ent_time_boot_ms() + PAUSE_MS >= asking.give_up_at) {
            break;
        }
        asking.sent = false; /* busy: the same question a little later */
        asking.not_before = ent_time_boot_ms() + PAUSE_MS;
    }
    if (code == EX_OK) {
        *ret_reply = reply;
    }
    return code;
}

/* ---- what an agency's program does all day ---- */

int
ent_client_submit(struct ent_client *client, Entente__V1__Message *message,
    const char *const *to, size_t to_count,
    const Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__Submission *list[] = {&submission};
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    submission.message = message;
    submission.to = (char **)(uintptr_t)to;
    submission.n_to = to_count;
    submit.submissions = list;
    submit.n_submissions = 1;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &submit;
    code = ent_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK && reply->submit->n_results != 1) {
        (void)ent_fail(err, ENT_BAD_INPUT, "the node gave no result");
        return EX_PROTOCOL;
    }
    if (code == EX_OK && reply->submit->results[0]->error[0] != '\0') {
        (void)ent_fail(
            err, ENT_BAD_INPUT, "%s", reply->submit->results[0]->error);
        return EX_DATAERR;
    }
    if (code == EX_OK) {
        *ret_result = reply->submit->results[0];
    }
    return code;
}

int
ent_client_next(struct ent_client *client, const char *consumer,
    unsigned wait_ms, const Entente__V1__InboxItem **ret_item,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__InboxRequest inbox = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    inbox.consumer = (char *)(uintptr_t)consumer;
    inbox.limit = 1;
    inbox.wait_ms = wait_ms;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_INBOX;
    request.inbox = &inbox;
    code = ent_client_ask(client, &request, wait_ms, &reply, err);
    if (code == EX_OK) {
        *ret_item = reply->inbox->n_items == 0 ? NULL : reply->inbox->items[0];
    }
    return code;
}

int
ent_client_done(struct ent_client *client, const char *consumer,
    uint64_t sequence, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CursorRequest cursor = ENTENTE__V1__CURSOR_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;

    cursor.consumer = (char *)(uintptr_t)consumer;
    cursor.through = sequence;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CURSOR;
    request.cursor = &cursor;
    return ent_client_ask(client, &request, 0, &reply, err);
}
