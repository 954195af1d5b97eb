/* SPDX-License-Identifier: Apache-2.0 */
/* One message and all that proves it, for who asks at this machine. */
#include <string.h>

#include "node/api.h"
#include "node/evidence.h"

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
