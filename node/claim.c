/* SPDX-License-Identifier: Apache-2.0 */
#include "node/claim.h"

#include "node/alarms.h"
#include "node/streams.h"
#include "proto/base/log.h"
#include "proto/stream.h"

#define COMPONENT "claim"

static enum ent_status
raise_alarm(struct node *node, const struct ent_receipt *receipt,
    const struct ent_outgoing *outgoing, struct ent_error *err)
{
    const char *peer = receipt->stream.recipient.text;
    char theirs[NODE_FORK_TEXT];
    char ours[NODE_FORK_TEXT];

    node_fork_text(&receipt->chain, theirs);
    node_fork_text(&outgoing->chain, ours);
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "FORK: the recipient signed for another history of ours, call it "
        "peer=%s settled=%llu sealed=%llu",
        peer, (unsigned long long)receipt->settled_up_to,
        (unsigned long long)(outgoing->next - 1));
    return node_alarm_raise(node, NODE_ALARM_FORK, peer, err,
        "%s signed that it has %llu messages of our %s stream, chain %s, and "
        "not the %llu that we sealed, chain %s. Nothing more goes in that "
        "stream. If our store was put back from a copy stop the node, run "
        "`entente-node restored` and start it; else call them: somebody has "
        "our key, or their node is wrong",
        peer, (unsigned long long)receipt->settled_up_to,
        ent_precedence_name(receipt->stream.precedence), theirs,
        (unsigned long long)(outgoing->next - 1), ours);
}

/* Told, journalled, and written with the stream that it freezes. */
static enum ent_status
note(struct node *node, const struct ent_receipt *receipt,
    const struct ent_digest *stream, const struct ent_outgoing *outgoing,
    struct ent_error *err)
{
    struct ent_party party = ent_address_party(&receipt->stream.recipient);
    uint8_t rest[ENT_OUTGOING_REST_LEN];
    enum ent_status rc = raise_alarm(node, receipt, outgoing, err);

    if (rc != ENT_OK) {
        return rc;
    }
    ent_outgoing_encode(outgoing, rest);
    rc = node_stream_put(node, NODE_OUTGOING, stream, &receipt->stream,
        ent_view_of(rest, sizeof rest), err);
    return rc != ENT_OK ? rc
                        : node_record(node, NODE_ENTRY_FORK, &party,
                              &receipt->chain, &outgoing->chain, 1, err);
}

enum ent_status
node_claim_check(
    struct node *node, const struct ent_receipt *receipt, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_digest stream = ent_chain_genesis(&receipt->stream);
    struct ent_outgoing outgoing;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc;

    if (receipt->stream.sender_incarnation != node->incarnation) {
        return ENT_OK;
    }
    rc = node_stream_get(node, NODE_OUTGOING, &stream, &id, &rest, &row, err);
    if (rc == ENT_OK) {
        rc = ent_outgoing_decode(rest, &outgoing, err);
    }
    if (rc != ENT_OK || outgoing.frozen ||
        receipt->settled_up_to < outgoing.next - 1) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return ent_outgoing_claim(&outgoing, receipt->settled_up_to,
               &receipt->chain, NULL) == ENT_CLAIM_FORK
               ? note(node, receipt, &stream, &outgoing, err)
               : ENT_OK;
}
