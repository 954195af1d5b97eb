/* SPDX-License-Identifier: Apache-2.0 */
#include "node/room.h"

#include <inttypes.h>

#include "node/shelf.h"
#include "node/space.h"
#include "proto/schema/common.pb-c.h"

#define MIB (UINT64_C(1024) * 1024)
#define RESERVE_PARTS 8 /* one of them is not for files */

/* What a file takes in the store: chunks lie in whole pages, and a part of them
 * is there twice while it is sealed for its recipient. */
static uint64_t
need_of(uint64_t size)
{
    return size + size / 12 + MIB;
}

/* Of the store: less when more of it is kept for what is urgent. */
static uint64_t
share_of_files(const struct node *node)
{
    uint64_t limit = node->config->store_limit;
    uint64_t share = limit - limit / RESERVE_PARTS;
    uint64_t messages = node_space_store(&node->config->quota, limit,
        node_rank(ENTENTE__V1__PRECEDENCE__DEFERRED));

    return share < messages ? share : messages;
}

/* What files may still take, besides what is leaving: less than nothing when
 * others take more than they should. */
static enum ent_status
room_of(struct node *node, int64_t *ret_free, uint64_t *ret_kept,
    struct ent_error *err)
{
    uint64_t promised = 0;
    uint64_t leaving = 0;
    uint64_t used = 0;
    enum ent_status rc = node_store_usage(node->store, &used, err);

    if (rc == ENT_OK) {
        rc = node_number_get(node->store, "promised", &promised, err);
    }
    if (rc == ENT_OK) {
        rc = node_shelf_kept(node, ret_kept, &leaving, err);
    }
    *ret_free = (int64_t)(share_of_files(node) + leaving) -
                (int64_t)(used + need_of(promised));
    return rc;
}

enum ent_status
node_room_for(struct node *node, uint64_t size, struct ent_error *err)
{
    int64_t need = (int64_t)need_of(size);
    int64_t room = 0;
    uint64_t kept = 0;
    enum ent_status rc = room_of(node, &room, &kept, err);

    if (rc != ENT_OK || need <= room) {
        return rc;
    }
    if (need <= room + (int64_t)kept) {
        return node_shelf_clear(node, (uint64_t)(need - room), err);
    }
    room = room + (int64_t)kept > 0 ? room + (int64_t)kept : 0;
    return ent_fail(err, ENT_BUSY,
        "there is no room for a file of %" PRIu64 " MiB: the store has %" PRIu64
        " MiB left for files (store_limit is %" PRIu64 " MiB)",
        (size + MIB - 1) / MIB, (uint64_t)room / MIB,
        node->config->store_limit / MIB);
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
