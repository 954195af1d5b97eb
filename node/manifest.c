/* SPDX-License-Identifier: Apache-2.0 */
#include "node/manifest.h"

#include <stdio.h>
#include <string.h>

#include "node/officers.h"
#include "proto/base/log.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "manifest"
#define LIFE_MAX_MS (UINT64_C(7) * NODE_DAY_MS) /* of epochs and of labels */
#define DOUBT_PAUSE_MS UINT64_C(60000)
#define EPOCHS_MAX 64
#define KIND_MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST

enum ent_status
node_manifest_begin(struct node_slots *slots, uint64_t epoch_ms,
    uint64_t now_ms, struct ent_error *err)
{
    enum ent_status rc =
        node_slots_epoch_new(slots, now_ms, now_ms + epoch_ms, err);

    if (rc != ENT_OK) {
        return rc;
    }
    return node_slots_epoch_new(
        slots, now_ms + epoch_ms, now_ms + 2 * epoch_ms, err);
}

/* The newest ENT_MANIFEST_KEYS_MAX epochs, without those that are over. */
static void
fill_keys(const struct node *node, struct ent_manifest *manifest)
{
    struct ent_sealing_key keys[EPOCHS_MAX];
    size_t count = node_slots_epochs(node->slots, keys, EPOCHS_MAX);

    for (size_t i = 0; i < count; i++) {
        if (keys[i].not_after > node->now_ms &&
            manifest->key_count < ENT_MANIFEST_KEYS_MAX) {
            manifest->keys[manifest->key_count++] = keys[i];
        }
    }
}

enum ent_status
node_manifest_announce(struct node *node, uint64_t via, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {
        .kind = KIND_MANIFEST, .wire = ent_bytes_view(&node->manifest_wire)};
    enum ent_status rc;

    memcpy(object.subject, node->self.text, sizeof node->self.text);
    rc = ent_object_encode(&object, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, via, true, ENT_FRAME_OBJECT, &payload, NULL, err);
}

/* Where others find us, by our configuration. */
static void
fill_ways(const struct node *node, struct ent_manifest *manifest)
{
    for (size_t i = 0; i < node->config->broker_count; i++) {
        manifest->brokers[manifest->broker_count++] =
            node->config->brokers[i].address;
    }
    if (node->config->endpoint[0] != '\0') {
        (void)snprintf(manifest->endpoints[manifest->endpoint_count++],
            sizeof manifest->endpoints[0], "%s", node->config->endpoint);
    }
}

/* What the store says of itself: its number grows, also after a restore, when
 * it must not fall behind what peers have seen. */
static enum ent_status
fill_stored(
    struct node *node, struct ent_manifest *manifest, struct ent_error *err)
{
    enum ent_status rc =
        node_number_next(node->store, "manifest", &manifest->sequence, err);

