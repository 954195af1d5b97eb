/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, rows come in the order of the file, each with
 * its bytes as they stand there; a tree or a fault, never both; and what is a
 * tree is an alert with a message, or its fault has a place. */
#include "tests/fuzz.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cli/alert.h"
#include "tools/cli/capfile.h"

#define NOW_MS UINT64_C(1795946400000)

static struct cli_capcodes *codes;
static struct ent_arena arena;

static void
begin_once(void)
{
    static struct ent_complaints complaints;

    if (codes == NULL &&
        (sodium_init() < 0 ||
            cli_capcodes_read(ent_view_text(cli_capcodes_text), &codes,
                &complaints, NULL) != ENT_OK ||
            ent_arena_init(&arena, ENT_MESSAGE_ARENA, NULL) != ENT_OK)) {
        abort();
    }
}

static void
map(const struct cli_cap_row *row)
{
    struct cli_cap_fault fault = {0};
    ent_message *message = NULL;
    enum ent_status rc;

    ent_arena_reset(&arena);
    rc = cli_alert_of(
        row->alert, "", codes, NOW_MS, &arena, &message, &fault, NULL);
    if (rc == ENT_OK ? message == NULL
                     : rc != ENT_BAD_INPUT || fault.line < row->line ||
                           fault.column == 0 || fault.reason[0] == '\0') {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int fd = memfd_create("cap", MFD_CLOEXEC);
    struct cli_capfile *file = NULL;
    struct cli_cap_row row;
    size_t at = 0;

    begin_once();
    if (fd < 0 || write(fd, data, len) != (ssize_t)len ||
        lseek(fd, 0, SEEK_SET) != 0 ||
        cli_capfile_new(fd, &file, NULL) != ENT_OK) {
        abort();
    }
    while (cli_capfile_next(file, &row, NULL) == ENT_OK) {
        const uint8_t *found =
            row.raw.len == 0
                ? data + at
                : memmem(data + at, len - at, row.raw.data, row.raw.len);

        if (found == NULL || (row.alert == NULL) == (row.fault[0] == '\0')) {
            abort();
        }
        at = (size_t)(found - data) + row.raw.len;
        if (row.alert != NULL) {
            map(&row);
        }
    }
    cli_capfile_free(&file);
    (void)close(fd);
    return 0;
}
