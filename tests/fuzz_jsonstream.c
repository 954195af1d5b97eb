/* SPDX-License-Identifier: Apache-2.0 */
/* Property: however the input is cut into reads, the same objects come out,
 * with the same lines; each begins with '{' and is no longer than one may be.
 */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "tools/cli/jsonstream.h"

#define FOUND_MAX 512

/* What came out: enough of each to tell it from another. */
struct found {
    size_t count;
    size_t lines[FOUND_MAX];
    size_t lengths[FOUND_MAX];
    uint8_t last[FOUND_MAX];
};

static void
note(struct found *found, struct ent_view text, size_t line)
{
    if (text.len == 0 || text.len > ENT_JSON_MAX || text.data[0] != '{') {
        abort();
    }
    if (found->count > 0 && found->count <= FOUND_MAX &&
        line < found->lines[found->count - 1]) {
        abort();
    }
    if (found->count < FOUND_MAX) {
        found->lines[found->count] = line;
        found->lengths[found->count] = text.len;
        found->last[found->count] = text.data[text.len - 1];
        found->count++;
    }
}

/* Take out what is complete; false at the end. */
static bool
drain(struct cli_jsonstream *stream, struct found *found)
{
    for (;;) {
        struct ent_error err;
        struct ent_view text;
        size_t line;
        enum ent_status rc = cli_jsonstream_next(stream, &text, &line, &err);

        if (rc == ENT_OK) {
            note(found, text, line);
        } else if (rc != ENT_BAD_INPUT) {
            return rc == ENT_BUSY;
        }
    }
}

static void
read_in_parts(
    const uint8_t *data, size_t len, size_t part, struct found *ret_found)
{
    struct cli_jsonstream stream;

    if (cli_jsonstream_init(&stream, NULL) != ENT_OK) {
        abort();
    }
    while (len > 0) {
        size_t take;
        uint8_t *room = cli_jsonstream_room(&stream, &take);

        take = take < part ? take : part;
        take = take < len ? take : len;
        if (take == 0) {
            abort();
        }
        memcpy(room, data, take);
        cli_jsonstream_feed(&stream, take);
        data += take;
        len -= take;
        (void)drain(&stream, ret_found);
    }
    cli_jsonstream_end(&stream);
    if (drain(&stream, ret_found)) {
        abort();
    }
    cli_jsonstream_fini(&stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct found whole;
    static struct found parts;

    memset(&whole, 0, sizeof whole);
    memset(&parts, 0, sizeof parts);
    read_in_parts(data, len, SIZE_MAX, &whole);
    read_in_parts(data, len, 1 + len % 7, &parts);
    if (memcmp(&whole, &parts, sizeof whole) != 0) {
        abort();
    }
    return 0;
}
