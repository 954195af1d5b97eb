/* SPDX-License-Identifier: Apache-2.0 */
/* What one office said came: is it the history that it said before, and what
 * does it hold of ours? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/archive.h"
#include "node/rollback.h"
#include "node/welcome.h"
#include "node/witness_internal.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define COMPONENT "witness"

/* ---- its journal ---- */

static struct ent_view
view_of(const ProtobufCBinaryData *field)
{
    return ent_view_of(field->data, field->len);
}

enum ent_status
node_witness_contradict(struct node *node, const struct node_peer *peer,
    node_witness_row *row, enum ent_history history, struct ent_view first,
    struct ent_view second, const char *why, struct ent_error *err)
{
    struct ent_digest hashes[2] = {ent_digest_of(first), ent_digest_of(second)};
    enum ent_status rc;

    if (row->contradiction == 0) {
        rc = node_witness_bytes(&row->first, first, err);
        if (rc == ENT_OK) {
            rc = node_witness_bytes(&row->second, second, err);
        }
        if (rc == ENT_OK) {
            rc = node_record(node, ENT_ENTRY_CONTRADICTED, &peer->party,
                &hashes[0], &hashes[1], (uint32_t)history, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        row->contradiction = (uint32_t)history;
        row->found_at = node->now_ms;
        node_witness_owe(node, row);
    }
    return node_alarm_raise(node, NODE_ALARM_HISTORY, peer->address.text, err,
        "%s: call the office. `entente journal contradiction %s` writes both "
        "signed statements, to be shown to others",
        why, peer->address.text);
}

enum ent_status
node_witness_fork(struct node *node, const struct node_peer *peer,
    struct ent_view first, struct ent_view second, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    enum ent_status rc = node_witness_load(node, peer, &row, err);

    if (rc != ENT_OK || row->fork_at != 0) {
        return rc;
    }
    rc = node_witness_bytes(&row->fork_first, first, err);
    if (rc == ENT_OK) {
        rc = node_witness_bytes(&row->fork_second, second, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row->fork_at = node->now_ms;
    return node_witness_save(node, peer, row, err);
}

/* It is what we hold from now on. */
static enum ent_status
hold(struct node *node, node_witness_row *row, struct ent_view wire,
    const struct ent_checkpoint *now, struct ent_view note,
    struct ent_error *err)
{
    enum ent_status rc = node_witness_bytes(&row->note, note, err);

    if (rc == ENT_OK) {
        rc = node_witness_bytes(&row->statement, wire, err);
    }
    row->incarnation = now->incarnation;
    row->size = now->size;
    row->held_at = node->now_ms;
    row->unproven_since = 0;
    node_witness_owe(node, row);
    return rc;
}

/* What is sealed for the life before would only come back. */
static enum ent_status
begin_anew(struct node *node, struct node_peer *peer, node_witness_row *row,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    ent_log(ENT_LOG_INFO, COMPONENT,
        "another life of its store peer=%s incarnation=%" PRIu64,
        peer->address.text, row->incarnation);
    row->proven_at = 0;
    row->proven_from = 0;
    row->contradiction = 0; /* its evidence stays until there is other */
    for (size_t i = 0; i < row->n_hearsay; i++) {
        protobuf_c_message_free_unpacked(&row->hearsay[i]->base, NULL);
    }
    row->n_hearsay = 0;
    if (!peer->has_manifest || peer->manifest.incarnation < row->incarnation) {
        peer->fetch_at = 0;
        rc = node_peers_fetch(node, peer, err);
    }
    return rc != ENT_OK ? rc
                        : node_alarm_settle(node, NODE_ALARM_HISTORY,
                              peer->address.text, err);
}

bool
node_witness_is_patient(const struct node *node, uint64_t since)
{
    return node->now_ms < since ||
           node->now_ms - since < NODE_WITNESS_PATIENCE_MS;
}

/* The proof may be on its way: it needs our statement first. */
static enum ent_status
wait_for_proof(struct node *node, const struct node_peer *peer,
    node_witness_row *row, struct ent_view wire, struct ent_error *err)
{
    if (row->unproven_since == 0) {
        row->unproven_since = node->now_ms;
    }
    node_witness_owe(node, row);
    return node_witness_is_patient(node, row->unproven_since)
               ? ENT_OK
               : node_witness_contradict(node, peer, row, ENT_HISTORY_UNPROVEN,
                     view_of(&row->statement), wire,
                     "for a day it has not proven that its journal grew from "
                     "the one that is held here",
                     err);
}

static enum ent_status
held_checkpoint(const struct node_peer *peer, const node_witness_row *row,
    struct ent_checkpoint *ret_held, struct ent_error *err)
{
    enum ent_status rc =
        ent_checkpoint_peek(view_of(&row->note), ret_held, err);

    if (rc != ENT_OK) {
        return ent_fail(err, ENT_IO, "the checkpoint held of %s is damaged",
            peer->address.text);
    }
    return rc;
}

static enum ent_status
judge(struct node *node, struct node_peer *peer, node_witness_row *row,
    struct ent_view wire, const struct ent_checkpoint *now,
    const struct ent_witness *witness, struct ent_error *err)
{
    struct ent_checkpoint held;
    enum ent_history history;
    enum ent_status rc;

    if (row->note.len == 0) {
        return hold(node, row, wire, now, witness->checkpoint, err);
    }
    rc = held_checkpoint(peer, row, &held, err);
    if (rc != ENT_OK) {
        return rc;
    }
    history = ent_history_judge(&held, now, witness);
    switch (history) {
    case ENT_HISTORY_SAME:
        return ENT_OK;
    case ENT_HISTORY_GROWN:
        row->proven_at = node->now_ms;
        row->proven_from = held.size;
        return hold(node, row, wire, now, witness->checkpoint, err);
    case ENT_HISTORY_NEW:
        rc = hold(node, row, wire, now, witness->checkpoint, err);
        return rc != ENT_OK ? rc : begin_anew(node, peer, row, err);
    case ENT_HISTORY_UNPROVEN:
        return wait_for_proof(node, peer, row, wire, err);
    case ENT_HISTORY_SHORTER:
        return node_witness_contradict(node, peer, row, history,
            view_of(&row->statement), wire,
            "its journal is shorter than it was: its store is an old copy, or "
            "was cut",
            err);
    case ENT_HISTORY_FORKED:
        return node_witness_contradict(node, peer, row, history,
            view_of(&row->statement), wire,
            "its journal is not the one that it had signed: entries were "
            "changed",
            err);
    }
    return ENT_OK;
}

/* ---- ours ---- */

/* What it wants proven, for our next statement. */
static enum ent_status
note_wanted(struct node *node, node_witness_row *row,
    const struct ent_witness *witness, struct ent_error *err)
{
    uint64_t *wanted = NULL;

    if (witness->wanted_count == row->n_wanted &&
        (row->n_wanted == 0 ||
            memcmp(row->wanted, witness->wanted,
                row->n_wanted * sizeof row->wanted[0]) == 0)) {
        return ENT_OK;
    }
    if (witness->wanted_count > 0) {
        wanted = malloc(witness->wanted_count * sizeof *wanted);
        if (wanted == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "remembering what is wanted");
        }
        memcpy(wanted, witness->wanted, witness->wanted_count * sizeof *wanted);
        node_witness_owe(node, row);
    }
    free(row->wanted);
    row->wanted = wanted;
    row->n_wanted = witness->wanted_count;
    return ENT_OK;
}

/* It holds a note that we signed, with this key or one before it: it must be
 * about this store. What we did not
 * sign proves nothing about us. */
static enum ent_status
heed_ours(struct node *node, const struct node_peer *peer,
    node_witness_row *row, const struct ent_witness *witness,
    struct ent_error *err)
{
    struct ent_checkpoint held;
    bool is_old_copy = false;
    enum ent_status rc;

    if (witness->held.len == 0) {
        return ENT_OK;
    }
    rc = node_archive_note_open(
        node, &node->self, witness->held, &held, NULL, err);
    if (rc != ENT_OK) {
        return rc == ENT_BAD_INPUT || rc == ENT_REJECTED ? ENT_OK : rc;
    }
    rc = node_rollback_judge(
        node, &held, witness->held, peer->address.text, &is_old_copy, err);
    if (rc != ENT_OK || is_old_copy || held.incarnation != node->incarnation) {
        return rc;
    }
    if (held.size != row->theirs) {
        row->theirs = held.size;
        if (held.size < node->witness.size) {
            node_witness_owe(node, row); /* it lacks a proof from there */
        }
    }
    row->theirs_at = node->now_ms;
    return node_rollback_confirm(node, held.size, err);
}

/* ---- the whole ---- */

/* Whose it is, and that it is news. */
static enum ent_status
verify(struct node *node, const struct ent_object *object,
    struct node_peer **ret_peer, struct ent_certificate *ret_certificate,
    struct ent_witness *ret_witness, struct ent_error *err)
{
    struct ent_address from;
    struct ent_address to;
    enum ent_status rc =
        ent_witness_subject_read(object->subject, &from, &to, err);

    if (rc == ENT_OK && !ent_address_equal(&to, &node->self)) {
        rc = ent_fail(err, ENT_REJECTED, "a witness for somebody else");
    }
    if (rc == ENT_OK && !node_welcome_is_named(node, &from)) {
        rc = ent_fail(err, ENT_REJECTED, "no agreement names %s", from.text);
    }
    if (rc == ENT_OK) {
        rc = ent_witness_peek(object->wire, ret_witness, err);
    }
    if (rc == ENT_OK) {
        rc = node_peers_get(node, &from, ret_peer, err);
    }
    if (rc == ENT_OK) {
        rc = node_peers_signer_of(node, &from, object->wire,
            ret_witness->made_at, ret_certificate, err);
        rc = rc == ENT_NOT_FOUND ? ENT_REJECTED : rc;
    }
    if (rc == ENT_OK) {
        rc = ent_witness_open(object->wire, ret_certificate, ret_witness, err);
    }
    if (rc == ENT_OK && !ent_address_equal(&ret_witness->to, &node->self)) {
        rc = ent_fail(err, ENT_REJECTED, "a witness for somebody else");
    }
    if (rc == ENT_OK &&
        ret_witness->made_at > node->now_ms + ENT_CLOCK_SKEW_MS) {
        rc = ent_fail(err, ENT_REJECTED, "a witness of the future");
    }
    return rc;
}

static enum ent_status
open_note(struct node *node, const struct ent_witness *witness,
    const struct ent_certificate *certificate,
    struct ent_checkpoint *ret_checkpoint, struct ent_error *err)
{
    enum ent_status rc = ent_checkpoint_open(
        witness->checkpoint, &certificate->signing_key, ret_checkpoint, err);

    if (rc == ENT_OK &&
        !ent_address_equal(&ret_checkpoint->origin, &witness->from)) {
        rc = ent_fail(err, ENT_REJECTED, "a checkpoint of somebody else");
    }
    if (rc == ENT_OK &&
        (ret_checkpoint->incarnation == 0 ||
            !node_peers_plausible(node, ret_checkpoint->incarnation))) {
        rc = ent_fail(err, ENT_REJECTED,
            "a checkpoint without an incarnation, or of the future");
    }
    return rc;
}

static enum ent_status
take(struct node *node, struct node_peer *peer, node_witness_row *row,
    struct ent_view wire, const struct ent_checkpoint *now,
    const struct ent_witness *witness, struct ent_error *err)
{
    enum ent_status rc;

    row->made_at = witness->made_at;
    rc = judge(node, peer, row, wire, now, witness, err);
    if (rc == ENT_OK) {
        rc = node_hearsay_settle(node, peer, row, wire, now, witness, err);
    }
    if (rc == ENT_OK) {
        rc = note_wanted(node, row, witness, err);
    }
    if (rc == ENT_OK) {
        rc = heed_ours(node, peer, row, witness, err);
    }
    if (rc == ENT_OK) {
        rc = node_witness_save(node, peer, row, err);
    }
    if (rc == ENT_OK) {
        rc = node_hearsay_learn(node, peer, witness, err);
    }
    return rc != ENT_OK ? rc
                        : node_peers_heard(node, peer, witness->made_at, err);
}

enum ent_status
node_witness_learn(
    struct node *node, const struct ent_object *object, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    struct ent_certificate certificate;
    struct ent_checkpoint now;
    struct ent_witness witness;
    struct node_peer *peer = NULL;
    enum ent_status rc;

    rc = verify(node, object, &peer, &certificate, &witness, err);
    if (rc != ENT_OK) {
        return peer != NULL ? node_peers_doubt(node, peer, rc, err) : rc;
    }
    rc = open_note(node, &witness, &certificate, &now, err);
    if (rc == ENT_OK) {
        rc = node_witness_load(node, peer, &row, err);
    }
    if (rc != ENT_OK || witness.made_at <= row->made_at) {
        return rc;
    }
    return take(node, peer, row, object->wire, &now, &witness, err);
}
