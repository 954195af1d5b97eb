/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NATS JetStream: a stream in files, published to asynchronously; a durable
 * consumer fetches, and acknowledges all up to a message at once.
 */
#include <nats/nats.h>
#include <stdio.h>

#include "tools/bench/peer.h"
#include "tools/bench/program.h"

#define FETCH_MS 5000
#define STALL_MS 60000
#define ACK_PENDING 65536

struct link {
    natsConnection *connection;
    jsCtx *stream;
};

static void
link_open(struct link *link, const struct peer_run *run)
{
    char url[64];
    jsOptions options;

    (void)snprintf(url, sizeof url, "nats://" PEER_HOST ":%d", run->port);
    bench_must(jsOptions_Init(&options) == NATS_OK, "nats: no options");
    options.PublishAsync.MaxPending = (int64_t)run->window;
    options.PublishAsync.StallWait = STALL_MS;
    bench_must(natsConnection_ConnectTo(&link->connection, url) == NATS_OK &&
                   natsConnection_JetStream(
                       &link->stream, link->connection, &options) == NATS_OK,
        "nats: it does not answer");
}

static void
link_close(struct link *link)
{
    jsCtx_Destroy(link->stream);
    natsConnection_Destroy(link->connection);
}

static void
make(const struct peer_run *run)
{
    const char *subjects[] = {PEER_QUEUE};
    struct link link;
    jsStreamConfig stream;
    jsConsumerConfig consumer;
    jsErrCode code = 0;

    link_open(&link, run);
    bench_must(jsStreamConfig_Init(&stream) == NATS_OK &&
                   jsConsumerConfig_Init(&consumer) == NATS_OK,
        "nats: no configuration");
    stream.Name = PEER_QUEUE;
    stream.Subjects = subjects;
    stream.SubjectsLen = 1;
    stream.Storage = js_FileStorage;
    consumer.Durable = PEER_QUEUE;
    consumer.AckPolicy = js_AckAll;
    consumer.MaxAckPending = ACK_PENDING;
    bench_must(js_AddStream(NULL, link.stream, &stream, NULL, &code) == NATS_OK,
        "nats: no stream can be made");
    bench_must(js_AddConsumer(NULL, link.stream, PEER_QUEUE, &consumer, NULL,
                   &code) == NATS_OK,
        "nats: no consumer can be made");
    link_close(&link);
}

static void
publish(const struct peer_run *run)
{
    struct link link;
    natsMsgList failed = {0};

    link_open(&link, run);
    for (unsigned long i = 0; i < run->messages; i++) {
        bench_must(js_PublishAsync(link.stream, PEER_QUEUE, run->payload,
                       (int)run->size, NULL) == NATS_OK,
            "nats: a message is not taken");
    }
    bench_must(js_PublishAsyncComplete(link.stream, NULL) == NATS_OK,
        "nats: messages are not confirmed");
    bench_must(
        js_PublishAsyncGetPendingList(&failed, link.stream) == NATS_NOT_FOUND,
        "nats: messages are not confirmed");
    link_close(&link);
}

/* What one question brought; how many. */
static unsigned long
take(natsSubscription *subscription)
{
    natsMsgList list = {0};
    jsErrCode code = 0;
    unsigned long count;
    natsStatus rc = natsSubscription_Fetch(
        &list, subscription, PEER_ACKNOWLEDGE, FETCH_MS, &code);

    if (rc == NATS_TIMEOUT) {
        return 0;
    }
    bench_must(rc == NATS_OK && list.Count > 0, "nats: nothing can be fetched");
    count = (unsigned long)list.Count;
    bench_must(natsMsg_Ack(list.Msgs[count - 1], NULL) == NATS_OK,
        "nats: what came cannot be acknowledged");
    natsMsgList_Destroy(&list);
    return count;
}

static void
consume(struct peer_run *run)
{
    struct link link;
    natsSubscription *subscription = NULL;
    jsSubOptions options;
    jsErrCode code = 0;

    link_open(&link, run);
    bench_must(jsSubOptions_Init(&options) == NATS_OK, "nats: no options");
    options.Stream = PEER_QUEUE;
    options.Consumer = PEER_QUEUE;
    bench_must(js_PullSubscribe(&subscription, link.stream, PEER_QUEUE,
                   PEER_QUEUE, NULL, &options, &code) == NATS_OK,
        "nats: no subscription");
    while (run->arrived < run->messages) {
        run->arrived += take(subscription);
    }
    bench_must(
        natsConnection_FlushTimeout(link.connection, FETCH_MS) == NATS_OK,
        "nats: the acknowledgement does not leave");
    natsSubscription_Destroy(subscription);
    link_close(&link);
}

const struct peer peer_nats = {
    .name = "nats", .make = make, .publish = publish, .consume = consume};
