/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/time.h"
#include "proto/keytext.h"
#include "tools/cli/canonical.h"
#include "tools/cli/item.h"
#include "tools/cli/listing.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define LAST 20 /* of the desk, when nothing else is asked for */
#define LIMIT_MAX 1000000
#define WAIT_MS 20000 /* of one question while following */

struct arguments {
    struct cli_position from;
    bool has_from;
    size_t limit; /* 0: none given */
    const char *consumer;
    const char *desk;
    char signed_by[ENT_KEY_ID_TEXT_LEN + 1]; /* "": by whomever */
    bool follow;
    bool open_only;
    struct cli_client_options client;
    bool json;
};

/* ---- arguments ---- */

enum option_key {
    KEY_FOLLOW = 'F',
    KEY_FROM = 'f',
    KEY_LIMIT = 'l',
    KEY_CONSUMER = 'c',
    KEY_OPEN = 'u',
    KEY_DESK = 'D',
    KEY_SIGNED_BY = 'k',
};

static const struct argp_option options[] = {
    {"follow", KEY_FOLLOW, NULL, 0,
        "Go on showing what comes; a bell rings for what is urgent", 0},
    {"from", KEY_FROM, "SEQ|TIME", 0,
        "From this number of the desk on, or this time (else the last 20)", 0},
    {"limit", KEY_LIMIT, "N", 0, "At most so many", 0},
    {"consumer", KEY_CONSUMER, "NAME", 0,
        "Only what this reader has not had; the node remembers its place", 0},
    {"unacknowledged", KEY_OPEN, NULL, 0,
        "Only what somebody still has to acknowledge, soonest first", 0},
    {"desk", KEY_DESK, "NAME", 0,
        "Only what is for that desk (protection), alone or as a copy", 0},
    {"signed-by", KEY_SIGNED_BY, "KEY", 0,
        "Only what was signed with the key of that id or fingerprint: what to "
        "look at again when it was withdrawn",
        0},
    {0},
};

static void
parse_key(
    struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct ent_key_id id;
    struct ent_error err = {0};

    if (ent_key_id_parse(ent_view_text(text), &id, &err) != ENT_OK) {
        argp_error(state, "--signed-by: %s", err.text);
    }
    ent_key_id_format(&id, arguments->signed_by);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        arguments->consumer = "";
        return 0;
    case KEY_FOLLOW:
        arguments->follow = true;
        return 0;
    case KEY_FROM:
        if (cli_position_parse(argument, ent_time_now_ms(), &arguments->from,
                &err) != ENT_OK) {
            argp_error(state, "--from: %s", err.text);
        }
        arguments->has_from = true;
        return 0;
    case KEY_LIMIT:
        arguments->limit = cli_number(state, "--limit", argument, 1, LIMIT_MAX);
        return 0;
    case KEY_CONSUMER:
        if (*argument == '\0' || strlen(argument) > CLI_CONSUMER_MAX) {
            argp_error(state, "the name of a consumer has 1 to %d bytes",
                CLI_CONSUMER_MAX);
        }
        arguments->consumer = argument;
        return 0;
    case KEY_OPEN:
        arguments->open_only = true;
        return 0;
    case KEY_DESK:
        arguments->desk = argument;
        return 0;
    case KEY_SIGNED_BY:
        parse_key(arguments, argument, state);
        return 0;
    case ARGP_KEY_END:
        if ((arguments->open_only || arguments->signed_by[0] != '\0') &&
            arguments->consumer[0] != '\0') {
            argp_error(state,
                "--unacknowledged and --signed-by are not for a --consumer, "
                "who would never hear of the others");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "List what came for this office.\v"
    "TIME LEFT is how long there is to acknowledge; OVERDUE, how long it is "
    "over. [EXERCISE] and [TEST] are not real. `entente show NO` shows the "
    "whole message, `entente ack NO` acknowledges it.\n\n"
    "With --consumer a message is shown to that reader once; its place moves "
    "on when it has been printed.\n\n"
    "Examples:\n"
    "  entente inbox\n"
    "  entente inbox --unacknowledged\n"
    "  entente inbox --follow\n"
    "  entente inbox --signed-by 0a87dadb646e797648816b13fbdf4818 "
    "--from 2026-11-01\n"
    "  entente inbox --follow --json --consumer case-system | my-system\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

/* ---- one page ---- */

struct reading {
    const struct arguments *arguments;
    struct cli_desk desk;
    struct cli_listing listing;
    size_t left;      /* how many may still be shown */
    uint64_t last;    /* the last that was shown, or passed over */
    uint64_t through; /* the last that this consumer had not had before */
};

/* Somebody at this desk has to look now. What is shown again rings nothing. */
static bool
is_alarming(const Entente__V1__InboxItem *item)
{
    return !item->replayed && !item->deleted && item->acknowledged_at == 0 &&
           item->fate < ENTENTE__V1__FATE__FATE_WITHDRAWN &&
           (item->precedence >= ENTENTE__V1__PRECEDENCE__IMMEDIATE ||
               item->acknowledge_by != 0);
}

static enum ent_status
show_followed(const struct reading *reading, const Entente__V1__InboxItem *item,
    struct ent_error *err)
{
    enum ent_status rc;

    if (reading->arguments->json) {
        return cli_print_canonical(stdout, &item->base, err);
    }
    rc = cli_item_print(stdout, item, ent_time_now_ms(), err);
    if (rc == ENT_OK && is_alarming(item) && isatty(STDOUT_FILENO)) {
        fputc('\a', stdout);
    }
    return rc;
}

static bool
is_wanted(const struct arguments *arguments, const Entente__V1__InboxItem *item)
{
    return (!arguments->open_only || cli_item_is_open(item)) &&
           (arguments->signed_by[0] == '\0' ||
               strcmp(item->signed_by, arguments->signed_by) == 0) &&
           cli_desk_is_for(item, arguments->desk);
}

/* Show the items of a page. What a consumer had before does not move its place,
 * which would move back. */
static enum ent_status
show_page(struct reading *reading, const Entente__V1__InboxReply *page,
    bool live, struct ent_error *err)
{
    for (size_t i = 0; i < page->n_items && reading->left > 0; i++) {
        const Entente__V1__InboxItem *item = page->items[i];
        enum ent_status rc;

        reading->last = item->sequence;
        if (!item->replayed) {
            reading->through = item->sequence;
        }
        if (!is_wanted(reading->arguments, item)) {
            continue;
        }
        rc = live ? show_followed(reading, item, err)
                  : cli_listing_add(&reading->listing, item, err);
        if (rc != ENT_OK) {
            return rc;
        }
        reading->left--;
    }
    return ENT_OK;
}

/* What was printed is printed, and then the node may forget our old place. */
static int
settle(struct reading *reading, struct ent_error *err)
{
    const uint64_t through = reading->through;

    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)ent_fail(err, ENT_IO, "the output is closed");
        return EX_IOERR;
    }
    if (through == 0 || reading->desk.consumer[0] == '\0') {
        return EX_OK;
    }
    return cli_desk_done(&reading->desk, through, err);
}

