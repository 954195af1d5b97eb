/* SPDX-License-Identifier: Apache-2.0 */
/* An officer says that two messages are one incident, or that they are not. */
#include "node/api.h"

#include <string.h>

#include "node/found.h"
#include "node/link.h"

#define NOTE_MAX 1000 /* bytes */

static enum ent_status
linked_of(struct node *node, const struct node_found *one,
    struct node_linked *ret_linked, struct ent_error *err)
{
    struct ent_address sender;
    enum ent_status rc;

    ret_linked->id = one->id;
    ret_linked->sender = node->party;
    if (one->way == NODE_SENT) {
        return ENT_OK;
    }
    rc = ent_address_parse(ent_view_text(one->office), &sender, err);
    if (rc == ENT_OK) {
        ret_linked->sender = ent_address_party(&sender);
    }
    return rc;
}

static enum ent_status
join(struct node *node, const struct node_found *one,
    const struct node_found *other, const Entente__V1__LinkRequest *request,
    struct ent_error *err)
{
    struct node_linked a;
    struct node_linked b;
    enum ent_status rc = linked_of(node, one, &a, err);

    if (rc == ENT_OK) {
        rc = linked_of(node, other, &b, err);
    }
    return rc != ENT_OK
               ? rc
               : node_link_put(node, &a, &b, request->role, request->note, err);
}

enum ent_status
node_api_link(struct node *node, const Entente__V1__LinkRequest *request,
    struct ent_error *err)
{
    struct node_found one;
    struct node_found other;
    enum ent_status rc =
        node_found_named(node, request->sequence, request->id, &one, err);

    if (rc == ENT_OK) {
        rc = node_found_named(
            node, request->other_sequence, request->other_id, &other, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(&one.id, &other.id, sizeof one.id) == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "that is one message");
    }
    if (request->role[0] == '\0' || strlen(request->role) > NOTE_MAX ||
        strlen(request->note) > NOTE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a link needs a role, and a note of at most %d bytes", NOTE_MAX);
    }
    if (!request->cut) {
        return join(node, &one, &other, request, err);
    }
    rc = node_link_delete(node, &one.id, &other.id, err);
    return rc == ENT_NOT_FOUND
               ? ent_fail(err, ENT_NOT_FOUND, "nobody said that they are one")
               : rc;
}
