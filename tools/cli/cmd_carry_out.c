/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/time.h"
#include "tools/cli/batch.h"
#include "tools/cli/carryfile.h"
#include "tools/cli/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *path;
    bool all;
    struct cli_recipients recipients;
    struct cli_client_options client;
    bool json;
};

/* For whom files are written. */
struct offices {
    struct ent_address *list;
    size_t count;
};

/* One file while it is written. */
struct carrying {
    const struct arguments *arguments;
    struct cli_client *client;
    struct cli_carrywriter writer;
    const char *to; /* whom it is for; "all" */
    uint64_t bundles;
    uint64_t skips;
    uint64_t receipts;
    uint64_t objects;
    bool progress; /* something is on the terminal that must be wiped */
};

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0, "For this office; may be repeated", 0},
    {"all", 'a', NULL, 0, "For every office that an agreement names", 0},
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
    case 'a':
        arguments->all = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL) {
            argp_error(state, "where to? name a file or a folder");
        }
        if (arguments->all == (arguments->recipients.count > 0)) {
            argp_error(state, "for whom? give --to ADDRESS or --all");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Write what an office has to be told into a file, to be carried where no "
    "network is: what was sent and is not answered, and our receipts.\v"
    "In a folder each office gets a file of its own; in a file they share it. "
    "Nothing in it can be read but by the office that it is for, and it can be "
    "taken in twice, late, or beside the network: each message still arrives "
    "once. What is carried is also sent over the network, when there is one, "
    "and carried again until a receipt has come back: carry files both ways.\n\n"
    "Exit: 69 no node answers; 73 the file is there already.\n\n"
    "Examples:\n"
    "  entente carry out --to blo-tachileik@mm /media/stick/monday.entente\n"
    "  entente carry out --all /media/stick\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "FILE|FOLDER",
    .doc = doc,
    .children = children};

/* ---- telling ---- */

static void
show_progress(struct carrying *carrying)
{
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    fprintf(stderr, "\r\033[K%s: %" PRIu64 " bundles, %" PRIu64 " KiB ...",
        carrying->to, carrying->bundles, carrying->writer.bytes / 1024);
    (void)fflush(stderr);
    carrying->progress = true;
}

static void
wipe_progress(struct carrying *carrying)
{
    if (carrying->progress) {
        fputs("\r\033[K", stderr);
        carrying->progress = false;
    }
}

static enum ent_status
report(const struct carrying *carrying, struct ent_error *err)
{
    json_t *record;
    enum ent_status rc;

    if (!carrying->arguments->json) {
        printf("%s: %" PRIu64 " bundles, %" PRIu64 " skips, %" PRIu64
               " receipts, %" PRIu64 " certificates and lists; %" PRIu64
               " KiB\n",
            carrying->writer.path, carrying->bundles, carrying->skips,
            carrying->receipts, carrying->objects,
            (carrying->writer.bytes + 1023) / 1024);
        return ENT_OK;
    }
    record = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "file",
        carrying->writer.path, "to", carrying->to, "bundles",
        (json_int_t)carrying->bundles, "skips", (json_int_t)carrying->skips,
        "receipts", (json_int_t)carrying->receipts, "objects",
        (json_int_t)carrying->objects, "bytes",
        (json_int_t)carrying->writer.bytes);
    rc = record == NULL ? ent_fail(err, ENT_NO_MEMORY, "reporting")
                        : cli_print_json(stdout, record, err);
    json_decref(record);
    return rc;
}

/* ---- pages of the node ---- */

static void
count(struct carrying *carrying, uint32_t type)
{
    carrying->bundles += type == ENT_FRAME_BUNDLE;
    carrying->skips += type == ENT_FRAME_SKIP;
    carrying->receipts += type == ENT_FRAME_RECEIPT;
    carrying->objects += type == ENT_FRAME_OBJECT;
}

static int
write_page(struct carrying *carrying, const Entente__V1__CarryOutReply *page,
    struct ent_error *err)
{
    for (size_t i = 0; i < page->n_frames; i++) {
        const Entente__V1__CarriedFrame *from = page->frames[i];
        struct ent_carried frame = {
            .type = (uint8_t)from->type,
            .payload = ent_view_of(from->payload.data, from->payload.len),
            .body = ent_view_of(from->body.data, from->body.len),
        };
        enum ent_status rc;

        if (from->type > UINT8_MAX || from->type == ENT_CARRIAGE_END ||
            frame.payload.len > ENT_FRAME_PAYLOAD_MAX ||
            frame.body.len > ENT_FRAME_BODY_MAX) {
            (void)ent_fail(err, ENT_BAD_INPUT, "the node gave an odd frame");
            return EX_PROTOCOL;
        }
        rc = cli_carrywriter_add(&carrying->writer, &frame, err);
        if (rc != ENT_OK) {
            return cli_exit_code(rc);
        }
        count(carrying, from->type);
    }
    return EX_OK;
}

