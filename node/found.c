/* SPDX-License-Identifier: Apache-2.0 */
#include "node/found.h"

#include <stdio.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"
#include "node/vault.h"

static enum ent_status
get_came(struct node *node, struct node_found *found, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_desk_get(node, found->number, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (row->deleted_at != 0 || row->id.len != sizeof found->id.bytes) {
        return ENT_NOT_FOUND;
    }
    memcpy(found->id.bytes, row->id.data, sizeof found->id.bytes);
    (void)snprintf(found->office, sizeof found->office, "%s", row->from);
    found->family = row->family;
    found->precedence = row->precedence;
    found->at_ms = row->received_at;
    found->acknowledged_at = row->acknowledged_at;
    found->listed_until = row->listed_until;
    found->fate = row->fate;
    found->desk = row->desk;
    found->bundle = row->bundle;
    found->day = row->day;
    found->index = row->index;
    return ENT_OK;
}

static enum ent_status
take_copy(const node_copy_row *row, struct node_found *found)
{
    if (row->deleted_at != 0 || node_copy_is_aside(row) ||
        !node_copy_has_left(row)) {
        return ENT_NOT_FOUND;
    }
    found->number = row->number;
    (void)snprintf(found->office, sizeof found->office, "%s", row->to);
    found->family = row->family;
    found->precedence = row->precedence;
    found->at_ms = row->accepted_at;
    found->acknowledged_at = row->acknowledged_at;
    found->listed_until = row->listed_until;
    found->fate = row->fate;
    found->desk = row->raised == NULL ? 0 : row->raised->desk;
    found->bundle = row->bundle;
    found->day = row->day;
    found->index = row->index;
    return ENT_OK;
}

static enum ent_status
get_sent(struct node *node, struct node_found *found, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party to;
    enum ent_status rc =
        node_copy_by_number(node, found->number, &found->id, &to, &row, err);

    return rc != ENT_OK ? rc : take_copy(row, found);
}

enum ent_status
node_found_get(struct node *node, enum node_way way, uint64_t number,
    struct node_found *ret_found, struct ent_error *err)
{
    *ret_found = (struct node_found){.way = way, .number = number};
    return way == NODE_CAME ? get_came(node, ret_found, err)
                            : get_sent(node, ret_found, err);
}

enum ent_status
node_found_sent(struct node *node, const struct ent_id *id,
    struct node_found *ret_found, struct ent_error *err)
{
    struct node_found found = {.way = NODE_SENT, .id = *id};
    struct ent_party to = {{0}};
    bool any = false;

    while (!any || found.bundle == 0) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        enum ent_status rc = node_copy_next(node, id, &to, &row, err);

        if (rc != ENT_OK && (rc != ENT_NOT_FOUND || !any)) {
            return rc;
        }
        if (rc == ENT_OK) {
            any = take_copy(row, &found) == ENT_OK || any;
        }
        if (rc == ENT_NOT_FOUND || !node_key_after(to.bytes, sizeof to.bytes)) {
            break;
        }
    }
    *ret_found = found;
    return any ? ENT_OK : ENT_NOT_FOUND;
}

enum ent_status
node_found_of(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct node_found *ret_found,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    enum ent_status rc;

    if (memcmp(sender, &node->party, sizeof *sender) == 0) {
        return node_found_sent(node, id, ret_found, err);
    }
    rc = node_seen_get(node, sender, id, &seen, err);
    if (rc == ENT_OK && seen->desk == 0) {
        return ENT_NOT_FOUND; /* held, or not delivered */
    }
    return rc != ENT_OK
               ? rc
               : node_found_get(node, NODE_CAME, seen->desk, ret_found, err);
}

enum ent_status
node_found_named(struct node *node, uint64_t sequence, const char *id_text,
    struct node_found *ret_found, struct ent_error *err)
{
    struct ent_id id;
    enum ent_status rc;

    if (sequence != 0) {
        rc = node_found_get(node, NODE_CAME, sequence, ret_found, err);
    } else {
        rc = ent_id_parse(ent_view_text(id_text), &id, err);
        if (rc == ENT_OK) {
            rc = node_found_sent(node, &id, ret_found, err);
        }
    }
    return rc != ENT_NOT_FOUND
               ? rc
               : ent_fail(err, ENT_NOT_FOUND,
                     "there is no such message here, or nothing of it is left");
}

enum ent_status
node_found_open(struct node *node, const struct node_found *found,
    struct ent_arena *arena, ent_message **ret_message, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc;

    if (found->bundle == 0) {
        return ENT_NOT_FOUND;
    }
    rc = node_vault_open(node->store, node->slots, found->bundle, found->day,
        found->index, &plain, err);
    return rc != ENT_OK ? rc
                        : ent_message_decode(
                              ent_bytes_view(&plain), arena, ret_message, err);
}

const char *
node_found_family(const struct node_found *found)
{
    const struct ent_family *family = ent_family_by_number(found->family);

    return family == NULL ? "" : family->name;
}
