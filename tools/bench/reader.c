/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/reader.h"

#include <sysexits.h>
#include <time.h>

#include "tools/bench/ends.h"
#include "tools/bench/spread.h"

#define CONSUMER "bench"
#define LIMIT 1024
#define WAIT_MS 1000
#define RECEIPT_MS 60000

int
bench_read(struct ent_client *client, uint64_t *through, bench_see *see,
    void *context, size_t *ret_count, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__InboxRequest inbox = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    size_t count;
    int rc;

    inbox.consumer = (char *)(uintptr_t)CONSUMER;
    inbox.through = *through;
    inbox.limit = LIMIT;
    inbox.wait_ms = WAIT_MS;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_INBOX;
    request.inbox = &inbox;
    rc = ent_client_ask(client, &request, WAIT_MS, &reply, err);
    if (rc != EX_OK) {
        return rc;
    }
    count = reply->inbox->n_items; /* the next question ends the reply */
    for (size_t i = 0; see != NULL && i < count; i++) {
        see(context, reply->inbox->items[i]);
    }
    if (count > 0) {
        *through = reply->inbox->items[count - 1]->sequence;
    }
    *ret_count = count;
    return EX_OK;
}

int
bench_read_end(
    struct ent_client *client, uint64_t through, struct ent_error *err)
{
    return through == 0 ? EX_OK
                        : ent_client_done(client, CONSUMER, through, err);
}

int
bench_outbox_waiting(
    struct ent_client *client, uint64_t *ret_waiting, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest status = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int rc;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &status;
    rc = ent_client_ask(client, &request, 0, &reply, err);
    if (rc == EX_OK) {
        *ret_waiting = reply->status->outbox_waiting;
    }
    return rc;
}

int
bench_await_receipts(
    const char *socket, unsigned give_up_s, struct ent_error *err)
{
    static const struct timespec moment = {.tv_nsec = 2000000};
    const uint64_t until = bench_now_ns() + give_up_s * UINT64_C(1000000000);
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    uint64_t waiting = 1;
    int rc = bench_open(socket, &client, err);

    while (rc == EX_OK && waiting > 0) {
        (void)nanosleep(&moment, NULL);
        rc = bench_outbox_waiting(client, &waiting, err);
        if (rc == EX_OK && waiting > 0 && bench_now_ns() > until) {
            (void)ent_fail(err, ENT_IO, "receipts are missing");
            rc = EX_UNAVAILABLE;
        }
    }
    return rc;
}

int
bench_await_receipt(struct ent_client *client, char *id, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest trace = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int rc;

    trace.id = id;
    trace.wait_ms = RECEIPT_MS;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &trace;
    rc = ent_client_ask(client, &request, trace.wait_ms, &reply, err);
    if (rc == EX_OK && (reply->trace->n_items != 1 ||
                           reply->trace->items[0]->copies[0]->state !=
                               ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED)) {
        (void)ent_fail(err, ENT_IO, "a receipt is missing");
        rc = EX_UNAVAILABLE;
    }
    return rc;
}
