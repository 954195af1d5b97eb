/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sealer.h"

#include <stdlib.h>
#include <string.h>

#include "node/outbox.h"
#include "node/pairs.h"
#include "node/reincarnation.h"
#include "node/rest.pb-c.h"
#include "node/sealing.h"
#include "proto/base/log.h"
#include "proto/schema/common.pb-c.h"

#define COMPONENT "sealer"
#define BUNDLES_MAX 16 /* in one turn */

/* Messages in one turn, or a bundle more, and in each bundle, while something
 * urgent is under way: neither here nor at its recipient a turn of them is
 * long. */
#define SHORT_MESSAGES 64

/* What was accepted before a pair key was agreed waits until that is here. */
static bool
has_pair_key(struct node *node, const struct node_peer *peer)
{
    struct ent_key_id key_id;
    size_t line;

    return !node_pair_demanded(node, &peer->address, &key_id, &line) ||
           node_pair_has(node, &key_id);
}

/* True when the recipient can be sealed for; what lacks is fetched. Past its
 * epoch the last key we know still serves, while a newer one is asked for. */
static enum ent_status
is_sealable(struct node *node, struct node_peer *peer, uint32_t precedence,
    bool *ret_sealable, struct ent_error *err)
{
    const struct ent_sealing_key *key = NULL;

    *ret_sealable = false;
    if (peer->has_certificate && peer->has_manifest &&
        node_peers_trusts(node, &peer->certificate) &&
        has_pair_key(node, peer)) {
        key = ent_manifest_key(&peer->manifest, node->now_ms);
        *ret_sealable = key != NULL;
    }
    if (key != NULL && node->now_ms < key->not_after) {
        return ENT_OK;
    }
    if (key == NULL && ent_precedence_is_urgent(precedence)) {
        node_peers_hurry(node, peer);
    }
    return node_peers_fetch(node, peer, err);
}

static enum ent_status
group_peer(struct node *node, struct ent_view value,
    struct node_peer **ret_peer, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
    struct ent_address address;
    enum ent_status rc;

    rc = node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(row->to), &address, err);
    }
    return rc != ENT_OK ? ENT_IO
                        : node_peers_get(node, &address, ret_peer, err);
}

/* A bundle for that recipient; NULL: none can be sealed now. */
static enum ent_status
begin(struct node *node, struct node_peer *peer, uint8_t rank,
    struct node_batch **ret_batch, struct ent_error *err)
{
    ENT_AUTO(node_batch_free) struct node_batch *batch = NULL;
    bool sealable = false;
    bool frozen = false;
    enum ent_status rc;

    batch = node_batch_new(peer, ENTENTE__V1__PRECEDENCE__FLASH - rank);
    if (batch == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a bundle");
    }
    if (node_is_urgent(node)) {
        batch->most = SHORT_MESSAGES;
    }
    rc = is_sealable(node, peer, batch->precedence, &sealable, err);
    if (rc == ENT_OK && sealable) {
        rc = node_sealing_frozen(node, batch, &frozen, err);
    }
    if (rc == ENT_OK && sealable && !frozen) {
        *ret_batch = batch;
        batch = NULL;
    }
    return rc;
}

static enum ent_status
seal(struct node *node, const struct node_batch *batch, bool *ret_sealed,
    struct ent_error *err)
{
    enum ent_status rc = node_sealing_run(node, batch, err);

    *ret_sealed = rc == ENT_OK;
    if (rc == ENT_REJECTED || rc == ENT_BAD_INPUT) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not sealing: %s", err->text);
        return ENT_OK;
    }
    return rc;
}

/* ---- what came in just now ---- */

/* Something of that group waits since an earlier turn: it goes first. */
static enum ent_status
is_behind(struct node *node, const struct node_outbox_group *group,
    bool *ret_behind, struct ent_error *err)
{
    const struct ent_party party = ent_address_party(group->to);
    struct node_key key = node_key_pending(
        ENTENTE__V1__PRECEDENCE__FLASH - group->rank, &party, 0);
    enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
        node_key_view(&key), NODE_GROUP_LEN, key.bytes, NULL, err);

    *ret_behind = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* Seal one bundle of the outbox's first group; `ret_sealed` false: it has to
 * wait. */
