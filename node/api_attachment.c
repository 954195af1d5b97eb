/* SPDX-License-Identifier: Apache-2.0 */
/* Files of messages: how far they are, and what is complete handed out. */
#include <string.h>

#include "node/api.h"
#include "node/desks.h"
#include "node/feed.h"
#include "node/submit.h"
#include "proto/refusal.h"

#define PIECE_CHUNKS 4 /* in one reply */

typedef Entente__V1__Attachment attachment; /* generated names */
typedef Entente__V1__DownloadRequest download_request;

/* ---- how far ---- */

static attachment *
make(struct ent_arena *arena, uint32_t place, uint64_t size, uint32_t chunks,
    uint32_t state, uint32_t reason)
{
    const struct ent_refusal_info *info = ent_refusal_info(reason);
    attachment *made = ent_arena_alloc(arena, sizeof *made);

    if (made == NULL) {
        return NULL;
    }
    entente__v1__attachment__init(made);
    made->number = place + 1;
    made->size = size;
    made->have = ent_attachment_bytes(size, chunks);
    made->state = (Entente__V1__AttachmentState)state;
    made->reason = reason;
    if (info != NULL) {
        made->reason_name = (char *)(uintptr_t)info->name;
        made->sentence = (char *)(uintptr_t)info->remedy;
    }
    return made;
}

static enum ent_status
make_in(struct node *node, uint64_t number, uint8_t place,
    struct ent_arena *arena, attachment **ret_made, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    enum ent_status rc = node_attachment_get(node, number, &row, err);

    if (rc == ENT_OK) {
        *ret_made =
            make(arena, place, row->size, row->chunks, row->state, row->reason);
    }
    return rc;
}

