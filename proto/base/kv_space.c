/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Space that is written ahead. To write where a file ends the file system has
 * to find blocks, and to say so in its own journal before a sync is over: half
 * of what a large commit waits for, and half of what the kernel does for it. So
 * in quiet moments zeros are put behind the last page, as many as the file has
 * grown by since it was opened, up to a limit: a burst like the one before
 * finds blocks that are there. LMDB does not mind: it knows its last page by
 * itself.
 *
 * Who goes on before a commit is there asks for its blocks first: what no disk,
 * quota or limit of a file's size has room for is known then, and not when it
 * is too late to say so. That is so of what lies behind the last page; for one
 * that is used again a file system that writes nothing in place needs another
 * block.
 */
#include "proto/base/kv_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/base/file.h"

#define SPACE_MAX ((uint64_t)64 * 1024 * 1024)
#define STEP_LEN ((uint64_t)4 * 1024 * 1024)
#define DISK_LEFT_MIN ((uint64_t)1024 * 1024 * 1024)
/* What else a commit of long values may write: of LMDB's own, and short ones
 * that the log has. */
#define ELSE_LEN (2 * (uint64_t)ENT_REDO_LEN)
#define PROBE_LEN ((uint64_t)1024 * 1024)

/* Bytes up to the last page that a commit has written; nothing where there is
 * no such file. */
static uint64_t
used_len(MDB_env *env)
{
    MDB_envinfo info = {0};
    MDB_stat stat = {0};

    return env != NULL && mdb_env_info(env, &info) == 0 &&
                   mdb_env_stat(env, &stat) == 0
               ? ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize
               : 0;
}

/* Its file, and how long that is; an LMDB code. */
static int
file_of(MDB_env *env, int *ret_file, uint64_t *ret_len)
{
    struct stat stat;
    int rc = mdb_env_get_fd(env, ret_file);

    if (rc == 0 && fstat(*ret_file, &stat) != 0) {
        rc = errno;
    }
    if (rc == 0) {
        *ret_len = (uint64_t)stat.st_size;
    }
    return rc;
}

void
ent_kv_space_begin(struct ent_kv *kv)
{
    kv->used_at_open = used_len(kv->env);
    kv->long_used_at_open = used_len(kv->longs.env);
}

bool
ent_kv_space_free(const struct ent_kv *kv, uint64_t *ret_free)
{
    struct statvfs disk;

    *ret_free = 0;
    if (fstatvfs(kv->lock, &disk) != 0) {
        return false;
    }
    *ret_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    return true;
}

static bool
has_disk(const struct ent_kv *kv)
{
    uint64_t left;

    return ent_kv_space_free(kv, &left) && left > DISK_LEFT_MIN;
}

/* Behind its end, whole or not at all. */
static void
write_zeros(int file, uint64_t len)
{
    static const uint8_t zeros[256 * 1024];
    bool good = true;

    for (uint64_t at = len; good && at < len + STEP_LEN; at += sizeof zeros) {
        good = ent_file_write_at(file, zeros, sizeof zeros, at);
    }
    if (!good) {
        (void)!ftruncate(file, (off_t)len);
        return;
    }
    /* On its way before the next commit waits for all that is not. */
    (void)sync_file_range(
        file, (off_t)len, (off_t)STEP_LEN, SYNC_FILE_RANGE_WRITE);
}

/* One step for one file; true: there is more to do. */
static bool
prepare(const struct ent_kv *kv, MDB_env *env, uint64_t used_at_open)
{
    const uint64_t used = used_len(env);
    const uint64_t grown = used > used_at_open ? used - used_at_open : 0;
    const uint64_t wanted = grown < SPACE_MAX ? grown : SPACE_MAX;
    uint64_t len;
    int file;

    if (grown == 0 || file_of(env, &file, &len) != 0) {
        return false;
    }
    if (len >= used + wanted || !has_disk(kv)) {
        return false;
    }
    write_zeros(file, len);
    return len + STEP_LEN < used + wanted;
}

bool
ent_kv_prepare(struct ent_kv *kv)
{
    if (kv->writing || kv->broken) {
        return false;
    }
    if (ent_kv_is_going(kv)) {
        return true; /* LMDB may write where the file ends */
    }
    if (ent_kv_spare_is_missing(kv)) {
        ent_kv_spare_write(kv);
        return true;
    }
    return prepare(kv, kv->longs.env, kv->long_used_at_open) ||
           prepare(kv, kv->env, kv->used_at_open);
}

/* ---- asked for ---- */

/* Blocks behind its end. Some file systems promise none, which is no answer. */
static int
promise_blocks(int file, uint64_t len, uint64_t more)
{
    int rc = fallocate(file, 0, (off_t)len, (off_t)more) == 0 ? 0 : errno;

    if (rc == EOPNOTSUPP || rc == ENOSYS) {
        return 0;
    }
    if (rc != 0) {
        (void)!ftruncate(file, (off_t)len); /* those that it did find */
    }
    return rc;
}

int
ent_kv_space_ask(MDB_env *env, uint64_t bytes)
{
    const uint64_t end = used_len(env) + 2 * bytes + ELSE_LEN;
    uint64_t len;
    int file;
    int rc = file_of(env, &file, &len);

    if (rc != 0 || len >= end) {
        return rc;
    }
    rc = promise_blocks(file, len, end - len + STEP_LEN);
    return rc == 0 ? 0 : promise_blocks(file, len, end - len);
}

int
ent_kv_space_probe(MDB_env *env)
{
    uint64_t len;
    int file;
    int rc = file_of(env, &file, &len);

    if (rc == 0) {
        rc = promise_blocks(file, len, PROBE_LEN);
    }
    if (rc == 0) {
        (void)!ftruncate(file, (off_t)len);
    }
    return rc;
}
