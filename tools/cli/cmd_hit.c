/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/identifier.h"
#include "proto/message.h"
#include "tools/cli/choice.h"
#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define TEXT_MAX 1000 /* bytes */

struct arguments {
    const char *name;
    Entente__V1__Encounter encounter;
    const char *place;
    const char *disposition;
    uint64_t met_ms;
    bool late;
    struct cli_recipients also;
    struct cli_lifecycle_options common;
};

/* ---- arguments ---- */

enum option_key {
    KEY_ENCOUNTER = 'e',
    KEY_PLACE = 'p',
    KEY_DISPOSITION = 'd',
    KEY_MET_AT = 'm',
    KEY_LATE = 'L',
    KEY_ALSO = 'a',
};

static const struct argp_option options[] = {
    {"encounter", KEY_ENCOUNTER, "KIND", 0,
        "In which check it was met: visa_application, entry_primary, "
        "entry_secondary, departure, transit, carrier_check, inland",
        0},
    {"place", KEY_PLACE, "PLACE", 0, "Where: MM-TH:THL-MSA, THMSA", 0},
    {"met-at", KEY_MET_AT, "TIME", 0,
        "When, if it was not now: 2026-11-29T10:00:00Z, or PT2H: so long ago",
        0},
    {"late", KEY_LATE, NULL, 0, "It passed before the alert was known here", 0},
    {"disposition", KEY_DISPOSITION, "TEXT", 0, "What was done", 0},
    {"also", KEY_ALSO, "ADDRESS", 0,
        "Tell this office too, where it goes on to; may be repeated", 0},
    {0},
};

static void
parse_met_at(
    struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct cli_position position;
    struct ent_error err = {0};

    if (cli_position_parse(text, ent_time_now_ms(), &position, &err) !=
        ENT_OK) {
        argp_error(state, "--met-at: %s", err.text);
    }
    if (position.time_ms == 0) {
        argp_error(state, "--met-at takes a time");
    }
    arguments->met_ms = position.time_ms;
}

static void
check(const struct arguments *arguments, struct argp_state *state)
{
    if (arguments->name == NULL) {
        argp_error(state, "ID or NUMBER is needed");
    }
    if (arguments->encounter == 0 || arguments->place == NULL) {
        argp_error(state, "--encounter and --place are needed");
    }
    if (strlen(arguments->disposition) > TEXT_MAX) {
        argp_error(state, "--disposition has at most %d bytes", TEXT_MAX);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        arguments->disposition = "";
        return 0;
    case KEY_ENCOUNTER:
        arguments->encounter = (Entente__V1__Encounter)cli_choice(state,
            "--encounter", argument, &entente__v1__encounter__descriptor);
        return 0;
    case KEY_PLACE:
        arguments->place = argument;
        return 0;
    case KEY_DISPOSITION:
        arguments->disposition = argument;
        return 0;
    case KEY_MET_AT:
        parse_met_at(arguments, argument, state);
        return 0;
    case KEY_LATE:
        arguments->late = true;
        return 0;
    case KEY_ALSO:
        cli_recipients_parse(&arguments->also, argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Tell the owner of an alert that its subject was met.\v"
    "The notice (hit_notice) is IMMEDIATE and has the alert's purpose and "
    "offence. Its owner confirms it with `entente confirm`; until then nobody "
    "acts on the hit alone, and `entente trace` of the notice says whether the "
    "answer came. What an agreement withholds until a hit may be asked for "
    "afterwards. With --late it passed before the alert was known here; tell "
    "the place where it goes on to with --also.\n\n"
    "Exit: 1 when policy refuses the notice; 66 when the alert is not on the "
    "desk.\n\n"
    "Examples:\n"
    "  entente hit 17 --encounter entry_primary --place MM-TH:THL-MSA\n"
    "  entente hit 17 --encounter departure --place THSIA --late --met-at "
    "PT40M --also ncc@kr --disposition \"Left on TG656.\"\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* ---- the notice ---- */

/* "MM-TH:THL-MSA" or "THMSA". */
static void
fill_place(const char *text, Entente__V1__Location *place)
{
    char *code = (char *)(uintptr_t)text;

    entente__v1__location__init(place);
    if (strchr(text, ':') != NULL) {
        place->crossing = code;
    } else {
        place->unlocode = code;
    }
}

static int
is_alert(const Entente__V1__InboxItem *item, struct ent_error *err)
{
    const struct ent_family *family =
        ent_family_by_name(ent_view_text(item->family));

    if (item->message == NULL) {
        (void)ent_fail(err, ENT_EXPIRED, "it was deleted or recalled");
        return EX_DATAERR;
    }
    if (family == NULL || !family->list) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "a %s is no entry of a list: there is nothing to be met",
            item->family);
        return EX_DATAERR;
    }
    return EX_OK;
}

/* A cli_lifecycle_verb. */
static int
notify(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_recipients recipients = arguments->also;
    Entente__V1__HitNotice body = ENTENTE__V1__HIT_NOTICE__INIT;
    Google__Protobuf__Timestamp met_at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Entente__V1__Location place;
    const Entente__V1__InboxItem *item = NULL;
    enum ent_status rc;
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code == EX_OK) {
        code = is_alert(item, err);
    }
    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, 0, item->id, arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    met_at.seconds = lifecycle->at.seconds;
    if (arguments->met_ms != 0) {
        met_at.seconds = (int64_t)(arguments->met_ms / 1000);
    }
    fill_place(arguments->place, &place);
    body.alert_id = lifecycle->body.message_id;
    body.encounter = arguments->encounter;
    body.place = &place;
    body.met_at = &met_at;
    body.late = arguments->late;
    body.disposition = (char *)(uintptr_t)arguments->disposition;
    lifecycle->message.precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE;
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_NOTICE;
    lifecycle->message.hit_notice = &body;
    return cli_lifecycle_submit_as_is(
        lifecycle, &recipients, client, arguments->common.json, err);
}

int
cli_hit(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, notify, &arguments);
}