/* ---- the list, and what follows ---- */

static int
list(struct reading *reading, struct ent_error *err)
{
    const Entente__V1__InboxReply *page = NULL;
    enum ent_status rc;

    do {
        int code = cli_desk_read(&reading->desk, 0, &page, err);

        if (code != EX_OK) {
            return code;
        }
        rc = show_page(reading, page, false, err);
    } while (rc == ENT_OK && page->n_items > 0 && reading->left > 0);
    if (rc == ENT_OK) {
        rc = cli_listing_print(&reading->listing, err);
    }
    if (reading->last != 0) {
        /* What comes next is behind the last one shown, not the page. */
        reading->desk.position = (struct cli_position){reading->last + 1, 0};
    }
    return rc == ENT_OK ? settle(reading, err) : cli_exit_code(rc);
}

/* A watch outlives its node: it is started again, and the watch goes on. */
static int
follow(struct reading *reading, struct ent_error *err)
{
    const Entente__V1__InboxReply *page = NULL;

    while (reading->left > 0) {
        enum ent_status rc;
        int code = cli_desk_read(&reading->desk, WAIT_MS, &page, err);

        if (code == EX_UNAVAILABLE) {
            continue; /* the client has told */
        }
        if (code != EX_OK) {
            return code;
        }
        rc = show_page(reading, page, true, err);
        code = rc == ENT_OK ? settle(reading, err) : cli_exit_code(rc);
        if (code != EX_OK) {
            return code;
        }
    }
    return EX_OK;
}

/* Without a place to begin: the last ones, or everything that is still open. */
static int
begin(struct reading *reading, struct ent_error *err)
{
    const struct arguments *arguments = reading->arguments;
    size_t last = arguments->limit > 0 ? arguments->limit : LAST;

    reading->left = arguments->limit > 0 ? arguments->limit : SIZE_MAX;
    if (arguments->open_only && !arguments->json && !arguments->follow) {
        reading->listing.most = arguments->limit; /* of all the soonest */
        reading->left = SIZE_MAX;
    }
    reading->desk.position = arguments->from;
    if (arguments->has_from || arguments->consumer[0] != '\0') {
        return EX_OK;
    }
    if (arguments->open_only || arguments->desk != NULL ||
        arguments->signed_by[0] != '\0') {
        reading->desk.position.sequence = 1;
        return EX_OK;
    }
    if (arguments->follow) {
        reading->left = SIZE_MAX;
    }
    return cli_desk_start_near_end(&reading->desk, last, err);
}

static int
read_desk(struct reading *reading, struct ent_error *err)
{
    int code = begin(reading, err);

    if (code == EX_OK) {
        code = list(reading, err);
    }
    if (code == EX_OK && reading->arguments->follow) {
        return follow(reading, err);
    }
    if (code == EX_OK && reading->listing.count == 0 &&
        !reading->arguments->json) {
        puts("Nothing.");
    }
    return code;
}

/* A cli_client_verb. */
static int
inbox(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct reading reading = {.arguments = arguments,
        .desk = {.client = client,
            .consumer = arguments->consumer,
            .desk = arguments->desk,
            .alike = true},
        .listing = {
            .rows.json = arguments->json, .by_deadline = arguments->open_only}};
    int code = read_desk(&reading, err);

    cli_listing_fini(&reading.listing);
    return code;
}

int
cli_inbox(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, inbox, &arguments);
}
