/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/daemon.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "proto/base/sanitized.h"

#define LARGE_BLOCK (4 * 1024 * 1024) /* no frame is as large */
#define KEPT_MAX (32 * 1024 * 1024)
#define KEPT_SHARE 16

enum ent_status
ent_daemon_confine(struct ent_error *err)
{
    const struct rlimit no_core = {0, 0};

    (void)umask(0077);
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return ent_fail(
            err, ENT_IO, "forbidding core dumps: %s", strerror(errno));
    }
    return ENT_OK;
}

/* The C library would give blocks as large as a bundle, and what is free above
 * the last one in use, back at once. */
static void
keep_freed(uint64_t bytes)
{
    const uint64_t kept = bytes / KEPT_SHARE;

    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    (void)mallopt(
        M_TRIM_THRESHOLD, kept < KEPT_MAX ? (int)kept : (int)KEPT_MAX);
}

enum ent_status
ent_daemon_limit_memory(uint64_t bytes, struct ent_error *err)
{
    const struct rlimit memory = {bytes, bytes};

    keep_freed(bytes);
    if (!ENT_SANITIZED && setrlimit(RLIMIT_DATA, &memory) != 0) {
        return ent_fail(err, ENT_IO, "limiting memory: %s", strerror(errno));
    }
    return ENT_OK;
}

bool
ent_daemon_is_full(uint64_t bytes)
{
    const struct mallinfo2 info = mallinfo2();

    return (uint64_t)info.uordblks + info.hblkhd >= bytes / 2;
}

enum ent_status
ent_daemon_signals(const int *signals, int *ret_file, struct ent_error *err)
{
    sigset_t set;
    int file;

    sigemptyset(&set);
    for (size_t i = 0; signals[i] != 0; i++) {
        sigaddset(&set, signals[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    file = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (file < 0) {
        return ent_fail(err, ENT_IO, "signals: %s", strerror(errno));
    }
    *ret_file = file;
    return ENT_OK;
}

int
ent_daemon_exit_code(enum ent_status status)
{
    switch (status) {
    case ENT_OK:
        return EX_OK;
    case ENT_BAD_INPUT:
    case ENT_REJECTED:
    case ENT_EXPIRED:
        return EX_DATAERR;
    case ENT_NOT_FOUND:
        return EX_NOINPUT;
    case ENT_EXISTS:
        return EX_CANTCREAT;
    case ENT_BUSY:
        return EX_UNAVAILABLE;
    case ENT_IO:
    case ENT_FULL:
        return EX_IOERR;
    default:
        return EX_SOFTWARE;
    }
}

void
ent_complaints_print(const struct ent_complaints *complaints, const char *path)
{
    for (size_t i = 0; i < complaints->count; i++) {
        (void)fprintf(stderr, "%s:%zu:%zu: error: %s\n", path,
            complaints->list[i].line, complaints->list[i].column,
            complaints->list[i].text);
    }
    if (complaints->dropped > 0) {
        (void)fprintf(stderr, "%s: and %zu more\n", path, complaints->dropped);
    }
}
