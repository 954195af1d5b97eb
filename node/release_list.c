/* SPDX-License-Identifier: Apache-2.0 */
/* What is held, for programs. */
#include <string.h>

#include "node/copy.h"
#include "node/pending.h"
#include "node/release.h"

#define PAGE_MAX 64
#define COUNTED_MAX 10000

/* One held row of PENDING, opened. */
struct shown {
    node_copy_row *row;
    struct ent_id id;
    struct ent_bytes plain;
    struct ent_arena arena;
    ent_message *message;
};

static void
shown_fini(struct shown *shown)
{
    node_row_free(&shown->row);
    ent_bytes_free(&shown->plain);
    ent_arena_fini(&shown->arena);
}

/* ENT_NOT_FOUND: not of the message `only` (NULL: any), or its key is destroyed
 * and it is about to expire. */
static enum ent_status
shown_open(struct node *node, struct ent_view value, const struct ent_id *only,
    struct shown *shown, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *pending = NULL;
    struct ent_address to;
    struct ent_party party;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
            (ProtobufCMessage **)&pending, err);

    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(pending->to), &to, err);
    }
    if (rc != ENT_OK || pending->id.len != sizeof shown->id.bytes) {
        return ent_fail(err, ENT_IO, "a held message is for nobody");
    }
    memcpy(shown->id.bytes, pending->id.data, sizeof shown->id.bytes);
    if (only != NULL && memcmp(only, &shown->id, sizeof *only) != 0) {
        return ENT_NOT_FOUND;
    }
    party = ent_address_party(&to);
    rc = node_copy_get(node, &shown->id, &party, &shown->row, err);
    if (rc == ENT_OK) {
        rc = node_pending_open(node, pending, &shown->plain, err);
    }
    if (rc == ENT_OK) {
        rc = ent_arena_init(&shown->arena, NODE_MESSAGE_ARENA, err);
    }
    return rc != ENT_OK ? rc
                        : ent_message_decode(ent_bytes_view(&shown->plain),
                              &shown->arena, &shown->message, err);
}

static void
fill_author(const ent_message *message, struct ent_arena *arena,
    Entente__V1__HeldCopy *copy)
{
    struct ent_officer officer;

    if (message->n_officer_signatures > 0 &&
        ent_officer_peek(
            ent_view_of(message->officer_signatures[0]->certificate.data,
                message->officer_signatures[0]->certificate.len),
            &officer, NULL) == ENT_OK) {
        copy->author_badge = node_text_in(arena, officer.badge);
        copy->author_role = node_text_in(arena, officer.role);
    }
}

static enum ent_status
fill_content(const struct shown *shown, struct ent_arena *arena,
    Entente__V1__HeldCopy *copy, struct ent_error *err)
{
    copy->message.data = ent_arena_alloc(arena, shown->plain.len);
    if (copy->message.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "showing what is held");
    }
    memcpy(copy->message.data, shown->plain.data, shown->plain.len);
    copy->message.len = shown->plain.len;
    return ENT_OK;
}

static enum ent_status
make_copy(const struct shown *shown, struct ent_arena *arena,
    Entente__V1__HeldCopy **ret_copy, struct ent_error *err)
{
    Entente__V1__HeldCopy *copy = ent_arena_alloc(arena, sizeof *copy);
    const struct ent_family *family = ent_family_of(shown->message);

    if (copy == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing what is held");
    }
    entente__v1__held_copy__init(copy);
    copy->id = node_text_in(arena, shown->message->id);
    copy->to = node_text_in(arena, shown->row->to);
    copy->family = (char *)(uintptr_t)(family == NULL ? "" : family->name);
    copy->precedence = shown->message->precedence;
    copy->held_at = shown->row->accepted_at;
    copy->valid_until = shown->row->valid_until;
    copy->awaits = (Entente__V1__OfficerAct)shown->row->awaits;
    copy->clause = node_text_in(arena, shown->row->clause);
    fill_author(shown->message, arena, copy);
    *ret_copy = copy;
    return ENT_OK;
}

/* One row, if it is of the message that is asked for, or all are. */
static enum ent_status
show(struct node *node, struct ent_view value, const struct ent_id *only,
    struct ent_arena *arena, Entente__V1__HeldReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(shown_fini) struct shown shown = {0};
    Entente__V1__HeldCopy *copy = NULL;
    enum ent_status rc = shown_open(node, value, only, &shown, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = make_copy(&shown, arena, &copy, err);
    if (rc == ENT_OK && only != NULL) {
        rc = fill_content(&shown, arena, copy, err);
    }
    if (rc == ENT_OK) {
        reply->copies[reply->n_copies++] = copy;
    }
    return rc;
}

static enum ent_status
set_next(const uint8_t *key, size_t len, struct ent_arena *arena,
    Entente__V1__HeldReply *reply, struct ent_error *err)
{
    reply->next.data = ent_arena_alloc(arena, len);
    if (reply->next.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing what is held");
    }
    memcpy(reply->next.data, key, len);
    reply->next.len = len;
    return ENT_OK;
}

enum ent_status
node_release_list(struct node *node, const Entente__V1__HeldRequest *request,
    struct ent_arena *arena, Entente__V1__HeldReply *reply,
    struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {NODE_RANK_HELD};
    size_t len = node_key_len(NODE_PENDING);
    bool one = request->id[0] != '\0';
    struct ent_id id;
    enum ent_status rc =
        one ? ent_id_parse(ent_view_text(request->id), &id, err) : ENT_OK;

    if (request->from.len == len && request->from.data[0] >= NODE_RANK_HELD) {
        memcpy(key, request->from.data, len);
    }
    reply->copies = ent_arena_alloc(arena, PAGE_MAX * sizeof *reply->copies);
    if (rc == ENT_OK && reply->copies == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing what is held");
    }
    while (rc == ENT_OK) {
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_PENDING, ent_view_of(key, len),
            0, key, &value, err);
        if (rc == ENT_OK && reply->n_copies == PAGE_MAX) {
            return set_next(key, len, arena, reply, err);
        }
        if (rc == ENT_OK) {
            rc = show(node, value, one ? &id : NULL, arena, reply, err);
        }
        if (rc == ENT_OK && !node_key_after(key, len)) {
            return ENT_OK;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_release_count(
    struct node *node, uint64_t *ret_count, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {NODE_RANK_HELD};
    size_t len = node_key_len(NODE_PENDING);

    *ret_count = 0;
    while (*ret_count < COUNTED_MAX) {
        enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, len), 0, key, NULL, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        (*ret_count)++;
        if (!node_key_after(key, len)) {
            break;
        }
    }
    return ENT_OK;
}
