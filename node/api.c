/* SPDX-License-Identifier: Apache-2.0 */
#include "node/api.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>

#include "node/api_internal.h"
#include "node/asked.h"
#include "node/uplink.h"
#include "proto/base/log.h"

#define COMPONENT "api"
#define ARENA_LEN ((size_t)64 * 1024 * 1024)
#define GIVEN_MIN ((size_t)64 * 1024) /* of a reply */

/* Whoever is not to connect cannot, from the first moment. */
static int
bind_private(void *socket, const char *endpoint)
{
    mode_t was = umask(0117);
    int rc = zmq_bind(socket, endpoint);

    (void)umask(was);
    return rc;
}

static enum ent_status
open_socket(struct node_api *api, void *zmq_context, const char *path,
    struct ent_error *err)
{
    char endpoint[128];
    int64_t max = NODE_API_REQUEST_MAX;
    int zero = 0;
    void *socket = zmq_socket(zmq_context, ZMQ_ROUTER);

    if (socket == NULL) {
        return ent_fail(err, ENT_IO, "opening the api at '%s': %s", path,
            zmq_strerror(errno));
    }
    api->ear = ent_ear_of(socket);
    (void)snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof max) != 0 ||
        zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
        bind_private(socket, endpoint) != 0) {
        return ent_fail(err, ENT_IO, "opening the api at '%s': %s", path,
            zmq_strerror(errno));
    }
    return ENT_OK;
}

enum ent_status
node_api_open(void *zmq_context, const char *path, struct node_api **ret_api,
    struct ent_error *err)
{
    ENT_AUTO(node_api_close) struct node_api *api = NULL;
    enum ent_status rc;

    if (strlen(path) >= sizeof api->path) {
        return ent_fail(err, ENT_BAD_INPUT,
            "the api's path is longer than a Unix socket allows: %s", path);
    }
    api = calloc(1, sizeof *api);
    if (api == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the api");
    }
    api->checks = node_checks_new();
    if (api->checks == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the api");
    }
    rc = ent_arena_init(&api->arena, ARENA_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_socket(api, zmq_context, path, err);
    if (rc != ENT_OK) {
        return rc;
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
    node_api_queue_clear(&(*api)->queue);
    node_laids_free(&(*api)->laids);
    if ((*api)->ear.socket != NULL) {
        (void)zmq_close((*api)->ear.socket);
    }
    if ((*api)->path[0] != '\0') {
        (void)unlink((*api)->path);
    }
    node_checks_free(&(*api)->checks);
    ent_arena_fini(&(*api)->arena);
    free(*api);
    *api = NULL;
}

enum ent_status
node_api_lay_out_ahead(struct node_api *api, struct node_helper *helper,
    const uint8_t given_key[static 16], const struct ent_address *self,
    struct ent_error *err)
{
    return node_laids_new(helper, given_key, self, &api->laids, err);
}

struct ent_ear *
node_api_ear(struct node_api *api)
{
    return &api->ear;
}

void
node_api_begin(struct node_api *api)
{
    api->asked_count = 0;
    node_api_queue_begin(&api->queue);
    memcpy(api->kept, api->waiters, api->waiter_count * sizeof *api->waiters);
    api->kept_count = api->waiter_count;
}

/* ---- replies ---- */

enum ent_status
node_api_reply(struct node *node, struct ent_view client,
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
    case ENT_DENIED:
        return EX_NOPERM;
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
    return node_api_reply(node, client, &reply, err);
}

/* ---- requests ---- */

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

/* What is asked, laid out now if it was not ahead of its turn. */
static enum ent_status
lay_out(struct node_api *api, const Entente__V1__ApiRequest **ret_request,
    struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = NODE_API_REQUEST_MAX, .fields_max = NODE_API_FIELDS_MAX};
    ProtobufCMessage *request = NULL;
    enum ent_status rc;

    if (api->served->laid != NULL) {
        *ret_request = node_laid_finish(api->served->laid);
        if (*ret_request != NULL) {
            return ENT_OK;
        }
        node_laid_release(&api->served->laid); /* for somebody else */
    }
    rc = ent_pb_unpack(&entente__v1__api_request__descriptor, api->packed,
        &limits, &api->arena, &request, err);
    *ret_request = (const Entente__V1__ApiRequest *)request;
    return rc;
}

/* What nobody has looked at yet. */
static enum ent_status
serve_fresh(struct node *node, struct ent_view client, uint64_t *ret_number,
    struct ent_error *err)
{
    const Entente__V1__ApiRequest *request = NULL;
    enum ent_status rc = lay_out(node->api, &request, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_number = request->number;
    remember_asker(node->api, client, *ret_number);
    return node_api_request(node, client, request, err);
}

static enum ent_status
serve_one(struct node *node, struct node_api_queued *request,
    struct ent_view client, struct ent_error *err)
{
    struct node_api *api = node->api;
    uint64_t number = request->number;
    enum ent_status rc;

