/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/cli/interrupt.h"
#include "tools/cli/screening.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *file;
    struct cli_lists_options passing;
    struct cli_question chosen;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passing;
        state->child_inputs[1] = &arguments->chosen;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL) {
            argp_error(state, "FILE is needed; - is standard input");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Look up a file of travellers' documents, vehicles or cargo in the lists.\v"
    "FILE is CSV (RFC 4180) with a line of titles. Titles that are read: "
    "issuer and document (its number), mrz, plate, vin, container, vessel, "
    "call-sign, flight, aircraft, mail, awb, bill-of-lading, seal, phone; "
    "others are passed over. Each hit is shown with its line; a line that "
    "cannot be looked up is told with its column and the reason, and the "
    "others go on. It ends with how many lines there were.\n\n"
    "Exit: 0 no hit, 1 hits, 65 when a line could not be looked up (or not "
    "among all that is here about it), "
    "77 when you have asked as often as you may.\n\n"
    "Examples:\n"
    "  entente screen tg656.csv\n"
    "  entente screen - --json < manifest.csv\n"
    "  entente screen tg656.csv --encounter departure --place THSIA --next "
    "KRICN\n";

static const struct argp_child children[] = {
    {.argp = &cli_lists_argp}, {.argp = &cli_question_argp}, {0}};

static const struct argp argp = {
    .parser = parse, .args_doc = "FILE", .doc = doc, .children = children};

/* A cli_client_verb. */
static int
screen(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(cli_screening_close)
    struct cli_screening screening = {
        .client = client,
        .passing = &arguments->passing,
        .json = arguments->chosen.json,
        .progress = isatty(STDERR_FILENO),
    };
    int code = cli_screening_open(&screening, arguments->file, err);

    if (code != EX_OK) {
        return code;
    }
    cli_interrupt_catch();
    code = cli_screening_run(&screening, err);
    fprintf(stderr,
        "lines %" PRIu64 ", looked up %" PRIu64 ", hits %" PRIu64
        ", not looked up %" PRIu64 "\n",
        screening.lines, screening.looked_up, screening.hits, screening.faults);
    if (code != EX_OK) {
        return code;
    }
    return screening.faults > 0 ? EX_DATAERR : screening.hits > 0 ? 1 : EX_OK;
}

int
cli_screen(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, screen, &arguments);
}
