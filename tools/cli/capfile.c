/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/capfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tools/cli/capfile_internal.h"

#define CHUNK ((size_t)16 * 1024)
#define ROOM_LEN (CLI_CAP_ALERT_MAX + CHUNK)
#define TREE_ARENA ((size_t)1024 * 1024)

static void
stop(struct cli_capfile *file, const char *why)
{
    if (file->stop[0] == '\0') {
        (void)snprintf(file->stop, sizeof file->stop, "%s", why);
        file->stop_line = XML_GetCurrentLineNumber(file->parser);
        file->stop_column = XML_GetCurrentColumnNumber(file->parser) + 1;
        (void)XML_StopParser(file->parser, XML_FALSE);
    }
}

/* ---- rows ---- */

static void
begin_row(struct cli_capfile *file)
{
    ent_arena_reset(&file->arena);
    file->inside = true;
    file->row_at = (uint64_t)XML_GetCurrentByteIndex(file->parser);
    file->row =
        (struct cli_cap_row){.line = XML_GetCurrentLineNumber(file->parser),
            .column = XML_GetCurrentColumnNumber(file->parser) + 1,
            .said = file->said};
    file->at = NULL;
    file->elements = 0;
    file->text_len = 0;
    file->rows++;
}

/* Alerts stand in the outermost element: keep its tags. */
static void
take_head(struct cli_capfile *file)
{
    uint64_t at = (uint64_t)XML_GetCurrentByteIndex(file->parser);
    size_t len = (size_t)XML_GetCurrentByteCount(file->parser);
    const char *tag = (const char *)file->room + (at - file->base);
    size_t name;

    if (len >= HEAD_MAX - 2 || at < file->base) {
        stop(file, "the outermost element has a tag that is too long");
        return;
    }
    name = strcspn(tag, " \t\r\n/>");
    (void)snprintf(file->tail, sizeof file->tail, "</%.*s>\n",
        (int)(name < len ? name - 1 : len - 1), tag + 1);
    len -= tag[len - 2] == '/' ? 2 : 1;
    (void)snprintf(file->head, sizeof file->head, "%.*s>\n", (int)len, tag);
    file->done_at = at + (uint64_t)XML_GetCurrentByteCount(file->parser);
}

/* ---- what expat tells ---- */

static void XMLCALL
on_start(void *context, const char *full, const char **attributes)
{
    struct cli_capfile *file = context;

    file->depth++;
    if (file->depth == 1 && strcmp(cli_capfile_name_of(full), "alert") != 0) {
        file->row_depth = 2;
        take_head(file);
        return;
    }
    if (file->depth == file->row_depth) {
        begin_row(file);
        file->done_at = file->row_at; /* what stood between is nothing */
    }
    if (cli_capfile_is_building(file)) {
        cli_capfile_take_text(file, false);
        cli_capfile_open(file, full, attributes);
    }
}

static void XMLCALL
on_end(void *context, const char *full)
{
    struct cli_capfile *file = context;

    (void)full;
    if (cli_capfile_is_building(file)) {
        cli_capfile_take_text(file, true);
        file->at = file->at->parent;
    }
    if (file->inside && file->depth == file->row_depth) {
        file->whole = true;
        file->row_at += file->cut ? file->done_at - file->row_at : 0;
        file->done_at = (uint64_t)XML_GetCurrentByteIndex(file->parser) +
                        (uint64_t)XML_GetCurrentByteCount(file->parser);
        (void)XML_StopParser(file->parser, XML_TRUE);
    }
    file->depth--;
}

static void XMLCALL
on_text(void *context, const char *text, int len)
{
    struct cli_capfile *file = context;

    if (!file->inside && !cli_capfile_is_blank(text, (size_t)len)) {
        stop(file, "text stands between the alerts");
    } else if (cli_capfile_is_building(file)) {
        if (file->text_len + (size_t)len > ROOM_LEN) {
            cli_capfile_fault(file, "has more in it than an alert may");
            return;
        }
        memcpy(file->text + file->text_len, text, (size_t)len);
        file->text_len += (size_t)len;
    }
}

static void XMLCALL
on_comment(void *context, const char *text)
{
    struct cli_capfile *file = context;

    if (!file->inside) {
        (void)snprintf(
            file->said, sizeof file->said, "%s", text + strspn(text, " \n"));
    }
}

