/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty_disk - a disk under a program, which fails when it is told to. Loaded
 * before a daemon (LD_PRELOAD), it knows what was written to files and is not
 * yet synced. Told by files in the folder $FAULTY_DISK:
 *
 *   cut       the power fails before the next sync, or after as many as the
 *             number in the file: of what was written since the last one a
 *             random part is taken back, as a disk may have kept any of it in
 *             any order, and the process is dead
 *   held      syncs wait while the file is there
 *   eio       syncs of what lies in a folder "store" fail with EIO while the
 *             file is there
 *   readonly  writes fail with EROFS while the file is there
 *
 * A write to a descriptor opened with O_DSYNC is on the disk when it returns:
 * so LMDB writes its meta page. Whether the power fails before it is decided as
 * before a sync.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH_LEN 512

/* What was there before a write that nobody has synced. */
struct before {
    struct before *next; /* the write before it */
    off_t offset;
    size_t len;
    unsigned char bytes[];
};

struct file {
    struct file *next;
    dev_t device;
    ino_t number;
    int descriptor;          /* our own, to read and write */
    struct before *unsynced; /* the latest first */
};

static struct file *files;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);

__attribute__((constructor)) static void
find_real(void)
{
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
}

/* ---- what it is told ---- */

static bool
order_path(const char *order, char path[static PATH_LEN])
{
    const char *folder = getenv("FAULTY_DISK");

    return folder != NULL &&
           snprintf(path, PATH_LEN, "%s/%s", folder, order) < PATH_LEN;
}

static bool
is_told(const char *order)
{
    char path[PATH_LEN];

    return order_path(order, path) && access(path, F_OK) == 0;
}

/* Whether this is the sync before which the power fails. An order that is gone
 * again is none any more. */
static bool
is_last_moment(void)
{
    static long left = -1; /* syncs before it; -1: nothing was ordered */
    char path[PATH_LEN];
    FILE *order;

    if (!order_path("cut", path) || (order = fopen(path, "r")) == NULL) {
        left = -1;
        return false;
    }
    if (left < 0 && fscanf(order, "%ld", &left) != 1) {
        left = 0;
    }
    (void)fclose(order);
    if (left > 0) {
        left--;
        return false;
    }
    (void)unlink(path);
    return true;
}

/* ---- the power ---- */

static void
take_back(const struct file *file, const struct before *before)
{
    size_t done = 0;

    while (done < before->len) {
        ssize_t n = real_pwrite(file->descriptor, before->bytes + done,
            before->len - done, before->offset + (off_t)done);

        if (n <= 0) {
            abort();
        }
        done += (size_t)n;
    }
}

/* From the latest write back, each is kept or not by a coin. */
static void
cut_power(void)
{
    for (const struct file *file = files; file != NULL; file = file->next) {
        for (const struct before *each = file->unsynced; each != NULL;
             each = each->next) {
            unsigned char coin = 0;

            (void)!getrandom(&coin, 1, 0);
            if ((coin & 1) != 0) {
                take_back(file, each);
            }
        }
    }
    (void)raise(SIGKILL);
}

/* ---- what is written and synced ---- */

/* The file behind a descriptor that a store writes to; NULL: it is none. */
static struct file *
file_of(int fd)
{
    struct stat status;
    struct file *file;
    char path[64];

    if (fd <= STDERR_FILENO || fstat(fd, &status) != 0 ||
        !S_ISREG(status.st_mode)) {
        return NULL;
    }
    for (file = files; file != NULL; file = file->next) {
        if (file->device == status.st_dev && file->number == status.st_ino) {
            return file;
        }
    }
    file = calloc(1, sizeof(*file));
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (file == NULL ||
        (file->descriptor = open(path, O_RDWR | O_CLOEXEC)) < 0) {
        abort();
    }
    file->device = status.st_dev;
    file->number = status.st_ino;
    file->next = files;
    files = file;
    return file;
}

static void
remember(struct file *file, off_t offset, size_t len)
{
    struct before *before = calloc(1, sizeof(*before) + len);

    if (before == NULL ||
        pread(file->descriptor, before->bytes, len, offset) < 0) {
        abort();
    }
    before->offset = offset;
    before->len = len;
    before->next = file->unsynced;
    file->unsynced = before;
}

static void
forget(struct file *file)
{
    while (file->unsynced != NULL) {
        struct before *before = file->unsynced;

        file->unsynced = before->next;
        free(before);
    }
}

/* Before a write: false, and errno, when it is to fail. */
static bool
may_write(int fd, off_t offset, size_t len)
{
    struct file *file = file_of(fd);

    if (file == NULL) {
        return true;
    }
    if (is_told("readonly")) {
        errno = EROFS;
        return false;
    }
    if ((fcntl(fd, F_GETFL) & O_DSYNC) == 0) {
        remember(file, offset, len);
    } else if (is_last_moment()) {
        cut_power();
    }
    return true;
}

static bool
is_in_a_store(int fd)
{
    char name[64];
    char path[PATH_LEN] = "";

    (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    (void)!readlink(name, path, sizeof(path) - 1);
    return strstr(path, "/store/") != NULL;
}

static bool
may_sync(int fd)
{
    if (is_told("eio") && is_in_a_store(fd)) {
        errno = EIO;
        return false;
    }
    if (is_last_moment()) {
        cut_power();
    }
    return true;
}

/* The others go on meanwhile. */
static void
wait_while_held(void)
{
    while (is_told("held")) {
        (void)usleep(1000);
    }
}

static int
synced(int fd, int result)
{
    struct file *file = file_of(fd);

    if (result == 0 && file != NULL) {
        forget(file);
    }
    return result;
}

/* ---- instead of the library's ---- */

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    ssize_t result = -1;

    (void)pthread_mutex_lock(&mutex);
    if (may_write(fd, offset, len)) {
        result = real_pwrite(fd, bytes, len, offset);
    }
    (void)pthread_mutex_unlock(&mutex);
    return result;
}

/* The same by the name that programs built for large files call. */
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset)
    __attribute__((alias("pwrite")));

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
    ssize_t result = -1;
    size_t len = 0;

    for (int i = 0; i < count; i++) {
        len += parts[i].iov_len;
    }
    (void)pthread_mutex_lock(&mutex);
    if (may_write(fd, lseek(fd, 0, SEEK_CUR), len)) {
        result = real_writev(fd, parts, count);
    }
    (void)pthread_mutex_unlock(&mutex);
    return result;
}

int
fdatasync(int fd)
{
    int result = -1;

    wait_while_held();
    (void)pthread_mutex_lock(&mutex);
    if (may_sync(fd)) {
        result = synced(fd, real_fdatasync(fd));
    }
    (void)pthread_mutex_unlock(&mutex);
    return result;
}

int
fsync(int fd)
{
    int result = -1;

    wait_while_held();
    (void)pthread_mutex_lock(&mutex);
    if (may_sync(fd)) {
        result = synced(fd, real_fsync(fd));
    }
    (void)pthread_mutex_unlock(&mutex);
    return result;
}
