/* SPDX-License-Identifier: Apache-2.0 */
/* One request: it is answered, or kept until it can be. */
#include <assert.h>
#include <string.h>

#include "node/api_answers.h"
#include "node/rollback.h"
#include "node/sealer.h"
#include "node/submit_internal.h"

enum ent_status
node_api_read(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    enum ent_status rc =
        node_api_inbox(node, request->inbox, &node->api->arena, &inbox, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (inbox.n_items == 0 && node_api_wait(node, client, request->number,
                                  request->inbox, inbox.next)) {
        return ENT_OK;
    }
    rc = node_api_done(node, request->inbox, err);
    if (rc != ENT_OK) {
        return rc;
    }
    reply.number = request->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return node_api_reply(node, client, &reply, err);
}

enum ent_status
node_api_follow(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__TraceReply trace = ENTENTE__V1__TRACE_REPLY__INIT;
    enum ent_status rc =
        node_api_trace(node, request->trace, &node->api->arena, &trace, err);

    if (rc != ENT_OK || node_api_wait_sent(node, client, request->number,
                            request->trace, &trace)) {
        return rc;
    }
    reply.number = request->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
    reply.trace = &trace;
    return node_api_reply(node, client, &reply, err);
}

/* To look up a document changes nothing, unless it is told who was met. */
static bool
changes(
    const struct node_answer *answer, const Entente__V1__ApiRequest *request)
{
    return answer->kind == ENTENTE__V1__API_REQUEST__REQUEST_LIST_CHECK
               ? request->list_check->encounter != 0
               : answer->changes;
}

/* A reply of that kind, of which nothing is said yet. */
static enum ent_status
begin_reply(struct node *node, Entente__V1__ApiReply__ReplyCase kind,
    Entente__V1__ApiReply *reply, struct ent_error *err)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(
            &entente__v1__api_reply__descriptor, kind);
    ProtobufCMessage *said;

    assert(field != NULL);

    reply->reply_case = kind;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return ENT_OK;
    }
    said = ent_arena_alloc(&node->api->arena,
        ((const ProtobufCMessageDescriptor *)field->descriptor)
            ->sizeof_message);
    if (said == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering a request");
    }
    protobuf_c_message_init(field->descriptor, said);
    memcpy((uint8_t *)reply + field->offset, &said, sizeof said);
    return ENT_OK;
}

static enum ent_status
answer_now(struct node *node, struct ent_view client,
    const struct node_answer *answer, const Entente__V1__ApiRequest *request,
    struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    enum ent_status rc = begin_reply(
        node, (Entente__V1__ApiReply__ReplyCase)answer->kind, &reply, err);

    reply.number = request->number;
    if (rc == ENT_OK) {
        rc = answer->answer(node, request, &reply, err);
    }
    return rc != ENT_OK ? rc : node_api_reply(node, client, &reply, err);
}

enum ent_status
node_api_request(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    const struct node_answer *answer = node_answer_to(request);
    enum ent_status rc = ENT_OK;

    if (answer == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "the request asks for nothing");
    }
    if (node->rolled_back && changes(answer, request)) {
        return ent_fail(err, ENT_REJECTED, "%s", NODE_ROLLBACK_TEXT);
    }
    if (!answer->beside) {
        rc = node_sealer_fresh(node, err);
    }
    if (rc != ENT_OK) {
        return node_as_storage(rc);
    }
    return answer->serve != NULL
               ? answer->serve(node, client, request, err)
               : answer_now(node, client, answer, request, err);
}
