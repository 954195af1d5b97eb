/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever is asked for, its keys are short, the same when spaces are
 * put in, and a number is found by the range that has it alone. The first byte
 * is the kind. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/lookup.h"

#define KEYS_MAX 1024

struct keys {
    struct ent_digest list[KEYS_MAX];
    size_t count;
};

static enum ent_status
keep(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct keys *keys = context;

    (void)err;
    if (key.len == 0 || key.len > ENT_LOOKUP_KEY_MAX ||
        kind == ENT_LOOKUP_NONE || kind == ENT_LOOKUP_MRZ) {
        abort();
    }
    if (keys->count < KEYS_MAX) {
        keys->list[keys->count++] = ent_digest_of(key);
    }
    return ENT_OK;
}

/* With a space behind each byte of ASCII: in scripts that have letters of
 * several characters, and in names, a space means something. */
static size_t
spread(const uint8_t *data, size_t len, uint8_t *out)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        out[count++] = data[i];
        out[count++] = ' ';
    }
    return count;
}

static bool
is_ascii(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] >= 0x80 || data[i] < 0x20) {
            return false;
        }
    }
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct keys plain, spaced;
    static uint8_t room[2 * 1024];
    struct ent_view of = ent_view_text("THA");
    struct ent_error err;
    enum ent_lookup kind;

    if (len < 1 || len > sizeof room / 2) {
        return 0;
    }
    kind = (enum ent_lookup)(data[0] % ENT_LOOKUP_KINDS);
    if (kind == ENT_LOOKUP_NONE) {
        return 0;
    }
    plain.count = spaced.count = 0;
    if (ent_lookup_ask(kind, of, ent_view_of(data + 1, len - 1), keep, &plain,
            &err) != ENT_OK) {
        return 0;
    }
    if (plain.count == 0) {
        abort();
    }
    if (kind == ENT_LOOKUP_NAME || kind == ENT_LOOKUP_MRZ ||
        !is_ascii(data + 1, len - 1)) {
        return 0;
    }
    len = spread(data + 1, len - 1, room);
    if (ent_lookup_ask(kind, of, ent_view_of(room, len), keep, &spaced, &err) !=
            ENT_OK ||
        spaced.count != plain.count ||
        memcmp(spaced.list, plain.list, plain.count * sizeof plain.list[0]) !=
            0) {
        abort();
    }
    return 0;
}
