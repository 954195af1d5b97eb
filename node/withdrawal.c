/* SPDX-License-Identifier: Apache-2.0 */
#include "node/withdrawal.h"

#include <string.h>

#include "node/copy.h"
#include "node/outbox.h"
#include "proto/schema/api.pb-c.h"

/* Its last state, unless a receipt says that it came after all. */
static enum ent_status
mark(struct node *node, const struct ent_id *id, const struct ent_party *to,
    const node_copy_row *row, struct ent_error *err)
{
    node_copy_row changed = *row;

    changed.state = ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN;
    changed.settled_at = node->now_ms;
    return node_copy_set(node, id, to, row, &changed, err);
}

/* Skip the bundle it lies in; every other message in it is sealed anew. */
static enum ent_status
skip(struct node *node, const node_copy_row *row, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct ent_digest stream;
    enum ent_status rc;

    if (row->stream.len != sizeof stream.bytes) {
        return ent_fail(err, ENT_IO, "a sealed message is in no stream");
    }
    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    rc = node_dispatch_get(node, &stream, row->first, &dispatch, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_dispatch_step(node, &dispatch, ENT_EVENT_WITHDRAWN, err);
}

enum ent_status
node_withdrawal_run(struct node *node, const struct ent_id *id,
    const struct ent_party *to, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node_key key;
    enum ent_status rc = node_copy_get(node, id, to, &row, err);

    if (rc != ENT_OK || row->state != 0) {
        return rc;
    }
    rc = mark(node, id, to, row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (row->bundle != 0) {
        return skip(node, row, err);
    }
    key = node_key_pending(row->precedence, to, row->number);
    rc = node_outbox_keep(node, err);
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_PENDING,
                              node_key_view(&key), err);
}
