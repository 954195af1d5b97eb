/* SPDX-License-Identifier: Apache-2.0 */
#include "node/desk.h"

#include <stdlib.h>
#include <string.h>

#include "node/assembly.h"
#include "node/correction.h"
#include "node/desks.h"
#include "node/fate.h"
#include "node/index.h"
#include "node/ladder.h"
#include "node/lifecycle.h"
#include "node/need.h"
#include "node/onward.h"
#include "node/passing.h"
#include "node/reply.h"
#include "node/signers.h"

enum ent_status
node_desk_origin(const node_desk_row *row, struct ent_party *ret_sender,
    struct ent_id *ret_id, struct ent_error *err)
{
    struct ent_address sender;
    enum ent_status rc =
        ent_address_parse(ent_view_text(row->from), &sender, err);

    if (rc != ENT_OK || row->id.len != sizeof ret_id->bytes) {
        return ent_fail(err, ENT_IO, "a desk row does not say whose it is");
    }
    memcpy(ret_id->bytes, row->id.data, sizeof ret_id->bytes);
    *ret_sender = ent_address_party(&sender);
    return ENT_OK;
}

/* Something of it can still be read. */
static bool
is_read(const node_desk_row *row)
{
    return row != NULL && row->deleted_at == 0;
}

/* What follows from a row that is another now. */
static enum ent_status
follow(struct node *node, uint64_t sequence, const node_desk_row *was,
    const node_desk_row *is, struct ent_error *err)
{
    enum ent_status rc = node_onward_note(node, sequence, was, is, err);

    if (rc == ENT_OK) {
        rc = node_correction_follow_desk(node, sequence, was, is, err);
    }
    if (rc == ENT_OK) {
        rc = node_reply_follow_desk(node, sequence, was, is, err);
    }
    if (rc == ENT_OK) {
        rc = node_need_follow_desk(node, sequence, was, is, err);
    }
    if (rc == ENT_OK && is_read(was) && !is_read(is)) {
        rc = node_index_forget(node, NODE_CAME, sequence, err);
    }
    if (rc == ENT_OK) {
        node_tally_desk(&node->tally, was, is);
    }
    return rc;
}

