/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/choice.h"
#include "tools/cli/lists.h"
#include "tools/cli/lookup.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    struct cli_lookup lookup;
    const char *word;
    char *value;
    struct cli_lists_options passing;
    struct cli_question chosen;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passing;
        state->child_inputs[1] = &arguments->chosen;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? (char **)(uintptr_t)&arguments->word
                              : &arguments->value) = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->value == NULL) {
            argp_error(state, "WHAT and NUMBER are needed");
        } else if (cli_lookup_add(&arguments->lookup, arguments->word,
                       arguments->value, &err) != ENT_OK) {
            argp_error(state, "%s", err.text);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Is this on a list, of ours or of another office?\v"
    "Lists are the alerts about persons' documents, vehicles, vessels, "
    "aircraft and cargo that hold now. WHAT is document, mrz, plate, vin, "
    "container, vessel, call-sign, flight, aircraft, mail, awb, "
    "bill-of-lading, seal or phone. The answer says how fresh each list is: "
    "what its owner sent since then is not in it.\n\n"
    "A hit is a reason to look, not to act: `entente hit` tells the alert's "
    "owner, who confirms it. With --encounter the node keeps for a day that "
    "this passed, so that an alert which comes too late raises an alarm. Checks are "
    "counted: a user of this machine has so many an hour and a day, in "
    "whichever roles (`entente counts --checks`).\n\n"
    "Exit: 0 no hit, 1 a hit, 65 when it cannot be looked up, or so much is "
    "here about it that not all was looked at (\"more\" with --json), "
    "77 when you have asked as often as you may.\n\n"
    "Examples:\n"
    "  entente check document THA/AA1234567\n"
    "  entente check plate \"29A-123.45\" --encounter entry_primary --place "
    "MM-TH:THL-MSA\n"
    "  entente check container CSQU3054383\n"
    "  entente check vessel 9074729 --json\n";

static const struct argp_child children[] = {
    {.argp = &cli_lists_argp}, {.argp = &cli_question_argp}, {0}};

static const struct argp argp = {.parser = parse,
    .args_doc = "WHAT NUMBER",
    .doc = doc,
    .children = children};

static enum ent_status
print(const struct arguments *arguments,
    const Entente__V1__ListCheckReply *reply, struct ent_error *err)
{
    const Entente__V1__ListAnswer *answer = reply->answers[0];
    enum ent_status rc;

    if (answer->n_entries == 0 && answer->more) {
        printf("NOT KNOWN: so much is here about this %s that not all of it "
               "was looked at. What there is: entente search.\n\n",
            arguments->word);
    } else if (answer->n_entries == 0) {
        printf("No hit for this %s.\n\n", arguments->word);
    } else {
        printf("HIT: this %s is on %s.\n\n", arguments->word,
            answer->n_entries == 1 ? "a list" : "lists");
        rc = cli_lists_print_entries(answer, err);
        if (rc != ENT_OK) {
            return rc;
        }
        if (answer->more) {
            fputs("\nThere may be more entries: entente search.\n", stdout);
        }
        fputs("\nWhat an alert says: entente show ID. Its owner confirms a hit "
              "before anybody acts: entente hit ID.\n\n",
            stdout);
    }
    return cli_lists_print_sources(reply, err);
}

/* A cli_client_verb. */
static int
check(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__ListCheckReply *reply = NULL;
    int code = cli_lists_ask(client, &arguments->passing,
        (Entente__V1__LookupTerm **)(uintptr_t)arguments->lookup.list, 1,
        &reply, err);
    enum ent_status rc;

    if (code != EX_OK) {
        return code;
    }
    if (reply->answers[0]->error[0] != '\0') {
        (void)ent_fail(err, ENT_BAD_INPUT, "%s", reply->answers[0]->error);
        return EX_DATAERR;
    }
    rc = arguments->chosen.json ? cli_print_canonical(stdout, &reply->base, err)
                                : print(arguments, reply, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return reply->answers[0]->n_entries > 0 ? 1
           : reply->answers[0]->more        ? EX_DATAERR
                                            : EX_OK;
}

int
cli_check(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, check, &arguments);
}
