/* SPDX-License-Identifier: Apache-2.0 */
/* Agreements, notices and certificates take effect, and whoever asked is told
 * of each. */
#include "node/api.h"

#include "node/renewal.h"
#include "node/submit.h"

static enum ent_status
add_file(const struct node_rule_change *change, struct ent_arena *arena,
    Entente__V1__ReloadReply *reply, struct ent_error *err)
{
    Entente__V1__ReloadedFile *file = ent_arena_alloc(arena, sizeof *file);

    if (file == NULL) {
        return ent_fail(err, ENT_FULL, "telling what was reloaded");
    }
    entente__v1__reloaded_file__init(file);
    file->file = node_text_in(arena, change->file);
    file->outcome = (char *)(uintptr_t)node_rule_outcome_name(change->outcome);
    file->agreement = node_text_in(arena, change->agreement);
    file->version = change->version;
    file->previous = change->previous;
    file->line = (uint32_t)change->line;
    file->reason = node_text_in(arena, change->reason);
    reply->files[reply->n_files++] = file;
    return ENT_OK;
}

enum ent_status
node_api_reload(struct node *node, struct ent_arena *arena,
    Entente__V1__ReloadReply *reply, struct ent_error *err)
{
    static struct node_rules_report report;
    enum ent_status rc = node_rules_reload(node, &report, err);

    if (rc == ENT_OK) {
        rc = node_renewal_run(node, &report, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    reply->at = node->now_ms;
    reply->journal_size = node_journal_size(node->journal);
    reply->files =
        ent_arena_alloc(arena, (report.count + 1) * sizeof *reply->files);
    if (reply->files == NULL) {
        return ent_fail(err, ENT_FULL, "telling what was reloaded");
    }
    for (size_t i = 0; rc == ENT_OK && i < report.count; i++) {
        rc = add_file(&report.list[i], arena, reply, err);
    }
    return rc;
}
