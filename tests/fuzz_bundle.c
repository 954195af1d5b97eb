/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any bytes never misbehaves; a head that decodes encodes
 * back to the same bytes; a body that was checked is walked to its end; and
 * nothing but what Mae Sai signed is authentic. The first two bytes are the
 * length of the head, the rest is head and body. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "tests/parties.h"

#include "proto/bundle.h"

static const struct ent_certificate *
maesai(void)
{
    static struct parties parties;

    if (parties.maesai.wire.len == 0) {
        parties_init(&parties);
    }
    return &parties.maesai.cert;
}

static void
walk(const struct ent_bundle *bundle)
{
    struct ent_envelope envelope;
    struct ent_digest root;
    size_t offset = 0;
    uint32_t count = 0;

    while (ent_body_next(bundle->body, &offset, &envelope)) {
        count++;
    }
    if (count != bundle->label.count || offset != bundle->body.len ||
        ent_body_root(bundle->body, count, &root, NULL) != ENT_OK) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_bundle bundle;
    struct ent_error err;
    struct ent_view head;
    size_t head_len;

    if (len < 2) {
        return 0;
    }
    head_len = (size_t)ent_get_be(data, 2);
    data += 2;
    len -= 2;
    head = ent_view_of(data, head_len < len ? head_len : len);
    if (ent_bundle_decode(head, ent_view_of(data + head.len, len - head.len),
            &bundle, &err) != ENT_OK) {
        return 0;
    }
    walk(&bundle);
    if (ent_bundle_encode_head(&bundle.hop, bundle.label_wire,
            &bundle.signatures, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), head)) {
        abort();
    }
    (void)!ent_bundle_verify(&bundle, maesai(), &err);
    (void)!ent_bundle_check_time(&bundle, maesai(), PARTIES_NOW, &err);
    return 0;
}
