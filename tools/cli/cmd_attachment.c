/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/cli/attachment.h"
#include "tools/cli/client.h"
#include "tools/cli/desk.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define FILE_MODE 0600

struct arguments {
    const char *name;   /* of the message: ID or NUMBER */
    const char *number; /* of the attachment */
    const char *out;
    const char *desk;
    struct cli_client_options client;
    bool json;
};

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

/* ---- attachment list ---- */

static error_t
parse_list(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL) {
            argp_error(state, "ID or NUMBER is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct cli_field fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "name", .title = "NAME"},
    {.key = "mediaType", .title = "SAID TO BE", .broad = true},
    {.key = "to", .title = "TO"},
    {.key = "progress", .title = "HERE", .wrap = true},
};

static json_t *
row_of(uint32_t number, const Entente__V1__AttachmentNote *note,
    const Entente__V1__Attachment *state, const char *to)
{
    json_t *row = json_pack("{s:I}", "number", (json_int_t)number);
    char word[CLI_WORDS_MAX];
    char *text =
        state == NULL ? strdup("does not travel") : cli_attachment_text(state);

    if (note != NULL) {
        json_object_set_new(
            row, "name", cli_json_text(ent_view_text(note->name)));
        json_object_set_new(
            row, "mediaType", cli_json_text(ent_view_text(note->media_type)));
        json_object_set_new(row, "size", json_integer((json_int_t)note->size));
    }
    if (to != NULL) {
        json_object_set_new(row, "to", cli_json_text(ent_view_text(to)));
    }
    if (state != NULL) {
        cli_code(&entente__v1__attachment_state__descriptor, (int)state->state,
            word);
        json_object_set_new(row, "size", json_integer((json_int_t)state->size));
        json_object_set_new(row, "have", json_integer((json_int_t)state->have));
        json_object_set_new(row, "state", json_string(word));
    }
    if (text != NULL) {
        json_object_set_new(row, "progress", json_string(text));
    }
    free(text);
    return row;
}

static int
trace(struct cli_client *client, const char *id, json_t *rows,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest question = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.id = (char *)(uintptr_t)id;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    for (size_t i = 0; code == EX_OK && i < reply->trace->n_items; i++) {
        const Entente__V1__TraceItem *item = reply->trace->items[i];

        for (size_t k = 0; k < item->n_copies; k++) {
            const Entente__V1__TraceCopy *copy = item->copies[k];

            for (size_t n = 0; n < copy->n_attachments; n++) {
                json_array_append_new(
                    rows, row_of(copy->attachments[n]->number, NULL,
                              copy->attachments[n], copy->to));
            }
        }
    }
    return code;
}

static void
add_item(const Entente__V1__InboxItem *item, json_t *rows)
{
    size_t count = item->message == NULL ? 0 : item->message->n_attachments;

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            rows, row_of((uint32_t)i + 1, item->message->attachments[i],
                      cli_attachment_find(item->attachments,
                          item->n_attachments, (uint32_t)i + 1),
                      NULL));
    }
}

/* First what was sent from here: that is found at once. */
static int
collect(struct cli_client *client, const char *name, json_t *rows,
    struct ent_error *err)
{
    const Entente__V1__InboxItem *item = NULL;
    int code = EX_NOINPUT;

    if (strchr(name, '-') != NULL) {
        code = trace(client, name, rows, err);
    }
    if (code != EX_NOINPUT) {
        return code;
    }
    code = cli_desk_find(client, name, NULL, &item, err);
    if (code == EX_OK) {
        add_item(item, rows);
    }
    return code;
}

/* A cli_client_verb. */
static int
list(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    json_t *rows = json_array();
    int code = collect(client, arguments->name, rows, err);

    if (code == EX_OK && json_array_size(rows) == 0 && !arguments->json) {
        puts("No files go with this message.");
    } else if (code == EX_OK) {
        code = cli_exit_code(cli_print_table(stdout, rows, fields,
            sizeof fields / sizeof fields[0], arguments->json, err));
    }
    json_decref(rows);
    return code;
}

int
cli_attachment_list(int argc, char *argv[])
{
    static const struct argp argp = {
        .parser = parse_list,
        .args_doc = "ID|NUMBER",
        .doc = "List the files of a message, and how far each is.\v"
               "Of a message that came, or that was sent from here. What a "
               "file's name and type say is its sender's claim.\n\n"
               "Exit: 66 when there is no such message.\n\n"
               "Examples:\n"
               "  entente attachment list 17\n"
               "  entente attachment list --json "
               "01980000-0000-7000-8000-000000000000\n",
        .children = children,
    };
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, list, &arguments);
}

