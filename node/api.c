/* SPDX-License-Identifier: Apache-2.0 */
#include "node/api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>

#include "node/submit.h"
#include "proto/base/log.h"

#define COMPONENT "api"
#define ARENA_LEN ((size_t)64 * 1024 * 1024)
#define FIELDS_MAX 200000
#define CLIENT_MAX 64
#define WAITERS_MAX 64
#define ASKED_MAX 1024 /* requests of one turn */

/* A reader that waits for something to come. */
struct waiter {
    uint8_t client[CLIENT_MAX];
    size_t client_len;
    uint64_t number;
    uint64_t until_ms;
    uint64_t from;
    uint32_t limit;
    char consumer[64];
};

/* Who asked in this turn, to be told when it is taken back. */
struct asked {
    uint8_t client[CLIENT_MAX];
    size_t client_len;
    uint64_t number;
};

struct node_api {
    void *socket;
    char path[108]; /* as long as a Unix address can be */
    struct ent_arena arena;
    struct waiter waiters[WAITERS_MAX];
    size_t waiter_count;
    struct waiter kept[WAITERS_MAX]; /* as they were when the turn began */
    size_t kept_count;
    uint64_t
        seen_arrivals; /* node->arrivals when waiters were last looked at */
    struct asked asked[ASKED_MAX];
    size_t asked_count;
};

/* Whoever is not to connect cannot, from the first moment. */
static int
bind_private(void *socket, const char *endpoint)
{
    mode_t was = umask(0117);
    int rc = zmq_bind(socket, endpoint);

    (void)umask(was);
    return rc;
}

enum ent_status
node_api_open(void *zmq_context, const char *path, struct node_api **ret_api,
    struct ent_error *err)
{
    ENT_AUTO(node_api_close) struct node_api *api = NULL;
    char endpoint[128];
    int64_t max = NODE_API_REQUEST_MAX;
    int zero = 0;
    enum ent_status rc;

