/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever lies in a store's log, reading its records never
 * misbehaves and gives none that was not written there; and reading the changes
 * of one ends and stays within it. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/base/kv_internal.h"

static const struct ent_kv_table tables[] = {
    {.name = "letters", .key_len = 8},
    {.name = "stamps", .key_len = 33},
};

static enum ent_status
take(void *context, struct ent_view content, struct ent_error *err)
{
    size_t *len = context;

    (void)err;
    *len += content.len;
    return ENT_OK;
}

static bool
is_within(struct ent_view part, const uint8_t *data, size_t len)
{
    return part.len == 0 ||
           (part.data >= data && part.data + part.len <= data + len);
}

static void
read_changes(const uint8_t *data, size_t len)
{
    struct ent_view content = ent_view_of(data, len);
    struct ent_kv_change change;

    while (ent_kv_change_next(tables, 2, &content, &change)) {
        if (change.table > 1 ||
            change.key.len != tables[change.table].key_len ||
            !is_within(change.key, data, len) ||
            !is_within(change.value, data, len) ||
            (change.is_deleted && change.value.len > 0)) {
            abort();
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_redo redo = {.first = 1,
        .next = 1,
        .written = UINT64_MAX,
        .file = memfd_create("redo", MFD_CLOEXEC)};
    size_t taken = 0;

    if (redo.file < 0 || ftruncate(redo.file, (off_t)ENT_REDO_LEN) != 0 ||
        (len > 0 && len <= ENT_REDO_LEN - ENT_REDO_BLOCK &&
            pwrite(redo.file, data, len, ENT_REDO_BLOCK) != (ssize_t)len)) {
        abort();
    }
    if (ent_redo_replay(&redo, take, &taken, NULL) == ENT_OK && taken > len) {
        abort();
    }
    ent_redo_close(&redo);
    read_changes(data, len);
    return 0;
}
