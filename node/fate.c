/* SPDX-License-Identifier: Apache-2.0 */
#include "node/fate.h"

#include <string.h>

#include "node/lifetime.h"

/* A message lives a year at most: behind that, no late one can come. */
#define REMEMBER_MS (UINT64_C(367) * NODE_DAY_MS)

static ProtobufCBinaryData
id_bytes(const struct ent_id *id)
{
    return (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)id->bytes, .len = sizeof id->bytes};
}

enum ent_status
node_fate_get(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_fate_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_seen(sender, id);

    return node_row_get(node->store, NODE_FATE, node_key_view(&key),
        &entente__rest__v1__fate_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

static struct node_key
end_key(uint64_t at_ms, const struct node_key *place)
{
    struct node_key key = {.len = 8 + place->len};

    ent_put_be(key.bytes, at_ms, 8);
    memcpy(key.bytes + 8, place->bytes, place->len);
    return key;
}

enum ent_status
node_fate_any(struct node *node, bool *ret_any, struct ent_error *err)
{
    return node_store_any(node->store, NODE_FATE, ret_any, err);
}

enum ent_status
node_fate_put(struct node *node, const struct ent_party *sender,
    const struct node_saying *saying, const struct ent_id *by,
    struct node_news *ret_news, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_fate_row *old = NULL;
    node_fate_row row = ENTENTE__REST__V1__FATE_ROW__INIT;
    node_raise raise;
    struct node_key key = node_key_seen(sender, &saying->of);
    struct node_key end =
        end_key(node_lifetime_hour(node->now_ms + REMEMBER_MS), &key);
    enum ent_status rc = node_fate_get(node, sender, &saying->of, &old, err);

    *ret_news = (struct node_news){0};
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (old != NULL) {
        row = *old;
    }
    if (row.fate < (uint32_t)saying->fate) {
        row.fate = saying->fate;
        row.by = id_bytes(by);
        row.at = node->now_ms;
        ret_news->fate = true;
    }
    if (saying->reclassified != NULL &&
        node_raise_add(row.raised, saying->reclassified, &raise)) {
        raise.by = id_bytes(by);
        raise.at = node->now_ms;
        row.raised = &raise;
        ret_news->raise = true;
    }
    if (!ret_news->fate && !ret_news->raise) {
        return ENT_OK;
    }
    row.forget_at = node->now_ms + REMEMBER_MS;
    rc = node_row_put(
        node->store, NODE_FATE, node_key_view(&key), &row.base, err);
    return rc != ENT_OK ? rc
                        : node_store_put(node->store, NODE_FATE_END,
                              node_key_view(&end), (struct ent_view){0}, err);
}

/* The row of a key of NODE_FATE_END, if nothing was said again since. */
static enum ent_status
prune_one(struct node *node, struct ent_view place, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_fate_row *row = NULL;
    enum ent_status rc = node_row_get(node->store, NODE_FATE, place,
        &entente__rest__v1__fate_row__descriptor, (ProtobufCMessage **)&row,
        err);

    if (rc != ENT_OK || row->forget_at > node->now_ms) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_store_delete(node->store, NODE_FATE, place, err);
}

enum ent_status
node_fate_prune(struct node *node, size_t *budget, struct ent_error *err)
{
    while (*budget > 0) {
        struct node_key key = {.len = node_key_len(NODE_FATE_END)};
        enum ent_status rc = node_store_seek(node->store, NODE_FATE_END,
            node_key_view(&key), 0, key.bytes, NULL, err);

        if (rc != ENT_OK || ent_get_be(key.bytes, 8) > node->now_ms) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        rc = prune_one(
            node, ent_view_of(key.bytes + 8, node_key_len(NODE_FATE)), err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_FATE_END, node_key_view(&key), err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        (*budget)--;
    }
    return ENT_OK;
}
