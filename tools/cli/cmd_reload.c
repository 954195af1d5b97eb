/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/verbs.h"

#define EXIT_REFUSED 1 /* a file is not in use */

static const char doc[] =
    "Have the node read its folder of agreements and notices again.\v"
    "Waits until what is new is in force, and says of each file what became of "
    "it. From that point on nothing is sent or taken in by the old rules. A "
    "file that is broken, half-written, unsigned or older changes nothing: "
    "what was in use stays, and the exit status is 1.\n\n"
    "Outcomes: new, newer, unchanged, notice (it counts from now on), rollover "
    "(an authority's new key is followed), kept (the file is wrong, the "
    "agreement stays as it was), removed (the file is gone), refused.\n\n"
    "Examples:\n"
    "  entente reload\n"
    "  entente reload --json\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {.doc = doc, .children = children};

static const struct cli_field fields[] = {
    {.key = "file", .title = "FILE"},
    {.key = "outcome", .title = "OUTCOME"},
    {.key = "agreement", .title = "AGREEMENT"},
    {.key = "version", .title = "VERSION", .right = true},
    {.key = "reason", .title = "WHY"},
};

/* "3", or "2 -> 3". */
static void
format_version(const Entente__V1__ReloadedFile *file, char *out, size_t size)
{
    out[0] = '\0';
    if (file->previous != 0 && file->version != 0) {
        (void)snprintf(out, size, "%llu -> %llu",
            (unsigned long long)file->previous,
            (unsigned long long)file->version);
    } else if (file->version != 0 || file->previous != 0) {
        (void)snprintf(out, size, "%llu",
            (unsigned long long)(file->version + file->previous));
    }
}

static json_t *
row_of(const Entente__V1__ReloadedFile *file)
{
    char version[48];
    char reason[512];

    format_version(file, version, sizeof version);
    if (file->line != 0) {
        (void)snprintf(
            reason, sizeof reason, "line %u: %s", file->line, file->reason);
    } else {
        (void)snprintf(reason, sizeof reason, "%s", file->reason);
    }
    return json_pack("{s:o, s:s, s:o, s:s, s:o}", "file",
        cli_json_text(ent_view_text(file->file)), "outcome", file->outcome,
        "agreement", cli_json_text(ent_view_text(file->agreement)), "version",
        version, "reason", cli_json_text(ent_view_text(reason)));
}

static enum ent_status
print(const Entente__V1__ReloadReply *reply, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = false};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_files; i++) {
        rc = cli_rows_add(
            &rows, &reply->files[i]->base, row_of(reply->files[i]), err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "There are no files of agreements.", err);
}

/* Is there a file that the node does not use? */
static bool
has_refused(const Entente__V1__ReloadReply *reply)
{
    for (size_t i = 0; i < reply->n_files; i++) {
        if (strcmp(reply->files[i]->outcome, "refused") == 0) {
            return true;
        }
    }
    return false;
}

/* A cli_client_verb. */
static int
reload(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ReloadRequest question = ENTENTE__V1__RELOAD_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_RELOAD;
    request.reload = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    rc = chosen->json ? cli_print_canonical(stdout, &reply->reload->base, err)
                      : print(reply->reload, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return has_refused(reply->reload) ? EXIT_REFUSED : EX_OK;
}

int
cli_reload(int argc, char *argv[])
{
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, reload, &chosen);
}
