/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-feed - two agencies' programs at once: one hands messages in at its
 * office's node as fast as that takes them, the other takes them from the desk
 * of the recipient's. What `entente-bench direct` and `relay` measure with.
 *
 *     bench-feed --from=a.sock --at=b.sock --to=blo-b@mm --messages=100000
 *
 * Prints one JSON object: seconds from the first request to the last answer
 * (accepted: on the sender's disk), to the last message that the recipient's
 * program has in its hands, and to the last receipt at the sender.
 */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "proto/schema/message.pb-c.h"
#include "tools/client/client.h"

#define CONSUMER "bench"
#define TIMEOUT_MS 120000
#define WAIT_MS 2000
#define GIVE_UP_S 300
#define BATCH_MAX 256 /* of the local api */
#define PRODUCERS_MAX 16
#define TEXT_MAX 12000 /* of a test message */

struct feed {
    const char *from;
    const char *at;
    const char *to;
    unsigned long messages;
    unsigned long size;
    unsigned long batch;
    unsigned long producers;
    char *text;
    _Atomic unsigned long taken; /* by producers, to be handed in */
    _Atomic unsigned long arrived;
    _Atomic bool failed;
    double began;
    double accepted_s;
    double arrived_s;
    double receipts_s;
};

static double
now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *
fail(struct feed *feed, const char *who, const char *why)
{
    fprintf(stderr, "bench-feed: %s: %s\n", who, why);
    atomic_store(&feed->failed, true);
    return NULL;
}

/* ---- the sender's program ---- */

struct batch {
    char ids[BATCH_MAX][ENT_ID_TEXT_LEN + 1];
    Entente__V1__Message messages[BATCH_MAX];
    Entente__V1__Test bodies[BATCH_MAX];
    Entente__V1__Submission submissions[BATCH_MAX];
    Entente__V1__Submission *list[BATCH_MAX];
    char *to;
};

static void
fill(struct batch *batch, const struct feed *feed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ent_id id = ent_id_new(ent_time_now_ms());

        ent_id_format(&id, batch->ids[i]);
        entente__v1__test__init(&batch->bodies[i]);
        batch->bodies[i].text = feed->text;
        entente__v1__message__init(&batch->messages[i]);
        batch->messages[i].id = batch->ids[i];
        batch->messages[i].mode = ENTENTE__V1__MODE__TEST;
        batch->messages[i].purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
        batch->messages[i].body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
        batch->messages[i].test = &batch->bodies[i];
        entente__v1__submission__init(&batch->submissions[i]);
        batch->submissions[i].message = &batch->messages[i];
        batch->submissions[i].to = &batch->to;
        batch->submissions[i].n_to = 1;
        batch->list[i] = &batch->submissions[i];
    }
}

/* All of them accepted, or why not. */
static const char *
fault_of(const Entente__V1__SubmitReply *reply, size_t count)
{
    if (reply->n_results != count) {
        return "the node answers for another number of messages";
    }
    for (size_t i = 0; i < count; i++) {
        const Entente__V1__SubmitResult *result = reply->results[i];

        if (result->error[0] != '\0') {
            return result->error;
        }
        if (!result->copies[0]->accepted) {
            return result->copies[0]->sentence;
        }
    }
    return NULL;
}

static size_t
take_share(struct feed *feed)
{
    unsigned long at = atomic_fetch_add(&feed->taken, feed->batch);

    if (at >= feed->messages) {
        return 0;
    }
    return feed->messages - at < feed->batch ? feed->messages - at
                                             : feed->batch;
}

static void *
produce(void *context)
{
    struct feed *feed = context;
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct batch *batch = calloc(1, sizeof *batch);
    struct ent_error err = {0};
    const char *fault = NULL;
    size_t count;

    if (batch == NULL ||
        ent_client_open(feed->from, TIMEOUT_MS, true, &client, &err) != EX_OK) {
        free(batch);
        return fail(feed, feed->from, err.text);
    }
    batch->to = (char *)(uintptr_t)feed->to;
    while (fault == NULL && (count = take_share(feed)) > 0) {
        Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
        Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
        const Entente__V1__ApiReply *reply = NULL;

        fill(batch, feed, count);
        submit.submissions = batch->list;
        submit.n_submissions = count;
        request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
        request.submit = &submit;
        fault = ent_client_ask(client, &request, 0, &reply, &err) == EX_OK
                    ? fault_of(reply->submit, count)
                    : err.text;
    }
    if (fault != NULL) {
        (void)fail(feed, feed->from, fault);
    }
    free(batch);
    return NULL;
}

/* ---- the recipient's program ---- */

static void *
consume(void *context)
{
    struct feed *feed = context;
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    uint64_t from = 0; /* the cursor's */

    if (ent_client_open(feed->at, TIMEOUT_MS, true, &client, &err) != EX_OK) {
        return fail(feed, feed->at, err.text);
    }
    while (atomic_load(&feed->arrived) < feed->messages && !feed->failed) {
        Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
        Entente__V1__InboxRequest inbox = ENTENTE__V1__INBOX_REQUEST__INIT;
        const Entente__V1__ApiReply *reply = NULL;
        size_t count;

        inbox.consumer = (char *)(uintptr_t)CONSUMER;
        inbox.from = from;
        inbox.limit = BATCH_MAX;
        inbox.wait_ms = WAIT_MS;
        request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_INBOX;
        request.inbox = &inbox;
        if (ent_client_ask(client, &request, WAIT_MS, &reply, &err) != EX_OK) {
            return fail(feed, feed->at, err.text);
        }
        count = reply->inbox->n_items; /* the next question ends the reply */
        if (count == 0) {
            continue;
        }
        from = reply->inbox->items[count - 1]->sequence;
        if (ent_client_done(client, CONSUMER, from++, &err) != EX_OK) {
            return fail(feed, feed->at, err.text);
        }
        atomic_fetch_add(&feed->arrived, count);
    }
    feed->arrived_s = now_s() - feed->began;
    return NULL;
}

