/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/bytes.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum ent_status
ent_bytes_alloc(size_t len, struct ent_bytes *ret_bytes, struct ent_error *err)
{
    uint8_t *data;

    assert(len > 0 && ret_bytes != NULL);

    data = calloc(1, len);
    if (data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating %zu bytes", len);
    }
    *ret_bytes = (struct ent_bytes){.data = data, .len = len};
    return ENT_OK;
}

enum ent_status
ent_bytes_copy(
    struct ent_view view, struct ent_bytes *ret_bytes, struct ent_error *err)
{
    struct ent_bytes copy = {0};

    if (view.len > 0) {
        enum ent_status rc = ent_bytes_alloc(view.len, &copy, err);

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

void
ent_put_be(uint8_t *out, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--) {
        out[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

uint64_t
ent_get_be(const uint8_t *in, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++) {
        value = value << 8 | in[i];
    }
    return value;
}
