/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint - how long the journal of an office is, and its root, signed by
 * the office: a text to keep and to give away, against which any later journal
 * of that office can be held. A signed note (C2SP tlog-checkpoint and
 * signed-note; docs/PROTOCOL.md, section 18):
 *
 *     blo-maesai@th
 *     3
 *     q4l9q6H3drNI9iTjVdUuRlfvPrgGHsl/w6ojJTvXBgQ=
 *     incarnation 1795255200000000
 *
 *     — blo-maesai@th YZMTbZ80U5SFqRhDAk03dSDpUC2LJywviPg3qRp07VE1jG...
 *
 * The fourth line says which life of the store it is about: two notes of one
 * life must be about one history. Notes of earlier versions have none.
 */
#ifndef ENT_PROTO_CHECKPOINT_H
#define ENT_PROTO_CHECKPOINT_H

#include "proto/address.h"
#include "proto/signing.h"

#define ENT_CHECKPOINT_MAX ((size_t)512) /* bytes of a note */

struct ent_checkpoint {
    struct ent_address origin; /* whose journal */
    uint64_t size;             /* entries */
    struct ent_digest root;
    uint64_t incarnation; /* of the store; 0: not told */
};

enum ent_status ent_checkpoint_make(const struct ent_checkpoint *checkpoint,
    const struct ent_signer *office, struct ent_bytes *ret_note,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read and verify: ENT_BAD_INPUT when it is no such note, letter for letter;
 * ENT_REJECTED when it is not signed by `office`. */
enum ent_status ent_checkpoint_open(struct ent_view note,
    const struct ent_verify_key *office, struct ent_checkpoint *ret_checkpoint,
    struct ent_error *err) ENT_MUST_CHECK;

/* Read without verifying: to learn whose it claims to be. */
enum ent_status ent_checkpoint_peek(struct ent_view note,
    struct ent_checkpoint *ret_checkpoint,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
