/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, every one that is no line break between rows
 * comes back in exactly one row, and lines never go backwards. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cli/csv.h"

static size_t
count_breaks(const uint8_t *data, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        count += data[i] == '\n' || data[i] == '\r';
    }
    return count;
}

static void
check_fields(const struct cli_csv_row *row)
{
    size_t len = 0;

    for (size_t i = 0; i < row->count; i++) {
        len += row->fields[i].len;
    }
    if (len > row->raw.len || row->count > CLI_CSV_FIELDS_MAX ||
        (row->count == 0) != (row->fault != NULL)) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);
    size_t bom = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct cli_csv csv = {0};
    struct cli_csv_row row;
    size_t seen = 0, breaks = 0, line = 0;

    if (fd < 0 || write(fd, data, len) != (ssize_t)len ||
        lseek(fd, 0, SEEK_SET) != 0 || cli_csv_init(&csv, fd, NULL) != ENT_OK) {
        abort();
    }
    while (cli_csv_next(&csv, &row, NULL) == ENT_OK) {
        check_fields(&row);
        if (row.line < line) {
            abort();
        }
        line = row.line;
        seen += row.raw.len;
        breaks += count_breaks(row.raw.data, row.raw.len);
    }
    if (csv.offset != len ||
        seen - breaks != len - bom - count_breaks(data, len)) {
        abort();
    }
    cli_csv_fini(&csv);
    (void)close(fd);
    return 0;
}