/* ---- receipts ---- */

/* How many copies at the sender wait for their receipt; UINT64_MAX: no answer.
 */
static uint64_t
waiting(struct ent_client *client, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest status = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &status;
    return ent_client_ask(client, &request, 0, &reply, err) == EX_OK
               ? reply->status->outbox_waiting
               : UINT64_MAX;
}

static void
await_receipts(struct feed *feed)
{
    static const struct timespec moment = {.tv_nsec = 2000000};
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    uint64_t left;

    if (ent_client_open(feed->from, TIMEOUT_MS, true, &client, &err) != EX_OK) {
        (void)fail(feed, feed->from, err.text);
        return;
    }
    while ((left = waiting(client, &err)) != 0) {
        if (left == UINT64_MAX || now_s() - feed->began > GIVE_UP_S) {
            (void)fail(feed, feed->from,
                left == UINT64_MAX ? err.text : "receipts are missing");
            return;
        }
        (void)nanosleep(&moment, NULL);
    }
    feed->receipts_s = now_s() - feed->began;
}

/* ---- both ---- */

static void
run(struct feed *feed)
{
    pthread_t producers[PRODUCERS_MAX], consumer;
    bool consuming;

    feed->began = now_s();
    consuming = pthread_create(&consumer, NULL, consume, feed) == 0;
    for (size_t i = 0; i < feed->producers; i++) {
        if (pthread_create(&producers[i], NULL, produce, feed) != 0) {
            fprintf(stderr, "bench-feed: no thread can be started\n");
            exit(EX_OSERR);
        }
    }
    for (size_t i = 0; i < feed->producers; i++) {
        (void)pthread_join(producers[i], NULL);
    }
    feed->accepted_s = now_s() - feed->began;
    if (consuming) {
        (void)pthread_join(consumer, NULL);
    }
    if (!feed->failed) {
        await_receipts(feed);
    }
}

static void
tell(const struct feed *feed)
{
    json_t *said = json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f}", "messages",
        (json_int_t)feed->messages, "bytes", (json_int_t)feed->size, "batch",
        (json_int_t)feed->batch, "producers", (json_int_t)feed->producers,
        "accepted_s", feed->accepted_s, "arrived_s", feed->arrived_s,
        "receipts_s", feed->receipts_s);

    if (said == NULL || json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) != 0) {
        exit(EX_OSERR);
    }
    printf("\n");
    json_decref(said);
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"from", 'f', "SOCKET", 0, "Local socket of the sender's node", 0},
    {"at", 'a', "SOCKET", 0, "Local socket of the recipient's node", 0},
    {"to", 't', "ADDRESS", 0, "The recipient", 0},
    {"messages", 'n', "N", 0, "How many (10000)", 0},
    {"size", 's', "BYTES", 0, "Of text in each, at most 12000 (1024)", 0},
    {"batch", 'b', "N", 0, "Messages in one request, at most 256 (256)", 0},
    {"producers", 'p', "N", 0, "Programs that hand in, at most 16 (4)", 0},
    {0},
};

static unsigned long
number(const char *text, unsigned long max, struct argp_state *state)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || value == 0 || value > max) {
        argp_error(state, "'%s' is not a number from 1 to %lu", text, max);
    }
    return value;
}

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct feed *feed = state->input;

    switch (key) {
    case 'f':
        feed->from = argument;
        return 0;
    case 'a':
        feed->at = argument;
        return 0;
    case 't':
        feed->to = argument;
        return 0;
    case 'n':
        feed->messages = number(argument, 100000000, state);
        return 0;
    case 's':
        feed->size = number(argument, TEXT_MAX, state);
        return 0;
    case 'b':
        feed->batch = number(argument, BATCH_MAX, state);
        return 0;
    case 'p':
        feed->producers = number(argument, PRODUCERS_MAX, state);
        return 0;
    case ARGP_KEY_END:
        if (feed->from == NULL || feed->at == NULL || feed->to == NULL) {
            argp_error(state, "--from, --at and --to must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .doc = "Hand messages in at one node and take them from another's desk; "
           "say how long it took."};

/* Words, as people write: what is random in each message is its id. */
static char *
make_text(size_t size)
{
    static const char words[] = "knocking inside a closed box at the bridge ";
    char *text = malloc(size + 1);

    for (size_t i = 0; text != NULL && i < size; i++) {
        text[i] = words[i % (sizeof words - 1)];
    }
    if (text != NULL) {
        text[size - 1] = '.';
        text[size] = '\0';
    }
    return text;
}

int
main(int argc, char *argv[])
{
    struct feed feed = {
        .messages = 10000, .size = 1024, .batch = BATCH_MAX, .producers = 4};

    if (sodium_init() < 0 ||
        argp_parse(&argp, argc, argv, 0, NULL, &feed) != 0) {
        return EX_USAGE;
    }
    feed.text = make_text(feed.size);
    if (feed.text == NULL) {
        return EX_OSERR;
    }
    run(&feed);
    free(feed.text);
    if (feed.failed) {
        return EX_UNAVAILABLE;
    }
    tell(&feed);
    return EX_OK;
}
