/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LMDB maps its file and trusts it: a cut one ends the process with SIGBUS at
 * some later read, and an empty one silently becomes a new store. So before it
 * is mapped, the file must hold every page that its newest header names.
 *
 * It may be shorter than its highest page number says and still be whole: pages
 * that a transaction took and gave back are counted but never written. Then all
 * pages in use are looked up in it, one by one.
 *
 * The layout is that of LMDB 0.9 with 64-bit numbers, in the machine's order:
 *
 *     header of a page   number u64, pad u16, flags u16, lower u16, upper u16
 *     page 0 and 1       header, magic u32, version u32, address u64, size u64,
 *                        tree of free pages, main tree, last page u64, txn u64
 *     tree               pad u32, flags u16, depth u16, four counts u64, root
 *     branch and leaf    header, offsets u16 each, nodes
 *     node               low u16, high u16, flags u16, key length u16, key,
 * data
 */
#include "proto/base/kv_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

#define MAGIC UINT32_C(0xBEEFC0DE)
#define PAGE_SIZE_MIN 512
#define PAGE_SIZE_MAX 65536
#define HEADER_LEN 16
#define NODE_LEN 8
#define TREE_LEN 48
#define META_LEN (HEADER_LEN + 24 + 2 * TREE_LEN + 16)
#define DEPTH_MAX 32
#define NO_PAGE UINT64_MAX

#define PAGE_BRANCH 0x01
#define PAGE_LEAF 0x02
#define NODE_BIG 0x01  /* the data is the number of an overflow page */
#define NODE_TREE 0x02 /* the data is a tree */

_Static_assert(sizeof(size_t) == 8, "LMDB's layout is that of 64 bits");

struct meta {
    uint32_t magic;
    uint32_t page_size;
    uint64_t free_root;
    uint64_t main_root;
    uint64_t last_page;
    uint64_t txn;
};

struct walk {
    int file;
    size_t page_size;
    uint64_t pages; /* in the file */
    uint64_t seen;
};

static uint64_t
number(const uint8_t *in, size_t width)
{
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    if (width == sizeof u16) {
        memcpy(&u16, in, sizeof u16);
        return u16;
    }
    if (width == sizeof u32) {
        memcpy(&u32, in, sizeof u32);
        return u32;
    }
    memcpy(&u64, in, sizeof u64);
    return u64;
}

static bool
read_meta(int file, uint64_t offset, struct meta *ret_meta)
{
    uint8_t page[META_LEN];
    const uint8_t *trees = page + HEADER_LEN + 24;

    if (!ent_file_read_at(file, page, sizeof page, offset)) {
        return false;
    }
    *ret_meta = (struct meta){
        .magic = (uint32_t)number(page + HEADER_LEN, 4),
        .page_size = (uint32_t)number(trees, 4),
        .free_root = number(trees + TREE_LEN - 8, 8),
        .main_root = number(trees + 2 * TREE_LEN - 8, 8),
        .last_page = number(trees + 2 * TREE_LEN, 8),
        .txn = number(trees + 2 * TREE_LEN + 8, 8),
    };
    return ret_meta->magic == MAGIC && ret_meta->page_size >= PAGE_SIZE_MIN &&
           ret_meta->page_size <= PAGE_SIZE_MAX &&
           (ret_meta->page_size & (ret_meta->page_size - 1)) == 0;
}

static bool walk_tree(struct walk *walk, uint64_t root, unsigned depth);

/* One entry of a page of `kind`, at `offset`: what it leads to is there too. */
static bool
walk_node(struct walk *walk, const uint8_t *page, unsigned kind, size_t offset,
    unsigned depth)
{
    const uint8_t *node = page + offset;
    size_t room = walk->page_size - offset;
    size_t data_at;
    unsigned flags;

    if (offset < HEADER_LEN || offset > walk->page_size - NODE_LEN) {
        return false;
    }
    if (kind == PAGE_BRANCH) {
        return walk_tree(
            walk, number(node, 4) | number(node + 4, 2) << 32, depth + 1);
    }
    flags = (unsigned)number(node + 4, 2);
    data_at = NODE_LEN + number(node + 6, 2);
    if ((flags & NODE_BIG) != 0) {
        uint64_t len = number(node, 4);
        uint64_t count = (HEADER_LEN - 1 + len) / walk->page_size + 1;

        return data_at + 8 <= room && count <= walk->pages &&
               number(node + data_at, 8) <= walk->pages - count;
    }
    if ((flags & NODE_TREE) != 0) {
        return data_at + TREE_LEN <= room &&
               walk_tree(walk, number(node + data_at + TREE_LEN - 8, 8), 0);
    }
    return true;
}

static bool
walk_page(struct walk *walk, const uint8_t *page, unsigned depth)
{
    unsigned kind = (unsigned)number(page + 10, 2) & (PAGE_BRANCH | PAGE_LEAF);
    size_t lower = number(page + 12, 2);
    bool whole = (kind == PAGE_BRANCH || kind == PAGE_LEAF) &&
                 lower >= HEADER_LEN && lower <= walk->page_size;

    for (size_t at = HEADER_LEN; whole && at + 2 <= lower; at += 2) {
        whole = walk_node(walk, page, kind, number(page + at, 2), depth);
    }
    return whole;
}

/* Every page from `root` down lies in the file. More pages seen than there are
 * means a loop. */
static bool
walk_tree(struct walk *walk, uint64_t root, unsigned depth)
{
    uint8_t *page;
    bool whole;

    if (root == NO_PAGE) {
        return depth == 0; /* an empty table */
    }
    if (root >= walk->pages || depth > DEPTH_MAX ||
        ++walk->seen > walk->pages) {
        return false;
    }
    page = calloc(1, walk->page_size);
    whole = page != NULL &&
            ent_file_read_at(
                walk->file, page, walk->page_size, root * walk->page_size) &&
            number(page, 8) == root && walk_page(walk, page, depth);
    free(page);
    return whole;
}

/* The two headers are readable, and what the newer one names is there. */
static bool
is_whole(int file, uint64_t size, const char **ret_why)
{
    struct meta meta;
    struct meta other;
    struct walk walk;

    *ret_why = "its header is damaged";
    if (!read_meta(file, 0, &meta) ||
        !read_meta(file, meta.page_size, &other)) {
        return false;
    }
    if (other.txn > meta.txn) {
        meta = other;
    }
    *ret_why = "it has been cut short";
    if (meta.last_page < size / meta.page_size) {
        return true;
    }
    walk = (struct walk){.file = file,
        .page_size = meta.page_size,
        .pages = size / meta.page_size};
    return walk_tree(&walk, meta.free_root, 0) &&
           walk_tree(&walk, meta.main_root, 0);
}

enum ent_status
ent_kv_file_check(
    int folder, const char *path, const char *name, struct ent_error *err)
{
    const char *why = "it is empty";
    struct stat stat;
    bool whole = false;
    int file;

    file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 || fstat(file, &stat) != 0) {
        int failed = errno;

        if (file >= 0) {
            (void)close(file);
        }
        return ent_fail(
            err, ENT_IO, "opening '%s/%s': %s", path, name, strerror(failed));
    }
    if (!S_ISREG(stat.st_mode)) {
        why = "it is no regular file";
    } else if (stat.st_size > 0) {
        whole = is_whole(file, (uint64_t)stat.st_size, &why);
    }
    (void)close(file);
    if (!whole) {
        return ent_fail(err, ENT_IO,
            "'%s/%s' is not a whole store: %s; restore it "
            "from a backup or begin a new store",
            path, name, why);
    }
    return ENT_OK;
}
