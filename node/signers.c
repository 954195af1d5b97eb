/* SPDX-License-Identifier: Apache-2.0 */
#include "node/signers.h"

#include <inttypes.h>
#include <string.h>

#include "node/alarms.h"
#include "proto/base/time.h"
#include "proto/keytext.h"

typedef Entente__Rest__V1__SignerRow signer_row; /* a generated name */

static enum ent_status
get_row(struct node *node, struct ent_view key, signer_row **ret_row,
    struct ent_error *err)
{
    return node_row_get(node->store, NODE_SIGNER, key,
        &entente__rest__v1__signer_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_signers_note(struct node *node, const node_desk_row *row, size_t count,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) signer_row *was = NULL;
    signer_row is = ENTENTE__REST__V1__SIGNER_ROW__INIT;
    struct ent_view key = ent_view_of(row->signed_by.data, row->signed_by.len);
    enum ent_status rc;

    if (key.len != ENT_KEY_ID_LEN) {
        return ENT_OK; /* held since before keys were noted */
    }
    rc = get_row(node, key, &was, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    is.messages = count + (was == NULL ? 0 : was->messages);
    is.first_at = was == NULL ? row->received_at : was->first_at;
    is.last_at = row->received_at;
    return node_row_put(node->store, NODE_SIGNER, key, &is.base, err);
}

enum ent_status
node_signers_get(struct node *node, const struct ent_key_id *key_id,
    struct node_signer *ret_signer, struct ent_error *err)
{
    ENT_AUTO(node_row_free) signer_row *row = NULL;
    enum ent_status rc = get_row(
        node, ent_view_of(key_id->bytes, sizeof key_id->bytes), &row, err);

    *ret_signer = (struct node_signer){0};
    if (rc == ENT_OK) {
        ret_signer->messages = row->messages;
        ret_signer->first_at = row->first_at;
        ret_signer->last_at = row->last_at;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- a key was withdrawn ---- */

static enum ent_status
warn(struct node *node, const struct ent_revocation *revoked,
    struct ent_error *err)
{
    char key[ENT_KEY_ID_TEXT_LEN + 1];
    char first[ENT_TIME_TEXT_MAX];
    char last[ENT_TIME_TEXT_MAX];
    struct node_signer signer;
    enum ent_status rc = node_signers_get(node, &revoked->key_id, &signer, err);

    if (rc != ENT_OK || signer.messages == 0) {
        return rc;
    }
    ent_key_id_format(&revoked->key_id, key);
    ent_time_format(signer.first_at, first);
    ent_time_format(signer.last_at, last);
    return node_alarm_raise(node, NODE_ALARM_WITHDRAWN, revoked->address.text,
        err,
        "its authority has withdrawn a key of this office. Messages taken in "
        "here under it: %" PRIu64 ", from %s to %s. Whoever had the key may "
        "have written any of them. List them: entente inbox --signed-by %s",
        signer.messages, first, last, key);
}

enum ent_status
node_signers_warn(struct node *node, const struct ent_revocation_list *before,
    const struct ent_revocation_list *now, struct ent_error *err)
{
    const size_t known = before == NULL ? 0 : ent_revocation_list_count(before);
    size_t at = 0;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < ent_revocation_list_count(now);
         i++) {
        const struct ent_revocation *revoked =
            ent_revocation_list_entry(now, i);

        /* Both are in order of key ids. */
        while (
            at < known && memcmp(&ent_revocation_list_entry(before, at)->key_id,
                              &revoked->key_id, sizeof revoked->key_id) < 0) {
            at++;
        }
        if (at == known ||
            !ent_key_id_equal(&ent_revocation_list_entry(before, at)->key_id,
                &revoked->key_id)) {
            rc = warn(node, revoked, err);
        }
    }
    return rc;
}
