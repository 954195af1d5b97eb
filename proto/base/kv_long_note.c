/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables say is to be deleted in the file of long values
 * (proto/base/kv_long.c). */
#include "proto/base/kv_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys with their tables, one behind the other; `out` NULL: how long that is.
 */
static size_t
encode_deleted(const struct ent_kv_rows *rows, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct ent_kv_row *row = rows->list[i];

        if (row->is_deleted) {
            if (out != NULL) {
                out[len] = (uint8_t)row->table;
                memcpy(out + len + 1, row->key.data, row->key.len);
            }
            len += 1 + row->key.len;
        }
    }
    return len;
}

bool
ent_kv_long_has_deleted(const struct ent_kv_long *longs)
{
    return encode_deleted(&longs->kept, NULL) +
               encode_deleted(&longs->now, NULL) >
           0;
}

int
ent_kv_long_note(struct ent_kv *kv, MDB_txn *txn)
{
    const struct ent_kv_long *longs = &kv->longs;
    const size_t kept_len = encode_deleted(&longs->kept, NULL);
    const size_t len = kept_len + encode_deleted(&longs->now, NULL);
    uint8_t *keys;
    int rc;

    if (longs->env == NULL) {
        return 0;
    }
    keys = malloc(len + 1);
    if (keys == NULL) {
        return ENOMEM;
    }
    (void)encode_deleted(&longs->kept, keys);
    (void)encode_deleted(&longs->now, keys + kept_len);
    rc = ent_kv_own_put(
        txn, kv->own, &kv->guard, ENT_KV_LONG_NAME, ent_view_of(keys, len));
    free(keys);
    return rc;
}

static bool
again_deleted(struct ent_kv *kv, struct ent_view *noted)
{
    struct ent_kv_change change = {.is_deleted = true};
    size_t len;

    change.table = noted->data[0];
    if (change.table >= kv->table_count || !kv->tables[change.table].is_long) {
        return false;
    }
    len = kv->tables[change.table].key_len;
    if (noted->len - 1 < len) {
        return false;
    }
    change.key = ent_view_of(noted->data + 1, len);
    *noted = ent_view_of(noted->data + 1 + len, noted->len - 1 - len);
    return ent_kv_long_again(&kv->longs, &change) == 0;
}

enum ent_status
ent_kv_long_read_note(
    struct ent_kv *kv, struct ent_view noted, struct ent_error *err)
{
    while (noted.len > 0) {
        if (!again_deleted(kv, &noted)) {
            return ent_fail(err, ENT_IO,
                "what it says is to be deleted in its " ENT_KV_LONG_FILE
                " is damaged");
        }
    }
    return ENT_OK;
}
