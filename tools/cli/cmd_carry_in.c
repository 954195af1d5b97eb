/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/cli/carryfile.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define BATCH_FRAMES 64
#define BATCH_BYTES ((size_t)2 * 1024 * 1024)
#define TROUBLES_MAX 50 /* told one by one, of each file */

struct arguments {
    char **paths;
    int path_count;
    struct cli_client_options client;
    bool json;
};

/* Frames that wait to be handed to the node. */
struct batch {
    Entente__V1__CarriedFrame frames[BATCH_FRAMES];
    Entente__V1__CarriedFrame *list[BATCH_FRAMES];
    struct ent_bytes memory[BATCH_FRAMES][2];
    uint64_t offsets[BATCH_FRAMES];
    size_t count;
    size_t bytes;
};

/* What one kind of frame came to. */
struct tally {
    uint64_t taken;
    uint64_t known;
    uint64_t not_yet;
    uint64_t refused;
    uint64_t not_ours;
};

enum kind {
    KIND_BUNDLE,
    KIND_SKIP,
    KIND_RECEIPT,
    KIND_OBJECT,
    KIND_OTHER,
    KIND_COUNT,
};

static const char *const kinds[KIND_COUNT] = {
    "bundles", "skips", "receipts", "objects", "others"};
static const char *const kind_words[KIND_COUNT] = {
    "bundle", "skip", "receipt", "certificate or list", "frame"};

/* One file on its way in. */
struct carrying {
    const struct arguments *arguments;
    struct cli_client *client;
    const char *path;
    uint64_t size;
    struct batch batch;
    struct tally tallies[KIND_COUNT];
    uint64_t messages; /* in bundles that were taken */
    uint64_t damaged;  /* bytes */
    uint64_t missing;  /* records that the file's end speaks of */
    bool whole;        /* it has a beginning and an end */
    bool readable;     /* there is something in it at all */
    json_t *troubles;
    size_t untold; /* more troubles than are told */
    bool progress;
};

/* ---- arguments ---- */

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->paths = state->argv + state->next;
        arguments->path_count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the files that were carried");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Take in files that were written by `entente carry out` elsewhere.\v"
    "What is in them is handled as if it had come over the network: checked, "
    "journalled, put on the desk, each message once, whatever else brings it. "
    "The order of files does not matter. Of a file that was cut or damaged all "
    "that is whole is taken; the rest is named by its place. To send back what "
    "has to be answered, write a file with `entente carry out`.\n\n"
    "Exit: 1 something was refused; 65 a file is damaged, or is none; 75 "
    "something cannot be taken yet, take the file in again later.\n\n"
    "Examples:\n"
    "  entente carry in /media/stick/*.entente\n"
    "  entente carry in --json monday.entente\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .parser = parse, .args_doc = "FILE...", .doc = doc, .children = children};

/* ---- telling ---- */

static void
show_progress(struct carrying *carrying, uint64_t offset)
{
    if (!isatty(STDERR_FILENO) || carrying->size == 0) {
        return;
    }
    fprintf(stderr, "\r\033[K%3u %% of %" PRIu64 " KiB ...",
        (unsigned)(offset * 100 / carrying->size), carrying->size / 1024);
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

/* Something that a person should know of, at its place in the file. */
static enum ent_status
add_trouble(struct carrying *carrying, uint64_t offset, uint64_t length,
    const char *what, const char *text, struct ent_error *err)
{
    if (json_array_size(carrying->troubles) >= TROUBLES_MAX) {
        carrying->untold++;
        return ENT_OK;
    }
    return json_array_append_new(carrying->troubles,
               json_pack("{s:I, s:I, s:s, s:o}", "offset", (json_int_t)offset,
                   "length", (json_int_t)length, "what", what, "text",
                   cli_json_text(ent_view_text(text)))) == 0
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "reporting");
}

/* Bytes that belong to nothing; those that follow on are one damage. */
static enum ent_status
add_damage(struct carrying *carrying, uint64_t offset, uint64_t length,
    struct ent_error *err)
{
    size_t count = json_array_size(carrying->troubles);
    json_t *last =
        count == 0 ? NULL : json_array_get(carrying->troubles, count - 1);
    json_int_t so_far = json_integer_value(json_object_get(last, "length"));

