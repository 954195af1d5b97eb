/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a store is in use. LMDB counts the pages of each table, and looks
 * every one of them up for it; that costs as much as a short transaction. So
 * they are counted now and then, and what was put since is added: as bytes for
 * who asks, and as pages at the worst for what may not be crossed. While the
 * store may be half full at most that is enough; then each transaction counts.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>

#define COUNT_TURNS 256 /* transactions after which everything is counted */

/* Add up `dbi`; LMDB's own two are 0 (free pages) and 1 (main). */
static int
count_table(MDB_txn *txn, MDB_dbi dbi, uint64_t *bytes, uint64_t *entries)
{
    MDB_stat stat;
    int rc;

    rc = mdb_stat(txn, dbi, &stat);
    if (rc == 0) {
        *bytes += (stat.ms_branch_pages + stat.ms_leaf_pages +
                      stat.ms_overflow_pages) *
                  stat.ms_psize;
        *entries += stat.ms_entries;
    }
    return rc;
}

static int
count_long_tables(
    const struct ent_kv *kv, MDB_txn *txn, uint64_t *bytes, uint64_t *entries)
{
    uint64_t ignored = 0;
    int rc = 0;

    for (MDB_dbi dbi = 0; rc == 0 && dbi < 2; dbi++) {
        rc = count_table(txn, dbi, bytes, &ignored);
    }
    for (size_t i = 0; rc == 0 && i < kv->table_count; i++) {
        rc = kv->tables[i].is_long
                 ? count_table(txn, kv->longs.dbis[i], bytes, entries)
                 : 0;
    }
    return rc;
}

/* The tables of long values, when what is on its way to them is there. */
static int
count_long(const struct ent_kv *kv, uint64_t *ret_bytes, uint64_t *entries)
{
    uint64_t bytes = 0;
    int64_t used;
    MDB_txn *txn;
    int rc = mdb_txn_begin(kv->longs.env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return rc;
    }
    rc = count_long_tables(kv, txn, &bytes, entries);
    mdb_txn_abort(txn);
    used = (int64_t)bytes + ent_kv_long_growth(&kv->longs, kv->page_size);
    *ret_bytes = used > 0 ? (uint64_t)used : 0;
    return rc;
}

/* What is in use as `txn` sees it, and of that in the file of long values; an
 * LMDB code. */
static int
count_all(const struct ent_kv *kv, MDB_txn *txn, uint64_t *ret_bytes,
    uint64_t *ret_long, uint64_t *ret_entries)
{
    uint64_t bytes = 0;
    uint64_t bytes_long = 0;
    uint64_t entries = 0;
    uint64_t ignored = 0;
    int rc;

    rc = count_table(txn, kv->own, &bytes, &ignored);
    for (MDB_dbi dbi = 0; rc == 0 && dbi < 2; dbi++) {
        rc = count_table(txn, dbi, &bytes, &ignored);
    }
    for (size_t i = 0; rc == 0 && i < kv->table_count; i++) {
        rc = kv->tables[i].is_long
                 ? 0
                 : count_table(txn, kv->dbis[i], &bytes, &entries);
    }
    if (rc == 0 && kv->longs.env != NULL) {
        rc = count_long(kv, &bytes_long, &entries);
    }
    if (rc == 0) {
        *ret_bytes = bytes + bytes_long;
        *ret_long = bytes_long;
        *ret_entries = entries;
    }
    return rc;
}

/* At most so much more is in use after it: each row may split a page, and a
 * long one has pages of its own. */
static uint64_t
growth_max(const struct ent_kv_txn *txn)
{
    return 2 * (txn->bytes + txn->writes * txn->kv->page_size);
}

/* Whether the last count says nothing certain any more. */
static bool
is_to_be_counted(const struct ent_kv *kv)
{
    const struct ent_kv_count *count = &kv->count;

    return !count->known || count->turns >= COUNT_TURNS ||
           count->used + count->growth > kv->size_max / 2;
}

int
ent_kv_room_begin(struct ent_kv_txn *txn)
{
    struct ent_kv_count *count = &txn->kv->count;
    uint64_t ignored;
    int rc = 0;

    txn->counted = is_to_be_counted(txn->kv);
    if (txn->counted) {
        *count = (struct ent_kv_count){0};
        rc = count_all(
            txn->kv, txn->mdb, &count->used, &count->used_long, &ignored);
        count->known = rc == 0;
    }
    txn->used = count->used + count->bytes;
    return rc;
}

bool
ent_kv_room_is_over(const struct ent_kv_txn *txn)
{
    const struct ent_kv *kv = txn->kv;
    uint64_t used = 0;
    uint64_t ignored;

    if (txn->bytes == 0 ||
        kv->count.used + kv->count.growth + growth_max(txn) <= kv->size_max ||
        count_all(kv, txn->mdb, &used, &ignored, &ignored) != 0) {
        return false;
    }
    /* Where it was not counted when it began it was below. */
    return used > kv->size_max && (!txn->counted || used > txn->used);
}

void
ent_kv_room_committed(const struct ent_kv_txn *txn)
{
    struct ent_kv_count *count = &txn->kv->count;

    count->turns++;
    count->bytes += txn->bytes;
    count->growth += growth_max(txn);
}

enum ent_status
ent_kv_usage(struct ent_kv *kv, uint64_t *ret_used, uint64_t *ret_entries,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_abort) struct ent_kv_txn *txn = NULL;
    enum ent_status status;
    uint64_t ignored;
    int rc;

    if (kv->open == NULL) {
        status = ent_kv_begin(kv, false, &txn, err);
        if (status != ENT_OK) {
            return status;
        }
    }
    rc = count_all(
        kv, txn == NULL ? kv->open : txn->mdb, ret_used, &ignored, ret_entries);
    if (rc != 0) {
        return ent_fail(err, ent_kv_status(rc), "measuring the store: %s",
            mdb_strerror(rc));
    }
    return ENT_OK;
}

void
ent_kv_room(
    const struct ent_kv_txn *txn, uint64_t *ret_used, uint64_t *ret_size_max)
{
    assert(txn->write);

    *ret_used = txn->used + txn->bytes;
    *ret_size_max = txn->kv->size_max;
}

/* Pages of a file that hold nothing, in bytes; false: that cannot be known. */
static bool
spare_of(MDB_env *env, uint64_t used, uint64_t *ret_spare)
{
    MDB_envinfo info;
    MDB_stat stat;
    uint64_t file;

    *ret_spare = 0;
    if (env == NULL) {
        return true;
    }
    if (mdb_env_info(env, &info) != 0 || mdb_env_stat(env, &stat) != 0) {
        return false;
    }
    file = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    *ret_spare = file > used ? file - used : 0;
    return true;
}

uint64_t
ent_kv_disk_room(const struct ent_kv_txn *txn)
{
    const struct ent_kv *kv = txn->kv;
    const struct ent_kv_count *count = &kv->count;
    const uint64_t put = count->bytes + txn->bytes;
    uint64_t room;
    uint64_t spare;
    uint64_t spare_long;

    assert(txn->write);

    if (!ent_kv_space_free(kv, &room) ||
        !spare_of(kv->env, count->used - count->used_long, &spare) ||
        !spare_of(kv->longs.env, count->used_long, &spare_long)) {
        return UINT64_MAX; /* nobody knows: then a commit will say */
    }
    room += spare + spare_long;
    return room > put ? room - put : 0;
}
