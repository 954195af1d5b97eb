/* SPDX-License-Identifier: Apache-2.0 */
/* A node's beginning and end: its keys and certificate, its store, what it
 * finds there, and what it opens. */
#include "node/node.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "node/anchor.h"
#include "node/api.h"
#include "node/archive.h"
#include "node/asked.h"
#include "node/authorities.h"
#include "node/identity.h"
#include "node/manifest.h"
#include "node/outbox.h"
#include "node/peers.h"
#include "node/receipts.h"
#include "node/reincarnation.h"
#include "node/revocations.h"
#include "node/rollback.h"
#include "node/rules.h"
#include "node/unsealer.h"
#include "node/uplink.h"
#include "node/welcome.h"
#include "node/witness.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

/* ---- keys and certificate ---- */

/* After the keys; and after the store, which may know of a new key of the
 * authority. */
static enum ent_status
open_certificate(struct node *node, struct ent_error *err)
{
    struct ent_rollover authority;

    node_authorities_own(node, &authority);
    return node_identity_certificate(node->config, node->keeper, &authority,
        node->now_ms, &node->certificate, &node->certificate_wire, err);
}

/* ---- making a store ---- */

static enum ent_status
slots_path(
    const struct node_config *config, char *ret_path, struct ent_error *err)
{
    if (snprintf(ret_path, PATH_MAX, "%s/slots", config->store) >= PATH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "the store's path is too long");
    }
    return ENT_OK;
}

static enum ent_status
open_store(struct node *node, struct ent_error *err)
{
    uint8_t store_key[ENT_KV_STORE_KEY_LEN];
    char path[PATH_MAX];
    enum ent_status rc;

    node_keeper_index_key(node->keeper, node->prints.key);
    node_keeper_given_key(node->keeper, node->given_key);
    node_keeper_store_key(node->keeper, store_key);
    rc = node_store_open(node->config->store, store_key,
        node->config->store_limit, &node->store, err);
    sodium_memzero(store_key, sizeof store_key);
    if (rc == ENT_OK) {
        rc = slots_path(node->config, path, err);
    }
    if (rc == ENT_OK) {
        rc = node_slots_open(
            path, node_keeper_storage(node->keeper), &node->slots, err);
    }
    return rc;
}

