/* SPDX-License-Identifier: Apache-2.0 */
#include "node/census.h"

#include <string.h>

#include "node/lifecycle.h"
#include "node/link.h"
#include "node/vault.h"

/* ---- copies ---- */

static bool
is_delivered(const node_copy_row *row)
{
    return row->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED &&
           row->deleted_at == 0 && !node_copy_is_aside(row);
}

/* Copies of one message that were delivered and are not deleted: none, where
 * something was said of any of them later. */
struct delivered {
    uint32_t family;
    struct ent_party first;
    size_t count;
};

static enum ent_status
find_delivered(struct node *node, const struct ent_id *id,
    struct delivered *ret_delivered, struct ent_error *err)
{
    struct ent_party to = {{0}};
    enum ent_status rc = ENT_OK;

    *ret_delivered = (struct delivered){.count = 0};
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;

        rc = node_copy_next(node, id, &to, &row, err);
        if (rc != ENT_OK) {
            break;
        }
        if (row->fate != NODE_FATE_NONE) {
            ret_delivered->count = 0;
            return ENT_OK;
        }
        if (is_delivered(row) && ret_delivered->count++ == 0) {
            ret_delivered->family = row->family;
            ret_delivered->first = to;
        }
        if (!node_key_after(to.bytes, sizeof to.bytes)) {
            break;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- once ---- */

/* Did a message of ours reach anybody? It may be deleted by now. */
static bool
has_reached(struct node *node, const struct ent_id *id)
{
    struct ent_party to = {{0}};
    bool reached = false;

    while (!reached) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;

        if (node_copy_next(node, id, &to, &row, NULL) != ENT_OK) {
            break;
        }
        reached = row->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED &&
                  !node_copy_is_aside(row);
        if (!node_key_after(to.bytes, sizeof to.bytes)) {
            break;
        }
    }
    return reached;
}

/* Is that message of that office here: on the desk, or of ours elsewhere? */
static bool
is_here(struct node *node, const char *office, const char *id_text)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    struct ent_address address;
    struct ent_party party;
    struct ent_id id;

    if (ent_address_parse(ent_view_text(office), &address, NULL) != ENT_OK ||
        ent_id_parse(ent_view_text(id_text), &id, NULL) != ENT_OK) {
        return false;
    }
    if (ent_address_equal(&address, &node->self)) {
        return has_reached(node, &id);
    }
    party = ent_address_party(&address);
    return node_seen_get(node, &party, &id, &seen, NULL) == ENT_OK &&
           seen->desk != 0;
}

/* It is a later word of a case that is here: an update, or passed on. */
static bool
is_of_another(struct node *node, const ent_message *message)
{
    if (message->origin != NULL &&
        is_here(node, message->origin->from, message->origin->message_id)) {
        return true;
    }
    if (message->action != ENTENTE__V1__ACTION__UPDATE) {
        return false;
    }
    for (size_t i = 0; i < message->n_references; i++) {
        if (is_here(node, message->from, message->references[i]->id)) {
            return true;
        }
    }
    return false;
}

static bool
is_counted_family(uint32_t family)
{
    return ent_census_counts(ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED, family) ||
           ent_census_counts(ENTENTE__V1__COUNTED__SEIZURES_MADE, family);
}

/* Is the same counted of these two families? */
static bool
are_counted_alike(uint32_t one, uint32_t other)
{
    for (int what = ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED;
         what <= ENTENTE__V1__COUNTED__SEIZURES_MADE; what++) {
        if (ent_census_counts((Entente__V1__Counted)what, one) !=
            ent_census_counts((Entente__V1__Counted)what, other)) {
            return false;
        }
    }
    return true;
}

/* Does it count itself, where the same is counted as of `family`? What was
 * deleted does not, nor what was never delivered. */
static bool
holds(struct node *node, const struct node_linked *linked, uint32_t family)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct delivered delivered;

    if (memcmp(&linked->sender, &node->party, sizeof node->party) == 0) {
        return find_delivered(node, &linked->id, &delivered, NULL) == ENT_OK &&
               delivered.count > 0 &&
               are_counted_alike(delivered.family, family);
    }
    return node_seen_get(node, &linked->sender, &linked->id, &seen, NULL) ==
               ENT_OK &&
           seen->desk != 0 &&
           node_desk_get(node, seen->desk, &row, NULL) == ENT_OK &&
           row->deleted_at == 0 && row->fate == NODE_FATE_NONE &&
           are_counted_alike(row->family, family);
}

/* Of those that somebody said are one case with it, the first that counts
 * itself: by its id, which is the oldest. */
static bool
find_linked(struct node *node, const struct ent_id *id, uint32_t family,
    struct ent_id *ret_first)
{
    struct node_linked all[NODE_LINKED_MAX];
    size_t count = 0;
    bool found = false;

