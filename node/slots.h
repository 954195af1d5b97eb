/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slots - the keys that must really go away, in a file of fixed slots.
 *
 * LMDB never overwrites: freed pages keep their bytes. So the two kinds of key
 * whose destruction means something lie outside it, each in a slot that is
 * overwritten in place and synced: bucket keys, one per UTC day, wrap the keys
 * of all messages to be deleted on that day; epoch keys are the X25519 secrets
 * that peers seal for. Each is wrapped under the storage key.
 *
 *     slot, 128 bytes: kind(1) zero(7) day or not_before(8) not_after(8)
 *                      public key(32) nonce(24) sealed(32 + 16)
 *
 * kind 0 is a free slot. docs/PROTOCOL.md, section 5.
 */
#ifndef NODE_SLOTS_H
#define NODE_SLOTS_H

#include "proto/certificate.h"
#include "proto/hpke.h"
#include "proto/secret.h"

#define NODE_HOUR_MS (UINT64_C(3600) * 1000)
#define NODE_DAY_MS (24 * NODE_HOUR_MS)

struct node_slots;

/* Make an empty file at `path`; ENT_EXISTS. */
enum ent_status node_slots_create(
    const char *path, struct ent_error *err) ENT_MUST_CHECK;

/* `storage` is borrowed and must outlive it. ENT_IO when a slot does not open:
 * damaged, or another storage key. */
enum ent_status node_slots_open(const char *path, struct ent_secret *storage,
    struct node_slots **ret_slots, struct ent_error *err) ENT_MUST_CHECK;
void node_slots_close(struct node_slots **slots);

/* The bucket key of `day` (days since 1970), made and synced if there is none;
 * with `make` false ENT_NOT_FOUND then: it was destroyed. Borrowed. */
enum ent_status node_slots_bucket(struct node_slots *slots, uint64_t day,
    bool make, const uint8_t **ret_key, struct ent_error *err) ENT_MUST_CHECK;

/* The next older key of that day: start with *generation UINT64_MAX. There is
 * more than one only while a bucket is renewed. ENT_NOT_FOUND: no more. */
enum ent_status node_slots_bucket_older(struct node_slots *slots, uint64_t day,
    uint64_t *generation, const uint8_t **ret_key) ENT_MUST_CHECK;

/* Another key for that day, made and synced; from now on node_slots_bucket
 * gives it. ENT_NOT_FOUND: that day has none. */
enum ent_status node_slots_bucket_renew(struct node_slots *slots, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* Destroy all keys of that day but the newest. */
enum ent_status node_slots_bucket_retire(struct node_slots *slots, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* Room for the block of message keys that was opened last (node/vault.h), since
 * those of one block are mostly asked for one after the other. It is wiped when
 * any slot is destroyed, and in the end. */
struct node_slots_opened {
    uint8_t place[16]; /* day, bundle */
    uint8_t nonce[24]; /* of the block as it is stored: another one, another */
    struct ent_bytes plain;
};
struct node_slots_opened *node_slots_opened(struct node_slots *slots);

/* Make and sync a sealing key for the epoch. */
enum ent_status node_slots_epoch_new(struct node_slots *slots,
    uint64_t not_before, uint64_t not_after,
    struct ent_error *err) ENT_MUST_CHECK;

/* How many slots the file has, in use or free: it never shrinks. */
size_t node_slots_count(const struct node_slots *slots);

/* The public halves of the newest `max`, oldest first; returns how many. */
size_t node_slots_epochs(const struct node_slots *slots,
    struct ent_sealing_key *ret_keys, size_t max);

/* When the first of the epochs ends, ms; UINT64_MAX: there are none. */
uint64_t node_slots_epoch_end(const struct node_slots *slots);

/* The ECDH of an epoch's secret; ENT_NOT_FOUND when it is gone. */
enum ent_status node_slots_ecdh(struct node_slots *slots,
    const struct ent_key_id *key_id, struct ent_ecdh *ret_ecdh,
    struct ent_error *err) ENT_MUST_CHECK;

/* Overwrite and sync every bucket of a day before `day`, and every epoch that
 * ended before `ended_before_ms`. Returns how many through `ret_count`. */
enum ent_status node_slots_destroy(struct node_slots *slots, uint64_t day,
    uint64_t ended_before_ms, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same for every epoch that begins after `begins_after_ms`: made while the
 * clock was wrong. */
enum ent_status node_slots_epochs_undo(struct node_slots *slots,
    uint64_t begins_after_ms, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
