/* SPDX-License-Identifier: Apache-2.0 */
/* What programs read of consents. */
#include "node/consent.h"

#include <string.h>

#include "node/submit.h"

#define LISTED_MAX 64 /* about one message */

static Entente__V1__Consent *
consent_of(const node_consent_row *row, struct ent_arena *arena)
{
    Entente__V1__Consent *consent = ent_arena_alloc(arena, sizeof *consent);

    if (consent == NULL) {
        return NULL;
    }
    entente__v1__consent__init(consent);
    consent->use = (Entente__V1__ConsentUse)row->use;
    consent->to = node_text_in(arena, row->to);
    consent->of_us = row->of_us;
    consent->office = node_text_in(arena, row->office);
    consent->asked_at = row->asked_at;
    consent->asked_by = node_id_in(arena, &row->asked_by);
    consent->decided_at = row->decided_at;
    consent->decided_by = node_id_in(arena, &row->decided_by);
    consent->given = row->given;
    consent->until = row->until;
    consent->passed_at = row->passed_at;
    consent->passed_as = node_id_in(arena, &row->passed_as);
    return consent;
}

enum ent_status
node_consent_any(struct node *node, bool *ret_any, struct ent_error *err)
{
    return node_store_any(node->store, NODE_CONSENT, ret_any, err);
}

enum ent_status
node_consent_list(struct node *node, const struct ent_party *office,
    const struct ent_id *id, struct ent_arena *arena,
    Entente__V1__Consent ***ret_list, size_t *ret_count, struct ent_error *err)
{
    struct node_key first = node_key_seen(office, id);
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_CONSENT);
    Entente__V1__Consent **list = NULL;
    size_t count = 0;
    enum ent_status rc = ENT_OK;

    memcpy(key, first.bytes, first.len);
    while (rc == ENT_OK && count < LISTED_MAX) {
        ENT_AUTO(node_row_free) node_consent_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_CONSENT, ent_view_of(key, len),
            first.len, key, &value, err);
        if (rc == ENT_OK && list == NULL) {
            list = ent_arena_alloc(arena, LISTED_MAX * sizeof *list);
        }
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__consent_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            Entente__V1__Consent *consent = consent_of(row, arena);

            if (list == NULL || consent == NULL) {
                return ent_fail(err, ENT_NO_MEMORY, "listing consents");
            }
            list[count++] = consent;
        }
        if (rc == ENT_OK && !node_key_after(key, len)) {
            break;
        }
    }
    *ret_list = list;
    *ret_count = count;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