    if (rc == ENT_OK && manifest->sequence < node->now_ms) {
        manifest->sequence = node->now_ms;
        rc = node_number_set(node->store, "manifest", manifest->sequence, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_get(
            node->store, "restore", &manifest->restore_incarnation, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_get(
            node->store, "restore_since", &manifest->restore_since, err);
    }
    return rc != ENT_OK ? rc
                        : node_officers_revoked(node, manifest->officers,
                              &manifest->officer_count, err);
}

/* It is ours from now on; until the commit that may still be taken back. */
static void
take(struct node *node, struct ent_bytes *wire, uint64_t sequence)
{
    if (node->before.manifest_changed) {
        ent_bytes_free(&node->manifest_wire);
    } else {
        node->before.manifest_wire = node->manifest_wire;
        node->before.manifest_changed = true;
    }
    node->manifest_wire = *wire;
    *wire = (struct ent_bytes){0};
    node->manifest_sequence = sequence;
}

enum ent_status
node_manifest_renew(struct node *node, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_manifest manifest = {.address = node->self,
        .incarnation = node->incarnation,
        .issued_at = node->now_ms};
    struct node_key key = node_key_object(KIND_MANIFEST, &node->party);
    enum ent_status rc;

    fill_keys(node, &manifest);
    fill_ways(node, &manifest);
    rc = fill_stored(node, &manifest, err);
    if (rc == ENT_OK) {
        rc = ent_manifest_make(
            &manifest, node_keeper_signer(node->keeper), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = node_store_put(node->store, NODE_OBJECT, node_key_view(&key),
            ent_bytes_view(&wire), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    take(node, &wire, manifest.sequence);
    return node_manifest_announce(node, NODE_VIA_ALL, err);
}

enum ent_status
node_manifest_load(struct node *node, struct ent_error *err)
{
    struct node_key key = node_key_object(KIND_MANIFEST, &node->party);
    struct ent_manifest manifest;
    struct ent_view wire;
    enum ent_status rc;

    rc = node_store_get(
        node->store, NODE_OBJECT, node_key_view(&key), &wire, err);
    if (rc == ENT_OK &&
        ent_manifest_open(wire, &node->certificate, &manifest, NULL) ==
            ENT_OK &&
        manifest.incarnation == node->incarnation) {
        node->manifest_sequence = manifest.sequence;
        return ent_bytes_copy(wire, &node->manifest_wire, err);
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    return node_manifest_renew(node, err);
}

static bool
is_among(const struct ent_sealing_key *keys, size_t count,
    const struct ent_key_id *key_id)
{
    for (size_t i = 0; i < count; i++) {
        if (ent_key_id_equal(&keys[i].key_id, key_id)) {
            return true;
        }
    }
    return false;
}

/* False when the newest key was made, or one was undone, and the turn that was
 * to say so did not end well. */
static bool
is_announced(const struct node *node)
{
    struct ent_sealing_key keys[EPOCHS_MAX];
    size_t count = node_slots_epochs(node->slots, keys, EPOCHS_MAX);
    struct ent_manifest manifest;

    if (ent_manifest_open(ent_bytes_view(&node->manifest_wire),
            &node->certificate, &manifest, NULL) != ENT_OK) {
        return false;
    }
    for (size_t i = 0; i < manifest.key_count; i++) {
        if (!is_among(keys, count, &manifest.keys[i].key_id)) {
            return false;
        }
    }
    return count > 0 &&
           is_among(manifest.keys, manifest.key_count, &keys[count - 1].key_id);
}

/* Destroy what is over, and what a clock that ran ahead has made: no key is
 * made more than one epoch before its time. */
static enum ent_status
destroy(struct node *node, struct ent_error *err)
{
    uint64_t over = node->now_ms > LIFE_MAX_MS ? node->now_ms - LIFE_MAX_MS : 0;
    size_t destroyed = 0;
    size_t undone = 0;
    enum ent_status rc =
        node_slots_destroy(node->slots, 0, over, &destroyed, err);

    if (rc == ENT_OK) {
        rc = node_slots_epochs_undo(
            node->slots, node->now_ms + 2 * LIFE_MAX_MS, &undone, err);
    }
    if (rc == ENT_OK && undone > 0) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "sealing keys were made while the clock was ahead, undone=%zu",
            undone);
    }
    if (rc == ENT_OK && destroyed > 0) {
        ent_log(
            ENT_LOG_INFO, COMPONENT, "sealing keys destroyed=%zu", destroyed);
    }
    return rc;
}

/* Make keys until one is there whose epoch is to come: the next epoch's. When
 * that begins, in `ret_next`. */
static enum ent_status
prolong(struct node *node, uint64_t *ret_next, struct ent_error *err)
{
    struct ent_sealing_key keys[EPOCHS_MAX];

    for (;;) {
        size_t count = node_slots_epochs(node->slots, keys, EPOCHS_MAX);
        const struct ent_sealing_key *last =
            count > 0 ? &keys[count - 1] : NULL;
        uint64_t from = node->now_ms;
        enum ent_status rc;

        if (last != NULL && last->not_before > node->now_ms) {
            *ret_next = last->not_before;
            return ENT_OK;
        }
        if (last != NULL && last->not_after > node->now_ms) {
            from = last->not_after;
        }
        rc = node_slots_epoch_new(
            node->slots, from, from + node->config->epoch_ms, err);
        if (rc != ENT_OK) {
            return rc;
        }
        ent_log(ENT_LOG_INFO, COMPONENT, "new sealing key");
    }
}

enum ent_status
node_manifest_rotate(
    struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    uint64_t end;
    enum ent_status rc;

    if (node->clock_doubt) { /* the last key serves until the time is known */
        *ret_due = node->now_ms + DOUBT_PAUSE_MS;
        return ENT_OK;
    }
    rc = destroy(node, err);
    if (rc == ENT_OK) {
        rc = prolong(node, ret_due, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    end = node_slots_epoch_end(node->slots);
    if (end + LIFE_MAX_MS + 1 < *ret_due) {
        *ret_due = end + LIFE_MAX_MS + 1;
    }
    return is_announced(node) ? ENT_OK : node_manifest_renew(node, err);
}
