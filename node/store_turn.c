/* SPDX-License-Identifier: Apache-2.0 */
/* A turn of the store: it begins, and is committed or taken back. */
#include <assert.h>

#include "node/packed.h"
#include "node/store_internal.h"

enum ent_status
node_store_begin(struct node_store *store, struct ent_error *err)
{
    assert(store->txn == NULL);
    store->dirty = false;
    store->failed = ENT_OK;
    return ent_kv_begin(store->kv, true, &store->txn, err);
}

static void
drop_all_kept(struct node_store *store)
{
    for (size_t i = 0; i < NODE_TABLE_COUNT; i++) {
        node_store_drop_kept(store, (enum node_table)i);
    }
}

static enum ent_status
write_held(struct node_store *store, const struct node_written_row *row,
    const struct node_key *at, struct ent_error *err)
{
    ENT_AUTO(node_packed_fini) struct node_packed packed;
    enum ent_status rc = node_packed_init(&packed, row->held, err);

    return rc != ENT_OK ? rc
                        : ent_kv_put(store->txn, row->table, node_key_view(at),
                              packed.wire, err);
}

/* To LMDB. */
static enum ent_status
write_row(struct node_store *store, const struct node_written_row *row,
    struct ent_error *err)
{
    struct node_key at = node_store_hidden(store, row->table, row->key);
    enum ent_status rc;

    if (row->held != NULL) {
        return write_held(store, row, &at, err);
    }
    if (!row->deleted) {
        return ent_kv_put(
            store->txn, row->table, node_key_view(&at), row->value, err);
    }
    rc = ent_kv_delete(store->txn, row->table, node_key_view(&at), err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_store_write_late(struct node_store *store, struct ent_error *err)
{
    struct node_written_row row;
    size_t at = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && node_written_next(store->written, &at, &row)) {
        rc = write_row(store, &row, err);
    }
    if (rc == ENT_OK) {
        node_written_let_go(store->written);
    }
    return rc;
}

typedef enum ent_status commit_function(
    struct ent_kv_txn **txn, struct ent_error *err);

static enum ent_status
commit(
    struct node_store *store, commit_function *commit_kv, struct ent_error *err)
{
    enum ent_status rc;

    assert(store->txn != NULL);
    drop_all_kept(store);
    if (!store->dirty) {
        node_store_abort(store);
        return ENT_OK;
    }
    rc = store->failed == ENT_OK
             ? node_store_write_late(store, err)
             : ent_fail(err, store->failed, "a row of this turn was not kept");
    if (rc != ENT_OK) {
        node_store_abort(store);
        return rc;
    }
    store->commits++;
    node_written_clear(store->written);
    rc = commit_kv(&store->txn, err);
    if (rc != ENT_OK) {
        node_bundles_clear(&store->bundles);
        node_opened_clear(&store->opened);
    }
    return rc;
}

enum ent_status
node_store_commit(struct node_store *store, struct ent_error *err)
{
    return commit(store, ent_kv_commit, err);
}

enum ent_status
node_store_commit_ahead(struct node_store *store, struct ent_error *err)
{
    return commit(store, ent_kv_commit_ahead, err);
}

enum ent_status
node_store_finish(struct node_store *store, struct ent_error *err)
{
    return ent_kv_finish(store->kv, err);
}

bool
node_store_is_going(const struct node_store *store)
{
    return ent_kv_is_going(store->kv);
}

bool
node_store_is_done(const struct node_store *store)
{
    return ent_kv_is_done(store->kv);
}

int
node_store_done_file(const struct node_store *store)
{
    return ent_kv_done_file(store->kv);
}

bool
node_store_has_changed(const struct node_store *store)
{
    return store->dirty;
}

void
node_store_abort(struct node_store *store)
{
    drop_all_kept(store);
    if (store->dirty) {
        node_bundles_clear(&store->bundles);
        node_opened_clear(&store->opened);
    }
    node_written_clear(store->written);
    ent_kv_abort(&store->txn);
}
