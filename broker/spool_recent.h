/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool_recent - frames that the spool was given in its last write. Nearly all
 * go on in the turn that stored them, and need not be read back from the store,
 * authenticated and copied, for that. Whatever is not here is in the store.
 */
#ifndef BROKER_SPOOL_RECENT_H
#define BROKER_SPOOL_RECENT_H

#include "proto/base/bytes.h"

#define BROKER_RECENT_FRAMES_MAX 64
#define BROKER_RECENT_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* Zero is empty. */
struct broker_recent {
    struct {
        uint64_t arrival;
        struct ent_bytes frame;
    } list[BROKER_RECENT_FRAMES_MAX];
    size_t count;
    size_t bytes;
};

/* Takes the frame over if there is room for it; else it stays with the caller,
 * who frees it either way. */
void broker_recent_add(
    struct broker_recent *recent, uint64_t arrival, struct ent_bytes *frame);
/* False: it is not here. `ret_frame` is valid until the next clear. */
bool broker_recent_find(const struct broker_recent *recent, uint64_t arrival,
    struct ent_view *ret_frame);
void broker_recent_clear(struct broker_recent *recent);

#endif
