/* SPDX-License-Identifier: Apache-2.0 */
#include "node/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/room.h"
#include "node/share.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "assembly"
#define CLAUSE "attachmentChunk"
#define AT_ONCE 4 /* chunks opened with one that came */
#define WAITING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_WAITING
#define MOVING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING
#define COMPLETE ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE
#define STOPPED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED
#define DELETED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED

typedef Entente__V1__AttachmentNote note; /* generated names */
typedef Entente__V1__AttachmentChunk chunk;

static bool
may_come(const node_attachment_row *row)
{
    return row->state == WAITING || row->state == MOVING;
}

/* ---- a message ---- */

static enum ent_status
turn_down(node_attachment_row *row, uint32_t reason, const char *why)
{
    ent_log(ENT_LOG_WARN, COMPONENT, "not taking an attachment: %s", why);
    row->state = STOPPED;
    row->reason = reason;
    return ENT_OK;
}

/* Whether its sender's share has no space for it. What is given back was in it
 * before. */
static enum ent_status
is_too_much(struct node *node, const struct ent_party *sender,
    const ent_message *message, uint64_t size, bool *ret_too_much,
    struct ent_error *err)
{
    struct node_space space;
    enum ent_status rc = node_share_look(node, sender, &space, err);

    if (rc == ENT_OK) {
        space.size = size;
        space.rank = node_rank(ENTENTE__V1__PRECEDENCE__DEFERRED);
        space.kind = message->restored != NULL ? NODE_OWED : NODE_BRINGS;
        *ret_too_much = node_space_judge(&space) == ENT_REFUSAL_QUOTA;
    }
    return rc;
}

/* Room for it, and why not. Fails only for our own storage. */
static enum ent_status
admit(struct node *node, const struct ent_party *sender,
    const ent_message *message, node_attachment_row *row, const note *given,
    struct ent_error *err)
{
    struct ent_error why = {0};
    bool too_much = false;
    enum ent_status rc =
        is_too_much(node, sender, message, given->size, &too_much, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (too_much) {
        return turn_down(
            row, ENT_REFUSAL_QUOTA, "what its sender may keep here is used up");
    }
    rc = node_room_for(node, given->size, &why);
    if (rc == ENT_BUSY) {
        return turn_down(row, ENT_REFUSAL_STORE_FULL, why.text);
    }
    if (rc != ENT_OK) {
        return ent_fail(err, rc, "%s", why.text);
    }
    row->state = WAITING;
    rc = node_share_add(node, sender, given->size, 0, err);
    return rc != ENT_OK ? rc : node_room_promise(node, given->size, err);
}

/* Of a message that is given again its sender may have the file no longer. */
static bool
will_come(const ent_message *message, size_t place)
{
    const Entente__V1__Restored *restored = message->restored;

    for (size_t i = 0; restored != NULL && i < restored->n_files; i++) {
        if (restored->files[i] == place) {
            return true;
        }
    }
    return restored == NULL;
}

static enum ent_status
expect(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const ent_message *message, uint8_t place,
    uint64_t day, struct ent_error *err)
{
    const note *given = message->attachments[place];
    node_attachment_row row = ENTENTE__REST__V1__ATTACHMENT_ROW__INIT;
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    struct ent_digest sha256;
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    uint64_t number;
    enum ent_status rc;

    memcpy(key.bytes, given->key.data, sizeof key.bytes);
    memcpy(sha256.bytes, given->sha256.data, sizeof sha256.bytes);
    rc = ent_attachment_open_begin(
        key.bytes, given->header.data, &sha256, &cipher, err);
    if (rc == ENT_OK && will_come(message, place)) {
        rc = admit(node, sender, message, &row, given, err);
    } else if (rc == ENT_OK) {
        row.state = STOPPED;
        row.reason = ENT_REFUSAL_NO_ATTACHMENT;
    }
    if (rc == ENT_OK) {
        ent_attachment_rest_seal(&cipher, key.bytes, rest);
        row.incoming = true;
        row.size = given->size;
        row.root = given->root;
        row.header = given->header;
        row.day = day;
        row.rest.data = rest;
        row.rest.len = sizeof rest;
        rc = node_attachment_add(node, NODE_ATTACHED_IN, sender, id, place,
            &key, &row, &number, err);
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&cipher, sizeof cipher);
    return rc;
}

enum ent_status
node_assembly_expect(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const ent_message *message, uint64_t day,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && i < message->n_attachments && i < ENT_ATTACHMENTS_MAX;
         i++) {
        uint64_t known;

        if (!ent_attachment_travels(message->attachments[i])) {
            continue;
        }
        rc = node_attached_get(
            node, NODE_ATTACHED_IN, sender, id, (uint8_t)i, &known, err);
        if (rc == ENT_NOT_FOUND) {
            rc = expect(node, sender, id, message, (uint8_t)i, day, err);
        }
    }
    return rc;
}

