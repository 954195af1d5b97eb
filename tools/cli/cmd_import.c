/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/batch.h"
#include "tools/cli/output.h"
#include "tools/cli/rejects.h"
#include "tools/cli/report.h"
#include "tools/cli/seizure.h"
#include "tools/cli/verbs.h"

#define OUT_LEN ((size_t)1024 * 1024)
#define ROW_ARENA ((size_t)256 * 1024) /* a row has at most 64 KiB */

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

/* What is in use while rows become messages. */
struct import {
    const struct arguments *arguments;
    int fd;
    off_t size; /* 0: not known */
    struct cli_csv csv;
    bool reasoned; /* rows have a column REASON */
    struct cli_drugcodes *codes;
    struct cli_rejects rejects;
    struct ent_arena arena; /* of one row */
    struct cli_batch batch;
    struct cli_report report;
    struct cli_client *client; /* NULL: a dry run */
    uint64_t now_ms;
    uint64_t told_ms; /* when progress was shown */
    uint64_t rows;
    uint64_t mapped;
    uint64_t rejected;
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
    "With --dry-run --json each message is printed as a line of JSON. The last "
    "line counts: rows, mapped, rejected.\n\n"
    "Exit: 0 every row was mapped; 1 some were rejected, or refused by "
    "policy; 65 this is no such file or table; 66 there is no such file; 69 no "
    "node answers.\n\n"
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

/* ---- words to people ---- */

static const char *
name_of(const struct import *import)
{
    return import->fd == STDIN_FILENO ? "standard input"
                                      : import->arguments->file;
}

/* At most once a second, on a terminal. */
static void
show_progress(struct import *import)
{
    uint64_t now_ms;

    if (import->rows % 256 != 0 || isatty(STDERR_FILENO) == 0) {
        return;
    }
    now_ms = ent_time_boot_ms();
    if (now_ms - import->told_ms < 1000) {
        return;
    }
    import->told_ms = now_ms;
    fprintf(stderr, "%s: %" PRIu64 " rows, %" PRIu64 " rejected",
        name_of(import), import->rows, import->rejected);
    if (import->size > 0) {
        fprintf(stderr, ", %" PRIu64 " %%",
            import->csv.offset * 100 / (uint64_t)import->size);
    }
    fputc('\n', stderr);
}

static void
print_summary(const struct import *import)
{
    fprintf(import->arguments->json ? stderr : stdout,
        "rows %" PRIu64 ", mapped %" PRIu64 ", rejected %" PRIu64 "\n",
        import->rows, import->mapped, import->rejected);
}

/* ---- rows ---- */

/* "line 7, column 9 (DRUG_UNIT): no unit is given" */
static void
say_where(const struct cli_csv_row *row, const struct cli_seizure_fault *fault,
    char out[static CLI_REASON_MAX])
{
    const char *name = cli_seizure_column(fault->column);
    char column[64] = "";

    if (fault->column > 0) {
        (void)snprintf(column, sizeof column, ", column %zu%s%s%s",
            fault->column, *name == '\0' ? "" : " (", name,
            *name == '\0' ? "" : ")");
    }
    (void)snprintf(out, CLI_REASON_MAX, "line %zu%s: %s", row->line, column,
        fault->reason);
}

static enum ent_status
reject(struct import *import, const struct cli_csv_row *row,
    const struct cli_seizure_fault *fault, struct ent_error *err)
{
    char reason[CLI_REASON_MAX];

    if (!row->rest) {
        say_where(row, fault, reason);
        import->rows++;
        import->rejected++;
        cli_complain("%s: %s", name_of(import), reason);
    }
    return cli_rejects_add(
        &import->rejects, row, row->rest ? NULL : reason, err);
}

static int
submit(struct import *import, struct ent_error *err)
{
    const Entente__V1__SubmitReply *reply = NULL;
    struct ent_error why = {0};
    enum ent_status rc;
    int code;

    if (import->batch.count == 0) {
        return EX_OK;
    }
    code = cli_batch_submit(&import->batch, import->client, &reply, err);
    rc = code == EX_OK
             ? cli_report_batch(&import->report, &import->batch, reply, err)
             : cli_report_lost(&import->report, &import->batch,
                   cli_client_met(import->client), &why);
    cli_batch_clear(&import->batch);
    return code != EX_OK || rc == ENT_OK ? code : cli_exit_code(rc);
}

/* A message of a row: to the node by and by, or printed. */
static int
pass_on(struct import *import, const ent_message *message, size_t line,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;

    if (import->client == NULL && !import->arguments->json) {
        return EX_OK;
    }
    rc = ent_json_write(&message->base, false, &text, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    if (import->client == NULL) {
        (void)fwrite(text.data, 1, text.len, stdout);
        (void)putchar('\n');
        return ferror(stdout) != 0 ? EX_IOERR : EX_OK;
    }
    rc = cli_batch_add_json(&import->batch, ent_bytes_view(&text), line,
        &import->arguments->recipients, import->now_ms, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return cli_batch_is_full(&import->batch) ? submit(import, err) : EX_OK;
}

static int
take_row(
    struct import *import, const struct cli_csv_row *row, struct ent_error *err)
{
    struct cli_seizure_fault fault = {0};
    ent_message *message = NULL;
    enum ent_status rc;

    ent_arena_reset(&import->arena);
    rc = cli_seizure_of(row, import->reasoned, import->codes, import->now_ms,
        &import->arena, &message, &fault, err);
    if (rc == ENT_BAD_INPUT) {
        rc = reject(import, row, &fault, err);
        return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    import->rows++;
    import->mapped++;
    return pass_on(import, message, row->line, err);
}

static int
take_rows(struct import *import, struct ent_error *err)
{
    struct cli_csv_row row;
    enum ent_status rc;
    int code = EX_OK;

    while (code == EX_OK &&
           (rc = cli_csv_next(&import->csv, &row, err)) == ENT_OK) {
        code = take_row(import, &row, err);
        show_progress(import);
    }
    if (code == EX_OK && rc != ENT_NOT_FOUND) {
        code = cli_exit_code(rc);
    }
    return code == EX_OK && import->client != NULL ? submit(import, err) : code;
}

static enum ent_status
take_heads(struct import *import, struct ent_error *err)
{
    struct cli_csv_row row;
    enum ent_status rc = cli_csv_next(&import->csv, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_BAD_INPUT, "is empty");
    }
    if (rc == ENT_OK) {
        rc = cli_seizure_heads(&row, &import->reasoned, err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rejects_open(&import->rejects, import->arguments->rejects,
                     import->arguments->file, import->fd, &row, err);
}

/* ---- from beginning to end ---- */

static int
read_codes(struct import *import, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes file = {0};
    struct ent_complaints *complaints = calloc(1, sizeof *complaints);
    const char *path = import->arguments->codes;
    enum ent_status rc =
        complaints == NULL ? ent_fail(err, ENT_NO_MEMORY, "reading codes")
        : path == NULL     ? ENT_OK
                           : ent_file_read(path, ENT_YAML_SIZE_MAX, &file, err);

    if (rc == ENT_OK) {
        rc = cli_drugcodes_read(path == NULL ? ent_view_text(cli_drugcodes_text)
                                             : ent_bytes_view(&file),
            &import->codes, complaints, err);
    }
    for (size_t i = 0; complaints != NULL && i < complaints->count; i++) {
        const struct ent_complaint *each = &complaints->list[i];

        cli_complain("%s:%zu:%zu: %s", path == NULL ? "(built in)" : path,
            each->line, each->column, each->text);
    }
    if (rc != ENT_OK && complaints != NULL && complaints->count > 0) {
        err->text[0] = '\0';
    }
    free(complaints);
    return rc == ENT_OK          ? EX_OK
           : rc == ENT_NOT_FOUND ? EX_NOINPUT
                                 : cli_exit_code(rc);
}

static int
open_input(struct import *import, struct ent_error *err)
{
    const char *path = import->arguments->file;
    struct stat about;
    enum ent_status rc;

    import->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
                                        : open(path, O_RDONLY | O_CLOEXEC);
    if (import->fd < 0) {
        (void)ent_fail(err, ENT_NOT_FOUND, "%s: %s", path, strerror(errno));
        return EX_NOINPUT;
    }
    if (fstat(import->fd, &about) == 0 && S_ISREG(about.st_mode)) {
        import->size = about.st_size;
    }
    rc = cli_csv_init(&import->csv, import->fd, err);
    if (rc == ENT_OK) {
        rc = take_heads(import, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", name_of(import));
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

static int
make_ready(struct import *import, struct ent_error *err)
{
    enum ent_status rc = ent_arena_init(&import->arena, ROW_ARENA, err);
    int code = rc == ENT_OK ? read_codes(import, err) : cli_exit_code(rc);

    if (code == EX_OK) {
        code = open_input(import, err);
    }
    if (code != EX_OK || import->arguments->dry_run) {
        return code;
    }
    rc = cli_batch_init(&import->batch, err);
    return rc == ENT_OK ? cli_client_open(
                              &import->arguments->client, &import->client, err)
                        : cli_exit_code(rc);
}

static void
let_go(struct import *import)
{
    cli_client_close(&import->client);
    cli_batch_fini(&import->batch);
    cli_csv_fini(&import->csv);
    cli_drugcodes_free(&import->codes);
    ent_arena_fini(&import->arena);
    if (import->fd > STDERR_FILENO) {
        (void)close(import->fd);
    }
}

static int
import_file(const struct arguments *arguments)
{
    struct import import = {.arguments = arguments,
        .fd = -1,
        .now_ms = ent_time_now_ms(),
        .told_ms = ent_time_boot_ms(), /* nothing is long yet */
        .report = {
            .out = stdout, .source = arguments->file, .json = arguments->json}};
    struct ent_error err = {0};
    int code = make_ready(&import, &err);
    bool ready = code == EX_OK;
    enum ent_status rc;

    if (ready) {
        code = take_rows(&import, &err);
        rc = cli_rejects_close(
            &import.rejects, import.rejected > 0, code == EX_OK ? &err : NULL);
        code = code == EX_OK && rc != ENT_OK ? cli_exit_code(rc) : code;
    }
    if (code != EX_OK && err.text[0] != '\0') {
        cli_complain("%s", err.text);
    }
    if (ready) {
        if (!arguments->dry_run) {
            cli_report_end(&import.report);
        }
        print_summary(&import);
    }
    if (code == EX_OK) {
        code = import.rejected > 0 ? 1 : cli_report_code(&import.report);
    }
    let_go(&import);
    return code;
}

int
cli_import_drug_seizures(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.print_codes) {
        fputs(cli_drugcodes_text, stdout);
        return EX_OK;
    }
    (void)setvbuf(stdout, NULL, _IOFBF, OUT_LEN);
    return import_file(&arguments);
}
