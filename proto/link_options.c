/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/link_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "proto/zap.h"

/* Hidden in Debian's zmq.h behind ZMQ_BUILD_DRAFT_API; the library has it. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define Z85_SIZE 41

/* What libzmq may allocate for one part; it is checked before allocation, and
 * before authentication too. */
#define PART_MAX ((int64_t)ENT_FRAME_BODY_MAX + 1024)

_Static_assert(
    ENT_FRAME_PAYLOAD_MAX <= ENT_FRAME_BODY_MAX, "one limit serves both");

#define ON_LISTENER 1u
#define ON_CONNECTOR 2u
#define ON_BOTH (ON_LISTENER | ON_CONNECTOR)

struct option {
    int number;
    const char *name;
    int64_t value;
    size_t size;
    unsigned where;
    bool silent; /* the library cannot tell its value */
};

#define OPTION(option, value, where)                                           \
    {                                                                          \
        option, #option, value, sizeof(int), where, false                      \
    }
#define SILENT(option, value, where)                                           \
    {                                                                          \
        option, #option, value, sizeof(int), where, true                       \
    }

static const struct option options[] = {
    /* Memory. Bundles are bounded by credit as well. */
    {ZMQ_MAXMSGSIZE, "ZMQ_MAXMSGSIZE", PART_MAX, sizeof(int64_t), ON_BOTH,
        false},
    OPTION(ZMQ_SNDHWM, 512, ON_BOTH),
    OPTION(ZMQ_RCVHWM, 64, ON_BOTH),
    OPTION(ZMQ_BACKLOG, 64, ON_LISTENER),
    /* Closing waits so long for what was handed over; see ent_link_close. */
    OPTION(ZMQ_LINGER, 1000, ON_BOTH),
    /* Nothing waits inside the library: our stores are the queues. */
    OPTION(ZMQ_IMMEDIATE, 1, ON_BOTH),
    /* A peer that says nothing, at the start or later, is gone. */
    OPTION(ZMQ_HANDSHAKE_IVL, 3000, ON_BOTH),
    OPTION(ZMQ_HEARTBEAT_IVL, 2000, ON_BOTH),
    OPTION(ZMQ_HEARTBEAT_TIMEOUT, 6000, ON_BOTH),
    OPTION(ZMQ_HEARTBEAT_TTL, 10000, ON_BOTH),
    OPTION(ZMQ_TCP_MAXRT, 10000, ON_BOTH),
    OPTION(ZMQ_CONNECT_TIMEOUT, 5000, ON_CONNECTOR),
    OPTION(ZMQ_RECONNECT_IVL, 100, ON_CONNECTOR),
    OPTION(ZMQ_RECONNECT_IVL_MAX, 10000, ON_CONNECTOR),
    /* A route that is gone is an error, and nobody takes another's. */
    SILENT(ZMQ_ROUTER_MANDATORY, 1, ON_LISTENER),
    SILENT(ZMQ_ROUTER_HANDOVER, 0, ON_LISTENER),
    /* Without both of domain and enforcement, a handler that is gone lets
     * everybody in. */
    OPTION(ZMQ_ZAP_ENFORCE_DOMAIN, 1, ON_LISTENER),
    OPTION(ZMQ_CURVE_SERVER, 1, ON_LISTENER),
};

static enum ent_status
option_failed(const char *name, struct ent_error *err)
{
    return ent_fail(
        err, ENT_IO, "socket option %s: %s", name, zmq_strerror(errno));
}

/* Set bytes and see that the library has them. */
static enum ent_status
set_bytes(void *socket, int number, const char *name, const void *value,
    size_t size, struct ent_error *err)
{
    uint8_t got[256];
    size_t got_size = size;
    bool equal;

    assert(size < sizeof got);

    if (zmq_setsockopt(socket, number, value, size) != 0 ||
        zmq_getsockopt(socket, number, got, &got_size) != 0) {
        return option_failed(name, err);
    }
    equal = got_size == size && sodium_memcmp(got, value, size) == 0;
    sodium_memzero(got, sizeof got);
    if (!equal) {
        return ent_fail(
            err, ENT_IO, "socket option %s reads back as something else", name);
    }
    return ENT_OK;
}

static enum ent_status
set_option(void *socket, const struct option *option, struct ent_error *err)
{
    const int narrow = (int)option->value;
    const void *value =
        option->size == sizeof narrow ? (const void *)&narrow : &option->value;

    if (option->silent) {
        if (zmq_setsockopt(socket, option->number, value, option->size) != 0) {
            return option_failed(option->name, err);
        }
        return ENT_OK;
    }
    return set_bytes(
        socket, option->number, option->name, value, option->size, err);
}

