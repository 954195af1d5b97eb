/* SPDX-License-Identifier: Apache-2.0 */
#include "node/list.h"

#include <stdio.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"

#define LOOKED_AT 256 /* messages with one key, for one answer */

static void
name_office(struct node_list_entry *entry, const char *office)
{
    (void)snprintf(entry->office, sizeof entry->office, "%s", office);
}

/* ---- entries ---- */

static bool
holds(const struct node *node, uint64_t listed_until, uint64_t deleted_at,
    uint32_t fate)
{
    return listed_until > node->now_ms && deleted_at == 0 && fate == 0;
}

/* ENT_NOT_FOUND: it is no entry, or does not hold. */
static enum ent_status
read_came(struct node *node, uint64_t number, struct node_list_entry *entry,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_desk_get(node, number, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!holds(node, row->listed_until, row->deleted_at, row->fate) ||
        row->id.len != sizeof entry->id.bytes) {
        return ENT_NOT_FOUND;
    }
    memcpy(entry->id.bytes, row->id.data, sizeof entry->id.bytes);
    name_office(entry, row->from);
    entry->family = row->family;
    entry->at_ms = row->received_at;
    entry->until_ms = row->listed_until;
    return ENT_OK;
}

static enum ent_status
read_sent(struct node *node, uint64_t number, struct node_list_entry *entry,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party to;
    enum ent_status rc =
        node_copy_by_number(node, number, &entry->id, &to, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!holds(node, row->listed_until, row->deleted_at, row->fate)) {
        return ENT_NOT_FOUND;
    }
    name_office(entry, node->self.text);
    entry->family = row->family;
    entry->at_ms = row->accepted_at;
    entry->until_ms = row->listed_until;
    return ENT_OK;
}

/* Our own has a number for each office that it went to. */
static bool
is_told(const struct node_list_hits *hits, const struct node_list_entry *entry)
{
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->entries[i].way == entry->way &&
            memcmp(&hits->entries[i].id, &entry->id, sizeof entry->id) == 0) {
            return true;
        }
    }
    return false;
}

static enum ent_status
look(struct node *node, const struct node_blind *blind, enum node_way way,
    struct node_list_hits *hits, struct ent_error *err)
{
    uint64_t number = UINT64_MAX;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK; i++) {
        struct node_list_entry entry = {.way = way};

        rc = node_index_before(node, blind, way, &number, err);
        if (rc != ENT_OK) {
            break;
        }
        if (i == LOOKED_AT || hits->count == NODE_LIST_ENTRIES_MAX) {
            hits->more = true;
            break;
        }
        entry.number = number;
        rc = way == NODE_CAME ? read_came(node, number, &entry, err)
                              : read_sent(node, number, &entry, err);
        if (rc == ENT_OK && !is_told(hits, &entry)) {
            hits->entries[hits->count++] = entry;
        } else if (rc == ENT_NOT_FOUND) {
            rc = ENT_OK;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_list_look(struct node *node, const struct node_blind *blind,
    struct node_list_hits *hits, struct ent_error *err)
{
    enum ent_status rc = look(node, blind, NODE_CAME, hits, err);

    return rc != ENT_OK ? rc : look(node, blind, NODE_SENT, hits, err);
}

/* ---- how fresh they are ---- */

enum ent_status
node_list_newest(struct node *node, const char *office, uint64_t *ret_ms,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct node_blind blind = node_index_list(node, office);
    uint64_t number = UINT64_MAX;
    enum ent_status rc =
        node_index_before(node, &blind, NODE_CAME, &number, err);

    *ret_ms = 0;
    if (rc == ENT_OK) {
        rc = node_desk_get(node, number, &row, err);
    }
    if (rc == ENT_OK) {
        *ret_ms = row->received_at;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
