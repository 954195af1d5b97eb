/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value on disk:
 *
 *     sealed      nonce(24), AEAD(cipher key, nonce, place, value)
 *     authentic   value, MAC(16)
 *     bare        value
 *     veiled      nonce(24), XChaCha20(veil key, nonce, value)
 *
 *     place = "entente store v3", name of the table, key, with the length
 *             before name (1) and key (2)
 *     AEAD  = XChaCha20-Poly1305, its tag(16) behind the ciphertext
 *     MAC   = BLAKE2b-128 under the store's key over place, value
 *
 * so that no value can be moved to another place, but one that is bare or
 * veiled: its owner knows which belongs there. A nonce is 16 random bytes,
 * drawn anew in each transaction, and a count of the values that were sealed in
 * it, from 0. No count outlives its transaction: what is taken back, a store
 * that is put back from a copy and a machine that is put back to an earlier
 * state would repeat it.
 *
 * Who has the disk sees of a value how long it is, which others were put in the
 * same transaction, and in which order.
 */
#include "proto/base/kv_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_CONTEXT "entente store v3"
#define PLACE_MAX (sizeof PLACE_CONTEXT + 64 + 2 + ENT_KV_KEY_MAX)
#define ROOM_MIN 256
/* Room for values that is kept for the next transaction. */
#define ROOM_KEPT_MAX ((size_t)64 * 1024)

struct place {
    uint8_t bytes[PLACE_MAX];
    size_t len;
};

static void
place_add(struct place *place, struct ent_view bytes)
{
    memcpy(place->bytes + place->len, bytes.data, bytes.len);
    place->len += bytes.len;
}

/* Where a value lies. */
static struct place
place_of(const struct ent_kv_table *table, struct ent_view key)
{
    struct ent_view name = ent_view_text(table->name);
    struct place place;

    place.len = 0;
    place_add(&place, ent_view_text(PLACE_CONTEXT));
    ent_put_be(place.bytes + place.len++, name.len, 1);
    place_add(&place, name);
    ent_put_be(place.bytes + place.len, key.len, 2);
    place.len += 2;
    place_add(&place, key);
    return place;
}

static void
compute_mac(const struct ent_kv_guard *guard, const struct place *place,
    struct ent_view value, uint8_t out[static ENT_KV_MAC_LEN])
{
    crypto_generichash_state hash;

    (void)crypto_generichash_init(
        &hash, guard->mac_key, sizeof guard->mac_key, ENT_KV_MAC_LEN);
    (void)crypto_generichash_update(&hash, place->bytes, place->len);
    (void)crypto_generichash_update(&hash, value.data, value.len);
    (void)crypto_generichash_final(&hash, out, ENT_KV_MAC_LEN);
    sodium_memzero(&hash, sizeof hash);
}

/* What a value takes besides itself. */
static size_t
overhead(const struct ent_kv_table *table)
{
    switch (table->form) {
    case ENT_KV_SEALED:
        return ENT_KV_SEAL_LEN;
    case ENT_KV_AUTHENTIC:
        return ENT_KV_MAC_LEN;
    case ENT_KV_VEILED:
        return ENT_KV_NONCE_LEN;
    default:
        return 0;
    }
}

size_t
ent_kv_value_len(const struct ent_kv_table *table, size_t len)
{
    return len + overhead(table);
}

void
ent_kv_value_write(struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view value, uint8_t *out)
{
    struct place place;

    if (table->form == ENT_KV_SEALED) {
        place = place_of(table, key);
        guard->cipher->seal(
            &guard->sealer, ent_view_of(place.bytes, place.len), value, out);
        return;
    }
    if (table->form == ENT_KV_VEILED) {
        guard->cipher->veil(&guard->veiler, value, out);
        return;
    }
    if (value.len > 0) {
        memcpy(out, value.data, value.len);
    }
    if (table->form == ENT_KV_AUTHENTIC) {
        place = place_of(table, key);
        compute_mac(guard, &place, value, out + value.len);
    }
}

int
ent_kv_value_put(MDB_cursor *writer, struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view value, struct ent_view *ret_stored)
{
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    MDB_val stored = {.mv_size = ent_kv_value_len(table, value.len)};
    int rc;

    rc = mdb_cursor_put(writer, &mdb_key, &stored, MDB_RESERVE);
    if (rc == 0) {
        ent_kv_value_write(guard, table, key, value, stored.mv_data);
        *ret_stored = ent_view_of(stored.mv_data, stored.mv_size);
    }
    return rc;
}

