/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a transaction becomes durable:
 *
 *     in the log     what it changed is short: all of it is written there
 *                    (proto/base/kv_redo.c), and the tables stay open
 *     beside it      its long values are put into their file
 *                    (proto/base/kv_long.c), and then the rest into the log;
 *                    this can be done by another thread, while the next
 *                    transaction goes on in the tables that are open
 *     in the tables  long values into their file, and LMDB commits
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define FULL_MARGIN ((uint64_t)1024 * 1024)
#define LOG_DISK_MIN ((uint64_t)64 * 1024 * 1024) /* free, to log anything */
/* Free, to go on before it is known whether there was room. */
#define AHEAD_DISK_MIN (4 * LOG_DISK_MIN)

enum way { IN_LOG, BESIDE_LOG, IN_TABLES };

/* ---- failing ---- */

/* What is free on its disk; as much as can be, when that cannot be known. */
static uint64_t
free_on_disk(const struct ent_kv *kv)
{
    uint64_t left;

    return ent_kv_space_free(kv, &left) ? left : UINT64_MAX;
}

/* LMDB reports a short write, which is how a disk, a quota or a file of limited
 * size fills up in the midst of one, as EIO. Nothing of that commit counts
 * either way. */
static bool
disk_is_full(const struct ent_kv *kv, MDB_env *env, uint64_t bytes)
{
    return free_on_disk(kv) < FULL_MARGIN + 2 * (bytes + ENT_REDO_LEN) ||
           ent_kv_status(ent_kv_space_probe(env)) == ENT_FULL;
}

enum ent_status
ent_kv_broke(struct ent_kv *kv, const char *why, struct ent_error *err)
{
    kv->broken = true;
    return ent_fail(err, ENT_IO,
        "committing: %s; nobody knows what the disk has now, so this program "
        "ends: look at the disk, then start it again",
        why);
}

enum ent_status
ent_kv_refuse(struct ent_error *err)
{
    return ent_fail(err, ENT_IO,
        "the store is not to be used any more: "
        "an earlier commit failed");
}

/* The tables are as they were committed last, and what the log has comes into
 * them again: all that was confirmed stays. */
static enum ent_status
take_back(struct ent_kv *kv, struct ent_error *err)
{
    struct ent_error why = {0};

    ent_kv_long_drop(&kv->longs);
    return !ent_kv_redo_is_ahead(kv) || ent_kv_redo_recover(kv, &why) == ENT_OK
               ? ENT_OK
               : ent_kv_broke(kv, why.text, err);
}

/* `rc` is what LMDB said of putting so many bytes into a file. */
static bool
is_full(const struct ent_kv *kv, MDB_env *env, uint64_t bytes, int rc)
{
    return ent_kv_status(rc) == ENT_FULL ||
           (rc == EIO && disk_is_full(kv, env, bytes));
}

/* The tables could not be committed, or long values; `rc` is what LMDB said. */
static enum ent_status
settling_failed(struct ent_kv *kv, bool for_room, int rc, struct ent_error *err)
{
    if (!for_room) {
        return ent_kv_broke(kv, mdb_strerror(rc), err);
    }
    if (take_back(kv, err) != ENT_OK) {
        return ENT_IO;
    }
    return ent_fail(err, ENT_FULL,
        "the store is full: nothing was committed (%s)", mdb_strerror(rc));
}

/* ---- the tables ---- */

/* Commit LMDB's transaction, and with it what the log has, and long values. On
 * a full disk what is deleted of those may have to wait, and nothing else does
 * for it. */
static enum ent_status
settle(struct ent_kv *kv, MDB_txn *mdb, uint64_t bytes, struct ent_error *err)
{
    int rc = ent_kv_long_write(&kv->longs);
    bool for_room = is_full(kv, kv->longs.env, bytes, rc);
    const bool may_wait = for_room && !ent_kv_long_has_put(&kv->longs);

    kv->open = NULL;
    if (may_wait) {
        ent_kv_spare_give_up(kv);
    }
    if (rc == 0 || may_wait) {
        rc = ent_kv_redo_settle(kv, mdb);
        for_room = is_full(kv, kv->env, bytes, rc);
    } else {
        mdb_txn_abort(mdb);
    }
    if (for_room && ent_kv_long_has_deleted(&kv->longs)) {
        ent_kv_spare_give_up(kv);
    }
    if (rc != 0) {
        return settling_failed(kv, for_room, rc, err);
    }
    if (may_wait) {
        ent_kv_long_logged(&kv->longs);
    } else {
        ent_kv_long_written(&kv->longs);
    }
    return ENT_OK;
}

