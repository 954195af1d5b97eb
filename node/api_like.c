/* SPDX-License-Identifier: Apache-2.0 */
/* What may be one incident, and what an officer says is one. */
#include "node/api.h"

#include <stdlib.h>
#include <string.h>

#include "node/like.h"
#include "node/link.h"
#include "node/submit.h"

#define NOTE_MAX 1000 /* bytes */

/* ---- which message is meant ---- */

static enum ent_status
resolve(struct node *node, uint64_t sequence, const char *text,
    struct node_found *ret_found, struct ent_error *err)
{
    struct ent_id id;
    enum ent_status rc;

    if (sequence != 0) {
        rc = node_found_get(node, NODE_CAME, sequence, ret_found, err);
    } else {
        rc = ent_id_parse(ent_view_text(text), &id, err);
        if (rc == ENT_OK) {
            rc = node_found_sent(node, &id, ret_found, err);
        }
    }
    return rc != ENT_NOT_FOUND
               ? rc
               : ent_fail(err, ENT_NOT_FOUND,
                     "there is no such message here, or nothing of it is left");
}

/* ---- what is like it ---- */

static bool
is_among(const struct node_linked *all, size_t count, const struct ent_id *id)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&all[i].id, id, sizeof *id) == 0) {
            return true;
        }
    }
    return false;
}

static enum ent_status
tell_one(const struct node_like *like, bool linked, struct ent_arena *arena,
    Entente__V1__LikeReply *reply, struct ent_error *err)
{
    const struct node_found *found = &like->found;
    Entente__V1__Like *told = ent_arena_alloc(arena, sizeof *told);

    if (told == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what is alike");
    }
    entente__v1__like__init(told);
    told->outgoing = found->way == NODE_SENT;
    told->sequence = told->outgoing ? 0 : found->number;
    told->id = node_id_text_in(arena, &found->id);
    told->office = node_text_in(arena, found->office);
    told->family = (char *)(uintptr_t)node_found_family(found);
    told->at = found->at_ms;
    told->same_case = (like->likeness.bases & ENT_LIKE_CASE) != 0;
    told->same_event = (like->likeness.bases & ENT_LIKE_EVENT) != 0;
    if ((like->likeness.bases & ENT_LIKE_IDENTIFIER) != 0) {
        told->same_identifier =
            (char *)(uintptr_t)ent_lookup_name(like->likeness.shared);
    }
    told->linked = linked;
    reply->likes[reply->n_likes++] = told;
    return ENT_OK;
}

static enum ent_status
tell(struct node *node, const struct node_found *subject,
    const struct node_likes *likes, struct ent_arena *arena,
    Entente__V1__LikeReply *reply, struct ent_error *err)
{
    struct node_linked linked[NODE_LINKED_MAX];
    size_t count = 0;
    enum ent_status rc = node_link_all(node, &subject->id, linked, &count, err);

    if (rc != ENT_OK) {
        return rc;
    }
    reply->linked = (uint32_t)count;
    reply->likes =
        ent_arena_alloc(arena, (likes->count + 1) * sizeof *reply->likes);
    if (reply->likes == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what is alike");
    }
    for (size_t i = 0; rc == ENT_OK && i < likes->count; i++) {
        const struct node_like *like = &likes->list[i];

        rc = tell_one(
            like, is_among(linked, count, &like->found.id), arena, reply, err);
    }
    return rc;
}

enum ent_status
node_api_like(struct node *node, const Entente__V1__LikeRequest *request,
    struct ent_arena *arena, Entente__V1__LikeReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    struct node_likes likes;
    struct node_found subject;
    ent_message *message = NULL;
    enum ent_status rc =
        resolve(node, request->sequence, request->id, &subject, err);

    if (rc == ENT_OK) {
        rc = ent_arena_init(&own, NODE_MESSAGE_ARENA, err);
    }
    if (rc == ENT_OK) {
        rc = node_found_open(node, &subject, &own, &message, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND && err->text[0] == '\0'
                   ? ent_fail(err, ENT_NOT_FOUND,
                         "nothing of that message can be read yet, or any more")
                   : rc;
    }
    rc = node_like_find(node, &subject, message, &likes, err);
    return rc != ENT_OK ? rc : tell(node, &subject, &likes, arena, reply, err);
}

/* ---- linking ---- */

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
        resolve(node, request->sequence, request->id, &one, err);

    if (rc == ENT_OK) {
        rc = resolve(
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
