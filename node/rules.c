/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/agreements_internal.h"
#include "node/alarms.h"
#include "node/archive.h"
#include "node/authorities.h"
#include "node/notices.h"
#include "node/outbox.h"
#include "node/overlay.h"
#include "node/rest.pb-c.h"
#include "node/welcome.h"
#include "proto/base/log.h"

#define COMPONENT "agreements"

typedef Entente__Rest__V1__VersionRow version_row; /* a generated name */

/* One settling. */
struct settling {
    struct node *node;
    struct node_agreements *fresh;
    struct node_agreements *old;      /* NULL: there was nothing */
    struct node_rules_report *report; /* NULL: nobody asks */
};

const char *
node_rule_outcome_name(enum node_rule_outcome outcome)
{
    static const char *const names[] = {
        [NODE_RULE_UNCHANGED] = "unchanged",
        [NODE_RULE_NEW] = "new",
        [NODE_RULE_NEWER] = "newer",
        [NODE_RULE_KEPT] = "kept",
        [NODE_RULE_REMOVED] = "removed",
        [NODE_RULE_NOTICE] = "notice",
        [NODE_RULE_RENEWED] = "renewed",
        [NODE_RULE_ROLLOVER] = "rollover",
        [NODE_RULE_OVERLAY] = "overlay",
        [NODE_RULE_REFUSED] = "refused",
    };

    return names[outcome];
}

/* ---- the report ---- */

static struct node_rule_change *
add_change(const struct settling *settling, const char *file,
    enum node_rule_outcome outcome, const char *agreement)
{
    static struct node_rule_change nowhere;
    struct node_rules_report *report = settling->report;
    struct node_rule_change *change = &nowhere;

    if (report != NULL && report->count < NODE_RULE_CHANGES_MAX) {
        change = &report->list[report->count++];
    }
    memset(change, 0, sizeof *change);
    (void)snprintf(change->file, sizeof change->file, "%s", file);
    (void)snprintf(
        change->agreement, sizeof change->agreement, "%s", agreement);
    change->outcome = outcome;
    return change;
}

void
node_rules_tell(struct node_rules_report *report, const char *file,
    enum node_rule_outcome outcome, const char *reason)
{
    const struct settling settling = {.report = report};
    struct node_rule_change *change = add_change(&settling, file, outcome, "");

    (void)snprintf(change->reason, sizeof change->reason, "%s", reason);
}

/* ---- versions ---- */

static struct node_key
version_key(const char *name)
{
    struct ent_digest digest = ent_digest_of(ent_view_text(name));

    return node_key_digest(&digest);
}

