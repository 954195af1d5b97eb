/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis streams: XADD in a pipeline; a consumer group reads, and acknowledges
 * what it read in one command.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

#include "tools/bench/peer.h"
#include "tools/bench/program.h"

#define WAIT_MS 2000

static redisContext *
link_open(const struct peer_run *run)
{
    redisContext *link = redisConnect(PEER_HOST, run->port);

    bench_must(link != NULL && link->err == 0, "redis: it does not answer");
    return link;
}

/* An answer that is no error; the caller frees it. */
static redisReply *
answer(redisReply *reply)
{
    bench_must(reply != NULL && reply->type != REDIS_REPLY_ERROR,
        reply == NULL ? "redis: no answer" : reply->str);
    return reply;
}

/* What is left of an earlier run lies in memory, and goes. */
static void
make(const struct peer_run *run)
{
    redisContext *link = link_open(run);

    freeReplyObject(answer(redisCommand(link, "DEL " PEER_QUEUE)));
    freeReplyObject(answer(redisCommand(
        link, "XGROUP CREATE " PEER_QUEUE " " PEER_QUEUE " 0 MKSTREAM")));
    redisFree(link);
}

static void
publish(const struct peer_run *run)
{
    redisContext *link = link_open(run);
    unsigned long sent = 0, confirmed = 0;

    while (confirmed < run->messages) {
        redisReply *reply = NULL;

        for (; sent < run->messages && sent - confirmed < run->window; sent++) {
            bench_must(redisAppendCommand(link, "XADD " PEER_QUEUE " * t %b",
                           run->payload, (size_t)run->size) == REDIS_OK,
                "redis: a message cannot be sent");
        }
        /* Half of what is out: the rest keeps the broker busy. */
        for (unsigned long half = (sent - confirmed + 1) / 2; half > 0;
             half--) {
            bench_must(redisGetReply(link, (void **)&reply) == REDIS_OK,
                "redis: no answer");
            freeReplyObject(answer(reply));
            confirmed++;
        }
    }
    redisFree(link);
}

/* ---- the consumer ---- */

static void
acknowledge(redisContext *link, const redisReply *entries)
{
    const char *words[3 + PEER_ACKNOWLEDGE] = {"XACK", PEER_QUEUE, PEER_QUEUE};

    for (size_t i = 0; i < entries->elements; i++) {
        words[3 + i] = entries->element[i]->element[0]->str;
    }
    freeReplyObject(answer(
        redisCommandArgv(link, 3 + (int)entries->elements, words, NULL)));
}

static void
consume(struct peer_run *run)
{
    redisContext *link = link_open(run);

    while (run->arrived < run->messages) {
        redisReply *reply = answer(redisCommand(link,
            "XREADGROUP GROUP " PEER_QUEUE " one COUNT %d BLOCK %d "
            "STREAMS " PEER_QUEUE " >",
            PEER_ACKNOWLEDGE, WAIT_MS));

        if (reply->type == REDIS_REPLY_ARRAY) {
            const redisReply *entries = reply->element[0]->element[1];

            acknowledge(link, entries);
            run->arrived += entries->elements;
        }
        freeReplyObject(reply);
    }
    redisFree(link);
}

const struct peer peer_redis = {
    .name = "redis", .make = make, .publish = publish, .consume = consume};
