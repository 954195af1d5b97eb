/* SPDX-License-Identifier: Apache-2.0 */
/* What we say to one office: our checkpoint, that it grew from what that office
 * holds, and what we hold. */
#include <string.h>

#include "node/uplink.h"
#include "node/witness_internal.h"

/* Sizes in ascending order, each once. */
struct sizes {
    uint64_t list[ENT_WITNESS_PROOFS_MAX];
    size_t count;
};

static void
add_size(struct sizes *sizes, uint64_t size)
{
    size_t at = 0;

    while (at < sizes->count && sizes->list[at] < size) {
        at++;
    }
    if (size == 0 || sizes->count == ENT_WITNESS_PROOFS_MAX ||
        (at < sizes->count && sizes->list[at] == size)) {
        return;
    }
    memmove(sizes->list + at + 1, sizes->list + at,
        (sizes->count - at) * sizeof sizes->list[0]);
    sizes->list[at] = size;
    sizes->count++;
}

/* From what it holds, from what it was told last, and from what it asks for. */
static enum ent_status
fill_proofs(struct node *node, const node_witness_row *row,
    struct ent_witness *witness, struct ent_error *err)
{
    const uint64_t size = node->witness.size;
    struct sizes sizes = {.count = 0};
    enum ent_status rc = ENT_OK;

    add_size(&sizes, row->theirs);
    if (row->told_incarnation == node->incarnation) {
        add_size(&sizes, row->told_size);
    }
    for (size_t i = 0; i < row->n_wanted; i++) {
        add_size(&sizes, row->wanted[i]);
    }
    for (size_t i = 0; rc == ENT_OK && i < sizes.count; i++) {
        struct ent_witness_proof *proof =
            &witness->proofs[witness->proof_count];

        if (sizes.list[i] >= size) {
            break;
        }
        proof->size = sizes.list[i];
        rc = node_journal_prove_growth(
            node->journal, node->store, sizes.list[i], size, &proof->path, err);
        witness->proof_count++;
    }
    return rc;
}

/* Of which sizes of its journal others hold a note that it has not proven. */
static void
fill_wanted(const node_witness_row *row, struct ent_witness *witness)
{
    struct sizes sizes = {.count = 0};

    for (size_t i = 0; i < row->n_hearsay; i++) {
        if (row->hearsay[i]->proven_at == 0) {
            add_size(&sizes, row->hearsay[i]->size);
        }
    }
    memcpy(witness->wanted, sizes.list, sizeof witness->wanted);
    witness->wanted_count = sizes.count;
}

_Static_assert(ENT_WITNESS_WANTED_MAX == ENT_WITNESS_PROOFS_MAX,
    "every size that is wanted can be proven");

/* Notes of offices that one agreement joins with that one and with us, in turn.
 * They look into the store until the next put. */
static enum ent_status
fill_others(struct node *node, const struct node_peer *to,
    struct ent_bytes notes[static ENT_WITNESS_OTHERS_MAX],
    struct ent_witness *witness, struct ent_error *err)
{
    const size_t count = node_peers_count(node->peers);
    size_t turn = node->witness.turn;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count &&
                       witness->other_count < ENT_WITNESS_OTHERS_MAX;
         i++, turn++) {
        const struct node_peer *peer = node_peers_at(node->peers, turn % count);
        ENT_AUTO(node_row_free) node_witness_row *row = NULL;

        if (peer == to ||
            !node_witness_is_joint(node, &peer->address, &to->address)) {
            continue;
        }
        rc = node_witness_get(node, &peer->party, &row, err);
        if (rc == ENT_OK && row->note.len > 0) {
            struct ent_bytes *note = &notes[witness->other_count];

            rc = ent_bytes_copy(
                ent_view_of(row->note.data, row->note.len), note, err);
            witness->others[witness->other_count++] = ent_bytes_view(note);
        }
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    node->witness.turn = turn;
    return rc;
}

static enum ent_status
make(struct node *node, const struct node_peer *to, const node_witness_row *row,
    uint64_t made_at, struct ent_bytes *ret_wire, struct ent_error *err)
{
    struct ent_bytes notes[ENT_WITNESS_OTHERS_MAX] = {{0}};
    struct ent_witness witness = {
        .from = node->self,
        .to = to->address,
        .made_at = made_at,
        .checkpoint = ent_bytes_view(&node->witness.note),
        .held = ent_view_of(row->note.data, row->note.len),
    };
    enum ent_status rc = fill_proofs(node, row, &witness, err);

    fill_wanted(row, &witness);
    if (rc == ENT_OK) {
        rc = fill_others(node, to, notes, &witness, err);
    }
    if (rc == ENT_OK) {
        rc = ent_witness_make(
            &witness, node_keeper_signer(node->keeper), ret_wire, err);
    }
    for (size_t i = 0; i < ENT_WITNESS_OTHERS_MAX; i++) {
        ent_bytes_free(&notes[i]);
    }
    return rc;
}

static enum ent_status
send(struct node *node, const struct node_peer *to, struct ent_view wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = NODE_KIND_WITNESS, .wire = wire};
    enum ent_status rc;

    ent_witness_subject(&node->self, &to->address, object.subject);
    rc = ent_object_encode(&object, &payload, err);
    return rc != ENT_OK ? rc
                        : node_effects_frame(&node->effects,
                              node_uplink_toward(node->uplink, &to->address),
                              true, ENT_FRAME_OBJECT, &payload, NULL, err);
}

enum ent_status
node_witness_tell(struct node *node, const struct node_peer *peer,
    node_witness_row *row, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_digest digest;
    struct node_key key = node_key_object(NODE_KIND_WITNESS, &peer->party);
    uint64_t made_at =
        node->now_ms > row->told_at ? node->now_ms : row->told_at + 1;
    enum ent_status rc = make(node, peer, row, made_at, &wire, err);

    if (rc == ENT_OK) {
        rc = node_store_put(node->store, NODE_OBJECT, node_key_view(&key),
            ent_bytes_view(&wire), err);
    }
    if (rc == ENT_OK) {
        rc = send(node, peer, ent_bytes_view(&wire), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    digest = ent_digest_of(ent_bytes_view(&node->witness.note));
    rc = node_witness_bytes(
        &row->told_note, ent_view_of(digest.bytes, sizeof digest.bytes), err);
    if (rc != ENT_OK) {
        return rc;
    }
    row->told_at = made_at;
    row->told_size = node->witness.size;
    row->told_incarnation = node->witness.incarnation;
    row->owed = false;
    return node_witness_save(node, peer, row, err);
}
