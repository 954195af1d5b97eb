/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle that came for a place before another came for it. */
#include "node/vault.h"
#include "proto/field.h"

#define FIELD_HEAD 1 /* of BundleRow */

/* Only the head of a row. */
static bool
take_head(struct ent_view row, struct ent_view *ret_head)
{
    uint32_t number;

    return ent_field_next(&row, &number, ret_head) && number == FIELD_HEAD;
}

static bool
is_rival(const struct ent_bundle *bundle, const struct ent_label *label,
    struct ent_view label_wire)
{
    const struct ent_label *other = &bundle->label;

    return ent_stream_id_equal(&other->stream, &label->stream) &&
           other->first < label->first + label->count &&
           label->first < other->first + other->count &&
           !ent_view_equal(bundle->label_wire, label_wire);
}

enum ent_status
node_vault_rival(struct node_store *store, const struct ent_label *label,
    struct ent_view label_wire, struct ent_view *ret_head,
    struct ent_error *err)
{
    uint64_t newest;
    enum ent_status rc = node_number_get(store, "bundle", &newest, err);

    for (uint64_t i = 0; rc == ENT_OK && i < newest && i < NODE_VAULT_LOOK_BACK;
         i++) {
        struct node_key key = node_key_u64(newest - i);
        struct ent_bundle bundle;
        struct ent_view row;

        rc = node_store_get(store, NODE_BUNDLE, node_key_view(&key), &row, err);
        if (rc == ENT_OK && take_head(row, ret_head) &&
            ent_bundle_decode_head(*ret_head, &bundle, NULL) == ENT_OK &&
            is_rival(&bundle, label, label_wire)) {
            return ENT_OK;
        }
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc; /* pruned */
    }
    return rc == ENT_OK ? ENT_NOT_FOUND : rc;
}
