/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/time.h"
#include "tools/cli/export.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    struct cli_export export;
    struct cli_position from;
    const char *out; /* NULL: standard output */
    struct cli_client_options client;
};

enum { OPTION_UNTIL = 256, OPTION_WITHIN, OPTION_SENT };

static const struct argp_option options[] = {
    {"from", 'f', "SEQ|TIME", 0,
        "From this number of the desk on, or from what came at this time: "
        "2026-11-22T10:00:00Z, 2026-11-22 (UTC), or PT2H for two hours ago; "
        "without it from the first on",
        0},
    {"until", OPTION_UNTIL, "TIME", 0, "Only what came before this time", 0},
    {"family", 'F', "FAMILY", 0, "Only this family; may be repeated", 0},
    {"out", 'o', "FILE", 0,
        "Write there, readable for this user alone, instead of to standard "
        "output; must not exist",
        0},
    {"sent", OPTION_SENT, NULL, 0,
        "What was sent, instead of what came: SEQ is then the number of a "
        "submission, and times are those when it was accepted",
        0},
    {"within", OPTION_WITHIN, NULL, 0,
        "The file stays within this office: take all but TLP RED and what is "
        "for one desk alone",
        0},
    {0},
};

static void
parse_family(
    struct cli_export *export, const char *argument, struct argp_state *state)
{
    const struct ent_family *family =
        ent_family_by_name(ent_view_text(argument));

