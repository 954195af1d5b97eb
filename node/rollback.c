/* SPDX-License-Identifier: Apache-2.0 */
#include "node/rollback.h"

#include <inttypes.h>
#include <string.h>

#include "node/alarms.h"
#include "proto/base/log.h"
#include "proto/label.h"

#define COMPONENT "rollback"
#define FLAG "rolled_back"
#define OVER "rolled_back_by"             /* the incarnation that shows it */
#define CONFIRMED "confirmed"             /* size of the journal */
#define MARGIN_MS (2 * ENT_CLOCK_SKEW_MS) /* between two clocks */

enum ent_status
node_rollback_load(struct node *node, struct ent_error *err)
{
    uint64_t flag = 0;
    enum ent_status rc = node_number_get(node->store, FLAG, &flag, err);

    node->rolled_back = flag != 0;
    if (node->rolled_back) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", NODE_ROLLBACK_TEXT);
    }
    return rc;
}

/* The journal of then is not the beginning of this one. */
static enum ent_status
is_other(struct node *node, const struct ent_checkpoint *held, bool *ret_other,
    struct ent_error *err)
{
    struct ent_digest root;
    enum ent_status rc;

    if (held->incarnation < node->incarnation || held->size == 0) {
        *ret_other = false;
        return ENT_OK;
    }
    if (held->incarnation > node->incarnation ||
        held->size > node_journal_size(node->journal)) {
        *ret_other = true;
        return ENT_OK;
    }
    rc = node_journal_root_at(
        node->journal, node->store, held->size, &root, err);
    *ret_other = rc == ENT_OK && !ent_digest_equal(&root, &held->root);
    return rc;
}

static enum ent_status
begin(struct node *node, const struct ent_checkpoint *held,
    struct ent_view note, const char *by, struct ent_error *err)
{
    struct ent_digest subject = ent_digest_of(note);
    enum ent_status rc = node_number_set(node->store, FLAG, 1, err);

    if (rc == ENT_OK) {
        rc = node_number_set(node->store, OVER, held->incarnation, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(node, ENT_ENTRY_OLD_COPY, &node->party, &subject,
            &(struct ent_digest){{0}}, 0, err);
    }
    if (rc == ENT_OK) {
        rc = node_alarm_raise(node, NODE_ALARM_ROLLBACK, node->self.text, err,
            "%s. %s holds a checkpoint of %" PRIu64 " entries, signed by this "
            "office, that is not of this journal (%" PRIu64
            " entries). Nothing is sent or taken in",
            NODE_ROLLBACK_TEXT, by, held->size,
            node_journal_size(node->journal));
    }
    node->rolled_back = rc == ENT_OK;
    return rc;
}

enum ent_status
node_rollback_judge(struct node *node, const struct ent_checkpoint *held,
    struct ent_view note, const char *by, bool *ret_is_old_copy,
    struct ent_error *err)
{
    bool other = false;
    enum ent_status rc = is_other(node, held, &other, err);

    *ret_is_old_copy = other;
    return rc != ENT_OK || !other || node->rolled_back
               ? rc
               : begin(node, held, note, by, err);
}

enum ent_status
node_rollback_confirm(struct node *node, uint64_t size, struct ent_error *err)
{
    uint64_t known = 0;
    enum ent_status rc = node_number_get(node->store, CONFIRMED, &known, err);

    return rc != ENT_OK || size <= known
               ? rc
               : node_number_set(node->store, CONFIRMED, size, err);
}

enum ent_status
node_rollback_end(
    struct node *node, uint64_t *ret_highest, struct ent_error *err)
{
    uint64_t highest = 0;
    enum ent_status rc = node_number_get(node->store, OVER, &highest, err);

    if (rc == ENT_OK) {
        rc = node_number_set(node->store, FLAG, 0, err);
    }
    if (rc == ENT_OK) {
        rc = node_alarm_settle(node, NODE_ALARM_ROLLBACK, node->self.text, err);
    }
    if (rc == ENT_OK) {
        node->rolled_back = false;
        *ret_highest = highest;
    }
    return rc;
}

/* A peer held a checkpoint of this journal then, so the copy that was put back
 * is not older: what was in it by that time is here. */
enum ent_status
node_rollback_since(
    struct node *node, uint64_t *ret_since, struct ent_error *err)
{
    uint64_t confirmed = 0;
    struct ent_entry entry;
    enum ent_status rc =
        node_number_get(node->store, CONFIRMED, &confirmed, err);

    if (rc != ENT_OK || confirmed == 0 ||
        confirmed > node_journal_size(node->journal)) {
        *ret_since = 0;
        return rc;
    }
    rc = node_journal_entry(
        node->journal, node->store, confirmed - 1, &entry, err);
    if (rc == ENT_OK) {
        *ret_since = entry.at_ms > MARGIN_MS ? entry.at_ms - MARGIN_MS : 0;
    }
    return rc;
}