static enum ent_status
version_get(struct node *node, const char *name, version_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = version_key(name);

    return node_row_get(node->store, NODE_VERSION, node_key_view(&key),
        &entente__rest__v1__version_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

static enum ent_status
version_put(struct node *node, const struct ent_agreement *agreement,
    uint64_t since, uint64_t declared, struct ent_error *err)
{
    const char *name = ent_agreement_name(agreement);
    const struct ent_digest *digest = ent_agreement_digest(agreement);
    struct node_key key = version_key(name);
    version_row row = ENTENTE__REST__V1__VERSION_ROW__INIT;

    row.name = (char *)(uintptr_t)name;
    row.version = ent_agreement_version(agreement);
    row.digest.data = (uint8_t *)(uintptr_t)digest->bytes;
    row.digest.len = sizeof digest->bytes;
    row.since = since;
    row.declared = declared;
    return node_row_put(
        node->store, NODE_VERSION, node_key_view(&key), &row.base, err);
}

static bool
is_same_text(const version_row *row, const struct ent_agreement *agreement)
{
    const struct ent_digest *digest = ent_agreement_digest(agreement);

    return row->digest.len == sizeof digest->bytes &&
           memcmp(row->digest.data, digest->bytes, sizeof digest->bytes) == 0;
}

/* May it be used, after all that was ever in use here? Says why not. */
static bool
is_new_enough(const struct settling *settling, const version_row *row,
    const struct node_loaded *loaded)
{
    uint64_t version = ent_agreement_version(loaded->agreement);

    if (version < row->version) {
        node_agreements_report(settling->fresh, loaded->file, 0,
            "version %llu is older than version %llu, which was in use here",
            (unsigned long long)version, (unsigned long long)row->version);
        return false;
    }
    if (version == row->version && !is_same_text(row, loaded->agreement)) {
        node_agreements_report(settling->fresh, loaded->file, 0,
            "another text was in use here as version %llu; a changed text "
            "needs a new version",
            (unsigned long long)version);
        return false;
    }
    return true;
}

static enum ent_status
drop_older(const struct settling *settling, struct ent_error *err)
{
    struct node_agreements *fresh = settling->fresh;
    size_t i = 0;

    while (i < fresh->count) {
        ENT_AUTO(node_row_free) version_row *row = NULL;
        struct node_loaded *loaded = &fresh->list[i];
        enum ent_status rc = version_get(
            settling->node, ent_agreement_name(loaded->agreement), &row, err);

        if (rc == ENT_OK && !is_new_enough(settling, row, loaded)) {
            node_agreements_drop(fresh, loaded);
            continue;
        }
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
        i++;
    }
    return ENT_OK;
}

/* ---- what the files lost ---- */

static bool
has_fault(const struct node_agreements *agreements, const char *file)
{
    for (size_t i = 0; i < agreements->fault_count; i++) {
        if (strcmp(agreements->faults[i].file, file) == 0) {
            return true;
        }
    }
    return false;
}

/* The same agreement once more: the old list stays whole, in case. */
static enum ent_status
keep_in_use(const struct settling *settling, const struct node_loaded *old,
    struct ent_error *err)
{
    struct node_loaded loaded = {0};
    struct ent_complaints complaints = {0};
    enum ent_status rc = ent_agreement_load(ent_agreement_text(old->agreement),
        &loaded.agreement, &complaints, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_copy(
            ent_bytes_view(&old->signatures), &loaded.signatures, err);
    }
    if (rc == ENT_OK) {
        (void)snprintf(loaded.file, sizeof loaded.file, "%s", old->file);
        if (!node_agreements_move(settling->fresh, &loaded)) {
            rc = ent_fail(err, ENT_FULL, "there are too many agreements");
        }
    }
    ent_agreement_free(&loaded.agreement);
    ent_bytes_free(&loaded.signatures);
    return rc;
}

static enum ent_status
keep_lost(const struct settling *settling, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && settling->old != NULL && i < settling->old->count;
         i++) {
        const struct node_loaded *old = &settling->old->list[i];
        const char *name = ent_agreement_name(old->agreement);
        struct node_rule_change *change;

        if (node_agreements_named(settling->fresh, name) != NULL) {
            continue;
        }
        if (!has_fault(settling->fresh, old->file)) {
            change = add_change(settling, old->file, NODE_RULE_REMOVED, name);
            change->previous = ent_agreement_version(old->agreement);
            continue;
        }
        change = add_change(settling, old->file, NODE_RULE_KEPT, name);
        change->version = ent_agreement_version(old->agreement);
        rc = keep_in_use(settling, old, err);
    }
    return rc;
}

/* Of two between the same parties only one counts; the other is not in use, and
 * that is told. */
static void
drop_rivals(const struct settling *settling)
{
    const struct node_loaded *to;
    struct node_loaded *loaded;

    while ((loaded = node_agreements_yielding(
                settling->fresh, settling->node->now_ms, &to)) != NULL) {
        node_agreements_report(settling->fresh, loaded->file, 0,
            "'%.64s' is not used: '%.64s' (%.64s) is between the same parties, "
            "and only one of them can decide; put all that is agreed into one",
            ent_agreement_name(loaded->agreement),
            ent_agreement_name(to->agreement), to->file);
        node_agreements_drop(settling->fresh, loaded);
    }
}

/* ---- what takes effect ---- */

/* Labels may quote every agreement that was ever in use here. */
static enum ent_status
remember(const struct settling *settling, size_t index, struct ent_error *err)
{
    struct node *node = settling->node;
    const struct ent_agreement *agreement =
        settling->fresh->list[index].agreement;
    const struct ent_digest *digest = ent_agreement_digest(agreement);
    struct node_key key = node_key_digest(digest);
    struct ent_view known;
    enum ent_status rc = node_store_get(
        node->store, NODE_AGREED, node_key_view(&key), &known, err);

    if (rc == ENT_NOT_FOUND) {
        rc = node_store_put(node->store, NODE_AGREED, node_key_view(&key),
            ent_view_text(ent_agreement_name(agreement)), err);
        if (rc == ENT_OK) {
            rc = node_record(node, NODE_ENTRY_AGREEMENT, &node->party, digest,
                &(struct ent_digest){{0}}, 0, err);
        }
    }
    return rc != ENT_OK
               ? rc
               : node_archive_agreement(node, agreement,
                     node_agreements_signatures(settling->fresh, index), err);
}

/* The notices of the folder about one agreement. */
static enum ent_status
take_notices(const struct settling *settling, const struct node_loaded *loaded,
    bool *ret_new, struct ent_error *err)
{
    const char *name = ent_agreement_name(loaded->agreement);

    for (size_t i = 0; i < settling->fresh->notice_count; i++) {
        const struct node_loaded_notice *notice = &settling->fresh->notices[i];
        bool is_new = false;
        enum ent_status rc;

        if (strcmp(notice->agreement, name) != 0) {
            continue;
        }
        rc = node_notices_take(settling->node, loaded->agreement,
            ent_bytes_view(&notice->text), ent_bytes_view(&notice->signatures),
            &is_new, err);
        if (rc == ENT_REJECTED || rc == ENT_BAD_INPUT || rc == ENT_EXISTS) {
            node_agreements_report(
                settling->fresh, notice->file, 0, "%s", err->text);
            continue;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (is_new) {
            (void)add_change(settling, notice->file, NODE_RULE_NOTICE, name);
            *ret_new = true;
        }
    }
    return ENT_OK;
}

static void
tell_version(const struct settling *settling, const struct node_loaded *loaded,
    const version_row *before)
{
    const char *name = ent_agreement_name(loaded->agreement);
    uint64_t version = ent_agreement_version(loaded->agreement);
    bool grew = before != NULL && before->version < version;
    struct node_rule_change *change;

    if (has_fault(settling->fresh, loaded->file)) {
        return; /* it was kept, and that is told */
    }
    change = add_change(settling, loaded->file,
        grew             ? NODE_RULE_NEWER
        : before == NULL ? NODE_RULE_NEW
                         : NODE_RULE_UNCHANGED,
        name);
    change->version = version;
    change->previous = grew ? before->version : 0;
    if (change->outcome != NODE_RULE_UNCHANGED) {
        ent_log(ENT_LOG_INFO, COMPONENT, "in use: %s version=%llu file=%s",
            name, (unsigned long long)version, loaded->file);
    }
}

/* What holds of all notices that ever came about it. */
static enum ent_status
sum_notices(
    struct node *node, struct node_loaded *loaded, struct ent_error *err)
{
    struct ent_declarations *declared = calloc(1, sizeof *declared);
    enum ent_status rc =
        declared == NULL
            ? ent_fail(err, ENT_NO_MEMORY, "summing notices")
            : node_notices_sum(node, loaded->agreement, declared, err);

    if (rc != ENT_OK || declared->count == 0) {
        free(declared);
        return rc;
    }
    free(loaded->declarations);
    loaded->declarations = declared;
    return ENT_OK;
}

/* One agreement: its version, its notices, since when. */
static enum ent_status
put_in_use(const struct settling *settling, size_t index, struct ent_error *err)
{
    ENT_AUTO(node_row_free) version_row *before = NULL;
    struct node *node = settling->node;
    struct node_loaded *loaded = &settling->fresh->list[index];
    const char *name = ent_agreement_name(loaded->agreement);
    uint64_t since = node->now_ms;
    uint64_t declared = 0;
    bool is_new = false;
    enum ent_status rc = version_get(node, name, &before, err);

    if (rc == ENT_OK) {
        declared = before->declared;
        since = is_same_text(before, loaded->agreement) ? before->since : since;
    }
    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        rc = take_notices(settling, loaded, &is_new, err);
    }
    if (rc == ENT_OK) {
        rc = sum_notices(node, loaded, err);
    }
    /* Not what else happens in this millisecond: it may have been before. */
    declared = is_new ? node->now_ms + 1 : declared;
    loaded->declared_ms = declared;
    if (rc == ENT_OK) {
        rc = remember(settling, index, err);
    }
    if (rc == ENT_OK) {
        tell_version(settling, loaded, before);
    }
    if (rc != ENT_OK ||
        (before != NULL && is_same_text(before, loaded->agreement) &&
            before->declared == declared)) {
        return rc;
    }
    return version_put(node, loaded->agreement, since, declared, err);
}

/* A notice about nothing that is in use here. */
static void
tell_strays(const struct settling *settling)
{
    for (size_t i = 0; i < settling->fresh->notice_count; i++) {
        const struct node_loaded_notice *notice = &settling->fresh->notices[i];

        if (node_agreements_named(settling->fresh, notice->agreement) == NULL) {
            node_agreements_report(settling->fresh, notice->file, 0,
                "it is about %.64s, which is not in use here",
                notice->agreement);
        }
    }
}

/* What cannot be used is an alarm, whether or not something is kept: one for
 * each file. */
static enum ent_status
tell_fault(const struct settling *settling,
    const struct node_agreement_fault *fault, bool first, struct ent_error *err)
{
    struct node_rule_change *change =
        add_change(settling, fault->file, NODE_RULE_REFUSED, "");

    change->line = fault->line;
    (void)snprintf(change->reason, sizeof change->reason, "%s", fault->text);
    if (fault->line == 0) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not in use: %s: %s", fault->file,
            fault->text);
    } else {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not in use: %s:%zu: %s", fault->file,
            fault->line, fault->text);
    }
    return first ? node_alarm_raise(settling->node, NODE_ALARM_AGREEMENT,
                       fault->file, err, "%s", fault->text)
                 : ENT_OK;
}