enum ent_status
node_desk_set(struct node *node, uint64_t sequence, const node_desk_row *was,
    const node_desk_row *is, struct ent_error *err)
{
    struct ent_party sender;
    struct ent_id id;
    enum ent_status rc = follow(node, sequence, was, is, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (is == NULL) {
        return node_desk_rows_delete(node, sequence, err);
    }
    rc = node_desk_rows_change(node, sequence, is, err);
    if (rc != ENT_OK || is->deleted_at == 0 ||
        (was != NULL && was->deleted_at != 0)) {
        return rc;
    }
    rc = node_desk_origin(is, &sender, &id, err);
    return rc != ENT_OK ? rc : node_assembly_forget(node, &sender, &id, err);
}

/* ---- handing over ---- */

/* One on its way to the desk. */
struct handed {
    struct ent_party sender;
    struct ent_id id;
    struct node_settled said; /* its row looks into it */
    ProtobufCBinaryData blinds;
};

/* Those of a bundle are of one office, whose address is read once. */
static enum ent_status
find_origin(const node_desk_row *const *rows, size_t place,
    struct handed *handed, struct ent_error *err)
{
    const node_desk_row *row = rows[place];
    struct handed *one = &handed[place];

    if (place == 0 || row->id.len != sizeof one->id.bytes ||
        strcmp(row->from, rows[place - 1]->from) != 0) {
        return node_desk_origin(row, &one->sender, &one->id, err);
    }
    one->sender = handed[place - 1].sender;
    memcpy(one->id.bytes, row->id.data, sizeof one->id.bytes);
    return ENT_OK;
}

/* What was said of it before it came is in its row from the beginning; `said`:
 * something was said of some message. */
static enum ent_status
settle(struct node *node, const node_desk_row *row, bool said,
    node_desk_row *settled, struct handed *handed, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    *settled = *row;
    if (said) {
        rc = node_lifecycle_settle(
            node, &handed->sender, &handed->id, settled, &handed->said, err);
    }
    handed->blinds = settled->blinds;
    settled->blinds = (ProtobufCBinaryData){0};
    return rc;
}

/* By what it is found, and who was looking for it. */
static enum ent_status
enter(struct node *node, uint64_t sequence, const struct handed *handed,
    const node_desk_row *settled, struct ent_error *err)
{
    node_desk_row blinded = *settled;
    enum ent_status rc = ENT_OK;

    blinded.blinds = handed->blinds;
    if (settled->deleted_at == 0) {
        rc = node_index_put(node, NODE_CAME, sequence,
            ent_view_of(blinded.blinds.data, blinded.blinds.len), err);
    }
    return rc != ENT_OK ? rc : node_passing_meet(node, sequence, &blinded, err);
}

static enum ent_status
note_seen(struct node *node, uint64_t sequence, const struct handed *handed,
    uint64_t bundle, struct ent_error *err)
{
    enum ent_status rc = node_seen_place(
        node, &handed->sender, &handed->id, sequence, bundle, err);

    return rc != ENT_NOT_FOUND
               ? rc
               : ent_fail(err, ENT_IO, "a message at the desk was never seen");
}

/* Its row is there. */
static enum ent_status
hand_over(struct node *node, uint64_t sequence, const struct handed *handed,
    const node_desk_row *settled, struct ent_error *err)
{
    enum ent_status rc = enter(node, sequence, handed, settled, err);

    if (rc == ENT_OK) {
        rc = follow(node, sequence, NULL, settled, err);
    }
    if (rc == ENT_OK) {
        rc = note_seen(node, sequence, handed, settled->bundle, err);
    }
    if (rc == ENT_OK) {
        rc = node_ladder_set(node, sequence, settled, err);
    }
    if (rc == ENT_OK) {
        rc = node_desks_tell(node, sequence, settled, err);
    }
    node->arrivals += rc == ENT_OK ? 1 : 0;
    return rc;
}

/* The sequences of `count` that come now. */
static enum ent_status
number(
    struct node *node, size_t count, uint64_t *ret_first, struct ent_error *err)
{
    uint64_t last;
    enum ent_status rc = node_number_get(node->store, "desk", &last, err);

    *ret_first = last + 1;
    return rc != ENT_OK
               ? rc
               : node_number_set(node->store, "desk", last + count, err);
}

/* All rows first: who hands one over may look at another. */
static enum ent_status
put_all(struct node *node, const node_desk_row *const *rows, size_t count,
    node_desk_row *settled, struct handed *handed, struct ent_error *err)
{
    uint64_t first = 0;
    bool said = false;
    enum ent_status rc = number(node, count, &first, err);

    if (rc == ENT_OK) {
        rc = node_fate_any(node, &said, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = find_origin(rows, i, handed, err);
        if (rc == ENT_OK) {
            rc = settle(node, rows[i], said, &settled[i], &handed[i], err);
        }
    }
    if (rc == ENT_OK) {
        rc = node_desk_rows_add_all(node, first, settled, count, err);
    }
    if (rc == ENT_OK) {
        rc = node_signers_note(node, settled, count, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = hand_over(node, first + i, &handed[i], &settled[i], err);
    }
    return rc;
}

enum ent_status
node_desk_put_all(struct node *node, const node_desk_row *const *rows,
    size_t count, struct ent_error *err)
{
    node_desk_row *settled = calloc(count, sizeof *settled);
    struct handed *handed = calloc(count, sizeof *handed);
    enum ent_status rc;

    if (count == 0) {
        rc = ENT_OK;
    } else if (settled == NULL || handed == NULL) {
        rc = ent_fail(err, ENT_NO_MEMORY, "handing over %zu messages", count);
    } else {
        rc = put_all(node, rows, count, settled, handed, err);
    }
    free(settled);
    free(handed);
    return rc;
}

enum ent_status
node_desk_put(
    struct node *node, const node_desk_row *row, struct ent_error *err)
{
    return node_desk_put_all(node, &row, 1, err);
}

enum ent_status
node_desk_hold(struct node *node, const struct ent_digest *stream,
    uint64_t first, node_desk_row **rows, size_t count, struct ent_error *err)
{
    Entente__Rest__V1__HeldRow held = ENTENTE__REST__V1__HELD_ROW__INIT;
    struct node_key key = node_key_stream(stream, first);

    held.rows = rows;
    held.n_rows = count;
    return node_row_put(
        node->store, NODE_HELD, node_key_view(&key), &held.base, err);
}

enum ent_status
node_desk_release(struct node *node, const struct ent_digest *stream,
    uint64_t first, uint64_t missing, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__HeldRow *held = NULL;
    struct node_key key = node_key_stream(stream, first);
    enum ent_status rc;

    rc = node_row_get(node->store, NODE_HELD, node_key_view(&key),
        &entente__rest__v1__held_row__descriptor, (ProtobufCMessage **)&held,
        err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* none of its messages was for the desk */
    }
    for (size_t i = 0; rc == ENT_OK && i < held->n_rows; i++) {
        held->rows[i]->missing = missing;
        rc = node_desk_put(node, held->rows[i], err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_delete(node->store, NODE_HELD, node_key_view(&key), err);
}

enum ent_status
node_desk_acknowledge(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && seen->desk == 0)) {
        return ENT_NOT_FOUND;
    }
    if (rc == ENT_OK) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row->acknowledged_at != 0) {
        return rc;
    }
    changed = *row;
    changed.acknowledged_at = node->now_ms;
    rc = node_desk_set(node, seen->desk, row, &changed, err);
    if (rc == ENT_OK) {
        struct ent_digest subject = {{0}};

        memcpy(subject.bytes, id->bytes, sizeof id->bytes);
        rc = node_record(node, NODE_ENTRY_ACKNOWLEDGED, sender, &subject,
            &(struct ent_digest){{0}}, 1, err);
    }
    return rc;
}
