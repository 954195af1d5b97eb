/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/trust.h"

#include <inttypes.h>
#include <string.h>

#include "tools/cli/output.h"
#include "tools/cli/words.h"

#define TEXT_MAX 600

static const char *
colour_of(const char *text)
{
    return strstr(text, CLI_ATTENTION) != NULL ? CLI_RED : NULL;
}

static const struct cli_field alarm_fields[] = {
    {.key = "number", .title = "ALARM", .right = true},
    {.key = "raised", .title = "SINCE"},
    {.key = "kind", .title = "KIND"},
    {.key = "subject", .title = "OF"},
    {.key = "text", .title = "WHAT", .colour = colour_of, .wrap = true},
};

static json_t *
describe_alarm(const Entente__V1__Alarm *alarm, uint64_t now_ms)
{
    char raised[CLI_WORDS_MAX];
    char again[CLI_WORDS_MAX];
    char text[TEXT_MAX];

    cli_time_short(alarm->raised_at, now_ms, raised);
    cli_time_short(alarm->last_at, now_ms, again);
    if (alarm->count > 1) {
        (void)snprintf(text, sizeof text,
            CLI_ATTENTION "%s (%" PRIu64 " times, the last %s)", alarm->text,
            alarm->count, again);
    } else {
        (void)snprintf(text, sizeof text, CLI_ATTENTION "%s", alarm->text);
    }
    return json_pack("{s:I, s:s, s:s, s:o, s:o}", "number",
        (json_int_t)alarm->number, "raised", raised, "kind", alarm->kind,
        "subject", cli_json_text(ent_view_text(alarm->subject)), "text",
        cli_json_text(ent_view_text(text)));
}

enum ent_status
cli_print_alarms(FILE *out, const Entente__V1__StatusReply *status,
    uint64_t now_ms, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < status->n_alarms; i++) {
        (void)json_array_append_new(
            rows, describe_alarm(status->alarms[i], now_ms));
    }
    if (json_array_size(rows) > 0) {
        rc = cli_print_table(out, rows, alarm_fields,
            sizeof alarm_fields / sizeof alarm_fields[0], false, err);
    }
    json_decref(rows);
    return rc;
}

static const struct cli_field list_fields[] = {
    {.key = "state", .title = "REVOCATIONS OF"},
    {.key = "number", .title = "LIST", .right = true},
    {.key = "revoked", .title = "KEYS", .right = true},
    {.key = "next", .title = "NEXT ONE DUE", .colour = colour_of, .wrap = true},
};

static json_t *
describe_list(const Entente__V1__RevocationListStatus *list, uint64_t now_ms)
{
    char next[CLI_WORDS_MAX] = "";
    char text[TEXT_MAX] = "none ever came";

    cli_time_short(list->next_update, now_ms, next);
    if (list->number != 0) {
        (void)snprintf(text, sizeof text, "%s%s",
            list->overdue ? CLI_ATTENTION "overdue since " : "", next);
    }
    return json_pack("{s:o, s:I, s:I, s:s}", "state",
        cli_json_text(ent_view_text(list->state)), "number",
        (json_int_t)list->number, "revoked", (json_int_t)list->revoked, "next",
        text);
}

enum ent_status
cli_print_revocations(FILE *out, const Entente__V1__StatusReply *status,
    uint64_t now_ms, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < status->n_revocation_lists; i++) {
        (void)json_array_append_new(
            rows, describe_list(status->revocation_lists[i], now_ms));
    }
    if (json_array_size(rows) > 0) {
        rc = cli_print_table(out, rows, list_fields,
            sizeof list_fields / sizeof list_fields[0], false, err);
    }
    json_decref(rows);
    return rc;
}