static void XMLCALL
on_doctype(void *context, const char *name, const char *system_id,
    const char *public_id, int has_internal)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal;
    stop(context, "a document type declaration (DTD) is not read");
}

static void XMLCALL
on_declaration(
    void *context, const char *version, const char *encoding, int standalone)
{
    (void)version, (void)standalone;
    if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
        strcasecmp(encoding, "US-ASCII") != 0) {
        stop(context, "only UTF-8 is read, and it says it is something else");
    }
}

/* ---- the file ---- */

static struct ent_view
bytes_of(const struct cli_capfile *file, uint64_t from, uint64_t end)
{
    return ent_view_of(file->room + (from - file->base), (size_t)(end - from));
}

static uint64_t
end_of(const struct cli_capfile *file)
{
    return file->base + file->len;
}

/* What was handed on makes room. */
static void
forget(struct cli_capfile *file)
{
    size_t done = (size_t)(file->done_at - file->base);

    memmove(file->room, file->room + done, file->len - done);
    file->base += done;
    file->len -= done;
}

static enum ent_status
fill(struct cli_capfile *file, size_t *ret_len, struct ent_error *err)
{
    ssize_t len = read(file->fd, file->room + file->len, CHUNK);

    if (len < 0) {
        return ent_fail(
            err, errno == EINTR ? ENT_BUSY : ENT_IO, "%s", strerror(errno));
    }
    file->len += (size_t)len;
    file->ended = len == 0;
    *ret_len = (size_t)len;
    return ENT_OK;
}

static bool
is_stuck(const struct cli_capfile *file)
{
    XML_Index index = XML_GetCurrentByteIndex(file->parser);

    return index >= 0 && end_of(file) - (uint64_t)index > 2 * CLI_CAP_ALERT_MAX;
}

/* The parser one step on: to the end of an alert, or of what is in the room. */
static enum ent_status
advance(struct cli_capfile *file, struct ent_error *err)
{
    enum XML_Status status;

    if (file->suspended) {
        status = XML_ResumeParser(file->parser);
    } else {
        size_t len = 0;
        enum ent_status rc = fill(file, &len, err);

        if (rc != ENT_OK) {
            return rc;
        }
        status =
            XML_Parse(file->parser, (const char *)file->room + file->len - len,
                (int)len, file->ended ? 1 : 0);
    }
    file->suspended = status == XML_STATUS_SUSPENDED;
    file->broken = status == XML_STATUS_ERROR;
    if (!file->broken && !file->whole && is_stuck(file)) {
        stop(file, "a tag or a comment has no end");
        file->broken = true;
    }
    return ENT_OK;
}

/* ---- what is handed on ---- */

static void
give(struct cli_capfile *file, uint64_t from, struct cli_cap_row *ret_row)
{
    file->row.raw = bytes_of(file, from, file->done_at);
    if (file->row.fault[0] != '\0') {
        file->row.alert = NULL;
    }
    *ret_row = file->row;
}

static void
give_whole(struct cli_capfile *file, struct cli_cap_row *ret_row)
{
    file->row.rest = file->cut;
    file->row.more = false;
    if (!file->cut && file->done_at - file->row_at > CLI_CAP_ALERT_MAX) {
        cli_capfile_fault(file, "is longer than 256 KiB");
    }
    give(file, file->row_at, ret_row);
    file->inside = file->cut = file->whole = false;
}

/* Of an alert that is too long all that has been read of it. */
static void
give_part(struct cli_capfile *file, struct cli_cap_row *ret_row)
{
    uint64_t from = file->cut ? file->done_at : file->row_at;

    file->row.rest = file->cut;
    file->row.more = true;
    cli_capfile_fault(file, "is longer than 256 KiB");
    file->cut = true;
    file->done_at = end_of(file);
    give(file, from, ret_row);
}

/* The parser stops here: all that is left is one row. */
static void
give_broken(struct cli_capfile *file, struct cli_cap_row *ret_row)
{
    uint64_t from = file->inside && !file->cut ? file->row_at : file->done_at;
    char why[CLI_CAP_FAULT_MAX];

    (void)snprintf(why, sizeof why, "is no XML: %s",
        XML_ErrorString(XML_GetErrorCode(file->parser)));
    stop(file, why); /* if we did not stop it ourselves */
    if (!file->inside) {
        begin_row(file);
    }
    if (file->row.fault[0] == '\0') {
        memcpy(file->row.fault, file->stop, sizeof file->row.fault);
        file->row.fault_line = file->stop_line;
        file->row.fault_column = file->stop_column;
    }
    file->row.rest = file->cut;
    file->row.more = !file->ended;
    file->drained = file->ended;
    file->cut = true;
    file->done_at = end_of(file);
    give(file, from, ret_row);
}

