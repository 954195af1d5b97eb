/* SPDX-License-Identifier: Apache-2.0 */
#include "node/witness_internal.h"

#include <stdlib.h>
#include <string.h>

#include "node/anchor.h"
#include "node/uplink.h"
#include "node/welcome.h"

/* Between two statements to one office. */
#define PAUSE_MAX_MS UINT64_C(10000)
#define ASK_MAX_MS UINT64_C(600000)
#define GROWTH 1024 /* entries after which a checkpoint is due sooner */

/* ---- rows ---- */

enum ent_status
node_witness_get(struct node *node, const struct ent_party *party,
    node_witness_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_party(party);

    return node_row_get(node->store, NODE_WITNESS, node_key_view(&key),
        &entente__rest__v1__witness_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_witness_load(struct node *node, const struct node_peer *peer,
    node_witness_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    enum ent_status rc = node_witness_get(node, &peer->party, ret_row, err);

    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    row = malloc(sizeof *row);
    if (row == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering a checkpoint");
    }
    entente__rest__v1__witness_row__init(row);
    row->office = strdup(peer->address.text);
    if (row->office == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering a checkpoint");
    }
    *ret_row = row;
    row = NULL;
    return ENT_OK;
}

enum ent_status
node_witness_save(struct node *node, const struct node_peer *peer,
    const node_witness_row *row, struct ent_error *err)
{
    struct node_key key = node_key_party(&peer->party);

    return node_row_put(
        node->store, NODE_WITNESS, node_key_view(&key), &row->base, err);
}

enum ent_status
node_witness_bytes(
    ProtobufCBinaryData *field, struct ent_view bytes, struct ent_error *err)
{
    uint8_t *copy = NULL;

    if (bytes.len > 0) {
        copy = malloc(bytes.len);
        if (copy == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "remembering a checkpoint");
        }
        memcpy(copy, bytes.data, bytes.len);
    }
    free(field->data);
    *field = (ProtobufCBinaryData){.data = copy, .len = bytes.len};
    return ENT_OK;
}

void
node_witness_owe(struct node *node, node_witness_row *row)
{
    row->owed = true;
    node->witness.owing = true;
}

/* ---- whom an agreement joins ---- */

static bool
lists(const struct ent_agreement *agreement, const struct ent_address *wanted)
{
    const struct ent_address *office;

    for (size_t i = 0; (office = ent_agreement_office(agreement, i)) != NULL;
         i++) {
        if (ent_address_equal(office, wanted)) {
            return true;
        }
    }
    return false;
}

bool
node_witness_is_joint(const struct node *node, const struct ent_address *office,
    const struct ent_address *other)
{
    const struct ent_agreement *agreement;

    for (size_t i = 0;
         (agreement = node_agreements_at(node->agreements, i, NULL)) != NULL;
         i++) {
        if (lists(agreement, &node->self) && lists(agreement, office) &&
            lists(agreement, other)) {
            return true;
        }
    }
    return false;
}

/* ---- asking and answering ---- */

static enum ent_status
ask(struct node *node, const struct node_peer *peer, uint64_t via,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];
    enum ent_status rc = node_witness_get(node, &peer->party, &row, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    ent_witness_subject(&peer->address, &node->self, subject);
    return node_object_ask(node, via, NODE_KIND_WITNESS, subject,
        row != NULL ? row->made_at : 0, err);
}

/* What we last said to that office, again. */
static enum ent_status
say_again(struct node *node, const struct node_peer *peer, uint64_t via,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = NODE_KIND_WITNESS};
    enum ent_status rc = node_object_get(
        node, NODE_KIND_WITNESS, &peer->party, &object.wire, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    ent_witness_subject(&node->self, &peer->address, object.subject);
    rc = ent_object_encode(&object, &payload, err);
    return rc != ENT_OK ? rc
                        : node_effects_frame(&node->effects, via, true,
                              ENT_FRAME_OBJECT, &payload, NULL, err);
}

static bool
is_ours(const struct node *node, const struct node_peer *peer)
{
    return peer->has_certificate && node_welcome_is_named(node, &peer->address);
}

enum ent_status
node_witness_greet(struct node *node, uint64_t via, struct ent_error *err)
{
    struct node_peer *peer;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        uint64_t ways = node_uplink_toward(node->uplink, &peer->address) & via;

        if (ways == 0 || !node_welcome_is_named(node, &peer->address)) {
            continue;
        }
        rc = ask(node, peer, ways, err);
        rc = rc != ENT_OK ? rc : say_again(node, peer, ways, err);
    }
    return rc;
}

enum ent_status
node_witness_answer(struct node *node, const struct ent_fetch *fetch,
    struct ent_object *object, struct ent_error *err)
{
    const struct node_neighbour *neighbour;
    struct ent_witness witness;
    struct ent_address from;
    struct ent_address to;
    struct ent_party party;
    struct ent_view wire;
    enum ent_status rc =
        ent_witness_subject_read(fetch->subject, &from, &to, err);

