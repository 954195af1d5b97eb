/* SPDX-License-Identifier: Apache-2.0 */
#include "node/hit.h"

#include "node/copy.h"
#include "node/desk.h"

static bool
read_notice(const ent_message *message, struct ent_id *ret_id)
{
    return ent_id_parse(ent_view_text(message->in_reply_to), ret_id, NULL) ==
           ENT_OK;
}

bool
node_hit_came(struct node *node, const ent_message *message,
    const struct ent_address *from)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct ent_party party = ent_address_party(from);
    struct ent_id id;

    return read_notice(message, &id) &&
           node_seen_get(node, &party, &id, &seen, NULL) == ENT_OK &&
           seen->desk != 0 &&
           node_desk_get(node, seen->desk, &row, NULL) == ENT_OK &&
           row->family == ENT_FAMILY_HIT_NOTICE;
}

bool
node_hit_went(
    struct node *node, const ent_message *message, const struct ent_address *to)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party party;
    struct ent_id id;

    if (!read_notice(message, &id)) {
        return false;
    }
    party = ent_address_party(to);
    return node_copy_get(node, &id, &party, &row, NULL) == ENT_OK &&
           row->family == ENT_FAMILY_HIT_NOTICE;
}
