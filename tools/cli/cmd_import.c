/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/import.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define OUT_LEN ((size_t)64 * 1024)

#define FILES_MAX 1024

struct arguments {
    const struct cli_import_kind *kind;
    char *files[FILES_MAX];
    size_t count;
    size_t most;         /* files that may be given */
    const char *codes;   /* NULL: the table that is built in */
    const char *rejects; /* NULL: a name made of `file` */
    struct cli_recipients recipients;
    struct cli_client_options client;
    bool json;
    bool dry_run;
    bool print_codes;
};

/* ---- arguments ---- */

enum { OPTION_CODES = 256, OPTION_REJECTS, OPTION_DRY_RUN, OPTION_PRINT };

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0, "Send to this office; may be repeated", 0},
    {"dry-run", OPTION_DRY_RUN, NULL, 0,
        "Send nothing: only say what would be; needs no node", 0},
    {"codes", OPTION_CODES, "FILE", 0,
        "Take this table of codes instead of the one built in", 0},
    {"rejects", OPTION_REJECTS, "FILE", 0,
        "Write here what cannot be mapped (default: the input's name with "
        ".rejects.csv or .rejects.xml, in this folder); replaced if it exists",
        0},
    {"print-codes", OPTION_PRINT, NULL, 0,
        "Print the table of codes that is built in, to extend it", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
        return 0;
    case OPTION_DRY_RUN:
        arguments->dry_run = true;
        return 0;
    case OPTION_CODES:
        arguments->codes = argument;
        return 0;
    case OPTION_REJECTS:
        arguments->rejects = argument;
        return 0;
    case OPTION_PRINT:
        arguments->print_codes = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->count == arguments->most) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->files[arguments->count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->count == 0 && !arguments->print_codes) {
            argp_error(state, "which file?");
        }
        if (arguments->count > 1 && arguments->rejects != NULL) {
            argp_error(state, "--rejects is for one FILE");
        }
        if (arguments->recipients.count == 0 && !arguments->dry_run &&
            !arguments->print_codes) {
            argp_error(state, "to whom? --to ADDRESS, or --dry-run");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char seizures_doc[] =
    "Make a message of each row of a file of drug seizures, in the columns of "
    "UNODC's Individual Drug Seizures.\v"
    "FILE is CSV; - is standard input. A row is mapped when its drug, amount, "
    "unit, date and country have codes; what the officer wrote goes along. A "
    "row that cannot be mapped is told with line, column and reason, and is "
    "written whole to the rejects file, which can be corrected and imported "
    "again. Nothing is guessed.\n\n"
    "A mapped row that an office refuses, or that the node has not taken, is "
    "written there too. A row is always the same message: to import the file, "
    "or the rejects, again sends nothing twice.\n\n"
    "With --dry-run --json each message is printed as a line of JSON. The last "
    "line counts: rows, mapped, rejected.\n\n"
    "Exit: 0 every row was mapped, and sent; 1 some were rejected, or refused "
    "by policy; 65 this is no such file or table; 66 there is no such file; 69 "
    "no node answers; 74 an output failed; 130 interrupted.\n\n"
    "Examples:\n"
    "  entente import drug-seizures --dry-run seizures.csv\n"
    "  entente import drug-seizures --dry-run --json seizures.csv > all.jsonl\n"
    "  entente import drug-seizures --to ncc@th seizures.csv\n"
    "  entente import drug-seizures --print-codes > our-codes.yaml\n"
    "  entente import drug-seizures --codes our-codes.yaml --to ncc@th s.csv\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp seizures_argp = {.options = options,
    .parser = parse,
    .args_doc = "FILE|-",
    .doc = seizures_doc,
    .children = children};

