/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/declarations.h"
#include "tools/cli/emergencies.h"
#include "tools/cli/output.h"
#include "tools/cli/trust.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define DAY_MS (UINT64_C(24) * 3600 * 1000)
#define CERTIFICATE_SOON_DAYS 30
#define STORE_FULL_PERCENT 80
#define MIB ((uint64_t)1024 * 1024)
#define TEXT_MAX 160
#define REASON_MAX 512
#define ATTENTION CLI_ATTENTION

static const char doc[] =
    "How the node of this office is.\v"
    "What somebody should look after begins with " ATTENTION "\n\n"
    "Examples:\n"
    "  entente status\n"
    "  entente status --node /etc/entente/node.yaml --json\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {.doc = doc, .children = children};

/* ---- values in words ---- */

static const char *
colour_of(const char *text)
{
    return strstr(text, ATTENTION) != NULL ? CLI_RED : NULL;
}

static void
describe_certificate(
    uint64_t expires_at, uint64_t now_ms, char out[static TEXT_MAX])
{
    char when[CLI_WORDS_MAX];
    uint64_t days;

    cli_time_long(expires_at, when);
    if (expires_at <= now_ms) {
        (void)snprintf(out, TEXT_MAX, ATTENTION "expired at %s", when);
        return;
    }
    days = (expires_at - now_ms) / DAY_MS;
    (void)snprintf(out, TEXT_MAX, "%sexpires in %" PRIu64 " days, %s",
        days < CERTIFICATE_SOON_DAYS ? ATTENTION : "", days, when);
}

static void
describe_store(uint64_t used, uint64_t limit, char out[static TEXT_MAX])
{
    uint64_t percent = limit == 0 ? 0 : used / (limit / 100 + 1);

    (void)snprintf(out, TEXT_MAX,
        "%s%" PRIu64 " MiB of %" PRIu64 " MiB (%" PRIu64 " %%)",
        percent >= STORE_FULL_PERCENT ? ATTENTION : "", used / MIB, limit / MIB,
        percent);
}

static void
describe_root(const ProtobufCBinaryData *root, char out[static TEXT_MAX])
{
    out[0] = '\0';
    if (root->len <= 32) {
        (void)sodium_bin2hex(out, TEXT_MAX, root->data, root->len);
    }
}

/* By their agreements, since the store was made. */
static void
describe_deleted(const Entente__V1__StatusReply *status, uint64_t now_ms,
    char out[static TEXT_MAX])
{
    char when[CLI_WORDS_MAX];

    cli_time_short(status->deleted_at, now_ms, when);
    (void)snprintf(out, TEXT_MAX,
        "%" PRIu64 " messages whose time was over%s%s", status->deleted,
        when[0] == '\0' ? "" : ", the last ", when);
}

/* ---- the node ---- */

static const struct cli_field node_fields[] = {
    {.key = "address", .title = "Office"},
    {.key = "version", .title = "Version"},
    {.key = "started", .title = "Running since"},
    {.key = "certificate", .title = "Certificate", .colour = colour_of},
    {.key = "desk", .title = "Desk", .colour = colour_of},
    {.key = "sent", .title = "Sent from here"},
    {.key = "held", .title = "For officers to sign", .colour = colour_of},
    {.key = "deleted", .title = "Deleted"},
    {.key = "store", .title = "Store", .colour = colour_of},
    {.key = "journal", .title = "Journal"},
    {.key = "root", .title = "Journal root"},
};

/* NULL when there is none: the field is left out. */
static json_t *
describe_held(uint64_t held)
{
    return held == 0 ? NULL
                     : json_sprintf(ATTENTION
                           "%" PRIu64 " messages: `entente release list`",
                           held);
}

static json_t *
describe_node(const Entente__V1__StatusReply *status, uint64_t now_ms)
{
    char started[CLI_WORDS_MAX];
    char certificate[TEXT_MAX];
    char desk[TEXT_MAX];
    char sent[TEXT_MAX];
    char deleted[TEXT_MAX];
    char store[TEXT_MAX];
    char journal[TEXT_MAX];
    char root[TEXT_MAX];

    cli_time_long(status->started_at, started);
    describe_certificate(status->certificate_expires_at, now_ms, certificate);
    (void)snprintf(desk, sizeof desk,
        "%" PRIu64 " messages, %" PRIu64 " to acknowledge", status->inbox_count,
        status->unacknowledged);
    (void)snprintf(sent, sizeof sent,
        "%" PRIu64 " waiting, %" PRIu64 " settled, %" PRIu64
        " refused by our own policy",
        status->outbox_waiting, status->outbox_settled, status->refused_here);
    describe_deleted(status, now_ms, deleted);
    describe_store(status->store_used, status->store_limit, store);
    (void)snprintf(journal, sizeof journal,
        "%" PRIu64 " entries, %" PRIu64 " commits since the start",
        status->journal_size, status->commits);
    describe_root(&status->journal_root, root);
    return json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o*}",
        "address", cli_json_text(ent_view_text(status->address)), "version",
        cli_json_text(ent_view_text(status->version)), "started", started,
        "certificate", certificate, "desk", desk, "sent", sent, "deleted",
        deleted, "store", store, "journal", journal, "root", root, "held",
        describe_held(status->held));
}

