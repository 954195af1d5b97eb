/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "proto/base/text.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/verbs.h"

#define PATIENCE_MS (10 * 60 * 1000) /* every entry is read and hashed */

struct arguments {
    struct cli_client_options client;
    bool json;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    if (key != ARGP_KEY_INIT) {
        return ARGP_ERR_UNKNOWN;
    }
    state->child_inputs[0] = &arguments->client;
    state->child_inputs[1] = &arguments->json;
    return 0;
}

static const char doc[] =
    "Check the journal of this node, from its first entry to its last.\v"
    "Prints the checkpoint that the node signs for it: a text to keep, or to "
    "give to others, against which a later journal can be held. Exit: 0 all "
    "is as it was written; 1 something is not.\n\n"
    "Examples:\n"
    "  entente journal verify\n"
    "  entente journal verify > checkpoint-$(date +%F).txt\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .parser = parse, .doc = doc, .children = children};

/* The note goes to standard output alone, so that it can be kept in a file. */
static enum ent_status
print_good(const Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    char *note;

    fprintf(
        stderr, "The journal is whole: %" PRIu64 " entries.\n", reply->entries);
    note = ent_text_neutral(ent_view_text(reply->checkpoint), true);
    if (note == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing the checkpoint");
    }
    fputs(note, stdout);
    free(note);
    return ENT_OK;
}

static enum ent_status
print_fault(const Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    fprintf(stderr,
        "The journal is NOT as it was written (%" PRIu64 " entries).\n",
        reply->entries);
    return cli_print_paragraph(
        stderr, "  ", ent_view_text(reply->fault), cli_width(stderr), err);
}

int
cli_journal_verify(int argc, char *argv[])
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__JournalVerifyRequest verify =
        ENTENTE__V1__JOURNAL_VERIFY_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY;
    request.journal_verify = &verify;
    code = cli_client_open(&arguments.client, &client, &err);
    if (code == EX_OK) {
        code = cli_client_ask(client, &request, PATIENCE_MS, &reply, &err);
    }
    if (code != EX_OK) {
        cli_complain("%s", err.text);
        return code;
    }
    if (arguments.json) {
        rc = cli_print_canonical(stdout, &reply->journal_verify->base, &err);
    } else if (reply->journal_verify->good) {
        rc = print_good(reply->journal_verify, &err);
    } else {
        rc = print_fault(reply->journal_verify, &err);
    }
    if (rc != ENT_OK) {
        return cli_fail(rc, &err);
    }
    return reply->journal_verify->good ? EX_OK : 1;
}
