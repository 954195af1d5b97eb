/* SPDX-License-Identifier: Apache-2.0 */
/* Which bundle holds the message that evidence is wanted of. */
#include <stdio.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"
#include "node/evidence_internal.h"

static enum ent_status
place_of_copy(const node_copy_row *row, struct node_evidence_place *ret_place,
    struct ent_error *err)
{
    if (row->bundle == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "it has not left for %s: nothing is signed about it%s%s", row->to,
            row->sentence[0] == '\0' ? "" : "; ", row->sentence);
    }
    *ret_place =
        (struct node_evidence_place){row->bundle, row->index, row->day};
    return ENT_OK;
}

/* The one copy of a message, or its recipients by name. */
static enum ent_status
find_only_copy(struct node *node, const struct ent_id *id,
    struct node_evidence_place *ret_place, struct ent_error *err)
{
    struct ent_party to = {{0}};
    char names[256] = "";
    size_t used = 0;
    size_t count = 0;
    enum ent_status place = ENT_OK;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;

        rc = node_copy_next(node, id, &to, &row, err);
        if (rc == ENT_OK) {
            place = place_of_copy(row, ret_place, err);
            count++;
            if (used < sizeof names) {
                used += (size_t)snprintf(
                    names + used, sizeof names - used, " %s", row->to);
            }
            if (!node_key_after(to.bytes, sizeof to.bytes)) {
                break;
            }
        }
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (count == 0) {
        return ent_fail(err, ENT_NOT_FOUND, "no such message was sent here");
    }
    return count == 1
               ? place
               : ent_fail(err, ENT_BAD_INPUT,
                     "it went to several offices: say which (%s)", names + 1);
}

static enum ent_status
find_sent(struct node *node, const struct node_evidence_subject *subject,
    struct node_evidence_place *ret_place, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_address to;
    struct ent_party party;
    enum ent_status rc;

    if (subject->to[0] == '\0') {
        return find_only_copy(node, &subject->id, ret_place, err);
    }
    rc = ent_address_parse(ent_view_text(subject->to), &to, err);
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&to);
    rc = node_copy_get(node, &subject->id, &party, &row, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, rc, "no such message was sent to %s", to.text);
    }
    return rc != ENT_OK ? rc : place_of_copy(row, ret_place, err);
}

static enum ent_status
find_received(struct node *node, const struct node_evidence_subject *subject,
    struct node_evidence_place *ret_place, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct ent_address from;
    struct ent_party party;
    enum ent_status rc =
        ent_address_parse(ent_view_text(subject->from), &from, err);

    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&from);
    rc = node_seen_get(node, &party, &subject->id, &seen, err);
    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && seen->desk == 0)) {
        return ent_fail(err, ENT_NOT_FOUND,
            "no such message of %s is on this desk", from.text);
    }
    if (rc == ENT_OK) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_place =
        (struct node_evidence_place){row->bundle, row->index, row->day};
    return ENT_OK;
}

enum ent_status
node_evidence_find(struct node *node,
    const struct node_evidence_subject *subject,
    struct node_evidence_place *ret_place, struct ent_error *err)
{
    return subject->from[0] == '\0'
               ? find_sent(node, subject, ret_place, err)
               : find_received(node, subject, ret_place, err);
}
