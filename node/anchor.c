/* SPDX-License-Identifier: Apache-2.0 */
#include "node/anchor.h"

#include "node/alarms.h"
#include "node/archive.h"
#include "node/rollback.h"
#include "proto/base/file.h"
#include "proto/base/log.h"

#define COMPONENT "anchor"
#define MODE 0600

/* ENT_NOT_FOUND: there is none; ENT_REJECTED: it is not ours, or damaged. */
static enum ent_status
read_note(struct node *node, struct ent_bytes *ret_note,
    struct ent_checkpoint *ret_checkpoint, struct ent_error *err)
{
    enum ent_status rc =
        ent_file_read(node->config->anchor, ENT_CHECKPOINT_MAX, ret_note, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND || rc == ENT_NO_MEMORY ? rc : ENT_REJECTED;
    }
    rc = node_archive_note_open(
        node, &node->self, ent_bytes_view(ret_note), ret_checkpoint, NULL, err);
    return rc == ENT_BAD_INPUT ? ENT_REJECTED : rc;
}

enum ent_status
node_anchor_check(struct node *node, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    struct ent_checkpoint checkpoint;
    bool ignored;
    enum ent_status rc;

    if (node->config->anchor[0] == '\0') {
        return ENT_OK;
    }
    rc = read_note(node, &note, &checkpoint, err);
    if (rc == ENT_NOT_FOUND) {
        ent_log(ENT_LOG_WARN, COMPONENT, "there is none yet file=%s",
            node->config->anchor);
        return ENT_OK;
    }
    if (rc == ENT_REJECTED) {
        return node_alarm_raise(node, NODE_ALARM_ROLLBACK, "anchor", err,
            "the anchor '%s' cannot be used and is written anew: %s. Whether "
            "this store is an old copy it cannot say",
            node->config->anchor, err->text);
    }
    return rc != ENT_OK
               ? rc
               : node_rollback_judge(node, &checkpoint, ent_bytes_view(&note),
                     "the anchor", &ignored, err);
}

void
node_anchor_write(struct node *node)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    if (node->config->anchor[0] == '\0' || node->rolled_back) {
        return;
    }
    rc = node_journal_checkpoint(node->journal, &node->self, node->incarnation,
        node_keeper_signer(node->keeper), &note, &err);
    if (rc == ENT_OK) {
        rc = ent_file_replace(
            node->config->anchor, MODE, ent_bytes_view(&note), &err);
    }
    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not written file=%s: %s",
            node->config->anchor, err.text);
    }
}
