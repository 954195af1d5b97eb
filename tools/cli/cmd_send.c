/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/nearest.h"
#include "proto/base/time.h"
#include "tools/cli/batch.h"
#include "tools/cli/enclose.h"
#include "tools/cli/input.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/signatory.h"
#include "tools/cli/template.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *file;
    const char *family;    /* of the template that is wanted */
    const char *emergency; /* NULL: under none */
    const char *officer;   /* who signs as its author; NULL: nobody */
    struct cli_passphrase passphrase;
    struct cli_recipients recipients;
    struct cli_enclosing enclosing;
    struct cli_client_options client;
    bool json;
};

/* What is in use while messages are sent. */
struct sending {
    struct cli_input input;
    struct cli_batch batch;
    struct cli_report report;
    struct cli_client *client;
    const struct cli_recipients *recipients;
    struct cli_enclosing *enclosing;
    bool enclosed;            /* the files have gone with a message */
    const char *emergency_id; /* NULL: under none */
    Entente__V1__Emergency emergency;
    struct cli_signatory signatory; /* secret NULL: nobody signs */
};

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0,
        "Send to this office, whatever `to` says; may be repeated, each copy "
        "is sealed apart",
        0},
    {"attach", 'a', "FILE", 0,
        "Send this file with the message, of which there may be only one then; "
        "may be repeated, up to 16 files",
        0},
    {"template", 'T', "FAMILY", 0,
        "Print an example message of this family to fill in: hotline_alert, "
        "hub_alert, drug_seizure, document_check, acknowledgement, test",
        0},
    {"emergency", 'e', "ID", 0,
        "By the rules of this emergency (`entente emergency declare`)", 0},
    {"officer", 'o', "KEYFILE", 0,
        "Sign as its author with this officer's key; a folder with officer.key "
        "in it",
        0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        state->child_inputs[2] = &arguments->passphrase;
        return 0;
    case 'o':
        arguments->officer = argument;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
        return 0;
    case 'a':
        if (!cli_enclosing_add(&arguments->enclosing, argument)) {
            argp_error(state, "--attach: a message has at most 16 files");
        }
        return 0;
    case 'e':
        arguments->emergency = argument;
        return 0;
    case 'T':
        arguments->family = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Hand messages to the node, which seals and sends them.\v"
    "FILE, or standard input, holds one message as a JSON object, or many one "
    "after another. What `entente send` says was accepted is on the node's "
    "disk. A message without an id gets one here; to send one again after a "
    "failure, send it with the same id.\n\n"
    "What two officers must release is held until the second has (`entente "
    "release`), if --officer says who wrote it.\n\n"
    "Exit: 0 all accepted; 1 a copy was refused by policy; 65 a message is "
    "malformed; 69 no node answers.\n\n"
    "Examples:\n"
    "  entente send --template hotline_alert > alert.json\n"
    "  entente send alert.json\n"
    "  entente send --to ncc@th --to ncc@kh seizures.jsonl\n"
    "  entente send alert.json --attach photo.jpg --attach scan.pdf\n"
    "  entente send report.json --officer B0712\n"
    "  my-system --new-alerts | entente send --json -\n";

static const struct argp_child children[] = {{.argp = &cli_client_argp},
    {.argp = &cli_json_argp}, {.argp = &cli_passphrase_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "[FILE|-]",
    .doc = doc,
    .children = children};

/* ---- template ---- */

static int
print_template(const char *family)
{
    char *text = cli_template(family, ent_time_now_ms());
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(family));
    const char *name;

    if (text != NULL) {
        fputs(text, stdout);
        free(text);
        return EX_OK;
    }
    if (errno != 0) {
        cli_complain("out of memory");
        return EX_OSERR;
    }
    for (size_t i = 0; (name = cli_template_name(i)) != NULL; i++) {
        ent_nearest_try(&nearest, name);
    }
    cli_complain("there is no template of '%s'%s%s%s", family,
        nearest.best == NULL ? "" : "; did you mean '",
        nearest.best == NULL ? "" : nearest.best,
        nearest.best == NULL ? "" : "'?");
    return EX_USAGE;
}

/* ---- messages ---- */

/* Could the node have taken it, although it did not say so? */
static bool
is_unknown(const struct sending *sending, int code)
{
    return (code == EX_UNAVAILABLE || code == EX_PROTOCOL) &&
           cli_client_met(sending->client);
}

/* The files, and with which message they go. */
static int
enclose(struct sending *sending, struct ent_error *err)
{
    Entente__V1__Submission *submission = sending->batch.list[0];
    int code;

    if (sending->enclosing->count == 0) {
        return EX_OK;
    }
    if (sending->batch.count > 1 || sending->enclosed) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "--attach goes with one message, and here are more");
        return EX_USAGE;
    }
    sending->enclosed = true;
    code = cli_enclosing_upload(sending->enclosing, sending->client, err);
    submission->enclosures = sending->enclosing->pointers;
    submission->n_enclosures = sending->enclosing->count;
    return code;
}

