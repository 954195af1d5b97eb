/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/consents.h"
#include "tools/cli/deletion.h"
#include "tools/cli/output.h"
#include "tools/cli/reclassified.h"

const char *
cli_state_name(Entente__V1__TraceState state)
{
    switch (state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_WAITING:
        return "waiting here";
    case ENTENTE__V1__TRACE_STATE__TRACE_SENT:
        return "sent, not signed for";
    case ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY:
        return "in custody";
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
        return "delivered";
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED:
        return "REFUSED there";
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE:
        return "REFUSED here";
    case ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET:
        return "not yet taken";
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED:
        return "EXPIRED, unconfirmed";
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
        return "EXPIRED, confirmed";
    case ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN:
        return "withdrawn in time";
    case ENTENTE__V1__TRACE_STATE__TRACE_HELD:
        return "held for officers";
    case ENTENTE__V1__TRACE_STATE__TRACE_RETURNED:
        return "RETURNED";
    case ENTENTE__V1__TRACE_STATE__TRACE_STATE_UNSPECIFIED:
    default:
        return "unknown";
    }
}

/* Confirmed is what the recipient signed for; what never was sealed it never
 * heard of. */
static const char *
name_of(const Entente__V1__TraceCopy *copy)
{
    return copy->state == ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED &&
                   copy->first == 0
               ? "EXPIRED here"
               : cli_state_name(copy->state);
}

const char *
cli_fate_name(Entente__V1__Fate fate)
{
    switch (fate) {
    case ENTENTE__V1__FATE__FATE_CORRECTED:
        return "CORRECTED";
    case ENTENTE__V1__FATE__FATE_WITHDRAWN:
        return "WITHDRAWN";
    case ENTENTE__V1__FATE__FATE_RECALLED:
        return "RECALLED";
    default:
        return "";
    }
}

const char *
cli_colour_of_state(const char *text)
{
    if (strncmp(text, "REFUSED", 7) == 0 || strncmp(text, "EXPIRED", 7) == 0) {
        return CLI_RED;
    }
    return strcmp(text, "delivered") == 0 ? CLI_GREEN : CLI_YELLOW;
}

/* When it came into this state, as far as that is known. */
static uint64_t
since(const Entente__V1__TraceCopy *copy)
{
    if (copy->settled_at != 0) {
        return copy->settled_at;
    }
    return copy->state == ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY &&
                   copy->custody_at != 0
               ? copy->custody_at
               : copy->accepted_at;
}

static bool
has_failed(const Entente__V1__TraceCopy *copy)
{
    return copy->reason != 0 ||
           copy->state == ENTENTE__V1__TRACE_STATE__TRACE_WAITING ||
           copy->state == ENTENTE__V1__TRACE_STATE__TRACE_HELD;
}

/* False: no memory. */
static bool
explain_deletion(FILE *out, const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    char *text;

    if (copy->deleted_at == 0) {
        return true;
    }
    text = cli_deletion_of_copy(copy, now_ms);
    if (text != NULL) {
        fprintf(out, "%s%s", ftell(out) > 0 ? "; " : "", text);
    }
    free(text);
    return text != NULL;
}

/* Put into a file for somebody to carry, and nobody has answered. */
static bool
is_carried(const Entente__V1__TraceCopy *copy)
{
    return copy->carried_at != 0 && copy->settled_at == 0;
}

/* For what it had been used, or by which clause it was not done; of what was
 * removed that may be said besides. */
static void
explain_answer(FILE *out, const Entente__V1__TraceCopy *copy)
{
    const Entente__V1__LifecycleAct act = copy->answer;

    if (copy->used_where[0] != '\0') {
        fprintf(out, "%s: %s",
            act == ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED ? ""
                                                            : ", already used",
            copy->used_where);
    }
    if (copy->answer_clause[0] != '\0') {
        fprintf(out, "%s: clause %s",
            act == ENTENTE__V1__LIFECYCLE_ACT__DECLINED ? "" : ", declined",
            copy->answer_clause);
    }
}