static enum ent_status
give_rest(struct cli_capfile *file, struct cli_cap_row *ret_row,
    struct ent_error *err)
{
    uint64_t from = file->done_at;
    size_t len;
    enum ent_status rc;

    if (file->drained) {
        return ent_fail(err, ENT_NOT_FOUND, "the end");
    }
    forget(file);
    rc = fill(file, &len, err);
    if (rc == ENT_OK) {
        file->drained = file->ended;
        file->row.rest = true;
        file->row.more = !file->ended;
        file->done_at = end_of(file);
        give(file, from, ret_row);
    }
    return rc;
}

/* The document is at its end. One without any alert is a row with that fault.
 */
static enum ent_status
give_end(struct cli_capfile *file, struct cli_cap_row *ret_row,
    struct ent_error *err)
{
    uint64_t from = file->done_at;

    if (file->rows > 0) {
        return ent_fail(err, ENT_NOT_FOUND, "the end");
    }
    begin_row(file);
    file->inside = false;
    cli_capfile_fault(file, "holds no alert");
    file->done_at = end_of(file);
    give(file, from, ret_row);
    return ENT_OK;
}

enum ent_status
cli_capfile_next(struct cli_capfile *file, struct cli_cap_row *ret_row,
    struct ent_error *err)
{
    if (file->broken) {
        return give_rest(file, ret_row, err);
    }
    if (!file->inside) {
        file->said[0] = '\0';
    }
    while (!file->ended || file->suspended) {
        enum ent_status rc;

        forget(file);
        rc = advance(file, err);

        if (rc != ENT_OK) {
            return rc;
        }
        if (file->whole) {
            give_whole(file, ret_row);
            return ENT_OK;
        }
        if (file->broken) {
            give_broken(file, ret_row);
            return ENT_OK;
        }
        if (end_of(file) - file->done_at > CLI_CAP_ALERT_MAX) {
            if (file->inside) {
                give_part(file, ret_row);
                return ENT_OK;
            }
            stop(file, "nothing is between the alerts for 256 KiB");
            file->broken = true;
            give_broken(file, ret_row);
            return ENT_OK;
        }
    }
    return give_end(file, ret_row, err);
}

/* ---- from beginning to end ---- */

static bool
make_parser(struct cli_capfile *file)
{
    XML_Parser parser = XML_ParserCreateNS("UTF-8", PARTED);

    if (parser == NULL) {
        return false;
    }
    XML_SetUserData(parser, file);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetCommentHandler(parser, on_comment);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetXmlDeclHandler(parser, on_declaration);
    XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER);
    file->parser = parser;
    return true;
}

enum ent_status
cli_capfile_new(int fd, struct cli_capfile **ret_file, struct ent_error *err)
{
    struct cli_capfile *file = calloc(1, sizeof *file);
    enum ent_status rc = ENT_NO_MEMORY;

    if (file != NULL) {
        file->fd = fd;
        file->row_depth = 1;
        (void)snprintf(file->head, sizeof file->head, "<alerts>\n");
        (void)snprintf(file->tail, sizeof file->tail, "</alerts>\n");
        file->room = malloc(ROOM_LEN);
        file->text = malloc(ROOM_LEN);
        if (file->room != NULL && file->text != NULL && make_parser(file)) {
            rc = ent_arena_init(&file->arena, TREE_ARENA, err);
        }
    }
    if (rc != ENT_OK) {
        cli_capfile_free(&file);
        return ent_fail(err, rc, "reading alerts");
    }
    *ret_file = file;
    return ENT_OK;
}

void
cli_capfile_free(struct cli_capfile **file)
{
    if (*file != NULL) {
        XML_ParserFree((*file)->parser);
        ent_arena_fini(&(*file)->arena);
        free((*file)->room);
        free((*file)->text);
        free(*file);
        *file = NULL;
    }
}

const char *
cli_capfile_head(const struct cli_capfile *file)
{
    return file->head;
}

const char *
cli_capfile_tail(const struct cli_capfile *file)
{
    return file->tail;
}

uint64_t
cli_capfile_offset(const struct cli_capfile *file)
{
    return end_of(file);
}