static enum ent_status
make_out(struct node *node, uint64_t number, uint8_t place,
    struct ent_arena *arena, attachment **ret_made, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_feed_row *row = NULL;
    attachment *made;
    enum ent_status rc = node_feed_get(node, number, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    made = make(arena, place, row->size, row->settled, row->state, row->reason);
    if (made != NULL && row->clause[0] != '\0') {
        made->clause = node_text_in(arena, row->clause);
    }
    if (made != NULL && row->sentence[0] != '\0') {
        made->sentence = node_text_in(arena, row->sentence);
    }
    *ret_made = made;
    return ENT_OK;
}

enum ent_status
node_api_attachments(struct node *node, bool incoming,
    const struct ent_party *party, const struct ent_id *id,
    struct ent_arena *arena, size_t *ret_count, attachment ***ret_list,
    struct ent_error *err)
{
    attachment *list[ENT_ATTACHMENTS_MAX];
    size_t count = 0;
    uint8_t place = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && count < ENT_ATTACHMENTS_MAX) {
        uint64_t number;

        list[count] = NULL;
        rc = node_attached_next(node,
            incoming ? NODE_ATTACHED_IN : NODE_ATTACHED_OUT, party, id, &place,
            &number, err);
        if (rc == ENT_OK) {
            rc = incoming
                     ? make_in(node, number, place, arena, &list[count], err)
                     : make_out(node, number, place, arena, &list[count], err);
        }
        count += rc == ENT_OK && list[count] != NULL;
        place++;
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    *ret_count = 0;
    if (count > 0) {
        *ret_list = ent_arena_alloc(arena, count * sizeof **ret_list);
        if (*ret_list == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling of attachments");
        }
        memcpy(*ret_list, list, count * sizeof **ret_list);
        *ret_count = count;
    }
    return ENT_OK;
}

/* ---- out ---- */

static enum ent_status
find(struct node *node, const download_request *request, uint64_t *ret_number,
    node_attachment_row **ret_row, struct ent_error *err)
{
    struct ent_address from;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc = ent_id_parse(ent_view_text(request->id), &id, err);

    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(request->from), &from, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&from);
    rc = node_desks_check(node, &party, &id, request->desk, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = request->number < 1 || request->number > ENT_ATTACHMENTS_MAX
             ? ENT_NOT_FOUND
             : node_attached_get(node, NODE_ATTACHED_IN, &party, &id,
                   (uint8_t)(request->number - 1), ret_number, err);
    if (rc == ENT_OK) {
        rc = node_attachment_get(node, *ret_number, ret_row, err);
    }
    return rc == ENT_NOT_FOUND
               ? ent_fail(err, ENT_NOT_FOUND,
                     "message %s of %s has no attachment %u that travels",
                     request->id, request->from, request->number)
               : rc;
}

/* Only what is complete is given out. */
static enum ent_status
check_complete(const node_attachment_row *row, struct ent_error *err)
{
    uint64_t have = ent_attachment_bytes(row->size, row->chunks);

    switch (row->state) {
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE:
        return ENT_OK;
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_WAITING:
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING:
        return ent_fail(err, ENT_BUSY,
            "it is not complete: %llu of %llu bytes are here",
            (unsigned long long)have, (unsigned long long)row->size);
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED:
        return ent_fail(err, ENT_BAD_INPUT, "it will not come: %s",
            row->reason == 0 ? "its sender stopped"
                             : ent_refusal_info(row->reason)->remedy);
    default:
        return ent_fail(err, ENT_NOT_FOUND, "it was deleted");
    }
}

/* Where the last reply ended, or the beginning. */
static enum ent_status
resume(const download_request *request, const node_attachment_row *row,
    const struct ent_message_key *key, struct ent_attachment_cipher *ret_cipher,
    struct ent_error *err)
{
    struct ent_digest sha256;
    enum ent_status rc;

    if (request->mark.len > 0) {
        rc = ent_attachment_rest_open(
            ent_view_of(request->mark.data, request->mark.len), key->bytes,
            ret_cipher, err);
        return rc == ENT_OK ? ENT_OK
                            : ent_fail(err, ENT_BAD_INPUT,
                                  "mark: it is none of this attachment's");
    }
    rc = ent_attachment_rest_open(ent_view_of(row->rest.data, row->rest.len),
        key->bytes, ret_cipher, err);
    if (rc != ENT_OK) {
        return rc;
    }
    sha256 = ret_cipher->sha256;
    return ent_attachment_open_begin(
        key->bytes, row->header.data, &sha256, ret_cipher, err);
}

static enum ent_status
read_piece(struct node *node, uint64_t number, const node_attachment_row *row,
    struct ent_attachment_cipher *cipher, struct ent_arena *arena,
    Entente__V1__DownloadReply *reply, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    reply->data.data =
        ent_arena_alloc(arena, (size_t)PIECE_CHUNKS * ENT_CHUNK_LEN);
    if (reply->data.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "giving out an attachment");
    }
    for (unsigned i = 0; i < PIECE_CHUNKS && cipher->bytes < row->size; i++) {
        uint64_t before = cipher->bytes;
        struct ent_view sealed;

        rc = node_chunk_get(
            node, number, (uint32_t)(before / ENT_CHUNK_LEN), &sealed, err);
        if (rc == ENT_OK) {
            rc = ent_attachment_open(cipher, row->size, sealed,
                reply->data.data + reply->data.len, err);
        }
        if (rc != ENT_OK) {
            return ent_fail(err, ENT_IO,
                "byte %llu of an attachment cannot be read any more",
                (unsigned long long)before);
        }
        reply->data.len += (size_t)(cipher->bytes - before);
    }
    return ENT_OK;
}

static enum ent_status
mark(const struct ent_attachment_cipher *cipher,
    const struct ent_message_key *key, struct ent_arena *arena,
    Entente__V1__DownloadReply *reply, struct ent_error *err)
{
    reply->mark.data = ent_arena_alloc(arena, ENT_ATTACHMENT_REST_LEN);
    if (reply->mark.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "giving out an attachment");
    }
    reply->mark.len = ENT_ATTACHMENT_REST_LEN;
    ent_attachment_rest_seal(cipher, key->bytes, reply->mark.data);
    return ENT_OK;
}

enum ent_status
node_api_download(struct node *node, const download_request *request,
    struct ent_arena *arena, Entente__V1__DownloadReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    uint64_t number = 0;
    enum ent_status rc = find(node, request, &number, &row, err);

    if (rc == ENT_OK) {
        rc = check_complete(row, err);
    }
    if (rc == ENT_BUSY) {
        reply->refusal = node_text_in(arena, err->text);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = node_attachment_key(node, number, row, &key, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = resume(request, row, &key, &cipher, err);
    if (rc == ENT_OK) {
        rc = read_piece(node, number, row, &cipher, arena, reply, err);
    }
    if (rc == ENT_OK && cipher.bytes < row->size) {
        rc = mark(&cipher, &key, arena, reply, err);
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&cipher, sizeof cipher);
    return rc;
}