static enum ent_status
seal_first(struct node *node, const struct node_outbox_group *group,
    bool *ret_sealed, struct ent_error *err)
{
    ENT_AUTO(node_batch_free) struct node_batch *batch = NULL;
    struct node_peer *peer;
    bool behind = false;
    enum ent_status rc = is_behind(node, group, &behind, err);

    *ret_sealed = false;
    if (rc == ENT_OK && !behind) {
        rc = node_peers_get(node, group->to, &peer, err);
    }
    if (rc == ENT_OK && !behind) {
        rc = begin(node, peer, group->rank, &batch, err);
    }
    if (rc != ENT_OK || batch == NULL) {
        return rc;
    }
    node_outbox_fill(node->outbox, batch);
    rc = seal(node, batch, ret_sealed, err);
    if (*ret_sealed) {
        node_outbox_sealed(node->outbox, batch);
    }
    return rc;
}

enum ent_status
node_sealer_fresh(struct node *node, struct ent_error *err)
{
    struct node_outbox_group group;
    uint8_t held_back;
    size_t bundles = 0;
    enum ent_status rc = node_reincarnation_rank(node, &held_back, err);

    while (rc == ENT_OK && node_outbox_first(node->outbox, &group)) {
        bool sealed = false;

        if (group.rank < held_back && bundles < BUNDLES_MAX) {
            rc = seal_first(node, &group, &sealed, err);
        }
        if (rc == ENT_OK && !sealed) {
            rc = node_outbox_keep_first(node, err);
        }
        bundles += sealed;
    }
    return rc;
}

/* ---- what has waited ---- */

/* Seal one bundle of the group at `key`; `ret_sealed` messages, 0: nothing
 * could. */
static enum ent_status
seal_group(struct node *node, const uint8_t *key, struct ent_view value,
    size_t *ret_sealed, struct ent_error *err)
{
    ENT_AUTO(node_batch_free) struct node_batch *batch = NULL;
    struct node_peer *peer;
    bool sealed = false;
    enum ent_status rc = group_peer(node, value, &peer, err);

    *ret_sealed = 0;
    if (rc == ENT_OK) {
        rc = begin(node, peer, key[0], &batch, err);
    }
    if (rc != ENT_OK || batch == NULL) {
        return rc;
    }
    rc = node_batch_fill(node, batch, key, err);
    if (rc == ENT_OK && batch->count > 0) {
        rc = seal(node, batch, &sealed, err);
    }
    *ret_sealed = sealed ? batch->count : 0;
    return rc;
}

/* What a turn seals. */
static bool
is_enough(const struct node *node, size_t bundles, size_t messages)
{
    return bundles == BUNDLES_MAX ||
           (node_is_urgent(node) && messages >= SHORT_MESSAGES);
}

enum ent_status
node_sealer_run(struct node *node, bool *ret_more, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_PENDING);
    size_t bundles = 0;
    size_t messages = 0;
    uint8_t held_back;
    enum ent_status rc = node_reincarnation_rank(node, &held_back, err);

    *ret_more = false;
    while (rc == ENT_OK) {
        struct ent_view value;
        size_t sealed = 0;

        rc = node_store_seek(node->store, NODE_PENDING, ent_view_of(key, len),
            0, key, &value, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && key[0] >= held_back)) {
            return ENT_OK;
        }
        if (rc == ENT_OK && is_enough(node, bundles, messages)) {
            *ret_more = true;
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = seal_group(node, key, value, &sealed, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (sealed > 0) {
            messages += sealed;
            bundles++; /* the same group again, if there is more of it */
            continue;
        }
        memset(key + NODE_GROUP_LEN, 0xff, len - NODE_GROUP_LEN);
        if (!node_key_after(key, len)) {
            return ENT_OK;
        }
    }
    return rc;
}