/* ---- brokers and agreements ---- */

static const struct cli_field broker_fields[] = {
    {.key = "address", .title = "BROKER"},
    {.key = "endpoint", .title = "AT"},
    {.key = "state", .title = "STATE", .colour = colour_of, .wrap = true},
};

static json_t *
describe_broker(const Entente__V1__BrokerStatus *broker, uint64_t now_ms)
{
    char since[CLI_WORDS_MAX];
    char state[TEXT_MAX];

    cli_time_short(broker->since, now_ms, since);
    (void)snprintf(state, sizeof state, "%s%s%s",
        broker->connected ? "connected" : ATTENTION "not connected",
        since[0] == '\0' ? "" : " since ", since);
    return json_pack("{s:o, s:o, s:s}", "address",
        cli_json_text(ent_view_text(broker->address)), "endpoint",
        cli_json_text(ent_view_text(broker->endpoint)), "state", state);
}

static const struct cli_field agreement_fields[] = {
    {.key = "name", .title = "AGREEMENT"},
    {.key = "version", .title = "VERSION", .right = true},
    {.key = "parties", .title = "BETWEEN"},
    {.key = "state", .title = "STATE", .colour = colour_of, .wrap = true},
    {.key = "file", .title = "FILE", .broad = true},
};

static json_t *
parties_of(const Entente__V1__AgreementStatus *agreement)
{
    json_t *list = json_array();

    for (size_t i = 0; i < agreement->n_parties; i++) {
        (void)json_array_append_new(
            list, cli_json_text(ent_view_text(agreement->parties[i])));
    }
    return list;
}

static json_t *
describe_agreement(const Entente__V1__AgreementStatus *agreement)
{
    const char *state = !agreement->in_force    ? ATTENTION "not in force"
                        : agreement->review_due ? "in force; " ATTENTION
                                                  "its review is due"
                                                : "in force";

    return json_pack("{s:o, s:I, s:o, s:s, s:o}", "name",
        cli_json_text(ent_view_text(agreement->name)), "version",
        (json_int_t)agreement->version, "parties", parties_of(agreement),
        "state", state, "file", cli_json_text(ent_view_text(agreement->file)));
}

static const struct cli_field unused_fields[] = {
    {.key = "file", .title = "NOT IN USE"},
    {.key = "line", .title = "LINE", .right = true},
    {.key = "reason", .title = "WHY", .colour = colour_of, .wrap = true},
};

static json_t *
describe_unused(const Entente__V1__UnusedAgreement *unused)
{
    char reason[REASON_MAX];
    json_t *row;

    (void)snprintf(reason, sizeof reason, ATTENTION "%s", unused->reason);
    row = json_pack("{s:o, s:o}", "file",
        cli_json_text(ent_view_text(unused->file)), "reason",
        cli_json_text(ent_view_text(reason)));
    if (row != NULL && unused->line != 0) {
        (void)json_object_set_new(row, "line", json_integer(unused->line));
    }
    return row;
}

static const struct cli_field duty_fields[] = {
    {.key = "due", .title = "TO BE DONE BY"},
    {.key = "text", .title = "WHAT", .colour = colour_of, .wrap = true},
};

static json_t *
describe_duty(const Entente__V1__Duty *duty, uint64_t now_ms)
{
    char due[CLI_WORDS_MAX];
    char text[REASON_MAX];

    cli_time_short(duty->due, now_ms, due);
    (void)snprintf(text, sizeof text, "%s%s",
        duty->overdue ? ATTENTION "overdue: " : "", duty->text);
    return json_pack(
        "{s:s, s:o}", "due", due, "text", cli_json_text(ent_view_text(text)));
}

static const struct cli_field drill_fields[] = {
    {.key = "office", .title = "LAST DRILL WITH"},
    {.key = "sent", .title = "SENT"},
    {.key = "answer", .title = "ANSWERED", .wrap = true},
};

static json_t *
describe_drill(const Entente__V1__Drill *drill, uint64_t now_ms)
{
    char sent[CLI_WORDS_MAX];
    char answered[CLI_WORDS_MAX];
    char after[ENT_TIME_TEXT_MAX];
    char text[TEXT_MAX] = "never";

    cli_time_short(drill->sent_at, now_ms, sent);
    cli_time_short(drill->answered_at, now_ms, answered);
    ent_duration_format(drill->answer_ms, after);
    if (drill->answered_at != 0) {
        (void)snprintf(text, sizeof text, "%s, after %s", answered, after);
    }
    return json_pack("{s:o, s:s, s:s}", "office",
        cli_json_text(ent_view_text(drill->office)), "sent", sent, "answer",
        text);
}

