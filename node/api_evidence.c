/* SPDX-License-Identifier: Apache-2.0 */
/* One message and all that proves it, for who asks at this machine. */
#include <stdio.h>
#include <string.h>

#include "node/api.h"
#include "node/desks.h"
#include "node/evidence.h"
#include "node/onward.h"
#include "node/submit.h"

/* Where the agreement asks for consent: without it none is given out for a
 * court, and any other goes with a warning. */
static enum ent_status
look_at_court(struct node *node, const Entente__V1__EvidenceRequest *request,
    const struct ent_id *id, struct ent_arena *arena,
    Entente__V1__EvidenceReply *reply, struct ent_error *err)
{
    struct ent_decision decision;
    struct ent_address from;
    char text[ENT_SENTENCE_LEN + ENT_CLAUSE_LEN + 32];

    if (ent_address_parse(ent_view_text(request->from), &from, NULL) !=
        ENT_OK) {
        return ENT_OK; /* what we wrote ourselves, or no address: told later */
    }
    node_onward_court(node, &from, id, &decision);
    if (decision.permit) {
        return ENT_OK;
    }
    (void)snprintf(text, sizeof text, "%s (%s, line %zu)", decision.sentence,
        decision.clause, decision.line);
    if (request->for_court) {
        return ent_fail(err, ENT_BAD_INPUT, "%s", text);
    }
    reply->warning = node_text_in(arena, text);
    return ENT_OK;
}

/* It opens the message: only for who may read that. */
static enum ent_status
look_at_desk(struct node *node, const Entente__V1__EvidenceRequest *request,
    const struct ent_id *id, struct ent_error *err)
{
    struct ent_address from;
    struct ent_party party;

    if (ent_address_parse(ent_view_text(request->from), &from, NULL) !=
        ENT_OK) {
        return ENT_OK; /* as above */
    }
    party = ent_address_party(&from);
    return node_desks_check(node, &party, id, request->desk, err);
}

enum ent_status
node_api_evidence(struct node *node,
    const Entente__V1__EvidenceRequest *request, struct ent_arena *arena,
    Entente__V1__EvidenceReply *reply, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node_evidence_subject subject = {
        .to = request->to, .from = request->from};
    enum ent_status rc =
        ent_id_parse(ent_view_text(request->id), &subject.id, err);

    if (rc == ENT_OK) {
        rc = look_at_desk(node, request, &subject.id, err);
    }
    if (rc == ENT_OK) {
        rc = look_at_court(node, request, &subject.id, arena, reply, err);
    }
    if (rc == ENT_OK) {
        rc = node_evidence_make(node, &subject, &wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    reply->evidence.data = ent_arena_alloc(arena, wire.len);
    if (reply->evidence.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "giving out evidence");
    }
    memcpy(reply->evidence.data, wire.data, wire.len);
    reply->evidence.len = wire.len;
    return ENT_OK;
}
