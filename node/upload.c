/* SPDX-License-Identifier: Apache-2.0 */
#include "node/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/lifetime.h"
#include "node/room.h"
#include "node/shelf.h"
#include "node/submit.h"

#define UNUSED_DAYS 2 /* that a key is kept for at first */

typedef Entente__V1__UploadRequest upload_request; /* generated names */
typedef Entente__V1__AttachmentNote note;

static const struct ent_party nobody;

/* A file while a piece of it is taken in. */
struct growing {
    uint64_t number;
    node_attachment_row *row;
    struct ent_message_key key;
    struct ent_attachment_cipher cipher;
    struct ent_tree_edge edge;
    struct node *node;
    struct ent_error *err;
    enum ent_status rc; /* of what the tree stored */
};

/* ---- what may be asked ---- */

static enum ent_status
check_piece(const upload_request *request, struct ent_error *err)
{
    if (request->upload.len != ENT_ID_LEN) {
        return ent_fail(err, ENT_BAD_INPUT,
            "upload: %zu bytes, where 16 must "
            "be",
            request->upload.len);
    }
    if (request->size == 0 || request->size > ENT_ATTACHMENT_SIZE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "size: a file of %llu bytes cannot be attached; 1 to 2^40 can",
            (unsigned long long)request->size);
    }
    if (request->offset >= request->size || request->data.len == 0 ||
        request->data.len > NODE_UPLOAD_PIECE_MAX ||
        request->data.len > request->size - request->offset) {
        return ent_fail(err, ENT_BAD_INPUT,
            "data: %zu bytes at %llu of a file of %llu; 1 to %zu inside it can "
            "be handed in at a time",
            request->data.len, (unsigned long long)request->offset,
            (unsigned long long)request->size, NODE_UPLOAD_PIECE_MAX);
    }
    if (request->offset % ENT_CHUNK_LEN != 0 ||
        (request->data.len % ENT_CHUNK_LEN != 0 &&
            request->offset + request->data.len != request->size)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "data: all pieces but the last are a multiple of %d bytes",
            ENT_CHUNK_LEN);
    }
    return ENT_OK;
}

static struct ent_id
name_of(const ProtobufCBinaryData *upload)
{
    struct ent_id id;

    memcpy(id.bytes, upload->data, sizeof id.bytes);
    return id;
}

/* ---- growing ---- */

static void
growing_fini(struct growing *growing)
{
    sodium_memzero(&growing->key, sizeof growing->key);
    sodium_memzero(&growing->cipher, sizeof growing->cipher);
    node_row_free(&growing->row);
}

static enum ent_status
begin(struct node *node, const upload_request *request, struct ent_error *err)
{
    node_attachment_row row = ENTENTE__REST__V1__ATTACHMENT_ROW__INIT;
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    struct ent_id name = name_of(&request->upload);
    uint8_t header[ENT_ATTACHMENT_HEADER_LEN];
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    uint64_t number;
    enum ent_status rc = node_room_for(node, request->size, err);

    if (rc != ENT_OK) {
        return rc;
    }
    ent_attachment_seal_begin(key.bytes, header, &cipher);
    ent_attachment_rest_seal(&cipher, key.bytes, rest);
    row.size = request->size;
    row.header.data = header;
    row.header.len = sizeof header;
    row.rest.data = rest;
    row.rest.len = sizeof rest;
    row.day = node->now_ms / NODE_DAY_MS + UNUSED_DAYS;
    row.state = ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING;
    rc = node_attachment_add(node, NODE_ATTACHED_UPLOAD, &nobody, &name, 0,
        &key, &row, &number, err);
    if (rc == ENT_OK) {
        rc = node_room_promise(node, row.size, err);
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&cipher, sizeof cipher);
    return rc != ENT_OK ? rc
                        : node_lifetime_put(node->store, NODE_LIFE_UPLOAD,
                              number, node->now_ms + NODE_DAY_MS, err);
}

static enum ent_status
find(struct node *node, const upload_request *request, struct growing *growing,
    struct ent_error *err)
{
    struct ent_id name = name_of(&request->upload);
    enum ent_status rc = node_attached_get(
        node, NODE_ATTACHED_UPLOAD, &nobody, &name, 0, &growing->number, err);

