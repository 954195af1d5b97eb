/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/verbs.h"

#define TELL_MS 1000 /* between two words about how far it is */
#define LINE_COLUMNS 60

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
    "Check the journal of this node, from its first entry to its last, and "
    "the numbers that its status tells.\v"
    "The node goes on working meanwhile. On a terminal, and with --json, this "
    "says once a second on standard error how far it is.\n\n"
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

/* What is told in place makes room for the result. */
static void
clear_line(void)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%*s\r", LINE_COLUMNS, "");
    }
}

/* The note goes to standard output alone, so that it can be kept in a file. */
static enum ent_status
print_good(const Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    char *note;

    clear_line();
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
    clear_line();
    fprintf(stderr,
        "The store is NOT as it was written (%" PRIu64 " entries).\n",
        reply->entries);
    return cli_print_paragraph(
        stderr, "  ", ent_view_text(reply->fault), cli_width(stderr), err);
}

/* How far it is, for who waits: on a terminal in place, for a program a line of
 * its own. Standard output holds the verdict and nothing else. */
static enum ent_status
print_progress(const struct arguments *arguments,
    const Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    if (arguments->json) {
        return cli_print_canonical(stderr, &reply->base, err);
    }
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\rchecking: %" PRIu64 " of %" PRIu64 " ",
            reply->checked, reply->total);
    }
    return ENT_OK;
}

/* Slice after slice. A node that was restarted in the middle begins again. */
static int
check(struct cli_client *client, const struct arguments *arguments,
    const Entente__V1__JournalVerifyReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__JournalVerifyRequest verify =
        ENTENTE__V1__JOURNAL_VERIFY_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    uint64_t told_at = 0;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY;
    request.journal_verify = &verify;
    for (;;) {
        int code = cli_client_ask(client, &request, 0, &reply, err);

        if (code != EX_OK || reply->journal_verify->done) {
            *ret_reply = code == EX_OK ? reply->journal_verify : NULL;
            return code;
        }
        verify.job = reply->journal_verify->job;
        if (ent_time_boot_ms() - told_at >= TELL_MS) {
            told_at = ent_time_boot_ms();
            code = cli_exit_code(
                print_progress(arguments, reply->journal_verify, err));
        }
        if (code != EX_OK) {
            return code;
        }
    }
}

/* A cli_client_verb. */
static int
verify(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__JournalVerifyReply *reply = NULL;
    enum ent_status rc;
    int code = check(client, arguments, &reply, err);

    if (code != EX_OK) {
        return code;
    }
    if (arguments->json) {
        rc = cli_print_canonical(stdout, &reply->base, err);
    } else {
        rc = reply->good ? print_good(reply, err) : print_fault(reply, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return reply->good ? EX_OK : 1;
}

int
cli_journal_verify(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, verify, &arguments);
}
