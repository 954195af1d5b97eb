/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelopes - the body of a bundle, with envelopes that nobody sealed.
 */
#ifndef ENT_TESTS_ENVELOPES_H
#define ENT_TESTS_ENVELOPES_H

#include "proto/base/bytes.h"

/* Frame `count` envelopes whose bytes are all `first`, then `first` + 1 and so
 * on; their ciphertexts have `size` bytes, and each has `growth` more than the
 * one before it. Aborts when there is no memory. The caller frees it. */
struct ent_bytes envelopes_frame(
    uint64_t first, uint32_t count, size_t size, size_t growth);

#endif