    if (rc == ENT_NOT_FOUND && request->offset == 0) {
        rc = begin(node, request, err);
        if (rc == ENT_OK) {
            rc = node_attached_get(node, NODE_ATTACHED_UPLOAD, &nobody, &name,
                0, &growing->number, err);
        }
    }
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_BAD_INPUT,
            "upload: the node has none of that name (any more); begin again");
    }
    return rc != ENT_OK
               ? rc
               : node_attachment_get(node, growing->number, &growing->row, err);
}

/* The tree's right edge, as a row has it: its size and 64 peaks' worth of
 * those that there are. */
static void
edge_read(
    const ProtobufCBinaryData *rest, uint64_t size, struct ent_tree_edge *edge)
{
    size_t at = 0;

    edge->size = size;
    for (unsigned level = 0; level < 64; level++) {
        if ((size >> level & 1) != 0 && at + ENT_DIGEST_LEN <= rest->len) {
            memcpy(edge->peaks[level].bytes, rest->data + at, ENT_DIGEST_LEN);
            at += ENT_DIGEST_LEN;
        }
    }
}

static size_t
edge_write(const struct ent_tree_edge *edge, uint8_t *out)
{
    size_t at = 0;

    for (unsigned level = 0; level < 64; level++) {
        if ((edge->size >> level & 1) != 0) {
            memcpy(out + at, edge->peaks[level].bytes, ENT_DIGEST_LEN);
            at += ENT_DIGEST_LEN;
        }
    }
    return at;
}

static void
store_node(void *context, unsigned level, uint64_t index,
    const struct ent_digest *hash)
{
    struct growing *growing = context;

    if (growing->rc == ENT_OK) {
        growing->rc = node_chunk_node_put(
            growing->node, growing->number, level, index, hash, growing->err);
    }
}

static enum ent_status
grow_by(struct growing *growing, struct ent_view piece)
{
    uint8_t *sealed = malloc(ENT_CHUNK_SEALED_MAX);

    if (sealed == NULL) {
        return ent_fail(growing->err, ENT_NO_MEMORY, "sealing a file");
    }
    for (size_t at = 0; growing->rc == ENT_OK && at < piece.len;) {
        uint32_t index = growing->row->passed;
        size_t len = ent_attachment_chunk_len(growing->row->size, index);
        struct ent_view whole = ent_view_of(sealed, len + ENT_CHUNK_OVERHEAD);
        struct ent_digest leaf;

        ent_attachment_seal(&growing->cipher, growing->row->size,
            ent_view_of(piece.data + at, len), sealed);
        leaf = ent_tree_leaf(ent_tree_blake2b, whole);
        growing->rc = node_chunk_put(
            growing->node, growing->number, index, whole, growing->err);
        ent_tree_append(
            ent_tree_blake2b, &growing->edge, &leaf, store_node, growing);
        growing->row->passed++;
        at += len;
    }
    free(sealed);
    return growing->rc;
}

static enum ent_status
save(struct growing *growing)
{
    node_attachment_row changed = *growing->row;
    struct ent_digest root =
        ent_tree_edge_root(ent_tree_blake2b, &growing->edge);
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    uint8_t edge[64 * ENT_DIGEST_LEN];

    ent_attachment_rest_seal(&growing->cipher, growing->key.bytes, rest);
    changed.chunks = changed.passed;
    changed.rest = (ProtobufCBinaryData){.data = rest, .len = sizeof rest};
    changed.edge.data = edge;
    changed.edge.len = edge_write(&growing->edge, edge);
    if (growing->cipher.bytes == changed.size) {
        changed.state = ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE;
        changed.root.data = root.bytes;
        changed.root.len = sizeof root.bytes;
        changed.edge = (ProtobufCBinaryData){0};
    }
    return node_attachment_put(
        growing->node, growing->number, &changed, growing->err);
}

static enum ent_status
open_growing(struct growing *growing)
{
    const node_attachment_row *row = growing->row;
    enum ent_status rc = node_attachment_key(
        growing->node, growing->number, row, &growing->key, growing->err);

    if (rc == ENT_OK) {
        rc =
            ent_attachment_rest_open(ent_view_of(row->rest.data, row->rest.len),
                growing->key.bytes, &growing->cipher, growing->err);
    }
    if (rc != ENT_OK) {
        return ent_fail(growing->err, ENT_BAD_INPUT,
            "upload: it was given up in the middle; begin again");
    }
    edge_read(&row->edge, row->passed, &growing->edge);
    return ENT_OK;
}

