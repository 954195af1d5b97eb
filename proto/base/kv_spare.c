/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room on the disk that is kept for deleting. LMDB writes nothing over that is
 * in use, so deleting takes a few pages before it gives back many; and of two
 * files neither can use what is free in the other. On a disk that somebody else
 * has filled to its last block nothing could be deleted any more, and nothing
 * be put. So a file of zeros lies beside the store. It is given up when there
 * was no room for a commit that deletes: the next try finds its blocks; and is
 * written again in a quiet moment when the disk has room.
 */
#include "proto/base/kv_internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

#define SPARE_FILE "spare"
#define SPARE_LEN ((uint64_t)1024 * 1024)
#define DISK_LEFT_MIN (64 * SPARE_LEN)

static uint64_t
len_of(int file)
{
    struct stat stat;

    return fstat(file, &stat) == 0 ? (uint64_t)stat.st_size : 0;
}

void
ent_kv_spare_open(struct ent_kv *kv, int folder)
{
    kv->spare = openat(
        folder, SPARE_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

void
ent_kv_spare_give_up(const struct ent_kv *kv)
{
    if (kv->spare >= 0) {
        (void)!ftruncate(kv->spare, 0);
    }
}

bool
ent_kv_spare_is_missing(const struct ent_kv *kv)
{
    uint64_t left;

    return kv->spare >= 0 && len_of(kv->spare) < SPARE_LEN &&
           ent_kv_space_free(kv, &left) && left > DISK_LEFT_MIN;
}

void
ent_kv_spare_write(const struct ent_kv *kv)
{
    static const uint8_t zeros[64 * 1024];
    bool good = true;

    for (uint64_t at = 0; good && at < SPARE_LEN; at += sizeof zeros) {
        good = ent_file_write_at(kv->spare, zeros, sizeof zeros, at);
    }
    if (!good) {
        ent_kv_spare_give_up(kv);
    }
}
