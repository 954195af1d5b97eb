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

enum ent_status
node_explain(struct node *node, const Entente__V1__ExplainRequest *request,
    struct ent_arena *arena, Entente__V1__ExplainReply **ret_reply,
    struct ent_error *err)
{
    Entente__V1__ExplainReply *reply = ent_arena_alloc(arena, sizeof *reply);
    copy_result *result = ent_arena_alloc(arena, sizeof *result);
    const struct ent_agreement *agreement;
    struct ent_decision decision;
    struct ent_address to;
    enum ent_status rc;

    if (reply == NULL || result == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining");
    }
    if (request->message == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "no message is given");
    }
    entente__v1__explain_reply__init(reply);
    entente__v1__copy_result__init(result);
    rc = ent_address_parse(ent_view_text(request->to), &to, err);
    if (rc != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    rc = node_lifecycle_fill(node, request->message, request->to, err);
    if (rc != ENT_OK) {
        return rc;
    }
    node_draft_fill(node, request->message, arena);
    rc = node_emergency_fill(node, request->message, arena, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_onward_recognise(node, request->message, arena, err);
    if (rc != ENT_OK) {
        return rc;
    }
    request->message->to = request->to;
    result->to = request->to;
    reply->result = result;
    *ret_reply = reply;
    result->sentence =
        (char *)(uintptr_t)node_draft_fault(request->message, arena);
    if (result->sentence != NULL) {
        result->reason = ENT_REFUSAL_MALFORMED;
        result->reason_name =
            (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_MALFORMED);
        return ENT_OK;
    }
    node_gate_out(node, request->message, &to, &decision);
    node_submit_tell(&decision, arena, result);
    agreement = node_agreements_with(node->agreements, ent_address_state(&to));
    if (agreement != NULL) {
        reply->agreement = (char *)(uintptr_t)ent_agreement_name(agreement);
        reply->agreement_version = ent_agreement_version(agreement);
    }
    if (!decision.permit) {
        return ENT_OK;
    }
    rc = ent_minimise(&decision, request->message, arena, err);
    return rc != ENT_OK ? rc
                        : list_withheld(request->message, arena, reply, err);
}
