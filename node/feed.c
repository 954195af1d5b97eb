/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_internal.h"

#include <string.h>

#include "node/gate.h"
#include "node/lifecycle.h"
#include "node/pending.h"
#include "node/shelf.h"
#include "policy/minimise.h"
#include "proto/refusal.h"

#define COMPONENT "feed"
#define WAITING NODE_FEED_WAITING
#define MOVING NODE_FEED_MOVING
#define COMPLETE ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE
#define STOPPED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED
#define DELETED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED

/* ---- the row ---- */

enum ent_status
node_feed_get(struct node *node, uint64_t number, node_feed_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_get(node->store, NODE_FEED, node_key_view(&key),
        &entente__rest__v1__feed_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

enum ent_status
node_feed_put(struct node *node, uint64_t number, const node_feed_row *row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_put(
        node->store, NODE_FEED, node_key_view(&key), &row->base, err);
}

bool
node_feed_is_over(const node_feed_row *row)
{
    return row->state != WAITING && row->state != MOVING;
}

/* One feed less needs the file: with the last nobody waits for it. */
static enum ent_status
let_go(struct node *node, uint64_t attachment, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    enum ent_status rc = node_attachment_get(node, attachment, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    row->feeds -= row->feeds > 0;
    if (row->feeds == 0) {
        rc = node_shelf_put(node, attachment, row, err);
    }
    return rc != ENT_OK ? rc : node_attachment_put(node, attachment, row, err);
}

/* It is over; `row` is changed, and written by the caller. */
static enum ent_status
end(struct node *node, uint64_t number, node_feed_row *row, uint32_t state,
    struct ent_error *err)
{
    enum ent_status rc;

    if (node_feed_is_over(row)) {
        return ENT_OK;
    }
    row->state = state;
    rc = node_errand_delete(node, NODE_ERRAND_FEED, number, err);
    return rc != ENT_OK ? rc : let_go(node, row->attachment, err);
}

/* ---- the message ---- */

enum ent_status
node_feed_check(struct node *node, const struct node_enclosed *enclosed,
    struct ent_error *err)
{
    for (size_t i = 0; i < enclosed->count; i++) {
        ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
        enum ent_status rc =
            node_attachment_get(node, enclosed->list[i].number, &row, err);

        if (rc != ENT_OK) {
            return rc;
        }
        if (row->state != COMPLETE) {
            return ent_fail(err, ENT_BAD_INPUT,
                "enclosures[%zu]: that file went with another message already; "
                "hand it over again",
                i);
        }
    }
    return ENT_OK;
}

static enum ent_status
start_one(struct node *node, const struct ent_id *id,
    const struct ent_address *to, uint8_t place, uint64_t attachment,
    uint64_t size, uint64_t day, struct ent_error *err)
{
    node_feed_row row = ENTENTE__REST__V1__FEED_ROW__INIT;
    struct ent_party party = ent_address_party(to);
    uint64_t number;
    enum ent_status rc = node_upload_use(node, attachment, day, err);

    if (rc == ENT_OK) {
        rc = node_number_next(node->store, "feed", &number, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row.id.data = (uint8_t *)(uintptr_t)id->bytes;
    row.id.len = sizeof id->bytes;
    row.to = (char *)(uintptr_t)to->text;
    row.place = place;
    row.attachment = attachment;
    row.chunks = ent_attachment_chunks(size);
    row.size = size;
    row.state = WAITING;
    rc = node_feed_put(node, number, &row, err);
    return rc != ENT_OK ? rc
                        : node_attached_put(node, NODE_ATTACHED_OUT, &party, id,
                              place, number, err);
}

enum ent_status
node_feed_start(struct node *node, const struct ent_id *id,
    const struct ent_address *to, const ent_message *message,
    const struct node_enclosed *enclosed, uint64_t day, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < message->n_attachments; i++) {
        const Entente__V1__AttachmentNote *note = message->attachments[i];

        if (!ent_attachment_travels(note)) {
            continue;
        }
        for (size_t k = 0; rc == ENT_OK && k < enclosed->count; k++) {
            if (memcmp(enclosed->list[k].root.bytes, note->root.data,
                    note->root.len) == 0) {
                rc = start_one(node, id, to, (uint8_t)i,
                    enclosed->list[k].number, note->size, day, err);
                break;
            }
        }
    }
    return rc;
}

/* What becomes of one feed when its message is in that state. */
static enum ent_status
follow_one(struct node *node, uint64_t number, const node_copy_row *copy,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_feed_row *row = NULL;
    enum ent_status rc = node_feed_get(node, number, &row, err);

    if (rc != ENT_OK || node_feed_is_over(row)) {
        return rc;
    }
    if (copy->state == 0 ||
        copy->state == ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED) {
        return ENT_OK; /* it may come yet */
    }
    if (copy->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED &&
        copy->fate < NODE_FATE_WITHDRAWN) {
        row->state = MOVING;
        rc = node_errand_put(node, NODE_ERRAND_FEED, number, err);
    } else {
        row->reason = copy->reason;
        rc = end(node, number, row, STOPPED, err);
    }
    return rc != ENT_OK ? rc : node_feed_put(node, number, row, err);
}

/* Its message is deleted. */
static enum ent_status
delete_one(struct node *node, const struct ent_id *id,
    const struct ent_party *to, uint8_t place, uint64_t number,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_feed_row *row = NULL;
    ENT_AUTO(node_row_free) node_attachment_row *file = NULL;
    struct node_key key = node_key_u64(number);
    enum ent_status rc = node_feed_get(node, number, &row, err);

    if (rc == ENT_OK) {
        rc = end(node, number, row, DELETED, err);
    }
    if (rc == ENT_OK) {
        rc =
            node_store_delete(node->store, NODE_FEED, node_key_view(&key), err);
    }
    if (rc == ENT_OK) {
        rc = node_attached_delete(node, NODE_ATTACHED_OUT, to, id, place, err);
    }
    if (rc == ENT_OK) {
        rc = node_attachment_get(node, row->attachment, &file, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    file->copies -= file->copies > 0;
    if (file->copies > 0) {
        return node_attachment_put(node, row->attachment, file, err);
    }
    rc = node_shelf_take(node, row->attachment, file, err);
    return rc != ENT_OK ? rc
                        : node_attachment_forget(
                              node, row->attachment, file, DELETED, err);
}

enum ent_status
node_feed_follow(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was,
    const node_copy_row *is, struct ent_error *err)
{
    bool deleted = is->deleted_at != 0 && (was == NULL || was->deleted_at == 0);
    uint8_t place = 0;
    uint64_t number;
    enum ent_status rc = ENT_OK;

    if (is->files == 0 || (!deleted && was != NULL && was->state == is->state &&
                              was->fate == is->fate)) {
        return ENT_OK;
    }
    while (rc == ENT_OK) {
        rc = node_attached_next(
            node, NODE_ATTACHED_OUT, to, id, &place, &number, err);
        if (rc == ENT_OK) {
            rc = deleted ? delete_one(node, id, to, place, number, err)
                         : follow_one(node, number, is, err);
        }
        if (rc == ENT_OK && place++ == UINT8_MAX) {
            return ENT_OK;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- its chunks ---- */

/* It has to go once more. */
static enum ent_status
again(struct node *node, uint64_t number, node_feed_row *row, uint32_t chunk,
    struct ent_error *err)
{
    uint32_t list[NODE_FEED_WINDOW];
    node_feed_row changed = *row;

    if (row->n_again >= NODE_FEED_WINDOW) {
        return ent_fail(err, ENT_IO, "more chunks expired than were sent");
    }
    for (size_t i = 0; i < row->n_again; i++) {
        list[i] = row->again[i];
    }
    list[changed.n_again++] = chunk;
    changed.again = list;
    return node_feed_put(node, number, &changed, err);
}

enum ent_status
node_feed_settle(
    struct node *node, const node_copy_row *chunk, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_feed_row *row = NULL;
    uint64_t number = chunk->feed;
    enum ent_status rc = node_feed_get(node, number, &row, err);
    char *clause;
    char *sentence;

    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* its message was deleted meanwhile */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node->errands_due = true;
    row->flying -= row->flying > 0;
    clause = row->clause;
    sentence = row->sentence;
    switch (chunk->state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
        row->settled++;
        if (row->settled == row->chunks) {
            rc = end(node, number, row, COMPLETE, err);
        }
        break;
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
        return again(node, number, row, chunk->chunk, err);
    default:
        if (!node_feed_is_over(row)) {
            row->reason = chunk->reason;
            row->clause = chunk->clause;
            row->sentence = chunk->sentence;
        }
        rc = end(node, number, row, STOPPED, err);
    }
    if (rc == ENT_OK) {
        rc = node_feed_put(node, number, row, err);
    }
    row->clause = clause; /* it owns these, and not what was told */
    row->sentence = sentence;
    return rc;
}

/* Our copy of the message that has the file; ENT_NOT_FOUND: it may not go. */
static enum ent_status
find_parent(struct node *node, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    enum ent_status rc = node_copy_get(node, id, to, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (row->state != ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED ||
        row->deleted_at != 0 || row->fate >= NODE_FATE_WITHDRAWN) {
        return ENT_NOT_FOUND;
    }
    *ret_row = row;
    row = NULL;
    return ENT_OK;
}

/* A file whose message may not say by now that it has one does not go on. */
static enum ent_status
refuse_withheld(ent_message *message, struct ent_decision *decision,
    struct ent_arena *arena, struct ent_error *err)
{
    const struct ent_decision judged = *decision;
    enum ent_status rc = ent_minimise(decision, message, arena, err);

    if (rc == ENT_OK && decision->permit && message->n_attachments == 0) {
        ent_decision_refuse(decision, ENT_REFUSAL_FIELD_PROHIBITED,
            judged.mask_count > 0 ? judged.mask_clause[0] : "", 0,
            "the files of the message are withheld by now");
    }
    return rc;
}

enum ent_status
node_feed_judge(struct node *node, const Entente__V1__AttachmentChunk *chunk,
    const struct ent_address *to, struct ent_decision *ret_decision,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_party party = ent_address_party(to);
    struct ent_id id;
    ent_message *message;
    enum ent_status rc = ENT_NOT_FOUND;

    memset(ret_decision, 0, sizeof *ret_decision);
    ret_decision->reason = ENT_REFUSAL_NO_ATTACHMENT;
    if (chunk->message_id.len == sizeof id.bytes) {
        memcpy(id.bytes, chunk->message_id.data, sizeof id.bytes);
        rc = find_parent(node, &id, &party, &row, err);
    }
    if (rc == ENT_OK) {
        rc = node_vault_open(node->store, node->slots, row->bundle, row->day,
            row->index, &plain, err);
    }
    if (rc == ENT_OK) {
        rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);
    }
    if (rc == ENT_OK) {
        rc = ent_message_decode(ent_bytes_view(&plain), &arena, &message, err);
    }
    if (rc == ENT_OK) {
        node_gate_out_again(node, message, to, ret_decision);
    }
    if (rc == ENT_OK && ret_decision->permit) {
        rc = refuse_withheld(message, ret_decision, &arena, err);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static bool
fetch(void *context, unsigned level, uint64_t index, struct ent_digest *ret)
{
    const struct {
        struct node *node;
        uint64_t number;
    } *at = context;

    return node_chunk_node_get(at->node, at->number, level, index, ret);
}

static enum ent_status
encode_chunk(struct node *node, const node_feed_row *row,
    const node_copy_row *copy, const struct ent_id *id, uint32_t mode,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__AttachmentChunk chunk = ENTENTE__V1__ATTACHMENT_CHUNK__INIT;
    Google__Protobuf__Timestamp until = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    ProtobufCBinaryData path[ENT_TREE_PATH_MAX];
    struct ent_tree_path proof = {.count = 0};
    struct {
        struct node *node;
        uint64_t number;
    } at = {node, row->attachment};
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_view sealed;
    enum ent_status rc;

    rc = ent_tree_prove_inclusion(
        ent_tree_blake2b, fetch, &at, copy->chunk, row->chunks, &proof, err);
    if (rc == ENT_OK) {
        rc = node_chunk_get(node, row->attachment, copy->chunk, &sealed, err);
    }
    if (rc != ENT_OK) {
        return ent_fail(err, ENT_IO, "chunk %u of a file is not here any more",
            copy->chunk);
    }
    for (size_t i = 0; i < proof.count; i++) {
        path[i].data = proof.nodes[i].bytes;
        path[i].len = sizeof proof.nodes[i].bytes;
    }
    chunk.message_id = row->id;
    chunk.attachment = row->place;
    chunk.chunk = copy->chunk;
    chunk.data.data = (uint8_t *)(uintptr_t)sealed.data;
    chunk.data.len = sealed.len;
    chunk.path = path;
    chunk.n_path = proof.count;
    ent_id_format(id, text);
    until.seconds = (int64_t)(copy->valid_until / 1000);
    message.id = text;
    message.from = node->self.text;
    message.to = row->to;
    message.mode = (Entente__V1__Mode)mode;
    message.precedence = ENTENTE__V1__PRECEDENCE__DEFERRED;
    message.valid_until = &until;
    message.schema_version = 1;
    message.attachment_chunk = &chunk;
    return ent_message_encode(&message, ret_wire, err);
}

/* One chunk as a message of its own, for the sealer. */
static enum ent_status
send_chunk(struct node *node, uint64_t number, const node_feed_row *row,
    const node_copy_row *parent, uint32_t mode, uint32_t index,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    node_copy_row copy = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_id id = ent_id_new(node->now_ms);
    struct ent_address to;
    struct ent_party party;
    enum ent_status rc;

    copy.to = row->to;
    copy.precedence = ENTENTE__V1__PRECEDENCE__DEFERRED;
    copy.accepted_at = node->now_ms;
    copy.day = parent->day;
    copy.valid_until = parent->day * NODE_DAY_MS;
    copy.feed = number;
    copy.chunk = index;
    rc = ent_address_parse(ent_view_text(row->to), &to, err);
    if (rc == ENT_OK) {
        rc = encode_chunk(node, row, &copy, &id, mode, &wire, err);
    }
    if (rc == ENT_OK) {
        rc = node_numbered_new(node, &copy.number, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&to);
    rc = node_copy_set(node, &id, &party, NULL, &copy, err);
    return rc != ENT_OK
               ? rc
               : node_pending_put(node, &id, &to, copy.precedence, copy.number,
                     copy.day, ent_bytes_view(&wire), err);
}

/* The mode of the message that has the file. */
static enum ent_status
mode_of(struct node *node, const node_copy_row *parent, uint32_t *ret_mode,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_label label;
    enum ent_status rc =
        node_vault_label(node->store, parent->bundle, &bundle, &label, err);

    if (rc == ENT_OK) {
        *ret_mode = label.mode;
    }
    return rc;
}

static enum ent_status
feed(struct node *node, uint64_t number, node_feed_row *row,
    const node_copy_row *parent, size_t *budget, struct ent_error *err)
{
    uint32_t mode = 0;
    enum ent_status rc = mode_of(node, parent, &mode, err);

    while (rc == ENT_OK && *budget > 0 && row->flying < NODE_FEED_WINDOW &&
           (row->n_again > 0 || row->next < row->chunks)) {
        uint32_t index =
            row->n_again > 0 ? row->again[row->n_again - 1] : row->next;

        rc = send_chunk(node, number, row, parent, mode, index, err);
        if (row->n_again > 0) {
            row->n_again--;
        } else {
            row->next++;
        }
        row->flying++;
        (*budget)--;
    }
    return rc != ENT_OK ? rc : node_feed_put(node, number, row, err);
}

/* Whether a bundle would be full, or all that is left: many small ones would
 * lie further apart than a recipient keeps in mind. */
static bool
is_worth_it(const node_feed_row *row)
{
    size_t left = row->n_again + (row->chunks - row->next);
    size_t room =
        row->flying < NODE_FEED_WINDOW ? NODE_FEED_WINDOW - row->flying : 0;

    return left > 0 && room > 0 && (room >= NODE_FEED_GROUP || room >= left);
}

enum ent_status
node_feed_run(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_feed_row *row = NULL;
    ENT_AUTO(node_row_free) node_copy_row *parent = NULL;
    struct ent_address to;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc = node_feed_get(node, number, &row, err);

    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && node_feed_is_over(row))) {
        return node_errand_delete(node, NODE_ERRAND_FEED, number, err);
    }
    if (rc == ENT_OK && !is_worth_it(row)) {
        return ENT_OK; /* answers are to come */
    }
    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(row->to), &to, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&to);
    memcpy(id.bytes, row->id.data,
        row->id.len < sizeof id.bytes ? row->id.len : sizeof id.bytes);
    rc = find_parent(node, &id, &party, &parent, err);
    if (rc == ENT_OK) {
        return feed(node, number, row, parent, budget, err);
    }
    if (rc == ENT_NOT_FOUND) {
        rc = end(node, number, row, STOPPED, err);
    }
    return rc != ENT_OK ? rc : node_feed_put(node, number, row, err);
}
