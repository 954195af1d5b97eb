/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value on disk:
 *
 *     sealed      value XOR XChaCha20(cipher key, nonce = MAC, zeros(8)),
 * MAC(16) authentic   value, MAC(16) bare        value
 *
 *     MAC = BLAKE2b-128 under the store's key over
 *           "entente store v1", name of the table, key, value
 *
 * with the length before name and key, so that no value can be moved to another
 * place. A sealed one is that of RFC 5297 (SIV) with these two in place of CMAC
 * and AES-CTR: the MAC of what is written is its nonce. So no nonce has to be
 * kept or counted, which a store that is put back from a copy would repeat, and
 * a value takes no more room than with its MAC alone. Who has the disk sees of
 * a value how long it is, and whether it is what lay at this key before.
 */
#include "proto/base/kv_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MAC_CONTEXT "entente store v1"
#define ROOM_MIN 256

static void
compute_mac(const struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view value,
    uint8_t out[static ENT_KV_MAC_LEN])
{
    struct ent_view name = ent_view_text(table->name);
    crypto_generichash_state hash;
    uint8_t len[2];

    (void)crypto_generichash_init(
        &hash, guard->mac_key, sizeof guard->mac_key, ENT_KV_MAC_LEN);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)MAC_CONTEXT, sizeof MAC_CONTEXT - 1);
    ent_put_be(len, name.len, 1);
    (void)crypto_generichash_update(&hash, len, 1);
    (void)crypto_generichash_update(&hash, name.data, name.len);
    ent_put_be(len, key.len, 2);
    (void)crypto_generichash_update(&hash, len, 2);
    (void)crypto_generichash_update(&hash, key.data, key.len);
    (void)crypto_generichash_update(&hash, value.data, value.len);
    (void)crypto_generichash_final(&hash, out, ENT_KV_MAC_LEN);
    sodium_memzero(&hash, sizeof hash);
}

int
ent_kv_value_put(MDB_txn *txn, MDB_dbi dbi, const struct ent_kv_guard *guard,
    const struct ent_kv_table *table, struct ent_view key,
    struct ent_view value)
{
    size_t mac_len = table->form == ENT_KV_BARE ? 0 : ENT_KV_MAC_LEN;
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    MDB_val stored = {.mv_size = value.len + mac_len};
    uint8_t *out;
    int rc;

    rc = mdb_put(txn, dbi, &mdb_key, &stored, MDB_RESERVE);
    if (rc != 0) {
        return rc;
    }
    out = stored.mv_data;
    if (mac_len > 0) {
        compute_mac(guard, table, key, value, out + value.len);
    }
    if (value.len > 0 && table->form == ENT_KV_SEALED) {
        guard->cipher->apply(guard->cipher_key, out + value.len, value, out);
    } else if (value.len > 0) {
        memcpy(out, value.data, value.len);
    }
    return 0;
}

/* Room for `len` bytes where the value lay that was read longest ago. */
static uint8_t *
take_room(struct ent_kv_values *values, size_t len)
{
    size_t turn = values->turn;
    size_t room = ROOM_MIN;

    values->turn = (turn + 1) % ENT_KV_VALUES_KEPT;
    if (values->room[turn] < len) {
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

static bool
is_mac_of(const uint8_t mac[static ENT_KV_MAC_LEN],
    const struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view value)
{
    uint8_t want[ENT_KV_MAC_LEN];

    compute_mac(guard, table, key, value, want);
    return sodium_memcmp(want, mac, sizeof want) == 0;
}

enum ent_status
ent_kv_value_read(struct ent_kv_values *values,
    const struct ent_kv_guard *guard, const struct ent_kv_table *table,
    struct ent_view key, struct ent_view stored, struct ent_view *ret_value,
    struct ent_error *err)
{
    struct ent_view value = stored;
    const uint8_t *mac;

    if (table->form == ENT_KV_BARE) {
        *ret_value = stored;
        return ENT_OK;
    }
    if (stored.len < ENT_KV_MAC_LEN) {
        return ent_fail(
            err, ENT_IO, "a value in table '%s' is damaged", table->name);
    }
    value.len -= ENT_KV_MAC_LEN;
    mac = stored.data + value.len;
    if (value.len > 0 && table->form == ENT_KV_SEALED) {
        uint8_t *plain = take_room(values, value.len);

        if (plain == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "reading a value");
        }
        guard->cipher->apply(guard->cipher_key, mac, value, plain);
        value.data = plain;
    }
    if (!is_mac_of(mac, guard, table, key, value)) {
        return ent_fail(
            err, ENT_IO, "a value in table '%s' is damaged", table->name);
    }
    *ret_value = value;
    return ENT_OK;
}