/* The emergency that all of them are sent under. The node knows by whom it was
 * declared. */
static void
name_emergency(struct sending *sending)
{
    entente__v1__emergency__init(&sending->emergency);
    sending->emergency.id = (char *)(uintptr_t)sending->emergency_id;
    for (size_t i = 0; i < sending->batch.count; i++) {
        sending->batch.list[i]->message->emergency = &sending->emergency;
    }
}

/* Who is going to sign all of them. */
static void
name_author(struct sending *sending)
{
    for (size_t i = 0; i < sending->batch.count; i++) {
        sending->batch.list[i]->author.data =
            sending->signatory.certificate.data;
        sending->batch.list[i]->author.len = sending->signatory.certificate.len;
    }
}

/* Tell what became of the batch, after its author has signed what waits for
 * that: the reply ends with the next question, so it is kept. */
static int
sign_and_report(struct sending *sending, const Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__SubmitReply *own = NULL;
    enum ent_status rc = ent_pb_pack(&reply->base, &wire, err);
    int code;

    if (rc == ENT_OK) {
        own = entente__v1__submit_reply__unpack(NULL, wire.len, wire.data);
    }
    if (own == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "signing messages");
        return EX_OSERR;
    }
    code = cli_signatory_author(&sending->signatory, sending->client, own, err);
    rc = cli_report_batch(&sending->report, &sending->batch, own,
        code == EX_OK ? err : &(struct ent_error){0});
    entente__v1__submit_reply__free_unpacked(own, NULL);
    return code != EX_OK || rc == ENT_OK ? code : cli_exit_code(rc);
}

