/* SPDX-License-Identifier: Apache-2.0 */
#include "node/heads.h"

#include "node/dispatch.h"
#include "proto/refusal.h"

static bool
waits_for_room(const struct node_dispatch *dispatch)
{
    return dispatch->state.state == ENT_DISPATCH_WAITING &&
           dispatch->state.put_off > 0 &&
           dispatch->row->answer == ENT_REFUSAL_QUOTA;
}

/* NULL: it has none. */
static struct node_head *
find(struct node_heads *heads, const struct ent_digest *stream)
{
    for (size_t i = 0; i < heads->count; i++) {
        if (ent_digest_equal(&heads->list[i].stream, stream)) {
            return &heads->list[i];
        }
    }
    return NULL;
}

/* NULL: there is no place. */
static struct node_head *
have(struct node_heads *heads, const struct ent_digest *stream)
{
    struct node_head *head = find(heads, stream);

    if (head == NULL && heads->count < NODE_HEADS_MAX) {
        head = &heads->list[heads->count++];
        *head = (struct node_head){.stream = *stream};
    }
    return head;
}

void
node_heads_put_off(
    struct node_heads *heads, const struct node_dispatch *dispatch)
{
    struct node_head *head = find(heads, &dispatch->stream);

    if (head != NULL && waits_for_room(dispatch) &&
        dispatch->state.first <= head->from) {
        head->from = dispatch->state.first;
        head->is_held = true;
    } else if (head == NULL && waits_for_room(dispatch)) {
        (void)have(heads, &dispatch->stream); /* to be looked for */
    }
}

void
node_heads_pass(struct node_heads *heads, const struct node_dispatch *dispatch)
{
    struct node_head *head = find(heads, &dispatch->stream);

    if (head != NULL && head->is_held && head->from == dispatch->state.first &&
        dispatch->state.state != ENT_DISPATCH_WAITING &&
        dispatch->state.state != ENT_DISPATCH_SENT) {
        head->from += dispatch->state.count;
        head->is_held = false;
    }
}

void
node_heads_forget(struct node_heads *heads)
{
    heads->count = 0;
}

/* The first that waits for room, from where none before it does, up to
 * `until`. */
static enum ent_status
look(struct node *node, struct node_head *head, uint64_t until,
    struct ent_error *err)
{
    while (!head->is_held && head->from < until) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        struct node_key key = node_key_stream(&head->stream, head->from);
        enum ent_status rc = node_store_seek(node->store, NODE_DISPATCH,
            node_key_view(&key), ENT_DIGEST_LEN, key.bytes, NULL, err);

        if (rc == ENT_OK) {
            rc = node_dispatch_get(node, &head->stream,
                ent_get_be(key.bytes + ENT_DIGEST_LEN, 8), &dispatch, err);
        }
        if (rc == ENT_NOT_FOUND) {
            head->from = until;
            return ENT_OK;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        head->is_held = waits_for_room(&dispatch);
        head->from = head->is_held
                         ? dispatch.state.first
                         : dispatch.state.first + dispatch.state.count;
    }
    return ENT_OK;
}

enum ent_status
node_heads_is_behind(struct node *node, const struct node_dispatch *dispatch,
    bool *ret_behind, struct ent_error *err)
{
    struct node_head *head = waits_for_room(dispatch)
                                 ? have(&node->heads, &dispatch->stream)
                                 : find(&node->heads, &dispatch->stream);
    enum ent_status rc =
        head == NULL ? ENT_OK : look(node, head, dispatch->state.first, err);

    *ret_behind = rc == ENT_OK && head != NULL && head->is_held &&
                  head->from < dispatch->state.first;
    return rc;
}

enum ent_status
node_heads_hasten(
    struct node *node, const struct ent_digest *stream, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct node_head *head = find(&node->heads, stream);
    enum ent_status rc =
        head == NULL ? ENT_OK : look(node, head, UINT64_MAX, err);

    if (rc != ENT_OK || head == NULL) {
        return rc;
    }
    if (!head->is_held) { /* none is left */
        *head = node->heads.list[--node->heads.count];
        return ENT_OK;
    }
    rc = node_dispatch_get(node, stream, head->from, &dispatch, err);
    if (rc != ENT_OK || !waits_for_room(&dispatch) ||
        dispatch.state.due <= node->now_ms) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    dispatch.state.due = node->now_ms;
    return node_dispatch_put(node, &dispatch, err);
}
