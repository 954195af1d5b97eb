/* SPDX-License-Identifier: Apache-2.0 */
#include "node/due.h"

#include <string.h>

#include "proto/schema/common.pb-c.h"

struct node_due
node_due_walk(uint8_t rank, uint64_t from_ms)
{
    struct node_due due = {.key = {rank}};

    ent_put_be(due.key + 1, from_ms, 8);
    return due;
}

enum ent_status
node_due_next(struct node *node, struct node_due *due, struct ent_error *err)
{
    enum ent_status rc;

    if (due->is_begun && !node_key_after(due->key, node_key_len(NODE_DUE))) {
        return ENT_NOT_FOUND;
    }
    rc = node_store_seek(node->store, NODE_DUE,
        ent_view_of(due->key, node_key_len(NODE_DUE)), 1, due->key, NULL, err);
    if (rc != ENT_OK) {
        return rc;
    }
    due->is_begun = true;
    due->at = ent_get_be(due->key + 1, 8);
    memcpy(due->stream.bytes, due->key + 9, ENT_DIGEST_LEN);
    due->first = ent_get_be(due->key + 41, 8);
    return ENT_OK;
}

bool
node_due_is_urgent(uint8_t rank)
{
    return ent_precedence_is_urgent(ENTENTE__V1__PRECEDENCE__FLASH - rank);
}
