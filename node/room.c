/* SPDX-License-Identifier: Apache-2.0 */
#include "node/room.h"

#include <inttypes.h>

#define MIB (UINT64_C(1024) * 1024)
#define RESERVE_PARTS 8 /* one of them is not for files */

/* What a file takes in the store: chunks lie in whole pages, and a part of them
 * is there twice while it is sealed for its recipient. */
static uint64_t
need_of(uint64_t size)
{
    return size + size / 12 + MIB;
}

enum ent_status
node_room_for(struct node *node, uint64_t size, struct ent_error *err)
{
    uint64_t limit = node->config->store_limit;
    uint64_t promised = 0;
    uint64_t used = 0;
    uint64_t free_bytes;
    enum ent_status rc = node_store_usage(node->store, &used, err);

    if (rc == ENT_OK) {
        rc = node_number_get(node->store, "promised", &promised, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    used += need_of(promised) + limit / RESERVE_PARTS;
    free_bytes = used < limit ? limit - used : 0;
    if (need_of(size) <= free_bytes) {
        return ENT_OK;
    }
    return ent_fail(err, ENT_BUSY,
        "there is no room for a file of %" PRIu64 " MiB: the store has %" PRIu64
        " MiB left for files (store_limit is %" PRIu64 " MiB)",
        (size + MIB - 1) / MIB, free_bytes / MIB, limit / MIB);
}

enum ent_status
node_room_promise(struct node *node, uint64_t size, struct ent_error *err)
{
    uint64_t promised = 0;
    enum ent_status rc =
        node_number_get(node->store, "promised", &promised, err);

    return rc != ENT_OK
               ? rc
               : node_number_set(node->store, "promised", promised + size, err);
}

enum ent_status
node_room_release(struct node *node, uint64_t size, struct ent_error *err)
{
    uint64_t promised = 0;
    enum ent_status rc =
        node_number_get(node->store, "promised", &promised, err);

    return rc != ENT_OK ? rc
                        : node_number_set(node->store, "promised",
                              promised < size ? 0 : promised - size, err);
}