static enum ent_status
tell_faults(const struct settling *settling, struct ent_error *err)
{
    const struct node_agreement_fault *fault;
    const char *before = "";
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && (fault = node_agreements_fault(
                                            settling->fresh, i)) != NULL;
         i++) {
        rc = tell_fault(settling, fault, strcmp(fault->file, before) != 0, err);
        before = fault->file;
    }
    return rc;
}

/* The rules of this office. A file that is wrong is told like any other. */
static enum ent_status
settle_overlay(const struct settling *settling, struct ent_error *err)
{
    const struct node_overlay *overlay = &settling->fresh->overlay;
    bool changed = false;
    enum ent_status rc = node_overlay_settle(
        settling->node, settling->fresh, settling->old, &changed, err);

    if (rc == ENT_OK && changed && !overlay->broken) {
        (void)add_change(settling,
            overlay->file[0] == '\0' && settling->old != NULL
                ? settling->old->overlay.file
                : overlay->file,
            overlay->rules == NULL ? NODE_RULE_REMOVED : NODE_RULE_OVERLAY, "");
    }
    return rc;
}

enum ent_status
node_rules_settle(struct node *node, struct node_agreements *fresh,
    struct node_agreements *old, struct node_rules_report *report,
    struct ent_error *err)
{
    const struct settling settling = {
        .node = node, .fresh = fresh, .old = old, .report = report};
    enum ent_status rc;

