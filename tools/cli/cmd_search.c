/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/desk.h"
#include "tools/cli/lookup.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/state.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define LIMIT 50
#define LIMIT_MAX 1000000
#define PAGE 256
#define NUMBER_MAX 24

struct arguments {
    struct cli_lookup lookup;
    const char *family;
    const char *office;
    const char *desk; /* the reader is on it; NULL: on none */
    uint64_t from_ms;
    uint64_t until_ms;
    uint64_t limit;
    bool exercises;
    struct cli_client_options client;
    bool json;
};

/* ---- arguments ---- */

enum option_key {
    KEY_FAMILY = 'F',
    KEY_OFFICE = 'o',
    KEY_FROM = 'f',
    KEY_UNTIL = 'u',
    KEY_LIMIT = 'l',
    KEY_DESK = 'D',
    KEY_EXERCISES = 'x',
};

static const struct argp_option options[] = {
    {"family", KEY_FAMILY, "NAME", 0, "Only of that family: drug_seizure", 2},
    {"office", KEY_OFFICE, "ADDRESS", 0, "Only from or to that office", 2},
    {"from", KEY_FROM, "TIME", 0,
        "Not before that time: 2026-11-01, or PT2H: so long ago", 2},
    {"until", KEY_UNTIL, "TIME", 0, "Not after it", 2},
    {"exercises", KEY_EXERCISES, NULL, 0,
        "Exercises and tests, instead of what is real", 2},
    {"limit", KEY_LIMIT, "N", 0,
        "At most so many (50); where there may be more, standard error says so",
        2},
    {"desk", KEY_DESK, "NAME", 0,
        "As a reader who is on that desk (protection)", 2},
    {0},
};

static uint64_t
time_of(const char *option, const char *text, struct argp_state *state)
{
    struct cli_position position;
    struct ent_error err = {0};

    if (cli_position_parse(text, ent_time_now_ms(), &position, &err) !=
        ENT_OK) {
        argp_error(state, "%s: %s", option, err.text);
    } else if (position.time_ms == 0) {
        argp_error(state, "%s takes a time, not a number of the desk", option);
    }
    return position.time_ms;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->lookup;
        state->child_inputs[1] = &arguments->client;
        state->child_inputs[2] = &arguments->json;
        return 0;
    case KEY_FAMILY:
        arguments->family = argument;
        return 0;
    case KEY_OFFICE:
        arguments->office = argument;
        return 0;
    case KEY_FROM:
        arguments->from_ms = time_of("--from", argument, state);
        return 0;
    case KEY_UNTIL:
        arguments->until_ms = time_of("--until", argument, state);
        return 0;
    case KEY_LIMIT:
        arguments->limit = cli_number(state, "--limit", argument, 1, LIMIT_MAX);
        return 0;
    case KEY_EXERCISES:
        arguments->exercises = true;
        return 0;
    case KEY_DESK:
        arguments->desk = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Find messages that came or were sent.\v"
    "All that is given must be true of a message; the newest come first. "
    "Spaces, hyphens and capitals make no difference, and a name is found by "
    "its words in any order, with or without marks. A range of documents is "
    "found by each of its numbers. What was deleted or recalled is not found, nor "
    "what is for one desk alone by who is not on it. "
    "`entente show ID` shows the whole message.\n\n"
    "Exit: 1 when nothing was found; 65 when there is no such family.\n\n"
    "Examples:\n"
    "  entente search --document THA/AA1234567\n"
    "  entente search --plate \"29A-123.45\" --from PT72H\n"
    "  entente search --name \"Nguyen Thi Hoa\" --family person_alert\n"
    "  entente search --container CSQU3054383 --json\n"
    "  entente search --office blo-maesai@th --until 2026-06-30\n";

static const struct argp_child children[] = {{.argp = &cli_lookup_argp},
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

/* ---- what is shown ---- */

static const struct cli_field fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "at", .title = "TIME"},
    {.key = "way", .title = "WAY"},
    {.key = "office", .title = "OFFICE"},
    {.key = "family", .title = "FAMILY"},
    {.key = "fate", .title = "SINCE THEN"},
    {.key = "id", .title = "ID"},
};

static json_t *
row_of(const Entente__V1__SearchItem *item)
{
    char number[NUMBER_MAX] = "";
    char at[CLI_WORDS_MAX];

    if (item->sequence != 0) {
        (void)snprintf(number, sizeof number, "%" PRIu64, item->sequence);
    }
    cli_time_short(item->at, ent_time_now_ms(), at);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "number", number,
        "at", at, "way", item->outgoing ? "sent to" : "came from", "office",
        cli_json_text(ent_view_text(item->office)), "family",
        cli_json_text(ent_view_text(item->family)), "fate",
        item->fate == 0 ? "" : cli_fate_name(item->fate), "id",
        cli_json_text(ent_view_text(item->id)));
}

/* ---- page by page ---- */

static int
show_all(struct cli_client *client, const struct arguments *arguments,
    struct cli_rows *rows, size_t *ret_count, bool *ret_more,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SearchRequest question = ENTENTE__V1__SEARCH_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    uint64_t left = arguments->limit;
    enum ent_status rc = ENT_OK;

    question.terms =
        (Entente__V1__LookupTerm **)(uintptr_t)arguments->lookup.list;
    question.n_terms = arguments->lookup.count;
    question.family = (char *)(uintptr_t)arguments->family;
    question.office = (char *)(uintptr_t)arguments->office;
    question.from = arguments->from_ms;
    question.until = arguments->until_ms;
    question.exercises = arguments->exercises;
    if (arguments->desk != NULL) {
        question.desk = (char *)(uintptr_t)arguments->desk;
    }
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SEARCH;
    request.search = &question;
    do {
        int code;

        question.limit = (uint32_t)(left < PAGE ? left : PAGE);
        code = cli_client_ask(client, &request, 0, &reply, err);
        if (code != EX_OK) {
            return code;
        }
        for (size_t i = 0; rc == ENT_OK && i < reply->search->n_items; i++) {
            rc = cli_rows_add(rows, &reply->search->items[i]->base,
                row_of(reply->search->items[i]), err);
        }
        left -= reply->search->n_items;
        *ret_count += reply->search->n_items;
        question.came_before = reply->search->came_before;
        question.sent_before = reply->search->sent_before;
        *ret_more = reply->search->more;
    } while (rc == ENT_OK && *ret_more && left > 0);
    return cli_exit_code(rc);
}

/* A cli_client_verb. */
static int
search(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = arguments->json};
    size_t count = 0;
    bool more = false;
    int code = show_all(client, arguments, &rows, &count, &more, err);
    enum ent_status rc = ENT_OK;

    if (code != EX_OK) {
        return code;
    }
    if (!arguments->json) {
        rc = cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
            "Nothing was found.", err);
    }
    if (rc == ENT_OK && more) {
        cli_complain(
            "there may be more than these %zu: --limit shows them", count);
    }
    return rc != ENT_OK ? cli_exit_code(rc) : count == 0 ? 1 : EX_OK;
}

int
cli_search(int argc, char *argv[])
{
    struct arguments arguments = {.family = "", .office = "", .limit = LIMIT};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, search, &arguments);
}
