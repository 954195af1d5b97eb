/* SPDX-License-Identifier: Apache-2.0 */
#include "node/carry.h"

#include <stdlib.h>
#include <string.h>

#include "node/intake.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/receipts.h"
#include "node/settle.h"
#include "node/submit.h"
#include "proto/frame.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

typedef Entente__V1__CarryResult carry_result; /* a generated name */

#define TAKEN ENTENTE__V1__CARRY_OUTCOME__CARRY_TAKEN
#define KNOWN ENTENTE__V1__CARRY_OUTCOME__CARRY_KNOWN
#define NOT_YET ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_YET
#define REFUSED ENTENTE__V1__CARRY_OUTCOME__CARRY_REFUSED
#define NOT_OURS ENTENTE__V1__CARRY_OUTCOME__CARRY_NOT_OURS

/* One frame on its way in. */
struct carrying {
    struct node *node;
    struct ent_view payload;
    struct ent_view body;
    struct ent_arena *arena;
    carry_result *result;
};

static void
put_off(const struct carrying *carrying, uint32_t reason)
{
    const struct ent_refusal_info *info = ent_refusal_info(reason);

    carrying->result->outcome = NOT_YET;
    carrying->result->reason = reason;
    carrying->result->reason_name = (char *)(uintptr_t)ent_refusal_name(reason);
    if (info != NULL) {
        carrying->result->text = (char *)(uintptr_t)info->remedy;
    }
}

/* What is wrong with a frame is told; our own storage ends the turn. */
static enum ent_status
refuse(const struct carrying *carrying, enum ent_status rc,
    const struct ent_error *err)
{
    if (rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY) {
        return rc;
    }
    if (rc != ENT_OK) {
        carrying->result->outcome = REFUSED;
        carrying->result->text = node_text_in(carrying->arena, err->text);
    }
    return ENT_OK;
}

static void
name_peer(const struct carrying *carrying, const struct ent_address *peer)
{
    carrying->result->peer = node_text_in(carrying->arena, peer->text);
}

/* ---- bundles and skips ---- */

/* What that place of a stream of theirs is answered in this turn. */
static void
tell_answer(const struct carrying *carrying, const struct ent_answer *answer)
{
    if (answer == NULL) {
        carrying->result->outcome = NOT_YET;
        carrying->result->text =
            (char *)(uintptr_t) "it does not fit what is here "
                                "of its stream; the log says "
                                "more";
        return;
    }
    if (answer->code == ENTENTE__V1__ANSWER_CODE__SETTLED ||
        answer->code == ENTENTE__V1__ANSWER_CODE__SKIPPED) {
        carrying->result->outcome = TAKEN;
        return;
    }
    put_off(carrying, answer->reason);
}

/* One place of a stream that comes to us: settled before, or taken now. */
static enum ent_status
take_place(const struct carrying *carrying, const struct ent_stream_id *stream,
    uint64_t first,
    enum ent_status (*take)(
        const struct carrying *carrying, struct ent_error *err),
    struct ent_error *err)
{
    struct node *node = carrying->node;
    bool known = false;
    enum ent_status rc;

    name_peer(carrying, &stream->sender);
    if (!ent_address_equal(&stream->recipient, &node->self)) {
        carrying->result->outcome = NOT_OURS;
        name_peer(carrying, &stream->recipient);
        return ENT_OK;
    }
    rc = node_receipts_has(node, stream, first, &known, err);
    if (rc == ENT_OK) {
        known |= node_receipts_answer(node, stream, first) != NULL;
        rc = take(carrying, err);
    }
    if (rc != ENT_OK) {
        return refuse(carrying, rc, err);
    }
    if (known) {
        carrying->result->outcome = KNOWN;
    } else {
        tell_answer(carrying, node_receipts_answer(node, stream, first));
    }
    return ENT_OK;
}

static enum ent_status
hand_in_bundle(const struct carrying *carrying, struct ent_error *err)
{
    return node_intake_bundle(
        carrying->node, carrying->payload, carrying->body, err);
}

static enum ent_status
take_bundle(const struct carrying *carrying, struct ent_error *err)
{
    struct ent_bundle bundle;
    enum ent_status rc =
        ent_bundle_decode(carrying->payload, carrying->body, &bundle, err);

    if (rc != ENT_OK) {
        return refuse(carrying, rc, err);
    }
    carrying->result->messages = bundle.label.count;
    return take_place(carrying, &bundle.label.stream, bundle.label.first,
        hand_in_bundle, err);
}

static enum ent_status
hand_in_skip(const struct carrying *carrying, struct ent_error *err)
{
    return node_intake_skip(carrying->node, carrying->payload, err);
}

