/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that hands in messages, up to hundreds of them, whole or in slices.
 *
 * A turn takes slices of it until somebody else is to go first or it has enough
 * for a commit, and what they came to is kept, packed, until the last one was
 * accepted. What was not laid out ahead (node/laid.h) is laid out anew in each
 * later turn, slice by slice: meanwhile only its bytes are here.
 */
#include <string.h>

#include "node/api_internal.h"
#include "node/rollback.h"
#include "node/submit.h"
#include "node/uplink.h"

#define SUBMISSIONS 1 /* of SubmitRequest */

/* Messages until it is looked whether somebody is to go first: half a
 * millisecond's. */
#define SLICE 32

/* ---- when ---- */

/* Who goes before the rest of it: what is urgent, and what may be. What came
 * meanwhile is taken into the queue. */
static bool
is_called(struct node *node)
{
    if (node_is_urgent(node)) {
        return true;
    }
    node_api_fill(node);
    return node->api->called || node_uplink_is_called(node->uplink);
}

/* The rest of it is for another turn, of which `accepted` bytes were accepted
 * in this one. What goes out with its commit is under way then. */
static bool
is_to_go(struct node *node, size_t accepted)
{
    return is_called(node) || accepted >= NODE_API_TURN_BYTES;
}

/* Handed in again after a part of them was accepted, they are the same ones. */
static bool
have_ids(Entente__V1__Submission *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i]->message == NULL || list[i]->message->id[0] == '\0') {
            return false;
        }
    }
    return true;
}

/* ---- a slice ---- */

/* Accept so many, whose packed form `packed` is at; what they came to goes on
 * in `reply`, which has room. */
static enum ent_status
accept(struct node *node, Entente__V1__Submission *const *list, size_t count,
    struct ent_view *packed, Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    const struct node_api_queued *served = node->api->served;
    const bool follows = served->at > 0;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = node_submit_foreseen(node, list[i], node_submission_next(packed),
            node_laid_foreseen(served->laid, served->done + reply->n_results),
            &node->api->arena, &reply->results[reply->n_results], err);
        reply->n_results++;
    }
    if (rc != ENT_OK && rc != ENT_IO && (follows || reply->n_results > 1)) {
        return ENT_FULL; /* some are accepted: the turn is to be taken back */
    }
    return rc;
}

/* Results for so many. */
static enum ent_status
begin_reply(struct node *node, size_t count, Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    reply->n_results = 0;
    reply->results = ent_arena_alloc(
        &node->api->arena, (count + 1) * sizeof *reply->results);
    return reply->results != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "answering a submission");
}

/* What this slice came to stands behind what those before did. */
static enum ent_status
keep_results(struct node_api_queued *served,
    const Entente__V1__SubmitReply *reply, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes more = {0};
    struct ent_bytes all;
    enum ent_status rc = ent_pb_pack(&reply->base, &more, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(served->results.len + more.len, &all, err);
    }
    if (rc != ENT_OK) {
        return ENT_FULL; /* they are accepted */
    }
    if (served->results.len > 0) {
        memcpy(all.data, served->results.data, served->results.len);
    }
    memcpy(all.data + served->results.len, more.data, more.len);
    ent_bytes_free(&served->results);
    served->results = all;
    served->done += reply->n_results;
    return ENT_OK;
}

/* The rest, from `packed` on, is for another turn. */
static void
leave(struct node_api *api, struct ent_view packed)
{
    api->served->at = api->packed.len - packed.len;
    api->served->left = true;
    api->served->touched = true;
}

static enum ent_status
answer(struct node *node, struct ent_view client, uint64_t number,
    Entente__V1__SubmitReply *submit, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;

    reply.number = number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_SUBMIT;
    reply.submit = submit;
    return node_api_reply(node, client, &reply, err);
}

/* ---- all of it, or as much as goes now ---- */

/* What is accepted of a request that is laid out: from the one at `done` on of
 * all, whose packed forms begin at `packed`. */
static enum ent_status
accept_list(struct node *node, const Entente__V1__SubmitRequest *submit,
    struct ent_view packed, Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    Entente__V1__Submission **list =
        submit->submissions + node->api->served->done;
    const size_t count = submit->n_submissions - node->api->served->done;
    const size_t whole = packed.len;
    const bool may_leave = have_ids(list, count); /* as they were given */
    enum ent_status rc = begin_reply(node, count, reply, err);

    while (rc == ENT_OK && reply->n_results < count) {
        const size_t left = count - reply->n_results;

        rc = accept(node, list + reply->n_results, left < SLICE ? left : SLICE,
            &packed, reply, err);
        if (rc == ENT_OK && left > SLICE &&
            is_to_go(node, whole - packed.len) && may_leave) {
            leave(node->api, packed);
            break;
        }
    }
    return rc;
}

