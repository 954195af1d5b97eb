/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_recorder - writes down every sync of a program it is loaded before
 * (LD_PRELOAD): one line in the file $SYNC_RECORD for each that succeeded, with
 * when it began and when it was over (CLOCK_MONOTONIC, ns).
 *
 *     fdatasync 8123000111 8123377222
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_msync)(void *, size_t, int);
static int record = -1;

__attribute__((constructor)) static void
find_real(void)
{
    const char *path = getenv("SYNC_RECORD");

    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_msync = dlsym(RTLD_NEXT, "msync");
    if (path != NULL) {
        record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

static uint64_t
now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
recorded(const char *name, uint64_t began, int result)
{
    char line[80];
    int len;

    if (result == 0 && record >= 0) {
        len = snprintf(line, sizeof line, "%s %" PRIu64 " %" PRIu64 "\n", name,
            began, now_ns());
        if (write(record, line, (size_t)len) != len) {
            abort(); /* a test that cannot see must not pass */
        }
    }
    return result;
}

int
fdatasync(int fd)
{
    uint64_t began = now_ns();

    return recorded("fdatasync", began, real_fdatasync(fd));
}

int
fsync(int fd)
{
    uint64_t began = now_ns();

    return recorded("fsync", began, real_fsync(fd));
}

int
msync(void *address, size_t len, int flags)
{
    uint64_t began = now_ns();

    return recorded("msync", began, real_msync(address, len, flags));
}
