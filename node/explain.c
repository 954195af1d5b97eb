/* SPDX-License-Identifier: Apache-2.0 */
/* Would it go, and why not? The same way as a submission, and nothing kept. */
#include "node/draft.h"
#include "node/emergency.h"
#include "node/gate.h"
#include "node/lifecycle.h"
#include "node/onward.h"
#include "node/submit_internal.h"
#include "policy/minimise.h"
#include "proto/refusal.h"

typedef Entente__V1__CopyResult copy_result; /* a generated name */

static enum ent_status
list_withheld(const ent_message *message, struct ent_arena *arena,
    Entente__V1__ExplainReply *reply, struct ent_error *err)
{
    reply->withheld = ent_arena_alloc(
        arena, (message->n_withheld + 1) * sizeof *reply->withheld);
    if (reply->withheld == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining");
    }
    for (size_t i = 0; i < message->n_withheld; i++) {
        reply->withheld[i] = message->withheld[i];
    }
    reply->n_withheld = message->n_withheld;
    return ENT_OK;
}

/* The message is no message: so nobody judges it. */
static bool
tell_fault(
    const ent_message *message, struct ent_arena *arena, copy_result *result)
{
    result->sentence = (char *)(uintptr_t)node_draft_fault(message, arena);
    if (result->sentence == NULL) {
        return false;
    }
    result->reason = ENT_REFUSAL_MALFORMED;
    result->reason_name =
        (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_MALFORMED);
    return true;
}

static enum ent_status
judge(struct node *node, ent_message *message, const struct ent_address *to,
    struct ent_arena *arena, Entente__V1__ExplainReply *reply,
    struct ent_error *err)
{
    const struct ent_agreement *agreement =
        node_agreements_with(node->agreements, ent_address_state(to));
    struct ent_decision decision;
    enum ent_status rc;

    node_gate_out(node, message, to, &decision);
    rc =
        decision.permit ? ent_minimise(&decision, message, arena, err) : ENT_OK;
    if (rc != ENT_OK) {
        return rc;
    }
    node_submit_tell(&decision, arena, reply->result);
    if (agreement != NULL) {
        reply->agreement = (char *)(uintptr_t)ent_agreement_name(agreement);
        reply->agreement_version = ent_agreement_version(agreement);
    }
    return decision.permit ? list_withheld(message, arena, reply, err) : ENT_OK;
}

enum ent_status
node_explain(struct node *node, const Entente__V1__ExplainRequest *request,
    struct ent_arena *arena, Entente__V1__ExplainReply **ret_reply,
    struct ent_error *err)
{
    Entente__V1__ExplainReply *reply = ent_arena_alloc(arena, sizeof *reply);
    copy_result *result = ent_arena_alloc(arena, sizeof *result);
    struct ent_address to;
    enum ent_status rc;

    if (reply == NULL || result == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining");
    }
    if (request->message == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "no message is given");
    }
    if (ent_address_parse(ent_view_text(request->to), &to, err) != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    rc = node_submit_fill(node, request->message, request->to, arena, err);
    if (rc != ENT_OK) {
        return rc;
    }
    entente__v1__explain_reply__init(reply);
    entente__v1__copy_result__init(result);
    request->message->to = request->to;
    result->to = request->to;
    reply->result = result;
    *ret_reply = reply;
    return tell_fault(request->message, arena, result)
               ? ENT_OK
               : judge(node, request->message, &to, arena, reply, err);
}
