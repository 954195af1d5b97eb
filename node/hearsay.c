/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an office shows others the history that it shows us: notes of it that
 * others hold are held against what it says here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/archive.h"
#include "node/witness_internal.h"

typedef Entente__Rest__V1__HearsayRow hearsay_row; /* generated */

static struct ent_view
note_of(const hearsay_row *hearsay)
{
    return ent_view_of(hearsay->note.data, hearsay->note.len);
}

static enum ent_status
contradict(struct node *node, const struct node_peer *peer,
    node_witness_row *row, const hearsay_row *hearsay, enum ent_history history,
    struct ent_view second, struct ent_error *err)
{
    char why[256];

    (void)snprintf(why, sizeof why,
        history == ENT_HISTORY_FORKED
            ? "it shows %s another journal than it shows here"
            : "for a day it has not proven that the journal that %s was shown "
              "is the one that it shows here",
        hearsay->by);
    return node_witness_contradict(
        node, peer, row, history, note_of(hearsay), second, why, err);
}

/* The office did not prove it when it spoke: it may not know yet that it is
 * asked to. */
static enum ent_status
wait_for_proof(struct node *node, const struct node_peer *peer,
    node_witness_row *row, hearsay_row *hearsay, struct ent_view wire,
    struct ent_error *err)
{
    if (hearsay->unproven_since == 0) {
        hearsay->unproven_since = node->now_ms;
    }
    return node_witness_is_patient(node, hearsay->unproven_since)
               ? ENT_OK
               : contradict(
                     node, peer, row, hearsay, ENT_HISTORY_UNPROVEN, wire, err);
}

enum ent_status
node_hearsay_settle(struct node *node, const struct node_peer *peer,
    node_witness_row *row, struct ent_view wire,
    const struct ent_checkpoint *now, const struct ent_witness *witness,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < row->n_hearsay; i++) {
        hearsay_row *hearsay = row->hearsay[i];
        struct ent_checkpoint other;

        if (hearsay->proven_at != 0 ||
            ent_checkpoint_peek(note_of(hearsay), &other, NULL) != ENT_OK) {
            continue;
        }
        switch (ent_history_compare(&other, now, witness)) {
        case ENT_HISTORY_SAME:
        case ENT_HISTORY_GROWN:
            hearsay->proven_at = node->now_ms;
            break;
        case ENT_HISTORY_FORKED:
            rc = contradict(
                node, peer, row, hearsay, ENT_HISTORY_FORKED, wire, err);
            break;
        default:
            rc = wait_for_proof(node, peer, row, hearsay, wire, err);
        }
    }
    return rc;
}

static enum ent_status
place_add(
    node_witness_row *row, hearsay_row **ret_hearsay, struct ent_error *err)
{
    hearsay_row **list =
        realloc(row->hearsay, (row->n_hearsay + 1) * sizeof *list);
    hearsay_row *hearsay = malloc(sizeof *hearsay);

    row->hearsay = list != NULL ? list : row->hearsay;
    if (list == NULL || hearsay == NULL) {
        free(hearsay);
        return ent_fail(err, ENT_NO_MEMORY, "remembering a checkpoint");
    }
    entente__rest__v1__hearsay_row__init(hearsay);
    list[row->n_hearsay++] = hearsay;
    *ret_hearsay = hearsay;
    return ENT_OK;
}

/* Its place: of the same bringer, a free one, or that of the one heard longest
 * ago. Whatever waits for its proof stays, or it would never be due; then there
 * is none: NULL. */
static enum ent_status
place_find(node_witness_row *row, const struct node_peer *by,
    hearsay_row **ret_hearsay, struct ent_error *err)
{
    hearsay_row *oldest = NULL;

    for (size_t i = 0; i < row->n_hearsay; i++) {
        hearsay_row *hearsay = row->hearsay[i];

        if (strcmp(hearsay->by, by->address.text) == 0) {
            *ret_hearsay = hearsay->proven_at != 0 ? hearsay : NULL;
            return ENT_OK;
        }
        if (hearsay->proven_at != 0 &&
            (oldest == NULL || hearsay->heard_at < oldest->heard_at)) {
            oldest = hearsay;
        }
    }
    if (row->n_hearsay < NODE_HEARSAY_MAX) {
        return place_add(row, ret_hearsay, err);
    }
    *ret_hearsay = oldest;
    return ENT_OK;
}

static enum ent_status
remember(struct node *node, node_witness_row *row, hearsay_row *hearsay,
    const struct node_peer *by, struct ent_view note,
    const struct ent_checkpoint *other, struct ent_error *err)
{
    char *name = strdup(by->address.text);

    if (name == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering a checkpoint");
    }
    if (hearsay->by != protobuf_c_empty_string) {
        free(hearsay->by);
    }
    hearsay->by = name;
    hearsay->size = other->size;
    hearsay->heard_at = node->now_ms;
    hearsay->proven_at = 0;
    hearsay->unproven_since = 0;
    node_witness_owe(node, row);
    return node_witness_bytes(&hearsay->note, note, err);
}

static bool
is_known(const node_witness_row *row, struct ent_view note)
{
    for (size_t i = 0; i < row->n_hearsay; i++) {
        if (ent_view_equal(note_of(row->hearsay[i]), note)) {
            return true;
        }
    }
    return false;
}

/* One note of `peer` that `by` holds. */
static enum ent_status
take(struct node *node, const struct node_peer *peer,
    const struct node_peer *by, struct ent_view note,
    const struct ent_checkpoint *other, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    static const struct ent_witness nothing;
    hearsay_row *hearsay = NULL;
    struct ent_checkpoint held;
    enum ent_status rc = node_witness_load(node, peer, &row, err);

    if (rc != ENT_OK || row->note.len == 0 || is_known(row, note) ||
        ent_checkpoint_peek(ent_view_of(row->note.data, row->note.len), &held,
            NULL) != ENT_OK ||
        other->incarnation != held.incarnation) {
        return rc; /* of another life: it says so itself */
    }
    rc = place_find(row, by, &hearsay, err);
    if (rc != ENT_OK || hearsay == NULL) {
        return rc;
    }
    rc = remember(node, row, hearsay, by, note, other, err);
    if (rc == ENT_OK && other->size == held.size) {
        rc = node_hearsay_settle(node, peer, row,
            ent_view_of(row->note.data, row->note.len), &held, &nothing, err);
    }
    return rc != ENT_OK ? rc : node_witness_save(node, peer, row, err);
}

enum ent_status
node_hearsay_learn(struct node *node, const struct node_peer *by,
    const struct ent_witness *witness, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < witness->other_count; i++) {
        struct ent_checkpoint other;
        struct node_peer *peer;

        if (ent_checkpoint_peek(witness->others[i], &other, NULL) != ENT_OK ||
            ent_address_equal(&other.origin, &node->self) ||
            ent_address_equal(&other.origin, &by->address) ||
            !node_witness_is_joint(node, &other.origin, &by->address)) {
            continue;
        }
        rc = node_peers_get(node, &other.origin, &peer, err);
        if (rc == ENT_OK) {
            rc = node_archive_note_open(
                node, &peer->address, witness->others[i], &other, NULL, err);
        }
        if (rc == ENT_OK) {
            rc = take(node, peer, by, witness->others[i], &other, err);
        }
        rc = rc == ENT_REJECTED ? ENT_OK : rc; /* it proves nothing */
    }
    return rc;
}
