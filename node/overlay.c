/* SPDX-License-Identifier: Apache-2.0 */
#include "node/overlay.h"

#include <stdio.h>
#include <string.h>

#include "node/rest.pb-c.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define COMPONENT "agreements"

/* Its row in VERSION: no agreement can have this name. */
#define ROW_NAME "(local overlay)"

typedef Entente__Rest__V1__VersionRow version_row; /* a generated name */

static void
check_office(const struct node *node, struct node_agreements *fresh)
{
    struct node_overlay *overlay = &fresh->overlay;

    if (overlay->rules != NULL &&
        !ent_address_equal(ent_overlay_office(overlay->rules), &node->self)) {
        node_agreements_report(fresh, overlay->file, 0,
            "its rules are those of %s, not of this office",
            ent_overlay_office(overlay->rules)->text);
        ent_overlay_free(&overlay->rules);
        overlay->broken = true;
    }
}

/* The same rules once more: the old ones stay whole, in case. */
static enum ent_status
keep_in_use(struct node_overlay *fresh, const struct node_overlay *old,
    struct ent_error *err)
{
    struct ent_complaints complaints = {0};
    enum ent_status rc;

    if (!fresh->broken || old->rules == NULL) {
        return ENT_OK;
    }
    ent_bytes_free(&fresh->text);
    rc = ent_bytes_copy(ent_bytes_view(&old->text), &fresh->text, err);
    if (rc == ENT_OK) {
        rc = ent_overlay_load(
            ent_bytes_view(&fresh->text), &fresh->rules, &complaints, err);
    }
    if (rc == ENT_OK) {
        fresh->broken = false;
        (void)snprintf(fresh->file, sizeof fresh->file, "%s", old->file);
    }
    return rc;
}

static enum ent_status
write_down(struct node *node, struct node_overlay *overlay,
    const struct ent_digest *digest, struct ent_error *err)
{
    struct ent_digest name = ent_digest_of(ent_view_text(ROW_NAME));
    struct node_key key = node_key_digest(&name);
    version_row row = ENTENTE__REST__V1__VERSION_ROW__INIT;
    enum ent_status rc;

    /* Not what else happens in this millisecond: it may have been before. */
    overlay->since_ms = node->now_ms + 1;
    row.name = (char *)(uintptr_t)ROW_NAME;
    row.digest.data = (uint8_t *)(uintptr_t)digest->bytes;
    row.digest.len = sizeof digest->bytes;
    row.since = overlay->since_ms;
    rc = node_row_put(
        node->store, NODE_VERSION, node_key_view(&key), &row.base, err);
    return rc != ENT_OK ? rc
                        : node_record(node, ENT_ENTRY_OVERLAY, &node->party,
                              digest, &(struct ent_digest){{0}}, 0, err);
}

enum ent_status
node_overlay_settle(struct node *node, struct node_agreements *fresh,
    const struct node_agreements *old, bool *ret_changed, struct ent_error *err)
{
    ENT_AUTO(node_row_free) version_row *row = NULL;
    struct ent_digest name = ent_digest_of(ent_view_text(ROW_NAME));
    struct node_key key = node_key_digest(&name);
    struct node_overlay *overlay = &fresh->overlay;
    struct ent_digest digest = {{0}};
    enum ent_status rc = ENT_OK;

    *ret_changed = false;
    check_office(node, fresh);
    if (old != NULL) {
        rc = keep_in_use(overlay, &old->overlay, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (overlay->text.len > 0) {
        digest = ent_digest_of(ent_bytes_view(&overlay->text));
    }
    rc = node_row_get(node->store, NODE_VERSION, node_key_view(&key),
        &entente__rest__v1__version_row__descriptor, (ProtobufCMessage **)&row,
        err);
    if (rc == ENT_OK && row->digest.len == sizeof digest.bytes &&
        memcmp(row->digest.data, digest.bytes, sizeof digest.bytes) == 0) {
        overlay->since_ms = row->since;
        return ENT_OK;
    }
    if (rc == ENT_NOT_FOUND && overlay->text.len == 0 && !overlay->broken) {
        return ENT_OK; /* there is none, and never was */
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    *ret_changed = true;
    ent_log(ENT_LOG_INFO, COMPONENT, "rules of this office: %zu file=%s",
        overlay->rules == NULL ? 0 : ent_overlay_rule_count(overlay->rules),
        overlay->file);
    return write_down(node, overlay, &digest, err);
}

/* Its line is of another file than that of the agreement. */
static void
name_file(const struct node_overlay *overlay, struct ent_decision *decision)
{
    size_t len = strlen(decision->sentence);

    (void)snprintf(decision->sentence + len, sizeof decision->sentence - len,
        " (%.64s)", overlay->file);
}

void
node_overlay_judge(const struct node *node, const struct ent_facts *facts,
    struct ent_decision *decision)
{
    const struct node_overlay *overlay = &node->agreements->overlay;

    if (!decision->permit) {
        return;
    }
    if (overlay->broken && !ent_facts_owe(facts)) {
        ent_decision_refuse(decision, ENT_REFUSAL_LOCAL_RULE, "local", 0,
            "the rules of this office cannot be read");
        name_file(overlay, decision);
        return;
    }
    ent_overlay_apply(overlay->rules, facts, decision);
    if (!decision->permit) {
        name_file(overlay, decision);
    }
}