    carrying->damaged += length;
    if (so_far > 0 &&
        json_integer_value(json_object_get(last, "offset")) + so_far ==
            (json_int_t)offset) {
        return json_object_set_new(last, "length",
                   json_integer(so_far + (json_int_t)length)) == 0
                   ? ENT_OK
                   : ent_fail(err, ENT_NO_MEMORY, "reporting");
    }
    return add_trouble(carrying, offset, length, "damaged",
        "these bytes belong to nothing whole", err);
}

static void
print_troubles(const struct carrying *carrying)
{
    const json_t *trouble;
    size_t i;

    json_array_foreach(carrying->troubles, i, trouble)
    {
        json_int_t length =
            json_integer_value(json_object_get(trouble, "length"));

        cli_complain("%s: %s at offset %lld%s%.0lld%s: %s", carrying->path,
            json_string_value(json_object_get(trouble, "what")),
            (long long)json_integer_value(json_object_get(trouble, "offset")),
            length == 0 ? "" : ", ", (long long)length,
            length == 0 ? "" : " bytes",
            json_string_value(json_object_get(trouble, "text")));
    }
    if (carrying->untold > 0) {
        cli_complain("%s: and %zu more", carrying->path, carrying->untold);
    }
}

static json_t *
tally_json(const struct tally *tally)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "taken",
        (json_int_t)tally->taken, "known", (json_int_t)tally->known, "notYet",
        (json_int_t)tally->not_yet, "refused", (json_int_t)tally->refused,
        "notOurs", (json_int_t)tally->not_ours);
}

static enum ent_status
report_json(const struct carrying *carrying, struct ent_error *err)
{
    json_t *record = json_pack("{s:s, s:b, s:I, s:I, s:I, s:O}", "file",
        carrying->path, "whole", carrying->whole, "messages",
        (json_int_t)carrying->messages, "damagedBytes",
        (json_int_t)carrying->damaged, "missingRecords",
        (json_int_t)carrying->missing, "troubles", carrying->troubles);
    enum ent_status rc;

    for (int i = 0; record != NULL && i < KIND_COUNT; i++) {
        if (json_object_set_new(
                record, kinds[i], tally_json(&carrying->tallies[i])) != 0) {
            json_decref(record);
            record = NULL;
        }
    }
    rc = record == NULL ? ent_fail(err, ENT_NO_MEMORY, "reporting")
                        : cli_print_json(stdout, record, err);
    json_decref(record);
    return rc;
}

static void
report_text(const struct carrying *carrying)
{
    struct tally all = {0};

    print_troubles(carrying);
    for (int i = 0; i < KIND_COUNT; i++) {
        all.known += carrying->tallies[i].known;
        all.not_ours += carrying->tallies[i].not_ours;
        all.not_yet += carrying->tallies[i].not_yet;
        all.refused += carrying->tallies[i].refused;
    }
    printf("%s: %" PRIu64 " messages in %" PRIu64 " bundles, %" PRIu64
           " receipts, %" PRIu64 " certificates and lists taken; %" PRIu64
           " known before, %" PRIu64 " for others",
        carrying->path, carrying->messages,
        carrying->tallies[KIND_BUNDLE].taken,
        carrying->tallies[KIND_RECEIPT].taken,
        carrying->tallies[KIND_OBJECT].taken, all.known, all.not_ours);
    if (all.not_yet > 0) {
        printf(", %" PRIu64 " NOT YET", all.not_yet);
    }
    if (all.refused > 0) {
        printf(", %" PRIu64 " REFUSED", all.refused);
    }
    if (carrying->damaged > 0) {
        printf(", %" PRIu64 " bytes DAMAGED", carrying->damaged);
    }
    putchar('\n');
}

/* ---- to the node and back ---- */

static enum kind
kind_of(uint32_t type)
{
    switch (type) {
    case ENT_FRAME_BUNDLE:
        return KIND_BUNDLE;
    case ENT_FRAME_SKIP:
        return KIND_SKIP;
    case ENT_FRAME_RECEIPT:
        return KIND_RECEIPT;
    case ENT_FRAME_OBJECT:
        return KIND_OBJECT;
    default:
        return KIND_OTHER;
    }
}

