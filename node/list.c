/* SPDX-License-Identifier: Apache-2.0 */
#include "node/list.h"

#include <string.h>

#define LOOKED_AT 256 /* messages with one key, for one answer */

bool
node_list_is_by(enum ent_lookup kind)
{
    switch (kind) {
    case ENT_LOOKUP_NONE:
    case ENT_LOOKUP_NAME:
    case ENT_LOOKUP_CASE:
    case ENT_LOOKUP_PLACE:
        return false;
    default:
        return true;
    }
}

/* ---- entries ---- */

static bool
holds(const struct node *node, const struct node_found *found)
{
    return found->listed_until > node->now_ms && found->fate == 0;
}

/* Our own has a number for each office that it went to. Ids of others are their
 * own choice: only with its sender is one an entry. */
static bool
is_told(const struct node_list_hits *hits, const struct node_found *entry)
{
    for (size_t i = 0; i < hits->count; i++) {
        const struct node_found *told = &hits->entries[i];

        if (told->way == entry->way &&
            memcmp(&told->id, &entry->id, sizeof entry->id) == 0 &&
            (entry->way == NODE_SENT ||
                strcmp(told->office, entry->office) == 0)) {
            return true;
        }
    }
    return false;
}

static enum ent_status
has_all(struct node *node, const struct node_blind *blinds, size_t count,
    enum node_way way, uint64_t number, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = node_index_has(node, &blinds[i], way, number, err);
    }
    return rc;
}

static enum ent_status
look(struct node *node, const struct node_blind *blinds, size_t count,
    enum node_way way, struct node_list_hits *hits, struct ent_error *err)
{
    uint64_t number = UINT64_MAX;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK || rc == ENT_NOT_FOUND; i++) {
        struct node_found entry;

        rc = node_index_before(node, &blinds[0], way, &number, err);
        if (rc != ENT_OK) {
            break;
        }
        if (i == LOOKED_AT || hits->count == NODE_LIST_ENTRIES_MAX) {
            hits->more = true;
            break;
        }
        rc = has_all(node, blinds + 1, count - 1, way, number, err);
        if (rc == ENT_OK) {
            rc = node_found_get(node, way, number, &entry, err);
        }
        if (rc == ENT_OK && holds(node, &entry) && !is_told(hits, &entry)) {
            hits->entries[hits->count++] = entry;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_list_look(struct node *node, const struct node_blind *blinds, size_t count,
    struct node_list_hits *hits, struct ent_error *err)
{
    enum ent_status rc = look(node, blinds, count, NODE_CAME, hits, err);

    return rc != ENT_OK ? rc : look(node, blinds, count, NODE_SENT, hits, err);
}

/* ---- how fresh they are ---- */

enum ent_status
node_list_newest(struct node *node, const char *office, uint64_t *ret_ms,
    struct ent_error *err)
{
    struct node_blind blind = node_index_list(node, office);
    struct node_found newest = {.at_ms = 0};
    uint64_t number = UINT64_MAX;
    enum ent_status rc =
        node_index_before(node, &blind, NODE_CAME, &number, err);

    if (rc == ENT_OK) {
        rc = node_found_get(node, NODE_CAME, number, &newest, err);
    }
    *ret_ms = newest.at_ms;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