    if (client.len > CLIENT_MAX) {
        return ENT_OK;
    }
    ent_arena_reset(&api->arena);
    if (request->at == 0) {
        rc = serve_fresh(node, client, &number, err);
    } else {
        remember_asker(api, client, number);
        rc = node_api_submit_more(node, client, err);
    }
    if (rc == ENT_OK || rc == ENT_FULL || rc == ENT_IO) {
        return rc;
    }
    return queue_error(node, client, number, rc, err->text, err);
}

/* Whose program that is, as the kernel told libzmq ("localhost:uid:gid:pid").
 */
static uint64_t
user_of(zmq_msg_t *payload)
{
    const char *address = zmq_msg_gets(payload, "Peer-Address");
    const char *user = address == NULL ? NULL : strchr(address, ':');
    uint64_t number = 0;

    if (user == NULL || user[1] < '0' || user[1] > '9') {
        return NODE_USER_UNKNOWN;
    }
    for (user++; *user >= '0' && *user <= '9'; user++) {
        number = number * 10 + (uint64_t)(*user - '0');
    }
    return number;
}

/* One request: routing id, payload. More parts are read away. */
static bool
receive(
    struct ent_ear *ear, zmq_msg_t *client, zmq_msg_t *payload, bool *ret_good)
{
    void *socket = ear->socket;
    bool more;

    *ret_good = false;
    if (zmq_msg_recv(client, socket, ZMQ_DONTWAIT) < 0) {
        ent_ear_drained(ear);
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

/* It may be an officer's alert. */
static bool
is_small_submission(zmq_msg_t *payload)
{
    struct ent_view wire =
        ent_view_of(zmq_msg_data(payload), zmq_msg_size(payload));
    struct ent_view part;

    return wire.len <= NODE_API_SMALL &&
           ent_pb_part(&wire, ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT, &part);
}

void
node_api_fill(struct node *node)
{
    struct node_api *api = node->api;
    struct node_api_queued *room;
    bool came = true;
    bool good;

    /* What is no request counts too: nobody keeps us here by sending those. */
    for (size_t i = 0; came && i < NODE_API_QUEUE_MAX; i++) {
        room = node_api_queue_room(&api->queue);
        if (room == NULL) {
            break;
        }
        zmq_msg_init(&room->client);
        zmq_msg_init(&room->payload);
        came = receive(&api->ear, &room->client, &room->payload, &good);
        if (came && good) {
            api->called |= is_small_submission(&room->payload);
            node_api_queue_add(&api->queue);
        } else {
            zmq_msg_close(&room->client);
            zmq_msg_close(&room->payload);
        }
    }
    if (api->laids != NULL) {
        node_api_queue_lay_out(&api->queue, api->laids, node->now_ms);
    }
}

static enum ent_status
serve_next(struct node *node, struct node_api_queued *request,
    struct node_api_turn *turn, struct ent_error *err)
{
    struct node_api *api = node->api;
    const size_t len = zmq_msg_size(&request->payload);
    const size_t at = request->at;
    size_t replies = node->effects.count;
    size_t answered = 0;
    enum ent_status rc;

    api->served = request;
    api->user = user_of(&request->payload);
    api->packed = ent_view_of(zmq_msg_data(&request->payload), len);
    api->called = false;
    request->left = false;
    rc = serve_one(node, request,
        ent_view_of(
            zmq_msg_data(&request->client), zmq_msg_size(&request->client)),
        err);
    api->served = NULL;
    for (; replies < node->effects.count; replies++) {
        answered += node->effects.list[replies].payload.len;
    }
    node_api_turn_add(turn, (request->left ? request->at : len) - at, answered);
    if (rc == ENT_OK && request->left) {
        node_api_queue_return(&api->queue, request);
    } else {
        node_api_queued_end(request);
    }
    return rc;
}

enum ent_status
node_api_serve(struct node *node, struct ent_error *err)
{
    struct node_api *api = node->api;
    struct node_api_queued request;
    struct node_api_turn turn = {.is_urgent = node_is_urgent(node)};
    enum ent_status rc = ENT_OK;

    if (ent_ear_is_open(&api->ear)) {
        node_api_fill(node);
    }
    while (
        rc == ENT_OK &&
        !(turn.has_large && node_uplink_is_called(node->uplink)) &&
        node_api_queue_take(&api->queue, node_api_turn_room(&turn), &request)) {
        rc = serve_next(node, &request, &turn, err);
        turn.is_urgent |= node_is_urgent(node);
        node_api_fill(node);
    }
    node_api_queue_pass(&api->queue);
    return rc;
}

bool
node_api_has_more(const struct node_api *api)
{
    return api->queue.count > 0;
}

void
node_api_take_back(struct node *node, const char *why)
{
    struct node_api *api = node->api;

    node_api_queue_take_back(&api->queue);
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

/* libzmq has sent it, or never will. */
static void
wipe_sent(void *data, void *len)
{
    sodium_memzero(data, (size_t)(uintptr_t)len);
    free(data);
}

/* What is large is given away, not copied. */
static int
send_payload(void *socket, struct ent_bytes *payload)
{
    zmq_msg_t message;
    int rc;

    if (payload->len < GIVEN_MIN ||
        zmq_msg_init_data(&message, payload->data, payload->len, wipe_sent,
            (void *)(uintptr_t)payload->len) != 0) {
        return zmq_send(socket, payload->data, payload->len, ZMQ_DONTWAIT);
    }
    *payload = (struct ent_bytes){0};
    rc = zmq_msg_send(&message, socket, ZMQ_DONTWAIT);
    if (rc < 0) {
        const int why = errno;

        (void)zmq_msg_close(&message);
        errno = why;
    }
    return rc;
}

void
node_api_send(struct node_api *api, struct node_effect *effect)
{
    void *socket = api->ear.socket;

    ent_ear_disturb(&api->ear);
    if (zmq_send(socket, effect->client.data, effect->client.len,
            ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        send_payload(socket, &effect->payload) < 0) {
        ent_log(ENT_LOG_DEBUG, COMPONENT, "a program did not wait: %s",
            zmq_strerror(errno));
    }
}