    if (node_link_all(node, id, all, &count, NULL) != ENT_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if ((!found || memcmp(&all[i].id, ret_first, sizeof *id) < 0) &&
            holds(node, &all[i], family)) {
            *ret_first = all[i].id;
            found = true;
        }
    }
    return found;
}

/* ---- one message ---- */

/* Where it lies sealed. */
struct entry {
    uint64_t bundle;
    uint64_t day;
    uint32_t index;
    uint32_t family;
    struct ent_id id;
};

/* Its message, or NULL: its key is gone, though the row may not say so yet; or
 * the case counts elsewhere. */
static enum ent_status
open_entry(struct node *node, const struct entry *entry,
    struct ent_arena *arena, ent_message **ret_message, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc = node_vault_open(node->store, node->slots,
        entry->bundle, entry->day, entry->index, &plain, err);

    *ret_message = NULL;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_arena_init(arena, NODE_MESSAGE_ARENA, err);
    if (rc == ENT_OK) {
        rc =
            ent_message_decode(ent_bytes_view(&plain), arena, ret_message, err);
    }
    if (rc == ENT_OK && is_of_another(node, *ret_message)) {
        *ret_message = NULL;
    }
    return rc;
}

/* Of linked ones the first counts. */
static enum ent_status
add_entry(struct node *node, const struct entry *entry,
    struct ent_census *census, size_t *opened, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;
    struct ent_id first;
    enum ent_status rc;

    if (find_linked(node, &entry->id, entry->family, &first) &&
        memcmp(&first, &entry->id, sizeof first) < 0) {
        return ENT_OK;
    }
    (*opened)++;
    rc = open_entry(node, entry, &arena, &message, err);
    return rc != ENT_OK || message == NULL
               ? rc
               : ent_census_add(census, message, err);
}

/* Its links go with it: while another one of the case stays, that one counts.
 */
static enum ent_status
keep_entry(struct node *node, const struct entry *entry, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;
    struct ent_id first;
    enum ent_status rc;

    if (find_linked(node, &entry->id, entry->family, &first)) {
        return ENT_OK;
    }
    rc = open_entry(node, entry, &arena, &message, err);
    return rc != ENT_OK || message == NULL
               ? rc
               : node_census_keep(node, message, err);
}

enum ent_status
node_census_desk(struct node *node, const node_desk_row *row,
    struct ent_census *census, size_t *opened, struct ent_error *err)
{
    struct entry entry = {.bundle = row->bundle,
        .day = row->day,
        .index = row->index,
        .family = row->family};
    struct ent_party sender;
    enum ent_status rc;

    if (row->deleted_at != 0 || row->fate != NODE_FATE_NONE ||
        !ent_census_counts(census->what, row->family)) {
        return ENT_OK;
    }
    rc = node_desk_origin(row, &sender, &entry.id, err);
    return rc != ENT_OK ? rc : add_entry(node, &entry, census, opened, err);
}

enum ent_status
node_census_bury_desk(
    struct node *node, const node_desk_row *row, struct ent_error *err)
{
    struct entry entry = {.bundle = row->bundle,
        .day = row->day,
        .index = row->index,
        .family = row->family};
    struct ent_party sender;
    enum ent_status rc;

    if (row->fate != NODE_FATE_NONE || !is_counted_family(row->family)) {
        return ENT_OK;
    }
    rc = node_desk_origin(row, &sender, &entry.id, err);
    return rc != ENT_OK ? rc : keep_entry(node, &entry, err);
}

enum ent_status
node_census_copy(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row,
    struct ent_census *census, size_t *opened, struct ent_error *err)
{
    const struct entry entry = {.bundle = row->bundle,
        .day = row->day,
        .index = row->index,
        .family = row->family,
        .id = *id};
    struct delivered delivered;
    enum ent_status rc;

    if (!is_delivered(row) || !ent_census_counts(census->what, row->family)) {
        return ENT_OK;
    }
    rc = find_delivered(node, id, &delivered, err);
    if (rc != ENT_OK || delivered.count == 0 ||
        memcmp(delivered.first.bytes, to->bytes, sizeof to->bytes) != 0) {
        return rc;
    }
    return add_entry(node, &entry, census, opened, err);
}

enum ent_status
node_census_bury_copy(struct node *node, const struct ent_id *id,
    const node_copy_row *row, struct ent_error *err)
{
    const struct entry entry = {.bundle = row->bundle,
        .day = row->day,
        .index = row->index,
        .family = row->family,
        .id = *id};
    struct delivered delivered;
    enum ent_status rc;

    if (!is_delivered(row) || !is_counted_family(row->family)) {
        return ENT_OK;
    }
    rc = find_delivered(node, id, &delivered, err);
    return rc != ENT_OK || delivered.count != 1 ? rc
                                                : keep_entry(node, &entry, err);
}