static const char alerts_doc[] =
    "Make a message of each alert of the Common Alerting Protocol (OASIS CAP "
    "1.2).\v"
    "FILE is XML: one alert, or an element with alerts in it; - is standard "
    "input. What an alert becomes the table of codes says: a hotline_alert, "
    "hub_alert, at_risk_person_alert, health_alert, border_status or "
    "situation_report; a Cancel withdraws. Status and msgType, times, urgency, "
    "severity, certainty, the texts of all languages and the areas go along. An "
    "alert with an element that has no counterpart is told with line, column "
    "and reason, and is written whole to the rejects file, which can be "
    "corrected and imported again. Nothing is guessed.\n\n"
    "A mapped alert that an office refuses, or that the node has not taken, is "
    "written there too. The same alert (sender, identifier, sent) is always the "
    "same message: to import it again sends nothing twice.\n\n"
    "With --dry-run --json each message is printed as a line of JSON. The last "
    "line counts: rows (one is an alert), mapped, rejected.\n\n"
    "Exit: 0 every alert was mapped, and sent; 1 some were rejected, or refused "
    "by policy; 65 this is no such table; 66 there is no such file; 69 no node "
    "answers; 74 an output failed; 130 interrupted.\n\n"
    "Examples:\n"
    "  entente import cap --dry-run --json alert.xml\n"
    "  entente import cap --to ncc@mm alerts/*.xml\n"
    "  entente import cap --print-codes > our-codes.yaml\n"
    "  entente import cap --codes our-codes.yaml --to ncc@mm alert.xml\n";

static const struct argp alerts_argp = {.options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc = alerts_doc,
    .children = children};

/* ---- the table of codes ---- */

static void
complain_of_codes(const char *name, const struct ent_complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++) {
        const struct ent_complaint *each = &complaints->list[i];

        cli_complain(
            "%s:%zu:%zu: %s", name, each->line, each->column, each->text);
    }
    if (complaints->dropped > 0) {
        cli_complain("%s: and %zu more", name, complaints->dropped);
    }
}

