/* SPDX-License-Identifier: Apache-2.0 */
#include "node/connection.h"

#include <string.h>

#include "node/revocations.h"
#include "proto/base/log.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "uplink"
#define GREET_PAUSE_MIN_MS 1000
#define GREET_PAUSE_MAX_MS 60000

enum ent_status
node_connection_open(struct node *node, void *zmq_context, const char *endpoint,
    const struct ent_certificate *server, bool urgent,
    struct node_connection *ret_connection, struct ent_error *err)
{
    struct node_connection connection = {
        .peer = server->address.text,
        .urgent = urgent,
        .greet_at = UINT64_MAX,
    };
    enum ent_status rc =
        ent_link_connect(zmq_context, endpoint, server->link_key,
            node_keeper_link(node->keeper), &connection.link, err);

    if (rc == ENT_OK) {
        *ret_connection = connection;
    }
    return rc;
}

void
node_connection_close(struct node_connection *connection)
{
    node_ahead_drop(&connection->ahead);
    if (!connection->accepted) {
        ent_link_close(&connection->link);
    }
}

void
node_connection_ears(struct node_connection *connection, struct ent_ears *ears)
{
    ent_ears_add(ears, ent_link_ear(connection->link));
    ent_ears_add(ears, ent_link_monitor_ear(connection->link));
}

bool
node_connection_has_news(const struct node_connection *connection)
{
    return connection->link != NULL && !connection->accepted &&
           (connection->ahead.count > 0 ||
               ent_ear_is_open(ent_link_ear(connection->link)));
}

/* HELLO promises nothing that a turn could still take back, so it does not wait
 * for a commit. */
static enum ent_status
say_hello(struct node *node, struct node_connection *connection,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_hello hello = {
        .certificate = ent_bytes_view(&node->certificate_wire),
        .manifest_sequence = node->manifest_sequence,
        .revocation_number =
            node_revocations_number(node, ent_address_state(&node->self)),
        .lane = connection->urgent ? ENTENTE__V1__LANE__URGENT
                                   : ENTENTE__V1__LANE__BULK,
        .credit = ENT_WINDOW_GRANT,
    };
    enum ent_status rc = ent_hello_encode(&hello, &payload, err);

    return rc != ENT_OK ? rc
                        : node_connection_send(connection, ENT_FRAME_HELLO,
                              &payload, (struct ent_view){0}, err);
}

/* The first frame on a connection that we made, ours before theirs. */
static void
greet(struct node *node, struct node_connection *connection)
{
    struct ent_error err = {0};

    connection->ready = false;
    connection->window = (struct ent_window){0};
    connection->starved = false;
    connection->greet_at = node->now_ms + GREET_PAUSE_MAX_MS; /* unanswered */
    if (say_hello(node, connection, &err) != ENT_OK) {
        ent_log(
            ENT_LOG_WARN, COMPONENT, "cannot greet, retrying: %s", err.text);
        connection->greet_at = node->now_ms + GREET_PAUSE_MIN_MS;
    }
}

void
node_connection_accept(struct node *node, struct node_connection *connection,
    struct ent_link *listener, const struct ent_route *route, const char *peer,
    bool urgent)
{
    struct ent_error err = {0};

    *connection = (struct node_connection){
        .link = listener,
        .accepted = true,
        .route = *route,
        .peer = peer,
        .urgent = urgent,
        .greet_at = UINT64_MAX,
    };
    if (say_hello(node, connection, &err) != ENT_OK) {
        ent_log(ENT_LOG_WARN, COMPONENT, "cannot greet back peer=%s: %s", peer,
            err.text);
    }
}

bool
node_connection_is_on(
    const struct node_connection *connection, const struct ent_route *route)
{
    return connection->accepted && connection->route.len == route->len &&
           memcmp(connection->route.bytes, route->bytes, route->len) == 0;
}

/* True when there was a conversation to lose. */
static bool
lose(struct node_connection *connection)
{
    bool was_ready = connection->ready;

    if (was_ready) {
        ent_log(ENT_LOG_WARN, COMPONENT, "disconnected peer=%s lane=%s",
            connection->peer, connection->urgent ? "urgent" : "bulk");
    }
    connection->up = false;
    connection->ready = false;
    connection->window = (struct ent_window){0};
    connection->starved = false;
    return was_ready;
}

bool
node_connection_watch(struct node *node, struct node_connection *connection)
{
    bool up = false;
    bool down = false;
    bool lost = false;

    if (connection->accepted) {
        lost = connection->gone && lose(connection);
        connection->gone = false;
        return lost;
    }
    if (ent_ear_is_open(ent_link_monitor_ear(connection->link))) {
        ent_link_events(connection->link, &up, &down);
    }
    if (down) {
        lost = lose(connection);
    }
    if (up) {
        connection->up = true;
        connection->greet_pause = GREET_PAUSE_MIN_MS;
    }
    if (up || (connection->up && node->now_ms >= connection->greet_at)) {
        greet(node, connection);
    }
    return lost;
}

void
node_connection_greeted(struct node_connection *connection, uint64_t credit)
{
    if (!connection->ready) {
        ent_log(ENT_LOG_INFO, COMPONENT, "connected peer=%s lane=%s",
            connection->peer, connection->urgent ? "urgent" : "bulk");
    }
    connection->ready = true;
    connection->greet_at = UINT64_MAX;
    connection->window = ent_window_begin(credit);
    connection->starved = false;
    connection->greet_pause = GREET_PAUSE_MIN_MS;
}

void
node_connection_dismissed(
    const struct node *node, struct node_connection *connection)
{
    uint64_t pause = connection->greet_pause;

    connection->ready = false;
    connection->window = (struct ent_window){0};
    connection->starved = false;
    connection->greet_at = node->now_ms + pause;
    connection->greet_pause =
        pause * 2 > GREET_PAUSE_MAX_MS ? GREET_PAUSE_MAX_MS : pause * 2;
}

void
node_connection_greet_anew(
    const struct node *node, struct node_connection *connection)
{
    if (connection->up && !connection->accepted) {
        connection->greet_at = node->now_ms;
    }
}

bool
node_connection_spend(struct node_connection *connection, uint64_t bytes)
{
    connection->starved = !ent_window_spend(&connection->window, bytes);
    return !connection->starved;
}

void
node_connection_refill(struct node_connection *connection, uint64_t bytes)
{
    ent_window_refill(&connection->window, bytes);
    connection->starved = false;
}

enum ent_status
node_connection_send(struct node_connection *connection,
    enum ent_frame_type type, const struct ent_bytes *payload,
    struct ent_view body, struct ent_error *err)
{
    enum ent_status rc = ent_link_send(connection->link,
        connection->accepted ? &connection->route : NULL, type,
        ent_bytes_view(payload), body, err);

    connection->gone |= rc == ENT_NOT_FOUND;
    return rc;
}

uint64_t
node_connection_due(const struct node_connection *connection)
{
    if (connection->gone) {
        return 0;
    }
    return connection->up ? connection->greet_at : UINT64_MAX;
}
