/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/sending.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/text.h"
#include "tools/cli/output.h"

#define BYTES_LEN ((size_t)16 * 1024 * 1024) /* used as far as needed */

enum ent_status
cli_sending_init(struct cli_sending *sending, struct ent_error *err)
{
    sending->bytes = malloc(BYTES_LEN);
    return sending->bytes == NULL ? ent_fail(err, ENT_NO_MEMORY, "sending rows")
                                  : cli_batch_init(&sending->batch, err);
}

void
cli_sending_fini(struct cli_sending *sending)
{
    cli_batch_fini(&sending->batch);
    free(sending->bytes);
    sending->bytes = NULL;
}

void
cli_sending_stop(struct cli_sending *sending, int code, const char *why)
{
    if (sending->code == EX_OK) {
        sending->code = code;
        (void)snprintf(sending->why, sizeof sending->why, "%s", why);
    }
}

/* ---- rows that were not taken ---- */

static void
free_text(char **text)
{
    free(*text);
}

static enum ent_status
turn_back(struct cli_sending *sending, size_t line, struct ent_view raw,
    const char *why, struct ent_error *err)
{
    ENT_AUTO(free_text) char *text = NULL;
    ENT_AUTO(free_text) char *safe = NULL;

    if (asprintf(&text, "line %zu: %s", line, why) >= 0) {
        safe = ent_text_neutral(ent_view_text(text), false);
    }
    return safe == NULL ? ent_fail(err, ENT_NO_MEMORY, "writing rejects")
                        : cli_rejects_add(sending->rejects, raw, safe, err);
}

static enum ent_status
turn_back_unsent(struct cli_sending *sending, size_t line, struct ent_view raw,
    bool unknown, struct ent_error *err)
{
    char why[CLI_REASON_MAX];

    sending->unsent++;
    (void)snprintf(why, sizeof why, "%s: %s",
        unknown ? "not confirmed" : "not sent", sending->why);
    return turn_back(sending, line, raw, why, err);
}

/* "refused for ncc@kh, and 2 others: ..." */
static void
describe_refusal(
    const Entente__V1__SubmitResult *result, char out[static CLI_REASON_MAX])
{
    const Entente__V1__CopyResult *first = NULL;
    char others[48] = "";
    size_t count = 0;
    ENT_AUTO(free_text) char *reason = NULL;

    for (size_t i = 0; i < result->n_copies; i++) {
        if (!result->copies[i]->accepted && count++ == 0) {
            first = result->copies[i];
        }
    }
    if (first == NULL) {
        (void)snprintf(out, CLI_REASON_MAX, "not taken: %s", result->error);
        return;
    }
    if (count > 1) {
        (void)snprintf(others, sizeof others, " and %zu more", count - 1);
    }
    reason = cli_report_reason(first);
    (void)snprintf(out, CLI_REASON_MAX, CLI_REFUSED " for %s%s: %s", first->to,
        others, reason == NULL ? first->reason_name : reason);
}

static bool
is_accepted(const Entente__V1__SubmitResult *result)
{
    for (size_t i = 0; i < result->n_copies; i++) {
        if (!result->copies[i]->accepted) {
            return false;
        }
    }
    return result->error[0] == '\0';
}

/* ---- the answer ---- */

static enum ent_status
settle(struct cli_sending *sending, const struct cli_sending_row *row,
    const Entente__V1__SubmitResult *result, struct ent_error *err)
{
    char why[CLI_REASON_MAX];

    if (is_accepted(result)) {
        sending->accepted++;
        return ENT_OK;
    }
    sending->refused++;
    describe_refusal(result, why);
    return turn_back(sending, row->line, row->raw, why, err);
}

/* All rows are settled, also when one of the outputs fails. */
static enum ent_status
settle_all(struct cli_sending *sending, const Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    struct ent_error why = {0};
    enum ent_status rc = ENT_OK;

    if (cli_report_batch(&sending->report, &sending->batch, reply, &why) !=
        ENT_OK) {
        cli_complain("%s", why.text);
        cli_sending_stop(sending, EX_IOERR, why.text);
    }
    for (size_t i = 0; i < sending->batch.count; i++) {
        enum ent_status each =
            settle(sending, &sending->rows[i], reply->results[i], err);

        rc = rc == ENT_OK ? each : rc;
    }
    return rc;
}

/* The node has failed, and it may have taken them. */
static enum ent_status
turn_all_back(struct cli_sending *sending, bool unknown, struct ent_error *err)
{
    struct ent_error why = {0};
    enum ent_status rc = ENT_OK;

    if (cli_report_lost(&sending->report, &sending->batch, unknown, &why) !=
        ENT_OK) {
        cli_complain("%s", why.text);
    }
    for (size_t i = 0; i < sending->batch.count; i++) {
        enum ent_status each = turn_back_unsent(
            sending, sending->rows[i].line, sending->rows[i].raw, unknown, err);

        rc = rc == ENT_OK ? each : rc;
    }
    return rc;
}

static enum ent_status
submit(struct cli_sending *sending, struct ent_error *err)
{
    const Entente__V1__SubmitReply *reply = NULL;
    struct ent_error why = {0};
    int code = cli_batch_submit(&sending->batch, sending->client, &reply, &why);

    if (code == EX_OK) {
        return settle_all(sending, reply, err);
    }
    cli_complain("%s", why.text);
    cli_sending_stop(sending, code, why.text);
    return turn_all_back(sending,
        (code == EX_UNAVAILABLE || code == EX_PROTOCOL) &&
            cli_client_met(sending->client),
        err);
}

enum ent_status
cli_sending_flush(struct cli_sending *sending, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (sending->batch.count > 0) {
        rc = sending->code == EX_OK ? submit(sending, err)
                                    : turn_all_back(sending, false, err);
    }
    cli_batch_clear(&sending->batch);
    sending->used = 0;
    return rc;
}

/* ---- one more ---- */

static void
keep(struct cli_sending *sending, const struct cli_origin *origin)
{
    uint8_t *at = sending->bytes + sending->used;

    memcpy(at, origin->raw.data, origin->raw.len);
    sending->used += origin->raw.len;
    sending->rows[sending->batch.count - 1] = (struct cli_sending_row){
        .line = origin->line, .raw = ent_view_of(at, origin->raw.len)};
}

enum ent_status
cli_sending_add(struct cli_sending *sending, struct ent_view text, size_t line,
    const struct cli_origin *origin, struct ent_error *err)
{
    struct ent_error why = {0};
    enum ent_status rc = ENT_OK;

    if (sending->used + origin->raw.len > BYTES_LEN) {
        rc = cli_sending_flush(sending, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (sending->code == EX_OK) {
        rc = cli_batch_add_json(
            &sending->batch, text, line, sending->recipients, 0, &why);
        if (rc == ENT_OK) {
            keep(sending, origin);
            return cli_batch_is_full(&sending->batch)
                       ? cli_sending_flush(sending, err)
                       : ENT_OK;
        }
        cli_complain("%s", why.text);
        cli_sending_stop(sending, cli_exit_code(rc), why.text);
    }
    return turn_back_unsent(sending, origin->line, origin->raw, false, err);
}
