/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake_internal.h"

#include "node/alarms.h"
#include "node/receipts.h"
#include "proto/base/log.h"

#define COMPONENT "intake"

/* Both labels, by their beginnings: the journal has all of them. */
static enum ent_status
raise_fork(struct node *node, const struct node_arrival *arrival,
    struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_digest genesis = ent_chain_genesis(&label->stream);
    struct ent_digest known = {{0}};
    char theirs[NODE_FORK_TEXT];
    char ours[NODE_FORK_TEXT];
    enum ent_status rc =
        node_receipts_label(node, &genesis, label->first, &known, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    node_fork_text(&arrival->label_hash, theirs);
    node_fork_text(rc == ENT_OK ? &known : &label->previous, ours);
    return node_alarm_raise(node, NODE_ALARM_FORK, label->stream.sender.text,
        err,
        "%s signed two labels for place %llu of its %s stream: %s was taken, "
        "%s was not. Its store was put back from a copy, or somebody has its "
        "key: call it",
        label->stream.sender.text, (unsigned long long)label->first,
        ent_precedence_name(label->stream.precedence), ours, theirs);
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
