/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/zap.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/*
 * A request is eight frames: version "1.0", request id, domain, address,
 * routing id, mechanism, and for CURVE the client's key. The answer is six:
 * version, request id, status code, status text, user id, metadata. The user
 * id is the key in hexadecimal: libzmq hands it out with every message of that
 * connection, which is how a frame carries the key it came under.
 */
#define ZAP_VERSION "1.0"
#define ZAP_PARTS 7
#define ZAP_PART_MAX 256
#define ZAP_USER_ID_SIZE (2 * ENT_PUBLIC_KEY_LEN + 1)

enum zap_part {
    PART_VERSION,
    PART_REQUEST_ID,
    PART_DOMAIN,
    PART_ADDRESS,
    PART_ROUTING_ID,
    PART_MECHANISM,
    PART_KEY,
};

struct ent_zap {
    struct ent_ear ear; /* of its socket */
    ent_zap_admit *admit;
    void *context;
};

struct request {
    uint8_t bytes[ZAP_PARTS][ZAP_PART_MAX];
    size_t len[ZAP_PARTS];
    size_t count; /* also of what did not fit */
    bool too_long;
};

enum ent_status
ent_zap_open(void *zmq_context, ent_zap_admit *admit, void *context,
    struct ent_zap **ret_zap, struct ent_error *err)
{
    ENT_AUTO(ent_zap_close) struct ent_zap *zap = NULL;
    const int linger = 0;
    void *socket;

    assert(zmq_context != NULL && admit != NULL && ret_zap != NULL);

    zap = calloc(1, sizeof *zap);
    if (zap == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a ZAP handler");
    }
    zap->admit = admit;
    zap->context = context;
    socket = zmq_socket(zmq_context, ZMQ_REP);
    if (socket == NULL) {
        return ent_fail(
            err, ENT_IO, "making the ZAP socket: %s", zmq_strerror(errno));
    }
    zap->ear = ent_ear_of(socket);
    if (zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0) {
        return ent_fail(
            err, ENT_IO, "making the ZAP socket: %s", zmq_strerror(errno));
    }
    if (zmq_bind(socket, ENT_ZAP_ENDPOINT) != 0) {
        return ent_fail(err, errno == EADDRINUSE ? ENT_EXISTS : ENT_IO,
            "binding the ZAP handler: %s", zmq_strerror(errno));
    }
    *ret_zap = zap;
    zap = NULL;
    return ENT_OK;
}

void
ent_zap_close(struct ent_zap **zap)
{
    if (*zap == NULL) {
        return;
    }
    if ((*zap)->ear.socket != NULL) {
        /* Closing alone frees the name some time later. */
        (void)zmq_unbind((*zap)->ear.socket, ENT_ZAP_ENDPOINT);
        (void)zmq_close((*zap)->ear.socket);
    }
    free(*zap);
    *zap = NULL;
}

struct ent_ear *
ent_zap_ear(struct ent_zap *zap)
{
    return &zap->ear;
}

/* Read all parts of one request, keeping the first few; false: none waits. */
static bool
receive(struct ent_zap *zap, struct request *ret_request)
{
    int more = 1;

    memset(ret_request, 0, sizeof *ret_request);
    while (more) {
        size_t size = sizeof more;
        uint8_t scratch[ZAP_PART_MAX];
        uint8_t *part = ret_request->count < ZAP_PARTS
                            ? ret_request->bytes[ret_request->count]
                            : scratch;
        int len = zmq_recv(zap->ear.socket, part, ZAP_PART_MAX, ZMQ_DONTWAIT);

        if (len < 0) {
            ent_ear_drained(&zap->ear);
            return false;
        }
        if (len > ZAP_PART_MAX) {
            ret_request->too_long = true;
        } else if (ret_request->count < ZAP_PARTS) {
            ret_request->len[ret_request->count] = (size_t)len;
        }
        ret_request->count++;
        if (zmq_getsockopt(zap->ear.socket, ZMQ_RCVMORE, &more, &size) != 0) {
            return false;
        }
    }
    return true;
}

static bool
part_is(const struct request *request, enum zap_part part, const char *text)
{
    return ent_view_equal(ent_view_of(request->bytes[part], request->len[part]),
        ent_view_text(text));
}

static bool
is_admitted(struct ent_zap *zap, const struct request *request)
{
    return request->count == ZAP_PARTS && !request->too_long &&
           part_is(request, PART_VERSION, ZAP_VERSION) &&
           part_is(request, PART_DOMAIN, ENT_ZAP_DOMAIN) &&
           part_is(request, PART_MECHANISM, "CURVE") &&
           request->len[PART_KEY] == ENT_PUBLIC_KEY_LEN &&
           zap->admit(zap->context, request->bytes[PART_KEY]);
}

static void
answer(struct ent_zap *zap, const struct request *request, bool admitted)
{
    char user_id[ZAP_USER_ID_SIZE] = "";
    const struct ent_view parts[] = {
        ent_view_text(ZAP_VERSION),
        ent_view_of(
            request->bytes[PART_REQUEST_ID], request->len[PART_REQUEST_ID]),
        /* Not 400: a library that hears that never tries again, and who is not
         * served today may be tomorrow. */
        ent_view_text(admitted ? "200" : "300"),
        ent_view_text(admitted ? "OK" : "No access"),
        ent_view_of(user_id, admitted ? sizeof user_id - 1 : 0),
        ent_view_of(NULL, 0), /* no further metadata */
    };
    const size_t count = sizeof parts / sizeof parts[0];

    (void)sodium_bin2hex(
        user_id, sizeof user_id, request->bytes[PART_KEY], ENT_PUBLIC_KEY_LEN);
    for (size_t i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);

        /* If it fails, that connection is refused when its time is up. */
        if (zmq_send(zap->ear.socket, parts[i].data, parts[i].len, flags) < 0) {
            return;
        }
    }
}

void
ent_zap_serve(struct ent_zap *zap)
{
    struct request request;

    while (receive(zap, &request)) {
        answer(zap, &request, is_admitted(zap, &request));
    }
}
