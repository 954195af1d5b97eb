/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM_LEN ((size_t)1024 * 1024)

static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};

enum ent_status
cli_csv_init(struct cli_csv *csv, int fd, struct ent_error *err)
{
    *csv = (struct cli_csv){.fd = fd, .line = 1};
    csv->room = malloc(ROOM_LEN);
    csv->fields = malloc(CLI_CSV_ROW_MAX);
    if (csv->room == NULL || csv->fields == NULL) {
        cli_csv_fini(csv);
        return ent_fail(err, ENT_NO_MEMORY, "reading rows");
    }
    return ENT_OK;
}

void
cli_csv_fini(struct cli_csv *csv)
{
    free(csv->room);
    free(csv->fields);
    csv->room = NULL;
    csv->fields = NULL;
}

/* ---- bytes of the file ---- */

/* Make what is not read yet longer, or see the end. */
static enum ent_status
fill(struct cli_csv *csv, struct ent_error *err)
{
    ssize_t len;

    memmove(csv->room, csv->room + csv->begin, csv->end - csv->begin);
    csv->end -= csv->begin;
    csv->begin = 0;
    len = read(csv->fd, csv->room + csv->end, ROOM_LEN - csv->end);
    if (len < 0) {
        return ent_fail(
            err, errno == EINTR ? ENT_BUSY : ENT_IO, "%s", strerror(errno));
    }
    csv->end += (size_t)len;
    csv->ended = len == 0;
    return ENT_OK;
}