    if (rc != ENT_OK || !ent_address_equal(&from, &node->self)) {
        return rc;
    }
    for (size_t i = 0; (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        if (node->from == NODE_VIA(i) &&
            ent_address_equal(&neighbour->certificate.address, &to)) {
            break;
        }
    }
    party = ent_address_party(&to);
    rc = neighbour == NULL
             ? ENT_NOT_FOUND
             : node_object_get(node, NODE_KIND_WITNESS, &party, &wire, err);
    if (rc == ENT_OK && ent_witness_peek(wire, &witness, err) == ENT_OK &&
        witness.made_at > fetch->newer_than) {
        object->wire = wire;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- by the clock ---- */

static uint64_t
pause_ms(const struct node *node)
{
    return node->config->checkpoint_ms < PAUSE_MAX_MS
               ? node->config->checkpoint_ms
               : PAUSE_MAX_MS;
}

/* So much time has passed, or the clock was set back. */
static bool
has_passed(const struct node *node, uint64_t since, uint64_t ms)
{
    return node->now_ms < since || node->now_ms - since >= ms;
}

static bool
is_checkpoint_due(const struct node *node)
{
    const struct node_witness_state *state = &node->witness;
    uint64_t size = node_journal_size(node->journal);

    return state->note.len == 0 || state->incarnation != node->incarnation ||
           (size != state->size &&
               has_passed(node, state->made_at,
                   size - state->size >= GROWTH ? pause_ms(node)
                                                : node->config->checkpoint_ms));
}

/* Of what is committed, and on the disk: the anchor is a file beside the store,
 * and a store that it is ahead of is taken for an old copy. */
static enum ent_status
renew_checkpoint(struct node *node, struct ent_error *err)
{
    struct node_witness_state *state = &node->witness;
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    enum ent_status rc;

    if (!is_checkpoint_due(node)) {
        return ENT_OK;
    }
    rc = node_turn_finish(node, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_journal_checkpoint(node->journal, &node->self, node->incarnation,
        node_keeper_signer(node->keeper), &note, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_bytes_free(&state->note);
    state->note = note;
    note = (struct ent_bytes){0};
    state->size = node_journal_size(node->journal);
    state->incarnation = node->incarnation;
    state->made_at = node->now_ms;
    state->owing = true;
    node_anchor_write(node);
    return ENT_OK;
}

/* It has this very checkpoint. */
static bool
is_told(const struct node *node, const node_witness_row *row)
{
    struct ent_digest digest =
        ent_digest_of(ent_bytes_view(&node->witness.note));

    return ent_view_equal(ent_view_of(row->told_note.data, row->told_note.len),
        ent_view_of(digest.bytes, sizeof digest.bytes));
}

/* `at_once`: at the start, whenever it was told something before. */
static enum ent_status
tell(struct node *node, const struct node_peer *peer, bool at_once,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    enum ent_status rc = node_witness_load(node, peer, &row, err);

    if (rc != ENT_OK || (!row->owed && is_told(node, row))) {
        return rc;
    }
    if (!at_once && !has_passed(node, row->told_at, pause_ms(node))) {
        node->witness.owing = true;
        return ENT_OK;
    }
    return node_witness_tell(node, peer, row, err);
}

static enum ent_status
tell_all(struct node *node, bool at_once, struct ent_error *err)
{
    struct node_peer *peer;
    enum ent_status rc = ENT_OK;

    node->witness.owing = false;
    for (size_t i = 0;
         rc == ENT_OK && (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        if (is_ours(node, peer)) {
            rc = tell(node, peer, at_once, err);
        }
    }
    return rc;
}

static enum ent_status
ask_all(struct node *node, struct ent_error *err)
{
    struct node_witness_state *state = &node->witness;
    uint64_t every = node->config->checkpoint_ms < ASK_MAX_MS
                         ? node->config->checkpoint_ms
                         : ASK_MAX_MS;
    struct node_peer *peer;
    enum ent_status rc = ENT_OK;

    if (!has_passed(node, state->asked_at, every)) {
        return ENT_OK;
    }
    state->asked_at = node->now_ms;
    for (size_t i = 0;
         rc == ENT_OK && (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        if (is_ours(node, peer)) {
            rc = ask(node, peer,
                node_uplink_toward(node->uplink, &peer->address), err);
        }
    }
    return rc;
}

enum ent_status
node_witness_run(struct node *node, struct ent_error *err)
{
    struct node_witness_state *state = &node->witness;
    const bool at_once = state->run_at == 0;
    enum ent_status rc;

    if (node->rolled_back ||
        (node->now_ms < state->run_at &&
            state->run_at - node->now_ms <= pause_ms(node))) {
        return ENT_OK;
    }
    state->run_at = node->now_ms + pause_ms(node);
    rc = renew_checkpoint(node, err);
    if (rc == ENT_OK && state->owing) {
        rc = tell_all(node, at_once, err);
    }
    return rc != ENT_OK ? rc : ask_all(node, err);
}

uint64_t
node_witness_due(const struct node *node)
{
    return node->rolled_back ? UINT64_MAX : node->witness.run_at;
}

void
node_witness_forget(struct node *node)
{
    ent_bytes_free(&node->witness.note);
}
