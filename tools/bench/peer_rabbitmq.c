/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RabbitMQ: a quorum queue (of one node), publisher confirms, persistent
 * messages; a consumer with manual acknowledgement of many at once.
 */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <string.h>
#include <sys/time.h>

#include "tools/bench/peer.h"
#include "tools/bench/program.h"

#define CHANNEL 1
#define FRAME_MAX 131072
#define AHEAD 2048 /* messages given to the consumer and not acknowledged */

static bool
went_well(amqp_connection_state_t link)
{
    return amqp_get_rpc_reply(link).reply_type == AMQP_RESPONSE_NORMAL;
}

static amqp_connection_state_t
link_open(const struct peer_run *run)
{
    amqp_connection_state_t link = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(link);

    bench_must(
        socket != NULL &&
            amqp_socket_open(socket, PEER_HOST, run->port) == AMQP_STATUS_OK &&
            amqp_login(link, "/", AMQP_DEFAULT_MAX_CHANNELS, FRAME_MAX, 0,
                AMQP_SASL_METHOD_PLAIN, "guest", "guest")
                    .reply_type == AMQP_RESPONSE_NORMAL,
        "rabbitmq: it does not answer");
    (void)amqp_channel_open(link, CHANNEL);
    bench_must(went_well(link), "rabbitmq: no channel");
    return link;
}

static void
link_close(amqp_connection_state_t link)
{
    (void)amqp_connection_close(link, AMQP_REPLY_SUCCESS);
    (void)amqp_destroy_connection(link);
}

static void
make(const struct peer_run *run)
{
    amqp_table_entry_t quorum = {.key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8,
            .value.bytes = amqp_cstring_bytes("quorum")}};
    amqp_table_t arguments = {.num_entries = 1, .entries = &quorum};
    amqp_connection_state_t link = link_open(run);

    (void)amqp_queue_declare(
        link, CHANNEL, amqp_cstring_bytes(PEER_QUEUE), 0, 1, 0, 0, arguments);
    bench_must(went_well(link), "rabbitmq: no queue can be made");
    link_close(link);
}

/* ---- the publisher ---- */

/* Read what the broker says, waiting for it if `wait`; how far it has
 * confirmed. Messages are confirmed in their order, of one queue. */
static unsigned long
confirmed(amqp_connection_state_t link, unsigned long so_far, bool wait)
{
    const struct timeval none = {0};
    amqp_frame_t frame;

    for (;;) {
        int rc =
            amqp_simple_wait_frame_noblock(link, &frame, wait ? NULL : &none);

        if (rc == AMQP_STATUS_TIMEOUT) {
            return so_far;
        }
        bench_must(rc == AMQP_STATUS_OK &&
                       frame.frame_type == AMQP_FRAME_METHOD &&
                       frame.payload.method.id == AMQP_BASIC_ACK_METHOD,
            "rabbitmq: a message is not taken");
        const amqp_basic_ack_t *ack = frame.payload.method.decoded;

        if (ack->delivery_tag > so_far) {
            so_far = ack->delivery_tag;
        }
        amqp_maybe_release_buffers(link);
        wait = false;
    }
}

static void
publish(const struct peer_run *run)
{
    amqp_connection_state_t link = link_open(run);
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
        .delivery_mode = AMQP_DELIVERY_PERSISTENT};
    const amqp_bytes_t payload = {.len = run->size, .bytes = run->payload};
    unsigned long done = 0;

    (void)amqp_confirm_select(link, CHANNEL);
    bench_must(went_well(link), "rabbitmq: it does not confirm");
    for (unsigned long i = 0; i < run->messages; i++) {
        while (i - done >= run->window) {
            done = confirmed(link, done, true);
        }
        bench_must(amqp_basic_publish(link, CHANNEL, amqp_empty_bytes,
                       amqp_cstring_bytes(PEER_QUEUE), 0, 0, &properties,
                       payload) == AMQP_STATUS_OK,
            "rabbitmq: a message cannot be sent");
    }
    while (done < run->messages) {
        done = confirmed(link, done, true);
    }
    link_close(link);
}

/* ---- the consumer ---- */

/* The tag of the next message. What comes in between (a queue that tells how it
 * is, a heartbeat) is read and passed over. */
static uint64_t
take(amqp_connection_state_t link)
{
    for (;;) {
        amqp_envelope_t envelope;
        amqp_frame_t frame;
        amqp_rpc_reply_t reply = amqp_consume_message(link, &envelope, NULL, 0);

        amqp_maybe_release_buffers(link);
        if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
            uint64_t tag = envelope.delivery_tag;

            amqp_destroy_envelope(&envelope);
            return tag;
        }
        bench_must(reply.library_error == AMQP_STATUS_UNEXPECTED_STATE &&
                       amqp_simple_wait_frame(link, &frame) == AMQP_STATUS_OK &&
                       frame.frame_type == AMQP_FRAME_METHOD,
            amqp_error_string2(reply.library_error));
        bench_must(
            frame.payload.method.id != AMQP_CHANNEL_CLOSE_METHOD &&
                frame.payload.method.id != AMQP_CONNECTION_CLOSE_METHOD &&
                frame.payload.method.id != AMQP_BASIC_CANCEL_METHOD,
            amqp_method_name(frame.payload.method.id));
    }
}

static void
consume(struct peer_run *run)
{
    amqp_connection_state_t link = link_open(run);

    (void)amqp_basic_qos(link, CHANNEL, 0, AHEAD, 0);
    bench_must(went_well(link), "rabbitmq: no window for the consumer");
    (void)amqp_basic_consume(link, CHANNEL, amqp_cstring_bytes(PEER_QUEUE),
        amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    bench_must(went_well(link), "rabbitmq: no consumer");
    while (run->arrived < run->messages) {
        uint64_t tag = take(link);

        run->arrived++;
        if (run->arrived % PEER_ACKNOWLEDGE == 0 ||
            run->arrived == run->messages) {
            bench_must(amqp_basic_ack(link, CHANNEL, tag, 1) == AMQP_STATUS_OK,
                "rabbitmq: what came cannot be acknowledged");
        }
    }
    link_close(link);
}

const struct peer peer_rabbitmq = {
    .name = "rabbitmq", .make = make, .publish = publish, .consume = consume};
