/* SPDX-License-Identifier: Apache-2.0 */
#include <sysexits.h>

#include "tools/cli/export.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/output.h"

/* What was sent, as the formats know what came: the copy of each recipient, by
 * the number of its submission. */

#define PAGE_MAX 64

static int
read_page(struct cli_desk *from, const Entente__V1__TraceReply **ret_page,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest trace = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    trace.from = from->position.sequence;
    trace.from_time = from->position.time_ms;
    trace.limit = PAGE_MAX;
    trace.content = true;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &trace;
    code = cli_client_ask(from->client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    from->position = (struct cli_position){.sequence = reply->trace->next};
    *ret_page = reply->trace;
    return EX_OK;
}

static enum ent_status
take(struct cli_export *export, const Entente__V1__TraceItem *sent,
    const Entente__V1__TraceCopy *copy, struct ent_error *err)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;

    item.sequence = copy->number;
    item.received_at = copy->accepted_at;
    item.id = sent->id;
    item.family = sent->family;
    item.message = copy->message;
    item.deleted = copy->deleted_at != 0;
    item.fate = copy->fate;
    item.reclassified = copy->reclassified;
    return cli_export_take(export, &item,
        cli_leaving_decide_sent(copy, &item, export->within), err);
}

/* ENT_NOT_FOUND: what comes now was sent later. */
static enum ent_status
take_page(struct cli_export *export, const Entente__V1__TraceReply *page,
    uint64_t until, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < page->n_items; i++) {
        const Entente__V1__TraceItem *sent = page->items[i];

        for (size_t j = 0; rc == ENT_OK && j < sent->n_copies; j++) {
            rc = sent->copies[j]->accepted_at >= until
                     ? ENT_NOT_FOUND
                     : take(export, sent, sent->copies[j], err);
        }
    }
    return rc;
}

int
cli_export_take_sent(struct cli_export *export, struct cli_desk *from,
    uint64_t until, struct ent_error *err)
{
    const Entente__V1__TraceReply *page = NULL;

    do {
        int code = cli_interrupt_code();
        enum ent_status rc;

        if (code == 0) {
            code = read_page(from, &page, err);
        }
        if (code != EX_OK) {
            return code;
        }
        rc = take_page(export, page, until, err);
        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? EX_OK : cli_exit_code(rc);
        }
    } while (page->n_items > 0);
    return EX_OK;
}
