/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "tools/cli/client.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define PAGE 256

struct arguments {
    uint64_t from;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"from", 'f', "NUMBER", 0, "Begin with this entry (0)", 0}, {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'f':
        arguments->from = cli_number(state, "--from", argument, 0, INT64_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "List what the journal of this node has: everything that crossed the "
    "border of the office, each with the digest of what it was.\v"
    "SUBJECT is the beginning of the digest of what travelled: the label of a "
    "bundle, a receipt, an agreement. --json has all of it.\n\n"
    "Examples:\n"
    "  entente journal show\n"
    "  entente journal show --from 120 --json\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

static const struct cli_field fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "at", .title = "WRITTEN"},
    {.key = "what", .title = "WHAT"},
    {.key = "office", .title = "OFFICE"},
    {.key = "messages", .title = "MESSAGES", .right = true},
    {.key = "subject", .title = "SUBJECT", .broad = true},
};

static json_t *
row_of(const Entente__V1__JournalLine *line)
{
    char at[CLI_WORDS_MAX];
    char what[CLI_WORDS_MAX];
    char subject[17] = "";

    cli_time_short(line->at, 0, at);
    cli_words(&entente__v1__entry_kind__descriptor, (int)line->kind, what);
    for (size_t i = 0; i < 8 && i < line->subject.len; i++) {
        (void)snprintf(subject + 2 * i, sizeof subject - 2 * i, "%02x",
            line->subject.data[i]);
    }
    return json_pack("{s:I, s:s, s:s, s:o, s:I, s:s}", "number",
        (json_int_t)line->sequence, "at", at, "what",
        what[0] == '\0' ? "of a later version" : what, "office",
        cli_json_text(ent_view_text(line->office)), "messages",
        (json_int_t)line->count, "subject", subject);
}

static enum ent_status
take_page(const Entente__V1__JournalShowReply *page, struct cli_rows *rows,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < page->n_lines; i++) {
        rc = cli_rows_add(
            rows, &page->lines[i]->base, row_of(page->lines[i]), err);
    }
    return rc;
}

static int
collect(struct cli_client *client, uint64_t from, struct cli_rows *rows,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__JournalShowRequest page =
        ENTENTE__V1__JOURNAL_SHOW_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_SHOW;
    request.journal_show = &page;
    page.from = from;
    page.limit = PAGE;
    do {
        int code = cli_client_ask(client, &request, 0, &reply, err);

        if (code != EX_OK) {
            return code;
        }
        rc = take_page(reply->journal_show, rows, err);
        if (rc != ENT_OK) {
            return cli_exit_code(rc);
        }
        page.from = reply->journal_show->next;
    } while (reply->journal_show->n_lines > 0);
    return EX_OK;
}

/* A cli_client_verb. */
static int
show(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = arguments->json};
    int code = collect(client, arguments->from, &rows, err);

    return code != EX_OK ? code
                         : cli_exit_code(cli_rows_print(&rows, fields,
                               sizeof fields / sizeof fields[0],
                               "The journal has no entry from there on.", err));
}

int
cli_journal_show(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, show, &arguments);
}