    if (strlen(path) >= sizeof api->path) {
        return ent_fail(err, ENT_BAD_INPUT,
            "the api's path is longer than a Unix socket allows: %s", path);
    }
    api = calloc(1, sizeof *api);
    if (api == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the api");
    }
    rc = ent_arena_init(&api->arena, ARENA_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    (void)snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    api->socket = zmq_socket(zmq_context, ZMQ_ROUTER);
    if (api->socket == NULL ||
        zmq_setsockopt(api->socket, ZMQ_MAXMSGSIZE, &max, sizeof max) != 0 ||
        zmq_setsockopt(api->socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
        bind_private(api->socket, endpoint) != 0) {
        return ent_fail(err, ENT_IO, "opening the api at '%s': %s", path,
            zmq_strerror(errno));
    }
    if (chmod(path, 0660) != 0) {
        return ent_fail(err, ENT_IO, "'%s': %s", path, strerror(errno));
    }
    (void)snprintf(api->path, sizeof api->path, "%s", path);
    *ret_api = api;
    api = NULL;
    return ENT_OK;
}

void
node_api_close(struct node_api **api)
{
    if (*api == NULL) {
        return;
    }
    if ((*api)->socket != NULL) {
        (void)zmq_close((*api)->socket);
    }
    if ((*api)->path[0] != '\0') {
        (void)unlink((*api)->path);
    }
    ent_arena_fini(&(*api)->arena);
    free(*api);
    *api = NULL;
}

void *
node_api_socket(struct node_api *api)
{
    return api->socket;
}

void
node_api_begin(struct node_api *api)
{
    api->asked_count = 0;
    memcpy(api->kept, api->waiters, api->waiter_count * sizeof *api->waiters);
    api->kept_count = api->waiter_count;
}

/* ---- replies ---- */

static enum ent_status
queue_reply(struct node *node, struct ent_view client,
    const Entente__V1__ApiReply *reply, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc = ent_pb_pack(&reply->base, &payload, err);

    return rc != ENT_OK
               ? rc
               : node_effects_reply(&node->effects, client, &payload, err);
}

static uint32_t
exit_code_of(enum ent_status status)
{
    switch (status) {
    case ENT_BAD_INPUT:
        return EX_DATAERR;
    case ENT_NOT_FOUND:
        return EX_NOINPUT;
    case ENT_NO_MEMORY:
    case ENT_FULL:
    case ENT_BUSY:
        return EX_TEMPFAIL;
    case ENT_IO:
        return EX_IOERR;
    default:
        return EX_SOFTWARE;
    }
}

static enum ent_status
queue_error(struct node *node, struct ent_view client, uint64_t number,
    enum ent_status status, const char *text, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;

    reply.number = number;
    reply.error = (char *)(uintptr_t)text;
    reply.exit_code = exit_code_of(status);
    return queue_reply(node, client, &reply, err);
}

/* ---- requests ---- */

static enum ent_status
do_submit(struct node *node, const Entente__V1__SubmitRequest *request,
    Entente__V1__SubmitReply *reply, struct ent_error *err)
{
    struct ent_arena *arena = &node->api->arena;
    enum ent_status rc = ENT_OK;

    if (request->n_submissions > NODE_API_BATCH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a request holds at most %d messages", NODE_API_BATCH_MAX);
    }
    reply->results = ent_arena_alloc(
        arena, (request->n_submissions + 1) * sizeof *reply->results);
    if (reply->results == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering a submission");
    }
    for (size_t i = 0; rc == ENT_OK && i < request->n_submissions; i++) {
        rc = node_submit(
            node, request->submissions[i], arena, &reply->results[i], err);
        reply->n_results = i + 1;
    }
    if (rc == ENT_NO_MEMORY && reply->n_results > 1) {
        return ENT_FULL; /* some are accepted: all are to be taken back */
    }
    return rc;
}

/* Keep a reader until something comes; false: answer it now. */
static bool
wait_for_more(struct node *node, struct ent_view client, uint64_t number,
    const Entente__V1__InboxRequest *request, uint64_t next)
{
    struct node_api *api = node->api;
    struct waiter *waiter = &api->waiters[api->waiter_count];
    uint64_t wait = request->wait_ms < NODE_API_WAIT_MAX_MS
                        ? request->wait_ms
                        : NODE_API_WAIT_MAX_MS;

    if (wait == 0 || api->waiter_count == WAITERS_MAX ||
        strlen(request->consumer) >= sizeof waiter->consumer) {
        return false;
    }
    memcpy(waiter->client, client.data, client.len);
    waiter->client_len = client.len;
    waiter->number = number;
    waiter->until_ms = node->now_ms + wait;
    waiter->from = next;
    waiter->limit = request->limit;
    (void)snprintf(
        waiter->consumer, sizeof waiter->consumer, "%s", request->consumer);
    api->waiter_count++;
    return true;
}

static enum ent_status
do_inbox(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    enum ent_status rc =
        node_api_inbox(node, request->inbox, &node->api->arena, &inbox, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (inbox.n_items == 0 && wait_for_more(node, client, request->number,
                                  request->inbox, inbox.next)) {
        return ENT_OK;
    }
    reply.number = request->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return queue_reply(node, client, &reply, err);
}

static enum ent_status
handle(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__SubmitReply submit = ENTENTE__V1__SUBMIT_REPLY__INIT;
    Entente__V1__TraceReply trace = ENTENTE__V1__TRACE_REPLY__INIT;
    Entente__V1__StatusReply status = ENTENTE__V1__STATUS_REPLY__INIT;
    Entente__V1__CountsReply counts = ENTENTE__V1__COUNTS_REPLY__INIT;
    Entente__V1__JournalVerifyReply journal =
        ENTENTE__V1__JOURNAL_VERIFY_REPLY__INIT;
    struct ent_arena *arena = &node->api->arena;
    enum ent_status rc;

    reply.number = request->number;
    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_SUBMIT;
        reply.submit = &submit;
        rc = do_submit(node, request->submit, &submit, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_INBOX:
        return do_inbox(node, client, request, err);
    case ENTENTE__V1__API_REQUEST__REQUEST_CURSOR:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CURSOR;
        reply.cursor = true;
        rc = node_api_cursor(node, request->cursor, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_TRACE:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
        reply.trace = &trace;
        rc = node_api_trace(node, request->trace, arena, &trace, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_STATUS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_STATUS;
        reply.status = &status;
        rc = node_api_status(node, arena, &status, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_COUNTS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_COUNTS;
        reply.counts = &counts;
        rc = node_api_counts(node, arena, &counts, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_JOURNAL_VERIFY;
        reply.journal_verify = &journal;
        rc = node_api_journal(node, arena, &journal, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_EXPLAIN;
        rc = node_explain(node, request->explain, arena, &reply.explain, err);
        break;
    default:
        return ent_fail(err, ENT_BAD_INPUT, "the request asks for nothing");
    }
    return rc != ENT_OK ? rc : queue_reply(node, client, &reply, err);
}

static void
remember_asker(struct node_api *api, struct ent_view client, uint64_t number)
{
    struct asked *asked = &api->asked[api->asked_count];

    if (api->asked_count < ASKED_MAX && client.len <= CLIENT_MAX) {
        memcpy(asked->client, client.data, client.len);
        asked->client_len = client.len;
        asked->number = number;
        api->asked_count++;
    }
}

static enum ent_status
serve_one(struct node *node, struct ent_view client, struct ent_view wire,
    struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = NODE_API_REQUEST_MAX, .fields_max = FIELDS_MAX};
    struct node_api *api = node->api;
    ProtobufCMessage *request = NULL;
    uint64_t number = 0;
    enum ent_status rc;

    if (client.len > CLIENT_MAX) {
        return ENT_OK;
    }
    ent_arena_reset(&api->arena);
    rc = ent_pb_unpack(&entente__v1__api_request__descriptor, wire, &limits,
        &api->arena, &request, err);
    if (rc == ENT_OK) {
        number = ((Entente__V1__ApiRequest *)request)->number;
        remember_asker(api, client, number);
        rc =
            handle(node, client, (const Entente__V1__ApiRequest *)request, err);
    }
    if (rc == ENT_OK || rc == ENT_FULL || rc == ENT_IO) {
        return rc;
    }
    return queue_error(node, client, number, rc, err->text, err);
}

/* One request: routing id, payload. More parts are read away. */
static bool
receive(void *socket, zmq_msg_t *client, zmq_msg_t *payload, bool *ret_good)
{
    bool more;

    *ret_good = false;
    if (zmq_msg_recv(client, socket, ZMQ_DONTWAIT) < 0) {
        return false;
    }
    more = zmq_msg_more(client) != 0;
    if (more && zmq_msg_recv(payload, socket, 0) >= 0) {
        more = zmq_msg_more(payload) != 0;
        *ret_good = !more;
    }
    while (more) {
        zmq_msg_t rest;

        zmq_msg_init(&rest);
        if (zmq_msg_recv(&rest, socket, 0) < 0) {
            more = false;
        } else {
            more = zmq_msg_more(&rest) != 0;
        }
        zmq_msg_close(&rest);
    }
    return true;
}

enum ent_status
node_api_serve(struct node *node, size_t budget, size_t *ret_handled,
    struct ent_error *err)
{
    size_t handled = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && handled < budget) {
        zmq_msg_t client;
        zmq_msg_t payload;
        bool good;
        bool came;

        zmq_msg_init(&client);
        zmq_msg_init(&payload);
        came = receive(node->api->socket, &client, &payload, &good);
        if (came && good) {
            rc = serve_one(node,
                ent_view_of(zmq_msg_data(&client), zmq_msg_size(&client)),
                ent_view_of(zmq_msg_data(&payload), zmq_msg_size(&payload)),
                err);
        }
        zmq_msg_close(&client);
        zmq_msg_close(&payload);
        if (!came) {
            break;
        }
        handled++;
    }
    *ret_handled = handled;
    return rc;
}

/* ---- readers that wait ---- */

static enum ent_status
answer_waiter(struct node *node, const struct waiter *waiter, bool over,
    bool *ret_answered, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    enum ent_status rc;

    request.from = waiter->from;
    request.limit = waiter->limit;
    request.consumer = (char *)(uintptr_t)waiter->consumer;
    ent_arena_reset(&node->api->arena);
    rc = node_api_inbox(node, &request, &node->api->arena, &inbox, err);
    *ret_answered = rc == ENT_OK && (over || inbox.n_items > 0);
    if (!*ret_answered) {
        return rc;
    }
    reply.number = waiter->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return queue_reply(
        node, ent_view_of(waiter->client, waiter->client_len), &reply, err);
}

enum ent_status
node_api_wake(struct node *node, struct ent_error *err)
{
    struct node_api *api = node->api;
    bool news = api->seen_arrivals != node->arrivals;
    size_t i = 0;

    while (i < api->waiter_count) {
        struct waiter *waiter = &api->waiters[i];
        bool over = node->now_ms >= waiter->until_ms;
        bool answered = false;
        enum ent_status rc = ENT_OK;

        if (news || over) {
            rc = answer_waiter(node, waiter, over, &answered, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (answered) {
            *waiter = api->waiters[--api->waiter_count];
        } else {
            i++;
        }
    }
    api->seen_arrivals = node->arrivals;
    return ENT_OK;
}

uint64_t
node_api_due(const struct node_api *api)
{
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < api->waiter_count; i++) {
        if (api->waiters[i].until_ms < due) {
            due = api->waiters[i].until_ms;
        }
    }
    return due;
}

void
node_api_take_back(struct node *node, const char *why)
{
    struct node_api *api = node->api;

    memcpy(api->waiters, api->kept, api->kept_count * sizeof *api->kept);
    api->waiter_count = api->kept_count;
    for (size_t i = 0; i < api->asked_count; i++) {
        struct ent_error err = {0};
        struct ent_view client =
            ent_view_of(api->asked[i].client, api->asked[i].client_len);

        if (queue_error(node, client, api->asked[i].number, ENT_FULL, why,
                &err) != ENT_OK) {
            ent_log(
                ENT_LOG_WARN, COMPONENT, "a program is not told: %s", err.text);
        }
    }
    api->asked_count = 0;
}

void
node_api_send(struct node_api *api, const struct node_effect *effect)
{
    if (zmq_send(api->socket, effect->client.data, effect->client.len,
            ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(api->socket, effect->payload.data, effect->payload.len,
            ZMQ_DONTWAIT) < 0) {
        ent_log(ENT_LOG_DEBUG, COMPONENT, "a program did not wait: %s",
            zmq_strerror(errno));
    }
}
