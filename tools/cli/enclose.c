/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/enclose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "tools/cli/attachment.h"

#define PIECE_LEN ((size_t)4 * ENT_CHUNK_LEN)

static const struct {
    const char *ending;
    const char *type;
} media_types[] = {
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".png", "image/png"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".heic", "image/heic"},
    {".pdf", "application/pdf"},
    {".txt", "text/plain"},
    {".csv", "text/csv"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".zip", "application/zip"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
    {".mp4", "video/mp4"},
    {".docx", "application/"
              "vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
};

/* A file while it is handed over. */
struct handing {
    struct cli_client *client;
    const char *path;
    const uint8_t *upload;
    struct ent_error *err;
    struct cli_progress progress;
    int file;
    uint64_t size;
    uint64_t offset;
};

bool
cli_enclosing_add(struct cli_enclosing *enclosing, const char *file)
{
    if (enclosing->count == ENT_ATTACHMENTS_MAX) {
        return false;
    }
    enclosing->files[enclosing->count++] = file;
    return true;
}

const char *
cli_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

const char *
cli_media_type(const char *name)
{
    const char *ending = strrchr(name, '.');

    for (size_t i = 0;
         ending != NULL && i < sizeof media_types / sizeof media_types[0];
         i++) {
        if (strcasecmp(ending, media_types[i].ending) == 0) {
            return media_types[i].type;
        }
    }
    return "application/octet-stream";
}

/* ---- reading ---- */

static int
open_file(struct handing *handing)
{
    struct stat about;

    handing->file = open(handing->path, O_RDONLY | O_CLOEXEC);
    if (handing->file < 0 || fstat(handing->file, &about) != 0) {
        (void)ent_fail(handing->err, ENT_NOT_FOUND, "'%s': %s", handing->path,
            strerror(errno));
        return EX_NOINPUT;
    }
    if (!S_ISREG(about.st_mode) || about.st_size == 0) {
        (void)ent_fail(handing->err, ENT_BAD_INPUT,
            "'%s': only a file with something in it can be attached",
            handing->path);
        return EX_NOINPUT;
    }
    handing->size = (uint64_t)about.st_size;
    return EX_OK;
}

/* Fill `piece`: less than its length is the end of the file. */
static ssize_t
read_whole(int file, uint8_t *piece, size_t len)
{
    size_t have = 0;

    while (have < len) {
        ssize_t got = read(file, piece + have, len - have);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -1 : (ssize_t)have;
        }
        have += (size_t)got;
    }
    return (ssize_t)have;
}

/* ---- handing over ---- */

static int
hand_piece(struct handing *handing, uint8_t *piece, size_t len)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__UploadRequest upload = ENTENTE__V1__UPLOAD_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    upload.upload.data = (uint8_t *)(uintptr_t)handing->upload;
    upload.upload.len = ENT_ID_LEN;
    upload.size = handing->size;
    upload.offset = handing->offset;
    upload.data.data = piece;
    upload.data.len = len;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_UPLOAD;
    request.upload = &upload;
    code = cli_client_ask(handing->client, &request, 0, &reply, handing->err);
    if (code != EX_OK) {
        ent_error_wrap(handing->err, "'%s'", handing->path);
        return code;
    }
    if (reply->upload->refusal[0] != '\0') {
        (void)ent_fail(handing->err, ENT_FULL, "'%s': %s", handing->path,
            reply->upload->refusal);
        return EX_TEMPFAIL;
    }
    handing->offset += len;
    return EX_OK;
}

static int
hand_all(struct handing *handing, uint8_t *piece)
{
    int code = EX_OK;

    while (code == EX_OK && handing->offset < handing->size) {
        uint64_t left = handing->size - handing->offset;
        size_t len = left < PIECE_LEN ? (size_t)left : PIECE_LEN;

        if (read_whole(handing->file, piece, len) != (ssize_t)len) {
            (void)ent_fail(handing->err, ENT_IO,
                "'%s' cannot be read to its end, or was made shorter",
                handing->path);
            return EX_IOERR;
        }
        code = hand_piece(handing, piece, len);
        cli_progress_show(&handing->progress, handing->offset, handing->size);
    }
    return code;
}

static int
hand_file(struct handing *handing)
{
    uint8_t *piece = malloc(PIECE_LEN);
    int code = open_file(handing);

    if (piece == NULL) {
        code = cli_exit_code(
            ent_fail(handing->err, ENT_NO_MEMORY, "reading a file"));
    }
    if (code == EX_OK) {
        code = hand_all(handing, piece);
    }
    cli_progress_end(&handing->progress);
    if (handing->file >= 0) {
        (void)close(handing->file);
    }
    free(piece);
    return code;
}

int
cli_enclosing_upload(struct cli_enclosing *enclosing, struct cli_client *client,
    struct ent_error *err)
{
    int code = EX_OK;

    for (size_t i = 0; code == EX_OK && i < enclosing->count; i++) {
        Entente__V1__Enclosure *enclosure = &enclosing->list[i];
        const char *name = cli_file_name(enclosing->files[i]);
        struct handing handing = {
            .client = client,
            .path = enclosing->files[i],
            .upload = enclosing->uploads[i],
            .err = err,
            .progress = {.name = name},
            .file = -1,
        };

        randombytes_buf(enclosing->uploads[i], ENT_ID_LEN);
        entente__v1__enclosure__init(enclosure);
        enclosure->upload.data = enclosing->uploads[i];
        enclosure->upload.len = ENT_ID_LEN;
        enclosure->name = (char *)(uintptr_t)name;
        enclosure->media_type = (char *)(uintptr_t)cli_media_type(name);
        enclosing->pointers[i] = enclosure;
        code = hand_file(&handing);
    }
    return code;
}