/* The reply, for people. */
static int
report(struct sending *sending, const Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    enum ent_status rc;

    if (sending->signatory.secret != NULL) {
        return sign_and_report(sending, reply, err);
    }
    rc = cli_report_batch(&sending->report, &sending->batch, reply, err);
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* Hand the batch over and tell what became of it. */
static int
submit(struct sending *sending)
{
    const Entente__V1__SubmitReply *reply = NULL;
    struct ent_error err = {0};
    struct ent_error why = {0};
    int told;
    int code;

    if (sending->batch.count == 0) {
        return EX_OK;
    }
    if (sending->emergency_id != NULL) {
        name_emergency(sending);
    }
    if (sending->signatory.secret != NULL) {
        name_author(sending);
    }
    code = enclose(sending, &err);
    if (code != EX_OK) {
        cli_batch_clear(&sending->batch);
        cli_complain("%s", err.text);
        return code;
    }
    code = cli_batch_submit(&sending->batch, sending->client, &reply, &err);
    told = code == EX_OK
               ? report(sending, reply, &why)
               : cli_exit_code(cli_report_lost(&sending->report,
                     &sending->batch, is_unknown(sending, code), &why));
    cli_batch_clear(&sending->batch);
    if (code != EX_OK) {
        cli_complain("%s", err.text);
        return code;
    }
    if (told != EX_OK) {
        cli_complain("%s", why.text);
    }
    return told;
}

/* One message more for the batch, or one that is none. */
static enum ent_status
take(struct sending *sending, struct ent_view text, size_t line,
    struct ent_error *err)
{
    struct ent_error why = {0};
    enum ent_status rc;

    rc = cli_batch_add_json(&sending->batch, text, line, sending->recipients,
        ent_time_now_ms(), &why);
    return rc == ENT_OK
               ? ENT_OK
               : cli_report_malformed(&sending->report, line, why.text, err);
}

/* What stands where a message should begin. At the very beginning it means
 * that all of this is something else. */
static enum ent_status
refuse_text(
    struct sending *sending, const char *why, bool *over, struct ent_error *err)
{
    *over = sending->report.accepted + sending->report.refused == 0 &&
            sending->batch.count == 0;
    return cli_report_malformed(
        &sending->report, sending->input.stream.line, why, err);
}

/* Take messages in until the input has no more for now, or the batch no room:
 * false at the end of all. */
static enum ent_status
fill(struct sending *sending, bool *ret_more, struct ent_error *err)
{
    bool over = false;

    while (!over && !cli_batch_is_full(&sending->batch)) {
        struct ent_error why = {0};
        struct ent_view text;
        size_t line;
        enum ent_status rc = cli_input_next(
            &sending->input, sending->batch.count == 0, &text, &line, &why);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = take(sending, text, line, err);
        } else if (rc == ENT_BAD_INPUT) {
            rc = refuse_text(sending, why.text, &over, err);
        } else {
            over = true;
            *err = why;
            rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    *ret_more = !over;
    return ENT_OK;
}

static int
send_all(struct sending *sending)
{
    bool more = true;

    while (more) {
        struct ent_error err = {0};
        enum ent_status rc = fill(sending, &more, &err);
        int code = submit(sending); /* also what came before a failure */

        if (rc != ENT_OK) {
            return cli_fail(rc, &err);
        }
        if (code != EX_OK) {
            return code;
        }
    }
    if (sending->report.accepted + sending->report.refused +
            sending->report.malformed ==
        0) {
        cli_complain("%s holds no message", sending->input.name);
        return EX_DATAERR;
    }
    return cli_report_code(&sending->report);
}

static int
send_input(struct arguments *arguments)
{
    struct sending sending = {.recipients = &arguments->recipients,
        .enclosing = &arguments->enclosing,
        .emergency_id = arguments->emergency};
    struct ent_error err = {0};
    enum ent_status rc;
    int code;

    rc = cli_input_open(&sending.input, arguments->file, &err);
    if (rc != ENT_OK) {
        return cli_fail(rc, &err);
    }
    rc = cli_batch_init(&sending.batch, &err);
    code = rc != ENT_OK
               ? cli_exit_code(rc)
               : cli_client_open(&arguments->client, &sending.client, &err);
    if (code == EX_OK && arguments->officer != NULL) {
        rc = cli_signatory_open(arguments->officer, &arguments->passphrase,
            &sending.signatory, &err);
        code = rc == ENT_OK ? EX_OK : cli_exit_code(rc);
    }
    if (code != EX_OK) {
        cli_complain("%s", err.text);
    } else {
        sending.report = (struct cli_report){.out = stdout,
            .source = sending.input.name,
            .json = arguments->json};
        code = send_all(&sending);
        cli_report_end(&sending.report);
    }
    cli_signatory_close(&sending.signatory);
    cli_client_close(&sending.client);
    cli_batch_fini(&sending.batch);
    cli_input_close(&sending.input);
    return code;
}

int
cli_send(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return arguments.family != NULL ? print_template(arguments.family)
                                    : send_input(&arguments);
}