    rc = drop_older(&settling, err);
    if (rc == ENT_OK) {
        rc = keep_lost(&settling, err);
    }
    if (rc == ENT_OK) {
        drop_rivals(&settling);
    }
    for (size_t i = 0; rc == ENT_OK && i < fresh->count; i++) {
        rc = put_in_use(&settling, i, err);
    }
    if (rc == ENT_OK) {
        rc = settle_overlay(&settling, err);
    }
    if (rc == ENT_OK) {
        tell_strays(&settling);
        rc = tell_faults(&settling, err);
    }
    return rc;
}

enum ent_status
node_rules_reload(
    struct node *node, struct node_rules_report *report, struct ent_error *err)
{
    ENT_AUTO(node_agreements_free) struct node_agreements *fresh = NULL;
    struct ent_rollover authority;
    enum ent_status rc;

    if (report != NULL) {
        report->count = 0;
    }
    rc = node_outbox_keep(node, err); /* to be judged again, by the new ones */
    if (rc == ENT_OK) {
        rc = node_authorities_read(node, report, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_authorities_own(node, &authority);
    rc = node_agreements_load(node->config->agreements,
        ent_address_state(&node->self), &authority, &fresh, err);
    if (rc != ENT_OK) {
        return rc == ENT_IO ? ENT_NOT_FOUND : rc; /* it is not our storage */
    }
    rc = node_rules_settle(node, fresh, node->agreements, report, err);
    if (rc != ENT_OK) {
        return rc == ENT_IO ? rc : ENT_FULL; /* something may be written */
    }
    if (node->before.agreements == NULL) {
        node->before.agreements = node->agreements;
    } else {
        node_agreements_free(&node->agreements); /* twice in one turn */
    }
    node->agreements = fresh;
    fresh = NULL;
    node->recheck_due = true;
    rc = node_welcome_prepare(node, err);
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL;
}
