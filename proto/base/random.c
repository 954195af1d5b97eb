/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/random.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>

#define POOL_LEN 1024

/* On a page of its own, which is all zero in a child. */
struct pool {
    size_t left; /* at the end of `bytes` */
    uint8_t bytes[POOL_LEN];
};

static struct pool *
map_pool(void)
{
    struct pool *pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pool == MAP_FAILED) {
        return NULL;
    }
    if (madvise(pool, sizeof *pool, MADV_WIPEONFORK) != 0) {
        (void)munmap(pool, sizeof *pool);
        return NULL;
    }
    return pool;
}

void
ent_random(uint8_t *out, size_t len)
{
    static _Thread_local struct pool *pool;
    uint8_t *from;

    assert(len <= ENT_RANDOM_MAX);
    if (pool == NULL && (pool = map_pool()) == NULL) {
        randombytes_buf(out, len);
        return;
    }
    if (pool->left < len) {
        randombytes_buf(pool->bytes, sizeof pool->bytes);
        pool->left = sizeof pool->bytes;
    }
    from = pool->bytes + sizeof pool->bytes - pool->left;
    memcpy(out, from, len);
    sodium_memzero(from, len);
    pool->left -= len;
}
