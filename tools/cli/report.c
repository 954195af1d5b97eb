/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/refusal.h"
#include "tools/cli/canonical.h"
#include "tools/cli/output.h"

#define LISTED_MAX 64 /* accepted copies; then only those refused */

static void
free_text(char **text)
{
    free(*text);
}

/* ---- the terminal ---- */

static void
wipe_progress(struct cli_report *report)
{
    if (report->progress) {
        fputs("\r\033[K", stderr);
        report->progress = false;
    }
}

static void
show_progress(struct cli_report *report)
{
    if (report->accepted <= LISTED_MAX || !isatty(STDERR_FILENO)) {
        return;
    }
    fprintf(stderr, "\r\033[K%zu accepted, %zu refused, %zu malformed ...",
        report->accepted, report->refused, report->malformed);
    (void)fflush(stderr);
    report->progress = true;
}

/* One line of the report. */
static enum ent_status
print_line(struct cli_report *report, const char *colour, const char *state,
    const char *id, const char *to, const char *why, struct ent_error *err)
{
    ENT_AUTO(free_text) char *line = NULL;
    ENT_AUTO(free_text) char *safe = NULL;
    const bool colourful = colour != NULL && cli_is_colourful(report->out);

    if (asprintf(&line, "%s  %s%s%s", id, to, why[0] == '\0' ? "" : ": ",
            why) >= 0) {
        safe = ent_text_neutral(ent_view_text(line), false);
    }
    if (safe == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a result");
    }
    wipe_progress(report);
    fprintf(report->out, "%s%-10s%s %s\n", colourful ? colour : "", state,
        colourful ? CLI_PLAIN : "", safe);
    return ferror(report->out) == 0
               ? ENT_OK
               : ent_fail(err, ENT_IO, "the output is closed");
}

/* ---- results ---- */

char *
cli_report_reason(const Entente__V1__CopyResult *copy)
{
    const struct ent_refusal_info *info = ent_refusal_info(copy->reason);
    const char *sentence = copy->sentence;
    char line[32] = "";
    char *text = NULL;

    if (sentence[0] == '\0') {
        sentence = info == NULL ? "no reason is given" : info->remedy;
    }
    if (copy->line != 0) {
        (void)snprintf(line, sizeof line, ", line %" PRIu32, copy->line);
    }
    if (copy->clause[0] == '\0') {
        return asprintf(&text, "%s (%s)", sentence, copy->reason_name) < 0
                   ? NULL
                   : text;
    }
    return asprintf(&text, "%s (clause %s%s; %s)", sentence, copy->clause, line,
               copy->reason_name) < 0
               ? NULL
               : text;
}

static const char *
waits_for(Entente__V1__OfficerAct act)
{
    return act == ENTENTE__V1__OFFICER_ACT__AUTHORED
               ? "waits for its author to sign"
               : "waits for release by a second officer";
}

static enum ent_status
report_copy(struct cli_report *report, const char *id,
    const Entente__V1__CopyResult *copy, struct ent_error *err)
{
    ENT_AUTO(free_text) char *reason = NULL;

    if (copy->accepted) {
        report->accepted++;
        if (report->json || report->accepted > LISTED_MAX) {
            return ENT_OK;
        }
        return copy->awaits == 0 ? print_line(report, CLI_GREEN, "accepted", id,
                                       copy->to, "", err)
                                 : print_line(report, CLI_YELLOW, "held", id,
                                       copy->to, waits_for(copy->awaits), err);
    }
    report->refused++;
    if (report->json) {
        return ENT_OK;
    }
    reason = cli_report_reason(copy);
    return reason == NULL ? ent_fail(err, ENT_NO_MEMORY, "printing a result")
                          : print_line(report, CLI_RED, "REFUSED", id, copy->to,
                                reason, err);
}

enum ent_status
cli_report_result(struct cli_report *report,
    const Entente__V1__SubmitResult *result, size_t line, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (report->json) {
        rc = cli_print_canonical(report->out, &result->base, err);
    }
    if (result->error[0] != '\0') {
        report->malformed++;
        if (!report->json) {
            wipe_progress(report);
            cli_complain("%s: message in line %zu: %s", report->source, line,
                result->error);
        }
    }
    for (size_t i = 0; rc == ENT_OK && i < result->n_copies; i++) {
        rc = report_copy(report, result->id, result->copies[i], err);
    }
    return rc;
}

enum ent_status
cli_report_batch(struct cli_report *report, const struct cli_batch *batch,
    const Entente__V1__SubmitReply *reply, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < batch->count; i++) {
        rc = cli_report_result(report, reply->results[i], batch->lines[i], err);
    }
    show_progress(report);
    return rc;
}

static enum ent_status
report_lost_one(struct cli_report *report,
    const Entente__V1__Submission *submission, bool unknown,
    struct ent_error *err)
{
    Entente__V1__SubmitResult result = ENTENTE__V1__SUBMIT_RESULT__INIT;
    const char *why =
        unknown ? "not confirmed: ask `entente trace` for it" : "not accepted";
    enum ent_status rc = ENT_OK;

    report->lost++;
    if (report->json) {
        result.id = submission->message->id;
        result.error = (char *)(uintptr_t)why;
        return cli_print_canonical(report->out, &result.base, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < submission->n_to; i++) {
        rc = print_line(report, CLI_YELLOW, unknown ? "UNKNOWN" : "NOT SENT",
            submission->message->id, submission->to[i], why, err);
    }
    return rc;
}

enum ent_status
cli_report_lost(struct cli_report *report, const struct cli_batch *batch,
    bool unknown, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < batch->count; i++) {
        rc = report_lost_one(report, batch->list[i], unknown, err);
    }
    return rc;
}

enum ent_status
cli_report_malformed(struct cli_report *report, size_t line, const char *why,
    struct ent_error *err)
{
    Entente__V1__SubmitResult result = ENTENTE__V1__SUBMIT_RESULT__INIT;
    ENT_AUTO(free_text) char *text = NULL;
    ENT_AUTO(free_text) char *safe = NULL;

    report->malformed++;
    wipe_progress(report);
    if (!report->json) {
        cli_complain("%s: message in line %zu: %s", report->source, line, why);
        return ENT_OK;
    }
    if (asprintf(&text, "message in line %zu: %s", line, why) >= 0) {
        safe = ent_text_neutral(ent_view_text(text), false);
    }
    if (safe == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a result");
    }
    result.error = safe;
    return cli_print_canonical(report->out, &result.base, err);
}

void
cli_report_end(struct cli_report *report)
{
    wipe_progress(report);
    if (report->json ||
        report->accepted + report->refused + report->malformed + report->lost <
            2) {
        return;
    }
    fprintf(report->out, "%zu accepted, %zu refused", report->accepted,
        report->refused);
    if (report->malformed > 0) {
        fprintf(report->out, ", %zu malformed", report->malformed);
    }
    if (report->lost > 0) {
        fprintf(report->out, ", %zu without an answer", report->lost);
    }
    fputc('\n', report->out);
}

int
cli_report_code(const struct cli_report *report)
{
    if (report->malformed > 0) {
        return EX_DATAERR;
    }
    return report->refused > 0 ? 1 : EX_OK;
}