static void
clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        ent_bytes_free(&batch->memory[i][0]);
        ent_bytes_free(&batch->memory[i][1]);
    }
    batch->count = 0;
    batch->bytes = 0;
}

static enum ent_status
add(struct batch *batch, const struct ent_carried *frame, uint64_t offset,
    struct ent_error *err)
{
    struct ent_bytes *memory = batch->memory[batch->count];
    Entente__V1__CarriedFrame *into = &batch->frames[batch->count];
    enum ent_status rc = ent_bytes_copy(frame->payload, &memory[0], err);

    if (rc == ENT_OK) {
        rc = ent_bytes_copy(frame->body, &memory[1], err);
    }
    if (rc != ENT_OK) {
        ent_bytes_free(&memory[0]);
        return rc;
    }
    entente__v1__carried_frame__init(into);
    into->type = frame->type;
    into->payload.data = memory[0].data;
    into->payload.len = memory[0].len;
    into->body.data = memory[1].data;
    into->body.len = memory[1].len;
    batch->list[batch->count] = into;
    batch->offsets[batch->count] = offset;
    batch->count++;
    batch->bytes += frame->payload.len + frame->body.len;
    return ENT_OK;
}

static enum ent_status
tell(struct carrying *carrying, size_t index,
    const Entente__V1__CarryResult *result, struct ent_error *err)
{
    const enum kind kind = kind_of(carrying->batch.frames[index].type);
    struct tally *tally = &carrying->tallies[kind];
    char what[64];
    char text[400];

    switch (result->outcome) {
    case ENTENTE__V1__CARRY_OUTCOME__CARRY_TAKEN:
        tally->taken++;
        carrying->messages += result->messages;
        return ENT_OK;
    case ENTENTE__V1__CARRY_OUTCOME__CARRY_KNOWN:
        tally->known++;
        return ENT_OK;
    case ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_OURS:
        tally->not_ours++;
        return ENT_OK;
    case ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_YET:
        tally->not_yet++;
        break;
    default:
        tally->refused++;
    }
    (void)snprintf(what, sizeof what, "%s %s",
        result->outcome == ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_YET
            ? "not taken yet:"
            : "refused:",
        kind_words[kind]);
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", result->peer,
        result->peer[0] == '\0' ? "" : ": ", result->reason_name,
        result->reason_name[0] == '\0' ? "" : ": ", result->text);
    return add_trouble(
        carrying, carrying->batch.offsets[index], 0, what, text, err);
}

/* Hand over what waits. */
static int
flush(struct carrying *carrying, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CarryInRequest carry = ENTENTE__V1__CARRY_IN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc = ENT_OK;
    int code;

    if (carrying->batch.count == 0) {
        return EX_OK;
    }
    carry.frames = carrying->batch.list;
    carry.n_frames = carrying->batch.count;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CARRY_IN;
    request.carry_in = &carry;
    code = cli_client_ask(carrying->client, &request, 0, &reply, err);
    if (code == EX_OK && reply->carry_in->n_results != carrying->batch.count) {
        (void)ent_fail(err, ENT_BAD_INPUT, "the node answered something else");
        code = EX_PROTOCOL;
    }
    for (size_t i = 0; code == EX_OK && i < carrying->batch.count; i++) {
        rc = tell(carrying, i, reply->carry_in->results[i], err);
        code = cli_exit_code(rc);
    }
    clear(&carrying->batch);
    return code;
}

/* ---- reading ---- */

/* How the file ended. */
static void
judge_end(struct carrying *carrying, const struct cli_carryreader *reader)
{
    const struct ent_carriage *state = &reader->state;

    carrying->readable |= state->begun || state->records > 0;
    carrying->whole = state->begun && state->ended && carrying->damaged == 0;
    if (state->ended && state->promised > state->records) {
        carrying->missing = state->promised - state->records;
        carrying->whole = false;
    }
}

/* Signed objects in the first pass over all files, everything else in the
 * second: whose they are is known before what they signed is looked at. */
