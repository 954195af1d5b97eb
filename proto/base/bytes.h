/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes - a run of bytes, owned or borrowed.
 *
 * `struct ent_bytes` owns its memory and is wiped when freed. `struct ent_view`
 * owns nothing and must not outlive what it looks at. All zero is the valid
 * empty value of both.
 */
#ifndef ENT_PROTO_BASE_BYTES_H
#define ENT_PROTO_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/base/error.h"

struct ent_bytes {
    uint8_t *data;
    size_t len;
};

struct ent_view {
    const uint8_t *data;
    size_t len;
};

/* Allocate `len` zeroed bytes; `len` must not be 0. */
enum ent_status ent_bytes_alloc(size_t len, struct ent_bytes *ret_bytes,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same, not zeroed: for who writes all of them. */
enum ent_status ent_bytes_room(size_t len, struct ent_bytes *ret_bytes,
    struct ent_error *err) ENT_MUST_CHECK;

/* An owned copy of `view`; an empty view gives empty bytes. */
enum ent_status ent_bytes_copy(struct ent_view view,
    struct ent_bytes *ret_bytes, struct ent_error *err) ENT_MUST_CHECK;

/* Wipe, free, and leave `bytes` empty. Does nothing to an empty one. */
void ent_bytes_free(struct ent_bytes *bytes);

/* Look at `bytes` without owning them. */
static inline struct ent_view
ent_bytes_view(const struct ent_bytes *bytes)
{
    return (struct ent_view){.data = bytes->data, .len = bytes->len};
}

/* Look at `len` bytes at `data`. */
static inline struct ent_view
ent_view_of(const void *data, size_t len)
{
    return (struct ent_view){.data = data, .len = len};
}

/* Look at the characters of `text`, without its NUL. NULL is empty. */
struct ent_view ent_view_text(const char *text);

/* Same length and same bytes; not for secrets (see sodium_memcmp). */
bool ent_view_equal(struct ent_view a, struct ent_view b);

/* With how many same bytes both end; not for secrets either. */
size_t ent_view_common_end(struct ent_view a, struct ent_view b);

/* Big-endian, as every integer of the protocol outside protobuf. */
static inline void
ent_put_be(uint8_t *out, uint64_t value, size_t width)
{
    const uint64_t bytes = htobe64(value);
    const size_t len = width < sizeof bytes ? width : sizeof bytes;

    memset(out, 0, width - len);
    memcpy(
        out + width - len, (const uint8_t *)&bytes + sizeof bytes - len, len);
}

static inline uint64_t
ent_get_be(const uint8_t *in, size_t width)
{
    uint64_t bytes = 0;
    const size_t len = width < sizeof bytes ? width : sizeof bytes;

    memcpy((uint8_t *)&bytes + sizeof bytes - len, in + width - len, len);
    return be64toh(bytes);
}

#endif
