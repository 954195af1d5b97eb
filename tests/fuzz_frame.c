/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any payload as any kind of frame never misbehaves, and
 * what decodes encodes back to the same bytes. The first byte is the kind. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/frame.h"

/* One sentence per kind: decode, and if that went well encode. */
#define AGAIN(type, name)                                                      \
    static enum ent_status again_##name(                                       \
        struct ent_view payload, struct ent_bytes *out, struct ent_error *err) \
    {                                                                          \
        static type value;                                                     \
        enum ent_status rc = ent_##name##_decode(payload, &value, err);        \
                                                                               \
        if (rc == ENT_OK && ent_##name##_encode(&value, out, err) != ENT_OK) { \
            abort();                                                           \
        }                                                                      \
        return rc;                                                             \
    }

AGAIN(struct ent_hello, hello)
AGAIN(struct ent_state, state)
AGAIN(struct ent_fetch, fetch)
AGAIN(struct ent_object, object)
AGAIN(struct ent_bye, bye)

static enum ent_status
again_credit(
    struct ent_view payload, struct ent_bytes *out, struct ent_error *err)
{
    uint64_t bytes;
    enum ent_status rc = ent_credit_decode(payload, &bytes, err);

    if (rc == ENT_OK && ent_credit_encode(bytes, out, err) != ENT_OK) {
        abort();
    }
    return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static enum ent_status (*const kinds[])(
        struct ent_view, struct ent_bytes *, struct ent_error *) = {
        again_hello,
        again_state,
        again_credit,
        again_fetch,
        again_object,
        again_bye,
    };
    const size_t kind_count = sizeof kinds / sizeof kinds[0];
    ENT_AUTO(ent_bytes_free) struct ent_bytes out = {0};
    struct ent_error err;
    struct ent_view payload;
    size_t kind;

    if (len == 0) {
        return 0;
    }
    kind = data[0] % kind_count;
    payload = ent_view_of(data + 1, len - 1);
    /* A hello may name versions and a bye say more than we keep. */
    if (kinds[kind](payload, &out, &err) == ENT_OK && kind != 0 &&
        kind != kind_count - 1 &&
        !ent_view_equal(payload, ent_bytes_view(&out))) {
        abort();
    }
    return 0;
}