/* `err` is empty where all is told already. */
static int
read_codes(const struct cli_import_kind *kind, const char *path,
    void **ret_codes, struct ent_error *err)
{
    static struct ent_complaints complaints;
    ENT_AUTO(ent_bytes_free) struct ent_bytes file = {0};
    enum ent_status rc = ENT_OK;

    if (path != NULL) {
        rc = ent_file_read(path, ENT_YAML_SIZE_MAX, &file, err);
    }
    if (rc == ENT_OK) {
        rc = kind->read_codes(
            path == NULL ? ent_view_text(kind->table) : ent_bytes_view(&file),
            ret_codes, &complaints, err);
    }
    if (rc != ENT_OK && complaints.count > 0) {
        complain_of_codes(path == NULL ? "(built in)" : path, &complaints);
        err->text[0] = '\0';
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* ---- from beginning to end ---- */

/* What is in use while files are imported. */
struct work {
    const struct arguments *arguments;
    void *codes;
    struct cli_client *client;
    struct cli_sending sending;
    struct cli_import import;
};

static int
make_ready(struct work *work, struct ent_error *err)
{
    const struct arguments *arguments = work->arguments;
    struct cli_import *import = &work->import;
    struct cli_sending *sending = &work->sending;
    enum ent_status rc;
    int code = read_codes(arguments->kind, arguments->codes, &work->codes, err);

    import->kind = arguments->kind;
    import->codes = work->codes;
    import->now_ms = ent_time_now_ms();
    import->print = arguments->json ? stdout : NULL;
    if (code == EX_OK && !arguments->dry_run) {
        code = cli_client_open(&arguments->client, &work->client, err);
        import->sending = sending;
        sending->client = work->client;
        sending->recipients = &arguments->recipients;
        sending->rejects = &import->rejects;
        sending->report =
            (struct cli_report){.out = stdout, .json = arguments->json};
    }
    if (code == EX_OK && !arguments->dry_run) {
        rc = cli_sending_init(sending, err);
        code = rc == ENT_OK ? EX_OK : cli_exit_code(rc);
    }
    return code;
}

static void
let_go(struct work *work)
{
    cli_import_close(&work->import);
    cli_sending_fini(&work->sending);
    cli_client_close(&work->client);
    if (work->codes != NULL) {
        work->arguments->kind->free_codes(&work->codes);
    }
}

/* How it ended before its time, and what to do about it. */
static void
tell_stop(const struct work *work, const char *why)
{
    const struct cli_import *import = &work->import;

    cli_complain("%s", why);
    cli_complain("stopped behind line %zu: import %s again%s", import->line,
        cli_import_name(import),
        import->sending == NULL ? "" : "; what was sent is not sent twice");
}

/* The counts come last. */
static void
tell_counts(const struct work *work)
{
    const struct cli_import *import = &work->import;
    const struct cli_sending *sending = &work->sending;
    FILE *out = import->print != NULL ? stderr : stdout;

    if (sending->refused + sending->unsent > 0) {
        fprintf(out,
            "of those mapped, accepted %" PRIu64 ", refused %" PRIu64
            ", not sent %" PRIu64 "\n",
            sending->accepted, sending->refused, sending->unsent);
    }
    fprintf(out, "rows %" PRIu64 ", mapped %" PRIu64 ", rejected %" PRIu64 "\n",
        import->rows, import->mapped, import->rejected);
}

/* Take the rows of one file in, and make the rejects safe. */
static int
import_file(struct work *work, const char *path)
{
    struct cli_import *import = &work->import;
    struct ent_error err = {0};
    struct ent_error why = {0};
    enum ent_status rc, closed;
    int code;

    import->path = path;
    work->sending.report.source = cli_import_name(import);
    code = cli_import_open(import, work->arguments->rejects, &err);
    if (code != EX_OK) {
        cli_complain("%s", err.text);
        return code;
    }
    rc = cli_import_run(import, &err);
    closed = cli_rejects_close(&import->rejects, &why);
    if (rc == ENT_OK && closed != ENT_OK) {
        rc = closed;
        err = why;
    }
    if (rc != ENT_OK || cli_interrupt_code() != 0) {
        tell_stop(work, rc == ENT_OK ? "interrupted" : err.text);
    }
    if (import->rejects.rows > 0 && closed == ENT_OK) {
        cli_complain("to be looked at: %s", import->rejects.path);
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

static int
code_of(const struct work *work, int code)
{
    const struct cli_sending *sending = &work->sending;

    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return EX_IOERR;
    }
    return code != EX_OK               ? code
           : cli_interrupt_code() != 0 ? cli_interrupt_code()
           : sending->code != EX_OK    ? sending->code
           : work->import.rejected > 0 ? 1
                                       : cli_report_code(&sending->report);
}

/* All files, until one fails, and tell. One that is not there is told, and the
 * others are taken all the same. */
static int
carry_out(struct work *work)
{
    const struct arguments *arguments = work->arguments;
    int code = EX_OK;

    for (size_t i = 0; i < arguments->count; i++) {
        int each = import_file(work, arguments->files[i]);

        cli_import_close(&work->import);
        code = code == EX_OK ? each : code;
        if ((each != EX_OK && each != EX_NOINPUT) ||
            cli_interrupt_code() != 0) {
            break;
        }
    }
    if (work->import.sending != NULL) {
        cli_report_end(&work->sending.report);
    }
    if (code == EX_OK || work->import.rows > 0 || arguments->count > 1) {
        tell_counts(work);
    }
    return code_of(work, code);
}

static int
import_files(const struct arguments *arguments)
{
    struct work *work = calloc(1, sizeof *work);
    struct ent_error err = {0};
    int code;

    if (work == NULL) {
        cli_complain("out of memory");
        return EX_OSERR;
    }
    work->arguments = arguments;
    work->import.fd = -1;
    code = make_ready(work, &err);
    if (code == EX_OK) {
        cli_interrupt_catch();
        code = carry_out(work);
    } else if (err.text[0] != '\0') {
        cli_complain("%s", err.text);
    }
    let_go(work);
    free(work);
    return code;
}

static int
import_kind(const struct argp *argp, struct arguments *arguments, int argc,
    char *argv[])
{
    static char room[OUT_LEN];

    (void)argp_parse(argp, argc, argv, 0, NULL, arguments);
    if (arguments->print_codes) {
        fputs(arguments->kind->table, stdout);
        return EX_OK;
    }
    if (arguments->dry_run && arguments->json) {
        (void)setvbuf(stdout, room, _IOFBF, sizeof room);
    }
    return import_files(arguments);
}

int
cli_import_drug_seizures(int argc, char *argv[])
{
    struct arguments arguments = {.kind = &cli_import_seizures, .most = 1};

    return import_kind(&seizures_argp, &arguments, argc, argv);
}

int
cli_import_cap(int argc, char *argv[])
{
    struct arguments arguments = {
        .kind = &cli_import_alerts, .most = FILES_MAX};

    return import_kind(&alerts_argp, &arguments, argc, argv);
}
