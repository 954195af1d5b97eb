/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>

/* From this size on a block is mapped: only what is used of it becomes memory,
 * and nobody has to clear it first. calloc() clears what it has handed out
 * before, however little of it was used. */
#define MAPPED_MIN ((size_t)256 * 1024)

/* One mapped block is kept for this thread's next arena: mapping one anew for
 * each message cost more than all that is done with the message. Only one of
 * which little became memory, and only one: what is mapped counts against the
 * limit of the process, whether it is memory or not. */
#define KEPT_TOUCHED_MAX MAPPED_MIN

/* Blocks up to this size are mapped as if they had it, so that any of them can
 * be the next: one of them is kept too. */
#define SMALL_MAX ((size_t)1024 * 1024)

static _Thread_local struct kept {
    uint8_t *block; /* all zero; NULL: none */
    size_t size;
} kept[2];

static size_t
mapped_size(size_t size)
{
    return size <= SMALL_MAX ? SMALL_MAX : size;
}

static struct kept *
kept_for(size_t size)
{
    return &kept[size <= SMALL_MAX ? 0 : 1];
}

static void *
arena_alloc(void *arena, size_t len)
{
    return ent_arena_alloc(arena, len);
}

/* Everything in an arena dies with it. */
static void
arena_keep(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

void
ent_arena_rewind(struct ent_arena *arena, size_t mark)
{
    if (arena->used > mark) {
        arena->peak = arena->used > arena->peak ? arena->used : arena->peak;
        sodium_memzero(arena->block + mark, arena->used - mark);
        arena->used = mark;
    }
}

static uint8_t *
block_take(struct kept *place)
{
    uint8_t *const block = place->block;

    place->block = NULL;
    return block;
}

static uint8_t *
block_new(size_t size)
{
    struct kept *place = kept_for(size);
    void *block;

    if (size < MAPPED_MIN) {
        return calloc(1, size);
    }
    size = mapped_size(size);
    if (place->block != NULL && place->size == size) {
        return block_take(place);
    }
    block = mmap(NULL, size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

static void
block_free(uint8_t *block, size_t size, size_t touched)
{
    struct kept *place = kept_for(size);

    if (block == NULL) {
        return;
    }
    if (size < MAPPED_MIN) {
        free(block);
    } else if (place->block == NULL && touched <= KEPT_TOUCHED_MAX) {
        place->block = block;
        place->size = mapped_size(size);
    } else {
        (void)munmap(block, mapped_size(size));
    }
}

enum ent_status
ent_arena_init(struct ent_arena *arena, size_t size, struct ent_error *err)
{
    uint8_t *block;

    assert(arena != NULL && size > 0);

    block = block_new(size);
    if (block == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "an arena of %zu bytes", size);
    }
    ent_arena_over(arena, block, size);
    arena->borrowed = false;
    return ENT_OK;
}

void
ent_arena_over(struct ent_arena *arena, uint8_t *block, size_t size)
{
    *arena = (struct ent_arena){
        .block = block,
        .size = size,
        .borrowed = true,
        .allocator =
            {
                .alloc = arena_alloc,
                .free = arena_keep,
                .allocator_data = arena,
            },
    };
}

void *
ent_arena_alloc(struct ent_arena *arena, size_t len)
{
    const size_t left = arena->size - arena->used;
    const size_t align = alignof(max_align_t);
    void *result;

    if (len > left) {
        arena->exhausted = true;
        return NULL;
    }
    result = arena->block + arena->used;
    len = (len + align - 1) / align * align;
    arena->used += len < left ? len : left;
    return result;
}

void
ent_arena_reset(struct ent_arena *arena)
{
    ent_arena_rewind(arena, 0);
    arena->exhausted = false;
}

void
ent_arena_fini(struct ent_arena *arena)
{
    ent_arena_rewind(arena, 0);
    if (!arena->borrowed) {
        block_free(arena->block, arena->size, arena->peak);
    }
    *arena = (struct ent_arena){0};
}