/* At least one whole row's worth of bytes, where the file has so many. */
static enum ent_status
look_ahead(struct cli_csv *csv, struct ent_error *err)
{
    while (!csv->ended && csv->end - csv->begin < CLI_CSV_ROW_MAX + 2) {
        enum ent_status rc = fill(csv, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static void
skip_byte_order_mark(struct cli_csv *csv)
{
    if (csv->offset == 0 && csv->end - csv->begin >= sizeof byte_order_mark &&
        memcmp(csv->room + csv->begin, byte_order_mark,
            sizeof byte_order_mark) == 0) {
        csv->begin += sizeof byte_order_mark;
        csv->offset += sizeof byte_order_mark;
    }
}

/* The length of a line break at `at`; 0: there is none. */
static size_t
break_at(const uint8_t *at, const uint8_t *end)
{
    if (at < end && *at == '\n') {
        return 1;
    }
    return end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

static void
skip_empty_lines(struct cli_csv *csv)
{
    size_t len;

    while ((len = break_at(csv->room + csv->begin, csv->room + csv->end)) > 0) {
        csv->begin += len;
        csv->offset += len;
        csv->line++;
    }
}

/* ---- one row ---- */

/* Where a row is being read. */
struct scan {
    const uint8_t *begin;
    const uint8_t *at;
    const uint8_t *end;
    uint8_t *out; /* for the field's bytes */
    struct cli_csv_row *row;
    size_t lines; /* line breaks inside quotes */
};

static bool
fault(struct scan *scan, const char *why)
{
    scan->row->fault = why;
    scan->row->fault_column = scan->row->count + 1;
    return false;
}

/* After the opening quote, to behind the closing one. */
static bool
scan_quoted(struct scan *scan)
{
    for (; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            if (scan->at + 1 == scan->end || scan->at[1] != '"') {
                scan->at++;
                return true;
            }
            scan->at++;
        }
        scan->lines += *scan->at == '\n';
        *scan->out++ = *scan->at;
    }
    return fault(scan, "has a quote that is not closed");
}

static bool
scan_plain(struct scan *scan)
{
    for (; scan->at < scan->end && *scan->at != ',' &&
           break_at(scan->at, scan->end) == 0;
         scan->at++) {
        if (*scan->at == '"') {
            return fault(scan, "has a quote in the middle, where the whole "
                               "field must be in quotes and this one doubled");
        }
        *scan->out++ = *scan->at;
    }
    return true;
}

static bool
scan_field(struct scan *scan)
{
    const uint8_t *begin = scan->out;
    bool quoted = scan->at < scan->end && *scan->at == '"';

    if (scan->row->count == CLI_CSV_FIELDS_MAX) {
        return fault(scan, "is one more than the 64 that a row may have");
    }
    scan->row->last = (size_t)(scan->at - scan->begin);
    scan->at += quoted;
    if (!(quoted ? scan_quoted(scan) : scan_plain(scan))) {
        return false;
    }
    if (scan->at < scan->end && *scan->at != ',' &&
        break_at(scan->at, scan->end) == 0) {
        return fault(scan, "goes on after its closing quote");
    }
    scan->row->fields[scan->row->count++] =
        ent_view_of(begin, (size_t)(scan->out - begin));
    return true;
}

/* False: it is no row, and `fault` says why. */
static bool
scan_row(struct scan *scan)
{
    while (scan_field(scan)) {
        if (scan->at == scan->end || *scan->at != ',') {
            return true;
        }
        scan->at++;
    }
    return false;
}

/* What is no row: its line, or as much of it as is let in at once. */
static const uint8_t *
line_end(struct scan *scan)
{
    const uint8_t *end =
        memchr(scan->begin, '\n', (size_t)(scan->end - scan->begin));

    scan->lines = 0;
    scan->row->count = 0;
    if (end == NULL) {
        return scan->end;
    }
    return end > scan->begin && end[-1] == '\r' ? end - 1 : end;
}

/* Hand on the bytes up to `end`, and go behind the line break. */
static void
take(struct cli_csv *csv, struct scan *scan, const uint8_t *end)
{
    size_t len = (size_t)(end - scan->begin);
    size_t gap = break_at(end, csv->room + csv->end);

    scan->row->raw = ent_view_of(scan->begin, len);
    scan->row->more = gap == 0 && end < csv->room + csv->end;
    csv->cut = scan->row->more;
    csv->begin += len + gap;
    csv->offset += len + gap;
    csv->line += scan->lines + (gap > 0);
}

/* Stand before a row, with all of it in sight. ENT_NOT_FOUND: there is none. */
static enum ent_status
find_row(struct cli_csv *csv, struct ent_error *err)
{
    do {
        enum ent_status rc = look_ahead(csv, err);

        if (rc != ENT_OK) {
            return rc;
        }
        skip_byte_order_mark(csv);
        if (!csv->cut) {
            skip_empty_lines(csv);
        }
    } while (!csv->ended && csv->end - csv->begin < CLI_CSV_ROW_MAX + 2);
    return csv->begin == csv->end ? ENT_NOT_FOUND : ENT_OK;
}

static void
begin_row(const struct cli_csv *csv, struct cli_csv_row *row)
{
    row->line = csv->line;
    row->count = 0;
    row->last = 0;
    row->fault = NULL;
    row->fault_column = 0;
    row->rest = csv->cut;
}

enum ent_status
cli_csv_next(
    struct cli_csv *csv, struct cli_csv_row *ret_row, struct ent_error *err)
{
    struct scan scan = {.out = csv->fields, .row = ret_row};
    enum ent_status rc = find_row(csv, err);
    bool whole;

    if (rc != ENT_OK) {
        return rc;
    }
    begin_row(csv, ret_row);
    whole = csv->end - csv->begin <= CLI_CSV_ROW_MAX;
    scan.begin = scan.at = csv->room + csv->begin;
    scan.end = whole ? csv->room + csv->end : scan.begin + CLI_CSV_ROW_MAX;
    if (csv->cut) {
        ret_row->fault = "is the rest of a line that is too long";
    } else if (scan_row(&scan) && scan.at == scan.end && !whole &&
               break_at(scan.at, csv->room + csv->end) == 0) {
        ret_row->fault = "is longer than 65,536 bytes";
    }
    take(csv, &scan, ret_row->fault == NULL ? scan.at : line_end(&scan));
    return ENT_OK;
}
