/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signers - what was taken in under each signing key of another office. When
 * its authority withdraws the key, somebody here must look at all of it again:
 * the thief may have written any of it, whatever time it says.
 */
#ifndef NODE_SIGNERS_H
#define NODE_SIGNERS_H

#include "node/desk.h"
#include "proto/certificate.h"

/* `count` messages under `row->signed_by` came to the desk. */
enum ent_status node_signers_note(struct node *node, const node_desk_row *row,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;

/* What came under one key; `messages` 0: nothing. Of what is deleted by now the
 * desk still says that it came, for a year. */
struct node_signer {
    uint64_t messages;
    uint64_t first_at;
    uint64_t last_at;
};
enum ent_status node_signers_get(struct node *node,
    const struct ent_key_id *key_id, struct node_signer *ret_signer,
    struct ent_error *err) ENT_MUST_CHECK;

/* A newer list is in use: an alarm for each key that `before` (NULL: there was
 * none) did not have and under which something was taken in. */
enum ent_status node_signers_warn(struct node *node,
    const struct ent_revocation_list *before,
    const struct ent_revocation_list *now,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