/* Room for `len` bytes where the value lay that was read longest ago. */
static uint8_t *
take_room(struct ent_kv_values *values, size_t len)
{
    size_t turn = values->turn;
    size_t room = ROOM_MIN;

    values->turn = (turn + 1) % ENT_KV_VALUES_KEPT;
    if (values->bytes[turn] == NULL || values->room[turn] < len) {
        while (room < len) {
            room *= 2;
        }
        free(values->bytes[turn]);
        values->bytes[turn] = malloc(room);
        values->room[turn] = values->bytes[turn] == NULL ? 0 : room;
    }
    return values->bytes[turn];
}

void
ent_kv_values_shrink(struct ent_kv_values *values, size_t room_max)
{
    for (size_t i = 0; i < ENT_KV_VALUES_KEPT; i++) {
        if (values->room[i] > room_max) {
            free(values->bytes[i]);
            values->bytes[i] = NULL;
            values->room[i] = 0;
        }
    }
}

void
ent_kv_values_free(struct ent_kv_values **values)
{
    if (*values != NULL) {
        ent_kv_values_shrink(*values, 0);
        free(*values);
        *values = NULL;
    }
}

void
ent_kv_values_give(struct ent_kv *kv, struct ent_kv_txn *txn)
{
    if (kv->values != NULL) {
        ent_kv_values_free(&txn->values);
        return;
    }
    ent_kv_values_shrink(txn->values, ROOM_KEPT_MAX);
    kv->values = txn->values;
}

static enum ent_status
damaged(const struct ent_kv_table *table, struct ent_error *err)
{
    return ent_fail(
        err, ENT_IO, "a value in table '%s' is damaged", table->name);
}

static enum ent_status
read_sealed(struct ent_kv_values *values, struct ent_kv_guard *guard,
    const struct ent_kv_table *table, const struct place *place,
    struct ent_view stored, struct ent_view *ret_value, struct ent_error *err)
{
    size_t len = stored.len - ENT_KV_SEAL_LEN;
    uint8_t *plain = take_room(values, len);

    if (plain == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a value");
    }
    if (!guard->cipher->open(&guard->sealer,
            ent_view_of(place->bytes, place->len), stored, plain)) {
        return damaged(table, err);
    }
    *ret_value = ent_view_of(plain, len);
    return ENT_OK;
}

static enum ent_status
read_veiled(struct ent_kv_values *values, struct ent_kv_guard *guard,
    struct ent_view stored, struct ent_view *ret_value, struct ent_error *err)
{
    size_t len = stored.len - ENT_KV_NONCE_LEN;
    uint8_t *plain = take_room(values, len);

    if (plain == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a value");
    }
    guard->cipher->unveil(&guard->veiler, stored, plain);
    *ret_value = ent_view_of(plain, len);
    return ENT_OK;
}

static enum ent_status
read_authentic(const struct ent_kv_guard *guard,
    const struct ent_kv_table *table, const struct place *place,
    struct ent_view stored, struct ent_view *ret_value, struct ent_error *err)
{
    struct ent_view value =
        ent_view_of(stored.data, stored.len - ENT_KV_MAC_LEN);
    uint8_t want[ENT_KV_MAC_LEN];

    compute_mac(guard, place, value, want);
    if (sodium_memcmp(want, stored.data + value.len, sizeof want) != 0) {
        return damaged(table, err);
    }
    *ret_value = value;
    return ENT_OK;
}

enum ent_status
ent_kv_value_read(struct ent_kv_values *values, struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view stored, struct ent_view *ret_value, struct ent_error *err)
{
    struct place place;

    if (table->form == ENT_KV_BARE) {
        *ret_value = stored;
        return ENT_OK;
    }
    if (stored.len < overhead(table)) {
        return damaged(table, err);
    }
    if (table->form == ENT_KV_VEILED) {
        return read_veiled(values, guard, stored, ret_value, err);
    }
    place = place_of(table, key);
    return table->form == ENT_KV_SEALED
               ? read_sealed(
                     values, guard, table, &place, stored, ret_value, err)
               : read_authentic(guard, table, &place, stored, ret_value, err);
}