    if (family == NULL) {
        argp_error(state, "there is no family '%s' in the catalogue", argument);
    } else if (export->family_count == CLI_EXPORT_FAMILIES_MAX) {
        argp_error(state, "too many families");
    } else {
        export->families[export->family_count++] = family;
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct cli_position until = {0};
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        return 0;
    case 'f':
        if (cli_position_parse(argument, ent_time_now_ms(), &arguments->from,
                &err) != ENT_OK) {
            argp_error(state, "--from: %s", err.text);
        }
        return 0;
    case OPTION_UNTIL:
        if (cli_position_parse(argument, ent_time_now_ms(), &until, &err) !=
                ENT_OK ||
            until.time_ms == 0) {
            argp_error(state, "--until: '%s' is no time", argument);
        }
        arguments->export.until = until.time_ms;
        return 0;
    case 'F':
        parse_family(&arguments->export, argument, state);
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case OPTION_SENT:
        arguments->export.sent = true;
        return 0;
    case OPTION_WITHIN:
        arguments->export.within = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define MORE                                                                                  \
    "\n\nWhat its sender's marking keeps is left out, and the rules are "                     \
    "counted: only TLP GREEN and CLEAR of at most OFFICIAL classification "                   \
    "leaves, without H2, H3 or a safeguard, not what a third office passed "                  \
    "on, and not what was withdrawn. With --sent the same rules judge each "                  \
    "copy as it left, under the marking that it bears; what never reached "                   \
    "anybody (refused, expired, still waiting) is counted as such, and of a "                 \
    "message to several offices CAP and STIX have one. --within takes more, for a system of " \
    "this office. The last line says how many messages there were, and how "                  \
    "many were exported and left out; it goes to standard error unless --out "                \
    "is given.\n\n"                                                                           \
    "Exit: 0 also when some were left out; 69 no node answers; 73 FILE "                      \
    "cannot be made; 74 the output failed; 130 interrupted.\n\nExamples:\n"

static const char cap_doc[] =
    "Write alerts of this desk for other systems, as CAP 1.2.\v"
    "One element with an alert (OASIS CAP 1.2) for each hotline_alert, "
    "hub_alert, at_risk_person_alert, health_alert, border_status and "
    "situation_report; other families are left out. What CAP has no element "
    "for stands in parameters \"entente:...\", and `entente import cap` reads "
    "the same message again." MORE
    "  entente export cap --from 2026-11-01 --out alerts.xml\n"
    "  entente export cap --family border_status | other-system --load\n"
    "  entente export cap --sent --from PT24H\n";

static const char stix_doc[] =
    "Write messages of this desk for other systems, as STIX 2.1.\v"
    "A bundle (OASIS STIX 2.1): for each message a report, with the sender as "
    "identity, its places, addresses on the net, and indicators of risk as "
    "notes (they are words, and no patterns), under "
    "its TLP 2.0 marking. The same thing always has the same id." MORE
    "  entente export stix --from PT24H --out day.json\n";

static const char csv_doc[] =
    "Write messages of this desk as a table.\v"
    "A row for each message (RFC 4180, UTF-8): what every family has in "
    "columns, all of it as JSON in the last. A text that a spreadsheet would "
    "compute stands behind an apostrophe." MORE
    "  entente export csv --from 2026-11-01 --until 2026-12-01 --out nov.csv\n";

static const struct argp_child children[] = {{.argp = &cli_client_argp}, {0}};

/* ---- the output ---- */

static int
open_out(struct arguments *arguments, struct ent_error *err)
{
    int fd;

    arguments->export.out = stdout;
    if (arguments->out == NULL) {
        return EX_OK;
    }
    fd = open(arguments->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    arguments->export.out = fd < 0 ? NULL : fdopen(fd, "w");
    if (arguments->export.out == NULL) {
        (void)ent_fail(err, ENT_IO, "%s: %s", arguments->out, strerror(errno));
        return EX_CANTCREAT;
    }
    return EX_OK;
}

/* On the disk; half of one is no file. */
static int
close_out(struct arguments *arguments, int code, struct ent_error *err)
{
    FILE *out = arguments->export.out;
    bool safe;

    if (arguments->out == NULL) {
        return code;
    }
    safe = fflush(out) == 0 && fsync(fileno(out)) == 0;
    safe = fclose(out) == 0 && safe;
    if (code == EX_OK && !safe) {
        (void)ent_fail(err, ENT_IO, "%s: %s", arguments->out, strerror(errno));
        code = EX_IOERR;
    }
    if (code != EX_OK) {
        (void)unlink(arguments->out);
    }
    return code;
}

static void
tell(const struct arguments *arguments)
{
    const struct cli_export *export = &arguments->export;
    FILE *out = arguments->out == NULL ? stderr : stdout;

    for (size_t i = 1; i < CLI_LEAVING_COUNT; i++) {
        if (export->kept[i] > 0) {
            fprintf(out, "left out %" PRIu64 ": %s\n", export->kept[i],
                cli_leaving_words((enum cli_leaving)i));
        }
    }
    fprintf(out,
        "messages %" PRIu64 ", exported %" PRIu64 ", left out %" PRIu64 "\n",
        export->messages, export->exported,
        export->messages - export->exported);
}

/* ---- the verbs ---- */

/* A cli_client_verb. */
static int
run(struct cli_client *client, const void *context, struct ent_error *err)
{
    struct arguments *arguments = (struct arguments *)(uintptr_t)context;
    struct cli_desk desk = {
        .client = client, .consumer = "", .position = arguments->from};
    int code = open_out(arguments, err);

    if (code != EX_OK) {
        return code;
    }
    cli_interrupt_catch();
    code = cli_export_run(&arguments->export, &desk, err);
    code = close_out(arguments, code, err);
    if (code == EX_OK) {
        tell(arguments);
    } else if (code == cli_interrupt_code()) {
        (void)ent_fail(err, ENT_IO, "interrupted");
    }
    return code;
}

static int
export_as(const struct cli_export_format *format, const char *doc, int argc,
    char *argv[])
{
    const struct argp argp = {
        .options = options, .parser = parse, .doc = doc, .children = children};
    struct arguments arguments = {.export.format = format, .from.sequence = 1};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, run, &arguments);
}

int
cli_export_cap(int argc, char *argv[])
{
    return export_as(&cli_export_as_cap, cap_doc, argc, argv);
}

int
cli_export_stix(int argc, char *argv[])
{
    return export_as(&cli_export_as_stix, stix_doc, argc, argv);
}

int
cli_export_csv(int argc, char *argv[])
{
    return export_as(&cli_export_as_csv, csv_doc, argc, argv);
}