static enum ent_status
set_options(void *socket, unsigned where, struct ent_error *err)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        enum ent_status rc;

        if ((options[i].where & where) == 0) {
            continue;
        }
        rc = set_option(socket, &options[i], err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
set_secret_key(
    void *socket, struct ent_secret *link_secret, struct ent_error *err)
{
    enum ent_status rc;

    rc = set_bytes(socket, ZMQ_CURVE_SECRETKEY, "ZMQ_CURVE_SECRETKEY",
        ent_secret_reveal(link_secret), ENT_SECRET_LEN, err);
    ent_secret_conceal(link_secret);
    return rc;
}

/* The option that turns IPv6 on, where the endpoint is written in it. */
static enum ent_status
set_family(void *socket, const char *endpoint, struct ent_error *err)
{
    const int on = strchr(endpoint, '[') != NULL;

    return set_bytes(socket, ZMQ_IPV6, "ZMQ_IPV6", &on, sizeof on, err);
}

static enum ent_status
set_domain(void *socket, struct ent_error *err)
{
    char got[64] = "";
    size_t got_size = sizeof got;

    if (zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, ENT_ZAP_DOMAIN,
            strlen(ENT_ZAP_DOMAIN)) != 0 ||
        zmq_getsockopt(socket, ZMQ_ZAP_DOMAIN, got, &got_size) != 0) {
        return option_failed("ZMQ_ZAP_DOMAIN", err);
    }
    if (strcmp(got, ENT_ZAP_DOMAIN) != 0) {
        return ent_fail(err, ENT_IO, "the socket has no ZAP domain");
    }
    return ENT_OK;
}

static enum ent_status
check_mechanism(void *socket, struct ent_error *err)
{
    int mechanism = -1;
    size_t size = sizeof mechanism;

    if (zmq_getsockopt(socket, ZMQ_MECHANISM, &mechanism, &size) != 0) {
        return option_failed("ZMQ_MECHANISM", err);
    }
    if (mechanism != ZMQ_CURVE) {
        return ent_fail(err, ENT_IO, "the socket would not use CURVE");
    }
    return ENT_OK;
}

static enum ent_status
check_endpoint(const char *endpoint, struct ent_error *err)
{
    /* CURVE exists on TCP alone; on others it would silently be absent. */
    if (strncmp(endpoint, "tcp://", strlen("tcp://")) != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "endpoint '%s' does not begin with tcp://", endpoint);
    }
    return ENT_OK;
}

static enum ent_status
set_client_keys(void *socket, const uint8_t *peer_key,
    struct ent_secret *link_secret, struct ent_error *err)
{
    uint8_t own_key[ENT_PUBLIC_KEY_LEN];
    enum ent_status rc;

    ent_link_public_key(link_secret, own_key);
    rc = set_bytes(socket, ZMQ_CURVE_SERVERKEY, "ZMQ_CURVE_SERVERKEY", peer_key,
        ENT_PUBLIC_KEY_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = set_bytes(socket, ZMQ_CURVE_PUBLICKEY, "ZMQ_CURVE_PUBLICKEY", own_key,
        sizeof own_key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return set_secret_key(socket, link_secret, err);
}

/* What both kinds of socket need before their keys. */
static enum ent_status
set_common(
    void *socket, const char *endpoint, unsigned where, struct ent_error *err)
{
    enum ent_status rc;

    rc = check_endpoint(endpoint, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = set_options(socket, where, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return set_family(socket, endpoint, err);
}

enum ent_status
ent_link_options_listen(void *socket, const char *endpoint,
    struct ent_secret *link_secret, struct ent_error *err)
{
    enum ent_status rc;

    rc = set_common(socket, endpoint, ON_LISTENER, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = set_domain(socket, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = set_secret_key(socket, link_secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return check_mechanism(socket, err);
}

enum ent_status
ent_link_options_connect(void *socket, const char *endpoint,
    const uint8_t peer_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_error *err)
{
    enum ent_status rc;

    rc = set_common(socket, endpoint, ON_CONNECTOR, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = set_client_keys(socket, peer_key, link_secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return check_mechanism(socket, err);
}

void
ent_link_public_key(
    struct ent_secret *link_secret, uint8_t ret_key[static ENT_PUBLIC_KEY_LEN])
{
    char secret_text[Z85_SIZE];
    char public_text[Z85_SIZE];

    (void)zmq_z85_encode(
        secret_text, ent_secret_reveal(link_secret), ENT_SECRET_LEN);
    ent_secret_conceal(link_secret);
    if (zmq_curve_public(public_text, secret_text) != 0 ||
        zmq_z85_decode(ret_key, public_text) == NULL) {
        abort(); /* a libzmq without CURVE: nothing here could be safe */
    }
    sodium_memzero(secret_text, sizeof secret_text);
}