static enum ent_status
take_skip(const struct carrying *carrying, struct ent_error *err)
{
    struct ent_skip skip;
    struct node_peer *peer;
    enum ent_status rc = ent_skip_peek(carrying->payload, &skip, err);

    if (rc == ENT_OK) {
        rc = node_peers_get(carrying->node, &skip.stream.sender, &peer, err);
    }
    if (rc != ENT_OK) {
        return refuse(carrying, rc, err);
    }
    if (!peer->has_certificate) {
        name_peer(carrying, &skip.stream.sender);
        put_off(carrying, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
        return ENT_OK;
    }
    return take_place(carrying, &skip.stream, skip.from, hand_in_skip, err);
}

/* ---- receipts ---- */

/* A receipt that moves nothing any more was heard before, or another that says
 * the same. */
static enum ent_status
settle(const struct carrying *carrying, const struct ent_receipt *receipt,
    struct ent_error *err)
{
    struct node *node = carrying->node;
    struct node_peer *peer;
    bool news = false;
    enum ent_status rc =
        node_peers_get(node, &receipt->stream.recipient, &peer, err);

    if (rc == ENT_OK && !peer->has_certificate) {
        put_off(carrying, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = node_settle_receipt(node, carrying->payload, &news, err);
    }
    if (rc == ENT_OK) {
        carrying->result->outcome = news ? TAKEN : KNOWN;
    }
    return refuse(carrying, rc, err);
}

static enum ent_status
take_receipt(const struct carrying *carrying, struct ent_error *err)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    enum ent_status rc;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    rc = ent_receipt_peek(carrying->payload, receipt, err);
    if (rc != ENT_OK) {
        rc = refuse(carrying, rc, err);
    } else if (!ent_address_equal(
                   &receipt->stream.sender, &carrying->node->self)) {
        carrying->result->outcome = NOT_OURS;
        name_peer(carrying, &receipt->stream.sender);
    } else {
        name_peer(carrying, &receipt->stream.recipient);
        rc = settle(carrying, receipt, err);
    }
    free(receipt);
    return rc;
}

/* ---- signed objects ---- */

/* Of what we hold of that kind about that subject; zero: nothing. */
static enum ent_status
digest_kept(struct node *node, const struct ent_object *object,
    struct ent_digest *ret_digest, struct ent_error *err)
{
    struct ent_view wire;
    enum ent_status rc =
        node_object_find(node, object->kind, object->subject, &wire, err);

    *ret_digest = rc == ENT_OK ? ent_digest_of(wire) : (struct ent_digest){{0}};
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
learn(const struct carrying *carrying, const struct ent_object *object,
    struct ent_error *err)
{
    struct ent_digest before;
    struct ent_digest after;
    enum ent_status rc = digest_kept(carrying->node, object, &before, err);

    if (rc == ENT_OK) {
        rc = node_peers_learn(carrying->node, object, err);
    }
    if (rc == ENT_OK) {
        rc = digest_kept(carrying->node, object, &after, err);
    }
    if (rc == ENT_OK) {
        carrying->result->outcome =
            ent_digest_equal(&before, &after) ? KNOWN : TAKEN;
    }
    return rc;
}

static enum ent_status
take_object(const struct carrying *carrying, struct ent_error *err)
{
    struct ent_object object;
    enum ent_status rc = ent_object_decode(carrying->payload, &object, err);

    if (rc != ENT_OK) {
        return refuse(carrying, rc, err);
    }
    carrying->result->peer = node_text_in(carrying->arena, object.subject);
    if (strcmp(object.subject, carrying->node->self.text) == 0) {
        carrying->result->outcome = NOT_OURS;
        return ENT_OK;
    }
    return refuse(carrying, learn(carrying, &object, err), err);
}

/* ---- frames ---- */

static enum ent_status
take(const struct carrying *carrying, uint32_t type, struct ent_error *err)
{
    switch (type) {
    case ENT_FRAME_BUNDLE:
        return take_bundle(carrying, err);
    case ENT_FRAME_SKIP:
        return take_skip(carrying, err);
    case ENT_FRAME_RECEIPT:
        return take_receipt(carrying, err);
    case ENT_FRAME_OBJECT:
        return take_object(carrying, err);
    default:
        carrying->result->outcome = REFUSED;
        carrying->result->text =
            (char *)(uintptr_t) "no frame of that type is carried";
        return ENT_OK;
    }
}

enum ent_status
node_carry_in(struct node *node, const Entente__V1__CarryInRequest *request,
    struct ent_arena *arena, Entente__V1__CarryInReply *reply,
    struct ent_error *err)
{
    carry_result *results =
        ent_arena_alloc(arena, (request->n_frames + 1) * sizeof *results);
    enum ent_status rc = ENT_OK;

    reply->results = ent_arena_alloc(
        arena, (request->n_frames + 1) * sizeof *reply->results);
    if (results == NULL || reply->results == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "taking a file in");
    }
    if (request->n_frames > NODE_CARRY_FRAMES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a request holds at most %d frames",
            NODE_CARRY_FRAMES_MAX);
    }
    node->by_file = true;
    for (size_t i = 0; rc == ENT_OK && i < request->n_frames; i++) {
        const Entente__V1__CarriedFrame *frame = request->frames[i];
        struct carrying carrying = {
            .node = node,
            .payload = ent_view_of(frame->payload.data, frame->payload.len),
            .body = ent_view_of(frame->body.data, frame->body.len),
            .arena = arena,
            .result = &results[i],
        };

        entente__v1__carry_result__init(&results[i]);
        reply->results[reply->n_results++] = &results[i];
        rc = take(&carrying, frame->type, err);
    }
    node->by_file = false;
    return rc == ENT_NO_MEMORY ? ENT_FULL : rc; /* the whole turn, or nothing */
}