enum ent_status
ent_kv_settle(struct ent_kv *kv, struct ent_error *err)
{
    enum ent_status rc;

    if (kv->open == NULL) {
        return ENT_OK;
    }
    rc = ent_kv_finish(kv, err);
    return rc != ENT_OK ? rc : settle(kv, kv->open, 0, err);
}

/* ---- committing ---- */

void
ent_kv_close_writer(struct ent_kv_txn *txn, size_t table)
{
    if (txn->writers[table] != NULL) {
        mdb_cursor_close(txn->writers[table]);
        txn->writers[table] = NULL;
    }
}

/* Cursors must go before LMDB's transaction does; the structs stay with their
 * owners. */
static void
close_cursors(struct ent_kv_txn *txn)
{
    while (txn->cursors != NULL) {
        struct ent_kv_cursor *cursor = txn->cursors;

        txn->cursors = cursor->next;
        mdb_cursor_close(cursor->mdb);
        cursor->mdb = NULL;
        cursor->next = NULL;
        cursor->txn = NULL;
    }
    for (size_t i = 0; i < txn->kv->table_count; i++) {
        ent_kv_close_writer(txn, i);
    }
}

static bool
has_changed(const struct ent_kv *kv)
{
    return ent_kv_redo_changed(kv) || kv->longs.now.count > 0;
}

/* Nothing goes to the log on a disk that is nearly full: what is confirmed has
 * to have its place in the tables too, and to commit those often leaves pages
 * in the file that can be used again when it cannot grow any more. */
static enum way
choose(struct ent_kv *kv, uint64_t disk)
{
    const bool is_short =
        kv->record.len + ent_kv_long_bytes(&kv->longs) <= ENT_KV_LOGGED_MAX;

    if (disk < LOG_DISK_MIN) {
        return IN_TABLES;
    }
    ent_kv_long_log(kv, !is_short);
    if (!ent_redo_fits(&kv->redo, &kv->record)) {
        return IN_TABLES;
    }
    return is_short ? IN_LOG : BESIDE_LOG;
}

/* The log could not be written, and may have it nevertheless: so it is to be in
 * the tables, or nobody knows whether it is there. */
static enum ent_status
commit_unlogged(
    struct ent_kv *kv, MDB_txn *mdb, uint64_t bytes, struct ent_error *err)
{
    enum ent_status rc = settle(kv, mdb, bytes, err);

    return rc != ENT_FULL
               ? rc
               : ent_kv_broke(kv,
                     "neither " ENT_REDO_FILE " nor the tables have room", err);
}

static enum ent_status
commit_beside(struct ent_kv *kv, MDB_txn *mdb, bool is_ahead, uint64_t bytes,
    struct ent_error *err)
{
    int rc;

    kv->open = mdb;
    if (is_ahead && ent_kv_go(kv)) {
        return ENT_OK;
    }
    rc = ent_kv_long_write(&kv->longs);
    if (rc != 0) {
        mdb_txn_abort(mdb);
        kv->open = NULL;
        return settling_failed(
            kv, is_full(kv, kv->longs.env, bytes, rc), rc, err);
    }
    if (ent_redo_append(&kv->redo, &kv->record, NULL) != ENT_OK) {
        return commit_unlogged(kv, mdb, bytes, err);
    }
    ent_kv_long_written(&kv->longs);
    return ENT_OK;
}

/* Whether there is room for it whatever becomes of it: LMDB finds pages of one
 * long value only where they lie together, and may write one of its own for
 * each row. */
static bool
may_go_ahead(const struct ent_kv *kv, uint64_t disk, uint64_t bytes)
{
    const size_t rows = kv->longs.now.count + kv->longs.kept.count;
    MDB_envinfo info;

    return disk > AHEAD_DISK_MIN + 4 * bytes && kv->longs.env != NULL &&
           mdb_env_info(kv->longs.env, &info) == 0 &&
           (info.me_last_pgno + 1) * kv->page_size + 4 * bytes <
               info.me_mapsize &&
           ent_kv_space_ask(kv->longs.env, bytes + rows * kv->page_size) == 0;
}

