/* SPDX-License-Identifier: Apache-2.0 */
/* What may be one incident with a message. */
#include "node/api.h"

#include <string.h>

#include "node/desks.h"
#include "node/like.h"
#include "node/link.h"
#include "node/submit.h"

#define MARKS_MAX 8 /* of an item of the desk */
#define MARK_ENTRIES 1000
#define MARK_OPENED 16

/* ---- what is like it ---- */

/* What is told of one message, to a reader of a desk. */
struct telling {
    struct node *node;
    const char *desk;
    struct ent_arena *arena;
    Entente__V1__Like **list;
    size_t count;
    size_t max;
    uint32_t linked; /* of them */
    bool cut;        /* there was no room for another */
};

static enum ent_status
tell_one(struct telling *telling, const struct node_like *like, bool linked,
    struct ent_error *err)
{
    const struct node_found *found = &like->found;
    Entente__V1__Like *told;

    if (!node_desks_may_know(found->desk, telling->desk)) {
        return ENT_OK;
    }
    if (telling->count == telling->max) {
        telling->cut = true;
        return ENT_OK;
    }
    told = ent_arena_alloc(telling->arena, sizeof *told);
    if (told == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what is alike");
    }
    entente__v1__like__init(told);
    told->outgoing = found->way == NODE_SENT;
    told->sequence = told->outgoing ? 0 : found->number;
    told->id = node_id_text_in(telling->arena, &found->id);
    told->office = node_text_in(telling->arena, found->office);
    told->family = (char *)(uintptr_t)node_found_family(found);
    told->at = found->at_ms;
    told->same_case = (like->likeness.bases & ENT_LIKE_CASE) != 0;
    told->same_event = (like->likeness.bases & ENT_LIKE_EVENT) != 0;
    if ((like->likeness.bases & ENT_LIKE_IDENTIFIER) != 0) {
        told->same_identifier =
            (char *)(uintptr_t)ent_lookup_name(like->likeness.shared);
    }
    told->linked = linked;
    telling->linked += linked;
    telling->list[telling->count++] = told;
    return ENT_OK;
}

static const struct node_like *
like_of(const struct node_likes *likes, const struct ent_id *id)
{
    for (size_t i = 0; i < likes->count; i++) {
        if (memcmp(&likes->list[i].found.id, id, sizeof *id) == 0) {
            return &likes->list[i];
        }
    }
    return NULL;
}

/* What an officer linked, whether it is alike or not. */
static enum ent_status
tell_linked(struct telling *telling, const struct node_likes *likes,
    const struct node_linked *linked, struct ent_error *err)
{
    const struct node_like *alike = like_of(likes, &linked->id);
    struct node_like like = {.likeness = {.bases = 0}};
    enum ent_status rc;

    if (alike != NULL) {
        return tell_one(telling, alike, true, err);
    }
    rc = node_found_of(
        telling->node, &linked->sender, &linked->id, &like.found, err);
    if (rc == ENT_OK) {
        rc = tell_one(telling, &like, true, err);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc; /* it is gone */
}

/* What is linked comes first. */
static enum ent_status
tell(struct telling *telling, const struct node_found *subject,
    const struct node_likes *likes, struct ent_error *err)
{
    struct node_linked linked[NODE_LINKED_MAX];
    size_t count = 0;
    enum ent_status rc =
        node_link_all(telling->node, &subject->id, linked, &count, err);

    telling->list =
        ent_arena_alloc(telling->arena, telling->max * sizeof *telling->list);
    if (rc == ENT_OK && telling->list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what is alike");
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = tell_linked(telling, likes, &linked[i], err);
    }
    for (size_t i = 0; rc == ENT_OK && i < likes->count; i++) {
        const struct node_like *like = &likes->list[i];

        if (!node_linked_has(linked, count, &like->found.id)) {
            rc = tell_one(telling, like, false, err);
        }
    }
    telling->cut |= likes->cut;
    return rc;
}

/* ---- asked about one ---- */

static enum ent_status
open_subject(struct node *node, const Entente__V1__LikeRequest *request,
    struct ent_arena *arena, struct node_found *ret_subject,
    ent_message **ret_message, struct ent_error *err)
{
    enum ent_status rc = node_found_named(
        node, request->sequence, request->id, ret_subject, err);

    if (rc == ENT_OK &&
        !node_desks_may_know(ret_subject->desk, request->desk)) {
        return ent_fail(err, ENT_BAD_INPUT, "it is for one desk alone");
    }
    if (rc == ENT_OK) {
        rc = node_found_open(node, ret_subject, arena, ret_message, err);
    }
    return rc == ENT_NOT_FOUND && err->text[0] == '\0'
               ? ent_fail(err, ENT_NOT_FOUND,
                     "nothing of that message can be read yet, or any more")
               : rc;
}

enum ent_status
node_api_like(struct node *node, const Entente__V1__LikeRequest *request,
    struct ent_arena *arena, Entente__V1__LikeReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    struct telling telling = {.node = node,
        .desk = request->desk,
        .arena = arena,
        .max = NODE_LIKES_MAX};
    struct node_like_budget budget = {
        .entries = NODE_LIKE_ENTRIES, .opened = NODE_LIKE_OPENED};
    struct node_likes likes;
    struct node_found subject;
    ent_message *message = NULL;
    enum ent_status rc = ent_arena_init(&own, NODE_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = open_subject(node, request, &own, &subject, &message, err);
    }
    if (rc == ENT_OK) {
        rc = node_like_find(node, &subject, message, &budget, &likes, err);
    }
    if (rc == ENT_OK) {
        rc = tell(&telling, &subject, &likes, err);
    }
    if (rc == ENT_OK) {
        reply->likes = telling.list;
        reply->n_likes = telling.count;
        reply->linked = telling.linked;
        reply->cut = telling.cut;
    }
    return rc;
}

/* ---- said of each of the desk ---- */

static size_t
lesser(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* As much as one of them may cost, and no more than is left for all. */
static enum ent_status
find_within(struct node *node, const struct node_found *subject,
    const ent_message *message, struct node_like_budget *budget,
    struct node_likes *likes, struct ent_error *err)
{
    struct node_like_budget all = *budget;
    enum ent_status rc;

    budget->entries = lesser(all.entries, MARK_ENTRIES);
    budget->opened = lesser(all.opened, MARK_OPENED);
    all.entries -= budget->entries;
    all.opened -= budget->opened;
    rc = node_like_find(node, subject, message, budget, likes, err);
    budget->entries += all.entries;
    budget->opened += all.opened;
    return rc;
}

enum ent_status
node_api_alike(struct node *node, const char *desk,
    struct node_like_budget *budget, struct ent_arena *arena,
    Entente__V1__InboxItem *item, struct ent_error *err)
{
    struct telling telling = {
        .node = node, .desk = desk, .arena = arena, .max = MARKS_MAX};
    struct node_likes likes;
    struct node_found subject;
    enum ent_status rc =
        node_found_get(node, NODE_CAME, item->sequence, &subject, err);

    if (rc == ENT_OK) {
        rc = find_within(node, &subject, item->message, budget, &likes, err);
    }
    if (rc == ENT_OK) {
        rc = tell(&telling, &subject, &likes, err);
    }
    if (rc == ENT_OK) {
        item->alike = telling.list;
        item->n_alike = telling.count;
        item->alike_cut = telling.cut;
    }
    return rc;
}