static enum ent_status
answer(const struct growing *growing, struct ent_arena *arena,
    Entente__V1__UploadReply *reply)
{
    const struct ent_attachment_cipher *cipher = &growing->cipher;

    reply->have = cipher->bytes;
    if (cipher->bytes < growing->row->size) {
        return ENT_OK;
    }
    reply->sha256.data = ent_arena_alloc(arena, ENT_DIGEST_LEN);
    if (reply->sha256.data == NULL) {
        return ent_fail(growing->err, ENT_NO_MEMORY, "answering an upload");
    }
    memcpy(reply->sha256.data, cipher->sha256.bytes, ENT_DIGEST_LEN);
    reply->sha256.len = ENT_DIGEST_LEN;
    return ENT_OK;
}

enum ent_status
node_upload_take(struct node *node, const upload_request *request,
    struct ent_arena *arena, Entente__V1__UploadReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(growing_fini)
    struct growing growing = {.node = node, .err = err};
    enum ent_status rc = check_piece(request, err);

    if (rc == ENT_OK) {
        rc = find(node, request, &growing, err);
    }
    if (rc == ENT_OK && growing.row->size != request->size) {
        rc = ent_fail(err, ENT_BAD_INPUT,
            "size: the upload of that name has %llu bytes",
            (unsigned long long)growing.row->size);
    }
    if (rc == ENT_OK) {
        rc = open_growing(&growing);
    }
    if (rc == ENT_BUSY) {
        reply->refusal = node_text_in(arena, err->text);
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (request->offset + request->data.len <= growing.cipher.bytes) {
        return answer(&growing, arena, reply); /* it came before */
    }
    if (request->offset != growing.cipher.bytes) {
        return ent_fail(err, ENT_BAD_INPUT, "offset: %llu, where %llu is next",
            (unsigned long long)request->offset,
            (unsigned long long)growing.cipher.bytes);
    }
    rc = grow_by(&growing, ent_view_of(request->data.data, request->data.len));
    if (rc == ENT_OK) {
        rc = node_room_release(node, request->data.len, err);
    }
    if (rc == ENT_OK) {
        rc = save(&growing);
    }
    return rc != ENT_OK ? rc : answer(&growing, arena, reply);
}

/* ---- with a message ---- */

static const char *
fault_of(size_t index, const char *what, struct ent_arena *arena)
{
    char text[160];

    (void)snprintf(text, sizeof text, "enclosures[%zu]: %s", index, what);
    return node_text_in(arena, text);
}

static ProtobufCBinaryData
bytes_in(struct ent_arena *arena, const void *data, size_t len)
{
    ProtobufCBinaryData bytes = {.data = ent_arena_alloc(arena, len)};

    if (bytes.data != NULL) {
        memcpy(bytes.data, data, len);
        bytes.len = len;
    }
    return bytes;
}

/* The note that travels with the message: it alone has the key. */
static enum ent_status
make_note(struct node *node, const Entente__V1__Enclosure *enclosure,
    uint64_t number, const node_attachment_row *row, struct ent_arena *arena,
    note **ret_note, struct ent_error *err)
{
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    note *made = ent_arena_alloc(arena, sizeof *made);
    enum ent_status rc = node_attachment_key(node, number, row, &key, err);

    if (rc == ENT_OK) {
        rc =
            ent_attachment_rest_open(ent_view_of(row->rest.data, row->rest.len),
                key.bytes, &cipher, err);
    }
    if (rc == ENT_OK && made != NULL) {
        entente__v1__attachment_note__init(made);
        made->name = enclosure->name;
        made->media_type = enclosure->media_type;
        made->size = row->size;
        made->sha256 =
            bytes_in(arena, cipher.sha256.bytes, sizeof cipher.sha256);
        made->root = bytes_in(arena, row->root.data, row->root.len);
        made->key = bytes_in(arena, key.bytes, sizeof key.bytes);
        made->header = bytes_in(arena, row->header.data, row->header.len);
        *ret_note = made;
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&cipher, sizeof cipher);
    if (rc == ENT_OK && made == NULL) {
        rc = ent_fail(err, ENT_NO_MEMORY, "enclosing a file");
    }
    return rc;
}

static enum ent_status
enclose(struct node *node, const Entente__V1__Enclosure *enclosure,
    size_t index, struct ent_arena *arena, struct node_enclosed *enclosed,
    note **ret_note, const char **ret_fault, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    struct ent_id name = {{0}};
    uint64_t number = 0;
    enum ent_status rc = ENT_NOT_FOUND;

    if (enclosure->upload.len == sizeof name.bytes) {
        name = name_of(&enclosure->upload);
        rc = node_attached_get(
            node, NODE_ATTACHED_UPLOAD, &nobody, &name, 0, &number, err);
    }
    if (rc == ENT_OK) {
        rc = node_attachment_get(node, number, &row, err);
    }
    if (rc == ENT_OK && row->root.len != ENT_DIGEST_LEN) {
        *ret_fault = fault_of(index, "not all of the file is here", arena);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = make_note(node, enclosure, number, row, arena, ret_note, err);
    }
    if (rc == ENT_NOT_FOUND) {
        *ret_fault =
            fault_of(index, "the node has no such upload (any more)", arena);
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    enclosed->list[index].number = number;
    memcpy(enclosed->list[index].root.bytes, row->root.data, ENT_DIGEST_LEN);
    enclosed->count = index + 1;
    return ENT_OK;
}

/* What only the node can know must come from it. */
static const char *
notes_fault(const Entente__V1__Submission *submission)
{
    const ent_message *message = submission->message;

    for (size_t i = 0; i < message->n_attachments; i++) {
        const note *given = message->attachments[i];

        if (given->root.len > 0 || given->key.len > 0 ||
            given->header.len > 0) {
            return "attachments: root, key and header are the node's to write; "
                   "hand the file over with entente send --attach";
        }
    }
    if (submission->n_enclosures + message->n_attachments >
        ENT_ATTACHMENTS_MAX) {
        return "attachments: there are more than 16";
    }
    return NULL;
}

enum ent_status
node_upload_enclose(struct node *node,
    const Entente__V1__Submission *submission, struct ent_arena *arena,
    struct node_enclosed *ret_enclosed, const char **ret_fault,
    struct ent_error *err)
{
    ent_message *message = submission->message;
    size_t given = message->n_attachments;
    note **list;
    enum ent_status rc = ENT_OK;

    ret_enclosed->count = 0;
    *ret_fault = notes_fault(submission);
    if (*ret_fault != NULL || submission->n_enclosures == 0) {
        return ENT_OK;
    }
    list = ent_arena_alloc(arena, ENT_ATTACHMENTS_MAX * sizeof(note *));
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "enclosing files");
    }
    for (size_t i = 0; i < given; i++) {
        list[i] = message->attachments[i];
    }
    for (size_t i = 0;
         rc == ENT_OK && *ret_fault == NULL && i < submission->n_enclosures;
         i++) {
        rc = enclose(node, submission->enclosures[i], i, arena, ret_enclosed,
            &list[given + i], ret_fault, err);
    }
    if (rc == ENT_OK && *ret_fault == NULL) {
        message->attachments = list;
        message->n_attachments = given + submission->n_enclosures;
    }
    return rc;
}

enum ent_status
node_upload_use(
    struct node *node, uint64_t number, uint64_t day, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    node_attachment_row changed;
    struct node_attachment_wrap wrap;
    struct ent_message_key key;
    enum ent_status rc = node_attachment_get(node, number, &row, err);

    if (rc == ENT_OK) {
        rc = node_attachment_key(node, number, row, &key, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    changed.copies++;
    changed.feeds++;
    rc = node_shelf_take(node, number, &changed, err);
    if (rc == ENT_OK && (row->copies == 0 || day > row->day)) {
        changed.day = day;
        rc = node_attachment_wrap_key(node, number, &key, &wrap, &changed, err);
    }
    sodium_memzero(&key, sizeof key);
    return rc != ENT_OK ? rc : node_attachment_put(node, number, &changed, err);
}

enum ent_status
node_upload_prune(struct node *node, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    enum ent_status rc = node_attachment_get(node, number, &row, err);

    if (rc != ENT_OK || row->copies > 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_attachment_forget(node, number, row,
        ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED, err);
}