static enum ent_status
commit_mdb(struct ent_kv_txn *txn, bool is_ahead, struct ent_error *err)
{
    struct ent_kv *kv = txn->kv;
    const uint64_t disk = free_on_disk(kv);
    MDB_txn *mdb = txn->mdb;
    enum way way = choose(kv, disk);

    txn->mdb = NULL;
    if (way == BESIDE_LOG) {
        return commit_beside(kv, mdb,
            is_ahead && may_go_ahead(kv, disk, txn->bytes), txn->bytes, err);
    }
    if (way == IN_TABLES) {
        return settle(kv, mdb, txn->bytes, err);
    }
    if (ent_redo_append(&kv->redo, &kv->record, NULL) != ENT_OK) {
        return commit_unlogged(kv, mdb, txn->bytes, err);
    }
    kv->open = mdb;
    ent_kv_long_logged(&kv->longs);
    return ENT_OK;
}

static void
forget(struct ent_kv_txn **txn)
{
    if ((*txn)->write) {
        (*txn)->kv->writing = false;
    }
    ent_kv_values_give((*txn)->kv, *txn);
    free(*txn);
    *txn = NULL;
}

static enum ent_status
commit_written(struct ent_kv_txn **txn, bool is_ahead, struct ent_error *err)
{
    enum ent_status rc;

    close_cursors(*txn);
    rc = commit_mdb(*txn, is_ahead, err);
    if (rc == ENT_OK) {
        ent_kv_room_committed(*txn);
    }
    forget(txn);
    return rc;
}

static enum ent_status
commit(struct ent_kv_txn **txn, bool is_ahead, struct ent_error *err)
{
    struct ent_kv *kv = (*txn)->kv;
    enum ent_status rc = (*txn)->failed;

    if (rc != ENT_OK) {
        ent_kv_abort(txn);
        return ent_fail(err, rc,
            "nothing was committed: a step of the transaction had failed");
    }
    if (!(*txn)->write || !has_changed(kv)) {
        ent_kv_abort(txn);
        return ENT_OK;
    }
    rc = ent_kv_finish(kv, err);
    if (rc == ENT_OK && ent_kv_room_is_over(*txn)) {
        rc = ent_fail(err, ENT_FULL,
            "the store is full (%zu bytes): nothing was committed",
            kv->size_max);
    }
    if (rc == ENT_OK && !ent_kv_long_reserve(&kv->longs)) {
        rc = ent_fail(err, ENT_NO_MEMORY, "committing long values");
    }
    if (rc != ENT_OK) {
        ent_kv_abort(txn);
        return rc;
    }
    return commit_written(txn, is_ahead, err);
}

enum ent_status
ent_kv_commit(struct ent_kv_txn **txn, struct ent_error *err)
{
    return commit(txn, false, err);
}

enum ent_status
ent_kv_commit_ahead(struct ent_kv_txn **txn, struct ent_error *err)
{
    return commit(txn, true, err);
}

/* ---- taking back ---- */

static void
abort_writing(struct ent_kv *kv)
{
    const bool is_confirmed = ent_kv_finish(kv, NULL) == ENT_OK;

    mdb_txn_abort(kv->open);
    kv->open = NULL;
    if (is_confirmed) {
        (void)take_back(kv, NULL); /* or the next one is refused */
    }
}

void
ent_kv_abort(struct ent_kv_txn **txn)
{
    struct ent_kv *kv;

    if (*txn == NULL) {
        return;
    }
    kv = (*txn)->kv;
    close_cursors(*txn);
    if ((*txn)->write && kv->open != NULL &&
        ((*txn)->failed != ENT_OK || ent_kv_redo_changed(kv))) {
        abort_writing(kv);
    } else if ((*txn)->mdb != kv->open) {
        mdb_txn_abort((*txn)->mdb);
    }
    if ((*txn)->write) {
        ent_kv_long_drop(&kv->longs);
    }
    forget(txn);
}
