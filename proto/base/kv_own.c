/* SPDX-License-Identifier: Apache-2.0 */
/* What a store says of itself, in a table of its own, and what it is asked to
 * be. */
#include "proto/base/kv_internal.h"

#include <string.h>

#define SIZE_MIN ((size_t)64 * 1024)
#define NAME_MAX_LEN 63
#define LONG 0x80

/* Readable, so that another format is told from a wrong storage key. */
static const struct ent_kv_table own_table = {
    .name = ENT_KV_OWN_NAME, .form = ENT_KV_AUTHENTIC};

enum ent_status
ent_kv_check_options(
    const struct ent_kv_options *options, struct ent_error *err)
{
    if (options->table_count == 0 || options->table_count > ENT_KV_TABLES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a store of %zu tables; 1 to %d",
            options->table_count, ENT_KV_TABLES_MAX);
    }
    if (options->size_max < SIZE_MIN) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a store of at most %zu bytes; give it at least %zu",
            options->size_max, SIZE_MIN);
    }
    for (size_t i = 0; i < options->table_count; i++) {
        const struct ent_kv_table *table = &options->tables[i];
        size_t len = strlen(table->name);

        if ((table->form == ENT_KV_SEALED || table->form == ENT_KV_VEILED) &&
            options->cipher == NULL) {
            return ent_fail(err, ENT_BAD_INPUT,
                "table '%s' is to be sealed, and nothing seals it",
                table->name);
        }
        if (table->is_long && table->form != ENT_KV_SEALED &&
            table->form != ENT_KV_VEILED) {
            return ent_fail(err, ENT_BAD_INPUT,
                "table '%s' has long values, and those are sealed or veiled",
                table->name);
        }
        if (len == 0 || len > NAME_MAX_LEN ||
            strcmp(table->name, ENT_KV_OWN_NAME) == 0 ||
            strcmp(table->name, ENT_KV_REDO_NAME) == 0 ||
            strcmp(table->name, ENT_KV_LONG_NAME) == 0 || table->key_len == 0 ||
            table->key_len > ENT_KV_KEY_MAX) {
            return ent_fail(err, ENT_BAD_INPUT,
                "table '%s' with keys of %zu bytes; names have 1 to %d "
                "letters and are not ours, keys have 1 to %d bytes",
                table->name, table->key_len, NAME_MAX_LEN, ENT_KV_KEY_MAX);
        }
    }
    return ENT_OK;
}

struct ent_kv_guard
ent_kv_guard_of(const struct ent_kv_options *options)
{
    struct ent_kv_guard guard = {.cipher = options->cipher};

    memcpy(guard.mac_key, options->store_key, sizeof guard.mac_key);
    if (guard.cipher != NULL) {
        guard.cipher->init(options->store_key, &guard.sealer, &guard.veiler);
    }
    return guard;
}

void
ent_kv_encode_layout(
    const struct ent_kv_table *table, uint8_t out[static ENT_KV_LAYOUT_LEN])
{
    static const uint8_t numbers[] = {
        [ENT_KV_AUTHENTIC] = 0,
        [ENT_KV_BARE] = 1,
        [ENT_KV_SEALED] = 2,
        [ENT_KV_VEILED] = 3,
    };

    ent_put_be(out, table->key_len, 2);
    out[2] = (uint8_t)(numbers[table->form] | (table->is_long ? LONG : 0));
}

int
ent_kv_own_put(MDB_txn *txn, MDB_dbi own, struct ent_kv_guard *guard,
    const char *key, struct ent_view value)
{
    struct ent_view stored;
    MDB_cursor *writer;
    int rc = mdb_cursor_open(txn, own, &writer);

    if (rc == 0) {
        rc = ent_kv_value_put(
            writer, guard, &own_table, ent_view_text(key), value, &stored);
        mdb_cursor_close(writer);
    }
    return rc;
}

int
ent_kv_own_get(
    const struct ent_kv *kv, MDB_txn *txn, const char *key, MDB_val *ret_stored)
{
    MDB_val mdb_key = {.mv_size = strlen(key), .mv_data = (void *)key};

    return mdb_get(txn, kv->own, &mdb_key, ret_stored);
}

enum ent_status
ent_kv_own_value(struct ent_kv *kv, const char *key, const MDB_val *stored,
    struct ent_view *ret_value)
{
    return ent_kv_value_read(NULL, &kv->guard, &own_table, ent_view_text(key),
        ent_view_of(stored->mv_data, stored->mv_size), ret_value, NULL);
}
