/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <pwd.h>
#include <sysexits.h>

#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define MONTH_MAX 32
#define PURPOSES_MAX 256
#define UNKNOWN UINT64_MAX

struct arguments {
    bool checks;
    struct cli_question chosen;
};

static const struct argp_option options[] = {
    {"checks", 'c', NULL, 0, "Instead: who asked the lists how often", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        return 0;
    case 'c':
        arguments->checks = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "What stays of messages that were deleted; who asked the lists how often.\v"
    "Where an agreement's retention says `then: aggregate`, the node goes on "
    "knowing how many messages of a family came in a month, and from which "
    "state, or went there. Where it says `then: delete` it does not. Nothing "
    "here names an office or a person; exercises and tests are not counted, "
    "nor what never arrived.\n\n"
    "With --checks: how often each user of this machine asked the lists "
    "(`entente check`, `screen`) in each hour of the last year, in which role, "
    "for what, and how many of it were hits. What was asked for is not kept. "
    "Of an hour in which the node was restarted it may say a few hundred too "
    "many.\n\n"
    "Examples:\n"
    "  entente counts\n"
    "  entente counts --checks\n"
    "  entente counts --json\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

static const struct cli_field fields[] = {
    {.key = "month", .title = "MONTH"},
    {.key = "family", .title = "FAMILY"},
    {.key = "way", .title = "WAY"},
    {.key = "state", .title = "STATE"},
    {.key = "count", .title = "COUNT", .right = true},
};

static json_t *
row_of(const Entente__V1__Count *count)
{
    char month[MONTH_MAX];

    (void)snprintf(month, sizeof month, "%04" PRIu32 "-%02" PRIu32, count->year,
        count->month);
    return json_pack("{s:s, s:o, s:s, s:o, s:I}", "month", month, "family",
        cli_json_text(ent_view_text(count->family)), "way",
        count->outgoing ? "sent to" : "received from", "state",
        cli_json_text(ent_view_text(count->state)), "count",
        (json_int_t)count->count);
}

/* ---- who asked ---- */

static const struct cli_field use_fields[] = {
    {.key = "hour", .title = "HOUR"},
    {.key = "user", .title = "USER"},
    {.key = "role", .title = "ROLE"},
    {.key = "asked", .title = "ASKED", .right = true},
    {.key = "hits", .title = "HITS", .right = true},
    {.key = "purposes", .title = "FOR"},
};

/* "border_decision 12, listed_crime 3" */
static void
list_purposes(
    const Entente__V1__ListUse *use, char ret_list[static PURPOSES_MAX])
{
    size_t len = 0;

    ret_list[0] = '\0';
    for (size_t i = 0; i < use->n_purposes && len < PURPOSES_MAX; i++) {
        const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
            &entente__v1__purpose__descriptor, (int)use->purposes[i]->purpose);
        int more = snprintf(ret_list + len, PURPOSES_MAX - len, "%s%s %" PRIu64,
            len == 0 ? "" : ", ",
            value == NULL || value->value == 0 ? "not said" : value->name,
            use->purposes[i]->asked);

        len += more > 0 ? (size_t)more : PURPOSES_MAX;
    }
}

static json_t *
row_of_use(const Entente__V1__ListUse *use)
{
    const struct passwd *user =
        use->user < UNKNOWN ? getpwuid((uid_t)use->user) : NULL;
    char hour[CLI_WORDS_MAX];
    char purposes[PURPOSES_MAX];
    char number[24];

    cli_time_long(use->hour, hour);
    list_purposes(use, purposes);
    (void)snprintf(number, sizeof number, "%" PRIu64, use->user);
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:s}", "hour", hour, "user",
        cli_json_text(ent_view_text(user != NULL           ? user->pw_name
                                    : use->user == UNKNOWN ? "unknown"
                                                           : number)),
        "role", cli_json_text(ent_view_text(use->role)), "asked",
        (json_int_t)use->asked, "hits", (json_int_t)use->hits, "purposes",
        purposes);
}

static enum ent_status
print_uses(const Entente__V1__CountsReply *reply, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = false};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_uses; i++) {
        rc = cli_rows_add(
            &rows, &reply->uses[i]->base, row_of_use(reply->uses[i]), err);
    }
    return rc != ENT_OK ? rc
                        : cli_rows_print(&rows, use_fields,
                              sizeof use_fields / sizeof use_fields[0],
                              "Nobody has asked the lists.", err);
}

static enum ent_status
print(const Entente__V1__CountsReply *reply, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = false};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_counts; i++) {
        rc = cli_rows_add(
            &rows, &reply->counts[i]->base, row_of(reply->counts[i]), err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "Nothing that was deleted is counted.", err);
}

/* A cli_client_verb. */
static int
counts(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CountsRequest question = ENTENTE__V1__COUNTS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_COUNTS;
    request.counts = &question;
    question.checks = arguments->checks;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    return cli_exit_code(arguments->chosen.json ? cli_print_canonical(stdout,
                                                      &reply->counts->base, err)
                         : arguments->checks    ? print_uses(reply->counts, err)
                                                : print(reply->counts, err));
}

int
cli_counts(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, counts, &arguments);
}
