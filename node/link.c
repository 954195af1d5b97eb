/* SPDX-License-Identifier: Apache-2.0 */
#include "node/link.h"

#include <string.h>

/* Both ways: id(16), id(16). */
static struct node_key
key_of(const struct ent_id *one, const struct ent_id *other)
{
    struct node_key key = {.len = 2 * sizeof one->bytes};

    memcpy(key.bytes, one->bytes, sizeof one->bytes);
    memcpy(key.bytes + sizeof one->bytes, other->bytes, sizeof other->bytes);
    return key;
}

static bool
is_linked(
    struct node *node, const struct ent_id *one, const struct ent_id *other)
{
    struct node_key key = key_of(one, other);
    struct ent_view value;

    return node_store_get(node->store, NODE_LINK, node_key_view(&key), &value,
               NULL) == ENT_OK;
}

static enum ent_status
record(struct node *node, const struct ent_id *one, const struct ent_id *other,
    uint32_t what, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_digest second = {{0}};

    memcpy(subject.bytes, one->bytes, sizeof one->bytes);
    memcpy(second.bytes, other->bytes, sizeof other->bytes);
    return node_record(
        node, ENT_ENTRY_LINKED, &node->party, &subject, &second, what, err);
}

/* From `one` to the other. */
static enum ent_status
put(struct node *node, const struct node_linked *one,
    const struct node_linked *other, node_link_row *row, struct ent_error *err)
{
    struct node_key key = key_of(&one->id, &other->id);

    row->party.data = (uint8_t *)(uintptr_t)other->sender.bytes;
    row->party.len = sizeof other->sender.bytes;
    return node_row_put(
        node->store, NODE_LINK, node_key_view(&key), &row->base, err);
}

/* What is one incident afterwards must be few enough to be told and counted
 * whole. */
static enum ent_status
check_room(struct node *node, const struct ent_id *one,
    const struct ent_id *other, struct ent_error *err)
{
    struct node_linked all[NODE_LINKED_MAX];
    size_t with_other = 0;
    size_t count = 0;
    enum ent_status rc = node_link_all(node, other, all, &with_other, err);

    if (rc == ENT_OK) {
        rc = node_link_all(node, one, all, &count, err);
    }
    if (rc != ENT_OK || node_linked_has(all, count, other) ||
        count + 1 + with_other <= NODE_LINKED_MAX) {
        return rc;
    }
    return ent_fail(err, ENT_BAD_INPUT,
        "more than %d messages would be one incident", NODE_LINKED_MAX + 1);
}

enum ent_status
node_link_put(struct node *node, const struct node_linked *one,
    const struct node_linked *other, const char *role, const char *note,
    struct ent_error *err)
{
    node_link_row row = ENTENTE__REST__V1__LINK_ROW__INIT;
    enum ent_status rc;

    if (is_linked(node, &one->id, &other->id)) {
        return ENT_OK;
    }
    rc = check_room(node, &one->id, &other->id, err);
    if (rc != ENT_OK) {
        return rc;
    }
    row.at = node->now_ms;
    row.role = (char *)(uintptr_t)role;
    row.note = (char *)(uintptr_t)note;
    rc = put(node, one, other, &row, err);
    if (rc == ENT_OK) {
        rc = put(node, other, one, &row, err);
    }
    return rc != ENT_OK ? rc : record(node, &one->id, &other->id, 1, err);
}

static enum ent_status
cut(struct node *node, const struct ent_id *one, const struct ent_id *other,
    struct ent_error *err)
{
    struct node_key there = key_of(one, other);
    struct node_key back = key_of(other, one);
    enum ent_status rc =
        node_store_delete(node->store, NODE_LINK, node_key_view(&there), err);

    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_LINK,
                              node_key_view(&back), err);
}

enum ent_status
node_link_delete(struct node *node, const struct ent_id *one,
    const struct ent_id *other, struct ent_error *err)
{
    enum ent_status rc;

    if (!is_linked(node, one, other)) {
        return ENT_NOT_FOUND;
    }
    rc = cut(node, one, other, err);
    return rc != ENT_OK ? rc : record(node, one, other, 0, err);
}

/* The first link of `id` behind `*other`, which it becomes. */
static enum ent_status
next(struct node *node, const struct ent_id *id, struct node_linked *other,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) ProtobufCMessage *message = NULL;
    struct node_key key = key_of(id, &other->id);
    const node_link_row *row;
    struct ent_view value;
    enum ent_status rc;

    if (!node_key_after(key.bytes, key.len)) {
        return ENT_NOT_FOUND;
    }
    rc = node_store_seek(node->store, NODE_LINK, node_key_view(&key),
        sizeof id->bytes, key.bytes, &value, err);
    if (rc == ENT_OK) {
        rc = node_row_unpack(
            value, &entente__rest__v1__link_row__descriptor, &message, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row = (const node_link_row *)message;
    memcpy(
        other->id.bytes, key.bytes + sizeof id->bytes, sizeof other->id.bytes);
    if (row->party.len == sizeof other->sender.bytes) {
        memcpy(
            other->sender.bytes, row->party.data, sizeof other->sender.bytes);
    }
    return ENT_OK;
}

/* ---- all that are one ---- */

bool
node_linked_has(
    const struct node_linked *all, size_t count, const struct ent_id *id)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&all[i].id, id, sizeof *id) == 0) {
            return true;
        }
    }
    return false;
}

/* Add what is linked with `of` directly. */
static enum ent_status
add_neighbours(struct node *node, const struct ent_id *of,
    const struct ent_id *self, struct node_linked *all, size_t *count,
    struct ent_error *err)
{
    struct node_linked other = {0};
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && *count < NODE_LINKED_MAX) {
        rc = next(node, of, &other, err);
        if (rc == ENT_OK && memcmp(&other.id, self, sizeof *self) != 0 &&
            !node_linked_has(all, *count, &other.id)) {
            all[(*count)++] = other;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_link_all(struct node *node, const struct ent_id *id,
    struct node_linked ret_all[static NODE_LINKED_MAX], size_t *ret_count,
    struct ent_error *err)
{
    enum ent_status rc;

    *ret_count = 0;
    rc = add_neighbours(node, id, id, ret_all, ret_count, err);
    for (size_t i = 0; rc == ENT_OK && i < *ret_count; i++) {
        const struct ent_id of = ret_all[i].id;

        rc = add_neighbours(node, &of, id, ret_all, ret_count, err);
    }
    return rc;
}

enum ent_status
node_link_forget(
    struct node *node, const struct ent_id *id, struct ent_error *err)
{
    struct node_linked other = {0};
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        rc = next(node, id, &other, err);
        if (rc == ENT_OK) {
            rc = cut(node, id, &other.id, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