/* What we said of it later, and what was answered. */
static void
explain_fate(FILE *out, const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    char answer[CLI_WORDS_MAX];
    char when[CLI_WORDS_MAX];

    if (copy->fate == 0) {
        return;
    }
    cli_time_short(copy->fate_at, now_ms, when);
    fprintf(out, "%s%s %s", ftell(out) > 0 ? "; " : "",
        cli_fate_name(copy->fate), when);
    if (copy->answer == 0) {
        fputs(", not answered", out);
        return;
    }
    cli_words(
        &entente__v1__lifecycle_act__descriptor, (int)copy->answer, answer);
    cli_time_short(copy->answer_at, now_ms, when);
    fprintf(out, ", %s %s (%s)", answer, when, copy->answer_by);
    if (copy->final_at != 0) {
        cli_time_short(copy->final_at, now_ms, when);
        fprintf(out, ", removed, final on %s", when);
    }
    explain_answer(out, copy);
}

/* What we said since that it is about. False: no memory. */
static bool
explain_raise(FILE *out, const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    char *text;

    if (copy->reclassified == NULL) {
        return true;
    }
    text = cli_reclassified_text(copy->reclassified, now_ms);
    if (text != NULL) {
        fprintf(out, "%sRE-CLASSIFIED: %s", ftell(out) > 0 ? "; " : "", text);
    }
    free(text);
    return text != NULL;
}

/* The reply that it asks for. */
static void
explain_reply(FILE *out, const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    uint64_t at = copy->replied_at != 0 ? copy->replied_at : copy->reply_by;
    char when[CLI_WORDS_MAX];

    if (at == 0) {
        return;
    }
    cli_time_short(at, now_ms, when);
    fprintf(out, "%s%s %s", ftell(out) > 0 ? "; " : "",
        copy->replied_at != 0 ? "replied" : "reply due", when);
}

/* Where it lies: with one broker, or with each of a row of them, and since
 * when. */
static void
explain_custody(FILE *out, const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    char when[CLI_WORDS_MAX];

    if (copy->n_custodies < 2) {
        fprintf(out, "at %s", copy->custody_by);
        return;
    }
    for (size_t i = 0; i < copy->n_custodies; i++) {
        cli_time_short(copy->custodies[i]->at, now_ms, when);
        fprintf(out, "%s%s %s", i == 0 ? "at " : ", then ",
            copy->custodies[i]->by, when);
    }
}

/* NULL: no memory. */
static char *
explain(const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    char when[CLI_WORDS_MAX];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool good;

    if (out == NULL) {
        return NULL;
    }
    if (copy->state == ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY) {
        explain_custody(out, copy, now_ms);
    }
    if (is_carried(copy)) {
        cli_time_short(copy->carried_at, now_ms, when);
        fprintf(out, "%sin a file since %s", ftell(out) > 0 ? "; " : "", when);
    }
    if (has_failed(copy)) {
        fprintf(out, "%s%s", ftell(out) > 0 ? "; " : "", copy->sentence);
        if (copy->clause[0] != '\0') {
            fprintf(out, " (clause %s", copy->clause);
            if (copy->line != 0) {
                fprintf(out, ", line %" PRIu32, copy->line);
            }
            fputc(')', out);
        }
        if (copy->reason_name[0] != '\0') {
            fprintf(out, " %s", copy->reason_name);
        }
    }
    explain_fate(out, copy, now_ms);
    good = explain_raise(out, copy, now_ms);
    explain_reply(out, copy, now_ms);
    for (size_t i = 0; i < copy->n_consents; i++) {
        fputs(ftell(out) > 0 ? "; " : "", out);
        cli_consent_print(out, copy->consents[i], now_ms);
    }
    good = good && explain_deletion(out, copy, now_ms);
    if (fclose(out) != 0 || !good) {
        free(text);
        return NULL;
    }
    return text;
}

bool
cli_state_describe(const Entente__V1__TraceCopy *copy, uint64_t now_ms,
    struct cli_state_text *ret_text)
{
    struct cli_state_text text = {.state = name_of(copy)};
    char *why = explain(copy, now_ms);
    char *by = NULL;
    char when[CLI_WORDS_MAX];

    if (why != NULL) {
        text.why = cli_json_text(ent_view_text(why));
    }
    free(why);
    cli_time_short(copy->acknowledged_at, now_ms, when);
    if (asprintf(&by, "%s%s%s", when,
            copy->acknowledged_by[0] == '\0' ? "" : " by ",
            copy->acknowledged_by) >= 0) {
        text.acknowledged = cli_json_text(ent_view_text(by));
        free(by);
    }
    cli_time_short(since(copy), now_ms, text.since);
    if (text.why == NULL || text.acknowledged == NULL) {
        json_decref(text.why);
        json_decref(text.acknowledged);
        return false;
    }
    *ret_text = text;
    return true;
}