enum ent_status
node_api_submit(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__SubmitReply reply = ENTENTE__V1__SUBMIT_REPLY__INIT;
    struct node_api *api = node->api;
    struct ent_view wire = api->packed;
    struct ent_view packed = ent_view_of(NULL, 0);
    enum ent_status rc;

    if (request->submit->n_submissions > NODE_API_BATCH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a request holds at most %d messages", NODE_API_BATCH_MAX);
    }
    (void)ent_pb_part(&wire, ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT, &packed);
    api->served->number = request->number;
    rc = accept_list(node, request->submit, packed, &reply, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return api->served->left
               ? keep_results(api->served, &reply, err)
               : answer(node, client, request->number, &reply, err);
}

/* ---- the rest of it, in later turns ---- */

/* Lay out the next slice of `packed`, a SubmitRequest. */
static enum ent_status
lay_out(struct node *node, struct ent_view packed,
    Entente__V1__SubmitRequest **ret_slice, struct ent_error *err)
{
    static const struct ent_pb_limits limits = {
        .size_max = NODE_API_REQUEST_MAX, .fields_max = NODE_API_FIELDS_MAX};
    struct ent_view rest = packed;
    struct ent_view part;
    ProtobufCMessage *slice;
    enum ent_status rc;

    for (size_t i = 0; i < SLICE && ent_pb_part(&rest, SUBMISSIONS, &part);
         i++) {
    }
    rc = ent_pb_unpack(&entente__v1__submit_request__descriptor,
        ent_view_of(packed.data, packed.len - rest.len), &limits,
        &node->api->arena, &slice, err);
    if (rc != ENT_OK) {
        return ENT_FULL; /* it was laid out before: there is no memory */
    }
    *ret_slice = (Entente__V1__SubmitRequest *)slice;
    return ENT_OK;
}

static enum ent_status
accept_next(struct node *node, struct ent_view *packed, struct ent_error *err)
{
    Entente__V1__SubmitReply reply = ENTENTE__V1__SUBMIT_REPLY__INIT;
    Entente__V1__SubmitRequest *slice;
    enum ent_status rc = lay_out(node, *packed, &slice, err);

    if (rc == ENT_OK) {
        rc = begin_reply(node, slice->n_submissions, &reply, err);
    }
    if (rc == ENT_OK) {
        rc = accept(node, slice->submissions, slice->n_submissions, packed,
            &reply, err);
    }
    return rc != ENT_OK ? rc : keep_results(node->api->served, &reply, err);
}

/* What was laid out ahead of the first turn. */
static enum ent_status
go_on_with(struct node *node, const Entente__V1__ApiRequest *request,
    struct ent_view packed, struct ent_error *err)
{
    Entente__V1__SubmitReply reply = ENTENTE__V1__SUBMIT_REPLY__INIT;
    enum ent_status rc =
        accept_list(node, request->submit, packed, &reply, err);

    return rc != ENT_OK ? rc : keep_results(node->api->served, &reply, err);
}

/* Slice by slice. */
static enum ent_status
go_on(struct node *node, struct ent_view packed, struct ent_error *err)
{
    const size_t whole = packed.len;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && packed.len > 0) {
        rc = accept_next(node, &packed, err);
        if (rc == ENT_OK && packed.len > 0 &&
            is_to_go(node, whole - packed.len)) {
            leave(node->api, packed);
            break;
        }
    }
    return rc;
}

enum ent_status
node_api_submit_more(
    struct node *node, struct ent_view client, struct ent_error *err)
{
    struct node_api *api = node->api;
    struct node_api_queued *served = api->served;
    const struct ent_view packed = ent_view_of(
        api->packed.data + served->at, api->packed.len - served->at);
    const Entente__V1__ApiRequest *request =
        served->laid == NULL ? NULL : node_laid_finish(served->laid);
    ProtobufCMessage *results;
    enum ent_status rc;

    if (node->rolled_back) {
        return ent_fail(err, ENT_REJECTED, "%s", NODE_ROLLBACK_TEXT);
    }
    rc = request != NULL ? go_on_with(node, request, packed, err)
                         : go_on(node, packed, err);
    if (rc != ENT_OK || served->left) {
        return rc;
    }
    results = ent_pb_packed(&entente__v1__submit_reply__descriptor,
        ent_bytes_view(&served->results), &api->arena);
    return results == NULL ? ent_fail(err, ENT_FULL, "answering a submission")
                           : answer(node, client, served->number,
                                 (Entente__V1__SubmitReply *)results, err);
}
