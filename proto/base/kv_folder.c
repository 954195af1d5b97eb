/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/kv_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNER_FILE "owner.lock"
#define MAP_FACTOR 4
#define UNSAFE_FLAGS (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)

void
ent_kv_close_file(const int *file)
{
    if (*file >= 0) {
        (void)close(*file);
    }
}

enum ent_status
ent_kv_open_folder(const char *path, int *ret_folder, struct ent_error *err)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO,
            "opening folder '%s': %s", path, strerror(errno));
    }
    *ret_folder = folder;
    return ENT_OK;
}

bool
ent_kv_has_store(int folder)
{
    struct stat stat;

    return fstatat(folder, ENT_KV_DATA_FILE, &stat, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Who holds the lock, as that process wrote it; 0 when it cannot be read. */
static long
read_owner(int lock)
{
    char text[16] = "";
    ssize_t len = pread(lock, text, sizeof text - 1, 0);

    return len > 0 ? strtol(text, NULL, 10) : 0;
}

/* The number is for people; the lock is what counts. */
static void
write_owner(int lock)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(lock, 0) == 0) {
        (void)!pwrite(lock, text, (size_t)len, 0);
    }
}

enum ent_status
ent_kv_take_lock(
    int folder, const char *path, int *ret_lock, struct ent_error *err)
{
    int lock = openat(
        folder, OWNER_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (lock < 0) {
        return ent_fail(err, ENT_IO, "opening '%s/" OWNER_FILE "': %s", path,
            strerror(errno));
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        enum ent_status rc =
            ent_fail(err, errno == EWOULDBLOCK ? ENT_BUSY : ENT_IO,
                "store '%s' is in use by process %ld (%s)", path,
                read_owner(lock), strerror(errno));

        (void)close(lock);
        return rc;
    }
    write_owner(lock);
    *ret_lock = lock;
    return ENT_OK;
}

enum ent_status
ent_kv_env_failed(const char *path, int rc, struct ent_error *err)
{
    if (rc == MDB_INVALID || rc == MDB_CORRUPTED ||
        rc == MDB_VERSION_MISMATCH || rc == MDB_PAGE_NOTFOUND) {
        return ent_fail(
            err, ENT_IO, "store '%s' is damaged: %s", path, mdb_strerror(rc));
    }
    return ent_fail(
        err, ent_kv_status(rc), "store '%s': %s", path, mdb_strerror(rc));
}

void
ent_kv_close_env(MDB_env **env)
{
    if (*env != NULL) {
        mdb_env_close(*env);
    }
}

/* LMDB never writes over a page in use, and what one transaction frees can be
 * taken by the second after it. So in a map that is full to the brim nothing
 * can be deleted any more. Ours has room for two transactions that each write
 * everything anew, and once more for good measure; also when more is in it than
 * may be now.
 *
 * Only MDB_NOTLS is ever added: every flag that makes LMDB faster makes it lose
 * what it confirmed. What it really runs with is read back. */
enum ent_status
ent_kv_open_env(const char *path, size_t size_max, unsigned flags,
    MDB_env **ret_env, struct ent_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    ENT_AUTO(ent_kv_close_env) MDB_env *env = NULL;
    unsigned real = 0;
    int dead = 0;
    int rc;

    rc = mdb_env_create(&env);
    if (rc == 0) {
        rc = mdb_env_set_mapsize(
            env, MAP_FACTOR * ((size_max + page - 1) / page * page));
    }
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(env, ENT_KV_TABLES_MAX + 1);
    }
    if (rc == 0) {
        rc = mdb_env_open(env, path, flags | MDB_NOTLS, 0600);
    }
    if (rc == 0) {
        rc = mdb_env_get_flags(env, &real);
    }
    if (rc == 0) {
        rc = mdb_reader_check(env, &dead); /* readers that were killed */
    }
    if (rc != 0) {
        return ent_kv_env_failed(path, rc, err);
    }
    if ((real & UNSAFE_FLAGS) != 0) {
        return ent_fail(err, ENT_IO,
            "store '%s' would not be durable (LMDB flags %x)", path, real);
    }
    *ret_env = env;
    env = NULL;
    return ENT_OK;
}

enum ent_status
ent_kv_make_env(const char *path, const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN], ent_kv_fill *fill,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_env) MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    enum ent_status status;
    int rc;

    /* The flock is held, so LMDB's own locks are not needed. */
    status = ent_kv_open_env(
        path, options->size_max, MDB_NOSUBDIR | MDB_NOLOCK, &env, err);
    if (status != ENT_OK) {
        return status;
    }
    rc = mdb_txn_begin(env, NULL, 0, &txn);
    if (rc == 0) {
        rc = fill(txn, options, id);
        if (rc == 0) {
            rc = mdb_txn_commit(txn);
        } else {
            mdb_txn_abort(txn);
        }
    }
    return rc == 0 ? ENT_OK : ent_kv_env_failed(path, rc, err);
}
