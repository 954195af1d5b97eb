/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness - what one office tells another about journals, signed: how long its
 * own is and that it grew from what the other holds of it, and which
 * checkpoints it holds itself. So who cuts, edits or puts back a history
 * contradicts what lies at its peers, without any time-stamp service.
 *
 * Schema: proto/schema/trust.proto; what the notes in it say is for
 * proto/checkpoint.h, and what follows from them for proto/history.h. It is not
 * sealed: whose store is an old copy may lack the keys to open anything.
 */
#ifndef ENT_PROTO_WITNESS_H
#define ENT_PROTO_WITNESS_H

#include "proto/certificate.h"
#include "proto/tree.h"

#define ENT_WITNESS_LEN_MAX ((size_t)24 * 1024) /* bytes of the Signed */
#define ENT_WITNESS_NOTE_MAX 512                /* ENT_CHECKPOINT_MAX */
#define ENT_WITNESS_PROOFS_MAX 5
#define ENT_WITNESS_WANTED_MAX 5
#define ENT_WITNESS_OTHERS_MAX 4

/* From `size` entries to the checkpoint beside it. */
struct ent_witness_proof {
    uint64_t size;
    struct ent_tree_path path;
};

struct ent_witness {
    struct ent_address from;
    struct ent_address to;
    uint64_t made_at; /* ms; only grows */
    struct ent_view checkpoint;
    struct ent_witness_proof proofs[ENT_WITNESS_PROOFS_MAX];
    size_t proof_count;
    struct ent_view held; /* empty: none */
    uint64_t wanted[ENT_WITNESS_WANTED_MAX];
    size_t wanted_count;
    struct ent_view others[ENT_WITNESS_OTHERS_MAX];
    size_t other_count;
};

enum ent_status ent_witness_make(const struct ent_witness *witness,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Open and verify with the key of the certificate of `from`; views look into
 * `wire`. */
enum ent_status ent_witness_open(struct ent_view wire,
    const struct ent_certificate *from, struct ent_witness *ret_witness,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read without verifying: to learn whose it claims to be. */
enum ent_status ent_witness_peek(struct ent_view wire,
    struct ent_witness *ret_witness, struct ent_error *err) ENT_MUST_CHECK;

/* The proof from that size; NULL: none came with it. */
const struct ent_witness_proof *ent_witness_proof_from(
    const struct ent_witness *witness, uint64_t size);

/* Its subject in FETCH and OBJECT: `from`, a space, `to`. */
#define ENT_WITNESS_SUBJECT_MAX (2 * ENT_ADDRESS_MAX + 1)

void ent_witness_subject(const struct ent_address *from,
    const struct ent_address *to,
    char ret_subject[static ENT_WITNESS_SUBJECT_MAX + 1]);
/* ENT_BAD_INPUT unless it is two different addresses. */
enum ent_status ent_witness_subject_read(const char *subject,
    struct ent_address *ret_from, struct ent_address *ret_to,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
