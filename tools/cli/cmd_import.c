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

struct arguments {
    const char *file;
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
        ".rejects.csv, in this folder); replaced if it exists",
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
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL && !arguments->print_codes) {
            argp_error(state, "which file?");
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

static const char doc[] =
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

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "FILE|-",
    .doc = doc,
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
read_codes(
    const char *path, struct cli_drugcodes **ret_codes, struct ent_error *err)
{
    static struct ent_complaints complaints;
    ENT_AUTO(ent_bytes_free) struct ent_bytes file = {0};
    enum ent_status rc = ENT_OK;

    if (path != NULL) {
        rc = ent_file_read(path, ENT_YAML_SIZE_MAX, &file, err);
    }
    if (rc == ENT_OK) {
        rc = cli_drugcodes_read(path == NULL ? ent_view_text(cli_drugcodes_text)
                                             : ent_bytes_view(&file),
            ret_codes, &complaints, err);
    }
    if (rc != ENT_OK && complaints.count > 0) {
        complain_of_codes(path == NULL ? "(built in)" : path, &complaints);
        err->text[0] = '\0';
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* ---- from beginning to end ---- */

/* What is in use while a file is imported. */
struct work {
    struct cli_drugcodes *codes;
    struct cli_client *client;
    struct cli_sending sending;
    struct cli_import import;
};

static int
make_ready(
    struct work *work, const struct arguments *arguments, struct ent_error *err)
{
    struct cli_import *import = &work->import;
    struct cli_sending *sending = &work->sending;
    enum ent_status rc;
    int code = read_codes(arguments->codes, &work->codes, err);

    import->path = arguments->file;
    import->codes = work->codes;
    import->now_ms = ent_time_now_ms();
    import->print = arguments->json ? stdout : NULL;
    if (code == EX_OK && !arguments->dry_run) {
        code = cli_client_open(&arguments->client, &work->client, err);
        import->sending = sending;
        sending->client = work->client;
        sending->recipients = &arguments->recipients;
        sending->rejects = &import->rejects;
        sending->report = (struct cli_report){.out = stdout,
            .source = cli_import_name(import),
            .json = arguments->json};
    }
    if (code == EX_OK && !arguments->dry_run) {
        rc = cli_sending_init(sending, err);
        code = rc == ENT_OK ? EX_OK : cli_exit_code(rc);
    }
    return code == EX_OK ? cli_import_open(import, arguments->rejects, err)
                         : code;
}

static void
let_go(struct work *work)
{
    cli_import_close(&work->import);
    cli_sending_fini(&work->sending);
    cli_client_close(&work->client);
    cli_drugcodes_free(&work->codes);
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
tell_counts(const struct work *work, bool used)
{
    const struct cli_import *import = &work->import;
    const struct cli_sending *sending = &work->sending;
    FILE *out = import->print != NULL ? stderr : stdout;

    if (used) {
        cli_complain("to be looked at: %s", import->rejects.path);
    }
    if (sending->refused + sending->unsent > 0) {
        fprintf(out,
            "of those mapped, accepted %" PRIu64 ", refused %" PRIu64
            ", not sent %" PRIu64 "\n",
            sending->accepted, sending->refused, sending->unsent);
    }
    fprintf(out, "rows %" PRIu64 ", mapped %" PRIu64 ", rejected %" PRIu64 "\n",
        import->rows, import->mapped, import->rejected);
}

static int
code_of(const struct work *work, enum ent_status rc)
{
    const struct cli_sending *sending = &work->sending;

    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return EX_IOERR;
    }
    return rc != ENT_OK                ? cli_exit_code(rc)
           : cli_interrupt_code() != 0 ? cli_interrupt_code()
           : sending->code != EX_OK    ? sending->code
           : work->import.rejected > 0 ? 1
                                       : cli_report_code(&sending->report);
}

/* Take the rows in, make the rejects safe, and tell. */
static int
carry_out(struct work *work)
{
    struct cli_import *import = &work->import;
    const struct cli_sending *sending = &work->sending;
    struct ent_error err = {0};
    struct ent_error why = {0};
    enum ent_status rc = cli_import_run(import, &err);
    bool used = import->rejected + sending->refused + sending->unsent > 0;
    enum ent_status closed = cli_rejects_close(&import->rejects, used, &why);

    if (rc == ENT_OK && closed != ENT_OK) {
        rc = closed;
        err = why;
    }
    if (import->sending != NULL) {
        cli_report_end(&work->sending.report);
    }
    if (rc != ENT_OK || cli_interrupt_code() != 0) {
        tell_stop(work, rc == ENT_OK ? "interrupted" : err.text);
    }
    tell_counts(work, used && closed == ENT_OK);
    return code_of(work, rc);
}

static int
import_file(const struct arguments *arguments)
{
    struct work *work = calloc(1, sizeof *work);
    struct ent_error err = {0};
    int code;

    if (work == NULL) {
        cli_complain("out of memory");
        return EX_OSERR;
    }
    work->import.fd = -1;
    code = make_ready(work, arguments, &err);
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

int
cli_import_drug_seizures(int argc, char *argv[])
{
    static char room[OUT_LEN];
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.print_codes) {
        fputs(cli_drugcodes_text, stdout);
        return EX_OK;
    }
    if (arguments.dry_run && arguments.json) {
        (void)setvbuf(stdout, room, _IOFBF, sizeof room);
    }
    return import_file(&arguments);
}
