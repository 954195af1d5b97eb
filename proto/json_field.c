/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/schema/google/protobuf/timestamp.pb-c.h"

bool
ent_json_is_timestamp(const ProtobufCMessageDescriptor *descriptor)
{
    return descriptor == &google__protobuf__timestamp__descriptor;
}

/* The names from the root on, as "drugSeizure.items[0].drug". */
static size_t
format_path(const struct ent_json_path *path, char *out, size_t room)
{
    size_t len;
    int more;

    if (path == NULL) {
        out[0] = '\0';
        return 0;
    }
    len = format_path(path->parent, out, room);
    more = path->name == NULL
               ? snprintf(out + len, room - len, "[%zu]", path->index)
               : snprintf(out + len, room - len, "%s%s", len > 0 ? "." : "",
                     path->name);
    assert(more > 0);
    return len + (size_t)more < room ? len + (size_t)more : room - 1;
}

enum ent_status
ent_json_wrong(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const char *format, ...)
{
    char where[160];
    char what[240];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return format_path(path, where, sizeof where) > 0
               ? ent_fail(reader->err, ENT_BAD_INPUT, "%s: %s", where, what)
               : ent_fail(reader->err, ENT_BAD_INPUT, "%s", what);
}

void
ent_json_quote(struct ent_view word, char out[static ENT_JSON_QUOTE_MAX])
{
    const size_t most = ENT_JSON_QUOTE_MAX - sizeof "\"...\"";
    char *neutral = ent_text_neutral(word, false);
    size_t len = neutral == NULL ? 0 : strlen(neutral);
    bool cut = len > most;

    if (cut) {
        len = most;
        while (len > 0 && ((uint8_t)neutral[len] & 0xc0) == 0x80) {
            len--; /* not inside a character */
        }
    }
    (void)snprintf(out, ENT_JSON_QUOTE_MAX, "\"%.*s%s\"", (int)len,
        neutral == NULL ? "" : neutral, cut ? "..." : "");
    free(neutral);
}

enum ent_status
ent_json_alloc(
    const struct ent_json_reader *reader, size_t size, void **ret_memory)
{
    void *memory = ent_arena_alloc(reader->arena, size);

    if (memory == NULL) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "the message is too big");
    }
    *ret_memory = memory;
    return ENT_OK;
}
