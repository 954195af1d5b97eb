/* SPDX-License-Identifier: Apache-2.0 */
#include "node/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

#define SLOT_LEN 128
#define SLOTS_MAX 8192 /* 1 MiB: twenty years of days, and epochs */

#define AT_KIND 0
#define AT_FROM 8
#define AT_UNTIL 16
#define AT_PUBLIC 24
#define AT_NONCE 56
#define AT_SEALED 80

enum slot_kind {
    SLOT_FREE = 0,
    SLOT_BUCKET = 1,
    SLOT_EPOCH = 2,
};

struct slot {
    enum slot_kind kind;
    uint64_t from;
    uint64_t until;
    uint8_t public_key[ENT_PUBLIC_KEY_LEN];
    uint8_t secret[ENT_SECRET_LEN];
};

struct node_slots {
    int file;
    struct ent_secret *storage;
    struct slot *list; /* guarded memory, by place in the file */
    size_t count;
    struct node_slots_opened opened;
};

_Static_assert(
    AT_SEALED + ENT_SECRET_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES ==
        SLOT_LEN,
    "a slot is full");

enum ent_status
node_slots_create(const char *path, struct ent_error *err)
{
    static const uint8_t empty[SLOT_LEN];

    return ent_file_create(path, 0600, ent_view_of(empty, sizeof empty), err);
}

/* The key that wraps slots, derived so that the storage key has one use. */
static void
wrapping_key(struct ent_secret *storage, uint8_t ret_key[static 32])
{
    crypto_kdf_derive_from_key(
        ret_key, 32, 1, "entslots", ent_secret_reveal(storage));
    ent_secret_conceal(storage);
}

static void
slot_seal(struct node_slots *slots, const struct slot *slot,
    uint8_t out[static SLOT_LEN])
{
    uint8_t key[32];

    memset(out, 0, SLOT_LEN);
    out[AT_KIND] = (uint8_t)slot->kind;
    ent_put_be(out + AT_FROM, slot->from, 8);
    ent_put_be(out + AT_UNTIL, slot->until, 8);
    memcpy(out + AT_PUBLIC, slot->public_key, sizeof slot->public_key);
    randombytes_buf(out + AT_NONCE, AT_SEALED - AT_NONCE);
    wrapping_key(slots->storage, key);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + AT_SEALED, NULL,
        slot->secret, sizeof slot->secret, out, AT_NONCE, NULL, out + AT_NONCE,
        key);
    sodium_memzero(key, sizeof key);
}

static enum ent_status
slot_open(struct node_slots *slots, const uint8_t in[static SLOT_LEN],
    struct slot *ret_slot, struct ent_error *err)
{
    uint8_t key[32];
    int rc;

    ret_slot->kind = in[AT_KIND];
    ret_slot->from = ent_get_be(in + AT_FROM, 8);
    ret_slot->until = ent_get_be(in + AT_UNTIL, 8);
    memcpy(ret_slot->public_key, in + AT_PUBLIC, sizeof ret_slot->public_key);
    if (ret_slot->kind == SLOT_FREE) {
        return ENT_OK;
    }
    wrapping_key(slots->storage, key);
    rc = crypto_aead_xchacha20poly1305_ietf_decrypt(ret_slot->secret, NULL,
        NULL, in + AT_SEALED, SLOT_LEN - AT_SEALED, in, AT_NONCE, in + AT_NONCE,
        key);
    sodium_memzero(key, sizeof key);
    if (rc != 0 || ret_slot->kind > SLOT_EPOCH) {
        return ent_fail(err, ENT_IO,
            "a key slot does not open: damaged, or another storage key");
    }
    return ENT_OK;
}

