/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/await.h"

#include <sysexits.h>
#include <time.h>

#include "proto/base/time.h"
#include "proto/trace.h"

#define LOOK_MS 30000 /* that the node is asked to wait */
#define PAUSE_MS 500  /* when it has no place for one more who waits */

static int
ask(struct cli_client *client, const char *id, unsigned wait_ms,
    const Entente__V1__TraceReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest trace = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    trace.id = (char *)(uintptr_t)id;
    trace.wait_ms = wait_ms;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &trace;
    code = cli_client_ask(client, &request, wait_ms, &reply, err);
    if (code == EX_OK) {
        *ret_reply = reply->trace;
    }
    return code;
}

int
cli_await(struct cli_client *client, const char *id, uint64_t until,
    const Entente__V1__TraceReply **ret_reply, bool *ret_over,
    struct ent_error *err)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    for (;;) {
        const uint64_t asked = ent_time_boot_ms();
        const uint64_t left = until > asked ? until - asked : 0;
        const unsigned wait_ms = left < LOOK_MS ? (unsigned)left : LOOK_MS;
        int code = ask(client, id, wait_ms, ret_reply, err);

        *ret_over = code == EX_OK && (*ret_reply)->n_items == 1 &&
                    ent_trace_is_over((*ret_reply)->items[0]);
        if (code != EX_OK || *ret_over || ent_time_boot_ms() >= until) {
            return code;
        }
        if (ent_time_boot_ms() < asked + wait_ms) {
            (void)nanosleep(&pause, NULL);
        }
    }
}