/* ---- opening what is here ---- */

/* What it holds is not the file that its message promised: nothing of it is
 * kept, and its message stays. */
static enum ent_status
give_up(struct node *node, uint64_t number, node_attachment_row *row,
    const char *why, struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT, "an attachment is given up: %s", why);
    row->reason = ENT_REFUSAL_NOT_AUTHENTIC;
    return node_attachment_forget(node, number, row, STOPPED, err);
}

static enum ent_status
save(struct node *node, uint64_t number, node_attachment_row *row,
    const struct ent_attachment_cipher *cipher,
    const struct ent_message_key *key, struct ent_error *err)
{
    node_attachment_row changed = *row;
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    struct ent_view next;
    enum ent_status rc;

    ent_attachment_rest_seal(cipher, key->bytes, rest);
    changed.rest.data = rest;
    changed.rest.len = sizeof rest;
    changed.state = cipher->bytes == row->size ? COMPLETE : MOVING;
    rc = node_attachment_put(node, number, &changed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (changed.state == COMPLETE) {
        node->arrivals++; /* readers that wait may want to know */
        ent_log(ENT_LOG_INFO, COMPONENT, "an attachment is complete bytes=%llu",
            (unsigned long long)row->size);
        return node_errand_delete(node, NODE_ERRAND_OPEN, number, err);
    }
    rc = node_chunk_get(node, number, row->passed, &next, err);
    if (rc == ENT_NOT_FOUND) {
        return node_errand_delete(node, NODE_ERRAND_OPEN, number, err);
    }
    return rc != ENT_OK ? rc
                        : node_errand_put(node, NODE_ERRAND_OPEN, number, err);
}

/* Open chunks from the first that was not, as long as they are here. */
static enum ent_status
go_through(struct node *node, uint64_t number, node_attachment_row *row,
    struct ent_attachment_cipher *cipher, size_t *budget,
    struct ent_error *ret_fault, struct ent_error *err)
{
    uint8_t *plain = malloc(ENT_CHUNK_LEN);
    enum ent_status rc = ENT_OK;

    if (plain == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening a chunk");
    }
    while (rc == ENT_OK && *budget > 0 && cipher->bytes < row->size) {
        struct ent_view sealed;

        rc = node_chunk_get(node, number, row->passed, &sealed, err);
        if (rc == ENT_OK) {
            rc = ent_attachment_open(
                cipher, row->size, sealed, plain, ret_fault);
        }
        if (rc == ENT_OK) {
            row->passed++;
            (*budget)--;
        }
    }
    sodium_memzero(plain, ENT_CHUNK_LEN);
    free(plain);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
advance(struct node *node, uint64_t number, node_attachment_row *row,
    size_t *budget, struct ent_error *err)
{
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    struct ent_error fault = {0};
    enum ent_status rc = node_attachment_key(node, number, row, &key, err);

    if (rc == ENT_OK) {
        rc =
            ent_attachment_rest_open(ent_view_of(row->rest.data, row->rest.len),
                key.bytes, &cipher, &fault);
    }
    if (rc == ENT_OK) {
        rc = go_through(node, number, row, &cipher, budget, &fault, err);
    }
    if (rc == ENT_OK) {
        rc = save(node, number, row, &cipher, &key, err);
    } else if (rc == ENT_REJECTED) {
        rc = give_up(node, number, row, fault.text, err);
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&cipher, sizeof cipher);
    return rc;
}

enum ent_status
node_assembly_run(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    enum ent_status rc = node_attachment_get(node, number, &row, err);

    if (rc == ENT_OK && may_come(row)) {
        rc = advance(node, number, row, budget, err);
    } else if (rc == ENT_OK) {
        rc = node_errand_delete(node, NODE_ERRAND_OPEN, number, err);
    }
    if (rc == ENT_NOT_FOUND) { /* deleted, or its key is */
        rc = node_errand_delete(node, NODE_ERRAND_OPEN, number, err);
    }
    return rc;
}

/* ---- a chunk ---- */

static void
refuse(struct ent_outcome *outcome, uint32_t reason, const char *clause)
{
    outcome->code = ENTENTE__V1__OUTCOME_CODE__REFUSED;
    outcome->reason = reason;
    (void)snprintf(outcome->clause, sizeof outcome->clause, "%s", clause);
}

static enum ent_status
keep(struct node *node, uint64_t number, node_attachment_row *row,
    const chunk *given, struct ent_error *err)
{
    size_t budget = AT_ONCE;
    enum ent_status rc = node_chunk_put(node, number, given->chunk,
        ent_view_of(given->data.data, given->data.len), err);

    if (rc == ENT_OK) {
        rc = node_room_release(node, given->data.len - ENT_CHUNK_OVERHEAD, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row->chunks++;
    row->state = MOVING;
    if (given->chunk == row->passed) {
        return advance(node, number, row, &budget, err);
    }
    return node_attachment_put(node, number, row, err);
}

/* Where it belongs; ENT_NOT_FOUND: nowhere. */
static enum ent_status
find(struct node *node, const struct ent_party *sender, const chunk *given,
    uint64_t *ret_number, node_attachment_row **ret_row, struct ent_error *err)
{
    struct ent_id id;
    enum ent_status rc;

    if (given->message_id.len != sizeof id.bytes ||
        given->attachment >= ENT_ATTACHMENTS_MAX) {
        return ENT_NOT_FOUND;
    }
    memcpy(id.bytes, given->message_id.data, sizeof id.bytes);
    rc = node_attached_get(node, NODE_ATTACHED_IN, sender, &id,
        (uint8_t)given->attachment, ret_number, err);
    return rc != ENT_OK ? rc
                        : node_attachment_get(node, *ret_number, ret_row, err);
}

enum ent_status
node_assembly_take(struct node *node, const struct ent_party *sender,
    const ent_message *message, struct ent_outcome *outcome,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    const chunk *given = message->attachment_chunk;
    struct ent_error why = {0};
    struct ent_digest root;
    struct ent_view known;
    uint64_t number = 0;
    enum ent_status rc = find(node, sender, given, &number, &row, err);

    if (rc == ENT_NOT_FOUND) {
        refuse(outcome, ENT_REFUSAL_NO_ATTACHMENT, CLAUSE);
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (row->state == STOPPED || row->state == DELETED) {
        refuse(outcome,
            row->reason != 0 ? row->reason : ENT_REFUSAL_NO_ATTACHMENT, CLAUSE);
        return ENT_OK;
    }
    memcpy(root.bytes, row->root.data, sizeof root.bytes);
    if (ent_attachment_check(given, row->size, &root, &why) != ENT_OK) {
        ent_log(ENT_LOG_WARN, COMPONENT, "refusing a chunk: %s", why.text);
        refuse(outcome, ENT_REFUSAL_MALFORMED, CLAUSE);
        return ENT_OK;
    }
    outcome->code = ENTENTE__V1__OUTCOME_CODE__DELIVERED;
    rc = row->state == COMPLETE
             ? ENT_OK
             : node_chunk_get(node, number, given->chunk, &known, err);
    return rc != ENT_NOT_FOUND ? rc : keep(node, number, row, given, err);
}

/* ---- the end ---- */

enum ent_status
node_assembly_forget(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    uint8_t place = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
        uint64_t number;

        rc = node_attached_next(
            node, NODE_ATTACHED_IN, sender, id, &place, &number, err);
        if (rc == ENT_OK) {
            rc = node_attachment_get(node, number, &row, err);
        }
        if (rc == ENT_OK) {
            rc = node_attachment_forget(node, number, row, DELETED, err);
        }
        place++;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
