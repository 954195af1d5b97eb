/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carry - the way in and out that is a file (proto/carriage.h): for a border
 * without a network, or beside it.
 *
 * A file says what the link would: our certificate and manifest, the revocation
 * lists of both states, receipts of the last days and answers to what came by
 * file, and every bundle that is not settled, or the skip that stands for it.
 * Carrying moves no bundle on its way: until it is answered it is sent on the
 * link too, and carried again.
 */
#ifndef NODE_CARRY_H
#define NODE_CARRY_H

#include "node/node.h"
#include "proto/base/pb.h"
#include "proto/delivery.h"
#include "proto/schema/api.pb-c.h"

#define NODE_CARRY_FRAMES_MAX 256 /* in one request or reply */

/* One page for one office, or the names of all that an agreement knows. */
enum ent_status node_carry_out(struct node *node,
    const Entente__V1__CarryOutRequest *request, struct ent_arena *arena,
    Entente__V1__CarryOutReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* Take frames in as if they had come on the link, and say what each came to.
 * Fails only for our own storage, or for a request that is wrong as a whole. */
enum ent_status node_carry_in(struct node *node,
    const Entente__V1__CarryInRequest *request, struct ent_arena *arena,
    Entente__V1__CarryInReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* A receipt that answers what came by file, at that place. It is kept for the
 * next file back when no file would have it else: it settles nothing, or it is
 * `final` and from before the last days. */
enum ent_status node_carry_keep(struct node *node,
    const struct ent_stream_id *stream, uint64_t first, struct ent_view wire,
    bool final, struct ent_error *err) ENT_MUST_CHECK;

#endif