static int
read_file(struct carrying *carrying, bool objects, struct ent_error *err)
{
    ENT_AUTO(cli_carryreader_close) struct cli_carryreader reader = {.fd = -1};
    enum ent_carriage_found found = ENT_CARRIAGE_PAST;
    enum ent_status rc = cli_carryreader_open(&reader, carrying->path, err);
    int code = cli_exit_code(rc);

    carrying->size = reader.size;
    while (code == EX_OK && found != ENT_CARRIAGE_OVER) {
        struct ent_carried frame;
        uint64_t offset;

        rc = cli_carryreader_next(&reader, &found, &frame, &offset, err);
        if (rc == ENT_OK && found == ENT_CARRIAGE_RECORD &&
            (frame.type == ENT_FRAME_OBJECT) == objects) {
            rc = add(&carrying->batch, &frame, offset, err);
        } else if (rc == ENT_OK && found == ENT_CARRIAGE_DAMAGE && !objects) {
            rc =
                add_damage(carrying, offset, reader.state.offset - offset, err);
        }
        code = cli_exit_code(rc);
        if (code == EX_OK && (carrying->batch.count == BATCH_FRAMES ||
                                 carrying->batch.bytes >= BATCH_BYTES)) {
            code = flush(carrying, err);
            show_progress(carrying, offset);
        }
    }
    if (code == EX_OK) {
        code = flush(carrying, err);
    }
    judge_end(carrying, &reader);
    return code;
}

static int
code_of(const struct carrying *carrying)
{
    struct tally all = {0};

    for (int i = 0; i < KIND_COUNT; i++) {
        all.refused += carrying->tallies[i].refused;
        all.not_yet += carrying->tallies[i].not_yet;
    }
    return !carrying->whole  ? EX_DATAERR
           : all.refused > 0 ? 1
           : all.not_yet > 0 ? EX_TEMPFAIL
                             : EX_OK;
}

/* Close the account of one file. */
static int
report(struct carrying *carrying, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    wipe_progress(carrying);
    if (!carrying->readable) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "'%s' is no file of `entente carry out`", carrying->path);
        return EX_DATAERR;
    }
    if (!carrying->whole && carrying->missing > 0) {
        rc = add_trouble(carrying, carrying->size, 0, "incomplete",
            "its end speaks of more than is here", err);
    } else if (!carrying->whole && carrying->damaged == 0) {
        rc = add_trouble(carrying, carrying->size, 0, "cut",
            "it ends without its end: what was behind is missing", err);
    }
    if (rc == ENT_OK && carrying->arguments->json) {
        rc = report_json(carrying, err);
    } else if (rc == ENT_OK) {
        report_text(carrying);
    }
    return rc == ENT_OK ? code_of(carrying) : cli_exit_code(rc);
}

/* The worst of two, as this verb ranks them: nothing was done, half of it. */
static int
worse(int a, int b)
{
    static const int order[] = {EX_OK, EX_TEMPFAIL, 1, EX_DATAERR};
    size_t rank[2] = {
        sizeof order / sizeof order[0], sizeof order / sizeof order[0]};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        rank[0] = order[i] == a ? i : rank[0];
        rank[1] = order[i] == b ? i : rank[1];
    }
    return rank[1] > rank[0] ? b : a;
}

/* Both passes over all files; the first that cannot be read ends it. */
static int
carry_all(struct carrying *files, const struct arguments *arguments,
    struct ent_error *err)
{
    int worst = EX_OK;

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < arguments->path_count; i++) {
            int code = read_file(&files[i], pass == 0, err);

            wipe_progress(&files[i]);
            if (code != EX_OK) {
                return code;
            }
        }
    }
    for (int i = 0; i < arguments->path_count; i++) {
        int code = report(&files[i], err);

        if (!files[i].readable) {
            cli_complain("%s", err->text);
            err->text[0] = '\0';
        }
        worst = worse(worst, code);
    }
    return worst;
}

/* A cli_client_verb. */
static int
carry_files(
    struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct carrying *files =
        calloc((size_t)arguments->path_count, sizeof *files);
    int code = EX_OSERR;

    if (files == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return code;
    }
    for (int i = 0; i < arguments->path_count; i++) {
        files[i].arguments = arguments;
        files[i].client = client;
        files[i].path = arguments->paths[i];
        files[i].troubles = json_array();
    }
    code = carry_all(files, arguments, err);
    for (int i = 0; i < arguments->path_count; i++) {
        clear(&files[i].batch);
        json_decref(files[i].troubles);
    }
    free(files);
    return code;
}

int
cli_carry_in(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, carry_files, &arguments);
}