/* The first turn of a store: its incarnation, and the journal's first entry. */
static enum ent_status
first_turn(struct node *node, struct ent_error *err)
{
    struct ent_digest certificate =
        ent_digest_of(ent_bytes_view(&node->certificate_wire));
    enum ent_status rc = node_store_begin(node->store, err);

    if (rc == ENT_OK) {
        rc = node_number_set(
            node->store, "incarnation", node->now_ms * 1000, err);
    }
    if (rc == ENT_OK) { /* whatever was here before, peers give it again */
        rc = node_number_set(node->store, "restore", node->now_ms * 1000, err);
    }
    if (rc == ENT_OK) {
        rc = node_journal_open(node->store, &node->journal, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(node, NODE_ENTRY_START, &node->party, &certificate,
            &(struct ent_digest){{0}}, 0, err);
    }
    if (rc != ENT_OK) {
        node_store_abort(node->store);
        return rc;
    }
    return node_store_commit(node->store, err);
}

static enum ent_status
make_store(struct node *node, struct ent_error *err)
{
    uint8_t store_key[ENT_KV_STORE_KEY_LEN];
    char path[PATH_MAX];
    enum ent_status rc;

    node_keeper_store_key(node->keeper, store_key);
    rc = node_store_create(
        node->config->store, store_key, node->config->store_limit, err);
    sodium_memzero(store_key, sizeof store_key);
    if (rc == ENT_OK) {
        rc = slots_path(node->config, path, err);
    }
    if (rc == ENT_OK) {
        rc = node_slots_create(path, err);
    }
    if (rc == ENT_OK) {
        rc = open_store(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_manifest_begin(
            node->slots, node->config->epoch_ms, node->now_ms, err);
    }
    return rc != ENT_OK ? rc : first_turn(node, err);
}

static enum ent_status
node_new(const struct node_config *config, struct node **ret_node,
    struct ent_error *err)
{
    struct node *node = calloc(1, sizeof *node);
    enum ent_status rc;

    if (node == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the node");
    }
    node->config = config;
    node->self = config->address;
    node->party = ent_address_party(&node->self);
    node->now_ms = ent_time_now_ms();
    node->started_at = node->now_ms;
    *ret_node = node;
    node->asked = node_asked_new();
    node->outbox = node_outbox_new();
    if (node->asked == NULL || node->outbox == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the node");
    }
    rc = node_seen_init(&node->seen, err);
    return rc != ENT_OK ? rc : node_authorities_new(&node->authorities, err);
}

enum ent_status
node_init(const struct node_config *config, struct ent_error *err)
{
    ENT_AUTO(node_close) struct node *node = NULL;
    enum ent_status rc = node_new(config, &node, err);

    if (rc == ENT_OK) {
        rc = node_identity_keys(config, &node->keeper, err);
    }
    if (rc == ENT_OK) {
        rc = node_authorities_load(node, err);
    }
    if (rc == ENT_OK) {
        rc = open_certificate(node, err);
    }
    return rc != ENT_OK ? rc : make_store(node, err);
}

/* ---- a copy ---- */

enum ent_status
node_restored(const struct node_config *config, struct ent_error *err)
{
    ENT_AUTO(node_close) struct node *node = NULL;
    enum ent_status rc = node_new(config, &node, err);

    if (rc == ENT_OK) {
        rc = node_identity_keys(config, &node->keeper, err);
    }
    if (rc == ENT_OK) {
        rc = open_store(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_store_begin(node->store, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_set(node->store, "restored", 1, err);
        if (rc != ENT_OK) {
            node_store_abort(node->store);
            return rc;
        }
        rc = node_store_commit(node->store, err);
    }
    return rc;
}

/* ---- opening ---- */

static enum ent_status
check_slots(struct node *node, struct ent_error *err)
{
    uint64_t count = node_slots_count(node->slots);
    enum ent_status rc =
        node_number_get(node->store, "slots", &node->slots_noted, err);

    if (rc == ENT_OK && count < node->slots_noted) {
        return ent_fail(err, ENT_IO,
            "the file of key slots in '%s' was cut short: %llu of %llu are "
            "left",
            node->config->store, (unsigned long long)count,
            (unsigned long long)node->slots_noted);
    }
    return rc;
}

/* Before anything is said or taken under the old incarnation. */
static enum ent_status
begin_anew(struct node *node, struct ent_error *err)
{
    uint64_t restored = 0;
    uint64_t highest = 0;
    enum ent_status rc =
        node_number_get(node->store, "restored", &restored, err);

    if (rc != ENT_OK || restored == 0) {
        return rc;
    }
    rc = node_number_set(node->store, "restored", 0, err);
    if (rc == ENT_OK) {
        rc = node_rollback_end(node, &highest, err);
    }
    return rc != ENT_OK ? rc : node_reincarnate(node, highest, err);
}

/* Which keys the authorities have: everything else is verified under them. */
static enum ent_status
trust_turn(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_store_begin(node->store, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_journal_open(node->store, &node->journal, err);
    if (rc == ENT_OK) {
        rc = node_authorities_load(node, err);
    }
    if (rc != ENT_OK) {
        node_store_abort(node->store);
        return rc;
    }
    rc = node_store_commit(node->store, err);
    if (rc == ENT_OK) {
        node_journal_keep(node->journal);
    }
    return rc;
}

static enum ent_status
opening_turn(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_turn_begin(node, node->now_ms, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_number_get(node->store, "incarnation", &node->incarnation, err);
    if (rc == ENT_OK) {
        rc = node_tally_load(node->store, &node->tally, err);
        node->before.tally = node->tally;
    }
    if (rc == ENT_OK) {
        rc = node_known_load(node, err);
    }
    if (rc == ENT_OK) {
        rc = check_slots(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_rules_settle(node, node->agreements, NULL, NULL, err);
    }
    if (rc == ENT_OK) {
        rc = node_archive_own(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_uplink_recall(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_manifest_load(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_rollback_load(node, err);
    }
    if (rc == ENT_OK) {
        rc = begin_anew(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_anchor_check(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_welcome_prepare(node, err);
    }
    return node_turn_end(node, rc, err);
}

static enum ent_status
load_agreements(struct node *node, struct ent_error *err)
{
    struct ent_rollover authority;

    node_authorities_own(node, &authority);
    return node_agreements_load(node->config->agreements,
        ent_address_state(&node->self), &authority, &node->agreements, err);
}

enum ent_status
node_open(const struct node_config *config, struct node **ret_node,
    struct ent_error *err)
{
    ENT_AUTO(node_close) struct node *node = NULL;
    enum ent_status rc = node_new(config, &node, err);

    if (rc == ENT_OK) {
        rc = node_identity_keys(config, &node->keeper, err);
    }
    if (rc == ENT_OK) {
        rc = open_store(node, err);
    }
    if (rc == ENT_OK) {
        rc = trust_turn(node, err);
    }
    if (rc == ENT_OK) {
        rc = open_certificate(node, err);
    }
    if (rc == ENT_OK) {
        rc = load_agreements(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_peers_open(&node->peers, err);
    }
    if (rc == ENT_OK) {
        rc = node_revocations_new(&node->revocations, err);
    }
    if (rc == ENT_OK) {
        node->zmq = zmq_ctx_new();
        rc = node_uplink_open(node, node->zmq, &node->uplink, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_open(node->zmq, config->api, &node->api, err);
    }
    if (rc == ENT_OK) {
        rc = opening_turn(node, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node->errands_due = true;
    node->removal_due = true; /* perhaps: what a crash left undone */
    *ret_node = node;
    node = NULL;
    return ENT_OK;
}

void
node_close(struct node **node_pointer)
{
    struct node *node = *node_pointer;

    if (node == NULL) {
        return;
    }
    node_asked_free(&node->asked);
    node_outbox_free(&node->outbox);
    node_seen_fini(&node->seen);
    node_receipts_forget(node);
    node_witness_forget(node);
    node_effects_fini(&node->effects);
    node_effects_fini(&node->due);
    node_revocations_free(&node->revocations);
    node_peers_close(&node->peers);
    node_agreements_free(&node->agreements);
    node_authorities_free(&node->authorities);
    node_journal_close(&node->journal);
    node_store_close(&node->store);
    node_slots_close(&node->slots);
    /* After the store: it may take a moment, and more (proto/link.c). */
    node_api_close(&node->api);
    node_uplink_close(&node->uplink);
    node_unsealer_free(&node->unsealer);
    node_helper_stop(&node->helper);
    if (node->zmq != NULL) {
        (void)zmq_ctx_term(node->zmq);
    }
    node_keeper_close(&node->keeper);
    ent_bytes_free(&node->certificate_wire);
    ent_bytes_free(&node->manifest_wire);
    ent_bytes_free(&node->before.manifest_wire);
    sodium_memzero(&node->prints, sizeof node->prints);
    sodium_memzero(node->given_key, sizeof node->given_key);
    free(node);
    *node_pointer = NULL;
}