/* ---- attachment get ---- */

static const struct argp_option get_options[] = {
    {"out", 'o', "FILE", 0, "Write this file, which must not exist", 0},
    {"desk", 'D', "NAME", 0, "As a reader who is on that desk (protection)", 0},
    {0}};

static error_t
parse_get(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case 'D':
        arguments->desk = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->name : &arguments->number) =
            argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL || arguments->number == NULL ||
            arguments->out == NULL) {
            argp_error(state, "ID or NUMBER of a message, the number of its "
                              "attachment and --out FILE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What is wanted, and where it is written meanwhile. */
struct getting {
    struct cli_client *client;
    const char *out;
    const char *desk; /* NULL: of none */
    char *part;       /* beside it, until it is whole */
    int file;
    char *id;
    char *from;
    uint32_t number;
    uint64_t size;
    uint8_t sha256[crypto_hash_sha256_BYTES];
    struct cli_progress progress;
    struct ent_error *err;
};

static void
getting_fini(struct getting *getting)
{
    if (getting->file >= 0) {
        (void)close(getting->file);
    }
    if (getting->part != NULL) {
        (void)unlink(getting->part); /* renamed by now, or of no use */
    }
    free(getting->part);
    free(getting->id);
    free(getting->from);
}

/* Of which message, and what it says of the file. */
static int
find(struct getting *getting, const struct arguments *arguments)
{
    const Entente__V1__InboxItem *item = NULL;
    const Entente__V1__AttachmentNote *note;
    char *end = NULL;
    unsigned long number = strtoul(arguments->number, &end, 10);
    int code = cli_desk_find(
        getting->client, arguments->name, getting->desk, &item, getting->err);

    if (code != EX_OK) {
        return code;
    }
    if (*end != '\0' || item->message == NULL || number < 1 ||
        number > item->message->n_attachments) {
        (void)ent_fail(getting->err, ENT_NOT_FOUND,
            "the message has no attachment '%s'", arguments->number);
        return EX_NOINPUT;
    }
    note = item->message->attachments[number - 1];
    if (note->sha256.len != sizeof getting->sha256) {
        return cli_exit_code(ent_fail(
            getting->err, ENT_NOT_FOUND, "it is only spoken of, and not here"));
    }
    memcpy(getting->sha256, note->sha256.data, sizeof getting->sha256);
    getting->size = note->size;
    getting->number = (uint32_t)number;
    getting->id = strdup(item->id);
    getting->from = strdup(item->from);
    return getting->id != NULL && getting->from != NULL
               ? EX_OK
               : cli_exit_code(ent_fail(
                     getting->err, ENT_NO_MEMORY, "asking for a file"));
}

static int
create(struct getting *getting)
{
    struct stat there;

    if (lstat(getting->out, &there) == 0) {
        (void)ent_fail(getting->err, ENT_EXISTS,
            "'%s' exists; nothing was written", getting->out);
        return EX_CANTCREAT;
    }
    if (asprintf(&getting->part, "%s.part-%ld", getting->out, (long)getpid()) <
        0) {
        getting->part = NULL;
        return cli_exit_code(
            ent_fail(getting->err, ENT_NO_MEMORY, "writing a file"));
    }
    getting->file = open(getting->part,
        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (getting->file < 0) {
        (void)ent_fail(
            getting->err, ENT_IO, "'%s': %s", getting->part, strerror(errno));
        return EX_CANTCREAT;
    }
    return EX_OK;
}

static bool
write_whole(int file, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(file, data, len);

        if (put < 0 && errno != EINTR) {
            return false;
        }
        if (put > 0) {
            data += put;
            len -= (size_t)put;
        }
    }
    return true;
}

static int
ask(struct getting *getting, const uint8_t *mark, size_t mark_len,
    const Entente__V1__DownloadReply **ret_reply)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__DownloadRequest download = ENTENTE__V1__DOWNLOAD_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    download.id = getting->id;
    download.from = getting->from;
    download.number = getting->number;
    if (getting->desk != NULL) {
        download.desk = (char *)(uintptr_t)getting->desk;
    }
    download.mark.data = (uint8_t *)(uintptr_t)mark;
    download.mark.len = mark_len;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_DOWNLOAD;
    request.download = &download;
    code = cli_client_ask(getting->client, &request, 0, &reply, getting->err);
    if (code == EX_OK && reply->download->refusal[0] != '\0') {
        (void)ent_fail(getting->err, ENT_BUSY, "%s", reply->download->refusal);
        return EX_TEMPFAIL;
    }
    if (code == EX_OK) {
        *ret_reply = reply->download;
    }
    return code;
}

/* All pieces, in order; what they add up to is what the message promised. */
static int
copy(struct getting *getting)
{
    uint8_t mark[1024];
    size_t mark_len = 0;
    uint64_t have = 0;
    uint8_t sha256[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;

    crypto_hash_sha256_init(&hash);
    do {
        const Entente__V1__DownloadReply *piece = NULL;
        int code = ask(getting, mark, mark_len, &piece);

        if (code != EX_OK) {
            return code;
        }
        if (piece->mark.len > sizeof mark || piece->data.len == 0) {
            (void)ent_fail(getting->err, ENT_BAD_INPUT,
                "what answers gives out files in another way");
            return EX_PROTOCOL;
        }
        if (!write_whole(getting->file, piece->data.data, piece->data.len)) {
            (void)ent_fail(getting->err, ENT_IO, "'%s': %s", getting->part,
                strerror(errno));
            return EX_IOERR;
        }
        crypto_hash_sha256_update(&hash, piece->data.data, piece->data.len);
        have += piece->data.len;
        mark_len = piece->mark.len;
        memcpy(mark, piece->mark.data, mark_len);
        cli_progress_show(&getting->progress, have, getting->size);
    } while (mark_len > 0);
    crypto_hash_sha256_final(&hash, sha256);
    if (have != getting->size ||
        memcmp(sha256, getting->sha256, sizeof sha256) != 0) {
        (void)ent_fail(getting->err, ENT_BAD_INPUT,
            "what came is not the file that the message promised");
        return EX_DATAERR;
    }
    return EX_OK;
}

/* Only now is there a file of that name. */
static int
finish(struct getting *getting)
{
    if (fsync(getting->file) != 0 || link(getting->part, getting->out) != 0) {
        (void)ent_fail(
            getting->err, ENT_IO, "'%s': %s", getting->out, strerror(errno));
        return EX_CANTCREAT;
    }
    return EX_OK;
}

static int
get(struct getting *getting, const struct arguments *arguments)
{
    const Entente__V1__DownloadReply *piece = NULL;
    int code = find(getting, arguments);

    if (code == EX_OK) {
        code = ask(getting, NULL, 0, &piece); /* is it complete? */
    }
    if (code == EX_OK) {
        code = create(getting);
    }
    if (code == EX_OK) {
        code = copy(getting);
    }
    cli_progress_end(&getting->progress);
    return code != EX_OK ? code : finish(getting);
}

int
cli_attachment_get(int argc, char *argv[])
{
    static const struct argp_child only_client[] = {
        {.argp = &cli_client_argp}, {0}};
    static const struct argp argp = {
        .options = get_options,
        .parser = parse_get,
        .args_doc = "ID|NUMBER N",
        .doc = "Write a file that came with a message.\v"
               "ID or NUMBER is the message, N the number of the file in it, "
               "as `entente attachment list` says. A file is given out when "
               "all of it is here and is what its sender promised; it has the "
               "name that you give it. Nothing is opened or unpacked: what is "
               "in it may be hostile.\n\n"
               "Exit: 66 when there is no such file; 73 when FILE exists; 75 "
               "when it is not complete yet.\n\n"
               "Examples:\n"
               "  entente attachment get 17 1 --out photo.jpg\n",
        .children = only_client,
    };
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    ENT_AUTO(getting_fini)
    struct getting getting = {.file = -1, .err = &err};
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    getting.out = arguments.out;
    getting.desk = arguments.desk;
    getting.progress.name = arguments.out;
    code = cli_client_open(&arguments.client, &client, &err);
    if (code == EX_OK) {
        getting.client = client;
        code = get(&getting, &arguments);
    }
    if (code != EX_OK) {
        cli_complain("%s", err.text);
        return code;
    }
    fprintf(stderr, "Written to %s, as its sender sent it.\n", arguments.out);
    return EX_OK;
}
