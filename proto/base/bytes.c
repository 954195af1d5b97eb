/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/bytes.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum ent_status
own(uint8_t *data, size_t len, struct ent_bytes *ret_bytes,
    struct ent_error *err)
{
    if (data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating %zu bytes", len);
    }
    *ret_bytes = (struct ent_bytes){.data = data, .len = len};
    return ENT_OK;
}

enum ent_status
ent_bytes_alloc(size_t len, struct ent_bytes *ret_bytes, struct ent_error *err)
{
    assert(len > 0 && ret_bytes != NULL);

    return own(calloc(1, len), len, ret_bytes, err);
}

enum ent_status
ent_bytes_room(size_t len, struct ent_bytes *ret_bytes, struct ent_error *err)
{
    assert(len > 0 && ret_bytes != NULL);

    return own(malloc(len), len, ret_bytes, err);
}

enum ent_status
ent_bytes_copy(
    struct ent_view view, struct ent_bytes *ret_bytes, struct ent_error *err)
{
    struct ent_bytes copy = {0};

    if (view.len > 0) {
        enum ent_status rc = ent_bytes_room(view.len, &copy, err);

        if (rc != ENT_OK) {
            return rc;
        }
        memcpy(copy.data, view.data, view.len);
    }
    *ret_bytes = copy;
    return ENT_OK;
}

void
ent_bytes_free(struct ent_bytes *bytes)
{
    if (bytes->data != NULL) {
        sodium_memzero(bytes->data, bytes->len);
        free(bytes->data);
    }
    *bytes = (struct ent_bytes){0};
}

struct ent_view
ent_view_text(const char *text)
{
    return ent_view_of(text, text == NULL ? 0 : strlen(text));
}

bool
ent_view_equal(struct ent_view a, struct ent_view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* So many bytes before the last `behind` of both are the same. */
static bool
agree_before(struct ent_view a, struct ent_view b, size_t behind, size_t len)
{
    return memcmp(a.data + a.len - behind - len, b.data + b.len - behind - len,
               len) == 0;
}

size_t
ent_view_common_end(struct ent_view a, struct ent_view b)
{
    const size_t most = a.len < b.len ? a.len : b.len;
    size_t len = 0;

    while (most - len >= 128 && agree_before(a, b, len, 128)) {
        len += 128;
    }
    while (most - len >= 8 && agree_before(a, b, len, 8)) {
        len += 8;
    }
    while (len < most && agree_before(a, b, len, 1)) {
        len++;
    }
    return len;
}
