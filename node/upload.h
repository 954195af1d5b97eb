/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload - an officer's file on its way into the store, piece by piece, before
 * the message that it is to go with is handed in.
 *
 * Each piece is sealed as it comes and nothing of it is kept in the clear. The
 * program chooses the upload's name, so that a piece that is handed in twice is
 * there once, and after a crash of either it goes on where it stopped. What no
 * message has taken up within a day is taken away.
 */
#ifndef NODE_UPLOAD_H
#define NODE_UPLOAD_H

#include "node/attachment.h"
#include "proto/schema/api.pb-c.h"

#define NODE_UPLOAD_PIECE_MAX ((size_t)4 * ENT_CHUNK_LEN)

/* Take one piece in. ENT_BAD_INPUT: not the next one, or not of that file.
 * Where there is no room for all of it the reply says so, and how much there
 * is. */
enum ent_status node_upload_take(struct node *node,
    const Entente__V1__UploadRequest *request, struct ent_arena *arena,
    Entente__V1__UploadReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* Files that are to go with one message. */
struct node_enclosed {
    struct {
        uint64_t number; /* of the attachment */
        struct ent_digest root;
    } list[ENT_ATTACHMENTS_MAX];
    size_t count;
};

/* Add to the message a note for each file that goes with it; `*ret_fault` says
 * in words which is not (wholly) here. */
enum ent_status node_upload_enclose(struct node *node,
    const Entente__V1__Submission *submission, struct ent_arena *arena,
    struct node_enclosed *ret_enclosed, const char **ret_fault,
    struct ent_error *err) ENT_MUST_CHECK;

/* One copy more has it, which is deleted on `day`: so long its key is kept. */
enum ent_status node_upload_use(struct node *node, uint64_t number,
    uint64_t day, struct ent_error *err) ENT_MUST_CHECK;

/* A day has passed since it began. */
enum ent_status node_upload_prune(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
