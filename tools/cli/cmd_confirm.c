/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *name;
    const char *word;
    Entente__V1__Confirmation confirmation;
    struct cli_lifecycle_options common;
};

static void
check(struct arguments *arguments, struct argp_state *state)
{
    if (arguments->word == NULL) {
        argp_error(state, "ID or NUMBER, and same or other, are needed");
    } else if (strcmp(arguments->word, "same") == 0) {
        arguments->confirmation = ENTENTE__V1__CONFIRMATION__CONFIRMED;
    } else if (strcmp(arguments->word, "other") == 0) {
        arguments->confirmation = ENTENTE__V1__CONFIRMATION__NOT_THE_SAME;
    } else {
        argp_error(
            state, "it is the 'same' or an 'other', not '%s'", arguments->word);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->name : &arguments->word) = argument;
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Say whether whom or what another office met is the subject of our "
    "alert.\v"
    "Only after the `same` does that office act on the hit; after `other` the "
    "alert was about somebody or something else. The answer replies to the "
    "notice (hit_notice) and ends the duty to confirm it.\n\n"
    "Exit: 1 when policy refuses the answer; 65 when it is no notice of a hit; "
    "66 when it is not on the desk.\n\n"
    "Examples:\n"
    "  entente confirm 23 same\n"
    "  entente confirm 23 other\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.parser = parse,
    .args_doc = "ID|NUMBER same|other",
    .doc = doc,
    .children = children};

static int
is_open_notice(const Entente__V1__InboxItem *item, struct ent_error *err)
{
    if (item->message == NULL ||
        item->message->body_case != ENTENTE__V1__MESSAGE__BODY_HIT_NOTICE) {
        (void)ent_fail(err, ENT_BAD_INPUT, "it is no notice of a hit");
        return EX_DATAERR;
    }
    if (item->message->hit_notice->confirmation != 0) {
        (void)ent_fail(
            err, ENT_BAD_INPUT, "it is an answer to such a notice itself");
        return EX_DATAERR;
    }
    return EX_OK;
}

/* A cli_lifecycle_verb. */
static int
confirm(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct cli_recipients recipients = {.count = 0};
    ent_message *notice = NULL;
    const Entente__V1__InboxItem *item = NULL;
    enum ent_status rc;
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code == EX_OK) {
        code = is_open_notice(item, err);
    }
    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, 0, item->id, arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc == ENT_OK) {
        rc = ent_message_encode(item->message, &wire, err);
    }
    if (rc == ENT_OK) { /* the item goes away with the next ask */
        rc = ent_message_decode(
            ent_bytes_view(&wire), &lifecycle->batch.arena, &notice, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    notice->hit_notice->confirmation = arguments->confirmation;
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_NOTICE;
    lifecycle->message.hit_notice = notice->hit_notice;
    return cli_lifecycle_submit_as_is(
        lifecycle, &recipients, client, arguments->common.json, err);
}

int
cli_confirm(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, confirm, &arguments);
}