static int
ask(struct cli_client *client, const char *to, struct ent_view from,
    const Entente__V1__CarryOutReply **ret_page, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CarryOutRequest carry = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    carry.to = (char *)(uintptr_t)to;
    carry.from.data = (uint8_t *)(uintptr_t)from.data;
    carry.from.len = from.len;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CARRY_OUT;
    request.carry_out = &carry;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        *ret_page = reply->carry_out;
    }
    return code;
}

/* All pages for one office. */
static int
carry_to(struct carrying *carrying, const char *to, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes from = {0};
    const Entente__V1__CarryOutReply *page = NULL;
    int code;

    do {
        code = ask(carrying->client, to, ent_bytes_view(&from), &page, err);
        if (code == EX_OK) {
            code = write_page(carrying, page, err);
        }
        if (code != EX_OK) {
            return code;
        }
        show_progress(carrying);
        ent_bytes_free(&from);
        if (ent_bytes_copy(ent_view_of(page->next.data, page->next.len), &from,
                err) != ENT_OK) {
            return EX_OSERR;
        }
    } while (from.len > 0);
    return EX_OK;
}

/* ---- files ---- */

/* One file for these offices. */
static int
write_file(const struct arguments *arguments, struct cli_client *client,
    const char *path, const char *to, const struct offices *offices,
    struct ent_error *err)
{
    struct carrying carrying = {
        .arguments = arguments, .client = client, .to = to};
    enum ent_status rc = cli_carrywriter_open(&carrying.writer, path, err);
    int code = rc == ENT_OK ? EX_OK : cli_exit_code(rc);

    for (size_t i = 0; code == EX_OK && i < offices->count; i++) {
        code = carry_to(&carrying, offices->list[i].text, err);
    }
    wipe_progress(&carrying);
    if (code == EX_OK) {
        rc = cli_carrywriter_finish(&carrying.writer, err);
        rc = rc != ENT_OK ? rc : report(&carrying, err);
        code = cli_exit_code(rc);
    }
    cli_carrywriter_abandon(&carrying.writer);
    return code;
}

/* "to-blo-tachileik@mm-20260815T100000Z.entente": none of two days is another,
 * and every file system takes it. */
static enum ent_status
name_in(const char *folder, const char *to, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    const time_t now = (time_t)(ent_time_now_ms() / 1000);
    char when[32] = "";
    char name[ENT_ADDRESS_MAX + 64];
    struct tm parts;

    if (gmtime_r(&now, &parts) != NULL) {
        (void)strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &parts);
    }
    (void)snprintf(name, sizeof name, "to-%s-%s.entente", to, when);
    return cli_folder_path(folder, name, ret_path, err);
}

static int
write_folder(const struct arguments *arguments, struct cli_client *client,
    const struct offices *offices, struct ent_error *err)
{
    int code = EX_OK;

    for (size_t i = 0; code == EX_OK && i < offices->count; i++) {
        struct offices one = {.list = &offices->list[i], .count = 1};
        const char *to = offices->list[i].text;
        char path[PATH_MAX];
        enum ent_status rc = name_in(arguments->path, to, path, err);

        code = rc != ENT_OK
                   ? cli_exit_code(rc)
                   : write_file(arguments, client, path, to, &one, err);
    }
    return code;
}

static bool
is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static int
keep_office(struct offices *offices, const char *text, struct ent_error *err)
{
    struct ent_address *list =
        realloc(offices->list, (offices->count + 1) * sizeof *list);

    if (list == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return EX_OSERR;
    }
    offices->list = list;
    if (ent_address_parse(ent_view_text(text), &list[offices->count], err) !=
        ENT_OK) {
        return EX_PROTOCOL;
    }
    offices->count++;
    return EX_OK;
}

static int
find_offices(const struct arguments *arguments, struct cli_client *client,
    struct offices *offices, struct ent_error *err)
{
    const Entente__V1__CarryOutReply *page = NULL;
    int code = EX_OK;

    for (size_t i = 0; code == EX_OK && i < arguments->recipients.count; i++) {
        code = keep_office(offices, arguments->recipients.list[i].text, err);
    }
    if (!arguments->all) {
        return code;
    }
    code = ask(client, "", (struct ent_view){0}, &page, err);
    for (size_t i = 0; code == EX_OK && i < page->n_offices; i++) {
        code = keep_office(offices, page->offices[i], err);
    }
    if (code == EX_OK && offices->count == 0) {
        (void)ent_fail(err, ENT_NOT_FOUND, "no agreement names another office");
        return EX_UNAVAILABLE;
    }
    return code;
}

/* A cli_client_verb. */
static int
carry_out(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct offices offices = {.count = 0};
    int code = find_offices(arguments, client, &offices, err);

    if (code == EX_OK && is_folder(arguments->path)) {
        code = write_folder(arguments, client, &offices, err);
    } else if (code == EX_OK) {
        code = write_file(arguments, client, arguments->path,
            offices.count == 1 ? offices.list[0].text : "all", &offices, err);
    }
    free(offices.list);
    return code;
}

int
cli_carry_out(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, carry_out, &arguments);
}