static enum ent_status
read_all(struct node_slots *slots, const char *path, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};
    enum ent_status rc;

    rc = ent_file_read(path, SLOT_LEN * SLOTS_MAX, &content, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (content.len == 0 || content.len % SLOT_LEN != 0) {
        return ent_fail(err, ENT_IO, "'%s' is %zu bytes, not whole slots", path,
            content.len);
    }
    slots->count = content.len / SLOT_LEN;
    for (size_t i = 0; i < slots->count; i++) {
        rc =
            slot_open(slots, content.data + i * SLOT_LEN, &slots->list[i], err);
        if (rc != ENT_OK) {
            ent_error_wrap(err, "'%s', slot %zu", path, i);
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
node_slots_open(const char *path, struct ent_secret *storage,
    struct node_slots **ret_slots, struct ent_error *err)
{
    ENT_AUTO(node_slots_close) struct node_slots *slots = NULL;
    enum ent_status rc;

    slots = calloc(1, sizeof *slots);
    if (slots == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating key slots");
    }
    slots->file = open(path, O_RDWR | O_CLOEXEC);
    if (slots->file < 0) {
        return ent_fail(err, ENT_IO, "opening '%s': %s", path, strerror(errno));
    }
    slots->storage = storage;
    slots->list = sodium_allocarray(SLOTS_MAX, sizeof *slots->list);
    if (slots->list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating guarded memory");
    }
    memset(slots->list, 0, SLOTS_MAX * sizeof *slots->list);
    rc = read_all(slots, path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_slots = slots;
    slots = NULL;
    return ENT_OK;
}

void
node_slots_close(struct node_slots **slots)
{
    if (*slots == NULL) {
        return;
    }
    ent_bytes_free(&(*slots)->opened.plain);
    sodium_free((*slots)->list);
    if ((*slots)->file >= 0) {
        (void)close((*slots)->file);
    }
    free(*slots);
    *slots = NULL;
}

static enum ent_status
write_place(struct node_slots *slots, size_t place,
    const uint8_t bytes[static SLOT_LEN], struct ent_error *err)
{
    off_t offset = (off_t)(place * SLOT_LEN);

    if (pwrite(slots->file, bytes, SLOT_LEN, offset) != SLOT_LEN ||
        fdatasync(slots->file) != 0) {
        return ent_fail(err, errno == ENOSPC ? ENT_FULL : ENT_IO,
            "writing a key slot: %s", strerror(errno));
    }
    return ENT_OK;
}

/* Put `slot` in the first free place, on disk before it is used. */
static enum ent_status
slot_add(struct node_slots *slots, const struct slot *slot, size_t *ret_place,
    struct ent_error *err)
{
    uint8_t bytes[SLOT_LEN];
    size_t place = 0;
    enum ent_status rc;

    while (place < slots->count && slots->list[place].kind != SLOT_FREE) {
        place++;
    }
    if (place == SLOTS_MAX) {
        return ent_fail(
            err, ENT_FULL, "all %d key slots are in use", SLOTS_MAX);
    }
    slot_seal(slots, slot, bytes);
    rc = write_place(slots, place, bytes, err);
    if (rc != ENT_OK) {
        /* A file of half a slot would not open at the next start. */
        if (place == slots->count &&
            ftruncate(slots->file, (off_t)(place * SLOT_LEN)) != 0) {
            return ENT_IO;
        }
        return rc;
    }
    slots->list[place] = *slot;
    if (place == slots->count) {
        slots->count++;
    }
    *ret_place = place;
    return ENT_OK;
}

/* Of a bucket `until` is its generation: 0, and one more each time it is
 * renewed. The newest older than `generation`; NULL: none. */
static struct slot *
bucket_before(struct node_slots *slots, uint64_t day, uint64_t generation)
{
    struct slot *found = NULL;

    for (size_t i = 0; i < slots->count; i++) {
        struct slot *at = &slots->list[i];

        if (at->kind == SLOT_BUCKET && at->from == day &&
            at->until < generation &&
            (found == NULL || at->until > found->until)) {
            found = at;
        }
    }
    return found;
}

static enum ent_status
bucket_new(struct node_slots *slots, uint64_t day, uint64_t generation,
    const uint8_t **ret_key, struct ent_error *err)
{
    struct slot slot = {.kind = SLOT_BUCKET, .from = day, .until = generation};
    size_t place;
    enum ent_status rc;

    randombytes_buf(slot.secret, sizeof slot.secret);
    rc = slot_add(slots, &slot, &place, err);
    sodium_memzero(&slot, sizeof slot);
    if (rc == ENT_OK) {
        *ret_key = slots->list[place].secret;
    }
    return rc;
}

enum ent_status
node_slots_bucket(struct node_slots *slots, uint64_t day, bool make,
    const uint8_t **ret_key, struct ent_error *err)
{
    const struct slot *slot = bucket_before(slots, day, UINT64_MAX);

    if (slot != NULL) {
        *ret_key = slot->secret;
        return ENT_OK;
    }
    if (!make) {
        return ent_fail(err, ENT_NOT_FOUND, "the key was destroyed");
    }
    return bucket_new(slots, day, 0, ret_key, err);
}

enum ent_status
node_slots_bucket_older(struct node_slots *slots, uint64_t day,
    uint64_t *generation, const uint8_t **ret_key)
{
    const struct slot *slot = bucket_before(slots, day, *generation);

    if (slot == NULL) {
        return ENT_NOT_FOUND;
    }
    *generation = slot->until;
    *ret_key = slot->secret;
    return ENT_OK;
}

enum ent_status
node_slots_bucket_renew(
    struct node_slots *slots, uint64_t day, struct ent_error *err)
{
    const struct slot *slot = bucket_before(slots, day, UINT64_MAX);
    const uint8_t *key;

    if (slot == NULL) {
        return ENT_NOT_FOUND;
    }
    return bucket_new(slots, day, slot->until + 1, &key, err);
}

enum ent_status
node_slots_epoch_new(struct node_slots *slots, uint64_t not_before,
    uint64_t not_after, struct ent_error *err)
{
    struct slot slot = {
        .kind = SLOT_EPOCH, .from = not_before, .until = not_after};
    size_t place;
    enum ent_status rc;

    randombytes_buf(slot.secret, sizeof slot.secret);
    crypto_scalarmult_base(slot.public_key, slot.secret);
    rc = slot_add(slots, &slot, &place, err);
    sodium_memzero(&slot, sizeof slot);
    return rc;
}

size_t
node_slots_count(const struct node_slots *slots)
{
    return slots->count;
}

static int
older(const void *a, const void *b)
{
    const struct ent_sealing_key *left = a;
    const struct ent_sealing_key *right = b;

    return (left->not_before > right->not_before) -
           (left->not_before < right->not_before);
}

/* Where the next one goes: at the end, or in the place of the oldest if that is
 * older. NULL: it does not belong to the newest. */
static struct ent_sealing_key *
place_for(struct ent_sealing_key *keys, size_t *count, size_t max,
    uint64_t not_before)
{
    struct ent_sealing_key *oldest = keys;

    if (*count < max) {
        return &keys[(*count)++];
    }
    for (size_t i = 1; i < max; i++) {
        if (keys[i].not_before < oldest->not_before) {
            oldest = &keys[i];
        }
    }
    return oldest->not_before < not_before ? oldest : NULL;
}

size_t
node_slots_epochs(const struct node_slots *slots,
    struct ent_sealing_key *ret_keys, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < slots->count; i++) {
        const struct slot *slot = &slots->list[i];
        struct ent_sealing_key *key =
            slot->kind != SLOT_EPOCH
                ? NULL
                : place_for(ret_keys, &count, max, slot->from);

        if (key != NULL) {
            memcpy(key->key, slot->public_key, sizeof key->key);
            key->key_id = ent_key_id_of(ENT_KEY_SEALING, slot->public_key);
            key->not_before = slot->from;
            key->not_after = slot->until;
        }
    }
    qsort(ret_keys, count, sizeof *ret_keys, older);
    return count;
}

static enum ent_status
agree(void *context, const uint8_t point[static ENT_PUBLIC_KEY_LEN],
    uint8_t ret_shared[static 32], struct ent_error *err)
{
    const struct slot *slot = context;

    if (crypto_scalarmult(ret_shared, slot->secret, point) != 0) {
        return ent_fail(err, ENT_REJECTED, "a point of low order");
    }
    return ENT_OK;
}

enum ent_status
node_slots_ecdh(struct node_slots *slots, const struct ent_key_id *key_id,
    struct ent_ecdh *ret_ecdh, struct ent_error *err)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct slot *slot = &slots->list[i];
        struct ent_key_id id;

        if (slot->kind != SLOT_EPOCH) {
            continue;
        }
        id = ent_key_id_of(ENT_KEY_SEALING, slot->public_key);
        if (ent_key_id_equal(&id, key_id)) {
            memcpy(ret_ecdh->public_key, slot->public_key,
                sizeof ret_ecdh->public_key);
            ret_ecdh->agree = agree;
            ret_ecdh->context = slot;
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_NOT_FOUND, "that sealing key is gone");
}

uint64_t
node_slots_epoch_end(const struct node_slots *slots)
{
    uint64_t end = UINT64_MAX;

    for (size_t i = 0; i < slots->count; i++) {
        const struct slot *slot = &slots->list[i];

        if (slot->kind == SLOT_EPOCH && slot->until < end) {
            end = slot->until;
        }
    }
    return end;
}

/* Overwrite one slot: on disk first, so that memory never claims too much. */
static enum ent_status
slot_destroy(struct node_slots *slots, size_t place, struct ent_error *err)
{
    static const uint8_t empty[SLOT_LEN];
    enum ent_status rc = write_place(slots, place, empty, err);

    if (rc == ENT_OK) {
        sodium_memzero(&slots->list[place], sizeof slots->list[place]);
    }
    ent_bytes_free(&slots->opened.plain);
    return rc;
}

struct node_slots_opened *
node_slots_opened(struct node_slots *slots)
{
    return &slots->opened;
}

enum ent_status
node_slots_bucket_retire(
    struct node_slots *slots, uint64_t day, struct ent_error *err)
{
    const struct slot *newest = bucket_before(slots, day, UINT64_MAX);
    struct slot *old;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && newest != NULL) {
        old = bucket_before(slots, day, newest->until);
        if (old == NULL) {
            break;
        }
        rc = slot_destroy(slots, (size_t)(old - slots->list), err);
    }
    return rc;
}

static bool
is_over(const struct slot *slot, uint64_t day, uint64_t ended_before_ms)
{
    return (slot->kind == SLOT_BUCKET && slot->from < day) ||
           (slot->kind == SLOT_EPOCH && slot->until < ended_before_ms);
}

enum ent_status
node_slots_destroy(struct node_slots *slots, uint64_t day,
    uint64_t ended_before_ms, size_t *ret_count, struct ent_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < slots->count; i++) {
        if (is_over(&slots->list[i], day, ended_before_ms)) {
            enum ent_status rc = slot_destroy(slots, i, err);

            if (rc != ENT_OK) {
                return rc;
            }
            count++;
        }
    }
    *ret_count = count;
    return ENT_OK;
}

enum ent_status
node_slots_epochs_undo(struct node_slots *slots, uint64_t begins_after_ms,
    size_t *ret_count, struct ent_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < slots->count; i++) {
        if (slots->list[i].kind == SLOT_EPOCH &&
            slots->list[i].from > begins_after_ms) {
            enum ent_status rc = slot_destroy(slots, i, err);

            if (rc != ENT_OK) {
                return rc;
            }
            count++;
        }
    }
    *ret_count = count;
    return ENT_OK;
}