/* ---- the whole ---- */

static enum ent_status
print_node(const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err)
{
    json_t *object = describe_node(status, now_ms);
    enum ent_status rc;

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing the status");
    }
    rc = cli_print_record(stdout, object, node_fields,
        sizeof node_fields / sizeof node_fields[0], false, err);
    json_decref(object);
    return rc;
}

/* A table, or what to say when there is nothing for it (NULL: nothing). Takes
 * `rows`. */
static enum ent_status
print_rows(json_t *rows, const struct cli_field *fields, size_t count,
    const char *none, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (json_array_size(rows) > 0 || none != NULL) {
        putchar('\n');
    }
    if (json_array_size(rows) == 0) {
        fputs(none == NULL ? "" : none, stdout);
    } else {
        rc = cli_print_table(stdout, rows, fields, count, false, err);
    }
    json_decref(rows);
    return rc;
}

static enum ent_status
print_duties(const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < status->n_duties; i++) {
        (void)json_array_append_new(
            rows, describe_duty(status->duties[i], now_ms));
    }
    return print_rows(rows, duty_fields,
        sizeof duty_fields / sizeof duty_fields[0], NULL, err);
}

static enum ent_status
print_drills(const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < status->n_drills; i++) {
        (void)json_array_append_new(
            rows, describe_drill(status->drills[i], now_ms));
    }
    return print_rows(rows, drill_fields,
        sizeof drill_fields / sizeof drill_fields[0], NULL, err);
}

/* What this office forbids itself besides. */
static void
print_own_rules(const Entente__V1__OwnRules *own)
{
    if (own == NULL) {
        return;
    }
    if (own->broken) {
        printf("\n" ATTENTION "nothing passes: the rules of this office, %s, "
               "cannot be read\n",
            own->file);
    } else {
        printf("\nRules of this office besides: %" PRIu32 ", in %s\n",
            own->rules, own->file);
    }
}

static enum ent_status
print_brokers(const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < status->n_brokers; i++) {
        (void)json_array_append_new(
            rows, describe_broker(status->brokers[i], now_ms));
    }
    return print_rows(rows, broker_fields,
        sizeof broker_fields / sizeof broker_fields[0],
        ATTENTION "no broker is configured\n", err);
}

static enum ent_status
print_agreements(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < status->n_agreements; i++) {
        (void)json_array_append_new(
            rows, describe_agreement(status->agreements[i]));
    }
    return print_rows(rows, agreement_fields,
        sizeof agreement_fields / sizeof agreement_fields[0],
        ATTENTION "no agreement is loaded, so nothing can pass\n", err);
}

static enum ent_status
print_unused(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < status->n_unused_agreements; i++) {
        (void)json_array_append_new(
            rows, describe_unused(status->unused_agreements[i]));
    }
    return print_rows(rows, unused_fields,
        sizeof unused_fields / sizeof unused_fields[0], NULL, err);
}

/* Lists that others print too, each after a line of its own. */
static enum ent_status
print_lists(const Entente__V1__StatusReply *status, uint64_t now_ms,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (status->n_emergencies > 0) {
        putchar('\n');
        rc = cli_print_emergencies(stdout, status, now_ms, err);
    }
    if (rc == ENT_OK && status->n_revocation_lists > 0) {
        putchar('\n');
        rc = cli_print_revocations(stdout, status, now_ms, err);
    }
    if (rc == ENT_OK && status->n_alarms > 0) {
        putchar('\n');
        rc = cli_print_alarms(stdout, status, now_ms, err);
    }
    return rc;
}

static enum ent_status
print_status(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    const uint64_t now_ms = ent_time_now_ms();
    enum ent_status rc = print_node(status, now_ms, err);

    print_own_rules(status->own_rules);
    if (rc == ENT_OK) {
        rc = print_brokers(status, now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = print_agreements(status, err);
    }
    if (rc == ENT_OK) {
        rc = cli_print_declarations(stdout, status, now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = print_unused(status, err);
    }
    if (rc == ENT_OK) {
        rc = print_duties(status, now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = print_drills(status, now_ms, err);
    }
    return rc != ENT_OK ? rc : print_lists(status, now_ms, err);
}

/* A cli_client_verb. */
static int
status(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest question = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    return cli_exit_code(
        chosen->json ? cli_print_canonical(stdout, &reply->status->base, err)
                     : print_status(reply->status, err));
}

int
cli_status(int argc, char *argv[])
{
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, status, &chosen);
}
