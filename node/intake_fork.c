/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake_internal.h"

#include "node/alarms.h"
#include "node/receipts.h"
#include "node/witness.h"
#include "proto/base/log.h"

#define COMPONENT "intake"

/* Both labels as they came, to be shown to others: while the first is kept. */
static enum ent_status
keep_evidence(struct node *node, const struct node_arrival *arrival,
    bool *ret_kept, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes known = {0};
    struct ent_view head;
    enum ent_status rc = node_vault_rival(node->store, &arrival->bundle->label,
        arrival->bundle->label_wire, &head, err);

    *ret_kept = rc == ENT_OK;
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(head, &known, err);
    }
    return rc != ENT_OK ? rc
                        : node_witness_fork(node, arrival->peer,
                              ent_bytes_view(&known), arrival->head, err);
}

/* Both labels, by their beginnings. */
static enum ent_status
raise_fork(struct node *node, const struct node_arrival *arrival,
    struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_digest genesis = ent_chain_genesis(&label->stream);
    struct ent_digest known = {{0}};
    char theirs[NODE_FORK_TEXT];
    char ours[NODE_FORK_TEXT];
    bool kept = false;
    enum ent_status rc =
        node_receipts_label(node, &genesis, label->first, &known, err);
    bool is_known = rc == ENT_OK;

    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        rc = keep_evidence(node, arrival, &kept, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_fork_text(&arrival->label_hash, theirs);
    node_fork_text(is_known ? &known : &label->previous, ours);
    return node_alarm_raise(node, NODE_ALARM_FORK, label->stream.sender.text,
        err,
        "%s signed two labels for place %llu of its %s stream: %s was taken, "
        "%s was not. Its store was put back from a copy, or somebody has its "
        "key: call it. %s",
        label->stream.sender.text, (unsigned long long)label->first,
        ent_precedence_name(label->stream.precedence), ours, theirs,
        kept ? "`entente journal contradiction --labels` writes both, to be "
               "shown to others"
             : "The first of them is no longer kept here");
}

enum ent_status
node_intake_fork(
    struct node *node, struct node_arrival *arrival, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    enum ent_status rc;

    ent_log(ENT_LOG_ERROR, COMPONENT,
        "FORK: two labels for one place, call the other office peer=%s "
        "first=%llu",
        label->stream.sender.text, (unsigned long long)label->first);
    if (arrival->was_forked) {
        return ENT_OK;
    }
    rc = raise_fork(node, arrival, err);
    if (rc != ENT_OK) {
        return rc;
    }
    arrival->was_forked = true;
    arrival->incoming.state.forked = true;
    rc = node_incoming_save(node, &label->stream, &arrival->incoming, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_record(node, NODE_ENTRY_FORK, &arrival->peer->party,
        &arrival->label_hash, &label->previous, label->count, err);
}
